"""One product, published once, is read on every channel."""

import json

import pytest

pytestmark = pytest.mark.django_db


def test_a_published_product_is_read_on_every_channel(shop, client):
    nantes = shop.location("nantes")
    for code in ("web", "app", "social", "booking"):
        shop.channel(code)
    shop.product("marin", sizes=["S", "M"], stock={nantes: 3})

    shop.settle()

    for code in ("web", "app", "social", "booking"):
        answer = client.get(f"/api/v1/{code}/products/marin", headers={"Accept-Language": "fr"})
        assert answer.status_code == 200, answer.content
        product = json.loads(answer.content)
        assert product["title"] == "Marin"
        assert product["price"]["from"] == {"amount": "49.90", "currency": "EUR"}
        assert product["availability"] == {
            "in_stock": True,
            "quantity": 6,
            "variants": {"MARIN-S": 3, "MARIN-M": 3},
        }
        page = client.get(f"/api/v1/{code}/products").json()
        assert [card["handle"] for card in page["items"]] == ["marin"]


def test_a_draft_is_read_nowhere(shop, client):
    shop.channel("web")
    shop.product("marin", publish=False)

    shop.settle()

    assert client.get("/api/v1/web/products/marin").status_code == 404
    assert client.get("/api/v1/web/products").json() == {"items": [], "next": None}
