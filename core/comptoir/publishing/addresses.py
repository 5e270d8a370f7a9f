"""Where a channel shows things on the web. One scheme for every channel, so that links never contradict each other.

``<COMPTOIR_BASE_URL>/<channel>/<locale>/products/<slug>``, ``…/categories/<slug>``, and the path of a page.
"""

from comptoir.conf import conf
from comptoir.publishing.items import Item, PageItem


def home_url(channel_code: str, locale: str) -> str:
    """The front page of a channel in one language; ends in a slash."""
    return f"{conf.BASE_URL.rstrip('/')}/{channel_code}/{locale}/"


def category_url(channel_code: str, locale: str, slug: str) -> str:
    """A category of a channel."""
    return f"{home_url(channel_code, locale)}categories/{slug}"


def item_url(item: Item, channel_code: str, locale: str) -> str:
    """The product or page on a channel, in the language the item was made for."""
    return _url(item, channel_code, locale, item.path if isinstance(item, PageItem) else item.slug)


def alternate_urls(item: Item, channel_code: str) -> dict[str, str]:
    """The same product or page in every language it is published in, by language code."""
    return {locale: _url(item, channel_code, locale, address) for locale, address in item.slugs.items()}


def _url(item: Item, channel_code: str, locale: str, address: str) -> str:
    within = address.lstrip("/") if isinstance(item, PageItem) else f"products/{address}"
    return home_url(channel_code, locale) + within
