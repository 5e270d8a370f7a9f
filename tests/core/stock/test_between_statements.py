"""Somebody else acts between any two statements of a service: on another connection, before each of them in turn."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from comptoir.stock.allocations import allocate_holds, cancel_allocations, consume_allocations
from comptoir.stock.audit import differences
from comptoir.stock.holds import OutOfStock, change_hold, hold_stock, release_holds
from comptoir.stock.models import Hold
from comptoir.stock.plans import Wanted
from comptoir.stock.services import count_stock
from comptoir.testing.racing import racing
from tests.core.stock.test_races import holder, make_hot

pytestmark = pytest.mark.timeout(120)

#: More than any of the services has statements.
MOMENTS = range(14)


class Before:
    """Acts once, before the statement of this number."""

    def __init__(self, number: int, act: Callable[[], Any]) -> None:
        self.number, self.act = number, act

    def __call__(self, execute: Callable[..., Any], *statement: Any) -> Any:
        if self.number == 0:
            self.act()
        self.number -= 1
        return execute(*statement)


def order(wanted, location_ids):
    allocate_holds(requests=wanted, location_ids=location_ids)


def order_more(wanted, location_ids):
    allocate_holds(requests=[wanted[0]._replace(quantity=3)], location_ids=location_ids)


def order_fewer(wanted, location_ids):
    allocate_holds(requests=[wanted[0]._replace(quantity=1)], location_ids=location_ids)


def change(wanted, location_ids):
    owner, variant_id, _quantity = wanted[0]
    change_hold(owner=owner, variant_id=variant_id, quantity=1, location_ids=location_ids)


def cancel(wanted, location_ids):
    allocate_holds(requests=wanted, location_ids=location_ids)
    cancel_allocations(requests=wanted)


def hand_over(wanted, location_ids):
    allocate_holds(requests=wanted, location_ids=location_ids)
    consume_allocations(requests=wanted)


@pytest.mark.parametrize(
    ("serve", "promised"),
    [(order, 2), (order_more, 3), (order_fewer, 1), (change, 0), (cancel, 0), (hand_over, 0)],
)
def test_a_hold_of_the_same_owner_may_come_at_any_moment(open_shop, serve, promised):
    """Unit slots take no lock of the level, so nothing keeps it from coming."""
    nantes = open_shop.location("nantes")
    shirt = open_shop.product("shirt", stock={nantes: 400})
    make_hot(shirt)
    with racing(1) as race:
        for moment in MOMENTS:
            owner = f"line:{moment}"
            holder(owner, shirt, nantes, 2)()
            came: list[Any] = []
            meanwhile = Before(moment, lambda o=owner, c=came: c.extend(race([holder(o, shirt, nantes, 2)])))
            with connection.execute_wrapper(meanwhile):
                serve([Wanted(owner, shirt.pk, 2)], [nantes.pk])
            assert all(isinstance(one, list) for one in came), came
            allocated = Hold.objects.filter(owner=owner, state=Hold.State.ALLOCATED)
            assert sum(hold.quantity for hold in allocated) == promised
    assert differences() == []


@pytest.mark.parametrize("moment", range(2))
def test_goods_that_are_released_at_any_moment_are_promised_all_the_same(open_shop, moment):
    nantes = open_shop.location("nantes")
    shirt = open_shop.product("shirt", stock={nantes: 10})
    wanted = [Wanted("line:1", shirt.pk, 2)]
    hold_stock(requests=wanted, location_ids=[nantes.pk])
    with racing(1) as race:
        meanwhile = Before(moment, lambda: race([lambda: release_holds(owners=["line:1"])]))
        with connection.execute_wrapper(meanwhile):
            [hold] = allocate_holds(requests=wanted, location_ids=[nantes.pk])
    assert (meanwhile.number < 0, hold.state, hold.quantity) == (True, "allocated", 2)
    assert differences() == []


@pytest.mark.parametrize("moment", range(2))
def test_goods_that_are_lost_at_any_moment_are_not_promised(open_shop, moment):
    """A hold of two is cut to the one piece that is there."""
    nantes = open_shop.location("nantes")
    shirt = open_shop.product("shirt", stock={nantes: 10})
    wanted = [Wanted("line:1", shirt.pk, 2)]
    hold_stock(requests=wanted, location_ids=[nantes.pk])
    with racing(1) as race:
        lose = lambda: count_stock(variant=shirt, location=nantes, counted=1)  # noqa: E731
        meanwhile = Before(moment, lambda: race([lose]))
        with connection.execute_wrapper(meanwhile), pytest.raises(OutOfStock) as refusal:
            allocate_holds(requests=wanted, location_ids=[nantes.pk])
    assert (meanwhile.number < 0, refusal.value.free) == (True, 0)
    assert [(hold.state, hold.quantity) for hold in Hold.objects.exclude(state="released")] == [("held", 1)]
    assert differences() == []
