"""Two workers at once, with real threads on PostgreSQL."""

import threading
import time

from comptoir.base import clock
from comptoir.messaging.models import Message
from comptoir.messaging.sending import send_messages
from comptoir.messaging.services import write_messages
from comptoir.messaging.tasks import mail_forever
from comptoir.orders.models import Order
from comptoir.testing.racing import run_together
from tests.core.messaging.conftest import EMAIL


def test_the_loop_of_the_worker_sends_what_waits_and_stops_when_told(open_shop, moody):
    service, stop = moody("sends"), threading.Event()
    order = Order.objects.create(
        number="TEST-1", reference="checkout:1", channel=open_shop.channel("web"), locale="fr",
        currency="EUR", tax=0, total=50, placed_at=clock.now(), email=EMAIL,
    )  # fmt: skip

    def wait_for_it():
        until = time.monotonic() + 30
        while not service.sent and time.monotonic() < until:
            time.sleep(0.05)
        stop.set()

    write_messages("order_placed", [order.pk])
    results = run_together([lambda: mail_forever(stop), wait_for_it], workers=2)
    assert results == [None, None]
    assert Message.objects.get().state == "sent"


def test_two_workers_send_each_message_once(open_shop, moody):
    service = moody("sends")
    channel = open_shop.channel("web")
    for number in range(30):
        order = Order.objects.create(
            number=f"TEST-{number}", reference=f"checkout:{number}", channel=channel, locale="fr",
            currency="EUR", tax=0, total=50, placed_at=clock.now(), email=EMAIL,
        )  # fmt: skip
        write_messages("order_placed", [order.pk])

    def work():
        return sum(iter(send_messages, 0))

    def told_again():
        write_messages("order_placed", Order.objects.values_list("pk", flat=True))

    results = run_together([work, work, told_again, told_again], workers=4)
    work()
    assert not [one for one in results if isinstance(one, Exception)]
    assert len(service.sent) == len({letter.reference for letter in service.sent}) == 30
    assert set(Message.objects.values_list("state", "tries")) == {("sent", 1)}
