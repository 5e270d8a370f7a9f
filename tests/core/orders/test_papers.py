"""Invoices, receipts and credit notes."""

import re
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, transaction

from comptoir.base import clock
from comptoir.orders.models import Order, Paper
from comptoir.orders.papers import issue_paper
from comptoir.orders.printing import paper_pdf
from comptoir.payments.models import Payment
from comptoir.payments.services import capture_payment, refund_payment
from comptoir.testing.calling import Customer
from comptoir.testing.once import built_once
from comptoir.testing.racing import open_shop, run_together
from comptoir.testing.selling import Till, nothing_counted

__all__ = ["nothing_counted", "open_shop"]


@built_once
def till(shop) -> Till:
    return Till(shop)


def bought(*skus: str, **more) -> Order:
    """An order that is paid over the counter."""
    placed = Customer("web").buy(*(skus or ["MARIN-S"]), **more)
    return Order.objects.get(number=placed["order"]["number"])


@pytest.mark.django_db
def test_the_invoice_is_written_when_the_money_is_there_and_the_credit_note_when_it_went_back(till, shop):
    with clock.moved_to(datetime(2026, 11, 21, 10, tzinfo=UTC)):
        order = bought()
        shop.settle()
        assert not order.papers.exists()
        payment = Payment.objects.get(order=order)
        capture_payment(payment=payment, key="at-the-counter")
        shop.settle()
        invoice = order.papers.get()
        assert (invoice.number, str(invoice.total)) == ("F-NANTES-2026-000001", "49.900")
        assert invoice.content["taxes"] == [{"percent": "20", "net": "41.58", "tax": "8.32"}]

        refund_payment(payment=payment, key="seam")
        shop.settle()
        note = order.papers.exclude(pk=invoice.pk).get()
        assert (note.number, str(note.total), note.content["of"]) == (
            "A-NANTES-2026-000001",
            "-49.900",
            invoice.number,
        )


@pytest.mark.django_db
def test_an_order_has_one_invoice_and_a_paper_never_changes(till):
    order = bought()
    paper = issue_paper(order_id=order.pk)
    assert issue_paper(order_id=order.pk).pk == paper.pk
    for change in (lambda: Paper.objects.update(total=1), paper.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


@pytest.mark.django_db
@pytest.mark.parametrize(("locale", "title"), [("fr", "Facture|Invoice"), ("en", "Invoice")])
def test_a_paper_is_drawn_as_pdf_whatever_the_name(till, locale, title):
    order = bought("MARIN-S", "MARIN-M", contact={"name": "Łucja Nguyễn 陳", "email": "l@example.org"})
    Order.objects.filter(pk=order.pk).update(locale=locale)
    paper = issue_paper(order_id=order.pk)
    pdf = paper_pdf(paper)
    assert pdf.startswith(b"%PDF-")
    assert re.search(title, paper.content["seller"]["name"] + title)
    assert paper_pdf(paper) == pdf


def test_numbers_have_no_gap_though_many_take_one_and_some_are_undone(open_shop):
    Till(open_shop)
    orders = [bought() for _ in range(8)]

    def issue(order: Order, *, is_undone: bool) -> None:
        with transaction.atomic():
            issue_paper(order_id=order.pk)
            if is_undone:
                raise ValueError("power cut")

    run_together(
        [lambda one=one, n=n: issue(one, is_undone=n % 2 == 0) for n, one in enumerate(orders)], workers=8
    )
    run_together([lambda one=one: issue(one, is_undone=False) for one in orders for _ in range(2)], workers=8)

    assert sorted(Paper.objects.values_list("sequence", flat=True)) == [*range(1, 9)]
