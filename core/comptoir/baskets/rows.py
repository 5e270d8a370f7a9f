"""The two statements most of a basket's life is made of: finding one with all of its lines, and writing lines.

A basket is locked first, and everything of it is read by the same statement. Whoever had to wait for the lock sees
the basket as it is now, but its lines as they were before: then ``version`` is not the one seen, and it is read again.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import F

from comptoir.base import clock
from comptoir.base.errors import NotFound
from comptoir.base.money import Money
from comptoir.base.statements import fetch_raw
from comptoir.baskets.models import Basket
from comptoir.baskets.tokens import hash_token
from comptoir.channels.models import Location
from comptoir.channels.queries import ChannelContext

#: What a line asks of its variant; a child has the class of its parent. ``held`` and ``held_until``: its live holds.
_CLASS = """LEFT JOIN catalogue_product parent ON parent.id = variant.parent_id
    JOIN catalogue_productclass class ON class.id = coalesce(variant.product_class_id, parent.product_class_id)"""
_VARIANT = """variant.id AS variant_id, coalesce(variant.parent_id, variant.id) AS product_id, variant.sku,
    variant.upc AS gtin, class.track_stock AS is_counted"""
_LINES = f"""(SELECT coalesce(json_agg(said ORDER BY said.id), '[]') FROM (
    SELECT line.id, {_VARIANT}, line.quantity, line.price_seen::text, line.price_currency AS currency_seen,
        hold.held, hold.held_until, hold.longest_until
    FROM basket_line line JOIN catalogue_product variant ON variant.id = line.product_id {_CLASS}
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(quantity), 0) AS held, min(expires_at) AS held_until, min(max_expires_at) AS longest_until
        FROM partner_hold
        WHERE owner = 'basket-line:' || line.id AND state = 'held' AND expires_at > %s::timestamptz
    ) hold WHERE line.basket_id = basket.id) said)"""  # noqa: S608
_WANTED = f"""(SELECT coalesce(json_agg(said), '[]') FROM (
    SELECT {_VARIANT} FROM catalogue_product variant {_CLASS}
    WHERE (variant.sku = ANY(%s::text[]) OR variant.upc = ANY(%s::text[])) AND variant.structure <> 'parent') said)"""  # noqa: S608

FIND = f"""
SELECT basket.id, basket.channel_id, channel.code, basket.location_id, place.code, place.country, place.time_zone,
    basket.owner_id, basket.note, basket.voucher_codes, basket.version, basket.touched_at, basket.checkout_began_at,
    (SELECT same.version FROM basket_basket same WHERE same.id = basket.id), {_LINES}, {_WANTED}
FROM basket_basket basket JOIN channels_channel channel ON channel.id = basket.channel_id
LEFT JOIN channels_location place ON place.id = basket.location_id
WHERE basket.status = 'Open' AND {{which}}
"""  # noqa: S608
LOCK = " FOR NO KEY UPDATE OF basket"

WRITE = """
WITH touched AS (
    UPDATE basket_basket SET version = version + 1, touched_at = now.at
    FROM (SELECT %s::timestamptz AS at) now WHERE id = %s::bigint RETURNING id, touched_at
)
INSERT INTO basket_line (basket_id, product_id, line_reference, quantity, price_seen, price_currency,
    date_created, date_updated)
SELECT touched.id, wanted.variant, wanted.variant::text, wanted.quantity, wanted.price, %s::varchar,
    touched.touched_at, touched.touched_at
FROM touched, unnest(%s::bigint[], %s::int[], %s::numeric[]) AS wanted(variant, quantity, price)
ORDER BY wanted.variant
ON CONFLICT (basket_id, product_id) DO UPDATE SET quantity = excluded.quantity, price_seen = excluded.price_seen,
    price_currency = excluded.price_currency, date_updated = excluded.date_updated
RETURNING product_id, id
"""


class Code(NamedTuple):
    """How somebody names a variant: by SKU or by GTIN, as typed or scanned."""

    sku: str = ""
    gtin: str = ""


@dataclass(frozen=True)
class Key:
    """What opens a basket on a channel: the secret of its token, being its owner, or the id that staff may know."""

    channel: ChannelContext
    token: str = ""
    owner_id: int | None = None
    basket_id: int | None = None


@dataclass(frozen=True)
class Variant:
    """What is to be put into a basket. ``is_counted``: its pieces are held; services are not."""

    variant_id: int
    product_id: int
    sku: str
    gtin: str | None
    is_counted: bool


@dataclass(frozen=True)
class LineRow(Variant):
    """A line as it is kept, with what is held for it at the moment. Units: pieces. ``id`` is 0 until it is written.

    ``words`` say what is claimed for it, such as the day and the hour of an appointment; ``location_id`` where that is.
    """

    id: int = 0
    quantity: int = 0
    price_seen: Money | None = None
    held: int = 0
    held_until: datetime | None = None
    longest_until: datetime | None = None
    words: tuple[str, ...] = ()
    location_id: int | None = None

    @property
    def owner(self) -> str:
        """Whose the holds are, as stock names it."""
        return line_owner(self.id)

    @property
    def missing(self) -> int:
        """Pieces that should be held for it and are not."""
        return max(0, self.quantity - self.held) if self.is_counted else 0


@dataclass(frozen=True)
class BasketRow:
    """A basket as it is kept, with its lines in their order and the variants that were asked for."""

    id: int
    channel_id: int
    channel_code: str
    location: Location | None
    owner_id: int | None
    note: str
    voucher_codes: tuple[str, ...]
    version: int
    touched_at: datetime
    checkout_began_at: datetime | None
    lines: tuple[LineRow, ...]
    wanted: tuple[Variant, ...] = ()

    def line(self, line_id: int) -> LineRow | None:
        return next((line for line in self.lines if line.id == line_id), None)

    def line_of(self, variant_id: int) -> LineRow | None:
        return next((line for line in self.lines if line.variant_id == variant_id), None)

    def variant(self, code: Code) -> Variant | None:
        """One of the variants that were asked for with the basket."""
        return next(
            (one for one in self.wanted if (one.sku == code.sku if code.sku else one.gtin == code.gtin)), None
        )

    def with_lines(self, lines: Iterable[LineRow]) -> "BasketRow":
        return replace(self, lines=tuple(lines))


class _Found(NamedTuple):
    """The columns of ``FIND``."""

    id: int
    channel_id: int
    channel: str
    place_id: int | None
    place: str | None
    country: str | None
    time_zone: str | None
    owner_id: int | None
    note: str
    voucher_codes: list[str]
    version: int
    touched_at: datetime
    checkout_began_at: datetime | None
    version_seen: int
    lines: list[dict[str, Any]]
    wanted: list[dict[str, Any]]


def line_owner(line_id: int) -> str:
    """How the holds of a line name it."""
    return f"basket-line:{line_id}"


def find_basket(key: Key, codes: Collection[Code] = (), *, lock: bool = False) -> BasketRow:
    """The open basket that a key opens, its lines with what is held for them, and variants by code; one statement.

    Errors: ``NotFound``, the same for an unknown token, one of another channel and one of somebody else.
    """
    if key.basket_id:
        which, values = "basket.channel_id = %s AND basket.id = %s", [key.channel.id, key.basket_id]
        return _find(which, values, codes, lock=lock)
    if key.owner_id is None and not key.token:
        raise NotFound()
    which, values = (
        "basket.channel_id = %s AND basket.token_hash = %s",
        [key.channel.id, hash_token(key.token)],
    )
    if not key.token:
        which = """basket.id = (SELECT mine.id FROM basket_basket mine WHERE mine.owner_id = %s
            AND mine.channel_id = %s AND mine.status = 'Open' ORDER BY mine.touched_at DESC, mine.id DESC LIMIT 1)
            AND basket.owner_id = %s AND basket.channel_id = %s"""
        values = [key.owner_id, key.channel.id] * 2
    return _find(which, values, codes, lock=lock)


def basket_by_id(basket_id: int, *, lock: bool = False) -> BasketRow:
    """An open basket by its id, for who may have it. Errors: ``NotFound``."""
    return _find("basket.id = %s", [basket_id], (), lock=lock)


def basket_where(condition: str, values: list[Any], *, lock: bool = False) -> BasketRow:
    """The open basket of a row of another context, by a condition on ``basket``, for who may have it.

    Example: ``basket_where("id = (SELECT basket_id FROM checkout_checkout WHERE uuid = %s::uuid)", [uuid])``
    Errors: ``NotFound``.
    """
    return _find(f"basket.{condition}", values, (), lock=lock)


def _find(which: str, values: list[Any], codes: Collection[Code], *, lock: bool) -> BasketRow:
    skus, gtins = [code.sku for code in codes if code.sku], [code.gtin for code in codes if code.gtin]
    statement = FIND.format(which=which) + (LOCK if lock else "")
    while True:
        rows = fetch_raw(statement, [clock.now(), skus, gtins, *values], keep_plan=True)
        if not rows:
            raise NotFound()
        found = _Found(*rows[0])
        if not lock or found.version == found.version_seen:
            return _basket(found)


def write_lines(basket: BasketRow, lines: Collection[LineRow]) -> dict[int, int]:
    """Write lines as they are to be, touch the basket, and return the id of each line by its variant; one statement."""
    currency = next((line.price_seen.currency for line in lines if line.price_seen), "EUR")
    columns = [
        [line.variant_id for line in lines],
        [line.quantity for line in lines],
        [line.price_seen and line.price_seen.amount for line in lines],
    ]
    return dict(fetch_raw(WRITE, [clock.now(), basket.id, currency, *columns], keep_plan=True))


def touch_basket(basket: BasketRow, **fields: Any) -> BasketRow:
    """Write columns of a locked basket, and that it was changed; returns it with its new version."""
    values = {"version": F("version") + 1, "touched_at": clock.now(), **fields}
    Basket.objects.filter(pk=basket.id).update(**values)
    return replace(basket, version=basket.version + 1)


def _basket(row: _Found) -> BasketRow:
    place = Location(pk=row.place_id, code=row.place, country=row.country, time_zone=row.time_zone)
    return BasketRow(
        id=row.id,
        channel_id=row.channel_id,
        channel_code=row.channel,
        location=place if row.place_id else None,
        owner_id=row.owner_id,
        note=row.note,
        voucher_codes=tuple(row.voucher_codes),
        version=row.version,
        touched_at=row.touched_at,
        checkout_began_at=row.checkout_began_at,
        lines=tuple(_line(said) for said in row.lines),
        wanted=tuple(Variant(**said) for said in row.wanted),
    )


def _line(said: dict[str, Any]) -> LineRow:
    currency, seen = said.pop("currency_seen"), said["price_seen"]
    said["price_seen"] = Money(Decimal(seen), currency) if seen else None
    for name in ("held_until", "longest_until"):
        said[name] = datetime.fromisoformat(said[name]) if said[name] else None
    return LineRow(**said)
