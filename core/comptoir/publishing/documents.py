"""Turns items into documents: the core's part, the plugins' parts, canonical bytes."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.utils import translation

from comptoir import hookspecs, plugins
from comptoir.channels.models import Channel
from comptoir.content.models import EditorialPage
from comptoir.publishing.items import AttributeItem, CategoryItem, Item, PageItem, Problem, ProductItem
from comptoir.publishing.loading import LoadedProduct, Window
from comptoir.publishing.models import Document

#: The core's own hooks stand beside the plugins' under this name, and are on for every channel.
CORE = "comptoir.publishing"


@dataclass
class Built:
    """What building one item came to: its documents, and the plugins that failed on the way."""

    documents: list[Document] = field(default_factory=list)
    kept: list[tuple[int, str]] = field(default_factory=list)
    failures: list[plugins.PluginFailed] = field(default_factory=list)

    def add(self, other: "Built") -> None:
        """Take in what another channel came to."""
        self.documents += other.documents
        self.kept += other.kept
        self.failures += other.failures


def build_product(loaded: LoadedProduct, channels: Iterable[Channel]) -> Built:
    """The documents of one product on the given channels, in each of their languages that has a published text."""
    built = Built()
    for channel in channels:
        window = loaded.window_on(channel)
        if window is None:
            continue
        for locale in channel.locales:
            if content := loaded.contents.get(locale):
                until = window.and_until(content.expire_at)
                _build(built, loaded.item(channel, locale), channel, locale, until)
    return built


def build_page(page: EditorialPage, item: PageItem, channel: Channel, locale: str) -> Built:
    """The document of one page on one channel."""
    built = Built()
    _build(built, item, channel, locale, Window(page.go_live_at, page.expire_at))
    return built


def _build(built: Built, item: Item, channel: Channel, locale: str, window: Window) -> None:
    """Add a document, unless a plugin says what is missing; if one cannot say, what is there stays as it is."""
    try:
        problems = find_problems(item, channel, locale)
    except plugins.PluginFailed as failure:
        built.kept.append((channel.pk, locale))
        built.failures.append(failure)
        return
    if any(problem.blocks for problem in problems):
        return
    document, failures = compose(item, channel, locale)
    document.shown_from, document.shown_until = window.start, window.until
    built.documents.append(document)
    built.failures += failures


def find_problems(item: Item, channel: Channel, locale: str) -> list[Problem]:
    """What an item still lacks on a channel, by the core and by the channel's plugins.

    Errors: ``PluginFailed`` if a plugin could not say.
    """
    enabled = (CORE, *channel.enabled_plugins)
    return plugins.check(
        hookspecs.check_readiness,
        enabled=enabled,
        accept=_problems,
        item=item,
        channel=channel,
        locale=locale,
    )


def compose(item: Item, channel: Channel, locale: str) -> tuple[Document, list[plugins.PluginFailed]]:
    """The document of an item on a channel, and the plugins whose part is missing because they failed.

    The core's part is turned into bytes before any plugin sees the item: what a plugin does to it stays its own.
    """
    core = product_json(item, channel, locale) if isinstance(item, ProductItem) else page_json(item, locale)
    card = canonical(card_json(core)) if isinstance(item, ProductItem) else ""
    fields = {name: orjson.Fragment(canonical(value)) for name, value in core.items()}
    with translation.override(locale):
        added = plugins.add(
            hookspecs.add_document_fields,
            enabled=channel.enabled_plugins,
            accept=_json_ready,
            item=item,
            channel=channel,
            locale=locale,
        )
    body = canonical({**added.answers, **fields})
    document = Document(
        channel=channel,
        locale=locale,
        kind=item.kind,
        item_id=item.id,
        body=body,
        slug=_address(item),
        etag=digest(body),
    )
    if isinstance(item, ProductItem):
        _fill_columns(document, item)
        document.card = card
    return document, added.failed


def product_json(item: ProductItem, channel: Channel, locale: str) -> dict[str, Any]:
    """The core's part of a product document."""
    prices = item.prices
    return {
        "kind": item.kind,
        "handle": item.handle,
        "slug": item.slug,
        "title": item.title,
        "summary": item.summary,
        "brand": item.vendor,
        "class": item.product_class,
        "locale": locale,
        "slugs": item.slugs,
        "price": {"from": prices[0].as_json(), "to": prices[-1].as_json()} if prices else None,
        "pictures": [picture.as_json() for picture in item.pictures],
        "categories": [_category_json(category) for category in item.categories],
        "attributes": [_attribute_json(attribute) for attribute in item.attributes],
        "options": _options_json(item),
        "variants": [
            {
                "sku": variant.sku,
                "gtin": variant.gtin,
                "options": {code: value.code for code, value in variant.options.items()},
                "price": variant.price.as_json() if variant.price else None,
                "compare_at": variant.compare_at.as_json() if variant.compare_at else None,
                "weight_g": variant.weight_g,
                "pictures": [picture.as_json() for picture in variant.pictures],
            }
            for variant in item.variants
        ],
        "body": item.body,
        "rating": item.rating.as_json() if item.rating else None,
        "reviews": item.rating.newest if item.rating else [],
        "seo": {"title": item.seo_title, "description": item.seo_description},
    }


def page_json(item: PageItem, locale: str) -> dict[str, Any]:
    """The core's part of a page document."""
    return {
        "kind": item.kind,
        "type": item.type,
        "path": item.path,
        "title": item.title,
        "intro": item.intro,
        "locale": locale,
        "paths": item.slugs,
        "pictures": [picture.as_json() for picture in item.pictures],
        "body": item.body,
        "seo": {"title": item.seo_title, "description": item.seo_description},
    }


def card_json(core: dict[str, Any]) -> dict[str, Any]:
    """The short form of a product, for lists."""
    names = ("handle", "slug", "title", "summary", "brand", "class", "price", "rating")
    card = {name: core[name] for name in names}
    compare_at = [variant["compare_at"] for variant in core["variants"] if variant["compare_at"]]
    return {
        **card,
        "compare_at": compare_at[0] if compare_at else None,
        "picture": core["pictures"][0] if core["pictures"] else None,
        "options": core["options"],
        "categories": [category["slug"] for category in core["categories"]],
    }


def canonical(value: Any) -> str:
    """JSON with sorted keys: the same value always gives the same bytes."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def digest(text: str) -> str:
    """A short name for a content, for ETags."""
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _fill_columns(document: Document, item: ProductItem) -> None:
    """What lists filter and sort by."""
    prices = item.prices
    document.rank = -item.rank
    document.title_key = item.title.casefold()[:255]
    document.price_key = prices[0].amount if prices else 0
    document.newest_key = -int(item.created_at.timestamp()) if item.created_at else 0
    document.categories = _unique(
        one.slug for category in item.categories for one in (*category.ancestors, category)
    )
    every = (*item.attributes, *(attribute for variant in item.variants for attribute in variant.attributes))
    document.facets = _unique(
        f"{one.code}:{value.code}"[:300]
        for one in every
        if one.is_filter or one.is_option
        for value in one.values
    )
    document.codes = _unique(
        code for variant in item.variants for code in (variant.sku, variant.gtin) if code
    )
    document.skus = [variant.sku for variant in item.variants]
    document.variant_ids = [variant.id for variant in item.variants] if item.is_counted else None


def _unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _address(item: Item) -> str:
    return item.path if isinstance(item, PageItem) else item.slug


def _category_json(category: CategoryItem) -> dict[str, Any]:
    path = [{"slug": one.slug, "name": one.name} for one in (*category.ancestors, category)]
    return {"slug": category.slug, "name": category.name, "path": path}


def _attribute_json(attribute: AttributeItem) -> dict[str, Any]:
    values = [{"code": value.code, "label": value.label} for value in attribute.values]
    return {"code": attribute.code, "name": attribute.name, "values": values}


def _options_json(item: ProductItem) -> list[dict[str, Any]]:
    """The choices of a product: each attribute that variants differ in, with its values in the order of the variants."""
    options: dict[str, dict[str, Any]] = {}
    for attribute in _options(item):
        option = options.setdefault(
            attribute.code, {"code": attribute.code, "name": attribute.name, "values": {}}
        )
        for value in attribute.values:
            option["values"].setdefault(
                value.code, {"code": value.code, "label": value.label, "swatch": value.swatch}
            )
    return [{**option, "values": list(option["values"].values())} for option in options.values()]


def _options(item: ProductItem) -> Iterator[AttributeItem]:
    return (attribute for variant in item.variants for attribute in variant.attributes if attribute.is_option)


def _json_ready(value: Any) -> dict[str, Any]:
    """A plugin's contribution must be a dictionary that JSON can say."""
    if not isinstance(value, dict):
        raise TypeError(f"add_document_fields returned {type(value).__name__}, not a dictionary")
    orjson.dumps(value)
    return value


def _problems(value: Any) -> list[Problem]:
    if not isinstance(value, list) or not all(isinstance(problem, Problem) for problem in value):
        raise TypeError("check_readiness did not return a list of Problem")
    return value
