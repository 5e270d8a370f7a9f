"""The test gateway from the customer's side: what each button of its page does to the shop."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from django.test import Client

from comptoir.base import clock
from comptoir.base.money import Money
from comptoir.channels.queries import channel_context
from comptoir.payments.checking import check_payment, settle_payments
from comptoir.payments.commands import PaymentRefused
from comptoir.payments.models import Notice, Payment
from comptoir.payments.services import capture_payment, refund_payment, start_payment, void_payment
from comptoir_testpay.gateway import CODE
from comptoir_testpay.models import Deed, Message, Sale
from comptoir_testpay.sending import SIGNATURE, send_due, signature

ROOT = Path(__file__).parents[3]


def eur(amount):
    return Money(Decimal(amount), "EUR")


class Customer:
    """Somebody with a browser, on the page of the gateway."""

    def __init__(self, shop, locale="en"):
        shop.channel("web", extensions=["testpay"])
        self.payment = start_payment(
            channel=channel_context("web"),
            provider="testpay",
            reference="checkout:1",
            amount=eur("49.90"),
            key="once",
            locale=locale,
            return_url="https://shop.example/checkout?step=paid",
        )
        self.page = "/" + self.payment.step["url"].split("/", 3)[3]
        self.browser = Client()

    def reads(self):
        return self.browser.get(self.page).content.decode()

    def presses(self, choice):
        return self.browser.post(self.page, {"choice": choice})

    def types(self, code):
        return self.browser.post(self.page, {"code": code})

    @property
    def state(self):
        self.payment.refresh_from_db()
        return self.payment.state


@pytest.fixture
def customer(shop):
    return Customer(shop)


def test_the_page_says_what_is_paid_and_that_no_money_moves(customer):
    page = customer.reads()

    assert "€49.90" in page
    assert "No money moves here." in page
    assert '<html lang="en">' in page


def test_the_page_speaks_french(shop):
    page = Customer(shop, locale="fr").reads()

    assert '<html lang="fr">' in page
    assert "49,90\xa0€" in page
    assert "Aucun argent ne circule ici." in page


def test_paying_sends_the_customer_back_and_tells_the_shop(customer):
    answer = customer.presses("pays")

    assert answer.status_code == 302
    assert answer["Location"] == f"https://shop.example/checkout?step=paid&payment={customer.payment.uuid}"
    assert customer.state == "authorised"
    assert Message.objects.get().answer == "handed over"


def test_pressing_twice_pays_once(customer):
    customer.presses("pays")
    customer.presses("pays")

    assert Deed.objects.count() == customer.payment.entries.count() == 1


def test_a_refused_customer_reads_why_and_can_try_again(customer):
    answer = customer.presses("refuses")

    assert 'role="alert"' in answer.content.decode()
    assert customer.state == "failed"
    customer.presses("pays")
    assert customer.state == "authorised"


def test_strong_authentication_asks_for_the_code(customer):
    assert "Confirm that it is you" in customer.presses("challenge").content.decode()
    assert customer.state == "waiting"

    assert "This was not the code" in customer.types("000000").content.decode()
    assert customer.state == "failed"
    customer.presses("challenge")
    customer.types(CODE)

    assert customer.state == "authorised"


def test_a_late_answer_comes_after_the_customer_is_back(customer):
    customer.presses("late")

    assert check_payment(customer.payment).state == "waiting"
    with clock.moved_to(clock.now() + timedelta(seconds=21)):
        assert send_due() == 1

    assert customer.state == "authorised"


def test_notifying_twice_counts_once(customer):
    customer.presses("twice")

    assert (customer.state, Notice.objects.count(), customer.payment.entries.count()) == ("authorised", 1, 1)


def test_a_lost_notification_is_made_up_for_by_asking(customer):
    customer.presses("lost")
    assert customer.state == "waiting"

    with clock.moved_to(clock.now() + timedelta(minutes=2)):
        settle_payments()

    assert customer.state == "authorised"


def test_money_is_captured_refunded_and_let_go(customer):
    customer.presses("pays")
    payment = customer.payment

    capture_payment(payment=payment, amount=eur("40.00"), key="capture")
    refund_payment(payment=payment, amount=eur("15.00"), key="refund")
    void_payment(payment=payment, key="void")

    payment.refresh_from_db()
    assert (payment.captured, payment.refunded, payment.voided) == (
        Decimal("40"),
        Decimal("15"),
        Decimal("9.9"),
    )


def test_nobody_pays_what_the_shop_has_cancelled(customer):
    void_payment(payment=customer.payment, key="void")

    customer.presses("pays")

    assert "cancelled by the shop" in customer.reads()
    assert not Deed.objects.exists()


def test_a_payment_that_was_just_made_is_not_cancelled(customer):
    customer.presses("lost")

    with pytest.raises(PaymentRefused):
        void_payment(payment=customer.payment, key="void")

    assert check_payment(customer.payment).state == "authorised"


# --- its notices -----------------------------------------------------------------------------------------------------


def send(body, said):
    answer = Client().post(
        "/api/v1/web/payments/notices/testpay",
        body,
        content_type="application/json",
        headers={SIGNATURE: said},
    )
    return answer.status_code, json.loads(answer.content)["code"]


def test_forged_and_old_notices_are_refused(customer):
    body = json.dumps({"id": "m", "payment": str(customer.payment.uuid), "facts": []}).encode()
    with clock.moved_to(clock.now() - timedelta(minutes=6)):
        old = signature(body)

    assert send(body, signature(b"something else")) == (400, "notice_forged")
    assert send(body, "") == (400, "notice_forged")
    assert send(body, old) == (400, "notice_stale")
    assert Notice.objects.count() == 0


def test_a_notice_really_goes_over_http(customer, settings):
    heard = []

    class Shop(BaseHTTPRequestHandler):
        def do_POST(self):
            heard.append(
                (self.path, self.headers[SIGNATURE], self.rfile.read(int(self.headers["Content-Length"])))
            )
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Shop) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        settings.COMPTOIR_TESTPAY_SERVER = f"http://127.0.0.1:{server.server_port}"
        customer.presses("twice")
        server.shutdown()

    assert [path for path, _said, _body in heard] == ["/api/v1/web/payments/notices/testpay"] * 2
    assert json.loads(heard[0][2])["payment"] == str(customer.payment.uuid)
    assert Message.objects.get().answer == "200"


# --- where it runs ---------------------------------------------------------------------------------------------------


def test_its_pages_are_there_only_where_it_is_on(customer, shop):
    shop.channel("app")
    token = Sale.objects.get().token

    assert Client().get(f"/api/v1/app/testpay/pay/{token}").status_code == 404
    assert Client().get("/api/v1/web/testpay/pay/guessed").status_code == 404
    assert Payment.objects.count() == 1


def test_a_shop_that_sells_does_not_start_with_it():
    environment = {**os.environ, "COMPTOIR_PLUGINS": "store,testpay", "SECRET_KEY": "only-for-this"}
    environment["DJANGO_SETTINGS_MODULE"] = "comptoir_site.settings.base"

    started = subprocess.run(
        [sys.executable, ROOT / "manage.py", "check"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert started.returncode != 0
    assert "Plugin 'testpay' takes no real money and runs in demos and tests only." in started.stderr
