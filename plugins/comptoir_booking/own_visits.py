"""The appointments of a customer with an account: what is to come and what was, on whatever channel it was booked."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from comptoir.base import clock
from comptoir.channels.queries import ChannelContext
from comptoir.customers.account import AccountPart, AccountRow, Link
from comptoir.orders.queries import orders_of_customer
from comptoir_booking.links import calendar_path, page_path
from comptoir_booking.models import Booking
from comptoir_booking.self_service import GONE, fees_of_move, may_cancel, token_of
from comptoir_booking.shown import titles_of
from comptoir_booking.wording import services_text, when_text, with_names

State = Booking.State
#: Visits to come, and past ones, that an account shows.
MOST_SHOWN = 30
#: States that customers are told of; that they came, they know.
TOLD = (State.CANCELLED, State.MISSED)


def bookings_of_customer(user_id: int) -> QuerySet[Booking]:
    """What somebody booked while logged in, what the team booked for their account, and what their orders have."""
    mine = Q(customer=user_id) | Q(document__in=orders_of_customer(user_id).values("number"))
    return Booking.objects.filter(mine).exclude(state__in=GONE)


def visits_of(bookings: Iterable[Booking]) -> list[list[Booking]]:
    """Bookings by the visit they belong to, in the order in which they come."""
    visits: dict[object, list[Booking]] = {}
    for one in bookings:
        visits.setdefault(one.visit, []).append(one)
    return [sorted(found, key=lambda one: (one.starts_at, one.pk)) for found in visits.values()]


def appointments_part(channel: ChannelContext, customer_id: int, locale: str) -> AccountPart:
    """The appointments of an account with the links that may still be used; three statements, whatever there is."""
    rows = with_names(bookings_of_customer(customer_id)).select_related("service__product")
    is_to_come = Q(ends_at__gt=clock.now(), state__in=(State.CONFIRMED, State.ARRIVED))
    coming = list(rows.filter(is_to_come).order_by("starts_at", "pk")[:MOST_SHOWN])
    earlier = list(rows.exclude(is_to_come).order_by("-starts_at", "-pk")[:MOST_SHOWN])
    titles = titles_of(channel, locale, [*coming, *earlier])

    def shown(bookings: list[Booking]) -> list[AccountRow]:
        return [_row(channel, locale, visit, titles) for visit in visits_of(bookings)]

    links = [(_("Book an appointment"), page_path(channel, locale, "home"))]
    if coming or earlier:
        links.append((_("All of them in my calendar"), page_path(channel, locale, "calendar")))
    return AccountPart(
        "appointments", _("Appointments"), shown(coming), shown(earlier),
        empty=_("You have no appointment at the moment."), links=[one for one in links if one[1]],
    )  # fmt: skip


def _row(channel: ChannelContext, locale: str, bookings: list[Booking], titles: dict[int, str]) -> AccountRow:
    first = bookings[0]
    people = dict.fromkeys(one.person_name for one in bookings if one.person_name)  # type: ignore[attr-defined]
    more = [services_text(bookings, titles), ", ".join(people), first.location.name]
    return AccountRow(
        words=when_text(first.starts_at, first.time_zone),
        more=" · ".join(filter(None, more)),
        state=str(first.get_state_display()) if first.state in TOLD else "",
        links=list(_links(channel, locale, bookings)),
    )


def _links(channel: ChannelContext, locale: str, bookings: list[Booking]) -> Iterable[Link]:
    token = token_of(bookings)
    page = page_path(channel, locale, "visit", token)
    if not page:
        return
    yield _("See"), page
    if bookings[0].state != State.CONFIRMED or bookings[0].starts_at <= clock.now():
        return
    if fees_of_move(bookings).is_possible:
        yield _("Move"), page_path(channel, locale, "visit_move", token)
    if may_cancel(bookings):
        yield _("Cancel"), f"{page}#cancel"
    yield _("Add to my calendar"), calendar_path(channel.code, token)
