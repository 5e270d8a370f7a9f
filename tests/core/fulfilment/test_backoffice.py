"""The preparation list on the tablet: whose parcels, scan, pack, give out, reject, print; what a merchant sets up."""

from decimal import Decimal

import pytest
from django.urls import reverse

from comptoir.customers.models import User
from comptoir.fulfilment.codes import collection_code
from comptoir.fulfilment.models import DeliveryMethod, Parcel
from comptoir.fulfilment.parcels import say_here
from comptoir.fulfilment.services import set_up_location
from comptoir.testing.staff import people

__all__ = ["people"]

pytestmark = pytest.mark.django_db
STAFF = ("view_parcel", "prepare_parcel")
INDEX = "/admin/preparation/"


def at(parcel):
    return reverse("fulfilment:parcel", args=[parcel.number])


def page(client, address, **query):
    response = client.get(address, query)
    assert response.status_code == 200
    return response.content.decode()


def test_a_shop_sees_its_own_parcels_only(people, retailer):
    nina = people(*STAFF, at=[retailer.nantes])
    shirt = retailer.variant(nantes=3, lyon=3)
    (mine,) = retailer.parcels((shirt, 1), at=[retailer.nantes])
    (theirs,) = retailer.parcels((shirt, 1), at=[retailer.lyon])
    listed = page(nina, INDEX)
    assert mine.number in listed
    assert theirs.number not in listed
    assert nina.get(at(theirs)).status_code == 404
    assert theirs.number not in page(nina, reverse("fulfilment:slips"), parcel=theirs.number)
    assert people("view_parcel", at=[], name="nobody").get(INDEX).status_code == 200
    assert people("view_zone", at=[retailer.nantes], name="other").get(INDEX).status_code == 302


def test_a_parcel_goes_from_the_list_to_the_customer(people, retailer):
    nina = people(*STAFF, at=[retailer.nantes])
    shirt = retailer.variant(nantes=3)
    (parcel,) = retailer.collection((shirt, 2), at=[retailer.nantes])
    refused = nina.post(at(parcel), {"do": "scan", "scanned": "NOTHING", "quantity": "1"})
    assert f"NOTHING is not in {parcel.number}." in refused.content.decode()
    for _piece in range(2):
        assert nina.post(at(parcel), {"do": "scan", "scanned": shirt.sku, "quantity": "1"}).status_code == 302
    assert "2 of 2 pieces picked" in page(nina, at(parcel))
    for step in ("pack", "ready"):
        nina.post(at(parcel), {"do": step})
    parcel.refresh_from_db()
    assert parcel.state == "ready"
    say_here(parcel=parcel, code=collection_code(parcel), where="bay 2")
    assert "bay 2" in page(nina, INDEX, stage="ready")
    refused = nina.post(at(parcel), {"do": "collect", "code": "000-000"})
    assert "This is not the code" in refused.content.decode()
    nina.post(at(parcel), {"do": "collect", "code": collection_code(parcel)})
    parcel.refresh_from_db()
    assert parcel.state == "collected"
    assert [step.actor for step in parcel.history.all()][1:] == [nina.user] * 4


def test_the_state_is_told_in_words(people, retailer):
    nina = people(*STAFF, at=[retailer.nantes])
    (parcel,) = retailer.parcels((retailer.variant(nantes=1), 1), at=[retailer.nantes])
    assert "to prepare" in page(nina, INDEX)
    assert "to prepare" in page(nina, at(parcel))


def test_pieces_that_cannot_be_found_go_to_another_shop(people, retailer):
    nina = people(*STAFF, at=[retailer.nantes])
    (parcel,) = retailer.parcels((retailer.variant(nantes=1, lyon=1), 1), at=[retailer.nantes])
    line = parcel.lines.get().order_line_id
    answer = nina.post(
        at(parcel), {"do": "reject", "line": line, "quantity": "1", "reason": "missing"}, follow=True
    )
    assert "Lyon prepares it now." in answer.content.decode()
    assert "has 0 of 1 pieces" in answer.content.decode()
    assert sorted(Parcel.objects.values_list("state", flat=True)) == ["rejected", "waiting"]


@pytest.mark.parametrize("sent", [{"line": "x"}, {"quantity": "-1"}, {"reason": "mice"}, {"quantity": "99"}])
def test_a_nonsensical_rejection_changes_nothing(people, retailer, sent):
    nina = people(*STAFF, at=[retailer.nantes])
    (parcel,) = retailer.parcels((retailer.variant(nantes=1), 1), at=[retailer.nantes])
    said = {
        "do": "reject",
        "line": parcel.lines.get().order_line_id,
        "quantity": "1",
        "reason": "missing",
        **sent,
    }
    assert nina.post(at(parcel), said).status_code == 302
    parcel.refresh_from_db()
    assert parcel.state == "waiting"


def test_who_may_only_look_changes_nothing(people, retailer):
    lea = people("view_parcel", at=[retailer.nantes])
    (parcel,) = retailer.parcels((retailer.variant(nantes=1), 1), at=[retailer.nantes])
    assert "Put in" not in page(lea, at(parcel))
    assert lea.post(at(parcel), {"do": "cancel"}).status_code == 403


def test_the_list_is_chosen_by_slot_and_printed(people, retailer):
    nina = people(*STAFF, at=[retailer.nantes, retailer.lyon])
    shirt = retailer.variant(nantes=3, lyon=3)
    (one,) = retailer.parcels((shirt, 1), at=[retailer.nantes])
    (other,) = retailer.parcels((shirt, 1), at=[retailer.lyon])
    listed = page(nina, INDEX, at="lyon")
    assert other.number in listed
    assert one.number not in listed
    slips = page(nina, reverse("fulfilment:slips"), at="nantes", stage="prepare")
    assert one.number in slips
    assert shirt.sku in slips
    assert other.number not in slips
    assert page(nina, INDEX, slot="nonsense", stage="nonsense")


def test_the_list_asks_as_often_for_thirty_parcels_as_for_one(
    people, retailer, django_assert_max_num_queries
):
    nina = people(*STAFF, at=[retailer.nantes])
    shirt = retailer.variant(nantes=90)
    retailer.parcels((shirt, 1), at=[retailer.nantes])

    def statements():
        with django_assert_max_num_queries(40) as counted:
            page(nina, INDEX)
        return len(counted)

    statements()
    one = statements()
    for _number in range(10):
        retailer.parcels((shirt, 1), at=[retailer.nantes])
    assert statements() == one


def test_a_merchant_sets_up_methods_zones_and_locations(client, retailer):
    client.force_login(User.objects.create_superuser("boss@aubelaine.example", "a-long-password"))
    set_up_location(location=retailer.nantes)
    for name, pk in (
        ("delivery_methods", retailer.home.pk),
        ("location_settings", retailer.nantes.fulfilment.pk),
    ):
        assert client.get(reverse(f"{name}:index")).status_code == 200
        assert client.get(reverse(f"{name}:edit", args=[pk])).status_code == 200
        assert client.get(reverse(f"{name}:add")).status_code == 200
    assert client.get(reverse("delivery_zones:index")).status_code == 200
    form = {
        "name": "Express", "name__en": "Express", "code": "express", "kind": "home", "carrier": "", "is_active": "on",
        "position": "9", "days_min": "1", "days_max": "1", "pickup": "", "weekdays": ["0", "1"], "currency": "EUR",
        "free_from": "", "rates-TOTAL_FORMS": "1", "rates-INITIAL_FORMS": "0", "rates-MIN_NUM_FORMS": "0",
        "rates-MAX_NUM_FORMS": "1000", "rates-0-zone": "", "rates-0-price": "12.50", "rates-0-from_weight_g": "0",
        "rates-0-to_weight_g": "", "rates-0-from_value": "0", "rates-0-to_value": "", "rates-0-id": "",
    }  # fmt: skip
    response = client.post(reverse("delivery_methods:add"), form)
    assert response.status_code == 302, response.context["form"].errors
    made = DeliveryMethod.objects.get(code="express")
    assert (made.weekdays, made.rates.get().price) == ([0, 1], Decimal("12.50"))
