"""How goods of the demo shop get to their customers: to the door or a relay point, in the shops, carried out."""

from collections.abc import Mapping
from datetime import time
from decimal import Decimal

from django.contrib.auth.models import Group, Permission

from comptoir.channels.models import Channel, Location
from comptoir.fulfilment.models import DeliveryMethod, Zone
from comptoir.fulfilment.services import save_method, save_zone, set_up_location

#: What the people of the shop in Nantes may do with orders.
STAFF_MAY = (
    "view_order", "change_order", "cancel_order", "refund_order", "draft_order", "add_ordernote", "capture_payment",
    "view_parcel", "prepare_parcel",
)  # fmt: skip
#: Channels on which the test gateway takes money.
PAID_AT_THE_GATEWAY = ("web", "app", "store")


def offer_deliveries(locations: Mapping[str, Location]) -> list[DeliveryMethod]:
    """Home delivery and relay points, collection in the three shops (Nantes by slots), carried out in store."""
    _let_work(locations)
    may = Permission.objects.filter(
        content_type__app_label__in=("order", "fulfilment", "payments"), codename__in=STAFF_MAY
    )
    Group.objects.get(name="Boutique").permissions.add(*may)
    everywhere = Channel.objects.exclude(code__in=("store", "booking"))
    Channel.objects.filter(code__in=PAID_AT_THE_GATEWAY).update(extensions=["testpay"])
    mainland = save_zone(
        code="metropole",
        name="France métropolitaine",
        countries=["FR"],
        except_postcodes=["97*", "98*", "20*"],
    )
    corsica = save_zone(code="corse", name="Corse", countries=["FR"], postcodes=["20000-20999"])
    reunion = save_zone(code="reunion", name="La Réunion", countries=["RE"])
    return [
        save_method(
            code="retrait", kind="collection", name="Retrait en boutique", position=0, days_min=2, days_max=3,
            translations=_english("Collection in a shop"),
        ),
        save_method(
            code="domicile", kind="home", name="Livraison à domicile", position=1, channels=everywhere,
            translations=_english("Home delivery"), carrier="colis", free_from=Decimal(120), pickup=time(15),
            days_min=2, days_max=3, rates=[*_bands(mainland, "4.90", "8.90"), *_bands(corsica, "9.90", "14.90")],
        ),
        save_method(
            code="domicile-reunion", kind="home", name="Livraison à La Réunion", position=2, channels=everywhere,
            translations=_english("Delivery to Réunion"), carrier="colis", pickup=time(15), days_min=5, days_max=9,
            rates=_bands(reunion, "12.90", "24.90"),
        ),
        save_method(
            code="relais", kind="relay", name="Livraison en point relais", position=3, channels=everywhere,
            translations=_english("Delivery to a relay point"), carrier="escale", free_from=Decimal(80),
            pickup=time(15), days_min=3, days_max=4,
            rates=[*_bands(mainland, "3.90", "6.90"), *_bands(reunion, "9.90", "19.90")],
        ),
        save_method(
            code="emporte", kind="carry_out", name="Emporté tout de suite", position=4,
            channels=Channel.objects.filter(code="store"), translations=_english("Taken along at once"),
        ),
    ]  # fmt: skip


def _let_work(locations: Mapping[str, Location]) -> None:
    """The warehouse sends until two; the shops need an hour, Saint-Denis only prepares what is collected there."""
    set_up_location(
        location=locations["entrepot"], collects=False, preparation_minutes=120, cut_off=time(14),
        parcel_cost=Decimal("1.20"),
    )  # fmt: skip
    set_up_location(
        location=locations["nantes"], preparation_minutes=60, cut_off=time(18), parcel_cost=Decimal("2.50"),
        slot_minutes=30, slot_capacity=6,
    )  # fmt: skip
    set_up_location(
        location=locations["lyon"], preparation_minutes=90, cut_off=time(17), parcel_cost=Decimal("2.50")
    )
    set_up_location(
        location=locations["saint-denis"], ships=False, preparation_minutes=120, uncollected_days=14
    )


def _bands(zone: Zone, light: str, heavy: str) -> list[dict[str, object]]:
    """One price up to a kilogram, another up to thirty."""
    return [
        {"zone": zone, "to_weight_g": 1000, "price": Decimal(light)},
        {"zone": zone, "from_weight_g": 1000, "to_weight_g": 30_000, "price": Decimal(heavy)},
    ]


def _english(name: str) -> dict[str, dict[str, str]]:
    return {"en": {"name": name}}
