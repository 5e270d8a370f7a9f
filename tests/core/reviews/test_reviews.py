"""Who bought something says how it is; the house reads it first; then it stands in the product's document."""

import pytest
from django.test import Client
from django.urls import reverse

from comptoir.checkout.erasing import erase_customer
from comptoir.orders.models import Order
from comptoir.reviews.models import Review
from comptoir.reviews.services import decide_reviews
from comptoir_web import kept
from tests.core.checkout.conftest import Customer
from tests.core.reviews.conftest import PATH, SAID, Buyer

pytestmark = pytest.mark.django_db
SCRIPT = "</script><script>alert(1)</script>"


def approve(chief, shop):
    ids = list(Review.objects.values_list("pk", flat=True))
    decide_reviews(ids=ids, state=Review.State.APPROVED, actor=chief)
    shop.settle()
    kept.forget_pages()


def test_a_review_waits_until_it_was_read_and_then_stands_in_the_document_and_in_lists(camille, chief, till):
    answer = camille.post(PATH, SAID)
    assert (camille.status, answer["state"]) == (202, "pending")
    till.shop.settle()
    assert camille.get("products/marin")["rating"] is None
    assert camille.get(PATH)["items"] == []

    approve(chief, till.shop)

    document = camille.get("products/marin")
    assert document["rating"] == {"average": "4.0", "count": 1}
    assert document["reviews"] == camille.get(PATH)["items"]
    assert [document["reviews"][0][name] for name in ("title", "name", "rating")] == [
        "Falls well",
        "Camille",
        4,
    ]
    assert camille.get("products")["items"][0]["rating"] == {"average": "4.0", "count": 1}
    review = Review.objects.get()
    assert review.decided_by == chief and review.decided_at


def test_only_who_bought_it_and_kept_it_can_review_it(camille, till):
    stranger = Customer("web")
    stranger.post(PATH, SAID)
    assert stranger.status == 401
    Order.objects.update(state=Order.State.CANCELLED)
    assert camille.post(PATH, SAID)["code"] == "not_bought"
    assert not Review.objects.exists()


def test_writing_again_replaces_what_was_said_and_it_is_read_again(camille, chief, till):
    camille.post(PATH, SAID)
    approve(chief, till.shop)
    camille.post(PATH, {**SAID, "rating": 1, "title": "Shrank"})
    till.shop.settle()
    assert camille.get("products/marin")["rating"] is None
    assert [(one.rating, one.state) for one in Review.objects.all()] == [(1, "pending")]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [("rating", 0, "invalid_value"), ("rating", 6, "invalid_value"), ("title", " \u200b ", "missing"),
     ("title", "x" * 101, "too_long"), ("text", "x" * 3001, "too_long"), ("name", "", "missing")],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused_by_its_field(camille, field, value, code):
    answer = camille.post(PATH, {**SAID, field: value})
    assert (camille.status, answer["code"], answer["errors"][0]["field"]) == (422, code, field)
    assert not Review.objects.exists()


def test_one_address_cannot_write_without_end(camille, settings):
    settings.COMPTOIR_RATE_REVIEWS = "2/hour"
    statuses = [(camille.post(PATH, {**SAID, "title": str(turn)}), camille.status)[1] for turn in range(3)]
    assert statuses == [202, 202, 429]


def test_a_script_in_a_review_is_text_on_the_page_and_for_search_engines(camille, chief, till):
    camille.post(PATH, {**SAID, "title": SCRIPT, "text": f"{SCRIPT}\u202egnirts", "name": SCRIPT})
    approve(chief, till.shop)
    page = Client().get("/web/en/products/marin").content.decode()
    assert "<script>alert" not in page and "\u202e" not in page
    assert (
        "&lt;script&gt;alert(1)" in page and '"aggregateRating":{' in page and "\\u003c/script\\u003e" in page
    )
    assert "<script>alert" not in Client().get("/web/en/products/marin/reviews").content.decode()


def test_an_average_is_of_everybody_and_a_rejection_says_why(camille, chief, till):
    other = Buyer("rose@example.org")
    camille.post(PATH, SAID)
    other.post(PATH, {**SAID, "rating": 5})
    approve(chief, till.shop)
    assert camille.get("products/marin")["rating"] == {"average": "4.5", "count": 2}

    mine = Review.objects.get(user=other.user)
    decide_reviews(ids=[mine.pk], state=Review.State.REJECTED, actor=chief, refusal=Review.Refusal.PERSONAL)
    till.shop.settle()

    assert camille.get("products/marin")["rating"] == {"average": "4.0", "count": 1}
    form = other.client.get("/web/en/products/marin/review").content.decode()
    assert "It names or describes a person." in form


def test_reviews_go_with_the_customer_and_are_in_what_they_take_away(camille, chief, till):
    camille.post(PATH, SAID)
    approve(chief, till.shop)
    assert b"Falls well" in camille.client.get("/web/en/account/export").content
    Order.objects.update(state=Order.State.DONE)

    erase_customer(user_id=camille.user.pk)
    till.shop.settle()

    assert Client().get("/api/v1/web/products/marin").json()["rating"] is None
    assert not Review.objects.exists()


def test_the_form_keeps_what_was_typed_and_says_what_is_wrong(camille):
    page = camille.client.post("/web/en/products/marin/review", {"title": "Falls well", "name": ""})
    words = page.content.decode()
    assert page.status_code == 422
    assert 'value="Falls well"' in words and "Choose one to five stars." in words
    sent = camille.client.post("/web/en/products/marin/review", SAID)
    assert sent.status_code == 302 and Review.objects.get().title == "Falls well"


def test_many_reviews_are_approved_at_once_and_rejected_with_a_reason(camille, chief, till):
    camille.post(PATH, SAID)
    Buyer("rose@example.org").post(PATH, SAID)
    staff = Client()
    staff.force_login(chief)
    listed = staff.get(reverse("reviews:index")).content.decode()
    assert "keeps its shape" in listed and "data-bulk-action-checkbox" in listed
    ids = "&".join(f"id={pk}" for pk in Review.objects.values_list("pk", flat=True))
    address = reverse("wagtail_bulk_action", args=["reviews", "review", "approve"])

    assert staff.get(f"{address}?{ids}").status_code == 200
    staff.post(f"{address}?{ids}")
    assert {one.state for one in Review.objects.all()} == {"approved"}
    reject = address.replace("approve", "reject")
    assert b'name="refusal"' in staff.post(f"{reject}?{ids}").content
    staff.post(f"{reject}?{ids}", {"refusal": "off_topic"})
    assert {(one.state, one.refusal) for one in Review.objects.all()} == {("rejected", "off_topic")}
