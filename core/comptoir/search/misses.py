"""What customers asked for and did not find, so that the shop can learn; nothing of who asked."""

import re

from django.db import connection

from comptoir.base import clock
from comptoir.channels.queries import ChannelContext
from comptoir.search.words import words

#: So many texts are kept for a channel; the rarest and oldest make room.
MISSES_MAX = 1000
TEXT_MAX = 80

#: An address, a telephone or card number, a name of more than a few words: not for a report.
PERSONAL = re.compile(r"@|(?:\d[\s.\-]?){6,}")

#: Counted, or put in the place of what was asked for least; one statement.
NOTE = """WITH crowded AS (
    DELETE FROM search_miss WHERE id IN (SELECT id FROM search_miss WHERE channel_id = %(channel)s
        ORDER BY times DESC, last_at DESC OFFSET %(most)s - 1) AND NOT EXISTS (SELECT FROM search_miss
        WHERE channel_id = %(channel)s AND locale = %(locale)s AND text = %(text)s))
INSERT INTO search_miss (channel_id, locale, text, times, last_at)
VALUES (%(channel)s, %(locale)s, %(text)s, 1, %(now)s)
ON CONFLICT (channel_id, locale, text) DO UPDATE SET times = search_miss.times + 1, last_at = excluded.last_at"""


def note_miss(channel: ChannelContext, locale: str, text: str) -> None:
    """Count a search that found nothing, unless it may say something of a person. Units: ``times`` in searches."""
    plain = " ".join(words(text))[:TEXT_MAX]
    if not plain or PERSONAL.search(text) or len(plain.split()) > 6:
        return
    values = {
        "channel": channel.id,
        "locale": locale,
        "text": plain,
        "now": clock.now(),
        "most": MISSES_MAX,
    }
    with connection.cursor() as cursor:
        cursor.execute(NOTE, values)
