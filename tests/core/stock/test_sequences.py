"""Random sequences of everything that happens to stock; after each step the figures have to add up."""

import os
from contextlib import ExitStack
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from comptoir.base import clock
from comptoir.stock import allocations, holds, services, transfers
from comptoir.stock.audit import differences
from comptoir.stock.models import Hold, Level, Transfer
from comptoir.stock.movements import StockIsPromised, StockWouldBeNegative
from comptoir.stock.plans import Wanted
from comptoir.stock.pools import drain_pool, fill_pool
from comptoir.stock.queries import availability

FULL = bool(os.environ.get("COMPTOIR_STRESS"))
OWNERS = st.sampled_from(["app:1", "app:2", "web:1"])
NUMBERS = st.integers(min_value=1, max_value=12)
WHICH = st.integers(min_value=0, max_value=1)


class StockMachine(RuleBasedStateMachine):
    """Two variants at two locations; the clock moves on by itself a little with every step."""

    shop = None  # set by the test

    def __init__(self):
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(transaction.atomic())
        self.now = clock.now()
        self.places = [self.shop.location(code) for code in ("nantes", "lyon")]
        self.variants = [self.shop.product(stock={place: 5 for place in self.places}) for _ in range(2)]
        self.ids = [place.pk for place in self.places]

    def teardown(self):
        transaction.set_rollback(True)
        self.stack.close()

    def at(self, which, where):
        return {"variant": self.variants[which], "location": self.places[where]}

    def do(self, service, *refusals, **arguments):
        """Call a service at the machine's moment; these refusals are as good as a success. Tells which it was."""
        self.now += timedelta(seconds=1)
        with clock.moved_to(self.now):
            try:
                service(**arguments)
            except refusals:
                return False
            return True

    def free(self, which):
        with clock.moved_to(self.now + timedelta(seconds=1)):
            return availability([self.variants[which].pk])[self.variants[which].pk].free

    @rule(which=WHICH, where=WHICH, pieces=NUMBERS)
    def receive(self, which, where, pieces):
        self.do(services.receive_stock, **self.at(which, where), quantity=pieces)

    @rule(which=WHICH, where=WHICH, pieces=st.integers(min_value=0, max_value=20))
    def count(self, which, where, pieces):
        self.do(services.count_stock, StockIsPromised, **self.at(which, where), counted=pieces)

    @rule(which=WHICH, where=WHICH, pieces=NUMBERS)
    def lose(self, which, where, pieces):
        refusals = (StockIsPromised, StockWouldBeNegative)
        self.do(services.adjust_stock, *refusals, **self.at(which, where), quantity=-pieces, reason="lost")

    @rule(which=WHICH, where=WHICH, pieces=NUMBERS, good=st.booleans())
    def spoil_or_mend(self, which, where, pieces, good):
        service = services.mark_sellable if good else services.mark_unsellable
        self.do(service, StockIsPromised, StockWouldBeNegative, **self.at(which, where), quantity=pieces)

    @rule(which=WHICH, where=WHICH, pieces=st.integers(min_value=0, max_value=3), safety=st.booleans())
    def set_bounds(self, which, where, pieces, safety):
        service = services.set_safety if safety else services.set_backorder
        self.do(service, StockIsPromised, **self.at(which, where), quantity=pieces)

    @rule(which=WHICH, where=WHICH, pieces=NUMBERS)
    def send(self, which, where, pieces):
        source, destination = self.places[where], self.places[1 - where]
        refusals = (StockIsPromised, StockWouldBeNegative)
        lines = {self.variants[which]: pieces}
        self.do(transfers.send_transfer, *refusals, source=source, destination=destination, lines=lines)

    @precondition(lambda self: Transfer.objects.filter(received_at=None).exists())
    @rule(which=WHICH, pieces=st.integers(min_value=0, max_value=12))
    def arrive(self, which, pieces):
        transfer = Transfer.objects.filter(received_at=None).first()
        received = {line.variant_id: pieces for line in transfer.lines.all()} if which else None
        self.do(transfers.receive_transfer, transfer=transfer, received=received)

    @rule(owner=OWNERS, which=WHICH, pieces=NUMBERS, limit=st.integers(min_value=5, max_value=40))
    def hold(self, owner, which, pieces, limit):
        free = self.free(which)
        wanted = [Wanted(owner, self.variants[which].pk, pieces)]
        terms = {"location_ids": self.ids, "minutes": 15, "max_minutes": limit}
        assert self.do(holds.hold_stock, holds.OutOfStock, requests=wanted, **terms) == (free >= pieces)

    @rule(owner=OWNERS, pieces=NUMBERS)
    def hold_both(self, owner, pieces):
        possible = min(self.free(0), self.free(1)) >= pieces
        wanted = [Wanted(owner, variant.pk, pieces) for variant in self.variants]
        assert self.do(holds.hold_stock, holds.OutOfStock, requests=wanted, location_ids=self.ids) == possible

    @rule(owner=OWNERS, which=WHICH, pieces=st.integers(min_value=0, max_value=12))
    def change(self, owner, which, pieces):
        facts = {"owner": owner, "variant_id": self.variants[which].pk, "location_ids": self.ids}
        self.do(holds.change_hold, holds.OutOfStock, **facts, quantity=pieces)

    @rule(owner=OWNERS, minutes=st.integers(min_value=1, max_value=60))
    def extend(self, owner, minutes):
        self.do(holds.extend_holds, owners=[owner], minutes=minutes)

    @rule(minutes=st.integers(min_value=1, max_value=30))
    def wait(self, minutes):
        self.now += timedelta(minutes=minutes)

    @rule()
    def tidy_up(self):
        before = self.free(0), self.free(1)
        self.do(holds.sweep_expired)
        self.now -= timedelta(seconds=1)
        assert (self.free(0), self.free(1)) == before

    @rule(old=OWNERS, new=OWNERS)
    def hand_over(self, old, new):
        self.do(holds.move_holds, owners={old: new})

    @rule(owner=OWNERS)
    def release(self, owner):
        self.do(holds.release_holds, owners=[owner])

    @rule(owner=OWNERS, which=WHICH, pieces=NUMBERS)
    def order(self, owner, which, pieces):
        wanted = [Wanted(owner, self.variants[which].pk, pieces)]
        self.do(allocations.allocate_holds, holds.OutOfStock, requests=wanted, location_ids=self.ids)

    @rule(owner=OWNERS, which=WHICH, pieces=NUMBERS, is_sale=st.booleans())
    def sell_or_cancel(self, owner, which, pieces, is_sale):
        service = allocations.consume_allocations if is_sale else allocations.cancel_allocations
        refusals = (allocations.NotAllocated, allocations.NotOnHand)
        self.do(service, *refusals, requests=[Wanted(owner, self.variants[which].pk, pieces)])

    @rule(which=WHICH, where=WHICH, hot=st.booleans())
    def heat(self, which, where, hot):
        level = Level.objects.select_for_update(no_key=True).get(**self.at(which, where))
        before = self.free(which)
        with clock.moved_to(self.now):
            fill_pool(level) if hot else drain_pool(level)
        assert self.free(which) == before

    @invariant()
    def nothing_is_promised_that_is_not_there(self):
        for level in Level.objects.all():
            spoken = level.holds.filter(state__in=["held", "allocated"])
            promised = sum(hold.quantity for hold in spoken)
            assert promised <= level.on_hand - level.unsellable + level.backorder
            assert min(level.on_hand, level.unsellable, level.held, level.allocated, level.pooled) >= 0

    @invariant()
    def everything_adds_up(self):
        assert differences() == []

    @invariant()
    def an_ended_hold_says_when(self):
        ended = Hold.objects.exclude(state__in=["held", "allocated"])
        assert not ended.filter(ended_at=None).exists()


@pytest.mark.timeout(7200 if FULL else 120)
def test_whatever_happens_the_figures_add_up(shop, monkeypatch):
    monkeypatch.setattr("comptoir.stock.pools.SMALLEST_POOL", 2)
    StockMachine.shop = shop
    run_state_machine_as_test(
        StockMachine,
        settings=settings(
            max_examples=400 if FULL else 8,
            stateful_step_count=60 if FULL else 20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=not FULL,
        ),
    )
