"""Servers, the worker and the database are killed again and again while people buy; nothing is lost and nothing doubled.

``make stress`` runs it at full size. What is asserted afterwards: docs/algorithms/checkout.md, rule 5.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
from django.db import connection

from comptoir.events.models import Event
from comptoir.orders.models import Order
from comptoir.testing.racing import STRESS
from tests.survival import witness
from tests.survival.books import check_books, come_to_an_end, sold
from tests.survival.mortal import Reaper, wait_for_the_worker
from tests.survival.servers import Answer, Servers
from tests.survival.shoppers import Shopper, new_product

pytestmark = pytest.mark.timeout(300 * STRESS)

SHOPPERS, PIECES, KILLS = (40, 50, 60) if STRESS > 1 else (16, 10, 4)


def test_server_worker_and_database_are_killed_and_every_purchase_has_its_order_its_money_and_its_events(
    mortal, mortal_shop, plug
):
    rare, ample = new_product(mortal_shop, PIECES), new_product(mortal_shop, 10_000)
    plug("witness", **witness.ears())
    since = Event.objects.order_by("pk").last().pk
    servers = Servers(mortal.dsn(connection.settings_dict["NAME"]), is_mortal=True)

    def shop_around(first: int) -> list[Answer]:
        bought = []
        for number in count(first, SHOPPERS):
            bought.append(Shopper(servers, number).buy(rare.sku, ample.sku))
            if len(reaper.killed) == KILLS:
                return bought

    try:
        servers.start(2)
        with Reaper(mortal, servers, KILLS) as reaper:
            with ThreadPoolExecutor(SHOPPERS) as threads:
                answers = [one for bought in threads.map(shop_around, range(SHOPPERS)) for one in bought]
            connection.close()
            wait_for_the_worker()
    finally:
        servers.stop()

    assert set(reaper.killed) == {"server", "worker", "database", "backend"}
    assert Counter(answer.status for answer in answers) == {200: len(answers)}
    come_to_an_end(mortal_shop)
    check_books()
    assert Order.objects.count() == len(answers)
    assert (sold(rare), sold(ample)) == (PIECES, len(answers) - PIECES)
    told = {answer.body["order"]["number"] for answer in answers if answer.body["order"]}
    assert told <= set(Order.objects.values_list("number", flat=True))
    recorded = list(Event.objects.filter(pk__gt=since).order_by("pk").values_list("pk", flat=True))
    assert witness.heard() == recorded
