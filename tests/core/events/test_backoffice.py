"""Parked deliveries in the back office."""

import pytest
from django.urls import reverse
from django.utils import translation

from comptoir.base import clock
from comptoir.customers.models import User
from comptoir.events.models import Delivery

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client, shop):
    client.force_login(User.objects.create_superuser("boss@aubelaine.example", "a-long-password"))
    client.cookies["django_language"] = "en"
    with translation.override("en"):
        yield client


@pytest.fixture
def parked(shop):
    shop.product("marin", texts={})
    delivery = Delivery.objects.filter(event__type="product_changed").first()
    Delivery.objects.filter(pk=delivery.pk).update(parked_at=clock.now(), attempts=12, error="TimeoutError()")
    return delivery


def test_a_parked_delivery_is_listed_with_its_error(staff, parked):
    page = staff.get(reverse("deliveries:index"))

    assert [row.pk for row in page.context["object_list"]] == [parked.pk]
    assert "TimeoutError()" in page.content.decode()


def test_a_parked_delivery_is_tried_again(staff, shop, parked):
    response = staff.post(reverse("deliveries:retry", args=[parked.pk]))
    shop.settle()

    assert response.status_code == 302
    assert not Delivery.objects.exists()
    assert "Nothing is parked" in staff.get(reverse("deliveries:index")).content.decode()


def test_nobody_without_permission_tries_again(client, parked):
    client.force_login(User.objects.create_user("guest@aubelaine.example", "a-long-password"))

    assert client.get(reverse("deliveries:index")).status_code == 302
    assert client.post(reverse("deliveries:retry", args=[parked.pk])).status_code == 302
    parked.refresh_from_db()
    assert parked.parked_at
