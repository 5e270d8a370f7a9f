"""Baskets under many hands at once: real threads on PostgreSQL. ``COMPTOIR_STRESS=1`` runs them at full length."""

import random
import threading
from functools import partial

import pytest
from django.db import connection

from comptoir.base import clock
from comptoir.base.errors import ComptoirError, NotFound
from comptoir.baskets.handover import HandoverRefused, offer_handover, take_over
from comptoir.baskets.merging import merge_baskets
from comptoir.baskets.models import Basket, Line
from comptoir.baskets.queries import basket_view
from comptoir.baskets.rows import Code, Key
from comptoir.baskets.services import add_line, change_line, close_basket, open_basket, remove_line
from comptoir.customers.models import User
from comptoir.stock.audit import differences
from comptoir.stock.models import Hold
from comptoir.stock.rows import in_transaction
from comptoir.testing.racing import STRESS, run_together
from comptoir.testing.selling import Counter

pytestmark = pytest.mark.timeout(180 * STRESS)


@pytest.fixture
def busy(open_shop):
    """The shop with two channels, committed."""
    return Counter(open_shop)


def opened(context, *skus):
    view, token = open_basket(channel=context, lines=[(Code(sku), 1) for sku in skus])
    return view, Key(context, token)


def deadlocks():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]


def assert_holds_fit():
    """Each live hold belongs to a line of an open basket and no line has more held than it wants."""
    wanted = {
        f"basket-line:{line.pk}": line.quantity for line in Line.objects.filter(basket__status=Basket.OPEN)
    }
    held = {}
    for hold in Hold.objects.live(clock.now()):
        held[hold.owner] = held.get(hold.owner, 0) + hold.quantity
    assert {owner: pieces for owner, pieces in held.items() if pieces > wanted.get(owner, 0)} == {}
    assert differences() == []


def errors(results):
    return {repr(one) for one in results if isinstance(one, Exception)}


def test_the_same_basket_changed_from_two_devices_counts_every_piece(busy):
    context = busy.context()
    _view, key = opened(context, "MARIN-M")

    rounds = 9  # there are ten
    results = run_together(
        [lambda: add_line(key=key, code=Code("MARIN-S"), quantity=1) for _ in range(rounds)], workers=6
    )

    assert errors(results) == set()
    line = Line.objects.get(product=busy.small)
    assert line.quantity == rounds
    assert sum(hold.quantity for hold in Hold.objects.filter(owner=f"basket-line:{line.pk}")) == rounds
    versions = sorted(view.basket.version for view in results)
    assert versions == list(range(versions[0], versions[0] + rounds))
    assert_holds_fit()


def test_two_baskets_that_want_the_same_two_goods_in_opposite_order_do_not_block_each_other(busy):
    context = busy.context()

    def shop_for(number):
        skus = ["MARIN-S", "MARIN-M"][:: 1 if number % 2 else -1]
        view, key = opened(context, skus[0])
        in_transaction(lambda: add_line(key=key, code=Code(skus[1]), quantity=1))
        both = {line.row.id: 2 for line in view.lines}
        for line_id in both:
            change_line(key=key, line_id=line_id, quantity=1)
        close_basket(key=key)

    results = run_together([lambda n=n: shop_for(n) for n in range(60 * STRESS)], workers=4)

    assert errors(results) == set()
    assert deadlocks() == 0
    assert Hold.objects.live(clock.now()).count() == 0
    assert_holds_fit()


def test_of_two_who_take_over_the_same_code_one_wins(busy):
    web, app = busy.context("web"), busy.context("app")
    for _round in range(5 * STRESS):
        _view, key = opened(app, "MARIN-S")
        code = offer_handover(key=key).code

        results = run_together([partial(take_over, channel=web, code=code)] * 4, workers=4)

        won = [one for one in results if not isinstance(one, Exception)]
        assert len(won) == 1
        assert {type(one) for one in results if isinstance(one, Exception)} == {HandoverRefused}
        close_basket(key=Key(web, won[0].token))
    assert_holds_fit()


def test_a_basket_that_is_taken_over_while_it_is_filled_is_in_one_place(busy):
    web, app = busy.context("web"), busy.context("app")
    for _round in range(5 * STRESS):
        _view, key = opened(app, "MARIN-S")
        code = offer_handover(key=key).code
        jobs = [
            partial(add_line, key=key, code=Code("MARIN-M"), quantity=1),
            partial(take_over, channel=web, code=code),
            partial(add_line, key=key, code=Code("MARIN-M"), quantity=1),
        ]

        first, taken, second = run_together(jobs, workers=3)

        assert all(isinstance(one, NotFound) for one in (first, second) if isinstance(one, Exception))
        there = basket_view(Key(web, taken.token))
        added = [one for one in (first, second) if not isinstance(one, Exception)]
        assert sum(line.row.quantity for line in there.lines) == 1 + len(added)
        assert {line.keeping.state for line in there.lines} == {"held"}
        close_basket(key=Key(web, taken.token))
    assert_holds_fit()


def test_a_merge_while_something_is_added_loses_nothing(busy):
    context = busy.context()
    for number in range(5 * STRESS):
        user = User.objects.create_user(f"anna{number}@aubelaine.example", "a-long-password")
        mine = Key(context, owner_id=user.pk)
        _view, own = opened(context, "MARIN-S")
        merge_baskets(channel=context, token=own.token, user=user)
        _view, guest = opened(context, "MARIN-S")
        jobs = [
            partial(add_line, key=guest, code=Code("MARIN-M"), quantity=1),
            partial(add_line, key=mine, code=Code("MARIN-M"), quantity=1),
            partial(merge_baskets, channel=context, token=guest.token, user=user),
        ]

        by_guest, by_owner, merged = run_together(jobs, workers=3)

        assert not isinstance(merged, Exception), merged
        assert not isinstance(by_owner, Exception), by_owner
        assert not isinstance(by_guest, Exception) or isinstance(by_guest, NotFound)
        pieces = {line.row.sku: line.row.quantity for line in basket_view(mine).lines}
        assert pieces == {"MARIN-S": 2, "MARIN-M": 1 + (not isinstance(by_guest, Exception))}
        close_basket(key=mine)
    assert_holds_fit()


def test_whatever_many_do_at_once_the_figures_add_up(busy):
    contexts = [busy.context("web"), busy.context("app")]
    keys = [opened(contexts[number % 2], "MARIN-S")[1] for number in range(5)]
    lock = threading.Lock()

    def work(number):
        dice = random.Random(number)
        with lock:
            place = dice.randrange(len(keys))
            key = keys[place]
        view = basket_view(key)
        line = dice.choice(view.lines).row.id if view.lines else 0
        what = dice.choice(["add", "add", "change", "remove", "hand over"])
        if what == "add":
            add_line(key=key, code=Code(dice.choice(["MARIN-S", "MARIN-M"])), quantity=dice.randint(1, 3))
        elif what == "change":
            change_line(key=key, line_id=line, quantity=dice.randint(1, 5))
        elif what == "remove":
            remove_line(key=key, line_id=line)
        else:
            code = offer_handover(key=key).code
            channel = dice.choice(contexts)
            taken = take_over(channel=channel, code=code)
            with lock:
                keys[place] = Key(channel, taken.token)

    jobs = [lambda n=n: in_transaction(lambda: work(n)) for n in range(100 * STRESS)]
    results = run_together(jobs, workers=6)

    assert all(isinstance(one, ComptoirError) for one in results if one is not None), errors(results)
    assert_holds_fit()
