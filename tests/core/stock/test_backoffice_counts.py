"""Counting a shop on a tablet: nothing typed is lost, what is expected stays hidden, differences are seen first."""

import pytest
from django.urls import reverse

from comptoir.base.errors import InvalidValue
from comptoir.stock.allocations import allocate_holds, consume_allocations
from comptoir.stock.audit import differences
from comptoir.stock.counts import (
    CountBooked,
    CountUnfinished,
    add_to_count,
    book_count,
    drop_count,
    fill_count,
    leave_out,
    open_count,
    recount_lines,
    write_figures,
)
from comptoir.stock.models import Count, CountLine, Level, Movement
from comptoir.stock.plans import Wanted
from comptoir.stock.services import receive_stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def nantes(shop):
    return shop.location("nantes")


@pytest.fixture
def marin(shop, nantes):
    return shop.product("marin", stock={nantes: 5}, gtin="96385074")


@pytest.fixture
def staff(people, nantes):
    return people("view_level", "add_movement", at=[nantes])


@pytest.fixture
def count(nantes, marin):
    return open_count(location=nantes, name="Count of Monday")


def sell(variant, location, quantity):
    wanted = [Wanted(variant_id=variant.pk, quantity=quantity, owner="basket-line:1")]
    allocate_holds(requests=wanted, location_ids=[location.pk], document="order 1")
    consume_allocations(requests=wanted)


def on_hand(variant):
    return Level.objects.get(variant=variant).on_hand


def counted(count, variant, pieces):
    line = add_to_count(count=count, variant=variant)
    write_figures(count=count, figures={line.pk: pieces})
    return line


def test_a_booked_difference_is_a_movement_with_the_name_of_the_count(count, marin, staff):
    counted(count, marin, 3)

    assert book_count(count=count, actor_id=staff.user.pk) == {marin.pk}

    last = Movement.objects.latest("pk")
    assert (last.quantity, last.reason, last.document, last.actor) == (
        -2,
        "count",
        "Count of Monday",
        staff.user,
    )
    assert on_hand(marin) == 3


def test_what_is_sold_between_counting_and_booking_is_no_difference(count, nantes, marin):
    counted(count, marin, 4)
    sell(marin, nantes, 2)

    book_count(count=count)

    assert on_hand(marin) == 2


def test_a_figure_that_is_right_moves_nothing_even_if_goods_were_sold_since(count, nantes, marin):
    counted(count, marin, 5)
    sell(marin, nantes, 2)

    assert book_count(count=count) == set()
    assert on_hand(marin) == 3


def test_what_was_never_there_is_counted_and_what_has_no_figure_stays(count, shop, nantes, marin):
    cap = shop.product("cap")
    counted(count, cap, 2)
    add_to_count(count=count, variant=marin)

    assert book_count(count=count) == {cap.pk}
    assert (on_hand(cap), on_hand(marin)) == (2, 5)


def test_booking_twice_counts_once(count, marin, nantes):
    counted(count, marin, 3)
    book_count(count=count)
    receive_stock(variant=marin, location=nantes, quantity=4)

    assert book_count(count=count) == set()
    assert on_hand(marin) == 7


def test_a_booked_count_stays_as_it_is(count, marin):
    line = counted(count, marin, 3)
    book_count(count=count)

    for change in (
        lambda: add_to_count(count=count, variant=marin),
        lambda: fill_count(count=count),
        lambda: write_figures(count=count, figures={line.pk: 9}),
        lambda: recount_lines(count=count, line_ids=[line.pk]),
        lambda: leave_out(count=count, line_id=line.pk),
        lambda: drop_count(count=count),
    ):
        with pytest.raises(CountBooked):
            change()
    assert CountLine.objects.get().counted == 3


def test_lines_that_were_sent_back_have_to_be_counted_again(count, marin):
    line = counted(count, marin, 3)
    recount_lines(count=count, line_ids=[line.pk])

    with pytest.raises(CountUnfinished):
        book_count(count=count)
    write_figures(count=count, figures={line.pk: 5})

    assert book_count(count=count) == set()


@pytest.mark.parametrize("pieces", [-1, 1.5, 1_000_001, True])
def test_a_figure_is_a_number_of_pieces(count, marin, pieces):
    line = counted(count, marin, 3)

    with pytest.raises(InvalidValue):
        write_figures(count=count, figures={line.pk: pieces})

    assert CountLine.objects.get().counted == 3


def test_a_count_needs_a_name(nantes):
    with pytest.raises(InvalidValue):
        open_count(location=nantes, name="  ")


def test_a_line_of_another_count_is_not_touched(count, nantes, marin):
    other = open_count(location=nantes, name="other")
    line = counted(other, marin, 3)

    write_figures(count=count, figures={line.pk: 9})
    leave_out(count=count, line_id=line.pk)

    assert CountLine.objects.get().counted == 3


def test_everything_that_should_be_there_can_be_put_on_the_sheet(count, shop, nantes, marin):
    shop.product("cap", stock={nantes: 2})
    shop.product("scarf", stock={shop.location("lyon"): 2})
    counted(count, marin, 5)

    assert fill_count(count=count) == 1
    assert fill_count(count=count) == 0
    assert {line.variant.sku: line.counted for line in CountLine.objects.all()} == {"MARIN": 5, "CAP": None}


# --- on the tablet -------------------------------------------------------------------------------------------------


def test_a_shop_is_counted_from_the_first_scan_to_the_booking(staff, shop, nantes, marin):
    opened = staff.post(reverse("stock:counts"), {"location": nantes.pk, "name": "Monday"})
    count = Count.objects.get()
    sheet = reverse("stock:count", args=[count.pk])
    assert opened.url == sheet

    scanned = staff.post(sheet, {"do": "add", "code": "96385074"}, follow=True).content.decode()
    line = CountLine.objects.get()
    figure, was = f"figure-{line.pk}", f"was-{line.pk}"
    assert f'name="{figure}" value="" inputmode="numeric" autocomplete="off" autofocus' in scanned
    staff.post(sheet, {"do": "add", "code": "", figure: "3", was: ""})
    reloaded = staff.get(sheet).content.decode()
    review = staff.post(sheet, {"do": "review", figure: "3", was: "3"}, follow=True)
    booked = staff.post(reverse("stock:count_review", args=[count.pk]), {"do": "book"}, follow=True)

    assert f'name="{figure}" value="3"' in reloaded
    assert [one.difference for one in review.context["review"].differences] == [-2]
    assert "The count is booked: 1 level changed." in booked.content.decode()
    assert on_hand(marin) == 3
    assert Movement.objects.latest("pk").actor == staff.user
    assert staff.get(sheet).url == reverse("stock:count_review", args=[count.pk])


def test_what_is_expected_is_not_on_the_sheet(staff, shop, nantes):
    cap = shop.product("cap", stock={nantes: 4711})
    count = open_count(location=nantes, name="Monday")
    fill_count(count=count)
    counted(count, cap, 12)

    page = staff.get(reverse("stock:count", args=[count.pk])).content.decode()

    assert "4711" not in page
    assert 'value="12"' in page


def test_each_scan_counts_one_piece_if_wanted(staff, count, marin):
    sheet = reverse("stock:count", args=[count.pk])

    for _scan in range(3):
        page = staff.post(sheet, {"do": "add", "code": "MARIN", "by_piece": "1"}, follow=True)

    assert CountLine.objects.get().counted == 3
    assert page.context["by_piece"]


def test_figures_are_kept_quietly_one_by_one(staff, count, marin):
    line = counted(count, marin, 3)
    sheet = reverse("stock:count", args=[count.pk])
    name, was = f"figure-{line.pk}", f"was-{line.pk}"

    assert staff.post(sheet, {"quietly": "1", name: "4", was: "3"}).status_code == 204
    assert CountLine.objects.get().counted == 4
    assert staff.post(sheet, {"quietly": "1", name: "4x", was: "4"}).status_code == 422
    assert CountLine.objects.get().counted == 4
    assert staff.post(sheet, {"quietly": "1", name: "", was: "4"}).status_code == 204
    assert CountLine.objects.get().counted is None


def test_two_tablets_on_one_count_do_not_undo_each_other(staff, shop, count, marin):
    cap = shop.product("cap")
    first, second = counted(count, marin, 3), counted(count, cap, 1)
    sheet = reverse("stock:count", args=[count.pk])
    seen = {f"was-{first.pk}": "3", f"was-{second.pk}": "1"}

    staff.post(sheet, {**seen, "do": "keep", f"figure-{first.pk}": "9", f"figure-{second.pk}": "1"})
    staff.post(sheet, {**seen, "do": "keep", f"figure-{first.pk}": "3", f"figure-{second.pk}": "8"})

    assert {line.variant: line.counted for line in count.lines.all()} == {marin: 9, cap: 8}


@pytest.mark.parametrize("typed", ["-1", "1.5", "x", "9999999999", "²"])
def test_a_bad_figure_is_shown_with_its_field_and_not_kept(staff, count, marin, typed):
    line = counted(count, marin, 3)

    page = staff.post(
        reverse("stock:count", args=[count.pk]),
        {"do": "review", f"figure-{line.pk}": typed, f"was-{line.pk}": "3"},
    )

    assert page.status_code == 200
    assert "Enter a whole number, 0 or more." in page.content.decode()
    assert f'value="{typed}"' in page.content.decode()
    assert CountLine.objects.get().counted == 3


def test_differences_are_counted_again_blind(staff, count, marin):
    line = counted(count, marin, 3)
    review = reverse("stock:count_review", args=[count.pk])

    sheet = staff.post(review, {"do": "recount", "line": [line.pk]}, follow=True)
    early = staff.post(review, {"do": "book"}, follow=True)

    page = sheet.content.decode()
    assert "count again" in page
    assert f'name="figure-{line.pk}" value=""' in page
    assert "Some lines are still to be counted again." in early.content.decode()
    assert on_hand(marin) == 5


def test_a_figure_below_what_orders_were_promised_is_named_and_not_booked(staff, count, nantes, marin):
    wanted = [Wanted(variant_id=marin.pk, quantity=4, owner="basket-line:1")]
    allocate_holds(requests=wanted, location_ids=[nantes.pk], document="order 1")
    counted(count, marin, 1)
    review = reverse("stock:count_review", args=[count.pk])

    page = staff.get(review).content.decode()
    refused = staff.post(review, {"do": "book"}, follow=True).content.decode()

    assert "4 are promised to orders: cancel some first, or count again." in page
    assert "held or promised to orders" in refused
    assert (on_hand(marin), Count.objects.get().booked_at) == (5, None)


def test_a_draft_is_thrown_away_without_a_trace(staff, count, marin):
    counted(count, marin, 1)

    staff.post(reverse("stock:count", args=[count.pk]), {"do": "drop"})

    assert not Count.objects.exists()
    assert on_hand(marin) == 5
    assert differences() == []


def test_the_sheet_and_the_review_ask_as_often_for_forty_lines_as_for_one(
    staff, shop, nantes, count, marin, django_assert_max_num_queries
):
    def queries(name):
        with django_assert_max_num_queries(60) as asked:
            staff.get(reverse(name, args=[count.pk]))
        return len(asked)

    counted(count, marin, 3)
    staff.get(reverse("stock:counts"))
    one = queries("stock:count"), queries("stock:count_review")
    for number in range(39):
        counted(count, shop.product(f"cap-{number}", stock={nantes: 2}, texts={}), 1)
    assert (queries("stock:count"), queries("stock:count_review")) == one
