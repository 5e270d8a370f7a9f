from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from comptoir.base.errors import NotFound
from comptoir.base.money import Money
from comptoir.channels.queries import ChannelContext
from comptoir.orders.models import Order
from comptoir.payments.models import Payment
from comptoir.payments.providers import Offer, providers_on, registered


@dataclass(frozen=True)
class OfferedMethod:
    """A means of payment that a customer can choose."""

    code: str
    name: str
    is_promise: bool


@dataclass(frozen=True)
class OrderMoney:
    """How an order is paid: the sums of its tenders.

    ``due`` is still to be paid over the counter or by transfer. ``may_be_prepared``: the money is there, or somebody
    whose word counts answers for it.
    """

    authorised: Money
    captured: Money
    refunded: Money
    refundable: Money
    due: Money
    may_be_prepared: bool


def offered_methods(
    channel: ChannelContext,
    *,
    amount: Money,
    way: str = "",
    location_id: int | None = None,
    is_deposit: bool = False,
) -> list[OfferedMethod]:
    """The means of payment a customer may choose from, in the order of the plugins, the channel's own first.

    ``way`` is how the goods get there: ``"delivery"``, ``"collection"``, ``"carried_out"``, ``"visit"`` if there are no
    goods and the customer comes, or empty if not known yet.
    ``is_deposit``: more is paid when the customer comes.
    """
    offer = Offer(channel, amount, way, location_id, is_deposit)
    found = sorted(providers_on(channel), key=lambda one: one.captures_by_hand)
    return [OfferedMethod(one.code, str(one.name), one.is_promise) for one in found if one.is_offered(offer)]


def payments_of(reference: str) -> list[Payment]:
    """Everything that was tried to pay for a checkout, the oldest first."""
    return list(Payment.objects.of_reference(reference).select_related("channel"))


def payment_of(reference: str, uuid: str) -> Payment:
    """One payment of a checkout. Errors: ``NotFound``."""
    payment = Payment.objects.of_reference(reference).filter(uuid=uuid).select_related("channel").first()
    if payment is None:
        raise NotFound(field="payment")
    return payment


def secured(reference: str, currency: str) -> Money:
    """What was promised or taken for a checkout that is not an order yet."""
    rows = Payment.objects.of_reference(reference).filter(fate=Payment.Fate.OPEN, currency=currency)
    return Money(sum((one.secured for one in rows), Decimal(0)), currency)


def order_money(order: Order) -> OrderMoney:
    """How an order is paid, over all of its tenders; two statements."""
    tenders = list(Payment.objects.of_order(order))
    known = registered()

    def total(name: str) -> Money:
        return order.money(sum((getattr(one, name) for one in tenders), Decimal(0)))

    sure = sum((_sure(one, is_promise=_is_promise(one, known)) for one in tenders), Decimal(0))
    captured, refunded = total("captured"), total("refunded")
    asked_back = order.refund_requests.aggregate(sum=Sum("amount", default=Decimal(0)))["sum"]
    # What is given back, as a gesture too, is not owed again.
    owed = min(order.due_total, order.total - asked_back)
    due = max(owed - (captured.amount - refunded.amount), Decimal(0))
    return OrderMoney(
        authorised=total("authorised"),
        captured=captured,
        refunded=refunded,
        refundable=total("refundable"),
        due=order.money(due),
        may_be_prepared=sure >= order.due_total - order.due_later,
    )


def refund_shares(order: Order, amount: Money) -> list[tuple[Payment, Money]]:
    """Where a sum that is asked back now would go: to the tenders that paid, the oldest first (``settle_order``).

    Less than the sum, where not all of the order was taken yet: the rest is not taken then.
    """
    tenders = list(Payment.objects.of_order(order))
    taken = sum((one.captured + one.capturing - one.refunded - one.refunding for one in tenders), Decimal(0))
    asked_back = order.refund_requests.aggregate(sum=Sum("amount", default=Decimal(0)))["sum"]
    left, shares = taken - (order.total - order.due_later - asked_back - amount.amount), []
    for one in tenders:
        part = min(left, one.refundable)
        if part > 0:
            shares.append((one, order.money(part)))
            left -= part
    return shares


def _is_promise(payment: Payment, known: dict) -> bool:
    """A provider whose plugin is gone promises nothing any more."""
    return payment.provider not in known or known[payment.provider][0].is_promise


def _sure(payment: Payment, *, is_promise: bool) -> Decimal:
    return payment.captured - payment.refunded if is_promise else payment.secured
