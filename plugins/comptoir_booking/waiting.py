"""The waiting list: when something becomes free, who asked first is offered it. The offer is a hold, and ends by itself.

``offer_free_times`` is run by the worker every quarter of a minute, so it sees what was cancelled, moved, given back, and
what nobody paid. Not by an event: its transaction would lock the time of many people, one after the other. Each entry is
handled in a transaction of its own, its row locked, and skipped by others: nobody is offered two times, and no time is
offered to two.
"""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.crypto import constant_time_compare, salted_hmac

from comptoir.base import clock
from comptoir.base.errors import InvalidValue, NotFound
from comptoir.baskets.rows import Key
from comptoir.baskets.shown import BasketView
from comptoir.channels.models import Location
from comptoir.channels.queries import ChannelContext
from comptoir.events.services import record_event
from comptoir.messaging.services import write_messages
from comptoir.stock.rows import in_transaction
from comptoir_booking.basket_claims import add_lines, terms_of
from comptoir_booking.changes import extend_holds, release_holds
from comptoir_booking.claims import Terms, hold_visit
from comptoir_booking.conf import conf
from comptoir_booking.layout import Visit, Wish
from comptoir_booking.models import Booking, Session, WaitEntry
from comptoir_booking.queries import MOST_DAYS, free_starts
from comptoir_booking.refusals import NothingOffered, SessionFull, StartNotFree
from comptoir_booking.rows import lock_owned
from comptoir_booking.sessions import hold_seats
from comptoir_booking.wall_time import DAY

State = WaitEntry.State
#: The kind of message that says so (telling_waiting.py).
JOINED = "booking_waiting"
#: Who let so many offers go by is asked no more.
MOST_OFFERS = 3
#: Nobody is offered anything at night: the hold would end before they are up. Hours on the wall of the location.
FIRST_HOUR, LAST_HOUR = 8, 20
LIMIT = 50


def join_waiting_list(
    *, channel: ChannelContext, location: Location, service_id: int, first_day: date, last_day: date,
    name: str, email: str = "", phone: str = "", person_id: int | None = None, locale: str = "",
    customer_id: int | None = None, session: Session | None = None,
) -> WaitEntry:  # fmt: skip
    """Ask to be told when a service becomes free on some days, with anybody or somebody chosen; or a place of a class.

    Errors: ``InvalidValue`` for days that are over, or more than two months of them, and without a way to be told.
    """
    today = clock.now().astimezone(ZoneInfo(location.time_zone)).date()
    if not today <= last_day or not first_day <= last_day < first_day + MOST_DAYS * DAY:
        raise InvalidValue(field="last_day", value=last_day)
    if not (email or phone):
        raise InvalidValue(field="email", value="")
    entry = WaitEntry(
        channel_id=channel.id, location=location, service_id=service_id, person_id=person_id, session=session,
        first_day=first_day, last_day=last_day, name=name, email=email, phone=phone,
        locale=locale or channel.default_locale, customer_id=customer_id, asked_at=clock.now(),
    )  # fmt: skip
    entry.clean_fields()

    def join() -> WaitEntry:
        entry.save()
        write_messages(JOINED, [entry.pk])
        return entry

    return in_transaction(join)


def join_class_list(*, session: Session, channel: ChannelContext, **who: Any) -> WaitEntry:
    """Ask to be told when a place of a class becomes free. Errors: ``SessionFull`` when it does not take place; ``InvalidValue``.

    Shapes: ``who`` has what ``join_waiting_list`` wants to know of them.
    """
    if not session.is_open:
        raise SessionFull(field="session", left=0, session=str(session.uuid))
    day = session.starts_at.astimezone(ZoneInfo(session.time_zone)).date()
    return join_waiting_list(
        channel=channel, location=session.location, service_id=session.service_id, session=session,
        first_day=day, last_day=day, **who,
    )  # fmt: skip


def wait_token(entry: WaitEntry) -> str:
    """The secret of the link of an entry; worked out again for each message."""
    digest = salted_hmac("comptoir_booking.waiting", str(entry.uuid), algorithm="sha256").hexdigest()
    return f"{entry.uuid.hex}{digest[:32]}"


def entry_for(token: str) -> WaitEntry:
    """The entry that a link opens. Errors: ``NotFound``, the same for all wrong tokens."""
    try:
        uuid = UUID(hex=token[:32])
    except ValueError as error:
        raise NotFound() from error
    rows = WaitEntry.objects.select_related("channel", "location", "session", "service__product")
    found = rows.filter(uuid=uuid).first()
    if found is None or not constant_time_compare(token, wait_token(found)):
        raise NotFound()
    return found


def offer_free_times(*, limit: int = LIMIT) -> int:
    """End offers that nobody took, and offer what is free to those who have waited longest; returns how many offers."""
    now = clock.now()
    lapsed = Q(state=State.OFFERED, offered_until__lte=now)
    for pk in WaitEntry.objects.filter(lapsed).values_list("pk", flat=True)[:limit]:
        in_transaction(lambda pk=pk: _lapse(pk))
    return sum(in_transaction(lambda pk=pk: _offer(pk)) for pk in _first_in_line(limit))


def accept_offer(*, token: str, key: Key) -> BasketView:
    """Put the time that was offered into a basket, whose it is from now on. Call it in a transaction.

    Errors: ``NotFound``, ``NothingOffered`` when the offer has ended, those of ``baskets.add_line``.
    """
    terms = terms_of(key)
    entry = _locked(entry_for(token).pk)
    if entry is None or entry.state != State.OFFERED:
        raise NothingOffered()
    held = [one for one in lock_owned([owner_of(entry)]) if one.state == Booking.State.HELD]
    if not held:
        raise NothingOffered()
    Booking.objects.filter(pk__in=[one.pk for one in held]).update(owner=terms.owner)
    extend_holds(owners=[terms.owner], minutes=terms.minutes)
    WaitEntry.objects.filter(pk=entry.pk).update(state=State.TAKEN, offered_until=None)
    return add_lines(key, held)


def leave_waiting_list(*, token: str) -> None:
    """Wait no more; what was offered is free for the next. Errors: ``NotFound``."""
    pk = entry_for(token).pk

    def leave() -> None:
        entry = WaitEntry.objects.select_for_update(no_key=True).get(pk=pk)
        if entry.state in (State.WAITING, State.OFFERED):
            release_holds(owners=[owner_of(entry)])
            _end(entry)

    in_transaction(leave)


def owner_of(entry: WaitEntry) -> str:
    """How the hold of an offer names its entry."""
    return f"waiting:{entry.uuid}"


def _first_in_line(limit: int) -> QuerySet[WaitEntry, int]:
    """Who waited longest; who waits for a class that is full keeps nobody from being looked at."""
    now = clock.now()
    late = Booking.objects.filter(session=OuterRef("session"), state=Booking.State.HELD, held_until__lte=now)
    full = Q(
        session__taken__gte=F("session__places"), session__starts_at__gt=now, session__is_cancelled=False
    )
    rows = WaitEntry.objects.filter(state=State.WAITING).exclude(full & ~Exists(late))
    return rows.order_by("asked_at", "pk").values_list("pk", flat=True)[:limit]


def _offer(pk: int) -> bool:
    entry = _locked(pk)
    if entry is None or entry.state != State.WAITING:
        return False
    here = clock.now().astimezone(ZoneInfo(entry.location.time_zone))
    first = max(entry.first_day, here.date())
    is_over = not entry.session.is_open if entry.session else first > entry.last_day  # classes move
    if is_over:
        _end(entry)
        return False
    if not FIRST_HOUR <= here.hour < LAST_HOUR:
        return False
    if entry.session:
        return _hold(entry, partial(hold_seats, session=entry.session, party=1))
    visit = Visit(entry.location_id, (Wish(entry.service_id, entry.person_id),))
    for start in free_starts(visit, first, (entry.last_day - first).days + 1)[:1]:
        return _hold(entry, partial(hold_visit, visit=visit, start=start))
    return False


def _hold(entry: WaitEntry, take: Callable[..., list[Booking]]) -> bool:
    minutes = conf.OFFER_MINUTES
    terms = Terms(
        owner=owner_of(entry), channel_id=entry.channel_id, customer_id=entry.customer_id, contact_name=entry.name,
        contact_phone=entry.phone, contact_email=entry.email, locale=entry.locale, minutes=minutes,
        max_minutes=max(minutes, 45),
    )  # fmt: skip
    try:
        [held] = take(terms=terms)
    except (StartNotFree, SessionFull):
        return False
    WaitEntry.objects.filter(pk=entry.pk).update(
        state=State.OFFERED, offered=held.visit, offered_until=held.held_until, offers=F("offers") + 1
    )
    record_event("booking_offered", subject_id=entry.pk, visit=str(held.visit), channel=entry.channel.code)
    return True


def _lapse(pk: int) -> None:
    """Nobody took the offer: it is the next one's turn, and this one's again after all others."""
    entry = _locked(pk)
    if entry is None or entry.state != State.OFFERED or entry.offered_until > clock.now():
        return
    release_holds(owners=[owner_of(entry)])
    if entry.offers >= MOST_OFFERS:
        _end(entry)
        return
    WaitEntry.objects.filter(pk=pk).update(
        state=State.WAITING, offered=None, offered_until=None, asked_at=clock.now()
    )


def _locked(pk: int) -> WaitEntry | None:
    """An entry as it is now. Workers wait for each other: who skipped the first would offer its time to the second."""
    rows = WaitEntry.objects.select_related("location", "channel", "session").filter(pk=pk)
    return rows.select_for_update(no_key=True, of=("self",)).first()


def _end(entry: WaitEntry) -> None:
    WaitEntry.objects.filter(pk=entry.pk).update(state=State.ENDED, offered=None, offered_until=None)
