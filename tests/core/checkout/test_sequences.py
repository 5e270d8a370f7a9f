"""Random sequences of all that happens from basket to refund, some of it cut off in the middle as by a kill.

After each step goods and money add up; at the end everything is settled, and each payment is an order's or went back.
"""

import os
from contextlib import ExitStack
from datetime import timedelta
from decimal import Decimal
from itertools import count
from urllib.parse import urlsplit

import pytest
from django.db import connection, transaction
from django.test import Client
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from comptoir.base import clock
from comptoir.base.errors import ComptoirError
from comptoir.checkout.cancelling import cancel_with_parcels
from comptoir.checkout.finishing import cancel_unpaid, end_unpaid
from comptoir.checkout.models import Checkout
from comptoir.events.models import Delivery, Event
from comptoir.events.services import deliver_events
from comptoir.fulfilment.codes import collection_code
from comptoir.fulfilment.models import Parcel
from comptoir.fulfilment.parcels import (
    collect_parcel,
    expire_uncollected,
    hand_over,
    make_ready,
    pack_parcel,
    pick_pieces,
)
from comptoir.fulfilment.refusals import REASONS, reject_pieces
from comptoir.orders.models import Order
from comptoir.orders.services import request_refund
from comptoir.payments.audit import differences as payment_differences
from comptoir.payments.checking import settle_payments
from comptoir.payments.models import Command, Payment
from comptoir.stock.audit import differences as stock_differences
from comptoir.stock.models import Hold
from comptoir.stock.services import receive_stock
from comptoir.testing.calling import CONTACT, Customer
from comptoir.testing.selling import Till
from comptoir_testpay.models import Deed
from comptoir_testpay.sending import send_due

FULL = bool(os.environ.get("COMPTOIR_STRESS"))
HOME = {
    "key": "domicile",
    "address": {"street": "1 rue X", "postcode": "44000", "city": "Nantes", "country": "FR"},
}
COLLECTION = {"key": "retrait:nantes"}

WHICH = st.integers(min_value=0, max_value=3)
PIECES = st.integers(min_value=1, max_value=3)
FEW = st.integers(min_value=0, max_value=1)
PAYMENT = st.sampled_from(["shop", "testpay", "testpay"])
STATEMENTS = st.integers(min_value=1, max_value=400)
BUTTONS = st.sampled_from(["pays", "refuses", "late", "twice", "lost"])


class Killed(BaseException):
    """The process is gone; no code of ours catches it."""


def parcels(*states):
    return Parcel.objects.filter(state__in=states)


def when(condition):
    """Only steps that can do something. At full size any step: a sudden end falls elsewhere when a run is repeated, with what
    is kept by then, and Hypothesis gives up if other steps are possible the second time."""
    return (lambda step: step) if FULL else precondition(condition)


class CounterMachine(RuleBasedStateMachine):
    """A few customers with a basket each, one shop, little stock; the clock moves on by itself with every step."""

    till: Till  # set by the test

    def __init__(self):
        super().__init__()
        self.stack = ExitStack()
        # As if it were not there: what services commit is committed, though all of it is undone at the end.
        everything = transaction.atomic()
        everything._from_testcase = True
        self.stack.enter_context(everything)
        self.now, self.customers, self.keys = clock.now(), {}, count(1)
        self.dies_in = 0

    def teardown(self):
        try:
            self.come_to_an_end()
        finally:
            transaction.set_rollback(True)
            self.stack.close()

    def do(self, service, *arguments, **named):
        """Call a service at the machine's moment; a refusal is as good as a success, and so is a sudden end."""
        self.now += timedelta(seconds=1)
        with clock.moved_to(self.now), connection.execute_wrapper(self.live_or_die):
            try:
                return service(*arguments, **named)
            except (ComptoirError, Killed):
                return None

    def live_or_die(self, execute, *arguments):
        """Right after a statement; what is not committed by then is undone."""
        answer = execute(*arguments)
        self.dies_in -= 1
        if self.dies_in == 0:
            raise Killed
        return answer

    def ask(self, customer, method, path, body=None):
        answer = self.do(customer, method, path, body)
        assert customer.status < 500
        return answer if answer and customer.status < 400 else None

    def one(self, rows, which):
        """One of some rows, if there are any."""
        found = list(rows.order_by("pk"))
        return found[which % len(found)] if found else None

    # --- customers ---

    @initialize(home=st.booleans(), button=BUTTONS, statements=STATEMENTS)
    def first_customers(self, home, button, statements):
        self.buy(0, 2, 1, home=False, payment="shop", button=button, returns=True)
        self.buy(1, 1, 1, home=home, payment="testpay", button=button, returns=False)
        self.dies_in = statements

    @rule(
        which=WHICH, small=PIECES, medium=FEW, home=st.booleans(), payment=PAYMENT, button=BUTTONS,
        returns=st.booleans(),
    )  # fmt: skip
    def buy(self, which, small, medium, home, payment, button, returns):
        self.fill_a_basket(which, small, medium)
        self.choose(which, home, payment)
        self.pay(which, button, returns)

    @rule(which=WHICH, small=PIECES, medium=FEW)
    def fill_a_basket(self, which, small, medium):
        web = Customer("web", Client())
        lines = [{"sku": "MARIN-S", "quantity": small}, {"sku": "MARIN-M", "quantity": medium}][: 1 + medium]
        if basket := self.ask(web, "POST", "baskets", {"lines": lines}):
            self.customers[which] = (web, basket["token"], None)

    @when(lambda self: self.customers)
    @rule(which=WHICH, home=st.booleans(), payment=PAYMENT)
    def choose(self, which, home, payment):
        if which not in self.customers:
            return
        web, token, _path = self.customers[which]
        begun = self.ask(web, "POST", "checkouts", {"basket": token})
        if begun is None:
            return
        path = f"checkouts/{begun['id']}"
        said = {"contact": CONTACT, "delivery": HOME if home else COLLECTION, "payment": payment}
        self.ask(web, "PATCH", path, said)
        self.customers[which] = (web, token, path)

    @when(lambda self: self.customers)
    @rule(which=WHICH, button=BUTTONS, returns=st.booleans())
    def pay(self, which, button, returns):
        web, _token, path = self.customers.get(which, (None, None, None))
        shown = self.ask(web, "GET", path) if path else None
        paid = self.ask(web, "POST", f"{path}/pay", {"total": shown["total"]}) if shown else None
        step = paid and paid["payment"] and paid["payment"]["step"]
        if step and step.get("url"):
            with clock.moved_to(self.now):
                web.client.post(urlsplit(step["url"]).path, {"choice": button})
        if paid and returns:
            self.ask(web, "POST", f"{path}/finish")

    @when(lambda self: self.customers)
    @rule(which=WHICH)
    def come_back(self, which):
        web, _token, path = self.customers.get(which, (None, None, None))
        if path:
            self.ask(web, "POST", f"{path}/finish")

    # --- staff ---

    @when(lambda self: Order.objects.exists())
    @rule(which=WHICH, pieces=st.integers(min_value=0, max_value=2), by_customer=st.booleans())
    def cancel(self, which, pieces, by_customer):
        if order := self.one(Order.objects.all(), which):
            lines = {order.lines.first().pk: pieces} if pieces else None
            self.do(cancel_with_parcels, order_id=order.pk, lines=lines, by_customer=by_customer)

    @when(lambda self: Order.objects.exists())
    @rule(which=WHICH, euros=st.integers(min_value=1, max_value=60))
    def refund_a_part(self, which, euros):
        if order := self.one(Order.objects.all(), which):
            amount = order.money(Decimal(euros))
            self.do(request_refund, order_id=order.pk, key=f"gesture-{next(self.keys)}", amount=amount)

    @when(lambda self: parcels("waiting", "picking"))
    @rule(which=WHICH, pieces=PIECES)
    def pick(self, which, pieces):
        if parcel := self.one(parcels("waiting", "picking"), which):
            for sku in ("MARIN-S", "MARIN-M"):
                self.do(pick_pieces, parcel=parcel, scanned=sku, quantity=pieces)

    @when(lambda self: parcels("picking"))
    @rule(which=WHICH, is_partial=st.booleans())
    def pack(self, which, is_partial):
        if parcel := self.one(parcels("picking"), which):
            self.do(pack_parcel, parcel=parcel, is_partial=is_partial)

    @when(lambda self: parcels("packed"))
    @rule(which=WHICH)
    def bring_to_the_door(self, which):
        if parcel := self.one(parcels("packed"), which):
            self.do(hand_over if parcel.destination_id is None else make_ready, parcel=parcel)

    @when(lambda self: parcels("ready"))
    @rule(which=WHICH)
    def collect(self, which):
        if parcel := self.one(parcels("ready"), which):
            self.do(collect_parcel, parcel=parcel, code=collection_code(parcel))

    @when(lambda self: parcels("waiting", "picking"))
    @rule(which=WHICH, pieces=PIECES, reason=st.sampled_from(sorted(REASONS)))
    def reject(self, which, pieces, reason):
        if parcel := self.one(parcels("waiting", "picking"), which):
            line = parcel.lines.first()
            facts = {"parcel": parcel, "order_line_id": line.order_line_id}
            self.do(reject_pieces, **facts, quantity=pieces, reason=reason)

    @when(lambda self: parcels("waiting"))
    @rule(which=WHICH)
    def prepare(self, which):
        """From the shelf to the door, as on most days."""
        parcel = self.one(parcels("waiting"), which)
        if parcel is None:
            return
        for line in parcel.lines.select_related("order_line"):
            self.do(pick_pieces, parcel=parcel, scanned=line.order_line.sku, quantity=line.quantity)
        self.do(pack_parcel, parcel=parcel)
        parcel.refresh_from_db()
        self.do(hand_over if parcel.destination_id is None else make_ready, parcel=parcel)

    @rule(pieces=PIECES)
    def receive(self, pieces):
        self.do(receive_stock, variant=self.till.small, location=self.till.nantes, quantity=pieces)

    # --- time, the worker, and death ---

    @rule(minutes=st.sampled_from([1, 5, 16, 31, 60 * 24 * 8]))
    def wait(self, minutes):
        self.now += timedelta(minutes=minutes)

    @rule()
    def notify(self):
        self.do(send_due)

    @rule()
    def deliver(self):
        self.do(deliver_events)

    @rule()
    def settle(self):
        self.do(settle_payments)

    @rule()
    def expire(self):
        for job in (end_unpaid, cancel_unpaid, expire_uncollected):
            self.do(job)

    @rule(statements=STATEMENTS)
    def be_killed_soon(self, statements):
        """So many statements from now, whatever is being done by then; nobody tidies up after it."""
        self.dies_in = statements

    # --- what always holds ---

    @invariant()
    def stock_adds_up(self):
        assert stock_differences() == []

    @invariant()
    def money_adds_up(self):
        with clock.moved_to(self.now):
            assert payment_differences(grace_minutes=10**7) == []

    @invariant()
    def an_order_is_placed_once_and_with_its_money(self):
        for order in Order.objects.prefetch_related("payments", "lines"):
            assert Event.objects.filter(type="order_placed", subject_id=order.pk).count() == 1
            assert sum(one.authorised for one in order.payments.all()) >= order.total
            for line in order.lines.all():
                mine = Hold.objects.filter(owner=line.stock_owner, state__in=["allocated", "consumed"])
                assert sum(hold.quantity for hold in mine) <= line.quantity

    def come_to_an_end(self):
        """A worker has all the time in the world: nothing is under way any more, and everything is decided."""
        self.dies_in = 0
        for wait in (timedelta(), timedelta(hours=2), timedelta(days=2), timedelta(days=2)):
            self.now += wait
            for _round in range(4):
                self.do(send_due)
                while self.do(deliver_events):
                    pass
                self.do(settle_payments)
            self.expire()
        with clock.moved_to(self.now + timedelta(hours=2)):
            assert payment_differences(grace_minutes=0) == []
        assert stock_differences() == []
        assert not Delivery.objects.exists()
        assert not Command.objects.filter(state="asked").exists()
        assert not Checkout.objects.filter(state__in=Checkout.LIVE).exists()
        for payment in Payment.objects.all():
            self.check_payment(payment)

    def check_payment(self, payment):
        if payment.fate != "order":
            assert (payment.order_id, payment.secured) == (None, 0)
        if payment.provider == "testpay":
            deeds = Deed.objects.filter(sale__payment=str(payment.uuid))
            for kind in ("authorised", "captured", "refunded", "voided"):
                theirs = sum((one.amount for one in deeds if one.kind == kind), Decimal(0))
                assert (kind, getattr(payment, kind)) == (kind, theirs)


@pytest.mark.timeout(7200 if FULL else 300)
def test_whatever_happens_goods_and_money_agree(till, db):
    till.web.extensions = ["testpay"]
    till.web.save()
    CounterMachine.till = till
    run_state_machine_as_test(
        CounterMachine,
        settings=settings(
            max_examples=200 if FULL else 4,
            stateful_step_count=60 if FULL else 20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=not FULL,
        ),
    )
