"""What a product costs on each channel: the price for all of them, or the exception that holds there just now."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from comptoir.base import clock
from comptoir.base.money import Money
from comptoir.channels.models import Channel
from comptoir.pricing.models import Price, PriceException
from comptoir.pricing.queries import lowest_price_30_days

#: A variant and a currency.
Key = tuple[int, str]


@dataclass(frozen=True)
class Tag:
    """What a label says: the price, and the one crossed out beside it if it was reduced. Tax is included."""

    price: Money | None
    before: Money | None


@dataclass
class ProductPrices:
    """The prices of one product's variants, read before a channel is chosen."""

    base: dict[Key, Price] = field(default_factory=dict)
    exceptions: dict[Key, list[PriceException]] = field(default_factory=lambda: defaultdict(list))
    _prior: dict[tuple[str, int, int | None, datetime], dict[int, Decimal]] = field(default_factory=dict)

    @property
    def are_the_same_everywhere(self) -> bool:
        return not self.exceptions

    def tag(self, variant_id: int, channel: Channel) -> Tag:
        """What one variant costs on a channel."""
        key = (variant_id, channel.currency)
        base = self.base.get(key)
        if exception := self._in_force(key, channel):
            return Tag(exception.money, self._reduced_from(exception, base, channel))
        if base is None:
            return Tag(None, None)
        return Tag(base.money, Money(base.compare_at, base.currency) if base.compare_at else None)

    def _in_force(self, key: Key, channel: Channel) -> PriceException | None:
        """The exception that wins on a channel; those of a shop hold on a channel that has only that one."""
        now = clock.now()
        for row in self.exceptions.get(key, ()):
            in_time = (row.starts_at is None or row.starts_at <= now) and (
                row.ends_at is None or now < row.ends_at
            )
            in_place = row.channel_id in (None, channel.pk) and (
                row.location_id is None or row.location_id == channel.own_location_id
            )
            if in_time and in_place:
                return row
        return None

    def _reduced_from(self, row: PriceException, base: Price | None, channel: Channel) -> Money | None:
        """The lowest price of the 30 days before a reduction, which is the only one that may be crossed out."""
        if base is None or row.amount >= base.amount:
            return None
        start = row.starts_at or row.created_at
        key = (row.currency, channel.pk, channel.own_location_id, start)
        if key not in self._prior:
            variants = {variant_id for variant_id, currency in self.base if currency == row.currency}
            self._prior[key] = lowest_price_30_days(
                variants, row.currency, start, channel_id=channel.pk, location_id=channel.own_location_id
            )
        prior = self._prior[key].get(row.variant_id)
        return Money(prior, row.currency) if prior is not None and prior > row.amount else None


def load_prices(owner: dict[int, int]) -> dict[int, ProductPrices]:
    """The prices of variants by the product they belong to, in two statements.

    Shape: ``owner`` is the product of each row.
    """
    prices = {pk: ProductPrices() for pk in owner.values()}
    for price in Price.objects.filter(variant__in=owner):
        prices[owner[price.variant_id]].base[price.variant_id, price.currency] = price
    for row in _not_over(owner):
        prices[owner[row.variant_id]].exceptions[row.variant_id, row.currency].append(row)
    return prices


def _not_over(variant_ids: Iterable[int]) -> Iterable[PriceException]:
    return PriceException.objects.not_over(clock.now()).filter(variant__in=variant_ids).order_by("-rank")
