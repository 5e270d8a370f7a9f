"""How the goods of a checkout get to the customer: the one place where checkout asks fulfilment."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from comptoir.base import clock
from comptoir.base.errors import InvalidValue
from comptoir.base.money import Money
from comptoir.baskets.holding import terms
from comptoir.baskets.shown import BasketView
from comptoir.channels.models import Location
from comptoir.fulfilment.carriers import Address, RelayPoint, relay_point
from comptoir.fulfilment.methods import Asked, Option, UnknownMethod, Wanted, Way
from comptoir.fulfilment.models import DeliveryMethod
from comptoir.fulfilment.options import delivery_options, promise_sentence
from comptoir.fulfilment.routes import Choice, choose_delivery
from comptoir.fulfilment.slots import NoSlotHeld, SlotFull, SlotPast, UnknownSlot, hold_slot, release_slot

#: How payments call the ways of fulfilment.
WAYS = {Way.SHIP: "delivery", Way.COLLECT: "collection", Way.CARRY_OUT: "carried_out"}
CARRIED_OUT = WAYS[Way.CARRY_OUT]
#: Nothing is brought to anybody: the customer comes to where it is done.
VISIT = "visit"


@dataclass(frozen=True)
class Wish:
    """What a customer wants: the key of an option, and what it needs. ``slot`` is when they come.

    ``point`` is a relay point: its code, and once it was asked for everything the carrier says of it.
    """

    key: str
    address: dict[str, str] = field(default_factory=dict)
    point: dict[str, Any] = field(default_factory=dict)
    slot: str = ""


@dataclass(frozen=True)
class Chosen:
    """A choice of delivery, frozen: ``facts`` is what checkout and order keep. Units: with tax."""

    facts: dict[str, Any]
    total: Decimal
    tax: Decimal


def choose_way(
    *, view: BasketView, wish: Wish, before: Mapping[str, Any], reference: str, locale: str
) -> Chosen:
    """Decide how the goods get there and from where, and hold each line there exactly once.

    ``before`` is the choice made earlier, if there is one: the slot it held is given back.

    Errors: ``UnknownMethod``, ``NotDeliverable`` with the reasons, ``OutOfStock``, ``SlotFull``, ``SlotPast``,
    ``UnknownSlot``, ``NoSlotHeld`` where customers come at a time they chose, ``InvalidValue``. Nothing changes then.
    """
    point = RelayPoint(**wish.point) if wish.point else None
    with translation.override(locale):  # what the order keeps is in the customer's language
        return _choose(view, wish, point, before, reference, locale)


def _choose(
    view: BasketView,
    wish: Wish,
    point: RelayPoint | None,
    before: Mapping[str, Any],
    reference: str,
    locale: str,
) -> Chosen:
    choice = choose_delivery(
        asked=_asked(view, wish, point, locale), key=wish.key, reference=reference, **terms(view.channel)
    )
    slot = _slot(choice.option, wish, before, reference)
    total = choice.option.price.amount if choice.option.price else Decimal(0)
    return Chosen(_facts(choice, wish, point, slot, view), total, delivery_tax(total, view))


def claimed_place(view: BasketView) -> int | None:
    """The shop of the first line of a basket that its customer comes for; ``None`` if there is no such line."""
    return next((line.row.location_id for line in view.lines if line.row.location_id), None)


def is_visit(view: BasketView) -> bool:
    """Whether a customer comes for all that is in a basket, so that nothing of it has to be delivered."""
    return bool(view.lines) and all(line.row.location_id for line in view.lines)


def is_at_till(view: BasketView) -> bool:
    """Whether a basket stands at a till, where its customer may carry out at once what there is."""
    channel = view.channel
    return not channel.is_public and bool(view.basket.location or channel.own_location_id)


def visit_of(view: BasketView, locale: str) -> Chosen:
    """What stands in the place of a delivery for who comes for all of it: chosen by itself, it costs nothing."""
    with translation.override(locale):
        name = _("In the shop")
    facts = {
        "key": VISIT, "method": "", "kind": "collection", "name": name, "way": VISIT, "carrier": "", "due_at": None,
        "location_id": claimed_place(view), "address": {}, "point": None, "slot": None, "promise": None, "promised": "",
        "from": [], "wish": asdict(Wish(VISIT)), "basket_version": view.basket.version,
    }  # fmt: skip
    return Chosen(facts, Decimal(0), Decimal(0))


def delivery_tax(total: Decimal, view: BasketView) -> Decimal:
    """The tax in the price of a delivery: at the highest rate of the goods it brings (a shop never owes more).

    Source: BOFiP BOI-TVA-BASE-10-20-20: transport follows what is transported.
    """
    percent = max((line.price.tax_percent for line in view.lines if line.price), default=Decimal(0))
    return Money(total * percent / (100 + percent), view.quote.currency).rounded().amount


def ways_for(*, view: BasketView, near: Address | None, locale: str) -> list[Option]:
    """Every way the goods of a basket can get to its customer, with what it holds itself; nothing is chosen or held.

    ``near``: where they go, or where the customer is. Eight statements, as ``fulfilment.options.delivery_options``.
    """
    with translation.override(locale):
        return delivery_options(replace(_asked(view, Wish(""), None, locale), address=near))


def address_of(said: Mapping[str, str]) -> Address | None:
    """What delivery wants to know of an address that was typed; ``None`` for none."""
    return Address(said["country"], said["postcode"], said["city"]) if said else None


def _asked(view: BasketView, wish: Wish, point: RelayPoint | None, locale: str) -> Asked:
    return Asked(
        channel=view.channel,
        lines=tuple(Wanted(line.row.variant_id, line.row.quantity, line.row.owner) for line in view.lines),
        moment=clock.now(),
        value=view.quote.total.amount,
        benefits=view.quote.delivery_benefits,
        address=address_of(wish.address),
        point=point,
        location_id=view.basket.location.pk if view.basket.location else None,
        locale=locale,
    )


def _facts(
    choice: Choice, wish: Wish, point: RelayPoint | None, slot: datetime | None, view: BasketView
) -> dict[str, Any]:
    option, promise = choice.option, choice.option.promise
    return {
        "key": option.key,
        "method": option.method.code,
        "kind": option.method.kind,
        "name": option.name,
        "way": WAYS[option.way],
        "carrier": option.method.carrier,
        "due_at": choice.due_at.isoformat() if choice.due_at else None,
        "location_id": option.destination_id,
        "address": wish.address,
        "point": point.as_json() if point else None,
        "slot": slot.isoformat() if slot else None,
        "promise": promise.as_json() if promise else None,
        "promised": promise_sentence(promise) if promise else "",
        "from": list(dict.fromkeys(part.location_id for part in choice.parts)),
        "wish": asdict(wish),
        "basket_version": view.basket.version,
    }


def with_point(wish: Wish) -> Wish:
    """The wish with what its carrier says of the relay point. Asks the carrier, so not inside a transaction.

    Errors: ``UnknownRelayPoint``, ``RelayPointsUnavailable``, ``UnknownMethod``.
    """
    if not wish.point:
        return wish
    method = DeliveryMethod.objects.filter(code=wish.key.partition(":")[0], is_active=True).first()
    if method is None:
        raise UnknownMethod(field="delivery", value=wish.key[:40])
    near = Address(*(wish.address.get(name, "") for name in ("country", "postcode", "city")))
    return replace(wish, point=relay_point(method.carrier, near, wish.point["code"]).as_json())


def _slot(option: Option, wish: Wish, before: Mapping[str, Any], reference: str) -> datetime | None:
    """Keep the time at which the customer comes; a choice without one gives an earlier one back."""
    if not wish.slot:
        if option.has_slots:
            raise NoSlotHeld(field="delivery.slot")
        if before.get("slot"):
            release_slot(owner=reference)
        return None
    try:
        starts_at = datetime.fromisoformat(wish.slot)
        location = Location.objects.prefetch_related("opening_hours", "days_off").get(
            pk=option.destination_id
        )
    except (ValueError, Location.DoesNotExist) as error:
        raise InvalidValue(field="delivery.slot", value=wish.slot[:40]) from error
    if starts_at.tzinfo is None:
        raise InvalidValue(field="delivery.slot", value=wish.slot[:40])
    since = option.promise.from_at if option.promise else None
    try:
        hold_slot(location=location, starts_at=starts_at, owner=reference, since=since)
    except (SlotFull, SlotPast, UnknownSlot) as error:
        error.field = "delivery.slot"  # as the customer said it
        raise
    return starts_at


def wish_of(said: Mapping[str, Any]) -> Wish:
    """What was wished before, out of a frozen choice."""
    return Wish(**said["wish"])
