"""What a channel may tell the public of its stock: by SKU and location, in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db import connection

from comptoir.base import clock
from comptoir.channels.queries import ChannelContext
from comptoir.stock.queries import DISTANCE_KM
from comptoir.stock.shelves import FREE

#: The catalogue's unique index leads from a SKU to its product; the document says whether this channel shows it now.
BY_PLACE = f"""
WITH offered AS (
    SELECT variant.sku, variant.id, bool_or(d.variant_ids IS NOT NULL) AS is_counted
    FROM catalogue_product variant JOIN publishing_document d
        ON d.kind = 'product' AND d.item_id = coalesce(variant.parent_id, variant.id) AND d.skus @> ARRAY[variant.sku]
    WHERE variant.sku = ANY(%s) AND d.channel_id = %s
        AND (d.shown_from IS NULL OR d.shown_from <= %s) AND (d.shown_until IS NULL OR d.shown_until > %s)
    GROUP BY variant.id
)
SELECT offered.sku, offered.is_counted, place.code, place.name, {{distance}}, {FREE},
    level.held + level.pooled > 0 AND EXISTS (SELECT FROM partner_hold hold
        WHERE hold.level_id = level.id AND hold.state = 'held' AND hold.expires_at > %s)
FROM offered LEFT JOIN (partner_level level JOIN channels_location place ON place.id = level.location_id)
    ON level.variant_id = offered.id AND offered.is_counted AND level.location_id = ANY(%s)
ORDER BY offered.sku, 5 NULLS LAST, place.code
"""  # noqa: S608


class Point(NamedTuple):
    """Where somebody is. Units: degrees (WGS 84)."""

    latitude: float
    longitude: float


@dataclass(frozen=True)
class PublicPlace:
    """Free pieces at a location, and how far it is from the point that was asked about."""

    code: str
    name: str
    free: int
    distance_km: float | None
    is_held: bool


@dataclass(frozen=True)
class PublicStock:
    """A variant as customers of one channel may know it; ``free`` is ``None`` when it is not counted."""

    sku: str
    is_counted: bool
    places: list[PublicPlace] = field(default_factory=list)

    @property
    def free(self) -> int | None:
        return sum(place.free for place in self.places) if self.is_counted else None

    @property
    def state(self) -> str:
        """``available``; ``in_baskets``: others hold the last ones and may put them back; or ``sold_out``."""
        if self.free is None or self.free > 0:
            return "available"
        return "in_baskets" if any(place.is_held for place in self.places) else "sold_out"


def public_stock(
    channel: ChannelContext, skus: Sequence[str], *, near: Point | None = None
) -> dict[str, PublicStock]:
    """What of these variants a channel may sell, by SKU; one statement whatever their number.

    Only what the channel shows at the moment is in the answer, at the locations it offers; with a point the nearest
    come first. Why there is no more (held by others, promised, safety, kept for other channels) is not in it.
    """
    now = clock.now()
    distance, point = "NULL::float", list[float]()
    if near:
        distance = (
            f"CASE WHEN place.latitude IS NOT NULL AND place.longitude IS NOT NULL THEN {DISTANCE_KM} END"
        )
        point = [near.latitude, near.latitude, near.longitude]
    wanted = [sku for sku in skus if "\0" not in sku]
    values = [wanted, channel.id, now, now, *point, now, channel.id, now, list(channel.location_ids)]
    with connection.cursor() as cursor:
        cursor.execute(BY_PLACE.format(distance=distance), values)
        rows = cursor.fetchall()
    found: dict[str, PublicStock] = {}
    for sku, is_counted, code, name, distance_km, free, is_held in rows:
        stock = found.setdefault(sku, PublicStock(sku, is_counted))
        if code is not None:
            stock.places.append(PublicPlace(code, name, int(free), distance_km, is_held))
    return found
