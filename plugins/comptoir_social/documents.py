"""The social part of a document: the shared link, and the row of each variant in the catalogues of Google and Meta."""

from typing import Any

from comptoir.channels.models import Channel
from comptoir.publishing.items import Item, ProductItem
from comptoir_social.catalogues import catalogue_fields
from comptoir_social.limits import GOOGLE, META
from comptoir_social.open_graph import open_graph


def social_fields(item: Item, channel: Channel, locale: str) -> dict[str, Any]:
    """``open_graph`` has the tags of the page; ``google`` and ``meta`` are ``None`` for what no catalogue takes."""
    fields: dict[str, Any] = {"open_graph": open_graph(item, channel, locale)}
    if isinstance(item, ProductItem):
        fields["google"] = catalogue_fields(item, channel, locale, GOOGLE)
        fields["meta"] = catalogue_fields(item, channel, locale, META)
    return fields
