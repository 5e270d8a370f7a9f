"""How the shop is doing, and for whom."""

from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from comptoir.base import clock
from comptoir.checkout.backoffice.charts import columns, round_top, sparks
from comptoir.checkout.cancelling import cancel_with_parcels
from comptoir.checkout.figures import figures_for
from comptoir.fulfilment.models import Parcel
from comptoir.fulfilment.parcels import make_ready, pack_parcel, pick_pieces
from comptoir.orders.models import Order
from comptoir.stock.services import adjust_stock
from comptoir.testing.staff import people

__all__ = ["people"]

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def nina(till, people):
    return people("view_order", "view_parcel", "view_level", at=[till.nantes])


def bought(web, *skus: str, days_ago: int = 0) -> Order:
    order = Order.objects.get(number=web.buy(*skus)["order"]["number"])
    Order.objects.filter(pk=order.pk).update(placed_at=clock.now() - timedelta(days=days_ago))
    return order


def test_orders_and_revenue_are_those_of_the_period_without_what_was_cancelled(web, till, nina):
    bought(web, "MARIN-S")
    bought(web, "MARIN-S", "MARIN-M", days_ago=3)
    bought(web, "MARIN-S", days_ago=9)
    part = bought(web, "MARIN-S", "MARIN-M", days_ago=3)
    cancel_with_parcels(order_id=part.pk, lines={part.lines.first().pk: 1}, reason="a hole")
    cancel_with_parcels(order_id=bought(web, "MARIN-M").pk, reason="gone")

    figures = figures_for(nina.user, days=7, zone=PARIS)
    [series] = figures.channels
    assert (series.name, series.orders, series.revenue.amount) == ("Web", 3, Decimal("199.60"))
    assert [one.orders for one in series.days] == [0, 0, 0, 2, 0, 0, 1]
    assert series.revenue_before == Decimal("49.90") and series.change_percent == 300
    assert figures_for(nina.user, days=28, zone=PARIS).totals[0].orders == 4


def test_who_works_elsewhere_sees_nothing_of_it(web, till, people):
    bought(web, "MARIN-S")
    adjust_stock(variant=till.small, location=till.nantes, quantity=-9, reason="gone")
    leo = people("view_order", "view_level", at=[till.lyon], name="leo")
    figures = figures_for(leo.user, days=7, zone=PARIS)
    assert (figures.channels, figures.promises, figures.sold_out) == ((), (), ())
    page = leo.get("/admin/overview/").content.decode()
    assert "Nothing was ordered in this time" in page and "MARIN-S" not in page


def test_a_promise_is_kept_by_preparing_in_time_and_late_as_long_as_nobody_does(web, till, nina):
    early, slow, late = (Parcel.objects.get(order=bought(web, "MARIN-S")) for _ in range(3))
    now = clock.now()
    for parcel in (early, slow):
        pick_pieces(parcel=parcel, scanned="MARIN-S")
        pack_parcel(parcel=parcel)
        make_ready(parcel=parcel)
    Parcel.objects.filter(pk=early.pk).update(due_at=now + timedelta(seconds=1))
    Parcel.objects.filter(pk=slow.pk).update(due_at=now - timedelta(hours=2))
    Parcel.objects.filter(pk=late.pk).update(due_at=now - timedelta(hours=1))
    with clock.moved_to(now + timedelta(minutes=1)):
        figures = figures_for(nina.user, days=7, zone=PARIS)
    [nantes] = figures.promises
    assert (nantes.kept, nantes.broken, nantes.late, nantes.percent) == (1, 2, 1, 33)
    assert [one.pk for one in figures.late] == [late.pk]


def test_what_nobody_can_buy_is_sold_out_what_sold_best_first(web, till, nina):
    bought(web, "MARIN-M")
    for variant, left in ((till.small, 10), (till.medium, 9)):
        adjust_stock(variant=variant, location=till.nantes, quantity=-left, reason="gone")
    figures = figures_for(nina.user, days=7, zone=PARIS)
    assert [(one.variant.sku, one.sold) for one in figures.sold_out] == [("MARIN-M", 1), ("MARIN-S", 0)]
    page = nina.get("/admin/overview/?days=7").content.decode()
    assert "MARIN-M" in page and "Sold out" in page


def test_the_overview_shows_the_same_figures_as_a_drawing_and_as_a_table(web, till, nina):
    bought(web, "MARIN-S", days_ago=2)
    page = nina.get("/admin/overview/?days=28").content.decode()
    assert page.count('class="cpt-chart__column"') == 4  # one day, in two large and two small drawings
    assert "All figures by day" in page and page.count("€49.90") >= 4
    assert nina.get("/admin/overview/?days=forever").status_code == 200


def test_more_orders_ask_no_more_often(web, till, nina):
    bought(web, "MARIN-S")
    nina.get("/admin/overview/?days=91")
    with CaptureQueriesContext(connection) as few:
        nina.get("/admin/overview/?days=91")
    for days_ago in range(6):
        bought(web, "MARIN-S", days_ago=days_ago)
    adjust_stock(variant=till.medium, location=till.nantes, quantity=-10, reason="gone")
    with CaptureQueriesContext(connection) as many:
        nina.get("/admin/overview/?days=91")
    assert len(many) <= len(few)
    with CaptureQueriesContext(connection) as asked:
        figures_for(nina.user, days=91, zone=PARIS)
    assert len(asked) <= 8


@pytest.mark.parametrize(
    ("most", "top"), [("0", 1), ("1", 1), ("3", 5), ("47", 50), ("50", 50), ("501", 1000)]
)
def test_a_drawing_ends_at_a_round_figure(most, top):
    assert round_top(Decimal(most)) == top


def test_a_column_is_as_high_as_its_day_and_never_outside():
    names = ["a", "b", "c"]
    chart = columns([0, 5, 10], names, top=Decimal(10), amounts=["0", "5", "10"], days=names)
    none, half, whole = chart.columns
    assert none.height == 0 and whole.height == 140 and half.height == 70
    assert whole.x + whole.width <= chart.width and whole.y == 12
    # One order on a scale that ends at two is half as high as the drawing.
    [one] = columns([1], ["a"], top=Decimal(2), amounts=["0", "1", "2"], days=names).columns
    assert one.height == 70
    small = sparks([Decimal("0.01"), Decimal(100)], ["a", "b"], top=Decimal(100)).columns
    assert small[0].height == 1.5 and small[1].height == 44
