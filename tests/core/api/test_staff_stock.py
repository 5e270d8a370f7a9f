"""The staff's side of stock: a session, a permission and a workplace for everything; one effect a key."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from comptoir.customers.models import User
from comptoir.stock.allocations import allocate_holds
from comptoir.stock.audit import differences
from comptoir.stock.holds import hold_stock
from comptoir.stock.models import Hold, Level, Movement, Transfer
from comptoir.stock.plans import Wanted

pytestmark = pytest.mark.django_db
KEY = "0b6f1c1e-6d0f-4a52-9f2c-0d4d8a2f6c11"


@pytest.fixture
def nantes(shop):
    return shop.location("nantes")


@pytest.fixture
def lyon(shop):
    return shop.location("lyon")


@pytest.fixture
def marin(shop, nantes, lyon):
    return shop.product("marin", gtin="3017620422003", stock={nantes: 10, lyon: 5})


def make_staff(
    *locations, email="boutique@example.org", permissions=("view_level", "add_movement"), **fields
):
    user = User.objects.create_user(email, "x", **{"is_staff": True, **fields})
    user.locations.set(locations)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


@pytest.fixture
def staff(nantes, client):
    user = make_staff(nantes)
    client.force_login(user)
    return user


def post(client, at, key="", **body):
    headers = {"Idempotency-Key": key} if key else {}
    headers["Accept-Language"] = "en"
    return client.post(f"/api/v1/staff/stock/{at}", body, content_type="application/json", headers=headers)


def get(client, at, **query):
    return client.get(f"/api/v1/staff/stock/{at}", query, headers={"Accept-Language": "en"})


def on_hand(variant, location):
    return Level.objects.get(variant=variant, location=location).on_hand


def refusal(answer):
    body = answer.json()
    return answer.status_code, body["code"], [error["field"] for error in body["errors"]]


# --- reading ---------------------------------------------------------------------------------------------------------


def test_levels_are_told_with_every_reason(client, staff, marin, nantes):
    hold_stock(requests=[Wanted("basket-line:1", marin.pk, 2)], location_ids=[nantes.pk])
    post(client, "unsellable", location="nantes", code="MARIN", quantity=1, reason="torn")

    answer = get(client, "levels", location="nantes")

    assert answer["Cache-Control"] == "private, no-store"
    assert answer.json()["items"] == [
        {
            "sku": "MARIN",
            "title": "marin",
            "on_hand": 10,
            "free": 7,
            "reasons": [
                {"code": "unsellable", "quantity": 1, "sentence": "1 unsellable"},
                {"code": "held", "quantity": 2, "sentence": "2 held in baskets"},
            ],
        }
    ]


def test_lists_come_in_pages_whatever_their_length_in_as_many_statements(
    shop, client, staff, nantes, django_assert_num_queries
):
    shirts = [shop.product(f"shirt-{n}", stock={nantes: 1}, texts={}) for n in range(5)]
    for at, statements in (("levels", 8), ("movements", 7)):
        with django_assert_num_queries(statements):
            first = get(client, at, location="nantes", limit=3).json()
        with django_assert_num_queries(statements):
            second = get(client, at, location="nantes", limit=3, cursor=first["next"]).json()
        found = [item["sku"] for item in first["items"] + second["items"]]
        assert sorted(found) == [shirt.sku for shirt in shirts]
        assert (len(first["items"]), second["next"]) == (3, None)
    [one] = get(client, "levels", location="nantes", sku="SHIRT-3").json()["items"]
    assert one["sku"] == "SHIRT-3"


def test_movements_say_what_why_and_who(client, staff, marin):
    post(client, "adjustments", location="nantes", code="MARIN", quantity=-1, reason="stolen", document="N1")

    [latest, receipt] = get(client, "movements", location="nantes").json()["items"]

    facts = ("sku", "reason", "quantity", "note", "document", "by")
    assert [latest[name] for name in facts] == [
        "MARIN",
        "adjustment",
        -1,
        "stolen",
        "N1",
        "boutique@example.org",
    ]
    assert (receipt["reason"], receipt["by"]) == ("receipt", None)


# --- changing --------------------------------------------------------------------------------------------------------


def test_a_delivery_is_received_by_sku_or_barcode(shop, client, staff, marin, nantes):
    shirt = shop.product("shirt")

    answer = post(
        client,
        "receipts",
        location="nantes",
        document="BL 1",
        lines=[{"code": "3017620422003", "quantity": 4}, {"code": shirt.sku, "quantity": 2}],
    )

    assert answer.status_code == 201
    assert {item["sku"]: item["on_hand"] for item in answer.json()["items"]} == {"MARIN": 14, "SHIRT": 2}
    assert set(Movement.objects.filter(document="BL 1").values_list("actor", flat=True)) == {staff.pk}


def test_a_count_sets_the_level_and_writes_the_difference(client, staff, marin, nantes):
    answer = post(client, "counts", location="nantes", document="C1", lines=[{"code": "MARIN", "counted": 8}])

    assert (answer.status_code, answer.json()["items"][0]["on_hand"]) == (201, 8)
    assert Movement.objects.get(document="C1").quantity == -2
    assert differences() == []


def test_damaged_pieces_are_set_apart_and_offered_again(client, staff, marin, nantes):
    apart = post(client, "unsellable", location="nantes", code="MARIN", quantity=3, reason="torn").json()
    again = post(client, "sellable", location="nantes", code="MARIN", quantity=3, reason="sewn").json()
    assert [answer["items"][0]["free"] for answer in (apart, again)] == [7, 10]
    assert refusal(post(client, "sellable", location="nantes", code="MARIN", quantity=1))[:2] == (
        409,
        "stock_would_be_negative",
    )


def test_a_transfer_is_sent_here_and_received_there(client, staff, marin, nantes, lyon):
    sent = post(
        client, "transfers", source="nantes", destination="lyon", lines=[{"code": "MARIN", "quantity": 4}]
    )
    assert (sent.status_code, on_hand(marin, nantes), on_hand(marin, lyon)) == (201, 6, 5)
    assert get(client, "transfers").json()["items"] == [sent.json()]
    at = f"transfers/{sent.json()['id']}/receive"
    assert refusal(post(client, at)) == (403, "not_your_location", ["destination"])

    there = Client()
    there.force_login(make_staff(lyon, email="lyon@example.org"))
    came = post(there, at, lines=[{"code": "MARIN", "counted": 3}])

    assert came.json()["lines"] == [{"sku": "MARIN", "sent": 4, "received": 3}]
    assert (on_hand(marin, nantes), on_hand(marin, lyon)) == (6, 8)
    assert refusal(post(there, at))[:2] == (409, "transfer_received")
    assert get(client, "transfers").json()["items"] == []
    assert len(get(client, "transfers", is_open="false").json()["items"]) == 1


def test_the_same_key_moves_stock_once(client, staff, marin, nantes):
    facts = {"location": "nantes", "lines": [{"code": "MARIN", "quantity": 1}]}
    first, again = (post(client, "receipts", KEY, **facts) for _ in range(2))

    assert (first.content, again["Idempotency-Replayed"]) == (again.content, "true")
    assert again["Cache-Control"] == "private, no-store"
    assert on_hand(marin, nantes) == 11
    assert (
        refusal(post(client, "receipts", KEY, **{**facts, "document": "other"}))[1]
        == "idempotency_key_reused"
    )


def test_a_refused_delivery_leaves_nothing_of_it(client, staff, marin, nantes):
    lines = [{"code": "MARIN", "quantity": 1}, {"code": "NOBODY", "quantity": 1}]
    refused = post(client, "receipts", KEY, location="nantes", lines=lines)

    assert refusal(refused) == (422, "unknown_code", ["lines.1.code"])
    assert on_hand(marin, nantes) == 10


# --- who may ---------------------------------------------------------------------------------------------------------


def test_nothing_is_open_without_a_session_a_post_and_a_permission(client, marin, nantes):
    facts = {"location": "nantes", "lines": [{"code": "MARIN", "quantity": 1}]}
    assert get(client, "levels", location="nantes").status_code == 401
    assert post(client, "receipts", KEY, **facts).status_code == 401

    client.force_login(make_staff(nantes, email="customer@example.org", is_staff=False))
    assert refusal(post(client, "receipts", **facts))[:2] == (403, "not_allowed")

    client.force_login(make_staff(nantes, email="looks@example.org", permissions=["view_level"]))
    assert get(client, "levels", location="nantes").status_code == 200
    assert refusal(post(client, "receipts", **facts))[:2] == (403, "not_allowed")
    assert on_hand(marin, nantes) == 10


def test_a_session_alone_is_not_enough_to_write(staff, marin, nantes):
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(staff)
    facts = {"location": "nantes", "lines": [{"code": "MARIN", "quantity": 1}]}

    assert refusal(post(careful, "receipts", **facts))[:2] == (403, "csrf_failed")
    assert on_hand(marin, nantes) == 10


@pytest.mark.parametrize(
    ("at", "facts"),
    [
        ("receipts", {"lines": [{"code": "MARIN", "quantity": 1}]}),
        ("counts", {"lines": [{"code": "MARIN", "counted": 1}]}),
        ("adjustments", {"code": "MARIN", "quantity": 1, "reason": "found"}),
        ("unsellable", {"code": "MARIN", "quantity": 1}),
        ("sellable", {"code": "MARIN", "quantity": 1}),
    ],
)
def test_somebody_of_another_shop_is_refused(client, staff, marin, lyon, at, facts):
    refused = post(client, at, location="lyon", **facts)

    assert refusal(refused) == (403, "not_your_location", ["location"])
    assert refused.json()["title"] == "You do not work at Lyon."
    assert on_hand(marin, lyon) == 5


def test_another_shop_can_be_neither_read_nor_emptied(client, staff, marin, lyon):
    for at in ("levels", "movements"):
        assert refusal(get(client, at, location="lyon"))[1] == "not_your_location"
    lines = [{"code": "MARIN", "quantity": 1}]
    refused = post(client, "transfers", source="lyon", destination="nantes", lines=lines)
    assert refusal(refused) == (403, "not_your_location", ["source"])
    assert Transfer.objects.count() == 0


def test_who_works_everywhere_works_here_too(client, marin, lyon):
    client.force_login(make_staff(email="chief@example.org", permissions=["view_level", "work_everywhere"]))
    assert get(client, "levels", location="lyon").status_code == 200


# --- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("quantity", [0, -1, 10**9, 10**30, 1.5, "3", True, None])
def test_a_number_that_cannot_be_is_refused_and_changes_nothing(client, staff, marin, nantes, quantity):
    lines = [{"code": "MARIN", "quantity": quantity}]
    answer = post(client, "receipts", location="nantes", lines=lines)

    assert refusal(answer)[::2] == (422, ["lines.0.quantity"])
    assert on_hand(marin, nantes) == 10


MARIN = {"code": "MARIN", "quantity": 1}


@pytest.mark.parametrize(
    ("at", "facts", "status", "code", "field"),
    [
        ("receipts", {"location": "paris", "lines": [MARIN]}, 422, "invalid_value", "location"),
        ("receipts", {"location": "nantes", "lines": []}, 422, "invalid_request", "lines"),
        ("receipts", {"location": "nantes", "linse": []}, 422, "invalid_request", "lines"),
        ("receipts", {"location": "nantes", "lines": [MARIN, MARIN]}, 422, "invalid_value", "lines.1.code"),
        ("adjustments", {**MARIN, "quantity": 0, "reason": "x"}, 422, "invalid_value", "quantity"),
        ("adjustments", {**MARIN, "reason": " "}, 422, "invalid_value", "reason"),
        ("adjustments", {**MARIN, "code": "A\0", "reason": "x"}, 422, "invalid_value", "code"),
        (
            "adjustments",
            {**MARIN, "quantity": -11, "reason": "x"},
            409,
            "stock_would_be_negative",
            "quantity",
        ),
        ("transfers", {"destination": "nantes", "lines": [MARIN]}, 422, "transfer_to_itself", "destination"),
        ("transfers", {"destination": "paris", "lines": [MARIN]}, 422, "invalid_value", "destination"),
        ("transfers/99/receive", {}, 404, "not_found", None),
    ],
)
def test_bad_input_names_its_field_and_changes_nothing(
    client, staff, marin, nantes, lyon, at, facts, status, code, field
):
    where = {"adjustments": {"location": "nantes"}, "transfers": {"source": "nantes"}}.get(at, {})
    refused = refusal(post(client, at, **where, **facts))

    assert refused[:2] == (status, code)
    assert refused[2][:1] == ([field] if field else [])
    assert (on_hand(marin, nantes), on_hand(marin, lyon), Transfer.objects.count()) == (10, 5, 0)


def test_a_count_ends_holds_but_never_what_orders_were_promised(client, staff, marin, nantes):
    hold_stock(requests=[Wanted("basket-line:1", marin.pk, 4)], location_ids=[nantes.pk])
    allocate_holds(requests=[Wanted("order-line:1", marin.pk, 5)], location_ids=[nantes.pk])

    lines = [{"code": "MARIN", "counted": 4}]
    assert refusal(post(client, "counts", location="nantes", lines=lines))[:2] == (409, "stock_is_promised")
    lines = [{"code": "MARIN", "counted": 5}]
    assert post(client, "counts", location="nantes", lines=lines).status_code == 201
    assert set(Hold.objects.values_list("state", flat=True)) == {"released", "allocated"}
    assert differences() == []
