"""Cards of products, as a theme draws them: kept by what they say, so that a list draws only what is new in it."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import orjson
from django.template import Context, Engine
from django.urls import get_script_prefix
from django.utils.safestring import SafeString

from comptoir_web.shop import Shop

TEMPLATE = "comptoir_web/parts/card.html"
#: Cards that a process keeps of a theme, those drawn last; one has about 2 kB.
MOST_CARDS = 4000


def drawn_card(engine: Engine, shop: Shop, card: Mapping[str, Any], **how: Any) -> SafeString:
    """A card as HTML. All that it shows is in ``card`` (live stock too), ``how`` and the channel, and so in its key."""
    kept: OrderedDict[tuple[Any, ...], SafeString] = shop.theme.cards
    key = orjson.dumps(card), shop.channel.code, shop.locale, get_script_prefix(), *how.values()
    text = kept.get(key)
    if text is None:
        context = Context({"shop": shop, "card": card, **how})
        text = kept[key] = engine.get_template(TEMPLATE).render(context)
        while len(kept) > MOST_CARDS:
            kept.popitem(last=False)
    return text
