"""How the shop is doing: what was ordered by day and channel, what is late, which promises were kept, what is sold out.

Only what somebody's workplaces concern. A constant number of statements, whatever the period and the number of orders.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, F, IntegerField, Min, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce, TruncDate

from comptoir.base import clock
from comptoir.base.money import Money
from comptoir.customers.models import User
from comptoir.customers.queries import workplaces
from comptoir.fulfilment.models import Parcel, ParcelStep
from comptoir.orders.models import Order, OrderLine
from comptoir.orders.queries import orders_for
from comptoir.stock.models import Level
from comptoir.stock.queries import levels_with_free

State = Parcel.State
#: The parcel is ready for its customer, or on its way: the promise to prepare it is kept or broken by then.
PREPARED = (State.READY, State.SENT, State.HANDED_OVER, State.COLLECTED)
#: Nobody waits for these: nothing was promised, or not any more.
NOT_PROMISED = (State.CANCELLED, State.REJECTED)


@dataclass(frozen=True)
class Day:
    """What was ordered on a channel on one day. Units: ``revenue`` with tax, less what was cancelled."""

    on: date
    orders: int = 0
    revenue: Decimal = Decimal(0)


@dataclass(frozen=True)
class Series:
    """A channel, or several in one currency, with a ``Day`` for each day of the period."""

    name: str
    currency: str
    days: tuple[Day, ...]
    revenue_before: Decimal = Decimal(0)
    orders_before: int = 0

    @property
    def orders(self) -> int:
        return sum(one.orders for one in self.days)

    @property
    def revenue(self) -> Money:
        return Money(sum((one.revenue for one in self.days), Decimal(0)), self.currency)

    @property
    def change_percent(self) -> int | None:
        """Against the same number of days before; ``None`` where there was nothing before."""
        if not self.revenue_before:
            return None
        return round(100 * (self.revenue.amount - self.revenue_before) / self.revenue_before)


@dataclass(frozen=True)
class Promises:
    """How a location kept what was promised: parcels that were to be prepared in the period, and those late now."""

    location: str
    kept: int
    broken: int
    late: int

    @property
    def percent(self) -> int | None:
        promised = self.kept + self.broken
        return round(100 * self.kept / promised) if promised else None


@dataclass(frozen=True)
class Figures:
    """Everything the overview shows. ``sold_out`` are the first of ``sold_out_count``, those that sold most first."""

    since: date
    until: date
    channels: tuple[Series, ...]
    totals: tuple[Series, ...]
    promises: tuple[Promises, ...]
    sold_out: tuple[Level, ...]
    sold_out_count: int
    late: tuple[Parcel, ...] = field(default=())

    @property
    def kept_percent(self) -> int | None:
        return Promises("", *(sum(getattr(one, name) for one in self.promises) for name in
                              ("kept", "broken", "late"))).percent  # fmt: skip

    @property
    def late_count(self) -> int:
        return sum(one.late for one in self.promises)


MOST_SHOWN = 10


def figures_for(user: User, *, days: int, zone: object) -> Figures:
    """The last ``days`` days with today, by the clock of ``zone``; seven statements."""
    today = clock.now().astimezone(zone).date()  # type: ignore[arg-type]
    since = today - timedelta(days=days - 1)
    places = list(workplaces(user))
    channels = _channels(user, since, days, zone)
    sold_out = _sold_out(places, _midnight(since, zone))
    return Figures(
        since=since,
        until=today,
        channels=channels,
        totals=_totals(channels),
        promises=_promises(places, _midnight(since, zone)),
        sold_out=tuple(sold_out[:MOST_SHOWN]),
        sold_out_count=sold_out.count(),
        late=tuple(_late(places)[:MOST_SHOWN]),
    )


def _midnight(day: date, zone: object) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)  # type: ignore[arg-type]


def _channels(user: User, since: date, days: int, zone: object) -> tuple[Series, ...]:
    """One row a channel, currency and day, over this period and the one before."""
    rows = orders_for(user).filter(placed_at__gte=_midnight(since - timedelta(days=days), zone))
    grouped = (
        rows.exclude(state=Order.State.CANCELLED)
        .annotate(on=TruncDate("placed_at", tzinfo=zone))
        .order_by("channel__name", "currency", "on")
        .values("channel__name", "currency", "on")
        .annotate(number=Count("pk"), sum=Sum(F("total") - F("cancelled_total")))
    )
    found: dict[tuple[str, str], dict[date, Day]] = defaultdict(dict)
    for row in grouped:
        day = Day(row["on"], row["number"], row["sum"])
        found[row["channel__name"], row["currency"]][day.on] = day
    return tuple(_series(name, currency, by_day, since, days) for (name, currency), by_day in found.items())


def _series(name: str, currency: str, by_day: dict[date, Day], since: date, days: int) -> Series:
    before = [one for on, one in by_day.items() if on < since]
    return Series(
        name,
        currency,
        tuple(by_day.get(on, Day(on)) for on in (since + timedelta(days=n) for n in range(days))),
        sum((one.revenue for one in before), Decimal(0)),
        sum(one.orders for one in before),
    )


def _totals(channels: tuple[Series, ...]) -> tuple[Series, ...]:
    """All channels of a currency together; sums of two currencies are never added."""
    by_currency: dict[str, list[Series]] = defaultdict(list)
    for one in channels:
        by_currency[one.currency].append(one)
    return tuple(
        Series(
            "",
            currency,
            tuple(_sum_of(days) for days in zip(*(one.days for one in mine), strict=True)),
            sum((one.revenue_before for one in mine), Decimal(0)),
            sum(one.orders_before for one in mine),
        )
        for currency, mine in by_currency.items()
    )


def _sum_of(days: tuple[Day, ...]) -> Day:
    return Day(days[0].on, sum(one.orders for one in days), sum((one.revenue for one in days), Decimal(0)))


def _promises(places: list, since: datetime) -> tuple[Promises, ...]:
    """By the location that prepares: on time if it was prepared by ``due_at``; late if it should be and is not."""
    now = clock.now()
    steps = ParcelStep.objects.filter(parcel=OuterRef("pk"), becomes__in=PREPARED).order_by()
    done = Subquery(steps.values("parcel").annotate(at=Min("at")).values("at"))
    rows = (
        Parcel.objects.filter(location__in=places).exclude(state__in=NOT_PROMISED).exclude(kind="carry_out")
    )
    is_due, is_late = Q(due_at__gte=since, due_at__lte=now), Q(done=None, due_at__lt=now)
    counted = (
        rows.annotate(done=done)
        .filter(is_due | is_late)
        .order_by("location__name")
        .values("location__name")
        .annotate(
            kept=Count("pk", filter=is_due & Q(done__lte=F("due_at"))),
            broken=Count("pk", filter=is_due & (Q(done__gt=F("due_at")) | Q(done=None))),
            late=Count("pk", filter=is_late & Q(state__in=(State.WAITING, State.PICKING))),
        )
    )
    return tuple(Promises(row["location__name"], row["kept"], row["broken"], row["late"]) for row in counted)


def _late(places: list) -> "Iterator[Parcel]":
    """What should be prepared by now and is not, the longest overdue first."""
    late = Parcel.objects.filter(
        location__in=places, state__in=(State.WAITING, State.PICKING), due_at__lt=clock.now()
    )
    return late.select_related("order", "location").order_by("due_at", "pk")


def _sold_out(places: list, since: datetime):
    """What nobody can buy at a location any more, what sold best in the period first."""
    sold = OrderLine.objects.filter(variant=OuterRef("variant"), order__placed_at__gte=since).order_by()
    pieces = sold.values("variant").annotate(pieces=Sum("quantity")).values("pieces")
    rows = levels_with_free(places).filter(free__lte=0)
    rows = rows.annotate(sold=Coalesce(Subquery(pieces, output_field=IntegerField()), Value(0)))
    return rows.order_by("-sold", "variant__sku", "pk")
