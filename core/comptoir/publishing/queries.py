"""Reads documents: one statement an answer, stock merged in the same statement, no object graph."""

import base64
import binascii
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

import orjson
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.errors import ComptoirError, InvalidValue
from comptoir.base.statements import fetch_raw
from comptoir.channels.queries import ChannelContext
from comptoir.stock.shelves import FREE

#: How lists can be sorted: the name in addresses, the column, its type, and whether it runs backwards.
SORTS = {
    "featured": ("rank", "bigint", False),
    "newest": ("newest_key", "bigint", False),
    "price": ("price_key", "numeric", False),
    "-price": ("price_key", "numeric", True),
    "title": ("title_key", "varchar", False),
}


class BadCursor(ComptoirError):
    """A cursor that this list did not give out."""

    code = "bad_cursor"
    status = 422
    sentence = _("This cursor does not belong to this list; start again without one.")


@dataclass(frozen=True)
class ProductFilter:
    """What a list of products is limited to.

    ``attributes`` are ``code:value`` pairs: values of one attribute are alternatives, different attributes all hold.
    Units: prices in whole units of the channel's currency.
    """

    category: str = ""
    attributes: tuple[str, ...] = ()
    price_min: Decimal | None = None
    price_max: Decimal | None = None


#: What a channel shows, by kind. The kind is not a value beside the statement: most indexes are of one kind.
VISIBLE = {
    kind: f"""d.channel_id = %s AND d.locale = %s AND d.kind = '{kind}'
    AND (d.shown_from IS NULL OR d.shown_from <= %s) AND (d.shown_until IS NULL OR d.shown_until > %s)"""
    for kind in ("product", "page", "menu", "categories")
}

#: Whether a channel may sell any piece of a card's variants; PostgreSQL stops at the first level that has one.
AVAILABILITY = f"""CASE WHEN variant_ids IS NULL THEN '{{"in_stock":true,"counted":false}}}}'
    WHEN EXISTS (SELECT FROM partner_level level WHERE level.variant_id = ANY(variant_ids) AND {FREE} > 0{{offered}})
    THEN '{{"in_stock":true,"counted":true}}}}' ELSE '{{"in_stock":false,"counted":true}}}}' END"""

#: A page and one more row, to know whether another page follows. All of it comes as one value: rows that come one by
#: one wake the reader for each buffer, which costs more than to read them. A tab, which canonical JSON never has, stands
#: where the availability is put into the card: cutting the card's last character costs PostgreSQL more.
PAGE = """SELECT string_agg(card || '\t' || {availability}, ',') FILTER (WHERE place <= {limit}),
    count(*), (max(key) FILTER (WHERE place = {limit}))::varchar, max(item_id) FILTER (WHERE place = {limit})
FROM (SELECT d.card, d.variant_ids, d.item_id, d.{column} AS key, row_number() OVER (ORDER BY {order}) AS place
    FROM publishing_document d WHERE {where} ORDER BY {order} LIMIT {limit} + 1) page"""

STOCK_BY_SKU = f"""CASE WHEN d.variant_ids IS NOT NULL THEN (
    SELECT json_object_agg(variant.sku, coalesce(stock.quantity, 0) ORDER BY variant.place)::text
    FROM unnest(d.variant_ids, d.skus) WITH ORDINALITY AS variant(id, sku, place)
    LEFT JOIN LATERAL (SELECT sum({FREE}) AS quantity FROM partner_level level
        WHERE level.variant_id = variant.id{{offered}}) stock ON true) END"""  # noqa: S608


#: The catalogue's unique indexes lead to the product; the document has the last word on which codes are published.
WITH_CODE = """d.item_id IN (SELECT coalesce(variant.parent_id, variant.id) FROM catalogue_product variant
    WHERE variant.sku = %s OR variant.upc = %s) AND d.codes @> ARRAY[%s]::varchar[]"""


def product_list(
    channel: ChannelContext, locale: str, *, wanted: ProductFilter, sort: str, cursor: str, limit: int
) -> bytes:
    """One page of products, as JSON: ``{"items": [card with availability, …], "next": cursor or null}``.

    One statement, whatever the number of channels, products and variants.
    Errors: ``InvalidValue`` for an unknown sort, ``BadCursor``.
    """
    if sort not in SORTS:
        raise InvalidValue(field="sort", value=sort)
    column, column_type, backwards = SORTS[sort]
    where, values = _conditions(channel, locale, wanted)
    if cursor:
        where += f" AND (d.{column}, d.item_id) {'<' if backwards else '>'} (%s::{column_type}, %s::bigint)"
        values += decode_cursor(cursor, sort)
    direction = "DESC" if backwards else "ASC"
    availability, places = _stock_of(channel, AVAILABILITY)
    order = f"d.{column} {direction}, d.item_id {direction}"
    statement = PAGE.format(
        availability=availability, column=column, order=order, where=where, limit=int(limit)
    )
    rows = _rows(statement, [*places, *values], keep_plan=wanted == ProductFilter())
    items, found, key, item_id = rows[0] if rows else (None, 0, "", 0)
    following = orjson.dumps(encode_cursor(sort, key, item_id) if found > limit else None)
    *cards, last = (items or b"").split(b"\t")
    items = b',"availability":'.join((*(card[:-1] for card in cards), last))
    return b'{"items":[%b],"next":%b}' % (items, following)


def cards_by_document(channel: ChannelContext, locale: str, ids: Sequence[int]) -> list[dict[str, Any]]:
    """The cards of documents that a channel shows, in the order of their ids, as lists have them; one statement."""
    if not ids:
        return []
    now = clock.now()
    availability, places = _stock_of(channel, AVAILABILITY)
    rows = _rows(
        f"SELECT d.id, d.card, {availability} "  # noqa: S608
        f"FROM publishing_document d WHERE {VISIBLE['product']} AND d.id = ANY(%s::bigint[])",
        [*places, channel.id, locale, now, now, _array(ids)],
    )
    cards = {pk: orjson.loads(_with_availability(card, stock[:-1])) for pk, card, stock in rows}
    return [cards[pk] for pk in ids if pk in cards]


def product_by_slug(channel: ChannelContext, locale: str, slug: str) -> bytes | None:
    """One product with its stock by SKU, as JSON; ``None`` if the channel does not show it."""
    return _product(channel, locale, "d.slug = %s", [slug])


def product_by_code(channel: ChannelContext, locale: str, code: str) -> bytes | None:
    """One product by the SKU or GTIN of a variant, as JSON; ``None`` if the channel does not show it."""
    return _product(channel, locale, WITH_CODE, [code, code, code])


def document(channel: ChannelContext, locale: str, kind: str, slug: str) -> bytes | None:
    """A page, menu or category tree, as JSON; ``None`` if the channel does not show it."""
    now = clock.now()
    rows = _rows(
        f"SELECT d.body FROM publishing_document d WHERE {VISIBLE[kind]} AND d.slug = %s",  # noqa: S608
        [channel.id, locale, now, now, slug],
    )
    return rows[0][0] if rows else None


def category_is_known(channel: ChannelContext, locale: str, slug: str) -> bool:
    """Whether the channel's category tree has a category."""
    tree = document(channel, locale, "categories", "")
    return tree is not None and b'"slug":%s' % orjson.dumps(slug) in tree


def documents_to_list(channel: ChannelContext, locale: str, kind: str) -> list[tuple[str, bytes]]:
    """Slug and body of everything of one kind that a channel shows, in the order of the slugs."""
    now = clock.now()
    return _rows(
        f"SELECT d.slug, d.body FROM publishing_document d WHERE {VISIBLE[kind]} ORDER BY d.slug",  # noqa: S608
        [channel.id, locale, now, now],
    )


def documents_with_stock(
    channel: ChannelContext, locale: str, *, batch: int = 200
) -> Iterator[tuple[bytes, dict[str, int] | None]]:
    """The body of every product a channel shows, with its pieces by SKU (``None`` when not counted): for feeds.

    One statement a batch, so that a feed of any length needs little memory.
    """
    last_id, now = 0, clock.now()
    by_sku_of, places = _stock_of(channel, STOCK_BY_SKU)
    while True:
        rows = _rows(
            f"SELECT d.item_id, d.body, {by_sku_of} FROM publishing_document d "  # noqa: S608
            f"WHERE {VISIBLE['product']} AND d.item_id > %s ORDER BY d.item_id LIMIT {batch:d}",
            [*places, channel.id, locale, now, now, last_id],
        )
        for _item_id, body, by_sku in rows:
            yield body, None if by_sku is None else orjson.loads(by_sku)
        if len(rows) < batch:
            return
        last_id = rows[-1][0]


def encode_cursor(sort: str, key: Any, item_id: int) -> str:
    """Where a list goes on, opaque to callers."""
    return base64.urlsafe_b64encode(orjson.dumps([sort, str(key), item_id])).decode().rstrip("=")


def decode_cursor(cursor: str, sort: str) -> list[Any]:
    """The place that ``encode_cursor`` wrote down, for the same sort.

    Errors: ``BadCursor`` for anything else.
    """
    try:
        named, key, item_id = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if named != sort or not isinstance(item_id, int) or not isinstance(key, str) or abs(item_id) >= 2**63:
            raise ValueError(cursor)
        return [key if sort == "title" else _number(key), item_id]
    except (ValueError, TypeError, InvalidOperation, binascii.Error) as error:
        raise BadCursor(field="cursor") from error


def _number(text: str) -> Decimal:
    number = Decimal(text)
    if not number.is_finite() or abs(number) > 10**15:
        raise ValueError(text)
    return number


def _conditions(channel: ChannelContext, locale: str, wanted: ProductFilter) -> tuple[str, list[Any]]:
    now = clock.now()
    where, values = VISIBLE["product"], [channel.id, locale, now, now]
    if wanted.category:
        where += " AND d.categories @> ARRAY[%s]::varchar[]"
        values.append(wanted.category)
    for alternatives in _by_attribute(wanted.attributes):
        where += " AND d.facets && %s::varchar[]"
        values.append(alternatives)
    if wanted.price_min is not None:
        where += " AND d.price_key >= %s"
        values.append(wanted.price_min)
    if wanted.price_max is not None:
        where += " AND d.price_key <= %s"
        values.append(wanted.price_max)
    return where, values


def _by_attribute(attributes: Sequence[str]) -> list[list[str]]:
    groups: dict[str, list[str]] = {}
    for pair in attributes:
        code, colon, value = pair.partition(":")
        if not (code and colon and value):
            raise InvalidValue(field="attribute", value=pair)
        groups.setdefault(code, []).append(pair)
    return list(groups.values())


def _product(channel: ChannelContext, locale: str, condition: str, wanted: list[str]) -> bytes | None:
    now = clock.now()
    by_sku_of, places = _stock_of(channel, STOCK_BY_SKU)
    # No LIMIT: for the sake of one row PostgreSQL would walk through all products in the order of the sort.
    rows = _rows(
        f"SELECT d.body, {by_sku_of} FROM publishing_document d "  # noqa: S608
        f"WHERE {VISIBLE['product']} AND {condition} ORDER BY d.item_id",
        [*places, channel.id, locale, now, now, *wanted],
    )
    if not rows:
        return None
    body, by_sku = rows[0]
    availability = b'{"in_stock":true,"quantity":null,"variants":null}'
    if by_sku is not None:
        total = sum(orjson.loads(by_sku).values())
        in_stock = b"true" if total > 0 else b"false"
        availability = b'{"in_stock":%b,"quantity":%d,"variants":%b}' % (in_stock, total, by_sku)
    return _with_availability(body, availability)


def _stock_of(channel: ChannelContext, stock: str) -> tuple[str, list[Any]]:
    """Live stock as a channel offers it, with its values. Asking each level for its place is half of the work, and left
    out where all places are offered. Ids travel as text: a list would be cast to the column's type again at each level.
    """
    values = [clock.now(), channel.id]
    if channel.has_all_locations:
        return stock.replace("{offered}", ""), values
    ids = ",".join(map(str, channel.location_ids))
    return stock.replace("{offered}", " AND level.location_id = ANY(%s::bigint[])"), [*values, f"{{{ids}}}"]


def _with_availability(text: bytes, availability: bytes) -> bytes:
    """Put live stock into a stored JSON object without parsing it."""
    return b'%b,"availability":%b}' % (text[:-1], availability)


def _rows(sql: str, values: list[Any], *, keep_plan: bool = True) -> list[Any]:
    if any(isinstance(value, str) and "\0" in value for value in values):
        return []  # PostgreSQL has no NUL in text: nothing can be called that
    return fetch_raw(sql, values, keep_plan=keep_plan)


# --- what baskets ask ------------------------------------------------------------------------------------------------

PUBLISHED_SKUS = f"""SELECT DISTINCT unnest(d.skus) FROM publishing_document d
WHERE {VISIBLE["product"].replace("AND d.locale = %s", "")} AND d.item_id = ANY(%s::bigint[])"""  # noqa: S608

#: In the language that was asked for, else in any that the channel has.
CARDS = f"""SELECT DISTINCT ON (d.item_id) d.body FROM publishing_document d
WHERE {VISIBLE["product"].replace("AND d.locale = %s", "")} AND d.item_id = ANY(%s::bigint[])
ORDER BY d.item_id, (d.locale = %s) DESC, d.locale"""  # noqa: S608


def published_skus(channel: ChannelContext, product_ids: Collection[int]) -> set[str]:
    """The SKUs of these products that a channel shows at the moment, in whatever language; one statement."""
    now = clock.now()
    rows = _rows(PUBLISHED_SKUS, [channel.id, now, now, _array(product_ids)])
    return {sku.decode() if isinstance(sku, bytes) else sku for (sku,) in rows}


def shown_product(channel: ChannelContext, locale: str, slug: str) -> int | None:
    """The id of the product that a channel shows at an address; ``None`` if it shows none there."""
    if "\0" in slug:
        return None
    now = clock.now()
    rows = _rows(
        f"SELECT d.item_id FROM publishing_document d WHERE {VISIBLE['product']} AND d.slug = %s",  # noqa: S608
        [channel.id, locale, now, now, slug],
    )
    return rows[0][0] if rows else None


def cards_of(channel: ChannelContext, locale: str, product_ids: Collection[int]) -> dict[str, dict[str, Any]]:
    """How a channel shows variants in a basket, by SKU: title, slug, picture, chosen options; one statement."""
    if not product_ids:
        return {}
    now = clock.now()
    cards: dict[str, dict[str, Any]] = {}
    for (body,) in _rows(CARDS, [channel.id, now, now, _array(product_ids), locale]):
        product = orjson.loads(body)
        for variant in product["variants"]:
            cards[variant["sku"]] = _basket_card(product, variant)
    return cards


def _basket_card(product: dict[str, Any], variant: dict[str, Any]) -> dict[str, Any]:
    pictures = variant["pictures"] or product["pictures"]
    chosen = [
        {"code": option["code"], "name": option["name"], "label": value["label"]}
        for option in product["options"]
        for value in option["values"]
        if variant["options"].get(option["code"]) == value["code"]
    ]
    return {
        "handle": product["handle"],
        "slug": product["slug"],
        "title": product["title"],
        "options": chosen,
        "picture": pictures[0] if pictures else None,
    }


def _array(ids: Collection[int]) -> str:
    """Ids travel as text, which needs no look at the type of the column."""
    return f"{{{','.join(map(str, ids))}}}"


# --- what pages ask --------------------------------------------------------------------------------------------------

OF_THE_FRAME = f"""SELECT d.locale, d.kind, d.slug, d.body FROM publishing_document d WHERE {
    VISIBLE["menu"]
    .replace("d.kind = 'menu'", "d.kind IN ('menu', 'categories')")
    .replace("d.locale = %s", "d.locale = ANY(%s::varchar[])")
}"""  # noqa: S608

BY_HANDLE = f"""SELECT product.handle, d.card, {AVAILABILITY.replace("variant_ids", "d.variant_ids")}
FROM publishing_document d JOIN catalogue_product product ON product.id = d.item_id
WHERE {VISIBLE["product"]} AND product.handle = ANY(%s::varchar[])"""  # noqa: S608


@dataclass(frozen=True)
class Frame:
    """What stands around every page of a channel in one language: its menus by code, and its category tree."""

    bodies: dict[tuple[str, str], bytes] = field(default_factory=dict)

    @cached_property
    def categories(self) -> list[dict[str, Any]]:
        return self._read("categories", "").get("categories", [])

    def menu(self, code: str) -> list[dict[str, Any]]:
        """The items of a menu; none if there is no such menu."""
        return self._read("menu", code).get("items", [])

    def path_to(self, slug: str) -> list[dict[str, Any]]:
        """The categories from the top of the tree down to one; nothing if the channel does not carry it."""
        return _path_to(self.categories, slug)

    def slug_at(self, places: Sequence[int]) -> str:
        """The slug of the category that stands there, counted from the top: the same one in every language."""
        row: dict[str, Any] = {"children": self.categories, "slug": ""}
        for place in places:
            if place >= len(row["children"]):
                return ""
            row = row["children"][place]
        return row["slug"]

    def _read(self, kind: str, slug: str) -> dict[str, Any]:
        body = self.bodies.get((kind, slug))
        return orjson.loads(body) if body else {}


def page_frames(channel: ChannelContext) -> dict[str, Frame]:
    """The menus and the category tree of a channel in each of its languages, in one statement."""
    now = clock.now()
    frames = {locale: Frame() for locale in channel.locales}
    for locale, kind, slug, body in _rows(OF_THE_FRAME, [channel.id, list(channel.locales), now, now]):
        frames[locale].bodies[kind, slug] = body
    return frames


def slug_now(channel: ChannelContext, locale: str, kind: str, former: str) -> str | None:
    """Where a product or page stands that stood at another address before; ``None`` if the channel shows none."""
    now = clock.now()
    rows = _rows(
        "SELECT d.slug FROM publishing_formeraddress former JOIN publishing_document d "  # noqa: S608
        "ON d.channel_id = former.channel_id AND d.locale = former.locale AND d.kind = former.kind "
        f"AND d.item_id = former.item_id WHERE {VISIBLE[kind]} AND former.slug = %s",
        [channel.id, locale, now, now, former],
    )
    return rows[0][0] if rows else None


def slugs_to_list(channel: ChannelContext, locale: str) -> list[tuple[str, str]]:
    """Kind and slug of every product and page a channel shows: for sitemaps."""
    now = clock.now()
    visible = VISIBLE["page"].replace("d.kind = 'page'", "d.kind IN ('product', 'page')")
    return _rows(
        f"SELECT d.kind, d.slug FROM publishing_document d WHERE {visible} ORDER BY d.kind, d.slug",  # noqa: S608
        [channel.id, locale, now, now],
    )


def cards_by_handle(channel: ChannelContext, locale: str, handles: Sequence[str]) -> list[dict[str, Any]]:
    """The cards of some products with live availability, in the order asked for; what is not shown is left out.

    One statement, whatever their number.
    """
    wanted = [handle for handle in dict.fromkeys(handles) if "\0" not in handle]
    if not wanted:
        return []
    now = clock.now()
    statement, places = _stock_of(channel, BY_HANDLE)
    rows = _rows(statement, [*places, channel.id, locale, now, now, wanted])
    found = {handle: orjson.loads(_with_availability(card, stock[:-1])) for handle, card, stock in rows}
    return [found[handle] for handle in wanted if handle in found]


def _path_to(categories: Sequence[dict[str, Any]], slug: str) -> list[dict[str, Any]]:
    for category in categories:
        if category["slug"] == slug:
            return [category]
        if below := _path_to(category["children"], slug):
            return [category, *below]
    return []
