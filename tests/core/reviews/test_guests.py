"""A guest has no account: the line of an order that has come is what says that they bought it."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from comptoir.orders.links import follow_token
from comptoir.orders.models import Order
from comptoir.reviews.models import Review
from comptoir_web import kept
from tests.core.checkout.conftest import Customer
from tests.core.reviews.conftest import SAID
from tests.core.reviews.test_reviews import SCRIPT, approve

pytestmark = pytest.mark.django_db


class Guest:
    """Somebody without an account who bought a shirt, and opened the order by the link of the e-mail."""

    def __init__(self, *, state: str = Order.State.DONE) -> None:
        number = Customer("web").buy("MARIN-S")["order"]["number"]
        Order.objects.filter(number=number).update(state=state)
        self.order = Order.objects.get(number=number)
        self.line = self.order.lines.get()
        self.page = f"/web/en/orders/{number}"
        self.form = f"{self.page}/review/{self.line.pk}"
        self.client = Client()
        self.client.post(f"{self.page}/open", {"link": f"x#{follow_token(self.order)}"})

    def read(self, path: str) -> str:
        return self.client.get(path).content.decode()


@pytest.fixture
def guest(till) -> Guest:
    kept.forget_pages()
    return Guest()


def test_the_page_of_an_order_that_has_come_leads_to_the_review_which_is_read_first(guest, chief, till):
    assert f'href="{guest.form}"' in guest.read(guest.page)
    assert guest.client.post(guest.form, SAID).status_code == 302
    assert "We have your review and read it soon." in guest.read(guest.page)
    assert "Thank you. We read it" in guest.read(guest.form)
    assert "Falls well" not in guest.read("/web/en/products/marin/reviews")

    approve(chief, till.shop)

    shown = guest.read("/web/en/products/marin/reviews")
    assert "Falls well" in shown and "Verified purchase" in shown


def test_writing_again_replaces_what_was_said_of_the_same_line(guest):
    for title in ("Falls well", "Shrank"):
        guest.client.post(guest.form, {**SAID, "title": title})
    review = Review.objects.get()
    assert (review.title, review.line, review.user, review.state) == ("Shrank", guest.line, None, "pending")


def test_one_line_has_one_review_whoever_asks(guest):
    guest.client.post(guest.form, SAID)
    review = Review.objects.get()
    review.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        review.save()


@pytest.mark.parametrize("state", [Order.State.PLACED, Order.State.READY, Order.State.CANCELLED])
def test_what_has_not_come_is_not_reviewed(till, state):
    guest = Guest(state=state)
    assert "/review/" not in guest.read(guest.page)
    assert guest.client.post(guest.form, SAID).status_code == 404
    assert not Review.objects.exists()


def test_only_who_has_the_link_of_the_order_writes_and_only_of_its_lines(guest, till):
    other = Guest()
    assert Client().post(guest.form, SAID).status_code == 404
    assert other.client.post(guest.form, SAID).status_code == 404
    assert guest.client.post(f"{guest.page}/review/{other.line.pk}", SAID).status_code == 404
    assert not Review.objects.exists()


def test_the_page_of_the_product_leads_a_guest_to_the_order_or_says_how_to_find_it(guest):
    answer = guest.client.get("/web/en/products/marin/review")
    assert (answer.status_code, answer.headers["Location"]) == (302, guest.form)
    stranger = Client().get("/web/en/products/marin/review").content.decode()
    assert "/web/en/orders" in stranger and "account/login/code/" in stranger


def test_a_customer_with_an_account_says_one_thing_of_a_product_however_they_come(guest, chief):
    Order.objects.update(user=chief)
    guest.client.post(guest.form, SAID)
    guest.client.force_login(chief)
    guest.client.post("/web/en/products/marin/review", {**SAID, "title": "Shrank"})
    assert [(one.title, one.user) for one in Review.objects.all()] == [("Shrank", chief)]


def test_what_a_guest_typed_is_kept_cleaned_and_shown_as_text(guest, chief, till):
    refused = guest.client.post(guest.form, {"title": "Falls well", "rating": "9", "name": ""})
    assert refused.status_code == 422 and 'value="Falls well"' in refused.content.decode()
    guest.client.post(guest.form, {**SAID, "title": SCRIPT, "text": f"{SCRIPT}\u202egnirts", "name": SCRIPT})
    approve(chief, till.shop)
    shown = guest.read("/web/en/products/marin/reviews")
    assert "<script>alert" not in shown and "\u202e" not in shown and "&lt;script&gt;alert(1)" in shown


@pytest.mark.parametrize("field", ["title", "text", "name"])
def test_signs_that_no_database_keeps_are_refused_beside_their_field(guest, field):
    answer = guest.client.post(guest.form, {**SAID, field: "a\x00b"})
    assert answer.status_code == 422 and f'id="id_{field}_error"' in answer.content.decode()
