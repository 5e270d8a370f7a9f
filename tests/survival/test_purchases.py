"""Many shoppers at once, each the whole way from a basket to a paid order, on three channels and two servers.

``make stress`` runs them at full size. What is asserted afterwards: docs/algorithms/checkout.md, rules 4 and 5.
"""

import http.client
import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from uuid import uuid4

import pytest

from comptoir.orders.models import Order
from comptoir.payments.models import Payment
from comptoir.stock.models import Level
from comptoir.testing.racing import STRESS
from tests.survival.books import check_books, come_to_an_end, sold
from tests.survival.servers import Servers, Worker, all_at_once, send
from tests.survival.shoppers import Shopper, new_product

pytestmark = pytest.mark.timeout(120 * STRESS)

SHOPPERS, PIECES = (200, 50) if STRESS > 1 else (60, 15)


@pytest.fixture
def worker(servers) -> Iterator[Worker]:
    """Hears of payments at the same time as customers come back."""
    running = Worker(servers.database)
    yield running
    running.kill()


def test_shoppers_buy_the_last_ones_the_whole_way_and_each_is_sold_once(shop_at_work, servers, worker):
    product = new_product(shop_at_work, PIECES)

    answers = all_at_once([lambda n=n: Shopper(servers, n).buy(product.sku) for n in range(SHOPPERS)])

    assert Counter(answer.status for answer in answers) == {200: PIECES, 409: SHOPPERS - PIECES}
    assert {answer.tries for answer in answers} == {1}
    refusals = {answer.body["code"] for answer in answers if answer.status == 409}
    assert refusals == {"out_of_stock"}
    states = Counter(answer.body["state"] for answer in answers if answer.status == 200)
    assert set(states) <= {"placed", "paying"}  # those who never came back were still paying
    worker.kill()
    come_to_an_end(shop_at_work)
    assert (sold(product), Order.objects.filter(lines__variant=product).count()) == (PIECES, PIECES)
    level = Level.objects.get(variant=product)
    assert (level.on_hand, level.allocated, level.held) == (PIECES, PIECES, 0)
    check_books()


# --- the same key fifty times, with connections that are cut -----------------------------------------------------------


def pay_and_hang_up(port: int, path: str, body: dict, key: str) -> None:
    """Send it, and cut the connection before, while or just after the shop works on it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Content-Type": "application/json", "Idempotency-Key": key}
    connection.request("POST", path, json.dumps(body), headers)
    time.sleep(random.choice([0, 0.01, 0.1]))
    connection.close()


def impatient(servers: Servers, path: str, body: dict, key: str):
    """Somebody who hangs up up to two times, and then waits for the answer."""

    def send_three_times():
        for _time in range(random.randrange(3)):
            pay_and_hang_up(random.choice(servers.running).port, path, body, key)
        return send(random.choice(servers.running).port, "POST", path, body, key=key)

    return send_three_times


@pytest.mark.parametrize("shopper", [0, 9], ids=["in the shop", "at the gateway"])
def test_the_same_key_fifty_times_with_cut_connections_is_one_order_and_fifty_equal_answers(
    shop_at_work, servers, shopper
):
    product = new_product(shop_at_work, 100)
    who = Shopper(servers, shopper)
    opened = who.ask("POST", "baskets", {"lines": [{"sku": product.sku, "quantity": 1}]})
    path, total = who.choose(opened.body["token"])
    address, key = f"/api/v1/{who.channel}/{path}/pay", str(uuid4())

    answers = all_at_once([impatient(servers, address, {"total": total}, key) for _ in range(50)])

    assert {(answer.status, answer.content) for answer in answers} == {(200, answers[0].content)}
    payment = Payment.objects.get(reference=f"checkout:{path.split('/')[1]}")
    assert answers[0].body["payment"]["id"] == str(payment.uuid)
    if not who.pays_in_shop:
        who.press_buttons(answers[0])
        back = all_at_once([lambda: who.ask("POST", f"{path}/finish") for _ in range(10)])
        assert {(answer.status, answer.content) for answer in back} == {(200, back[0].content)}
    assert Order.objects.filter(lines__variant=product).count() == 1
    come_to_an_end(shop_at_work)
    check_books()
