"""What staff do with stock, and what a movement leaves behind."""

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from comptoir.base.errors import InvalidValue
from comptoir.stock.audit import differences
from comptoir.stock.holds import hold_stock
from comptoir.stock.models import Level, Movement
from comptoir.stock.movements import KeyReused, StockIsPromised, StockWouldBeNegative
from comptoir.stock.plans import Wanted
from comptoir.stock.queries import transfers_on_their_way
from comptoir.stock.services import (
    adjust_stock,
    count_stock,
    count_stock_many,
    mark_sellable,
    mark_unsellable,
    receive_stock,
    return_stock,
    set_backorder,
    set_safety,
)
from comptoir.stock.transfers import TransferReceived, TransferToItself, receive_transfer, send_transfer


@pytest.fixture
def nantes(shop):
    return shop.location("nantes")


@pytest.fixture
def lyon(shop):
    return shop.location("lyon")


@pytest.fixture
def shirt(shop, nantes):
    return shop.product("shirt", stock={nantes: 10})


def figures(variant, location):
    level = Level.objects.get(variant=variant, location=location)
    return level.on_hand, level.unsellable, level.held, level.allocated


def test_every_change_is_a_movement_and_the_level_is_their_sum(shirt, nantes):
    count_stock(variant=shirt, location=nantes, counted=8)
    adjust_stock(variant=shirt, location=nantes, quantity=-1, reason="stolen")
    mark_unsellable(variant=shirt, location=nantes, quantity=3, reason="water")
    mark_sellable(variant=shirt, location=nantes, quantity=1)
    return_stock(variant=shirt, location=nantes, quantity=2, is_sellable=False)

    moved = Movement.objects.order_by("pk").values_list("reason", "quantity", "unsellable")
    assert list(moved) == [
        ("receipt", 10, 0),
        ("count", -2, 0),
        ("adjustment", -1, 0),
        ("unsellable", 0, 3),
        ("sellable", 0, -1),
        ("return", 2, 2),
    ]
    assert figures(shirt, nantes) == (9, 4, 0, 0)
    assert differences() == []


@pytest.mark.parametrize("quantity", [0, -1, 10**9, 1.5, True, "3", None])
def test_a_number_that_is_no_number_of_pieces_is_refused(shirt, nantes, lyon, quantity):
    calls = [
        lambda: receive_stock(variant=shirt, location=nantes, quantity=quantity),
        lambda: mark_unsellable(variant=shirt, location=nantes, quantity=quantity),
        lambda: send_transfer(source=nantes, destination=lyon, lines={shirt: quantity}),
        lambda: hold_stock(requests=[Wanted("line:1", shirt.pk, quantity)], location_ids=[nantes.pk]),
    ]
    for call in calls:
        with pytest.raises(InvalidValue) as refusal:
            call()
        assert (refusal.value.code, refusal.value.field) == ("invalid_value", "quantity")
    assert Movement.objects.count() == 1
    assert figures(shirt, nantes) == (10, 0, 0, 0)


@pytest.mark.parametrize("counted", [-1, 10**9, 2.0, True])
def test_a_count_that_is_no_number_of_pieces_is_refused(shirt, nantes, counted):
    with pytest.raises(InvalidValue) as refusal:
        count_stock(variant=shirt, location=nantes, counted=counted)
    assert refusal.value.field == "counted"
    with pytest.raises(InvalidValue):
        count_stock_many(location=nantes, counted={shirt.pk: counted})
    assert figures(shirt, nantes) == (10, 0, 0, 0)


def test_an_adjustment_says_why(shirt, nantes):
    for reason in ("", "   ", "x" * 241):
        with pytest.raises(InvalidValue) as refusal:
            adjust_stock(variant=shirt, location=nantes, quantity=-1, reason=reason)
        assert refusal.value.field == "reason"
    assert figures(shirt, nantes) == (10, 0, 0, 0)


def test_more_than_is_there_cannot_go(shirt, nantes):
    with pytest.raises(StockWouldBeNegative) as refusal:
        adjust_stock(variant=shirt, location=nantes, quantity=-11, reason="stolen")
    assert (refusal.value.code, refusal.value.on_hand) == ("stock_would_be_negative", 10)
    assert figures(shirt, nantes) == (10, 0, 0, 0)


def test_stock_of_a_product_that_is_sold_by_size_is_kept_by_size(shop, nantes):
    product = shop.product("coat", sizes=["S", "M"])
    with pytest.raises(InvalidValue) as refusal:
        receive_stock(variant=product, location=nantes, quantity=1)
    assert refusal.value.field == "variant"
    assert not Level.objects.exists()


def test_a_movement_is_never_changed_nor_deleted_not_even_in_sql(shirt):
    for sql in ("UPDATE partner_movement SET quantity = 99", "DELETE FROM partner_movement"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert Movement.objects.get().quantity == 10


def test_the_same_key_moves_once(shirt, nantes, lyon):
    for _time in range(2):
        receive_stock(variant=shirt, location=nantes, quantity=5, idempotency_key="delivery 7")
        send_transfer(source=nantes, destination=lyon, lines={shirt: 2}, idempotency_key="van 1")
    assert figures(shirt, nantes) == (13, 0, 0, 0)
    with pytest.raises(KeyReused):
        receive_stock(variant=shirt, location=lyon, quantity=5, idempotency_key="delivery 7")


def test_goods_on_their_way_are_at_neither_location(shirt, nantes, lyon):
    transfer = send_transfer(source=nantes, destination=lyon, lines={shirt: 4}, document="van 1")
    assert figures(shirt, nantes) == (6, 0, 0, 0)
    assert not Level.objects.filter(location=lyon).exists()
    assert [*transfers_on_their_way(lyon)] == [transfer]
    assert [*transfers_on_their_way(nantes)] == []

    receive_transfer(transfer=transfer, received={shirt.pk: 3})
    assert figures(shirt, lyon) == (3, 0, 0, 0)
    assert transfer.lines.get().missing == 1
    assert [*transfers_on_their_way()] == []
    assert differences() == []
    with pytest.raises(TransferReceived):
        receive_transfer(transfer=transfer)
    assert figures(shirt, lyon) == (3, 0, 0, 0)


def test_a_transfer_to_itself_is_refused(shirt, nantes):
    with pytest.raises(TransferToItself) as refusal:
        send_transfer(source=nantes, destination=nantes, lines={shirt: 1})
    assert (refusal.value.code, refusal.value.field) == ("transfer_to_itself", "destination")
    assert figures(shirt, nantes) == (10, 0, 0, 0)


def test_what_baskets_hold_is_not_sent_away(shirt, nantes, lyon):
    hold_stock(requests=[Wanted("line:1", shirt.pk, 8)], location_ids=[nantes.pk])
    with pytest.raises(StockIsPromised) as refusal:
        send_transfer(source=nantes, destination=lyon, lines={shirt: 3})
    assert refusal.value.free == 2
    assert figures(shirt, nantes) == (10, 0, 8, 0)


def test_a_count_below_what_is_held_ends_the_youngest_holds(shirt, nantes):
    hold_stock(requests=[Wanted("first", shirt.pk, 6)], location_ids=[nantes.pk])
    hold_stock(requests=[Wanted("second", shirt.pk, 3)], location_ids=[nantes.pk])
    count_stock(variant=shirt, location=nantes, counted=7)
    assert figures(shirt, nantes) == (7, 0, 7, 0)
    assert differences() == []


def test_a_count_may_find_fewer_than_were_unsellable(shirt, nantes):
    mark_unsellable(variant=shirt, location=nantes, quantity=5)
    count_stock(variant=shirt, location=nantes, counted=3)
    assert figures(shirt, nantes) == (3, 3, 0, 0)
    assert differences() == []


def test_safety_and_backorder_move_what_is_free(shirt, nantes):
    set_safety(variant=shirt, location=nantes, quantity=4)
    assert Level.objects.get().loose == 6
    set_backorder(variant=shirt, location=nantes, quantity=2)
    hold_stock(requests=[Wanted("line", shirt.pk, 8)], location_ids=[nantes.pk])
    set_safety(variant=shirt, location=nantes, quantity=0)
    hold_stock(requests=[Wanted("line", shirt.pk, 4)], location_ids=[nantes.pk])
    with pytest.raises(StockIsPromised):
        set_backorder(variant=shirt, location=nantes, quantity=1)
    assert Level.objects.get().backorder == 2


@pytest.mark.usefixtures("english")
def test_the_audit_explains_a_difference_and_rebuilds_the_level(shirt, nantes, capsys):
    hold_stock(requests=[Wanted("line", shirt.pk, 2)], location_ids=[nantes.pk])
    call_command("stock_audit")
    Level.objects.update(on_hand=12, held=1)

    with pytest.raises(CommandError, match="2 figures differ"):
        call_command("stock_audit")
    assert "SHIRT @ Nantes: the level says 12 on hand, its movements add up to 10" in capsys.readouterr().out

    call_command("stock_audit", "--repair")
    assert figures(shirt, nantes) == (10, 0, 2, 0)


@pytest.mark.usefixtures("english")
def test_a_level_that_cannot_be_rebuilt_is_named(shirt, nantes, capsys):
    hold_stock(requests=[Wanted("line", shirt.pk, 10)], location_ids=[nantes.pk])
    Level.objects.update(on_hand=12)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO partner_movement (variant_id, location_id, quantity, unsellable, reason, note, "
            "document, moved_at) SELECT variant_id, location_id, -1, 0, 'count', '', '', now() FROM partner_level"
        )
    with pytest.raises(CommandError):
        call_command("stock_audit", "--repair")
    assert "cannot be put right: never_promise_more_than_there_is" in capsys.readouterr().out


def test_a_lost_level_is_rebuilt_from_its_movements(shirt, nantes):
    Level.objects.all().delete()
    with pytest.raises(CommandError):
        call_command("stock_audit")
    call_command("stock_audit", "--repair")
    assert figures(shirt, nantes) == (10, 0, 0, 0)
