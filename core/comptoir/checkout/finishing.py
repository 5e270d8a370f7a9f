"""From the money to the order, once, whoever comes first: the customer's return, the provider's notice, the worker.

One transaction writes everything or nothing: order, payments, offers, basket, stock, events. If the goods are gone though
the money came, the money goes back: never both, never neither (docs/algorithms/checkout.md, rules 4 and 5).
"""

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial

from django.db import IntegrityError

from comptoir.base import clock
from comptoir.base.errors import ComptoirError, NotFound
from comptoir.base.money import Money
from comptoir.base.statements import plans_kept
from comptoir.baskets.claims import ClaimGone, confirm_claims, reduce_claims
from comptoir.baskets.holding import let_go
from comptoir.baskets.models import Basket, Line
from comptoir.baskets.rows import basket_by_id, line_owner
from comptoir.channels.queries import ChannelContext, channel_context
from comptoir.checkout.additions import bring_goods, end_addition
from comptoir.checkout.cancelling import cancel_with_parcels
from comptoir.checkout.delivery import CARRIED_OUT
from comptoir.checkout.following import bring_along
from comptoir.checkout.freezing import FrozenOffers, thaw
from comptoir.checkout.handing import open_order_parcels
from comptoir.checkout.models import Checkout
from comptoir.checkout.refusals import GoodsGone
from comptoir.checkout.services import State, end_checkout, is_promise, lock_checkout, prepare
from comptoir.conf import conf
from comptoir.events.services import record_event
from comptoir.fulfilment.slots import NoSlotHeld, SlotFull, SlotPast, confirm_slot
from comptoir.orders.models import Order, OrderLine, Paper
from comptoir.orders.papers import issue_further_paper, issue_paper
from comptoir.orders.placing import Placing, place_order
from comptoir.orders.services import MoveNotAllowed, move_order
from comptoir.payments.checking import check_payment
from comptoir.payments.models import Payment
from comptoir.payments.queries import order_money, payments_of
from comptoir.payments.services import start_payment
from comptoir.payments.tenders import give_back, keep_for_order, lock_tenders
from comptoir.pricing.services import OfferExhausted, use_offers
from comptoir.stock.allocations import allocate_holds
from comptoir.stock.holds import OutOfStock, release_holds
from comptoir.stock.models import Hold
from comptoir.stock.plans import Wanted
from comptoir.stock.rows import in_transaction

logger = logging.getLogger("comptoir.checkout")


def pay(
    *, channel: ChannelContext, uuid: str, total: Money, key: str, return_url: str = ""
) -> tuple[Checkout, Payment | None]:
    """Prepare, begin the payment, and finish if that was all: a sum to pay in the shop, or nothing to pay at all.

    Again with the same ``key``: the same payment goes on. Not inside a transaction: a provider is called.
    Errors: those of ``prepare`` and ``start_payment``; ``GoodsGone``.
    """
    checkout = prepare(channel=channel, uuid=uuid, total=total, key=key)
    payment, due_now = None, total - Money(checkout.due_later, total.currency)
    if due_now.amount and checkout.is_live:
        payment = start_payment(
            channel=channel,
            provider=checkout.provider,
            reference=checkout.reference,
            amount=due_now,
            key=key,
            locale=checkout.locale,
            return_url=return_url,
            way=checkout.delivery["way"],
            location_id=checkout.delivery.get("location_id"),
        )
        if payment.secured < payment.amount:  # the customer has still to do something
            return checkout, payment
    finished = finish(uuid=str(checkout.uuid))
    return finished, payment or _payment_of(checkout, key)


@plans_kept()
def finish(*, uuid: str, channel_id: int | None = None) -> Checkout:
    """Make an order of a checkout whose money is there; safe to call at any time and any number of times.

    With a channel only one of that channel. Returns the checkout: ``placed`` with its order, still ``paying`` while there
    is too little money, or ended.
    Errors: ``NotFound``; ``GoodsGone`` when it comes to that in this very call.
    """
    try:
        return in_transaction(lambda: _finish(uuid, {"channel": channel_id} if channel_id else {}))
    except (OutOfStock, OfferExhausted, SlotFull, SlotPast, NoSlotHeld, ClaimGone, MoveNotAllowed) as error:
        return _undo(uuid, error)
    except IntegrityError:
        # Another order of this basket was first; what was paid for this one goes back.
        return _undo(uuid, GoodsGone())


def come_back(*, channel: ChannelContext, uuid: str) -> Checkout:
    """The customer comes back from the provider's page: if no notice came, ask there what happened. Then finish.

    Not inside a transaction. Errors: ``NotFound``, ``GoodsGone``.
    """
    checkout = finish(uuid=uuid, channel_id=channel.id)
    if checkout.state == State.PAYING and _ask_providers(checkout):
        checkout = finish(uuid=uuid)
    return checkout


def _ask_providers(checkout: Checkout) -> bool:
    """Ask what became of payments that are not made yet, as far as we know; says whether there are any."""
    payments = payments_of(checkout.reference)
    unsure = [one for one in payments if one.fate == Payment.Fate.OPEN and one.secured < one.amount]
    for payment in unsure:
        check_payment(payment)
    return bool(unsure)


def end_unpaid(*, limit: int = 100) -> int:
    """End checkouts whose time is over, and free what they held; returns how many. Money that still comes goes back."""
    due = Checkout.objects.filter(state__in=Checkout.LIVE, ends_at__lte=clock.now())
    ended = 0
    for uuid in due.order_by("ends_at").values_list("uuid", flat=True)[:limit]:
        ended += in_transaction(lambda uuid=uuid: _end_if_due(str(uuid)))
    return ended


def cancel_unpaid(*, limit: int = 100) -> int:
    """Cancel orders whose transfer never came; returns how many."""
    since = clock.now() - timedelta(days=conf.UNPAID_DAYS)
    due = Order.objects.filter(state=Order.State.UNPAID, placed_at__lte=since).order_by("placed_at")
    cancelled = 0
    for pk in due.values_list("pk", flat=True)[:limit]:
        try:
            cancel_with_parcels(order_id=pk, reason="unpaid", by_customer=True, keep={})
            cancelled += 1
        except ComptoirError as error:
            logger.warning("order %s is not cancelled: %s", pk, error.code)
    return cancelled


def money_came(*, order_id: int) -> None:
    """Let an order that waited for its money be prepared, if all of it is there by now."""
    order = Order.objects.filter(pk=order_id, state=Order.State.UNPAID).first()
    if order and order_money(order).may_be_prepared:
        in_transaction(lambda: _let_prepare(order_id))


def _let_prepare(order_id: int) -> None:
    open_order_parcels(move_order(order_id=order_id, to=Order.State.PLACED, reason="paid"))
    bring_along(order_id=order_id)  # who owed for an appointment was there meanwhile


def issue_paper_when_paid(*, order_id: int) -> None:
    """Write the invoice of an order that is paid in full; a receipt for what was carried out of the shop.

    What was added after it has one of its own.
    """
    order = Order.objects.get(pk=order_id)
    money = order_money(order)
    kind = Paper.Kind.RECEIPT if order.delivery.get("way") == CARRIED_OUT else Paper.Kind.INVOICE
    if order.due_total > 0 and money.captured.amount - money.refunded.amount >= order.due_total:
        issue_paper(order_id=order_id, kind=kind)
    if money.captured.amount >= order.due_total:  # what went back as a gesture has its credit note
        issue_further_paper(order_id=order_id, kind=kind)


def _finish(uuid: str, only: dict[str, int]) -> Checkout:
    locked = lock_checkout(uuid, **only)
    if locked is None:
        raise NotFound()
    checkout, basket_version = locked
    if checkout.state != State.PAYING:
        if not checkout.is_live:
            # A payment that was begun while the checkout ended, or a second one after the order: nobody waits for it.
            give_back(reference=checkout.reference)
        return checkout
    placing, offers = thaw(checkout.frozen)
    tenders = lock_tenders(reference=checkout.reference)
    if placing.due_now > sum(one.secured for one in tenders):
        return checkout
    if checkout.adds_to_id:
        _set_placed(checkout, None)
        bring_goods(checkout, placing, offers, tenders)
        return checkout
    order, lines = _place(checkout, placing, offers, tenders)
    _set_placed(checkout, order)
    Basket.objects.filter(pk=checkout.basket_id).update(status=Basket.SUBMITTED, date_submitted=clock.now())
    if basket_version != checkout.basket_version:
        _release_others(checkout, placing)
    _allocate(order, placing, lines)
    return checkout


def _set_placed(checkout: Checkout, order: Order | None) -> None:
    """``order`` is the one that was placed; goods that were added know theirs already."""
    checkout.state, checkout.order, checkout.frozen = State.PLACED, order, {}
    checkout.save(update_fields=["state", "order", "frozen"])


def _place(
    checkout: Checkout, placing: Placing, offers: FrozenOffers, tenders: list[Payment]
) -> tuple[Order, list[OrderLine]]:
    promised = [one for one in tenders if is_promise(one.provider) and one.captured < one.amount]
    order, lines = place_order(
        placing=Placing(**{**vars(placing), "is_unpaid": bool(promised)}), actor_id=checkout.staff_id
    )
    if placing.due_now:
        keep_for_order(order=order, amount=order.money(placing.due_now), tenders=tenders)
    if offers.discounts or offers.delivery_benefits:
        use_offers(quote=offers, document=order.number, customer_id=placing.customer_id)  # type: ignore[arg-type]
    if placing.delivery.get("slot"):
        confirm_slot(owner=checkout.reference)
    return order, lines


def _allocate(order: Order, placing: Placing, lines: Sequence[OrderLine]) -> None:
    """Promise the goods to the order and open its parcels; the rows everybody waits for come last.

    What is carried out leaves the shop at once, so it has to be promised first.
    """
    claimed = {line.variant_id: line.quantity for line in placing.lines if not line.is_counted}
    if placing.basket_id:
        confirm_claims(placing.basket_id, claimed, placing.number)
    counted = {line.stock_owner: line for line in lines if line.is_counted}
    if not counted:
        return
    is_carried_out = placing.delivery.get("way") == CARRIED_OUT
    open_them = partial(_open_parcels, order, counted)
    channel = channel_context(placing.channel_code)
    places, first = channel.location_ids if channel else (), placing.delivery.get("from", [])
    holds = allocate_holds(
        requests=[Wanted(line.stock_owner, line.variant_id, line.quantity) for line in counted.values()],
        location_ids=[*first, *(pk for pk in places if pk not in first)],
        channel=channel,
        document=placing.number,
        **({} if is_carried_out else {"write": open_them}),
    )
    if is_carried_out:
        open_them(holds)


def _open_parcels(order: Order, lines: Mapping[str, OrderLine], holds: Sequence[Hold]) -> None:
    promised: dict[int, dict[int, int]] = {}
    for hold in holds:
        there, line = promised.setdefault(hold.level.location_id, {}), lines[hold.owner].pk
        there[line] = there.get(line, 0) + hold.quantity
    open_order_parcels(order, promised)


def _release_others(checkout: Checkout, placing: Placing) -> None:
    """Give back what the basket holds for lines that came while the customer paid: the order is what was paid."""
    mine = {line.stock_owner for line in placing.lines}
    rows = Line.objects.filter(basket=checkout.basket_id).values_list("pk", "product_id")
    if others := [(pk, variant_id) for pk, variant_id in rows if line_owner(pk) not in mine]:
        reduce_claims(checkout.basket_id, {variant_id: 0 for _pk, variant_id in others})
        release_holds(owners=[line_owner(pk) for pk, _variant_id in others])


def _undo(uuid: str, error: Exception) -> Checkout:
    """The money came and the goods are gone: it goes back, and the customer is told. Errors: ``GoodsGone``."""

    def undo() -> Checkout:
        locked = lock_checkout(uuid)
        assert locked is not None
        checkout, _version = locked
        if checkout.state != State.PAYING:
            return checkout
        code = getattr(error, "code", GoodsGone.code)
        _fail(checkout, code)
        return checkout

    checkout = in_transaction(undo)
    if checkout.state == State.PLACED:
        return checkout
    raise GoodsGone(field="basket") from error


def _fail(checkout: Checkout, problem: str) -> None:
    """Somebody went to pay, and nothing comes of it: the customer is told."""
    if checkout.adds_to_id:
        end_addition(checkout, problem=problem)
    else:
        end_checkout(checkout, problem=problem)
    record_event(
        "checkout_failed", subject_id=checkout.pk, reference=checkout.reference, problem=problem,
        channel=checkout.channel.code,
    )  # fmt: skip


def _end_if_due(uuid: str) -> bool:
    locked = lock_checkout(uuid)
    if locked is None or not locked[0].is_live or locked[0].ends_at > clock.now():
        return False
    checkout, _version = locked
    if checkout.state == State.PAYING:
        _fail(checkout, "unpaid")
    else:
        end_checkout(checkout, problem="unpaid")
    if checkout.adds_to_id:
        return True
    Basket.objects.filter(pk=checkout.basket_id).update(checkout_began_at=None)
    with suppress(NotFound):  # closed or merged meanwhile: nothing is held for it any more
        basket = basket_by_id(checkout.basket_id, lock=True)
        let_go(basket, basket.lines)
    return True


def _payment_of(checkout: Checkout, key: str) -> Payment | None:
    return Payment.objects.of_reference(checkout.reference).filter(start_key=key).first()
