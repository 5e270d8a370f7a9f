"""Logging in, and what a customer can see, take away and erase."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from comptoir.baskets.models import Basket
from comptoir.customers.models import Consent, User
from comptoir.orders.models import Order
from comptoir.testing.selling import nothing_counted
from comptoir_web.tests.test_buying import Visitor, till, visitor

__all__ = ["nothing_counted", "till", "visitor"]

pytestmark = pytest.mark.django_db
EMAIL = "camille@example.org"


def log_in(visitor: Visitor, email: str = EMAIL) -> str:
    """By the code that is sent; opens the account first if there is none."""
    is_new = not User.objects.filter(email=email).exists()
    visitor.post("account/signup/" if is_new else "account/login/code/", email=email)
    code = re.search(r"^([A-Z0-9]{4}-[A-Z0-9]{4})$", mail.outbox[-1].body, re.MULTILINE)[1]
    return visitor.post("account/confirm-email/" if is_new else "account/login/code/confirm/", code=code)


def test_an_account_begins_with_a_code_and_opens_with_one(visitor):
    page = log_in(visitor)
    assert visitor.status == 200 and "Your account" in page and EMAIL in page, page
    visitor.post("account/logout/")
    assert "we send you a code" in visitor.follow(visitor.base + "account")
    assert EMAIL in log_in(visitor)
    assert not User.objects.get().has_usable_password()


def test_a_wrong_code_opens_nothing_and_a_mail_names_the_shop(visitor, settings):
    settings.COMPTOIR_SHOP_NAME = "Maison Aubelaine"
    visitor.post("account/signup/", email=EMAIL)
    assert "Maison Aubelaine" in mail.outbox[0].body and "example.com" not in mail.outbox[0].body
    assert "Incorrect code" in visitor.post("account/confirm-email/", code="AAAA-AAAA")
    assert "Log out" not in visitor.follow(visitor.base + "account")


def test_logging_in_speaks_the_language_of_the_page(till):
    page = Visitor(locale="fr").get("account/login/code/")
    assert '<html lang="fr">' in page


def test_after_log_in_one_comes_back_and_never_to_another_house(visitor):
    user = User.objects.create_user(EMAIL, "a-long-password")
    EmailAddress.objects.create(user=user, email=EMAIL, verified=True, primary=True)
    said = {"login": EMAIL, "password": "a-long-password"}
    answer = visitor.client.post(visitor.base + "account/login/", {**said, "next": "https://evil.example/"})
    assert answer["Location"] == "/web/en/account"
    other = Visitor().client.post("/web/en/account/login/", {**said, "next": "/web/en/checkout"})
    assert other["Location"] == "/web/en/checkout"


def test_many_wrong_passwords_are_stopped(visitor):
    User.objects.create_user(EMAIL, "a-long-password")
    for _try in range(6):
        page = visitor.post("account/login/", login=EMAIL, password="wrong-password")
    assert "Too many" in page
    assert visitor.get("account") == ""


def test_the_basket_of_a_guest_becomes_the_customers(visitor):
    visitor.put_in(quantity=2)
    log_in(visitor)
    assert visitor.get("basket/count") == "2"
    assert Basket.objects.get(status="Open").owner.email == EMAIL
    elsewhere = Visitor()
    log_in(elsewhere)
    assert elsewhere.get("basket/count") == "2"


def test_a_basket_of_another_channel_goes_on_here_with_its_goods_held(till, visitor):
    log_in(visitor)
    visitor.put_in()
    Basket.objects.update(channel=till.app)
    assert "You began to shop elsewhere" in visitor.get("account")
    assert "Marin" in visitor.post("account/baskets/app")
    assert Basket.objects.get(status="Open").channel_id == till.web.pk


def test_consents_are_written_down_once_each_time_they_change(visitor):
    log_in(visitor)
    for said in ({"email_news": "on"}, {"email_news": "on"}, {}):
        visitor.post("account/consents", **said)
    rows = [(one.purpose, one.is_given, one.channel) for one in Consent.objects.order_by("pk")]
    assert rows == [("email_news", True, "web"), ("email_news", False, "web")]


def test_addresses_are_the_customers_own(visitor):
    log_in(visitor)
    home = {"street": "3 rue Crébillon", "postcode": "44000", "city": "Nantes", "country": "FR"}
    assert "3 rue Crébillon" in visitor.post("account/addresses", **home)
    visitor.post("account/addresses", **home)
    [number] = set(re.findall(r"account/addresses/(\d+)", visitor.get("account")))
    other = Visitor()
    log_in(other, "leo@example.org")
    other.post(f"account/addresses/{number}")
    assert other.status == 404
    assert "None yet" in visitor.post(f"account/addresses/{number}")


def buy(visitor: Visitor) -> Order:
    visitor.to_payment()
    visitor.pay()
    return Order.objects.get()


def test_what_is_kept_can_be_taken_away(visitor):
    log_in(visitor)
    order = buy(visitor)
    visitor.get("account/export")
    kept = visitor.response.json()
    assert (kept["profile"]["email"], kept["orders"][0]["number"]) == (EMAIL, order.number)
    assert "attachment" in visitor.response["Content-Disposition"]


def test_erasing_waits_for_the_orders_and_keeps_them_without_a_name(visitor):
    log_in(visitor)
    order = buy(visitor)
    assert "Tick this box" in visitor.post("account/erase")
    assert "still on its way" in visitor.post("account/erase", is_sure="on")
    assert User.objects.count() == 1

    visitor.post(f"orders/{order.number}/cancel")
    page = visitor.post("account/erase", is_sure="on")
    assert "Your account is erased." in page
    order.refresh_from_db()
    assert (order.name, order.email, order.user, str(order.total)) == ("", "", None, "49.900")
    assert not User.objects.exists()
    assert "we send you a code" in visitor.follow(visitor.base + "account")


def test_an_account_of_the_staff_is_not_erased_by_its_owner(visitor):
    user = User.objects.create_superuser(EMAIL, "a-long-password")
    visitor.client.force_login(user)
    assert "belongs to the staff" in visitor.post("account/erase", is_sure="on")
    assert User.objects.exists()
