"""The provider's notice before the customer is back, after, twice, never, and too late: an order or the money, never both
and never neither. Source: docs/algorithms/checkout.md, rules 4 and 5."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client

from comptoir.base import clock
from comptoir.checkout.finishing import end_unpaid
from comptoir.checkout.models import Checkout
from comptoir.conf import conf
from comptoir.orders.models import Order
from comptoir.payments.audit import differences
from comptoir.payments.checking import settle_payments
from comptoir.payments.models import Notice, Payment
from comptoir.stock.audit import differences as stock_differences
from comptoir.stock.models import Hold, Level
from comptoir.stock.services import receive_stock
from comptoir.testing.calling import Customer
from comptoir.testing.racing import STRESS, run_together
from comptoir.testing.selling import Till
from comptoir_testpay.models import Deed
from comptoir_testpay.sending import send_due

pytestmark = pytest.mark.timeout(120 * STRESS)


class Payer(Customer):
    """A customer who stands before the gateway's page, about to press a button."""

    def __init__(self, till: Till) -> None:
        super().__init__("web", Client())
        till.web.extensions = ["testpay"]
        till.web.save()
        self.shop = till.shop
        self.path = self.begin("MARIN-S")
        begun = self.pay(self.path, self.choose(self.path, payment="testpay")["total"])
        self.page = urlsplit(begun["payment"]["step"]["url"]).path

    def press(self, choice: str) -> None:
        self.client.post(self.page, {"choice": choice})

    def come_back(self) -> str:
        """The state of the checkout, or the code of a refusal."""
        answer = self.post(f"{self.path}/finish")
        return answer["state"] if self.status == 200 else answer["code"]

    def wait(self, **time: int):
        """A moment later, with everything done that a worker does until then."""
        return clock.moved_to(clock.now() + timedelta(**time))

    def let_work(self) -> None:
        for _round in range(3):
            send_due()
            self.shop.settle()
            settle_payments()

    def outcome(self) -> str:
        """``order`` or ``back``; everything else is a fault."""
        with self.wait(hours=5):
            end_unpaid()
            self.let_work()
            assert differences(grace_minutes=0) == []
        assert stock_differences() == []
        uuid = self.path.split("/")[1]
        payment = Payment.objects.get(reference=f"checkout:{uuid}")
        order = Order.objects.filter(reference=payment.reference).first()
        held = Hold.objects.filter(state="allocated", document=order.number if order else "nothing")
        if order:
            assert (payment.fate, payment.order_id, payment.secured) == ("order", order.pk, order.total)
            assert Checkout.objects.get(uuid=uuid).order_id == order.pk
            assert [one.quantity for one in held] == [1]
            return "order"
        assert (payment.fate, payment.order_id, payment.secured) == ("back", None, 0)
        assert Checkout.objects.get(uuid=uuid).state == "ended"
        return "back"


@pytest.fixture
def payer(till) -> Payer:
    return Payer(till)


@pytest.mark.django_db
class TestOneAfterTheOther:
    """Each with the same customer, who buys one shirt."""

    def test_a_notice_before_the_customer_is_back_places_the_order(self, payer):
        payer.press("pays")
        payer.let_work()
        number = Order.objects.get().number
        assert payer.come_back() == "placed"
        assert (payer.outcome(), Order.objects.get().number) == ("order", number)

    def test_a_notice_after_the_customer_is_back_places_the_order(self, payer):
        payer.press("late")
        assert payer.come_back() == "paying"
        with payer.wait(seconds=21):
            payer.let_work()
            assert Order.objects.count() == 1
        assert payer.outcome() == "order"

    def test_a_notice_that_comes_twice_places_one_order(self, payer):
        payer.press("twice")
        payer.let_work()
        assert (Notice.objects.count(), Order.objects.count()) == (1, 1)
        assert payer.outcome() == "order"

    def test_a_notice_that_never_comes_is_not_needed_by_who_comes_back(self, payer):
        payer.press("lost")
        assert payer.come_back() == "placed"
        assert (payer.outcome(), Notice.objects.count()) == ("order", 0)

    def test_who_neither_comes_back_nor_is_told_of_by_a_notice_gets_the_goods_all_the_same(self, payer):
        payer.press("lost")
        with payer.wait(minutes=2):
            payer.let_work()
        assert (payer.outcome(), Notice.objects.count()) == ("order", 0)

    def test_a_refusal_and_a_second_try_is_one_order(self, payer):
        payer.press("refuses")
        assert payer.come_back() == "paying"
        payer.press("pays")
        payer.let_work()
        assert payer.outcome() == "order"
        assert Deed.objects.filter(kind="captured").count() == 1

    def test_a_notice_after_the_holds_have_ended_places_the_order_if_the_goods_are_still_there(self, payer):
        with payer.wait(minutes=conf.PAYMENT_MINUTES - 1):
            assert not Hold.objects.live(clock.now()).exists()
            payer.press("pays")
            payer.let_work()
            assert Order.objects.count() == 1
        assert payer.outcome() == "order"

    @pytest.mark.parametrize("choice", ["pays", "twice", "lost"])
    def test_a_notice_after_the_holds_have_ended_and_others_took_the_goods_gives_the_money_back(
        self, payer, till, choice
    ):
        with payer.wait(minutes=conf.PAYMENT_MINUTES - 1):
            other = Customer("web", Client())
            other.post("baskets", {"lines": [{"sku": "MARIN-S", "quantity": 10}]})
            assert other.status == 201
            payer.press(choice)
            if choice != "lost":
                payer.let_work()
            came = payer.come_back()
        assert came == ("goods_gone" if choice == "lost" else "ended")
        assert payer.outcome() == "back"
        assert Level.objects.get(variant=till.small).allocated == 0

    def test_a_notice_after_the_checkout_ended_gives_the_money_back(self, payer):
        with payer.wait(minutes=conf.PAYMENT_MINUTES + 1):
            assert end_unpaid() == 1
            payer.press("pays")
            assert Payment.objects.get().authorised > 0
            assert payer.come_back() == "ended"
        assert payer.outcome() == "back"

    def test_who_never_pays_has_neither(self, payer):
        assert payer.come_back() == "paying"
        assert (payer.outcome(), Deed.objects.count()) == ("back", 0)


# --- at once, on committed rows --------------------------------------------------------------------------------------


@pytest.fixture
def open_till(open_shop) -> Till:
    return Till(open_shop)


def test_a_notice_the_customers_return_and_the_end_of_the_checkout_at_once_are_an_order_or_the_money(
    open_till,
):
    outcomes, rounds = set(), 5 * STRESS
    receive_stock(variant=open_till.small, location=open_till.nantes, quantity=rounds)
    for round_ in range(rounds):
        payer = Payer(open_till)
        payer.press("lost" if round_ % 2 else "late")
        later = clock.now() + timedelta(minutes=conf.PAYMENT_MINUTES + 1)

        def at_that_moment(job, moment=later):
            with clock.moved_to(moment):
                return job()

        jobs = [end_unpaid, send_due, payer.come_back, payer.shop.settle, settle_payments, payer.come_back]
        run_together([lambda job=job: at_that_moment(job) for job in jobs], workers=len(jobs))
        outcomes.add(payer.outcome())
    assert outcomes <= {"order", "back"}
