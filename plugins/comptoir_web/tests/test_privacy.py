"""What is kept on a visitor's device: what is needed, and what was allowed; nothing before."""

import pytest

from comptoir.testing.selling import nothing_counted
from comptoir_web.tests.test_buying import CAMILLE, till, visitor

__all__ = ["nothing_counted", "till", "visitor"]

pytestmark = pytest.mark.django_db

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; DROP TABLE catalogue_product; --",
    "{{ 7|add:7 }}{% debug %}",
    "\0",
    "../../etc/passwd",
    "\u202egnp.exe",
    "x" * 100_000,
]


def cookies(visitor):
    return {name for name, morsel in visitor.client.cookies.items() if morsel.value}


def test_who_only_looks_gets_no_cookie_at_all(visitor):
    for path in ("products/marin", "search", "shops", "contact", "basket", "basket/count", "privacy"):
        visitor.get(path)
    assert cookies(visitor) == set()


def test_a_purchase_sets_what_it_needs_and_each_cookie_is_named_on_the_page(visitor):
    visitor.to_payment()
    visitor.pay()
    found = cookies(visitor) - {"csrftoken"}
    assert found == {"checkout-web", "orders-web"}
    page = visitor.get("privacy")
    assert all(name in page for name in (*found, "basket-web", "csrftoken", "sessionid"))
    assert "Nothing: this shop counts no visits" in page


def test_a_shop_that_wants_more_asks_and_a_no_is_one_click_as_a_yes_is(visitor, settings):
    settings.COMPTOIR_WEB_OPTIONAL_COOKIES = ["audience", "advertising"]
    asked = visitor.get("parts/cookies")
    assert 'name="none"' in asked and 'name="all"' in asked
    assert visitor.client.cookies.get("cookies-web") is None
    visitor.post("privacy", none="1")
    assert visitor.client.cookies["cookies-web"].value.startswith("none:")
    assert visitor.get("parts/cookies") == ""


def test_a_choice_is_kept_in_detail_and_can_be_changed(visitor, settings):
    settings.COMPTOIR_WEB_OPTIONAL_COOKIES = ["audience", "advertising"]
    page = visitor.post("privacy", audience="on", made_up="on")
    assert "Your choice is saved." in page and page.count(" checked") == 1
    assert visitor.client.cookies["cookies-web"].value.startswith("audience:")
    assert " checked" not in visitor.post("privacy", none="1")


def test_the_choice_never_leads_to_another_house(visitor, settings):
    settings.COMPTOIR_WEB_OPTIONAL_COOKIES = ["audience"]
    said = {"all": "1", "next": "https://evil.example/"}
    assert visitor.client.post(visitor.base + "privacy", said)["Location"] == "/web/en/privacy?saved=1"


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_words_are_refused_or_shown_as_words_in_every_form(visitor, hostile):
    """No answer is an error of the server, and none has the words as anything but text."""
    visitor.put_in()
    forms = {
        "basket/add": {"sku": hostile, "quantity": hostile},
        "basket/voucher": {"code": hostile},
        "checkout/begin": {},
        "checkout/contact": {"email": hostile, "name": hostile, "phone": hostile},
        "orders": {"link": hostile},
        "account/login/code/": {"email": hostile, "phone": hostile, "next": hostile},
        "account/login/": {"login": hostile, "password": hostile},
        "privacy": {"next": hostile},
    }
    for path, said in forms.items():
        page = visitor.post(path, **said)
        assert visitor.status < 500, path
        assert "<script>alert" not in page and "<img src=x" not in page, path
    visitor.post("checkout/contact", **CAMILLE)
    address = {"street": hostile, "postcode": hostile, "city": hostile, "country": hostile}
    for said in (
        {"way": "ship", **address},
        {"way": "collect", "near": hostile, "shop": hostile, "lat": hostile, "lon": hostile},
        {"way": "relay", "near-relay": hostile, "point": hostile},
        {"way": hostile, "own": hostile},
    ):
        page = visitor.post("checkout/delivery", **said)
        assert visitor.status < 500, said["way"]
        assert "<script>alert" not in page and "<img src=x" not in page, said["way"]
    for path in (
        "checkout/back/" + hostile[:200].replace("\0", ""),
        "orders/" + hostile[:20].replace("/", ""),
    ):
        visitor.follow(visitor.base + path.replace("%", "").replace("?", "").replace("#", ""))
        assert visitor.status < 500, path
    visitor.post("checkout/pay", total=hostile, key=hostile, payment=hostile)
    assert visitor.status < 500
