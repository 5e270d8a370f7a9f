"""What customers are told, and when; and the transports that the core brings."""

from comptoir.events.models import Event
from comptoir.messaging.models import Message
from comptoir.messaging.services import write_messages
from comptoir.messaging.transports import ConsoleSms, DjangoEmail, Transport
from comptoir.plugins import hookimpl

Kind = Message.Kind
CARRIED_OUT = "carry_out"
#: Why ``checkout`` cancels an order by itself.
UNPAID, NOT_COLLECTED = "unpaid", "not_collected"


@hookimpl
def register_message_transports() -> list[Transport]:
    return [DjangoEmail(), ConsoleSms()]


@hookimpl
def on_order_placed(events: list[Event]) -> None:
    write_messages(Kind.ORDER_PLACED, [event.subject_id for event in events])


@hookimpl
def on_parcel_ready(events: list[Event]) -> None:
    write_messages(Kind.PARCEL_READY, [event.subject_id for event in events])


@hookimpl
def on_parcel_handed_over(events: list[Event]) -> None:
    write_messages(Kind.PARCEL_SHIPPED, [event.subject_id for event in events])


@hookimpl
def on_parcel_collected(events: list[Event]) -> None:
    """Who carried the goods out of the shop knows it."""
    fetched = [event.subject_id for event in events if event.payload.get("kind") != CARRIED_OUT]
    write_messages(Kind.PARCEL_COLLECTED, fetched)


@hookimpl
def on_payment_refunded(events: list[Event]) -> None:
    """Once for each entry: a refund in two parts is told twice. Money that came without an order has nobody to tell."""
    entries = [event.payload["entry"] for event in events if event.payload.get("order")]
    write_messages(Kind.ORDER_REFUNDED, entries)


@hookimpl
def on_parcel_expired(events: list[Event]) -> None:
    write_messages(Kind.PARCEL_EXPIRED, [event.subject_id for event in events])


@hookimpl
def on_order_cancelled(events: list[Event]) -> None:
    """Once for each time pieces are cancelled. Who did not fetch a parcel was told so already."""
    by_kind: dict[str, list[int]] = {Kind.ORDER_UNPAID: [], Kind.ORDER_CANCELLED: []}
    for event in events:
        reason, change = event.payload["reason"], event.payload.get("change")
        if change and reason != NOT_COLLECTED:
            by_kind[Kind.ORDER_UNPAID if reason == UNPAID else Kind.ORDER_CANCELLED].append(change)
    for kind, changes in by_kind.items():
        write_messages(kind, changes)


@hookimpl
def on_order_changed(events: list[Event]) -> None:
    """What became of the order in the shop is told by its parcels."""
    added = [event.payload["step"] for event in events if event.payload["change"] == "added"]
    write_messages(Kind.ORDER_ADDED, added)


@hookimpl
def on_checkout_failed(events: list[Event]) -> None:
    for kind in (Kind.CHECKOUT_FAILED, Kind.ADDITION_OVER):
        write_messages(kind, [event.subject_id for event in events])


@hookimpl
def on_draft_offered(events: list[Event]) -> None:
    for kind in (Kind.DRAFT_LINK, Kind.ADDITION_LINK, Kind.ADDITION_SMS):
        write_messages(kind, [event.subject_id for event in events])
