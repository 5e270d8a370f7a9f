"""Stock in the back office: found, received, put right, with every movement behind the figure."""

import csv
import io

import pytest
from django.urls import reverse

from comptoir.stock.allocations import allocate_holds
from comptoir.stock.backoffice.breakdown import figure_of
from comptoir.stock.counts import open_count
from comptoir.stock.holds import hold_stock
from comptoir.stock.models import ChannelReserve, Hold, Level, Movement
from comptoir.stock.plans import Wanted
from comptoir.stock.queries import availability
from comptoir.stock.services import mark_unsellable, set_backorder, set_reserve, set_safety
from comptoir.stock.transfers import send_transfer

pytestmark = pytest.mark.django_db

EVERY_RIGHT = ("view_level", "change_level", "add_movement", "change_channelreserve")


@pytest.fixture
def nantes(shop):
    return shop.location("nantes")


@pytest.fixture
def marin(shop, nantes):
    return shop.product("marin", stock={nantes: 3}, gtin="96385074")


@pytest.fixture
def shelf(marin, nantes):
    return reverse("stock:level", args=[marin.pk, nantes.pk])


@pytest.fixture
def staff(people, nantes):
    return people(*EVERY_RIGHT, at=[nantes])


def hold(variant, location, quantity, *, channel=None, owner="basket-line:1"):
    return hold_stock(
        requests=[Wanted(variant_id=variant.pk, quantity=quantity, owner=owner)],
        location_ids=[location.pk],
        channel=channel,
    )


def test_levels_are_found_by_place_code_and_state(people, shop, nantes, marin):
    lyon = shop.location("lyon")
    cap = shop.product("cap", stock={lyon: 9})
    staff = people("view_level", at=[nantes, lyon])
    hold(marin, nantes, 3)

    def found(**query):
        page = staff.get(reverse("stock:index"), query)
        assert page.status_code == 200
        return [level.variant.sku for level in page.context["object_list"]]

    assert found() == ["CAP", "MARIN"]
    assert found(location=lyon.pk) == ["CAP"]
    assert found(q="96385") == ["MARIN"]
    assert found(state="none") == ["MARIN"]
    assert found(state="held") == ["MARIN"]
    assert found(state="some") == ["CAP"]
    assert found(state="low") == []
    assert found(state="unsellable") == []
    mark_unsellable(variant=cap, location=lyon, quantity=6)
    assert found(state="low") == found(state="unsellable") == ["CAP"]
    assert found(ordering="-on_hand") == ["CAP", "MARIN"]


def test_the_list_says_what_is_free_held_and_on_hand_and_so_does_its_export(staff, nantes, marin):
    hold(marin, nantes, 2)

    level = staff.get(reverse("stock:index")).context["object_list"][0]
    export = staff.get(reverse("stock:index"), {"export": "csv"})

    assert (level.free, level.claimed, level.on_hand) == (1, 2, 3)
    rows = list(csv.DictReader(io.StringIO(b"".join(export.streaming_content).decode())))
    assert [(row["SKU"], row["Barcode"], row["Free"], row["Held"], row["On hand"]) for row in rows] == [
        ("MARIN", "96385074", "1", "2", "3")
    ]


def test_a_hold_that_is_over_is_free_again_in_the_list(staff, nantes, marin, settings):
    hold(marin, nantes, 2)
    Hold.objects.update(expires_at="2020-01-01T00:00:00Z")

    level = staff.get(reverse("stock:index")).context["object_list"][0]

    assert (level.free, level.claimed) == (3, 0)


@pytest.mark.parametrize("name", ["index", "movements", "transfers", "counts"])
def test_a_list_asks_the_database_as_often_for_thirty_rows_as_for_one(
    staff, shop, nantes, marin, name, django_assert_max_num_queries
):
    def queries():
        with django_assert_max_num_queries(60) as counted:
            assert staff.get(reverse(f"stock:{name}")).status_code == 200
        return len(counted)

    lyon = shop.location("lyon")

    def fill(number):
        open_count(location=nantes, name=f"count {number}", actor_id=staff.user.pk)
        cap = shop.product(f"cap-{number}", stock={nantes: 1}, texts={})
        send_transfer(source=nantes, destination=lyon, lines={cap: 1}, actor_id=staff.user.pk)

    fill(0)
    queries()
    one = queries()
    for number in range(1, 20):
        fill(number)
    assert queries() == one


def test_the_level_screen_asks_as_often_for_forty_movements_and_holds_as_for_one(
    staff, shop, nantes, marin, shelf, django_assert_max_num_queries
):
    def queries():
        with django_assert_max_num_queries(60) as counted:
            assert staff.get(shelf).status_code == 200
        return len(counted)

    shop.channel("web")
    hold(marin, nantes, 1)
    queries()
    one = queries()
    for number in range(20):
        staff.post(shelf, {"do": "receive", "receive-quantity": "4", "receive-once": f"n{number}"})
        hold(marin, nantes, 1, owner=f"basket-line:{number + 9}")
    for code in ("app", "social"):
        shop.channel(code)
    staff.get(shelf)
    assert queries() == one


def test_the_figure_is_taken_apart_and_agrees_with_what_channels_are_told(shop, nantes, marin, staff, shelf):
    web, store = shop.channel("web"), shop.channel("store")
    staff.post(shelf, {"do": "receive", "receive-quantity": "17"})
    hold(marin, nantes, 2, channel=web)
    hold(marin, nantes, 4, owner="basket-line:2")
    wanted = [Wanted(variant_id=marin.pk, quantity=4, owner="basket-line:2")]
    allocate_holds(requests=wanted, location_ids=[nantes.pk], document="order 9")
    mark_unsellable(variant=marin, location=nantes, quantity=1)
    set_safety(variant=marin, location=nantes, quantity=2)
    set_backorder(variant=marin, location=nantes, quantity=3)
    rules = {"location": nantes, "variant": marin}
    set_reserve(channel=web, kind="buffer", quantity=1, purpose="the shop window", **rules)
    set_reserve(channel=store, kind="ringfence", quantity=5, **rules)

    figure = figure_of(marin, nantes)

    assert (figure.on_hand, figure.backorder, figure.free) == (20, 3, 14)
    assert {part.code: part.pieces for part in figure.parts} == {
        "unsellable": 1, "allocated": 4, "held": 2, "safety": 2,
    }  # fmt: skip
    assert sum(part.share for part in figure.bar) == pytest.approx(100, abs=0.1)
    for channel in (web, store):
        told = availability([marin.pk], channel=channel)[marin.pk]
        shown = next(one for one in figure.channels if one.name == channel.name)
        assert shown.free == told.free
    assert [one.free for one in figure.channels if one.name == "Web"] == [8]
    page = staff.get(shelf).content.decode()
    assert "5 kept for the channel Store, 1 kept for the shop window" in page
    assert "promised to an order" in page
    assert "basket-line" not in page


def test_a_figure_with_more_set_aside_than_there_is_stays_at_nothing(nantes, marin):
    set_safety(variant=marin, location=nantes, quantity=10)

    figure = figure_of(marin, nantes)

    assert (figure.free, figure.is_short) == (0, True)
    assert sum(part.share for part in figure.bar) == 100


def test_movements_say_cause_document_who_and_what_was_there_after_them(staff, shelf):
    staff.post(shelf, {"do": "receive", "receive-quantity": "4", "receive-document": "BL 17"})
    staff.post(shelf, {"do": "adjust", "adjust-quantity": "-2", "adjust-note": "stolen"})

    page = staff.get(shelf)

    shown = [
        (one.reason, one.quantity, one.total, one.document, one.note) for one in page.context["movements"]
    ]
    assert shown == [
        ("adjustment", -2, 5, "", "stolen"),
        ("receipt", 4, 7, "BL 17", ""),
        ("receipt", 3, 3, "", ""),
    ]
    assert page.content.decode().count("<td>Nina</td>") == 2


def level():
    return Level.objects.get()


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"do": "receive", "receive-quantity": "4"}, {"on_hand": 7}),
        ({"do": "count", "count-counted": "1"}, {"on_hand": 1}),
        ({"do": "adjust", "adjust-quantity": "2", "adjust-note": "found"}, {"on_hand": 5}),
        ({"do": "unsellable", "unsellable-quantity": "2", "unsellable-note": "torn"}, {"unsellable": 2}),
        ({"do": "safety", "safety-quantity": "2"}, {"safety": 2}),
        ({"do": "backorder", "backorder-quantity": "5"}, {"backorder": 5}),
    ],
)
def test_each_thing_to_do_changes_its_figure(staff, shelf, sent, expected):
    assert staff.post(shelf, sent).status_code == 302

    assert {name: getattr(level(), name) for name in expected} == expected


def test_unsellable_pieces_are_sold_again(staff, shelf):
    staff.post(shelf, {"do": "unsellable", "unsellable-quantity": "2", "unsellable-note": "torn"})
    staff.post(shelf, {"do": "sellable", "sellable-quantity": "1"})

    assert level().unsellable == 1
    too_many = staff.post(shelf, {"do": "sellable", "sellable-quantity": "2"})
    assert "Only 1 pieces are there." in too_many.content.decode()
    assert level().unsellable == 1


def test_pieces_are_kept_for_a_channel(staff, shop, shelf, marin, nantes):
    web = shop.channel("web")
    rule = {"do": "reserve", "reserve-channel": web.pk, "reserve-kind": "buffer"}

    staff.post(shelf, {**rule, "reserve-quantity": "1", "reserve-purpose": "the window"})
    staff.post(shelf, {**rule, "reserve-quantity": "2", "reserve-is_for_all": "on"})

    kept = set(ChannelReserve.objects.values_list("variant", "quantity", "purpose"))
    assert kept == {(marin.pk, 1, "the window"), (None, 2, "")}


def test_a_double_click_counts_once(staff, shelf):
    sent = {"do": "receive", "receive-quantity": "4", "receive-once": "abc"}

    staff.post(shelf, sent)
    again = staff.post(shelf, sent, follow=True)
    other = staff.post(shelf, {**sent, "receive-quantity": "5"}, follow=True)

    assert "This was done already; it counts once." in again.content.decode()
    assert "The stock was changed." in other.content.decode()
    assert level().on_hand == 12


@pytest.mark.parametrize(
    "sent",
    [
        {"do": "receive", "receive-quantity": "0"},
        {"do": "receive", "receive-quantity": "-3"},
        {"do": "receive", "receive-quantity": "1.5"},
        {"do": "receive", "receive-quantity": "99999999999"},
        {"do": "count", "count-counted": "-1"},
        {"do": "count", "count-counted": "x"},
        {"do": "adjust", "adjust-quantity": "0", "adjust-note": "x"},
        {"do": "adjust", "adjust-quantity": "1"},
        {"do": "adjust", "adjust-quantity": "-9", "adjust-note": "mice"},
        {"do": "unsellable", "unsellable-quantity": "4", "unsellable-note": "torn"},
        {"do": "reserve", "reserve-quantity": "1"},
    ],
)
def test_a_bad_value_is_refused_beside_its_field_and_moves_nothing(staff, shelf, sent):
    response = staff.post(shelf, sent)

    assert response.status_code == 200
    page = response.content.decode()
    assert "error-message" in page
    assert '<details class="cpt-action" name="action" open>' in page
    assert (level().on_hand, level().unsellable) == (3, 0)
    assert Movement.objects.count() == 1


def test_what_is_unknown_changes_nothing(staff, shelf):
    assert staff.post(shelf, {}).status_code == 302
    assert staff.post(shelf, {"do": "burn"}).status_code == 302
    assert Movement.objects.count() == 1


def test_a_delivery_is_received_by_scanning(staff, shop, nantes, marin):
    cap = shop.product("cap")
    url = reverse("stock:receive")

    first = staff.post(url, {"do": "add", "code": "96385074", "scanned": "1", "once": "t"})
    assert [(line.variant, line.typed) for line in first.context["sheet"].lines] == [(marin, "1")]
    lines = {f"pieces-{marin.pk}": "1"}
    second = staff.post(url, {"do": "add", "code": "cap", "scanned": "6", "once": "t", **lines})
    third = staff.post(
        url, {"do": "add", "code": "MARIN", "scanned": "1", f"pieces-{cap.pk}": "6", **lines, "once": "t"}
    )
    shown = [(line.variant, line.typed) for line in third.context["sheet"].lines]
    sent = {"do": "send", "once": "t", "location": nantes.pk, "document": "BL 9"}
    sent |= {f"pieces-{variant.pk}": typed for variant, typed in shown}
    done = staff.post(url, sent, follow=True)
    staff.post(url, sent)

    assert len(second.context["sheet"].lines) == 2
    assert shown == [(marin, "2"), (cap, "6")]
    assert "8 pieces of MARIN, CAP came in at Nantes." in done.content.decode()
    assert {one.variant: one.on_hand for one in Level.objects.all()} == {marin: 5, cap: 6}
    last = Movement.objects.latest("pk")
    assert (last.document, last.actor) == ("BL 9", staff.user)


def test_a_scanner_that_reads_nonsense_keeps_what_was_scanned(staff, shop, marin):
    url = reverse("stock:receive")

    page = staff.post(url, {"do": "add", "code": "nothing", "scanned": "1", f"pieces-{marin.pk}": "2"})

    assert "No variant has the SKU or barcode “nothing”." in page.content.decode()
    assert [line.typed for line in page.context["sheet"].lines] == ["2"]


def test_a_service_is_no_goods(staff, shop):
    haircut = shop.product("haircut")
    kind = haircut.product_class
    kind.track_stock = False
    kind.save()

    page = staff.post(reverse("stock:receive"), {"do": "add", "code": "HAIRCUT", "scanned": "1"})

    assert "is not counted." in page.content.decode()


def test_a_delivery_with_a_bad_line_is_refused_whole(staff, shop, nantes, marin):
    cap = shop.product("cap")
    sent = {"do": "send", "location": nantes.pk, f"pieces-{marin.pk}": "2", f"pieces-{cap.pk}": "-1"}

    page = staff.post(reverse("stock:receive"), sent)
    empty = staff.post(reverse("stock:receive"), {"do": "send", "location": nantes.pk})

    assert "Enter a whole number of pieces, 1 or more." in page.content.decode()
    assert "Scan something first." in empty.content.decode()
    assert level().on_hand == 3


def test_movements_are_reported_by_reason_place_day_and_person(people, staff, shop, nantes, marin, shelf):
    lyon = shop.location("lyon")
    shop.product("cap", stock={lyon: 1})
    staff.post(shelf, {"do": "adjust", "adjust-quantity": "-1", "adjust-note": "stolen"})
    url = reverse("stock:movements")

    def found(**query):
        return [one.quantity for one in staff.get(url, query).context["object_list"]]

    assert found() == [-1, 3]
    assert found(reason="adjustment") == [-1]
    assert found(actor=staff.user.pk) == [-1]
    assert found(moved_at_to="2020-01-01") == []
    assert found(q="stolen") == [-1]
    export = b"".join(staff.get(url, {"export": "csv"}).streaming_content).decode()
    assert "stolen,Nina" in export
    assert "CAP" not in export
