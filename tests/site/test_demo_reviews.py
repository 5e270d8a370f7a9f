"""Customers of the demo shop have bought what they speak of, and there is something to read for the house."""

from collections import Counter

import pytest
from django.contrib.auth.models import Group

from comptoir.channels.queries import forget_contexts
from comptoir.customers.models import User
from comptoir.events.models import Delivery
from comptoir.orders.models import Order, Paper
from comptoir.payments.audit import differences
from comptoir.reviews.models import Review
from comptoir.stock.audit import differences as stock_differences
from comptoir_site.demo.catalogue import PRODUCTS
from comptoir_site.demo.delivery import offer_deliveries
from comptoir_site.demo.opinions import BUYERS
from comptoir_site.demo.reviews import let_customers_speak
from comptoir_site.demo.shop import LOCATIONS, SHOPS

pytestmark = pytest.mark.django_db
SAID = [(buyer, one) for buyer in BUYERS for one in buyer.opinions]


@pytest.fixture
def staff(shop) -> User:
    """The shops of the demo, with the goods that customers speak of."""
    hours = [(day, "10:00", "19:00") for day in range(6)]
    places = {one.code: shop.location(one.code, kind=one.kind, hours=hours) for one in LOCATIONS}
    for code in ("web", "app", "social", "booking"):
        shop.channel(code)
    shop.channel("store", is_public=False, locations=[places[code] for code in SHOPS])
    for handle in {one.handle for _buyer, one in SAID}:
        shop.product(handle, stock={place: 5 for code, place in places.items() if code != "entrepot"})
    Group.objects.create(name="Boutique")
    offer_deliveries(places)
    shop.settle()
    forget_contexts()
    return User.objects.create_user("boutique@aubelaine.example", is_staff=True)


def test_what_is_said_was_bought_paid_and_carried_out_before_and_nobody_gets_a_letter(staff):
    let_customers_speak(staff=staff)
    assert Review.objects.count() == len(SAID)
    assert {one.state for one in Order.objects.all()} == {Order.State.DONE}
    assert Paper.objects.count() == Order.objects.count() == len(BUYERS)
    assert differences(grace_minutes=0) == [] and stock_differences() == []
    for review in Review.objects.select_related("line__order"):
        assert review.line.order.placed_at < review.written_at < (review.decided_at or staff.date_joined)
        assert bool(review.user_id) == bool(review.line.order.user_id)
    assert set(Delivery.objects.values_list("event__type", flat=True)) == {"product_changed"}

    let_customers_speak(staff=staff)
    assert Review.objects.count() == len(SAID)


def test_they_are_of_all_kinds():
    """Guests and customers, one to five stars, two languages, shown, waiting and rejected; of goods that there are."""
    assert {bool(buyer.email) for buyer in BUYERS} == {True, False}
    assert {one.rating for _buyer, one in SAID} == {1, 2, 3, 4, 5}
    assert {buyer.locale for buyer in BUYERS} == {"fr", "en"}
    assert Counter(str(one.state) for _buyer, one in SAID) == {"approved": 27, "pending": 5, "rejected": 1}
    goods = {product.handle: product for product in PRODUCTS}
    for buyer, one in SAID:
        stock = [places for variant in goods[one.handle].variants() for places in variant.stock]
        assert max(pieces for code, pieces in stock if code == buyer.shop) > 0, (buyer.name, one.handle)
