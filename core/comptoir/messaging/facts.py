"""What templates may say: plain values, written as people of the active language write them."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import formats, timezone
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst

from comptoir.base.money import Money, written
from comptoir.baskets.claims import claims_of_order
from comptoir.channels.models import Location
from comptoir.checkout.additions import of_checkout
from comptoir.checkout.delivery import VISIT
from comptoir.checkout.drafts import payment_link
from comptoir.checkout.models import Checkout
from comptoir.conf import conf
from comptoir.fulfilment.carriers import carriers
from comptoir.fulfilment.codes import collection_code
from comptoir.fulfilment.models import Parcel
from comptoir.orders.links import follow_link
from comptoir.orders.models import Order, StateChange
from comptoir.payments.built_in import BankTransfer, PayInShop, transfer_reference
from comptoir.payments.models import Payment, PaymentEntry
from comptoir.payments.queries import order_money

DAY, MOMENT = "l j F", "H:i"
#: Why an order or a checkout ended, as ``checkout`` writes it down.
UNPAID, REJECTED = "unpaid", "rejected"
IN_SHOP, BY_TRANSFER = PayInShop.code, BankTransfer.code


def of_order(order: Order) -> dict[str, Any]:
    """Everything the first e-mail says: lines, sums, delivery, and how to pay what is not paid."""
    rows = list(order.lines.all())
    claims = {} if all(one.is_counted for one in rows) else claims_of_order(order.number, order.locale)
    lines = [
        {
            "quantity": line.quantity,
            "title": line.description,
            "total": _money(line.total, order.currency),
            "words": [capfirst(one.words) for one in claims.get(line.variant_id, ())],
        }
        for line in rows
    ]
    is_visit = order.delivery.get("way") == VISIT
    return {
        "order": {
            **_heading(order),
            "lines": lines,
            "delivery_total": "" if is_visit else _money(order.delivery_total, order.currency),
            "total": _money(order.total, order.currency),
            "tax": _money(order.tax, order.currency),
        },
        "delivery": _delivery(order),
        "transfer": _transfer(order),
        **_when_paid(order),
    }


def of_parcel(parcel: Parcel) -> dict[str, Any]:
    """A parcel with its goods, and the shop it is in or comes from."""
    lines = [
        {"quantity": line.quantity, "title": line.order_line.description}
        for line in parcel.lines.select_related("order_line")
        if line.quantity
    ]
    others = Parcel.objects.filter(order=parcel.order_id, state__in=Parcel.OPEN).exclude(pk=parcel.pk)
    return {
        "order": _heading(parcel.order),
        "parcel": {"number": parcel.number, "lines": lines, "more_follows": others.exists()},
        "place": _place(parcel.destination or parcel.location),
    }


def of_parcel_ready(parcel: Parcel) -> dict[str, Any]:
    """With the code to show, until when it is kept, and what is still to be paid at the counter."""
    said = of_parcel(parcel)
    zone = (parcel.destination or parcel.location).time_zone
    said["parcel"]["code"] = collection_code(parcel)
    said["parcel"]["kept_until"] = _day(_local(parcel.expires_at, zone)) if parcel.expires_at else ""
    said["to_pay"] = _due_in_shop(parcel.order)
    return said


def of_parcel_shipped(parcel: Parcel) -> dict[str, Any]:
    """With the carrier, its number, and where the parcel goes."""
    said, carrier = of_parcel(parcel), carriers().get(parcel.carrier)
    said["parcel"]["carrier"] = carrier.name if carrier else ""
    said["parcel"]["tracking"] = parcel.tracking
    delivery = parcel.order.delivery
    said["to"] = _address_lines(delivery.get("point") or delivery.get("address") or parcel.recipient)
    said["is_relay"] = bool(delivery.get("point"))
    said["promise"] = _promise(parcel.promise or delivery.get("promise"))
    return said


def of_refund(entry: PaymentEntry) -> dict[str, Any]:
    """How much went back, and whether over the counter or to a card or account."""
    return {
        "order": _heading(entry.payment.order),
        "amount": _money(entry.amount, entry.payment.currency),
        "is_in_shop": entry.payment.provider == IN_SHOP,
    }


def of_parcel_expired(parcel: Parcel) -> dict[str, Any]:
    """Its goods, the shop that kept them, and whether money goes back for them."""
    return {**of_parcel(parcel), "is_paid": _is_paid(parcel.order)}


def of_cancellation(change: StateChange) -> dict[str, Any]:
    """The pieces that were cancelled, whether that was all, and whether money goes back for them."""
    order = change.order
    titles = {line.pk: line.description for line in order.lines.all()}
    return {
        "order": _heading(order),
        "lines": [
            {"quantity": one["quantity"], "title": titles[one["line"]]} for one in change.facts["lines"]
        ],
        "is_whole": change.becomes == Order.State.CANCELLED,
        "is_our_fault": change.reason == REJECTED,
        "is_paid": _is_paid(order),
    }


def of_failed_checkout(checkout: Checkout) -> dict[str, Any]:
    """Whether nobody paid in time, or the goods were gone when the money came."""
    return {"name": checkout.name, "is_unpaid": checkout.problem == UNPAID}


def of_draft(draft: Checkout) -> dict[str, Any]:
    """The link to pay, and until when the goods are kept, by the clock of the channel."""
    ends_at = _local(draft.ends_at, draft.channel.time_zone)
    return {"link": payment_link(draft), "ends_on": _day(ends_at), "ends_time": _time(ends_at)}


def of_addition(checkout: Checkout) -> dict[str, Any]:
    """The goods that wait for their money, what they cost, and the link to pay."""
    offered = of_checkout(checkout, checkout.adds_to.currency)
    lines = [
        {
            "quantity": one["quantity"],
            "title": ", ".join(filter(None, (one["title"], one["options"]))),
            "total": written(one["total"]),
        }
        for one in offered.lines
    ]
    return {
        **of_draft(checkout), "order": _heading(checkout.adds_to), "lines": lines, "total": written(offered.total)
    }  # fmt: skip


def of_ended_addition(checkout: Checkout) -> dict[str, Any]:
    """Whether nobody paid in time, or they could not be given any more when the money came."""
    return {"order": _heading(checkout.adds_to), "is_unpaid": checkout.problem == UNPAID}


def of_added(change: StateChange) -> dict[str, Any]:
    """The goods that came to an order, and what it costs with them."""
    order, pks = change.order, [one["line"] for one in change.facts["lines"]]
    rows = order.lines.filter(pk__in=pks).order_by("pk")
    return {
        "order": {**_heading(order), "total": _money(order.due_total, order.currency)},
        "lines": [
            {"quantity": one.quantity, "title": one.description, "total": _money(one.total, order.currency)}
            for one in rows
        ],
    }


def _when_paid(order: Order) -> dict[str, str]:
    """What is paid with the order and what when its customer comes, where not all of it is paid with it."""
    later, at_counter = order.due_later, _owed_in_shop(order)
    if not later and not at_counter:
        return {"paid_now": "", "paid_later": ""}
    now = order.due_total - later - at_counter
    return {
        "paid_now": _money(now, order.currency) if now > 0 else "",
        "paid_later": _money(later + at_counter, order.currency),
    }


# --- parts -----------------------------------------------------------------------------------------------------------


def _heading(order: Order) -> dict[str, Any]:
    return {
        "number": order.number,
        "name": order.name,
        "placed_on": formats.date_format(_local(order.placed_at, order.channel.time_zone), "j F Y"),
        "is_unpaid": order.state == Order.State.UNPAID,
        "link": follow_link(order),
    }


def _delivery(order: Order) -> dict[str, Any]:
    said = order.delivery
    slot = datetime.fromisoformat(said["slot"]) if said.get("slot") else None
    comes = said.get("way") in ("collection", VISIT)
    zone = order.location.time_zone if order.location else timezone.get_current_timezone_name()
    return {
        "name": "" if said.get("way") == VISIT else said.get("name", ""),
        "way": said.get("way", ""),
        "to": _address_lines(said.get("point") or said.get("address")),
        "place": _place(order.location) if order.location and comes else None,
        "promise": _promise(said.get("promise")),
        "slot": {"day": _day(_local(slot, zone)), "time": _time(_local(slot, zone))} if slot else None,
    }


def _transfer(order: Order) -> dict[str, str] | None:
    """What a customer writes on the bank transfer that the order waits for."""
    rows = Payment.objects.of_order(order).filter(provider=BY_TRANSFER, captured=0)
    if not conf.BANK_IBAN or (payment := rows.last()) is None:
        return None
    return {
        "amount": _money(payment.amount, payment.currency),
        "holder": conf.BANK_HOLDER or conf.SHOP_NAME,
        "iban": " ".join(re.findall(".{1,4}", conf.BANK_IBAN.replace(" ", ""))),
        "bic": conf.BANK_BIC,
        "reference": transfer_reference(str(payment.uuid)),
    }


def _due_in_shop(order: Order) -> str:
    """What is to be paid at the counter; empty for an order that is paid otherwise."""
    due = _owed_in_shop(order)
    return _money(due, order.currency) if due else ""


def _owed_in_shop(order: Order) -> Decimal:
    """What was promised for the counter and nobody took yet, of what the order costs by now."""
    rows = Payment.objects.of_order(order)
    awaited = sum(
        (one.authorised - one.captured - one.voided for one in rows if one.provider == IN_SHOP), Decimal(0)
    )
    taken = sum((one.captured - one.refunded for one in rows), Decimal(0))
    return max(min(awaited, order.due_total - order.due_later - taken), Decimal(0))


def _is_paid(order: Order) -> bool:
    return order_money(order).captured.amount > 0


def _place(location: Location) -> dict[str, Any]:
    return {
        "name": location.name,
        "lines": _address_lines(
            {name: getattr(location, name) for name in ("street", "postcode", "city")}, name=False
        ),
        "hours": _hours(location),
    }


def _hours(location: Location) -> list[dict[str, str]]:
    days: dict[int, list[str]] = {}
    for row in location.opening_hours.all():
        days.setdefault(row.weekday, []).append(f"{_time(row.opens)}–{_time(row.closes)}")
    return [{"day": str(WEEKDAYS[day]), "times": ", ".join(times)} for day, times in sorted(days.items())]


def _address_lines(address: dict[str, Any] | None, *, name: bool = True) -> list[str]:
    said = {key: str(value or "") for key, value in (address or {}).items()}
    town = f"{said.get('postcode', '')} {said.get('city', '')}".strip()
    parts = [said.get("name", ""), said.get("company", "")] if name else []
    return [part for part in (*parts, said.get("street", ""), said.get("street2", ""), town) if part]


def _promise(promise: dict[str, Any] | None) -> dict[str, str] | None:
    """Days by their name: “today” would be wrong for who reads it tomorrow."""
    if not promise or not promise.get("from_on"):
        return None
    first, last = (date.fromisoformat(promise[name]) for name in ("from_on", "until_on"))
    at = datetime.fromisoformat(promise["from_at"]) if promise.get("from_at") else None
    return {
        "first": _day(first),
        "last": _day(last) if last != first else "",
        "time": _time(_local(at, promise["zone"])) if at else "",
    }


def _money(amount: Decimal, currency: str) -> str:
    return written(Money(amount, currency))


def _local(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone))


def _day(day: date) -> str:
    return formats.date_format(day, DAY)


def _time(moment: Any) -> str:
    return formats.time_format(moment, MOMENT)
