"""Webhooks in the back office: the secret once, the test now, the log, and what was given up."""

import re

import pytest
from django.db import transaction
from django.urls import reverse

from comptoir.base import clock
from comptoir.customers.models import User
from comptoir.events.models import Attempt, Delivery, Endpoint
from comptoir.events.services import record_event
from comptoir.events.webhooks import rotate_secret
from tests.core.events.receivers import answers, listening

pytestmark = pytest.mark.django_db

SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]{40,}")


@pytest.fixture
def staff(client, shop):
    client.force_login(User.objects.create_superuser("boss@aubelaine.example", "a-long-password"))
    client.cookies["django_language"] = "en"
    return client


@transaction.atomic
def happen(subject_id=1, type="product_changed"):
    return record_event(type, subject_id=subject_id)


def manage(endpoint):
    return reverse("webhooks:manage", args=[endpoint.pk])


def test_a_new_webhook_shows_its_secret_once(staff, shop):
    shop.channel("web")
    form = staff.get(reverse("webhooks:add")).content.decode()
    added = staff.post(
        reverse("webhooks:add"),
        {"url": "https://erp.aubelaine.example/", "types": ["stock_changed"], "channels": ["web"]},
    )

    assert "stock.changed" in form
    endpoint = Endpoint.objects.get()
    assert (endpoint.types, endpoint.channels) == (["stock_changed"], ["web"])
    assert len(SECRET.findall(added.content.decode())) == 1
    assert "no-store" in added["Cache-Control"]
    again = staff.get(manage(endpoint)).content.decode()
    assert not SECRET.search(again)
    assert endpoint.secrets.get().mark in again


def test_an_address_in_the_shops_own_network_is_refused_in_the_form(staff):
    page = staff.post(reverse("webhooks:add"), {"url": "https://169.254.169.254/latest"})

    assert "Addresses of private networks and of this machine are not called." in page.content.decode()
    assert not Endpoint.objects.exists()


def test_editing_leaves_alone_what_the_worker_keeps(staff, hook):
    endpoint = hook("https://erp.aubelaine.example/")
    Endpoint.objects.update(failures=3)
    staff.post(reverse("webhooks:edit", args=[endpoint.pk]), {"url": "https://erp.aubelaine.example/2"})

    endpoint.refresh_from_db()
    assert (endpoint.url, endpoint.failures) == ("https://erp.aubelaine.example/2", 3)


def test_a_rotation_shows_the_new_secret_once_and_the_old_one_can_be_ended(staff, hook):
    endpoint = hook("https://erp.aubelaine.example/")
    rotated = staff.post(manage(endpoint), {"do": "rotate"}).content.decode()

    assert len(SECRET.findall(rotated)) == 1
    assert endpoint.secrets.filter(retired_at__gt=clock.now()).count() == 1
    assert "End the old secret now" in rotated
    ended = staff.post(manage(endpoint), {"do": "end"}, follow=True).content.decode()
    assert not SECRET.search(ended)
    assert "The old secret signs no more." in ended
    assert endpoint.secrets.filter(retired_at__gt=clock.now()).count() == 0


def test_the_test_button_shows_the_answer(staff, hook):
    with listening(answers(422, b"<b>no such shop</b>")) as receiver:
        page = staff.post(manage(hook(receiver.url)), {"do": "ping"}).content.decode()

    assert "The receiver refused the test: 422" in page
    assert "&lt;b&gt;no such shop&lt;/b&gt;" in page
    assert len(receiver.got) == 1


def test_a_webhook_is_switched_off_and_on(staff, hook):
    endpoint = hook("https://erp.aubelaine.example/")
    assert "Switch on" in staff.post(manage(endpoint), {"do": "off"}, follow=True).content.decode()
    assert "Switch off" in staff.post(manage(endpoint), {"do": "on"}, follow=True).content.decode()


def test_the_log_is_filtered_and_sends_again(staff, hook, send):
    with listening(answers(500, b"oh no")) as bad, listening() as good:
        hook(bad.url, description="Accounts")
        hook(good.url, description="Warehouse")
        event = happen()
        send()
        page = staff.get(reverse("webhook_calls:index"), {"outcome": "refused"})
        [row] = page.context["object_list"]
        assert "500 oh no" in page.content.decode()
        accepted = Attempt.objects.get(outcome="accepted")
        staff.post(reverse("webhook_calls:again", args=[accepted.pk]))
        send()

    assert row.endpoint.description == "Accounts"
    assert good.ids == [f"evt_{event.pk}"] * 2


@pytest.fixture
def given_up(hook):
    endpoint = hook("https://erp.aubelaine.example/", description="Accounts")
    happen(1)
    happen(2)
    Delivery.objects.filter(endpoint=endpoint).update(parked_at=clock.now(), error="timeout")
    return endpoint


def test_what_was_given_up_is_shown_in_one_place_and_tried_again_at_once(staff, given_up):
    page = staff.get(reverse("deliveries:index"), {"subscriber": given_up.subscriber})
    assert len(page.context["object_list"]) == 2
    assert "Accounts" in page.content.decode()
    assert "There was no answer in time." in page.content.decode()

    address = reverse("deliveries:retry_all") + f"?subscriber={given_up.subscriber}"
    assert "2 parked deliveries are tried again" in staff.get(address).content.decode()
    staff.post(address)

    assert not Delivery.objects.exclude(parked_at=None).exists()


def test_the_first_page_says_what_is_in_trouble(staff, given_up):
    Endpoint.objects.update(switched_off_at=clock.now(), switched_off_because="gone")

    page = staff.get(reverse("wagtailadmin_home")).content.decode()

    assert "2 deliveries were given up." in page
    assert "The webhook “Accounts” is off: the receiver said that it is gone for good (410)." in page


def test_nobody_without_permission_sees_or_changes_webhooks(client, given_up):
    client.force_login(User.objects.create_user("guest@aubelaine.example", "a-long-password"))
    rotate_secret(endpoint=given_up)
    for url in (
        reverse("webhooks:index"), reverse("webhooks:add"), manage(given_up), reverse("webhook_calls:index"),
        reverse("deliveries:index"), reverse("deliveries:retry_all"),
    ):  # fmt: skip
        assert client.get(url).status_code == 302
        assert client.post(url, {"do": "rotate"}).status_code == 302
    assert given_up.secrets.count() == 2
    assert Delivery.objects.exclude(parked_at=None).count() == 2


def test_lists_take_as_many_statements_for_many_rows(staff, hook, django_assert_max_num_queries):
    def statements():
        for name in ("webhooks:index", "webhook_calls:index", "deliveries:index"):
            staff.get(reverse(name))

    def add(number):
        endpoint = hook(f"https://erp.aubelaine.example/{number}")
        Attempt.objects.create(
            endpoint=endpoint, event=happen(number), type="product_changed", webhook_id="evt_1",
            sent_at=clock.now(), outcome="accepted",
        )  # fmt: skip
        Delivery.objects.filter(endpoint=endpoint).update(parked_at=clock.now())

    add(1)
    statements()
    with django_assert_max_num_queries(200) as one:
        statements()
    for number in range(2, 12):
        add(number)
    with django_assert_max_num_queries(len(one)):
        statements()
