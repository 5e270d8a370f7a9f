"""What reads orders. Endpoints and screens never filter by themselves."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from comptoir.base.errors import NotFound
from comptoir.baskets.claims import has_claims_at
from comptoir.customers.models import User
from comptoir.customers.queries import workplaces
from comptoir.orders.models import Order, OrderLine, Paper, StateChange
from comptoir.orders.numbers import normal_number
from comptoir.stock.models import Hold


def order_of_customer(number: str, user_id: int) -> Order:
    """An order of the customer who is logged in. Errors: ``NotFound``, also for somebody else's."""
    return _one(Order.objects.filter(user=user_id), number)


def orders_of_customer(user_id: int) -> QuerySet[Order]:
    """A customer's orders, the latest first."""
    return Order.objects.filter(user=user_id).select_related("channel")


def orders_for(user: User) -> QuerySet[Order]:
    """The orders somebody of the staff may see, the latest first.

    All of them with the permission to work everywhere; else those of one's own shops, those with goods there, or that
    had until they were cancelled, and those whose customer comes there for a part.
    """
    rows = Order.objects.select_related("channel", "location")
    if user.is_superuser or user.has_perm("customers.work_everywhere"):
        return rows
    places = workplaces(user)
    goods = Hold.objects.filter(
        level__location__in=places,
        owner__in=OrderLine.objects.filter(order=OuterRef(OuterRef("pk"))).values("stock_owner"),
        state__in=[Hold.State.ALLOCATED, Hold.State.CONSUMED, Hold.State.CANCELLED],
    )
    return rows.filter(Q(location__in=places) | Exists(goods) | has_claims_at(places))


def find_orders(
    user: User,
    *,
    text: str = "",
    states: Sequence[str] = (),
    channel: str = "",
    location: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[Order]:
    """What a search of the staff finds: by number, e-mail, phone, name or SKU, and by state, channel, shop and time."""
    rows = orders_for(user)
    if states:
        rows = rows.filter(state__in=states)
    if channel:
        rows = rows.filter(channel__code=channel)
    if location:
        rows = rows.filter(location__code=location)
    if since:
        rows = rows.filter(placed_at__gte=since)
    if until:
        rows = rows.filter(placed_at__lt=until)
    return _matching(rows, text.strip().replace("\0", "")[:100]) if text.strip() else rows


def staff_order(user: User, number: str) -> Order:
    """One order that somebody of the staff may see. Errors: ``NotFound``."""
    return _one(orders_for(user), number)


def history_of(order: Order) -> QuerySet[StateChange]:
    """The story of an order from its beginning, with who did what."""
    return order.history.select_related("actor")


def paper_of(order: Order, number: str) -> Paper:
    """One invoice, receipt or credit note of an order. Errors: ``NotFound``."""
    paper = order.papers.filter(number=number.replace("\0", "")).first()
    if paper is None:
        raise NotFound()
    return paper


def _matching(rows: QuerySet[Order], text: str) -> QuerySet[Order]:
    if number := normal_number(text):
        return rows.filter(number=number)
    if "@" in text:
        return rows.filter(Q(email__iexact=text) | Q(user__email__iexact=text))
    digits = "".join(letter for letter in text if letter.isdigit())
    has_sku = Exists(OrderLine.objects.filter(order=OuterRef("pk"), sku__iexact=text))
    found = Q(name__icontains=text) | Q(number__istartswith=text) | Q(has_sku)
    if len(digits) >= 4:
        found |= Q(phone__contains=digits[-6:])
    return rows.filter(found)


def _one(rows: QuerySet[Order], number: str) -> Order:
    order = rows.select_related("channel", "location").filter(number=normal_number(number) or "-").first()
    if order is None:
        raise NotFound()
    return order
