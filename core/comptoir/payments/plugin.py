"""The core's own means of payment, the till of a shop and the bank; and what payments hear of orders and parcels."""

from comptoir.conf import conf
from comptoir.events.models import Event
from comptoir.payments.built_in import BankTransfer, PayInShop
from comptoir.payments.providers import Provider
from comptoir.payments.tasks import hurry
from comptoir.payments.tenders import capture_for_order, settle_order
from comptoir.plugins import hookimpl


@hookimpl
def register_payment_providers() -> list[Provider]:
    return [PayInShop(), BankTransfer()]


@hookimpl
def on_order_placed(events: list[Event]) -> None:
    if conf.CAPTURE_FROM == "placing":
        for event in events:
            capture_for_order(order_id=event.subject_id)
        hurry()


@hookimpl
def on_order_changed(events: list[Event]) -> None:
    """What was added to an order is taken as the order was."""
    if conf.CAPTURE_FROM == "placing":
        for event in events:
            if event.payload["change"] == "added":
                capture_for_order(order_id=event.subject_id)
        hurry()


@hookimpl
def on_parcel_handed_over(events: list[Event]) -> None:
    _capture_parcels(events)


@hookimpl
def on_parcel_collected(events: list[Event]) -> None:
    _capture_parcels(events)


@hookimpl
def on_order_refund_requested(events: list[Event]) -> None:
    for event in events:
        settle_order(order_id=event.subject_id, request_id=event.payload["request"])
    hurry()


@hookimpl
def on_payment_captured(events: list[Event]) -> None:
    """Money that was on its way while its order was cancelled goes back too."""
    for event in events:
        if event.payload["order"]:
            settle_order(order_id=event.payload["order"])
    hurry()


def _capture_parcels(events: list[Event]) -> None:
    for event in events:
        capture_for_order(order_id=event.payload["order_id"])
    hurry()
