"""What reads baskets. A view costs the same few statements, whatever the number of lines."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Cast, Coalesce, Concat

from comptoir.base import clock
from comptoir.baskets.models import Basket, Line
from comptoir.baskets.rows import Key, find_basket, line_owner
from comptoir.baskets.shown import BasketView, price_basket, show_basket
from comptoir.channels.models import Location
from comptoir.channels.queries import ChannelContext
from comptoir.customers.models import User
from comptoir.customers.queries import workplaces
from comptoir.stock.models import Hold


@dataclass(frozen=True)
class HeldAt:
    """What is held for a line at one location, and when the first of it ends. Units: pieces."""

    location: Location
    pieces: int
    until: datetime


#: How a hold names a line, in SQL.
OWNER = Concat(Value("basket-line:"), Cast("pk", CharField()))


def basket_view(key: Key) -> BasketView:
    """The basket a key opens: lines, prices with their reasons, what is held until when, and what is not and why.

    At most six statements: the basket, the checks (one of the core), the quote (two, three with vouchers), and what is
    free if something is not held.
    Errors: ``NotFound``.
    """
    return show_basket(price_basket(find_basket(key), key.channel))


def open_baskets(user: User) -> QuerySet[Basket]:
    """The open baskets somebody of the staff may see, the last touched first, with figures and no personal data.

    All of them with the permission to work everywhere, else those of one's own shops and those with goods held there.
    """
    lines = Line.objects.filter(basket=OuterRef("pk")).order_by().values("basket")
    holds = _live_holds().filter(owner__in=_owners(OuterRef(OuterRef("pk"))))
    rows = (
        Basket.objects.filter(status=Basket.OPEN)
        .select_related("channel", "location")
        .annotate(
            line_count=Coalesce(Subquery(lines.annotate(n=Count("pk")).values("n")), 0),
            pieces=Coalesce(Subquery(lines.annotate(n=Sum("quantity")).values("n")), 0),
            held_until=Subquery(holds.order_by("expires_at").values("expires_at")[:1]),
        )
        .order_by("-touched_at", "-pk")
    )
    if user.is_superuser or user.has_perm("customers.work_everywhere"):
        return rows
    places = workplaces(user)
    return rows.filter(Q(location__in=places) | Exists(holds.filter(level__location__in=places)))


def baskets_elsewhere(user: User, channel: ChannelContext) -> QuerySet[Basket]:
    """A customer's open baskets on other channels that have something in them, the last touched first."""
    rows = Basket.objects.filter(owner=user, status=Basket.OPEN).exclude(channel=channel.id)
    pieces = rows.annotate(pieces=Coalesce(Sum("lines__quantity"), 0)).filter(pieces__gt=0)
    return pieces.select_related("channel").order_by("-touched_at", "-pk")


def holds_of(basket: Basket) -> QuerySet[Hold]:
    """What is held for a basket at this moment, with where it is."""
    rows = _live_holds().filter(owner__in=_owners(basket.pk))
    return rows.select_related("level__variant", "level__location").order_by("expires_at", "pk")


def lines_with_holds(basket: Basket) -> list[tuple[Line, list[HeldAt]]]:
    """The lines of a basket with their variants, and where what is held for each; two statements."""
    places: dict[tuple[str, int], HeldAt] = {}
    for hold in holds_of(basket):
        key = hold.owner, hold.level.location_id
        there = places.get(key, HeldAt(hold.level.location, 0, hold.expires_at))
        places[key] = HeldAt(there.location, there.pieces + hold.quantity, min(there.until, hold.expires_at))
    lines = basket.lines.select_related("product__parent").order_by("pk")
    return [
        (line, [held for (owner, _place), held in places.items() if owner == line_owner(line.pk)])
        for line in lines
    ]


def may_release(user: User, basket: Basket) -> bool:
    """Whether somebody of the staff may give the goods of a basket back: what is held is in their own shops."""
    places = workplaces(user)
    return not holds_of(basket).exclude(level__location__in=places).exists()


def _live_holds() -> QuerySet[Hold]:
    return Hold.objects.live(clock.now())


def _owners(basket: object) -> QuerySet[Line]:
    return Line.objects.filter(basket=basket).order_by().annotate(owner_name=OWNER).values("owner_name")
