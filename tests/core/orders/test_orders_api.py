"""Orders after they were placed: followed by link, cancelled, refunded, noted."""

import pytest
from django.test import Client

from comptoir.orders.models import Order, RefundRequest
from comptoir.stock.models import Hold, Level
from comptoir.testing.calling import Customer
from comptoir.testing.once import built_once
from comptoir.testing.selling import Till, nothing_counted
from comptoir.testing.staff import people

__all__ = ["nothing_counted", "people"]

pytestmark = pytest.mark.django_db


@built_once
def till(shop) -> Till:
    return Till(shop)


@pytest.fixture
def web(till) -> Customer:
    return Customer("web")


@pytest.fixture
def placed(web):
    """An order of two shirts, and the path and token to follow it."""
    order = web.buy("MARIN-S", "MARIN-M")["order"]
    return f"orders/{order['number']}", {"X-Order-Token": order["token"]}


class Staff(Customer):
    """Somebody of the staff: the session of the back office."""

    def __init__(self, client: Client) -> None:
        super().__init__("staff", client)


def test_a_guest_follows_an_order_by_its_link_and_nobody_else_does(web, placed):
    path, token = placed
    order = web("GET", path, **token)
    assert (order["state"], len(order["lines"]), order["total"]["amount"]) == ("placed", 2, "99.80")
    assert order["money"]["due"]["amount"] == "99.80"
    for stranger in ({}, {"X-Order-Token": "x" * 32}):
        assert (web("GET", path, **stranger)["code"], web.status) == ("not_found", 404)
    web.channel = "app"
    assert web("GET", path, **token)["code"] == "not_found"


def test_a_customer_cancels_a_piece_and_then_all(web, placed, till):
    path, token = placed
    small = web("GET", path, **token)["lines"][0]

    order = web.post(f"{path}/cancel", {"lines": [{"line": small["id"], "quantity": 1}]}, **token)
    assert (order["state"], order["cancelled"]["amount"], order["lines"][0]["cancelled"]) == (
        "placed",
        "49.90",
        1,
    )
    assert Level.objects.get(variant=till.small).allocated == 0

    order = web.post(f"{path}/cancel", {}, **token)
    assert (order["state"], order["cancelled"]["amount"], order["may_cancel"]) == (
        "cancelled",
        "99.80",
        False,
    )
    assert not Hold.objects.filter(state="allocated").exists()

    again = web.post(f"{path}/cancel", {}, **token)
    assert (web.status, again["code"]) == (409, "order_state")
    assert RefundRequest.objects.count() == 2


def test_more_pieces_than_there_are_cannot_be_cancelled(web, placed):
    path, token = placed
    line = web("GET", path, **token)["lines"][0]["id"]
    answer = web.post(f"{path}/cancel", {"lines": [{"line": line, "quantity": 2}]}, **token)
    assert (web.status, answer["code"], answer["errors"][0]["field"]) == (409, "too_many_pieces", "quantity")
    answer = web.post(f"{path}/cancel", {"lines": [{"line": line + 99, "quantity": 1}]}, **token)
    assert (web.status, answer["errors"][0]["field"]) == (422, "line")
    assert not RefundRequest.objects.exists()


def test_staff_see_the_orders_of_their_shops_only(web, placed, till, people):
    mine = Staff(people("view_order", at=[till.nantes], name="nina"))
    theirs = Staff(people("view_order", at=[till.lyon], name="leo"))
    nobody = Staff(people(at=[till.nantes], name="noe"))
    number = placed[0].partition("/")[2]

    assert [one["number"] for one in mine.get("orders")["items"]] == [number]
    assert mine.get(f"orders/{number}")["history"][0]["what"] == "placed"
    assert theirs.get("orders")["items"] == []
    assert (theirs.get(f"orders/{number}")["code"], theirs.status) == ("not_found", 404)
    assert (nobody.get("orders")["code"], nobody.status) == ("not_allowed", 403)


@pytest.mark.parametrize("text", ["camille@example.org", "Camille", "MARIN-S", "{number}", "{typed}"])
def test_staff_find_an_order(web, placed, till, people, text):
    number = placed[0].partition("/")[2]
    staff = Staff(people("view_order", at=[till.nantes]))
    search = text.format(number=number, typed=number.lower().replace("-", ""))
    assert [one["number"] for one in staff.get(f"orders?search={search}")["items"]] == [number]
    assert staff.get("orders?search=nobody")["items"] == []
    assert staff.get("orders?state=cancelled")["items"] == []


def test_staff_refund_never_more_than_the_order_cost(web, placed, till, people):
    staff = Staff(people("view_order", "refund_order", at=[till.nantes]))
    path = placed[0]
    line = Order.objects.get().lines.first()
    asked = staff.post(f"{path}/refunds", {"lines": [{"line": line.pk, "quantity": 1}], "reason": "seam"})
    assert (staff.status, asked["amount"]["amount"]) == (201, "49.90")
    again = staff.post(f"{path}/refunds", {"lines": [{"line": line.pk, "quantity": 1}]})
    assert (staff.status, again["code"]) == (409, "too_many_pieces")
    more = staff.post(f"{path}/refunds", {"amount": {"amount": "49.91", "currency": "EUR"}})
    assert (staff.status, more["code"], more["errors"][0]["field"]) == (409, "refund_too_high", "amount")
    assert RefundRequest.objects.count() == 1


def test_a_note_stands_with_the_order_and_the_customer_does_not_see_it(web, placed, till, people):
    staff = Staff(people("view_order", "add_ordernote", at=[till.nantes]))
    order = staff.post(f"{placed[0]}/notes", {"message": "Rings twice."})
    assert (staff.status, order["notes"][0]["message"], order["notes"][0]["by"]) == (
        201,
        "Rings twice.",
        "Nina",
    )
    assert "Rings twice" not in str(web("GET", placed[0], **placed[1]))
