"""The database is stopped and started while servers and the worker run: the shop says so, and goes on."""

import signal
import time

import pytest
from django.db import connection, connections

from tests.survival.mortal import wait_for_the_worker
from tests.survival.servers import Servers, Worker, send
from tests.survival.shoppers import new_product

pytestmark = pytest.mark.timeout(300)


def test_without_a_database_the_shop_says_when_to_come_again_and_goes_on_with_it(mortal, mortal_shop):
    product = new_product(mortal_shop, 10)
    servers = Servers(mortal.dsn(connection.settings_dict["NAME"]))
    sale = {"lines": [{"sku": product.sku, "quantity": 1}]}
    asked = [("GET", "/api/v1/web/products", None), ("POST", "/api/v1/web/baskets", sale)]
    try:
        servers.start(1)
        port = servers.running[0].port
        assert [send(port, *one).status for one in asked] == [200, 201]
        connections.close_all()
        mortal.stop()

        answers = [send(port, *one) for one in asked]
        page = send(port, "GET", "/admin/login/")
        health = send(port, "GET", "/healthz")

        assert [(one.status, one.body["code"]) for one in answers] == [(503, "unavailable")] * 2
        assert {one.headers["Retry-After"] for one in [*answers, page]} == {"5"}
        assert (page.status, page.headers["Content-Type"]) == (503, "text/html; charset=utf-8")
        assert (health.status, health.body["database"]) == (503, False)
        mortal.start()
        assert [send(port, *one).status for one in asked] == [200, 201]
    finally:
        servers.stop()


def test_the_worker_waits_for_its_database_and_goes_on(mortal, mortal_shop):
    worker = Worker(mortal.dsn(connection.settings_dict["NAME"]))
    try:
        shop_changes(mortal_shop)
        connections.close_all()
        mortal.stop()
        time.sleep(3)  # long enough for each of its loops to look
        assert worker.process.poll() is None
        mortal.start()

        shop_changes(mortal_shop)
        worker.process.send_signal(signal.SIGTERM)

        assert worker.process.wait(timeout=30) == 0
    finally:
        worker.kill()


def shop_changes(shop) -> None:
    """Something happens, and the worker alone delivers it."""
    shop.product()
    wait_for_the_worker()
