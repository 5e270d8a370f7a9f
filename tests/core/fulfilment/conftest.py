"""A small retailer: a shop in Nantes, one in Lyon, a warehouse; home delivery, collection, relay points, carried out."""

from collections.abc import Callable
from datetime import UTC, datetime, time
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from comptoir.base import clock
from comptoir.channels.models import Location
from comptoir.channels.queries import channel_context, forget_contexts
from comptoir.fulfilment.carriers import Address
from comptoir.fulfilment.methods import Asked, Wanted, Way
from comptoir.fulfilment.models import Parcel
from comptoir.fulfilment.parcels import open_parcels
from comptoir.fulfilment.services import save_method, save_zone, set_up_location
from comptoir.orders.models import Order, OrderLine
from comptoir.stock.allocations import allocate_holds
from comptoir.stock.plans import Wanted as Pieces
from comptoir.testing.once import built_once

#: Tuesday 3 March 2026, ten in the morning in Nantes.
TUESDAY = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
WEEK = [(day, "10:00", "19:00") for day in range(6)]
PARIS = Address("FR", "75011", "Paris", 48.8584, 2.3800)

_numbers = count(1)


@pytest.fixture(autouse=True)
def now():
    """Everything happens on a Tuesday at ten, unless a test says otherwise."""
    with clock.moved_to(TUESDAY):
        yield TUESDAY


class Retailer:
    """What the tests need of a shop, each made by services."""

    def __init__(self, shop: Any) -> None:
        self.shop = shop
        self.nantes = shop.location(
            "nantes", hours=WEEK, postcode="44000", latitude=Decimal("47.2184"), longitude=Decimal("-1.5536")
        )
        self.lyon = shop.location(
            "lyon", hours=WEEK, postcode="69002", latitude=Decimal("45.7640"), longitude=Decimal("4.8357")
        )
        self.depot = shop.location(
            "depot", kind=Location.Kind.WAREHOUSE, hours=[(day, "08:00", "18:00") for day in range(5)],
            postcode="45000", latitude=Decimal("47.9025"), longitude=Decimal("1.9090"),
        )  # fmt: skip
        set_up_location(location=self.depot, collects=False, preparation_minutes=120, cut_off=time(14))
        self.web = shop.channel("web")
        self.till = shop.channel("store", locations=[self.nantes])
        forget_contexts()
        mainland = save_zone(
            code="mainland", name="France", countries=["FR"], except_postcodes=["97*", "20*"]
        )
        corsica = save_zone(code="corsica", name="Corse", countries=["FR"], postcodes=["20000-20999"])
        self.home = save_method(
            code="colis", kind="home", name="À domicile", translations={"en": {"name": "To your door"}},
            free_from=Decimal(100), pickup=time(17), rates=[
                {"zone": mainland, "to_weight_g": 1000, "price": Decimal("4.90")},
                {"zone": mainland, "from_weight_g": 1000, "to_weight_g": 30_000, "price": Decimal("9.90")},
                {"zone": corsica, "to_weight_g": 30_000, "price": Decimal("14.90")},
            ],
        )  # fmt: skip
        self.collect = save_method(code="retrait", kind="collection", name="En boutique", position=1)
        self.relay = save_method(
            code="relais", kind="relay", name="Point relais", carrier="own", position=2,
            rates=[{"zone": mainland, "price": Decimal("3.50")}],
        )  # fmt: skip
        self.carry = save_method(code="emporte", kind="carry_out", name="Emporté", position=3)

    def variant(self, **stock: int) -> Any:
        places = {getattr(self, name): pieces for name, pieces in stock.items()}
        handle = f"marin-{next(_numbers)}"
        variant = self.shop.product(handle, stock=places, texts={})
        variant.weight_g = 300
        variant.save()
        return variant

    def asked(self, *lines: tuple[Any, int], channel: str = "web", **fields: Any) -> Asked:
        wanted = tuple(Wanted(variant.pk, pieces, fields.pop("owner", "")) for variant, pieces in lines)
        said = {"moment": clock.now(), "value": Decimal("49.90"), "locale": "en", **fields}
        return Asked(channel=channel_context(channel), lines=wanted, **said)

    def order(self, *lines: tuple[Any, int], at: Any = (), state: str = "placed") -> Order:
        """An order as checkout leaves it: placed, its pieces promised, at one of these locations."""
        number = next(_numbers)
        order = Order.objects.create(
            number=f"K7QM-3XTD-{number:04d}", reference=f"checkout:{number}", channel=self.web, locale="fr",
            currency="EUR", tax=Decimal(0), total=Decimal("49.90"), placed_at=clock.now(), name="Anne Le Goff",
            state=state,
        )  # fmt: skip
        for variant, pieces in lines:
            line = OrderLine.objects.create(
                order=order, variant=variant, sku=variant.sku, gtin=variant.upc or "", title=variant.title,
                quantity=pieces, unit_price=Decimal("49.90"), tax_percent=Decimal(20), tax=Decimal(0),
                total=Decimal("49.90") * pieces, stock_owner=f"basket-line:{next(_numbers)}",
            )  # fmt: skip
            places = [place.pk for place in at] or list(channel_context("web").location_ids)
            allocate_holds(
                requests=[Pieces(line.stock_owner, variant.pk, pieces)],
                location_ids=places,
                document=order.number,
            )
        return order

    def parcels(self, *lines: tuple[Any, int], at: Any = (), **fields: Any) -> list[Parcel]:
        facts = {
            "way": Way.SHIP,
            "kind": "home",
            "method": "colis",
            "recipient": {"country": "FR", "postcode": "75011"},
        }
        return open_parcels(order=self.order(*lines, at=at), **{**facts, **fields})

    def collection(self, *lines: tuple[Any, int], at: Any = (), to: Any = None) -> list[Parcel]:
        facts = {"way": Way.COLLECT, "kind": "collection", "method": "retrait", "recipient": {}}
        return self.parcels(*lines, at=at, destination=to or self.nantes, **facts)


@built_once
def retailer(shop) -> Retailer:
    with clock.moved_to(TUESDAY):
        return Retailer(shop)


@pytest.fixture
def audit() -> Callable[[], list[str]]:
    from comptoir.stock.audit import differences

    return lambda: [one.sentence for one in differences()]
