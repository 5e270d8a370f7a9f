"""What an offer is once compiled: plain values that answer without a database."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

#: Oscar's upper limit for an offer without any (AbstractConditionalOffer.get_max_applications).
NO_LIMIT = 10_000


@dataclass(frozen=True)
class Goods:
    """What offers need to know of one variant."""

    variant_id: int
    product_id: int
    class_id: int | None = None
    category_paths: tuple[str, ...] = ()
    is_discountable: bool = True

    @property
    def own_ids(self) -> set[int]:
        """The variant and the product it belongs to: naming either in a range names the variant."""
        return {self.variant_id, self.product_id}


@dataclass(frozen=True)
class OfferRange:
    """A set of products, as Oscar's ``Range.product_queryset`` decides it.

    One difference: a product excluded from a range of everything takes its variants along (docs/algorithms/pricing.md).
    """

    id: int
    name: str
    includes_all: bool = False
    product_ids: frozenset[int] = frozenset()
    excluded_ids: frozenset[int] = frozenset()
    class_ids: frozenset[int] = frozenset()
    category_paths: tuple[str, ...] = ()
    excluded_paths: tuple[str, ...] = ()

    def contains(self, goods: Goods) -> bool:
        if not self.excluded_ids.isdisjoint(goods.own_ids):
            return False
        if self.includes_all:
            return not _below(goods.category_paths, self.excluded_paths)
        return (
            not self.product_ids.isdisjoint(goods.own_ids)
            or goods.class_id in self.class_ids
            or _below(goods.category_paths, self.category_paths)
        )


@dataclass(frozen=True)
class Condition:
    """What a basket has to have. ``kind`` is Oscar's type: Count, Coverage (distinct goods) or Value."""

    kind: str
    value: Decimal
    range: OfferRange


@dataclass(frozen=True)
class Benefit:
    """What the basket gets. ``kind`` is Oscar's type; delivery benefits are only carried through to fulfilment."""

    kind: str
    value: Decimal
    range: OfferRange | None
    max_affected_items: int

    @property
    def is_for_delivery(self) -> bool:
        return self.kind.startswith("Shipping")


@dataclass(frozen=True)
class Scope:
    """Where and on which days an offer counts. Nothing named means everywhere and always.

    Units: ``starts_on`` and ``ends_on`` are whole days, both included, in ``time_zone`` or else the zone of the place.
    """

    channel_ids: frozenset[int] = frozenset()
    location_ids: frozenset[int] = frozenset()
    starts_on: date | None = None
    ends_on: date | None = None
    time_zone: str = ""

    def refusal(self, *, channel_id: int, location_id: int | None, moment: datetime, time_zone: str) -> str:
        """Why an offer does not count: ``channel``, ``location``, ``too_early``, ``too_late`` or nothing."""
        if self.channel_ids and channel_id not in self.channel_ids:
            return "channel"
        if self.location_ids and location_id not in self.location_ids:
            return "location"
        today = moment.astimezone(ZoneInfo(self.time_zone or time_zone)).date()
        if self.starts_on and today < self.starts_on:
            return "too_early"
        if self.ends_on and today > self.ends_on:
            return "too_late"
        return ""


@dataclass(frozen=True)
class Offer:
    """One of Oscar's conditional offers, with everything the engine asks of it."""

    id: int
    name: str
    kind: str
    priority: int
    is_exclusive: bool
    condition: Condition
    benefit: Benefit
    scope: Scope = field(default_factory=Scope)
    combines_with: frozenset[int] = frozenset()
    has_combinations: bool = False
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    max_basket_applications: int | None = None
    max_global_applications: int | None = None
    max_user_applications: int | None = None
    max_discount: Decimal | None = None
    #: Oscar's own filter for site offers; offers of a voucher go by the voucher instead.
    is_open: bool = True

    @property
    def goes_with_all(self) -> bool:
        """Neither exclusive nor choosy about its partners."""
        return not (self.is_exclusive or self.has_combinations)

    def is_on(self, moment: datetime) -> bool:
        """Whether an offer for everybody runs; both ends are included, as in Oscar's ``ActiveOfferManager``."""
        begun = self.starts_at is None or self.starts_at <= moment
        return self.is_open and begun and (self.ends_at is None or moment <= self.ends_at)

    def limit(self, usage: "Usage") -> int:
        """How often the offer may be applied to this basket."""
        if self.max_discount and usage.discounts.get(self.id, Decimal(0)) >= self.max_discount:
            return 0
        limits = [NO_LIMIT]
        if self.max_user_applications and usage.is_known_customer:
            limits.append(max(0, self.max_user_applications - usage.by_customer.get(self.id, 0)))
        if self.max_basket_applications:
            limits.append(self.max_basket_applications)
        if self.max_global_applications:
            limits.append(max(0, self.max_global_applications - usage.applications.get(self.id, 0)))
        return min(limits)


@dataclass(frozen=True)
class Usage:
    """How far limited offers have been used up; read afresh for each quote."""

    applications: Mapping[int, int] = field(default_factory=dict)
    discounts: Mapping[int, Decimal] = field(default_factory=dict)
    by_customer: Mapping[int, int] = field(default_factory=dict)
    is_known_customer: bool = False


@dataclass(frozen=True)
class AppliedVoucher:
    """A voucher the customer entered and may use, with its offers in Oscar's order."""

    id: int
    code: str
    name: str
    offer_ids: tuple[int, ...]


def _below(paths: Collection[str], tops: tuple[str, ...]) -> bool:
    """Whether a category is one of the tops or under it; a treebeard path begins with that of its parent."""
    return bool(tops) and any(path.startswith(tops) for path in paths)
