"""What Stripe's objects say, as facts about money. Stripe's own numbers make each fact unique."""

from collections.abc import Iterable, Mapping
from typing import Any

from comptoir.payments.providers import REFUND_FAILED, Fact
from comptoir_stripe.amounts import from_coins

#: A refund of these states is on its way or there; cards have no way back from here but ``failed``.
GIVEN = ("succeeded", "pending", "requires_action")

Thing = Mapping[str, Any]


def facts_of_intent(intent: Thing) -> list[Fact]:
    """Authorised, captured and let go, from the state of a payment intent.

    Nothing for one that is canceled, unless its charge came along: only the charge says whether money was ever there.
    """
    number, currency = intent["id"], intent["currency"]
    if intent["status"] == "requires_capture":
        return [Fact("authorised", from_coins(intent["amount_capturable"], currency), number)]
    if intent["status"] == "succeeded":
        return _captured(intent)
    if intent["status"] == "canceled" and _was_authorised(intent):
        amount = from_coins(intent["amount"], currency)
        return [Fact("authorised", amount, number), Fact("voided", amount, number)]
    return []


def fact_of_failure(intent: Thing, message: str) -> list[Fact]:
    """A card was declined; Stripe's code says why."""
    error = intent.get("last_payment_error") or {}
    reason = error.get("decline_code") or error.get("code") or "failed"
    amount = from_coins(intent["amount"], intent["currency"])
    return [Fact("failed", amount, error.get("charge") or message, reason=reason)]


def facts_of_refunds(refunds: Iterable[Thing]) -> list[Fact]:
    """Every refund that is given; one that failed after all is a failure that somebody has to look at."""
    facts = []
    for one in refunds:
        amount, key = (
            from_coins(one["amount"], one["currency"]),
            (one.get("metadata") or {}).get("command", ""),
        )
        if one["status"] in GIVEN:
            facts.append(Fact("refunded", amount, one["id"], key))
        elif one["status"] == "failed":
            facts.append(Fact("failed", amount, one["id"], key, reason=REFUND_FAILED))
    return facts


def _captured(intent: Thing) -> list[Fact]:
    """Stripe captures once: what was authorised and not taken is let go with it."""
    number, currency = intent["id"], intent["currency"]
    asked, taken = intent["amount"], intent["amount_received"]
    facts = [
        Fact("authorised", from_coins(asked, currency), number),
        Fact("captured", from_coins(taken, currency), number),
    ]
    if asked > taken:
        facts.append(Fact("voided", from_coins(asked - taken, currency), number))
    return facts


def _was_authorised(intent: Thing) -> bool:
    charge = intent.get("latest_charge")
    return isinstance(charge, Mapping) and charge.get("status") == "succeeded"
