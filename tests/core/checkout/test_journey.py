"""From an empty basket to goods in the customer's hands, and a part of the money back, over HTTP."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from comptoir.base import clock
from comptoir.checkout.cancelling import cancel_with_parcels
from comptoir.checkout.plugin import on_parcel_expired
from comptoir.customers.models import User
from comptoir.events.models import Event
from comptoir.fulfilment.models import DeliveryMethod, LocationSettings, Parcel
from comptoir.fulfilment.parcels import expire_uncollected
from comptoir.fulfilment.refusals import reject_pieces
from comptoir.fulfilment.services import set_up_location
from comptoir.orders.models import Order
from comptoir.orders.services import MoveNotAllowed
from comptoir.payments.checking import settle_payments
from comptoir.payments.models import Payment
from comptoir.payments.services import capture_payment
from comptoir.stock.models import Level
from comptoir.testing.calling import CONTACT, Caller, Customer

pytestmark = pytest.mark.django_db
HOME = {"street": "3 rue Crébillon", "postcode": "44000", "city": "Nantes", "country": "FR"}


class Staff(Caller):
    """Somebody of the shop in Nantes, with everything on the screen: ``staff/…``."""

    def __init__(self) -> None:
        super().__init__("staff")
        user = User.objects.create_superuser("chef@aubelaine.example", "a-long-password")
        self.client.force_login(user)

    def step(self, number: str, verb: str, **said: object) -> dict:
        answer = self.post(f"fulfilment/parcels/{number}/{verb}", said)
        assert self.status == 200, answer
        return answer


class Story:
    """One order, seen by its customer with the link, and by the staff."""

    def __init__(self, till, shop, web, placed) -> None:
        self.shop, self.web, self.staff = shop, web, Staff()
        assert placed["state"] == "placed", placed
        self.number, self.token = placed["order"]["number"], placed["order"]["token"]

    def settle(self) -> None:
        """The worker does what waits: events, and what providers have to be told."""
        for _round in range(3):
            self.shop.settle()
            settle_payments()

    def seen(self) -> dict:
        self.settle()
        return self.web("GET", f"orders/{self.number}", **{"X-Order-Token": self.token})

    def cancel(self) -> dict:
        return self.web.post(f"orders/{self.number}/cancel", {}, **{"X-Order-Token": self.token})

    @property
    def order(self) -> Order:
        return Order.objects.get(number=self.number)

    def parcel(self) -> Parcel:
        return Parcel.objects.get(order__number=self.number)

    def make_ready(self, *skus: str) -> str:
        number = self.parcel().number
        for sku in skus:
            self.staff.step(number, "pick", scanned=sku)
        self.staff.step(number, "pack")
        self.staff.step(number, "ready")
        return number


@pytest.fixture
def tell(till, shop, web):
    return lambda placed: Story(till, shop, web, placed)


def pay_at_the_gateway(web, path: str, total: dict) -> dict:
    """Choose “pays” on the page of the test gateway, and come back."""
    begun = web.pay(path, total)
    assert (web.status, begun["payment"]["step"]["kind"]) == (200, "redirect"), begun
    page = urlsplit(begun["payment"]["step"]["url"]).path
    assert web.client.post(page, {"choice": "pays"}).status_code == 302
    return web.post(f"{path}/finish")


def on_hand(variant, place) -> tuple[int, int]:
    level = Level.objects.get(variant=variant, location=place)
    return level.on_hand, level.allocated


def test_paid_at_the_gateway_prepared_collected_with_the_code_and_refunded_in_part(till, web, tell):
    till.web.extensions = ["testpay"]
    till.web.save()
    path = web.begin("MARIN-S", "MARIN-M")
    total = web.choose(path, payment="testpay")["total"]
    story = tell(pay_at_the_gateway(web, path, total))
    seen = story.seen()
    assert (seen["state"], seen["money"]["captured"]["amount"]) == ("placed", "99.80")
    [parcel] = seen["parcels"]
    assert (parcel["state"], parcel["location"], parcel["code"]) == ("waiting", "nantes", None)

    story.staff.step(parcel["number"], "pick", scanned="MARIN-S")
    assert story.seen()["state"] == "preparing"
    story.make_ready("MARIN-M")
    ready = story.seen()
    assert (ready["state"], ready["parcels"][0]["state"]) == ("ready", "ready")

    shown = story.staff.get(f"orders/{story.number}")
    assert shown["parcels"][0]["code"] is None
    wrong = story.staff.post(f"fulfilment/parcels/{parcel['number']}/collect", {"code": "XXX-XXX"})
    assert (story.staff.status, wrong["code"]) == (422, "wrong_collection_code")
    story.staff.step(parcel["number"], "collect", code=ready["parcels"][0]["code"])
    assert story.seen()["state"] == "done"
    assert on_hand(till.small, till.nantes) == (9, 0)

    line = seen["lines"][0]["id"]
    refund = {"lines": [{"line": line, "quantity": 1}], "reason": "A seam was open"}
    story.staff.post(f"orders/{story.number}/refunds", refund)
    assert story.staff.status == 201
    money = {name: one["amount"] for name, one in story.seen()["money"].items()}
    assert money == {"captured": "99.80", "refunded": "49.90", "due": "0.00", "due_later": "0.00"}
    moves = [(one.becomes, one.actor.email) for one in story.order.history.filter(what="moved")]
    assert moves == [(state, "chef@aubelaine.example") for state in ("preparing", "ready", "done")]


def test_what_is_sent_home_has_its_address_and_is_done_when_the_carrier_has_it(till, web, tell):
    till.web.extensions = ["testpay"]
    till.web.save()
    path = web.begin("MARIN-S")
    total = web.choose(path, payment="testpay", delivery={"key": "domicile", "address": HOME})["total"]
    story = tell(pay_at_the_gateway(web, path, total))
    parcel = story.parcel()
    assert (parcel.destination, parcel.recipient["street"], parcel.recipient["name"]) == (
        None, HOME["street"], CONTACT["name"],
    )  # fmt: skip
    assert parcel.due_at > clock.now()
    story.staff.step(parcel.number, "pick", scanned="MARIN-S")
    story.staff.step(parcel.number, "pack")
    story.staff.step(parcel.number, "hand-over", tracking="6A123")
    seen = story.seen()
    assert (seen["state"], seen["parcels"][0]["tracking"]) == ("done", "6A123")


def test_what_is_carried_out_is_done_at_once(till, shop, tell):
    DeliveryMethod.objects.create(code="emporte", kind="carry_out", name="Emporté")
    shop.channel("store", locations=[till.nantes])
    shop.settle()
    counter = Customer("store")
    story = Story(till, shop, counter, counter.buy("MARIN-S", delivery={"key": "emporte:nantes"}))
    assert story.seen()["state"] == "done"
    assert on_hand(till.small, till.nantes) == (9, 0)


def test_a_customer_cancels_and_the_parcel_is_not_prepared(till, web, tell):
    story = tell(web.buy("MARIN-S"))
    assert story.cancel()["state"] == "cancelled"
    assert story.parcel().state == "cancelled"
    assert on_hand(till.small, till.nantes) == (10, 0)
    assert story.seen()["money"]["due"]["amount"] == "0.00"


def test_a_customer_cannot_cancel_what_is_being_prepared_but_the_shop_can(till, web, tell):
    story = tell(web.buy("MARIN-S", "MARIN-M"))
    story.staff.step(story.parcel().number, "pick", scanned="MARIN-S")
    refused = story.cancel()
    assert (web.status, refused["code"]) == (409, "order_state")
    assert story.order.state == "placed"

    cancel_with_parcels(order_id=story.order.pk)
    assert (story.order.state, story.parcel().state) == ("cancelled", "cancelled")
    assert on_hand(till.small, till.nantes) == on_hand(till.medium, till.nantes) == (10, 0)


def test_a_cancelled_line_leaves_its_parcel_and_the_rest_is_prepared(till, web, tell):
    story = tell(web.buy("MARIN-S", "MARIN-M"))
    small = story.order.lines.get(sku="MARIN-S")
    story.staff.post(f"orders/{story.number}/cancel", {"lines": [{"line": small.pk, "quantity": 1}]})
    assert story.staff.status == 200
    story.make_ready("MARIN-M")
    seen = story.seen()
    assert (seen["state"], seen["money"]["due"]["amount"]) == ("ready", "49.90")
    assert on_hand(till.small, till.nantes) == (10, 0)


def test_pieces_packed_with_others_are_not_cancelled(till, web, tell):
    story = tell(web.buy("MARIN-S", "MARIN-M"))
    story.make_ready("MARIN-S", "MARIN-M")
    small = story.order.lines.get(sku="MARIN-S")
    refused = story.staff.post(
        f"orders/{story.number}/cancel", {"lines": [{"line": small.pk, "quantity": 1}]}
    )
    assert (story.staff.status, refused["code"]) == (409, "nothing_to_reject")
    assert story.order.lines.get(pk=small.pk).cancelled == 0
    assert on_hand(till.small, till.nantes) == (10, 1)


def test_what_nobody_collects_is_cancelled_and_its_money_goes_back_once(till, web, tell):
    till.web.extensions = ["testpay"]
    till.web.save()
    path = web.begin("MARIN-S")
    story = tell(pay_at_the_gateway(web, path, web.choose(path, payment="testpay")["total"]))
    story.make_ready("MARIN-S")
    story.settle()
    with clock.moved_to(clock.now() + timedelta(days=8)):
        assert expire_uncollected() == 1
        seen = story.seen()
        on_parcel_expired([*Event.objects.filter(type="parcel_expired")])  # told twice
    assert (seen["state"], seen["money"]["refunded"]["amount"]) == ("cancelled", "49.90")
    assert story.order.refund_requests.count() == 1
    assert on_hand(till.small, till.nantes) == (10, 0)


def test_what_no_shop_can_give_is_paid_back_and_the_rest_goes_on(till, web, tell):
    story = tell(web.buy("MARIN-S", "MARIN-M"))
    small = story.order.lines.get(sku="MARIN-S")
    reject_pieces(parcel=story.parcel(), order_line_id=small.pk, quantity=1, reason="missing")
    story.make_ready("MARIN-M")
    seen = story.seen()
    assert (seen["state"], seen["lines"][0]["cancelled"], seen["money"]["due"]["amount"]) == (
        "ready", 1, "49.90",
    )  # fmt: skip
    [request] = story.order.refund_requests.all()
    assert (str(request.amount), request.reason) == ("49.900", "rejected")


def test_an_order_that_waits_for_its_transfer_has_no_parcel_until_the_money_is_there(
    till, web, tell, settings
):
    settings.COMPTOIR_BANK_IBAN = "FR7630006000011234567890189"
    story = tell(web.buy("MARIN-S", payment="transfer"))
    story.settle()
    assert not Parcel.objects.exists()
    capture_payment(payment=Payment.objects.get(), key="statement-17")
    assert story.seen()["state"] == "placed"
    assert story.parcel().state == "waiting"


def test_a_shop_that_works_by_times_needs_one(till, web, tell):
    set_up_location(location=till.nantes, slot_minutes=60, slot_capacity=1)
    path = web.begin("MARIN-S")
    answer = web("PATCH", path, {"delivery": {"key": "retrait:nantes"}})
    assert (web.status, answer["code"], answer["errors"][0]["field"]) == (
        409, "no_slot_held", "delivery.slot",
    ), answer  # fmt: skip
    free = web.get("slots?location=nantes")["items"][0]["starts_at"]
    chosen = web.choose(path, delivery={"key": "retrait:nantes", "slot": free})
    story = tell(web.pay(path, chosen["total"]))
    parcel = story.parcel()
    assert parcel.slot.starts_at == parcel.due_at
    assert parcel.slot.taken == 1
    story.cancel()
    parcel.slot.refresh_from_db()
    assert parcel.slot.taken == 0
    assert LocationSettings.objects.get(location=till.nantes).slot_minutes == 60


def test_an_order_of_which_a_part_is_handed_over_cancels_only_the_rest(till, web, tell):
    story = tell(web.buy("MARIN-S", "MARIN-M"))
    first = story.parcel().number
    story.staff.step(first, "pick", scanned="MARIN-S")
    story.staff.step(first, "pack", is_partial=True)
    story.staff.step(first, "ready")
    code = story.seen()["parcels"][0]["code"]
    story.staff.step(first, "collect", code=code)
    assert story.seen()["state"] == "preparing"

    cancel_with_parcels(order_id=story.order.pk)
    seen = story.seen()
    assert (seen["state"], [one["cancelled"] for one in seen["lines"]]) == ("done", [0, 1])
    assert seen["money"]["due"]["amount"] == "49.90"
    with pytest.raises(MoveNotAllowed):
        cancel_with_parcels(order_id=story.order.pk)
