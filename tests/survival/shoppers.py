"""Shoppers who go the whole way over HTTP: basket, delivery, paying, and back from the gateway."""

import time
from dataclasses import dataclass
from datetime import time as clock_time
from decimal import Decimal
from itertools import count
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from comptoir.catalogue.models import Product
from comptoir.channels.models import Channel, Location, OpeningHours
from comptoir.fulfilment.models import DeliveryMethod, Rate
from comptoir.testing.factories import Shop
from tests.survival.servers import PATIENCE_S, Answer, Servers

CHANNELS = ("web", "app", "store")
ADDRESS = {"street": "3 rue Crébillon", "postcode": "44000", "city": "Nantes", "country": "FR"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
COLLECTION, HOME = {"key": "retrait:nantes"}, {"key": "domicile", "address": ADDRESS}

_numbers = count(1)


def let_sell(shop: Shop) -> None:
    """Collection in Nantes, home delivery, the till and the test gateway, on all channels."""
    nantes = Location.objects.get()
    for day in range(7):
        OpeningHours.objects.create(location=nantes, weekday=day, opens=clock_time(8), closes=clock_time(20))
    DeliveryMethod.objects.create(code="retrait", kind="collection", name="Retrait en magasin")
    home = DeliveryMethod.objects.create(code="domicile", kind="home", name="À domicile")
    Rate.objects.create(method=home, price=Decimal("5.00"))
    for channel in Channel.objects.all():
        channel.extensions = ["testpay"]
        channel.save()
    shop.settle()


def new_product(shop: Shop, pieces: int) -> Product:
    """A shirt that all channels show, with so many pieces in Nantes."""
    product = shop.product(f"shirt-at-work-{next(_numbers)}", stock={Location.objects.get(): pieces})
    shop.settle()
    return product


@dataclass
class Shopper:
    """One of many; the number says on which channel, how the goods get there and how they are paid.

    Every fifth never comes back from the gateway: the provider's notice has to make an order of what was paid.
    """

    servers: Servers
    number: int

    @property
    def channel(self) -> str:
        return CHANNELS[self.number % len(CHANNELS)]

    @property
    def pays_in_shop(self) -> bool:
        return self.number % 4 == 0

    @property
    def presses(self) -> list[str]:
        """The buttons of the gateway's page, one after the other."""
        return [["pays"], ["twice"], ["refuses", "lost"]][self.number % 4 - 1]

    @property
    def vanishes(self) -> bool:
        return self.number % 5 == 1 and "lost" not in self.presses and not self.pays_in_shop

    def ask(self, method: str, path: str, body: Any = None, *, key: str = "") -> Answer:
        """A request to this shopper's channel."""
        return self.servers.ask(method, f"/api/v1/{self.channel}/{path}", body, key=key)

    def buy(self, *skus: str) -> Answer:
        """Buy a piece of the first that is to be had; returns the last answer: of the basket if nothing is."""
        for sku in skus:
            opened = self.ask("POST", "baskets", {"lines": [{"sku": sku, "quantity": 1}]})
            if opened.status == 201:
                return self.pay(*self.choose(opened.body["token"]))
        return opened

    def choose(self, basket: str) -> tuple[str, Any]:
        """From a basket to a checkout with everything filled in, some after they changed their mind; path and total."""
        begun = self.ask("POST", "checkouts", {"basket": basket})
        assert begun.status == 201, begun.content
        path = f"checkouts/{begun.body['id']}"
        contact = {"name": "Camille Martin", "email": f"camille-{self.number}@example.org"}
        if self.number % 3 == 1:
            self.ask("PATCH", path, {"delivery": HOME})
        ship = HOME if self.number % 3 == 2 and not self.pays_in_shop else COLLECTION
        said = {"contact": contact, "delivery": ship, "payment": "shop" if self.pays_in_shop else "testpay"}
        chosen = self.ask("PATCH", path, said)
        assert chosen.status == 200, chosen.content
        return path, chosen.body["total"]

    def pay(self, path: str, total: Any) -> Answer:
        """Pay in the shop, or at the gateway and come back."""
        begun = self.begin_to_pay(path, total)
        if self.pays_in_shop or begun.status != 200:
            return begun
        self.press_buttons(begun)
        return begun if self.vanishes else self.ask("POST", f"{path}/finish")

    def begin_to_pay(self, path: str, total: Any) -> Answer:
        """Ask with one key until it is known where the gateway's page is: what was killed while it asked is asked again."""
        key, deadline = str(uuid4()), time.monotonic() + PATIENCE_S
        while True:
            begun = self.ask("POST", f"{path}/pay", {"total": total}, key=key)
            is_told = self.pays_in_shop or begun.status != 200 or begun.body["payment"]["step"].get("url")
            if is_told or time.monotonic() > deadline:
                return begun
            time.sleep(0.2)

    def press_buttons(self, begun: Answer) -> None:
        """On the page of the gateway."""
        page = urlsplit(begun.body["payment"]["step"]["url"]).path
        for choice in self.presses:
            answer = self.servers.ask("POST", page, urlencode({"choice": choice}).encode(), headers=FORM)
            assert answer.status in (200, 302), answer.content
