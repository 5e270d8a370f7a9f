"""Random sequences of everything that happens to baskets; after each step holds and lines have to fit."""

import os
from contextlib import ExitStack
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from comptoir.base import clock
from comptoir.base.errors import NotFound
from comptoir.baskets import services
from comptoir.baskets.handover import offer_handover, take_over
from comptoir.baskets.merging import merge_baskets
from comptoir.baskets.models import Basket, Line
from comptoir.baskets.queries import basket_view
from comptoir.baskets.rows import Code, Key
from comptoir.customers.models import User
from comptoir.stock.audit import differences
from comptoir.stock.holds import OutOfStock, hold_stock, release_holds, sweep_expired
from comptoir.stock.models import Hold
from comptoir.stock.plans import Wanted
from comptoir.stock.queries import availability
from comptoir.stock.services import count_stock, receive_stock
from comptoir.testing.selling import Counter

FULL = bool(os.environ.get("COMPTOIR_STRESS"))
SKUS = st.sampled_from(["MARIN-S", "MARIN-M"])
PIECES = st.integers(min_value=1, max_value=7)
WHICH = st.integers(min_value=0, max_value=5)
CHANNELS = st.sampled_from(["web", "app", "late"])


class BasketMachine(RuleBasedStateMachine):
    """Three channels, of which one holds from the checkout on; one customer; somebody else who buys, too."""

    shop = None  # set by the test

    def __init__(self):
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(transaction.atomic())
        self.now = clock.now()
        self.counter = Counter(self.shop)
        self.shop.channel("late", plugin="web", locations=[self.counter.nantes], holds_from="checkout")
        self.shop.settle()
        self.contexts = {code: self.counter.context(code) for code in ("web", "app", "late")}
        self.user = User.objects.create_user("anna@aubelaine.example", "a-long-password")
        self.keys = []

    def teardown(self):
        transaction.set_rollback(True)
        self.stack.close()

    def do(self, service, *refusals, **arguments):
        """Call a service at the machine's moment, in a transaction of its own; these refusals undo all of it."""
        self.now += timedelta(seconds=1)
        before = self.figures()
        with clock.moved_to(self.now):
            try:
                with transaction.atomic():
                    return service(**arguments)
            except refusals:
                pass
        assert self.figures() == before
        return None

    def figures(self):
        lines = Line.objects.order_by("pk").values_list("pk", "basket", "quantity")
        return list(lines), list(Hold.objects.order_by("pk").values_list("pk", "owner", "quantity", "state"))

    def key(self, which):
        return self.keys[which % len(self.keys)] if self.keys else None

    def line(self, key, which):
        lines = basket_view(key).basket.lines
        return lines[which % len(lines)].id if lines else 0

    def opened(self):
        """The basket that each key opens: one that was taken over has its token, and may be the customer's own, too."""
        return [basket_view(key).basket.id for key in self.keys]

    def forget(self, closed, opened):
        """Drop the keys of baskets that are closed, or have another key now; ``opened`` as it was before."""
        gone = set(closed.values_list("pk", flat=True))
        self.keys = [key for key, basket in zip(self.keys, opened, strict=True) if basket not in gone]

    @rule(channel=CHANNELS, sku=SKUS, pieces=PIECES)
    def open(self, channel, sku, pieces):
        context = self.contexts[channel]
        answer = self.do(services.open_basket, OutOfStock, channel=context, lines=[(Code(sku), pieces)])
        if answer:
            self.keys.append(Key(context, answer[1]))

    @rule(which=WHICH, sku=SKUS, pieces=PIECES)
    def add(self, which, sku, pieces):
        if key := self.key(which):
            self.do(services.add_line, OutOfStock, key=key, code=Code(sku), quantity=pieces)

    @rule(which=WHICH, line=WHICH, pieces=PIECES)
    def change(self, which, line, pieces):
        if key := self.key(which):
            facts = {"key": key, "line_id": self.line(key, line), "quantity": pieces}
            self.do(services.change_line, OutOfStock, NotFound, **facts)

    @rule(which=WHICH, line=WHICH)
    def remove(self, which, line):
        if key := self.key(which):
            self.do(services.remove_line, NotFound, key=key, line_id=self.line(key, line))

    @rule(which=WHICH, is_checkout=st.booleans())
    def hold(self, which, is_checkout):
        if key := self.key(which):
            service = services.begin_checkout if is_checkout else services.keep_alive
            view = self.do(service, OutOfStock, services.Empty, key=key)
            assert view is None or {line.keeping.state for line in view.lines} <= {"held"}

    @rule(which=WHICH, channel=CHANNELS)
    def hand_over(self, which, channel):
        if key := self.key(which):
            offer = self.do(offer_handover, services.Empty, key=key)
            if offer:
                held, opened = self.held(), self.opened()
                taken = self.do(take_over, channel=self.contexts[channel], code=offer.code)
                self.forget(Basket.objects.filter(pk=taken.view.basket.id), opened)
                self.keys.append(Key(self.contexts[channel], taken.token))
                assert self.held(-1) == held

    @rule(which=WHICH)
    def log_in(self, which):
        key = self.key(which)
        if key and key.token:
            opened = self.opened()
            self.do(merge_baskets, channel=key.channel, token=key.token, user=self.user)
            self.forget(Basket.objects.exclude(status=Basket.OPEN).filter(pk__in=opened), opened)
            self.keys = [one for one in self.keys if one != key]
            mine = Key(key.channel, owner_id=self.user.pk)
            if mine not in self.keys:
                self.keys.append(mine)

    @rule(which=WHICH, by_staff=st.booleans())
    def give_up(self, which, by_staff):
        if key := self.key(which):
            basket, opened = basket_view(key).basket.id, self.opened()
            if by_staff:
                self.do(services.release_basket, basket_id=basket)
            else:
                self.do(services.close_basket, key=key)
                self.forget(Basket.objects.filter(pk=basket), opened)

    @rule(sku=WHICH, pieces=PIECES)
    def somebody_else_buys(self, sku, pieces):
        variant = [self.counter.small, self.counter.medium][sku % 2]
        release_holds(owners=["somebody"])
        wanted = [Wanted("somebody", variant.pk, pieces)]
        self.do(hold_stock, OutOfStock, requests=wanted, location_ids=[self.counter.nantes.pk])

    @rule(which=WHICH, pieces=st.integers(min_value=0, max_value=15), is_count=st.booleans())
    def staff(self, which, pieces, is_count):
        place = {
            "variant": [self.counter.small, self.counter.medium][which % 2],
            "location": self.counter.nantes,
        }
        if is_count:
            self.do(count_stock, **place, counted=pieces)
        else:
            self.do(receive_stock, **place, quantity=pieces + 1)

    @rule(minutes=st.integers(min_value=1, max_value=30))
    def wait(self, minutes):
        self.now += timedelta(minutes=minutes)

    @rule()
    def tidy_up(self):
        with clock.moved_to(self.now):
            sweep_expired()

    def held(self, seconds=0):
        """Pieces by owner that are held at the machine's moment."""
        pieces = {}
        for hold in Hold.objects.live(self.now + timedelta(seconds=seconds)):
            if hold.owner != "somebody":
                pieces[hold.owner] = pieces.get(hold.owner, 0) + hold.quantity
        return pieces

    @invariant()
    def each_hold_belongs_to_a_line_that_wants_it(self):
        open_lines = Line.objects.filter(basket__status=Basket.OPEN)
        wanted = {f"basket-line:{line.pk}": line.quantity for line in open_lines}
        held = self.held()
        assert all(pieces <= wanted.get(owner, 0) for owner, pieces in held.items()), (held, wanted)

    @invariant()
    def everything_adds_up(self):
        assert differences() == []

    @invariant()
    def every_basket_opens_and_says_of_each_line_whether_its_goods_are_there(self):
        with clock.moved_to(self.now):
            for key in self.keys:
                for line in basket_view(key).lines:
                    self._check_state(line)

    def _check_state(self, line):
        free = availability([line.row.variant_id], channel=None)[line.row.variant_id].free
        there = line.row.held + free
        expected = {"held"} if line.row.held >= line.row.quantity else {"ended", "not_held"}
        if not line.row.held >= line.row.quantity > there:
            expected = expected if there >= line.row.quantity else {"short"} if there else {"gone"}
        assert line.keeping.state in expected


@pytest.mark.timeout(7200 if FULL else 180)
def test_whatever_happens_holds_and_lines_fit(shop):
    BasketMachine.shop = shop
    run_state_machine_as_test(
        BasketMachine,
        settings=settings(
            max_examples=200 if FULL else 5,
            stateful_step_count=50 if FULL else 20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=not FULL,
        ),
    )
