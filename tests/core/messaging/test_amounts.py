"""What e-mails say of money, in both languages and both parts: what was paid, what is to be paid and when, and the link."""

import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from comptoir import messaging
from comptoir.base import clock
from comptoir.checkout.finishing import end_unpaid
from comptoir.messaging.models import Message
from comptoir.messaging.services import send_again
from comptoir.orders.links import follow_link
from comptoir.orders.models import Order
from tests.core.checkout.test_additions import TWO, Buyer, nina

__all__ = ["nina"]

pytestmark = pytest.mark.django_db

TEMPLATES = Path(messaging.__file__).parent / "templates/messages"
LATER = {"en": "To be paid in the shop, when you come", "fr": "À régler en boutique, à votre venue"}
NOW = {"en": "Paid with the order", "fr": "Réglé avec la commande"}
AMOUNTS = {
    "en": {"49.90": "€49.90", "30.00": "€30.00", "24.90": "€24.90", "99.80": "€99.80", "154.70": "€154.70"},
    "fr": {
        "49.90": "49,90\xa0€", "30.00": "30,00\xa0€", "24.90": "24,90\xa0€", "99.80": "99,80\xa0€",
        "154.70": "154,70\xa0€",
    },
}  # fmt: skip


def parts(mail):
    return mail.body, mail.alternatives[0].content


@pytest.fixture(params=["en", "fr"])
def locale(request):
    return request.param


def test_an_order_that_is_paid_at_the_counter_says_how_much_and_where(placed, post, locale):
    placed(locale)
    [mail] = post()
    for text in parts(mail):
        assert LATER[locale] in text and AMOUNTS[locale]["49.90"] in text
        assert NOW[locale] not in text


def test_an_order_with_a_deposit_says_what_was_paid_and_what_is_due_later(till, post, locale):
    buyer = Buyer(till)
    Order.objects.update(due_later=Decimal("30.00"), locale=locale)
    buyer.order.lines.update(due_later=Decimal("30.00"))
    send_again(message=Message.objects.get(kind="order_placed"))
    for text in parts(post()[-1]):
        assert NOW[locale] in text and AMOUNTS[locale]["24.90"] in text
        assert LATER[locale] in text and AMOUNTS[locale]["30.00"] in text


def test_an_order_that_is_paid_speaks_of_nothing_to_pay(till, post, locale):
    buyer = Buyer(till)
    Order.objects.update(locale=locale)
    send_again(message=Message.objects.get(kind="order_placed"))
    for text in parts(post()[-1]):
        assert LATER[locale] not in text and NOW[locale] not in text
        assert follow_link(Order.objects.get()) in text and buyer.order.number in text


def test_goods_that_are_added_are_told_with_number_amount_and_link(till, nina, post, locale, mailoutbox):
    buyer = Buyer(till)
    Order.objects.update(locale=locale)
    order = Order.objects.get()
    link = nina.post(f"orders/{order.number}/goods", TWO)["addition"]["link"]
    asked = post()[-1]
    buyer.pay_addition()
    added = mailoutbox[-1]
    assert order.number in asked.subject and order.number in added.subject
    for text in parts(asked):
        assert link in text and AMOUNTS[locale]["99.80"] in text and order.number in text
    for text in parts(added):
        assert follow_link(order) in text and AMOUNTS[locale]["154.70"] in text


def test_goods_that_nobody_paid_are_told_with_the_order_that_stands(till, nina, post, locale, mailoutbox):
    buyer = Buyer(till)
    Order.objects.update(locale=locale)
    order = Order.objects.get()
    nina.post(f"orders/{order.number}/goods", TWO)
    with clock.moved_to(clock.now() + timedelta(hours=25)):
        end_unpaid()
        buyer.work()
    over = mailoutbox[-1]
    assert order.number in over.subject
    for text in parts(over):
        assert follow_link(order) in text and order.number in text


def test_french_messages_have_narrow_spaces_before_their_signs():
    for path in sorted(TEMPLATES.glob("*.fr.*")):
        wide = re.findall(r"\S*[ \u00a0][:;!?»](?=[ \n<])", path.read_text())
        assert not wide, f"{path.name}: {wide}"
