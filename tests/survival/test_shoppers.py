"""Many shoppers over HTTP, on several channels and servers at once, some of which are killed.

``make stress`` runs them at full size. What is asserted afterwards: docs/algorithms/stock.md, rules 1, 2 and 10.
"""

import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Sum

from comptoir.api.models import StoredAnswer
from comptoir.base import clock
from comptoir.baskets.models import Basket, Line
from comptoir.channels.models import Location
from comptoir.stock.audit import differences
from comptoir.stock.models import Hold, Level
from comptoir.stock.queries import availability
from comptoir.stock.services import receive_stock
from comptoir.testing.racing import STRESS
from tests.survival.servers import Servers, all_at_once, send
from tests.survival.shoppers import CHANNELS, new_product

pytestmark = pytest.mark.timeout(120 * STRESS)


def live_pieces(product):
    return (
        Hold.objects.live(clock.now()).filter(level__variant=product).aggregate(n=Sum("quantity"))["n"] or 0
    )


def wants(servers, product, number, quantity=1):
    """A shopper of one of the channels who opens a basket with pieces of a product in it."""
    path = f"/api/v1/{CHANNELS[number % len(CHANNELS)]}/baskets"
    return lambda: servers.ask("POST", path, {"lines": [{"sku": product.sku, "quantity": quantity}]})


def check_fifty_of_two_hundred(product, answers):
    assert Counter(answer.status for answer in answers) == {201: 50, 409: 150}
    refusals = [answer.body for answer in answers if answer.status == 409]
    assert {(refusal["code"], refusal["free"]) for refusal in refusals} == {("out_of_stock", 0)}
    assert all(refusal["errors"][0]["field"].endswith("quantity") for refusal in refusals)
    held = [answer.body for answer in answers if answer.status == 201]
    assert {line["hold"]["state"] for basket in held for line in basket["lines"]} == {"held"}
    assert live_pieces(product) == 50
    assert availability([product.pk])[product.pk].free == 0
    assert differences() == []


@pytest.mark.parametrize("_round", range(STRESS))
def test_two_hundred_shoppers_want_the_last_fifty(shop_at_work, servers, _round):
    product = new_product(shop_at_work, 50)

    answers = all_at_once([wants(servers, product, number) for number in range(200)])

    assert {answer.tries for answer in answers} == {1}
    check_fifty_of_two_hundred(product, answers)
    for channel in CHANNELS:
        [told] = servers.ask("GET", f"/api/v1/{channel}/availability?sku={product.sku}").body["items"]
        assert (told["free"], told["state"]) == (0, "in_baskets")


@pytest.mark.parametrize("_round", range(STRESS))
def test_nobody_is_refused_while_ten_or_more_are_free(shop_at_work, servers, _round):
    product = new_product(shop_at_work, 210)
    answers = all_at_once([wants(servers, product, number) for number in range(200)])

    assert Counter(answer.status for answer in answers) == {201: 200}
    assert live_pieces(product) == 200
    assert differences() == []


def test_nobody_is_refused_while_others_come_and_go(shop_at_work, servers):
    """Thirty shoppers who never want more than 90 pieces in all, of 100: ten are always free."""
    product = new_product(shop_at_work, 100)

    def come_and_go(number):
        path = f"/api/v1/{CHANNELS[number % 3]}/baskets"
        opened = servers.ask("POST", path, {"lines": [{"sku": product.sku, "quantity": 1}]})
        statuses = [opened.status]
        token, line = opened.body["token"], opened.body["lines"][0]["id"]
        for _step in range(3 * STRESS):
            pieces = {"quantity": random.randint(1, 3)}
            statuses.append(servers.ask("PATCH", f"{path}/{token}/lines/{line}", pieces).status)
        statuses.append(servers.ask("DELETE", f"{path}/{token}").status)
        return statuses

    answers = all_at_once([lambda n=n: come_and_go(n) for n in range(30)])

    assert Counter(status for statuses in answers for status in statuses).keys() == {200, 201, 204}
    assert live_pieces(product) == 0
    assert (availability([product.pk])[product.pk].free, differences()) == (100, [])


def test_the_same_key_fifty_times_at_once_is_one_basket_and_fifty_equal_answers(shop_at_work, servers):
    product = new_product(shop_at_work, 100)
    key, before = str(uuid4()), Basket.objects.count()
    body = {"lines": [{"sku": product.sku, "quantity": 1}]}

    answers = all_at_once(
        [
            lambda port=servers.running[n % 2].port: send(port, "POST", "/api/v1/web/baskets", body, key=key)
            for n in range(50)
        ]
    )

    assert {(answer.status, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert Counter("Idempotency-Replayed" in answer.headers for answer in answers) == {True: 49, False: 1}
    assert (Basket.objects.count() - before, live_pieces(product)) == (1, 1)


def test_two_baskets_that_want_the_same_two_things_in_opposite_order_both_get_them(shop_at_work, servers):
    goods = [new_product(shop_at_work, 10_000) for _number in range(2)]

    def buy(number):
        path = f"/api/v1/{CHANNELS[number % 3]}/baskets"
        lines = [{"sku": one.sku, "quantity": 1} for one in (goods if number % 2 else goods[::-1])]
        opened = servers.ask("POST", path, {"lines": lines[:1]})
        added = servers.ask("POST", f"{path}/{opened.body['token']}/lines", lines[1])
        return opened.status, added.status, servers.ask("POST", path, {"lines": lines}).status

    answers = all_at_once([lambda n=n: buy(n) for n in range(60)])

    assert set(answers) == {(201, 200, 201)}
    assert [live_pieces(one) for one in goods] == [120, 120]
    assert differences() == []


@pytest.mark.parametrize("size", [6_000_000, 50_000_000])
def test_a_body_that_is_too_large_is_refused_and_the_server_lives_on(servers, size):
    [server, _other] = servers.running
    try:
        answer = send(server.port, "POST", "/api/v1/web/baskets", b" " * size, key=str(uuid4()))
        assert (answer.status, answer.body["code"]) == (413, "too_large")
    except (BrokenPipeError, ConnectionResetError):
        pass  # refused before it was sent: a client that goes on writing does not get to the answer
    assert send(server.port, "GET", "/api/v1/web").status == 200


# --- with servers killed ---------------------------------------------------------------------------------------------


class Killing:
    """Kills a server whenever about so many answers more have come."""

    def __init__(self, servers: Servers, *, answers: int) -> None:
        self.servers, self.answers, self.killed = servers, answers, 0
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._kill)

    def _kill(self) -> None:
        following = self._following()
        while not self.stop.wait(0.005):
            if self.servers.answered >= following:
                self.servers.kill_one()
                self.killed += 1
                following = self._following()

    def _following(self) -> float:
        return self.servers.answered + self.answers * random.uniform(0.5, 1.5)

    def __enter__(self) -> "Killing":
        self.thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop.set()
        self.thread.join()


@pytest.mark.parametrize("_round", range(STRESS))
def test_the_last_fifty_with_servers_killed(shop_at_work, servers, _round):
    product = new_product(shop_at_work, 50)
    servers.settle()
    with Killing(servers, answers=80) as killing:
        answers = all_at_once([wants(servers, product, number) for number in range(200)])

    assert killing.killed > 0
    assert any(answer.tries > 1 for answer in answers)
    wait_until_nothing_runs()
    check_fifty_of_two_hundred(product, answers)


def test_whatever_shoppers_do_stock_adds_up_after_servers_were_killed(shop_at_work, servers):
    goods = [new_product(shop_at_work, pieces) for pieces in (40, 400)]
    baskets_before = Basket.objects.count()
    opened: list[str] = []
    statuses: Counter[int] = Counter()

    def ask(method, path, body=None):
        answer = servers.ask(method, path, body)
        statuses[answer.status] += 1
        return answer

    def shop_around(number):
        path = f"/api/v1/{CHANNELS[number % 3]}/baskets"
        while killing.killed < 2 * STRESS:
            token = ask("POST", path, {}).body["token"]
            opened.append(token)
            for _step in range(random.randint(1, 3)):
                line = {"sku": random.choice(goods).sku, "quantity": random.randint(1, 4)}
                ask("POST", f"{path}/{token}/lines", line)
            if number % 2:
                for line in ask("GET", f"{path}/{token}").body["lines"]:
                    ask("PATCH", f"{path}/{token}/lines/{line['id']}", {"quantity": random.randint(1, 4)})
            if random.random() < 0.7:
                ask("DELETE", f"{path}/{token}")

    servers.settle()
    with Killing(servers, answers=60) as killing, ThreadPoolExecutor(12) as threads:
        list(threads.map(shop_around, range(12)))

    wait_until_nothing_runs()
    assert set(statuses) <= {200, 201, 204, 409}, statuses
    assert differences() == []
    assert Basket.objects.count() - baskets_before == len(opened) == len(set(opened))
    assert not StoredAnswer.objects.filter(status=0).exists()
    for product in goods:
        check_lines_and_holds(product)
        receive_stock(variant=product, location=Location.objects.get(), quantity=1)
        assert servers.ask("POST", "/api/v1/web/baskets", {"lines": [{"sku": product.sku}]}).status == 201


def check_lines_and_holds(product):
    """What is held is what is in the baskets that are open; the rest is free."""
    in_baskets = Line.objects.filter(basket__status="Open", product=product).aggregate(n=Sum("quantity"))["n"]
    assert live_pieces(product) == (in_baskets or 0)
    on_hand = Level.objects.get(variant=product).on_hand
    assert live_pieces(product) + availability([product.pk])[product.pk].free == on_hand


def wait_until_nothing_runs():
    """The database notices a little later that a server is gone, and ends what it had begun."""
    for _try in range(100):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
            )
            if cursor.fetchone() == (0,):
                return
        time.sleep(0.1)
    raise AssertionError("A transaction goes on although nobody asks for anything.")
