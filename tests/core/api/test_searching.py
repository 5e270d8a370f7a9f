"""Searching over HTTP."""

import pytest

from comptoir.channels.queries import channel_context

pytestmark = pytest.mark.django_db


@pytest.fixture
def web(shop):
    shop.channel("web")
    nantes = shop.location("nantes")
    for handle, fr in (("oxford", "Chemise Oxford"), ("lin", "Chemise en lin"), ("ete", "Robe d'été")):
        shop.product(handle, sizes=("S", "M"), texts={"fr": fr}, price="40", stock={nantes: 1})
    shop.settle()
    return channel_context("web")


def test_a_search_answers_with_cards_counts_and_a_cursor(client, web):
    answer = client.get("/api/v1/web/search", {"q": "chemise", "limit": 1})
    found = answer.json()
    assert answer.status_code == 200
    assert (found["total"], len(found["items"]), found["corrected"]) == (2, 1, "")
    assert found["price"] == {
        "from": {"amount": "40.00", "currency": "EUR"},
        "to": {"amount": "40.00", "currency": "EUR"},
    }
    (size,) = [facet for facet in found["facets"] if facet["code"] == "size"]
    assert [(value["label"], value["count"]) for value in size["values"]] == [("S", 2), ("M", 2)]
    (listed,) = [
        card for card in client.get("/api/v1/web/products").json()["items"]
        if card["handle"] == found["items"][0]["handle"]
    ]  # fmt: skip
    assert found["items"][0] == listed
    rest = client.get("/api/v1/web/search", {"q": "chemise", "limit": 1, "cursor": found["next"]}).json()
    assert {found["items"][0]["handle"], rest["items"][0]["handle"]} == {"oxford", "lin"}
    assert rest["next"] is None


def test_an_answer_says_whether_what_is_in_stock_was_counted_to_the_end(client, web, monkeypatch):
    def counted():
        found = client.get("/api/v1/web/search", {"q": "chemise"}).json()
        return found["in_stock"], found["in_stock_relation"]

    every, _relation = counted()
    assert counted() == (every, "eq") and every > 0
    monkeypatch.setattr("comptoir.search.engines.statements.IN_STOCK_MOST", every - 1)
    monkeypatch.setattr("comptoir.search.queries.IN_STOCK_MOST", every - 1)
    assert counted() == (every - 1, "gte")


def test_the_same_answer_is_not_sent_twice(client, web):
    answer = client.get("/api/v1/web/search?q=robe")
    again = client.get("/api/v1/web/search?q=robe", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304


def test_what_cannot_be_asked_is_refused_with_its_field(client, web):
    for query, field in (
        ("sort=size", "sort"),
        ("limit=1000", "limit"),
        ("cursor=x", "cursor"),
        ("price_min=-1", "price_min"),
    ):
        answer = client.get(f"/api/v1/web/search?q=robe&{query}")
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_suggestions_while_typing(client, web):
    offered = client.get("/api/v1/web/search/suggest?q=chem").json()
    assert offered["texts"] == ["chemise"]
    assert {card["handle"] for card in offered["products"]} == {"oxford", "lin"}


def test_hostile_texts_get_an_answer(client, web):
    for text in ("%00", "%ff%fe", "x" * 10_000, "%27%20OR%201=1", "%F0%9F%92%83", "&q=", "%25s"):
        assert client.get(f"/api/v1/web/search?q={text}").status_code == 200
        assert client.get(f"/api/v1/web/search/suggest?q={text}").status_code == 200
        assert client.get(f"/api/v1/web/search?attribute=size:{text}&category={text}").status_code == 200
