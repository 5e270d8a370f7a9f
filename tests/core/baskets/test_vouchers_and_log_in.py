"""Vouchers in a basket, and whose it is after a log-in."""

from datetime import timedelta

import pytest
from django.test import Client

from comptoir.base import clock
from comptoir.baskets.models import Basket, Line
from comptoir.customers.models import User
from comptoir.pricing.models import OfferScope
from comptoir.stock.audit import differences
from comptoir.stock.models import Hold
from comptoir.testing.calling import Caller
from tests.core.pricing.rules import make_offer, make_range, make_voucher

pytestmark = pytest.mark.django_db


@pytest.fixture
def welcome(counter):
    """Ten euros off with BIENVENUE, from everything."""
    offer = make_offer("Absolute", "10", of=make_range(), offer_type="Voucher")
    return make_voucher("BIENVENUE", offer)


def test_a_voucher_is_entered_and_taken_out_again(web, welcome):
    _basket, path = web.open("MARIN-S")

    basket = web.post(f"{path}/vouchers", {"code": " bienvenue "})
    assert basket["totals"]["total"]["amount"] == "39.90"
    assert [(one["code"], one["used"]) for one in basket["vouchers"]] == [("BIENVENUE", True)]
    assert basket["lines"][0]["discounts"][0]["voucher"] == "BIENVENUE"

    basket = web("DELETE", f"{path}/vouchers/BIENVENUE")
    assert (basket["totals"]["total"]["amount"], basket["vouchers"]) == ("49.90", [])


def refused(web, path, code, status, reason):
    answer = web.post(f"{path}/vouchers", {"code": code})
    assert (web.status, answer["code"]) == (status, reason)
    assert [error["field"] for error in answer["errors"]] == ["voucher"]
    assert web.get(path)["vouchers"] == []


def test_a_voucher_of_another_channel_is_refused(web, welcome, counter):
    scope = OfferScope.objects.create(offer=welcome.offers.get())
    scope.channels.set([counter.app])
    _basket, path = web.open("MARIN-S")
    refused(web, path, "BIENVENUE", 409, "voucher_not_for_channel")


def test_a_voucher_out_of_date_is_refused(web, welcome):
    welcome.end_datetime = clock.now() - timedelta(days=1)
    welcome.save()
    _basket, path = web.open("MARIN-S")
    refused(web, path, "BIENVENUE", 409, "voucher_too_late")


@pytest.mark.parametrize(("code", "reason"), [("NOTHING", "voucher_unknown"), ("", "invalid_value")])
def test_a_voucher_that_is_none_is_refused(web, code, reason):
    _basket, path = web.open("MARIN-S")
    refused(web, path, code, 422, reason)


# --- log-in ------------------------------------------------------------------------------------------------------------


class Customer(Caller):
    """Somebody who is logged in; writes carry Django's CSRF token unless told otherwise."""

    def __init__(self, email: str = "anna@aubelaine.example") -> None:
        super().__init__("web", Client(enforce_csrf_checks=True))
        self.user = User.objects.filter(email=email).first() or User.objects.create_user(email, "a-long-word")
        self.client.force_login(self.user)
        self.client.cookies["csrftoken"] = "c" * 32
        self.headers = {**self.headers, "X-CSRFToken": "c" * 32}


def test_a_guests_basket_becomes_the_customers_at_log_in(web, counter):
    _basket, path = web.open("MARIN-S")
    anna = Customer()

    claimed = anna.post(f"{path}/claim")

    assert (anna.status, claimed["has_owner"]) == (200, True)
    assert anna.get("baskets/mine")["lines"][0]["hold"]["state"] == "held"
    anna.post("baskets/mine/lines", {"sku": "MARIN-M"})
    assert anna.status == 200
    web.get(path)
    assert web.status == 404


def test_two_baskets_of_one_customer_become_one_and_quantities_add_up(web, counter):
    anna = Customer()
    _basket, path = web.open("MARIN-S")
    anna.post(f"{path}/claim")
    anna("PATCH", "baskets/mine", {"note": "Ring twice."})
    _basket, path = web.open("MARIN-S", "MARIN-M")

    joined = anna.post(f"{path}/claim")

    assert [(line["sku"], line["quantity"], line["hold"]["state"]) for line in joined["lines"]] == [
        ("MARIN-S", 2, "held"),
        ("MARIN-M", 1, "held"),
    ]
    assert joined["note"] == "Ring twice."
    assert sorted(Basket.objects.values_list("status", flat=True)) == ["Merged", "Open"]
    owners = {f"basket-line:{line.pk}" for line in Line.objects.all()}
    assert {hold.owner for hold in Hold.objects.live(clock.now())} == owners
    assert sum(hold.quantity for hold in Hold.objects.live(clock.now())) == 3
    assert differences() == []


def test_what_adds_up_to_more_than_a_line_may_have_is_cut_and_the_rest_given_back(web, settings, counter):
    settings.COMPTOIR_BASKET_PIECES_MAX = 4
    anna = Customer()
    for _ in range(2):
        basket, path = web.open("MARIN-S")
        web("PATCH", f"{path}/lines/{basket['lines'][0]['id']}", {"quantity": 3})
        joined = anna.post(f"{path}/claim")

    assert [line["quantity"] for line in joined["lines"]] == [4]
    assert sum(hold.quantity for hold in Hold.objects.live(clock.now())) == 4
    assert differences() == []


def test_a_basket_of_somebody_else_is_not_claimed_nor_read(web):
    _basket, path = web.open("MARIN-S")
    Customer().post(f"{path}/claim")
    ben = Customer("ben@aubelaine.example")

    ben.get("baskets/mine")
    assert ben.status == 404
    ben.post(f"{path}/claim")
    assert ben.status == 404


def test_a_basket_that_a_till_took_over_is_not_claimed_by_another_customer(web, app):
    _basket, path = web.open("MARIN-S")
    anna, ben = Customer(), Customer("ben@aubelaine.example")
    anna.post(f"{path}/claim")
    code = anna.post("baskets/mine/handover")["code"]
    token = web.post("baskets/handover", {"code": code})["token"]

    ben.post(f"baskets/{token}/claim")

    assert ben.status == 404
    assert Basket.objects.get().owner == anna.user


def test_mine_needs_a_log_in_and_its_writes_a_csrf_token(web):
    _basket, path = web.open("MARIN-S")
    web.get("baskets/mine")
    assert web.status == 401
    anna = Customer()
    anna.post(f"{path}/claim", **{"X-CSRFToken": ""})
    assert anna.status == 403
    anna.post(f"{path}/claim")

    anna.post("baskets/mine/lines", {"sku": "MARIN-S"}, **{"X-CSRFToken": "nonsense"})

    assert anna.status == 403
    assert anna.get("baskets/mine")["pieces"] == 1
