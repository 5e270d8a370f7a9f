"""Orders at the screens of the staff."""

import pytest

from comptoir.orders.models import Order, RefundRequest
from comptoir.testing.staff import people

__all__ = ["people"]

pytestmark = pytest.mark.django_db
RIGHTS = ("view_order", "cancel_order", "refund_order", "add_ordernote")


@pytest.fixture
def order(web) -> Order:
    placed = web.buy("MARIN-S", "MARIN-M")
    return Order.objects.get(number=placed["order"]["number"])


def test_the_list_finds_an_order_and_shows_only_those_of_ones_shops(order, till, people):
    nina, leo = people(*RIGHTS, at=[till.nantes], name="nina"), people(*RIGHTS, at=[till.lyon], name="leo")
    for address in (
        "/admin/orders/",
        "/admin/orders/?q=Camille",
        f"/admin/orders/?q={order.number}",
        "/admin/orders/?state=placed",
    ):
        assert order.number in nina.get(address).content.decode(), address
    assert order.number not in nina.get("/admin/orders/results/?q=nobody").content.decode().replace("q=", "")
    assert order.number not in leo.get("/admin/orders/").content.decode()
    assert leo.get(f"/admin/orders/{order.number}/").status_code == 404


def test_an_order_is_cancelled_in_part_and_noted_at_the_screen(order, till, people):
    nina = people(*RIGHTS, at=[till.nantes])
    address, line = f"/admin/orders/{order.number}/", order.lines.first()
    page = nina.get(address).content.decode()
    assert "Marin, S" in page and "€99.80" in page and "Camille Martin" in page

    said = {"verb": "cancel", f"line-{line.pk}": 1, "reason": "a hole"}
    assert nina.post(address, said, follow=True).status_code == 200
    assert nina.post(address, {"verb": "note", "message": "Called her."}, follow=True).status_code == 200

    line.refresh_from_db()
    assert line.cancelled == 1
    page = nina.get(address).content.decode()
    assert "1 cancelled" in page and "a hole" in page and "Called her." in page and "Nina" in page


def test_without_the_right_nothing_happens(order, till, people):
    clerk = people("view_order", at=[till.nantes])
    address, line = f"/admin/orders/{order.number}/", order.lines.first()
    assert "Cancel these pieces" not in clerk.get(address).content.decode()
    assert clerk.post(address, {"verb": "cancel", f"line-{line.pk}": 1, "reason": "x"}).status_code == 403
    assert not RefundRequest.objects.exists()


def test_an_invoice_is_issued_and_printed(order, till, people):
    nina = people(*RIGHTS, at=[till.nantes])
    nina.post(f"/admin/orders/{order.number}/", {"verb": "invoice"})
    paper = order.papers.get()
    pdf = nina.get(f"/admin/orders/{order.number}/papers/{paper.number}/")
    assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")


def test_a_list_of_many_orders_asks_as_often_as_one_of_few(
    order, till, people, web, django_assert_max_num_queries
):
    nina = people(*RIGHTS, at=[till.nantes])
    nina.get("/admin/orders/")
    with django_assert_max_num_queries(25):
        nina.get("/admin/orders/")
