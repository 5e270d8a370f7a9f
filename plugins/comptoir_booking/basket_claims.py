"""The times that a basket holds: they live and die with its lines, and become bookings with its order.

A hold belongs to a basket and a service, as a line does; two of the same service are a line of two.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from comptoir.base import clock
from comptoir.base.money import Money
from comptoir.baskets.claims import Claimed, ClaimGone, ClaimOrdered, LineClaims
from comptoir.baskets.rows import Code, Key, find_basket
from comptoir.baskets.services import add_line
from comptoir.baskets.shown import BasketView
from comptoir.channels.models import Location
from comptoir.orders.models import Order, OrderLine
from comptoir_booking.changes import cancel_bookings, confirm_bookings, extend_holds, release_bookings
from comptoir_booking.claims import Terms, hold_visit
from comptoir_booking.fees import cancel_percents, due_now, kept_of, pieces_of
from comptoir_booking.layout import Visit
from comptoir_booking.links import visit_link
from comptoir_booking.models import Booking, Service
from comptoir_booking.refusals import NotPossible, TooLate
from comptoir_booking.rows import lock_owned
from comptoir_booking.self_service import fees_of_move, may_cancel
from comptoir_booking.wording import booking_text, with_names

State = Booking.State


class TimeClaims(LineClaims):
    """What the core asks of the appointment book about the lines of baskets."""

    def claimed(self, basket_id: int, variant_ids: Iterable[int]) -> Mapping[int, Claimed]:
        """A time that has ended counts until somebody else takes it, or it begins."""
        services = dict(Service.objects.filter(product__in=list(variant_ids)).values_list("product_id", "pk"))
        if not services:
            return {}
        mine = Booking.objects.filter(owner=owner_of(basket_id), state=State.HELD, starts_at__gt=clock.now())
        held = [one for one in with_names(mine) if one.service_id in services.values()]
        return {
            variant_id: _claimed([one for one in held if one.service_id == pk])
            for variant_id, pk in services.items()
        }

    def extend(self, basket_id: int, minutes: int) -> None:
        extend_holds(owners=[owner_of(basket_id)], minutes=minutes)

    def reduce(self, basket_id: int, quantities: Mapping[int, int]) -> None:
        """The latest go first."""
        release_bookings([one for held in _beyond(basket_id, quantities).values() for one in held])

    def move(self, basket_id: int, to_basket_id: int) -> None:
        ids = [one.pk for one in lock_owned([owner_of(basket_id)]) if one.state == State.HELD]
        Booking.objects.filter(pk__in=ids).update(owner=owner_of(to_basket_id))

    def confirm(self, basket_id: int, quantities: Mapping[int, int], document: str) -> None:
        wanted = dict(Service.objects.filter(product__in=quantities).values_list("product_id", "pk"))
        if not wanted:
            return
        held = _held(basket_id)
        confirmed: list[Booking] = []
        for variant_id, service_id in wanted.items():
            mine = [one for one in held if one.service_id == service_id][: quantities[variant_id]]
            if len(mine) < quantities[variant_id]:
                raise ClaimGone(field="basket")
            confirmed += mine
        confirm_bookings(confirmed, document=document)
        release_bookings([one for one in held if one not in confirmed])

    def due_later(self, basket_id: int, totals: Mapping[int, Money]) -> Mapping[int, Money]:
        """What the policies of the times held say; two of a service may have different ones."""
        owner, later = owner_of(basket_id), {}
        held = Booking.objects.filter(owner=owner, state=State.HELD, service__product__in=list(totals))
        by_variant: dict[int, list[Booking]] = {}
        for one in held.select_related("service").order_by("pk"):
            by_variant.setdefault(one.service.product_id, []).append(one)
        for variant_id, mine in by_variant.items():
            total = totals[variant_id]
            price = Money(total.amount / len(mine), total.currency).rounded()
            parts = [due_now(one.policy, price) for one in mine]
            if any(part != price for part in parts):
                later[variant_id] = total - sum(parts, Money(Decimal(0), total.currency))
        return later

    def kept(self, document: str, quantities: Mapping[int, int]) -> Mapping[int, Decimal]:
        """The policy of each appointment that a customer cancels with an order, the latest first."""
        rows = Booking.objects.filter(document=document, service__product__in=quantities)
        bookings = list(rows.select_related("service").order_by("-pk"))
        if not bookings:
            return {}
        order = Order.objects.get(number=document)
        kept: dict[int, Decimal] = {}
        for variant_id, quantity in quantities.items():
            mine = [one for one in bookings if one.service.product_id == variant_id]
            chosen = [one for one in mine if one.state == State.CONFIRMED][:quantity]
            if mine and len(chosen) < quantity:
                raise NotPossible(state=mine[0].get_state_display())
            percents = {pk: part for one in chosen for pk, part in cancel_percents([one]).items()}
            if None in percents.values():
                raise TooLate()
            kept[variant_id] = sum(kept_of(order, pieces_of(order, chosen), percents).values(), Decimal(0))
        return kept

    def came(self, document: str, variant_ids: Iterable[int]) -> Mapping[int, int]:
        """Who was served was there; who did not come has no piece in the order any more."""
        rows = Booking.objects.filter(document=document, service__product__in=list(variant_ids))
        served = Count("pk", filter=Q(state=State.DONE))
        return dict(rows.order_by().values_list("service__product").annotate(served=served))

    def at(self, locations: QuerySet[Location]) -> QuerySet[Booking]:
        """A visit that was cancelled, or moved within its salon, is still its affair."""
        return Booking.objects.filter(document=OuterRef("number"), location__in=locations)

    def ordered(self, document: str, locale: str) -> Mapping[int, Sequence[ClaimOrdered]]:
        """Each appointment of an order with the safe link of its visit; those that are cancelled say so."""
        rows = with_names(Booking.objects.filter(document=document)).select_related("service", "channel")
        visits: dict[UUID, list[Booking]] = {}
        for one in rows.order_by("starts_at", "pk"):
            visits.setdefault(one.visit, []).append(one)
        found: dict[int, list[ClaimOrdered]] = {}
        for bookings in visits.values():
            link, can = visit_link(bookings, locale), can_text(bookings)
            for one in bookings:
                found.setdefault(one.service.product_id, []).append(
                    ClaimOrdered(_ordered_text(one), link, can)
                )
        # Places of one class are one visit, and said once.
        return {variant_id: list(dict.fromkeys(claims)) for variant_id, claims in found.items()}


def hold_in_basket(*, key: Key, visit: Visit, start: datetime) -> tuple[list[Booking], BasketView]:
    """Hold a visit for a basket and put its services into it, a line each: both or neither.

    Call it in a transaction. Errors: those of ``hold_visit`` and of ``baskets.add_line``.
    """
    bookings = hold_visit(visit=visit, start=start, terms=terms_of(key))
    return bookings, add_lines(key, bookings)


def terms_of(key: Key) -> Terms:
    """For whom a basket holds, and how long; the basket is locked. Errors: those of ``find_basket``."""
    basket, channel = find_basket(key, lock=True), key.channel
    return Terms(
        owner=owner_of(basket.id), channel_id=channel.id, customer_id=basket.owner_id,
        minutes=channel.hold_minutes, max_minutes=channel.hold_minutes_max,
    )  # fmt: skip


def add_lines(key: Key, bookings: Sequence[Booking]) -> BasketView:
    """Put what was held into its basket, a line for each service. Errors: those of ``baskets.add_line``."""
    ids = Counter(one.service_id for one in bookings)
    skus = dict(Service.objects.filter(pk__in=ids).values_list("pk", "product__sku"))
    for service_id, quantity in ids.items():
        view = add_line(key=key, code=Code(skus[service_id]), quantity=quantity)
    return view


def cancel_ordered(*, number: str) -> None:
    """Cancel the appointments of an order beyond the pieces that are left of it: the latest first; safe to repeat.

    Who cancels an appointment cancels its piece too, so there is nothing left to do when its event comes.
    """
    taken = (State.CONFIRMED, State.ARRIVED, State.DONE)
    rows = Booking.objects.filter(document=number, state__in=taken).select_related("service")
    left: Counter[int] = Counter()
    for line in OrderLine.objects.filter(order__number=number, is_counted=False):
        left[line.variant_id or 0] += line.open_quantity
    beyond = []
    for one in rows.order_by("pk"):
        left[one.service.product_id] -= 1
        if left[one.service.product_id] < 0:
            beyond.append(one.pk)
    cancel_bookings(beyond)


def owner_of(basket_id: int) -> str:
    """How a hold names its basket."""
    return f"basket:{basket_id}"


def can_text(bookings: Sequence[Booking]) -> str:
    """What the link of a visit is called: what its customer can still do there."""
    return {
        (True, True): _("See, move or cancel it"),
        (True, False): _("See or move it"),
        (False, True): _("See or cancel it"),
        (False, False): _("See it"),
    }[fees_of_move(bookings).is_possible, may_cancel(bookings)]


def _ordered_text(booking: Booking) -> str:
    if booking.state == State.CANCELLED:
        return _("%(appointment)s (cancelled)") % {"appointment": booking_text(booking)}
    return booking_text(booking)


def _claimed(held: Sequence[Booking]) -> Claimed:
    ends = [one.held_until for one in held if one.held_until]
    longest = [one.longest_until for one in held if one.longest_until]
    in_order = sorted(held, key=lambda one: one.starts_at)
    words = tuple(dict.fromkeys(map(booking_text, in_order)))
    place = in_order[0].location_id if in_order else None
    return Claimed(len(held), min(ends, default=None), min(longest, default=None), words, place)


def _held(basket_id: int) -> list[Booking]:
    """What a basket holds that has not begun yet, locked, the first made first."""
    rows = lock_owned([owner_of(basket_id)])
    return [one for one in rows if one.state == State.HELD and one.starts_at > clock.now()]


def _beyond(basket_id: int, quantities: Mapping[int, int]) -> dict[int, list[Booking]]:
    services = dict(Service.objects.filter(product__in=quantities).values_list("product_id", "pk"))
    held = [one for one in lock_owned([owner_of(basket_id)]) if one.state == State.HELD] if services else []
    return {
        variant_id: [one for one in held if one.service_id == pk][quantities[variant_id] :]
        for variant_id, pk in services.items()
    }
