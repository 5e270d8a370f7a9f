"""Drafts over HTTP for whoever has a signed token, on the channel they are for, for some days."""

from datetime import timedelta

import pytest

from comptoir.base import clock
from comptoir.channels.services import issue_channel_key
from comptoir.publishing.models import Document, Release
from comptoir.publishing.releases import add_to_release, schedule_release
from comptoir.publishing.tokens import draft_token, release_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def token(shop, plain, story) -> str:
    """A token for a release of a product in two languages and a page."""
    plain("web")
    nantes = shop.location("nantes")
    product = shop.product("marin", publish=False, stock={nantes: 3})
    release = Release.objects.create(name="Été")
    for item in (*product.contents.order_by("locale__language_code"), story):
        add_to_release(release, item)
    return release_token(release)


def test_the_token_opens_the_drafts_as_the_channel_will_show_them(token, client):
    before = list(Document.objects.order_by("pk").values())

    answer = client.get(f"/api/v1/web/preview/{token}")

    body = answer.json()
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
    assert "ETag" not in answer
    assert body["release"] == "Été"
    assert [(item["kind"], item["locale"], item["state"]) for item in body["items"]] == [
        ("product", "en", "warnings"),
        ("product", "fr", "warnings"),
        ("page", "fr", "ready"),
    ]
    document = body["items"][1]["document"]
    assert document["title"] == "Marin"
    assert document["slugs"] == {"fr": "marin", "en": "marin"}
    assert document["availability"] == {"in_stock": True, "quantity": 3, "variants": {"MARIN": 3}}
    assert list(Document.objects.order_by("pk").values()) == before


def test_one_language_can_be_asked_for(token, client):
    items = client.get(f"/api/v1/web/preview/{token}?locale=en").json()["items"]

    assert [item["locale"] for item in items] == ["en"]
    assert client.get(f"/api/v1/web/preview/{token}?locale=xx").status_code == 422


def test_a_product_of_a_release_is_read_by_the_slug_of_its_draft(token, client):
    answer = client.get(f"/api/v1/web/preview/{token}/products/marin?locale=fr")

    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
    assert answer.json()["title"] == "Marin"
    assert answer.json()["availability"]["quantity"] == 3
    assert client.get(f"/api/v1/web/preview/{token}/products/other").status_code == 404
    assert client.get("/api/v1/web/products/marin").status_code == 404


def test_a_preview_is_the_same_as_what_is_published_afterwards(token, shop, client):
    previewed = client.get(f"/api/v1/web/preview/{token}/products/marin?locale=fr").json()
    from comptoir.publishing.releases import publish_release

    publish_release(Release.objects.get())
    shop.settle()

    assert client.get("/api/v1/web/products/marin?locale=fr").json() == previewed


def test_a_scheduled_release_is_previewed_at_its_moment(token, client):
    at = clock.now() + timedelta(days=1)
    schedule_release(Release.objects.get(), at)

    assert client.get(f"/api/v1/web/preview/{token}").json()["at"] == at.isoformat()


def test_a_blocked_item_says_why_and_has_no_document(token, plain, client):
    plain("swiss", currency="CHF")

    item = client.get(f"/api/v1/swiss/preview/{token}?locale=fr").json()["items"][0]

    assert (item["state"], item["document"]) == ("blocked", None)
    assert "no_price" in [problem["code"] for problem in item["problems"]]
    assert client.get(f"/api/v1/swiss/preview/{token}/products/marin?locale=fr").status_code == 404


def test_a_token_is_for_its_items_only(shop, plain, client):
    plain("web")
    shop.product("secret", publish=False, texts={"fr": "Secret"})
    open_text = shop.product("open", publish=False, texts={"fr": "Open"}).contents.get()
    token = draft_token(open_text)

    body = client.get(f"/api/v1/web/preview/{token}").json()

    assert (body["release"], [item["title"] for item in body["items"]]) == (None, ["Open"])
    assert client.get(f"/api/v1/web/preview/{token}/products/secret").status_code == 404


def test_a_forged_or_foreign_token_opens_nothing(token, client):
    from django.core import signing

    payload, stamp, signature = token.rsplit(":", 2)
    forged = [
        "nonsense",
        f"{payload}x:{stamp}:{signature}",
        f"{payload}:{stamp}:{signature[:-1]}{'A' if signature[-1] != 'A' else 'B'}",
        signing.dumps({"release": Release.objects.get().pk, "until": 2**40}),
        signing.dumps(
            {"release": Release.objects.get().pk, "until": 2**40}, salt="comptoir.preview", key="other"
        ),
    ]

    for one in forged:
        for path in (f"/api/v1/web/preview/{one}", f"/api/v1/web/preview/{one}/products/marin"):
            answer = client.get(path)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_token_is_worthless_after_seven_days(token, client):
    with clock.moved_to(clock.now() + timedelta(days=7, seconds=-10)):
        assert client.get(f"/api/v1/web/preview/{token}").status_code == 200
    with clock.moved_to(clock.now() + timedelta(days=7, seconds=1)):
        assert client.get(f"/api/v1/web/preview/{token}").status_code == 404


def test_a_channel_that_is_not_public_asks_for_its_key_too(token, plain, client):
    till = plain("till", is_public=False)
    _key, secret = issue_channel_key(channel=till, name="till 1")

    assert client.get(f"/api/v1/till/preview/{token}").status_code == 404
    assert client.get(f"/api/v1/till/preview/{token}", headers={"X-Channel-Key": secret}).status_code == 200


def test_a_release_that_was_deleted_is_gone(token, client):
    Release.objects.all().delete()

    assert client.get(f"/api/v1/web/preview/{token}").status_code == 404
