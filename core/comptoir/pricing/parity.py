"""Where prices differ between channels and shops, and whether each difference has its reason."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from comptoir.base import clock
from comptoir.catalogue.models import Product
from comptoir.channels.models import Channel, Location
from comptoir.pricing.models import Price, PriceException
from comptoir.pricing.queries import prices_on

#: How many variants the check asks the engine for in one statement.
CHECKED_AT_ONCE = 2_000


@dataclass(frozen=True)
class Unexplained:
    """A price that neither the one for all channels nor an exception accounts for. Units: with tax."""

    channel: Channel
    sku: str
    amount: Decimal
    expected: Decimal | None


@dataclass(frozen=True)
class ShopPrice:
    """What a variant costs in a shop where that is not what the channel asks, and the exception behind it."""

    location: Location
    amount: Decimal | None
    exception: PriceException | None


@dataclass(frozen=True)
class ChannelPrice:
    """What a variant costs on a channel, the exception behind it if any, and the shops that ask something else."""

    channel: Channel
    amount: Decimal | None
    exception: PriceException | None
    shops: tuple[ShopPrice, ...]


def exceptions_with_base() -> QuerySet[PriceException]:
    """Every price exception with all that a list of them shows, in one statement; ``base`` is the price for all channels."""
    base = Price.objects.filter(variant=OuterRef("variant"), currency=OuterRef("currency"))
    rows = PriceException.objects.annotate(
        base=Subquery(base.values("amount")),
        product_title=Coalesce("variant__parent__title", "variant__title"),
        product=Coalesce("variant__parent", "variant"),
    )
    return rows.select_related("variant__parent", "channel", "location", "entered_by")


def clashing(exception: PriceException) -> PriceException | None:
    """The exception that is in the way of another one: for the same place and, if both have dates, the same time."""
    same = PriceException.objects.exclude(pk=exception.pk).filter(
        variant=exception.variant_id,
        currency=exception.currency,
        channel=exception.channel_id,
        location=exception.location_id,
        rank=exception.said()["rank"],
    )
    if exception.ends_at:
        same = same.exclude(starts_at__gte=exception.ends_at)
    if exception.starts_at:
        same = same.exclude(ends_at__lte=exception.starts_at)
    return same.order_by("starts_at").first()


def winner(
    rows: Iterable[PriceException], *, channel_id: int | None, location_id: int | None, moment: datetime
) -> PriceException | None:
    """The exception that holds at a place and a moment. Source: docs/algorithms/pricing.md, "Which price holds"."""
    applying = [
        row
        for row in rows
        if row.channel_id in (None, channel_id)
        and row.location_id in (None, location_id)
        and (row.starts_at is None or row.starts_at <= moment)
        and (row.ends_at is None or moment < row.ends_at)
    ]
    return max(applying, key=lambda row: row.said()["rank"], default=None)


def prices_everywhere(variant: Product, *, moment: datetime | None = None) -> list[ChannelPrice]:
    """What a variant costs on every channel and in every shop at a moment; five statements however many places."""
    moment = moment or clock.now()
    base = dict(Price.objects.filter(variant=variant).values_list("currency", "amount"))
    exceptions = PriceException.objects.filter(variant=variant).select_related("channel", "location")
    rows = defaultdict(list)
    for row in exceptions:
        rows[row.currency].append(row)
    shops = list(Location.objects.filter(is_active=True))
    channels = Channel.objects.active().prefetch_related("locations")
    return [
        _on_channel(channel, base.get(channel.currency), rows[channel.currency], shops, moment)
        for channel in channels
    ]


def _on_channel(
    channel: Channel,
    base: Decimal | None,
    rows: Sequence[PriceException],
    shops: Iterable[Location],
    moment: datetime,
) -> ChannelPrice:
    held = winner(rows, channel_id=channel.pk, location_id=channel.own_location_id, moment=moment)
    differing = []
    for shop in shops:
        there = winner(rows, channel_id=channel.pk, location_id=shop.pk, moment=moment)
        if there and there.location_id == shop.pk and there != held and _belongs(shop, channel):
            differing.append(ShopPrice(shop, there.amount, there))
    return ChannelPrice(channel, held.amount if held else base, held, tuple(differing))


def _belongs(shop: Location, channel: Channel) -> bool:
    """Whether a basket of a channel can belong to a shop: the channel offers its goods."""
    chosen = {location.pk for location in channel.locations.all()}
    return not chosen or shop.pk in chosen


def unexplained_differences(*, moment: datetime | None = None) -> list[Unexplained]:
    """Every price a channel would ask now that follows neither from the one price nor from an exception.

    The engine is asked for each channel, and what it says is compared with the rows themselves, read apart from it.
    """
    moment = moment or clock.now()
    base = _base_prices()
    exceptions = defaultdict(list)
    for row in PriceException.objects.not_over(moment):
        exceptions[row.currency, row.variant_id].append(row)
    return [
        found
        for channel in Channel.objects.active().prefetch_related("locations")
        for found in _unexplained_on(channel, base[channel.currency], exceptions, moment)
    ]


def number_to_check() -> int:
    """How many prices the check compares: those of each channel's currency, once a channel."""
    base = _base_prices()
    return sum(
        len(base[currency]) for currency in Channel.objects.active().values_list("currency", flat=True)
    )


def _base_prices() -> defaultdict[str, dict[int, Decimal]]:
    found: defaultdict[str, dict[int, Decimal]] = defaultdict(dict)
    for currency, variant_id, amount in Price.objects.values_list("currency", "variant_id", "amount"):
        found[currency][variant_id] = amount
    return found


def _unexplained_on(
    channel: Channel,
    base: dict[int, Decimal],
    exceptions: dict[tuple[str, int], list[PriceException]],
    moment: datetime,
) -> list[Unexplained]:
    place = {"channel_id": channel.pk, "location_id": channel.own_location_id, "moment": moment}
    variants, found = list(base), []
    for start in range(0, len(variants), CHECKED_AT_ONCE):
        portion = variants[start : start + CHECKED_AT_ONCE]
        asked = prices_on(portion, currency=channel.currency, **place)
        for variant_id, priced in asked.items():
            held = winner(exceptions.get((channel.currency, variant_id), ()), **place)
            expected = held.amount if held else base[variant_id]
            if priced.amount != expected or priced.rule.exception_id != (held.pk if held else None):
                found.append(Unexplained(channel, priced.sku, priced.amount, expected))
    return found
