"""From an order to its parcels: what was chosen at the checkout, told to those who prepare it."""

from datetime import datetime

from comptoir.channels.models import Location
from comptoir.checkout.delivery import VISIT, WAYS
from comptoir.fulfilment.methods import Way
from comptoir.fulfilment.models import Parcel
from comptoir.fulfilment.parcels import Promised, open_parcels
from comptoir.fulfilment.queries import confirmed_slot
from comptoir.orders.models import Order

#: Who comes anyway takes with them what was added to their order.
_WAY_OF = {**{word: way for way, word in WAYS.items()}, VISIT: Way.COLLECT}


def open_order_parcels(order: Order, promised: Promised | None = None) -> list[Parcel]:
    """Let an order be prepared: a parcel for each location that promised its goods, each once however often it is called.

    In the transaction that promised the goods (``promised``: by which locations), or that saw the money come. None for
    an order that still waits for its money. Errors: ``NotOnHand`` if what is carried out is not there.
    """
    said = order.delivery
    if order.state == Order.State.UNPAID or not said:
        return []
    way = _WAY_OF[said["way"]]
    slot = confirmed_slot(order.reference) if said.get("slot") else None
    due = datetime.fromisoformat(said["due_at"]) if said.get("due_at") else None
    return open_parcels(
        order=order,
        way=way,
        kind=said["kind"],
        method=said["method"],
        carrier=said.get("carrier", ""),
        recipient=recipient_of(order) if way is Way.SHIP else {},
        # Only its number is written; the row itself is not read.
        destination=None if way is Way.SHIP else Location(pk=said["location_id"]),
        promise=said.get("promise"),
        due_at=slot.starts_at if slot else due,
        slot=slot,
        promised=promised,
    )


def recipient_of(order: Order) -> dict[str, object]:
    """Where the carrier goes and who it asks for: the relay point if there is one, else the address."""
    if point := order.delivery.get("point"):
        return {**point, "customer": order.name}
    address = order.delivery.get("address") or {}
    return {**address, "name": address.get("name") or order.name}
