"""What a checkout does when money or parcels move: it is the conductor, and brings the order along."""

import logging
from decimal import Decimal

from comptoir.base.errors import ComptoirError, NotFound
from comptoir.base.money import Money
from comptoir.checkout.additions import withdraw_goods
from comptoir.checkout.finishing import finish, issue_paper_when_paid, money_came
from comptoir.checkout.following import bring_along, cancel_what_is_lacking
from comptoir.checkout.models import uuid_of
from comptoir.events.models import Event
from comptoir.orders.papers import issue_credit_note
from comptoir.plugins import hookimpl

logger = logging.getLogger("comptoir.checkout")


@hookimpl
def on_payment_authorised(events: list[Event]) -> None:
    """The provider's notice finishes the checkout just as the customer's return does."""
    for event in events:
        _finish(event)


@hookimpl
def on_payment_captured(events: list[Event]) -> None:
    for event in events:
        _finish(event)
        if order_id := event.payload["order"]:
            money_came(order_id=order_id)
            issue_paper_when_paid(order_id=order_id)


@hookimpl
def on_payment_refunded(events: list[Event]) -> None:
    """Money that went back is taken back on paper, once for each entry."""
    for event in events:
        said = event.payload
        if said["order"]:
            amount = Money(Decimal(said["amount"]), said["currency"])
            issue_credit_note(order_id=said["order"], amount=amount, cause=f"entry:{said['entry']}")


@hookimpl
def on_order_cancelled(events: list[Event]) -> None:
    """Nothing is added to an order that is cancelled: the goods are free, and nobody can pay them any more."""
    for event in events:
        if event.payload["is_whole"]:
            withdraw_goods(order_id=event.subject_id, reason="cancelled")


@hookimpl
def on_parcel_started(events: list[Event]) -> None:
    _follow(events)


@hookimpl
def on_parcel_ready(events: list[Event]) -> None:
    _follow(events)


@hookimpl
def on_parcel_handed_over(events: list[Event]) -> None:
    _follow(events)


@hookimpl
def on_parcel_collected(events: list[Event]) -> None:
    _follow(events)


@hookimpl
def on_parcel_expired(events: list[Event]) -> None:
    _follow(events, lost="not_collected")


@hookimpl
def on_parcel_rejected(events: list[Event]) -> None:
    _follow(events, lost="rejected")


@hookimpl
def on_parcel_cancelled(events: list[Event]) -> None:
    _follow(events, lost="cancelled")


def _follow(events: list[Event], lost: str = "") -> None:
    """Whatever order the news of several parcels come in: what counts is how all of them are now."""
    for order_id in dict.fromkeys(event.payload["order_id"] for event in events):
        if lost:
            cancel_what_is_lacking(order_id=order_id, reason=lost)
        bring_along(order_id=order_id)


def _finish(event: Event) -> None:
    uuid = uuid_of(event.payload["reference"])
    if not uuid or event.payload["order"]:
        return
    try:
        finish(uuid=uuid)
    except NotFound:
        logger.warning("a payment is for a checkout that is not there")
    except ComptoirError as error:
        logger.info("checkout %s ended: %s", uuid, error.code)
