"""What the API says of drafts to whoever has a token: documents made on the spot and stored nowhere."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import orjson

from comptoir.base import clock
from comptoir.content.models import ProductContent
from comptoir.publishing.documents import compose
from comptoir.publishing.preview import live_availability
from comptoir.publishing.readiness import ChannelReadiness, Draft, State, draft_readiness
from comptoir.publishing.tokens import Opened, open_token

#: In these states the channel shows the item.
SHOWN = (State.READY, State.WARNINGS)


def previewed_items(token: str, *, channel_id: int, locale: str = "") -> dict[str, Any]:
    """Everything a token opens, as one channel will show it, in one language or in all that it speaks.

    A release is shown as at its moment. Errors: ``NotFound`` for a bad or old token.
    """
    opened = open_token(token)
    at = _moment(opened)
    with clock.moved_to(at):
        items = [_item_json(draft, line) for draft, line in _lines(opened, channel_id, locale)]
    return {"release": opened.release.name if opened.release else None, "at": at.isoformat(), "items": items}


def previewed_product(token: str, *, channel_id: int, locale: str, slug: str) -> dict[str, Any] | None:
    """One product that a token opens, by the slug of its draft; ``None`` if the channel will not show it.

    Errors: ``NotFound`` for a bad or old token.
    """
    opened = open_token(token)
    with clock.moved_to(_moment(opened)):
        for draft, line in _lines(opened, channel_id, locale):
            if isinstance(draft, ProductContent) and draft.slug == slug and line.state in SHOWN:
                return _document(line)
    return None


def _moment(opened: Opened) -> datetime:
    at = opened.release.publish_at if opened.release else None
    return max(at, clock.now()) if at else clock.now()


def _lines(opened: Opened, channel_id: int, locale: str) -> Iterator[tuple[Draft, ChannelReadiness]]:
    """The drafts in a language of the channel, each beside the others' texts, so that their links agree."""
    texts = {
        (draft.product_id, draft.locale.language_code): draft
        for draft in opened.drafts
        if isinstance(draft, ProductContent)
    }
    for draft in opened.drafts:
        for line in draft_readiness(draft, drafts=texts):
            is_wanted = line.locale in line.channel.locales and locale in ("", line.locale)
            if line.channel.pk == channel_id and is_wanted:
                yield draft, line


def _item_json(draft: Draft, line: ChannelReadiness) -> dict[str, Any]:
    problems = [
        {"code": one.code, "message": str(one.message), "field": one.field, "blocks": one.blocks}
        for one in line.problems
    ]
    return {
        "kind": "product" if isinstance(draft, ProductContent) else "page",
        "title": draft.title,
        "locale": line.locale,
        "state": str(line.state),
        "reason": line.reason,
        "problems": problems,
        "document": _document(line) if line.state in SHOWN else None,
    }


def _document(line: ChannelReadiness) -> dict[str, Any]:
    document, _failures = compose(line.item, line.channel, line.locale)
    availability = live_availability(document, line.channel)
    return orjson.loads(document.body) | ({"availability": availability} if availability else {})
