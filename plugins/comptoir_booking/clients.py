"""Who a booking is for: found again by whoever answers the telephone, with what was booked and bought before."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from comptoir.customers.models import User
from comptoir.customers.queries import workplaces
from comptoir.orders.models import Order
from comptoir.orders.queries import find_orders, orders_for
from comptoir_booking.diary import name_customers
from comptoir_booking.models import Booking

MOST_FOUND = 8
MOST_SHOWN = 20


@dataclass(frozen=True)
class Client:
    """Somebody who was here before, as staff write them down."""

    name: str
    phone: str
    email: str
    user_id: int | None = None


def find_clients(user: User, text: str) -> list[Client]:
    """Customers of one's own shops by a part of the name, the telephone or the e-mail address; the latest first."""
    text = text.strip().replace("\0", "")[:100]
    if len(text) < 2:
        return []
    found = Q(contact_name__icontains=text) | Q(contact_email__iexact=text)
    digits = "".join(letter for letter in text if letter.isdigit())
    if len(digits) >= 4:
        found |= Q(contact_phone__contains=digits[-6:])
    booked = _visits(user).filter(found).order_by("-starts_at")[: MOST_FOUND * 3]
    known = [
        Client(one.contact_name, one.contact_phone, one.contact_email, one.customer_id) for one in booked
    ]
    orders = find_orders(user, text=text).order_by("-placed_at")[: MOST_FOUND * 3]
    known += [Client(one.name, one.phone, one.email, one.user_id) for one in orders]
    return _each_once(known)[:MOST_FOUND]


def earlier_visits(user: User, booking: Booking) -> list[Booking]:
    """What the customer of a booking has booked at one's own shops, the latest first; this visit is not among it.

    What was booked online has the customer in its order.
    """
    whose = _same_person("contact_phone", "contact_email", "customer", booking)
    ordered = _same_person("phone", "email", "user", booking)
    if whose is None or ordered is None:
        return []
    whose |= Q(document__in=Order.objects.filter(ordered).values("number"))
    rows = _visits(user).filter(whose).exclude(visit=booking.visit).exclude(state__in=_NOTHING)
    found = rows.select_related("service__product__parent", "customer", "location").order_by("-starts_at")
    return list(found[:MOST_SHOWN])


def earlier_orders(user: User, booking: Booking) -> list[Order]:
    """What the customer of a booking has ordered, on all channels, as far as one may see it; the latest first."""
    whose = _same_person("phone", "email", "user", booking) if user.has_perm("order.view_order") else None
    return list(orders_for(user).filter(whose).order_by("-placed_at")[:MOST_SHOWN]) if whose else []


_NOTHING = (Booking.State.HELD, Booking.State.RELEASED, Booking.State.EXPIRED)


def _visits(user: User) -> QuerySet[Booking]:
    return Booking.objects.filter(location__in=workplaces(user))


def _same_person(phone: str, email: str, account: str, booking: Booking) -> Q | None:
    """Whoever has the same account, telephone or e-mail address; a name alone is nobody's own."""
    name_customers([booking])
    said = {
        account: booking.customer_id,
        phone: booking.customer_phone,
        f"{email}__iexact": booking.customer_email,
    }
    found = [Q(**{name: value}) for name, value in said.items() if value]
    if not found:
        return None
    whose = found[0]
    for one in found[1:]:
        whose |= one
    return whose


def _each_once(known: Iterable[Client]) -> list[Client]:
    found: dict[tuple[str, str], Client] = {}
    for one in known:
        if one.name or one.phone or one.email:
            found.setdefault((one.name.casefold(), one.email.casefold() or one.phone), one)
    return list(found.values())
