"""Why an order is prepared where it is: routing decisions as people read them."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from comptoir.base.money import Money, written
from comptoir.fulfilment.models import RoutingDecision
from comptoir.fulfilment.queries import decisions_of, names_of
from comptoir.orders.models import Order


def decisions_told(order: Order) -> list[dict[str, Any]]:
    """Each decision with its candidates, the latest first: who was asked, what speaks for and against each."""
    decisions = list(decisions_of(order))
    names = names_of(decisions)
    return [
        {
            "at": one.decided_at,
            "title": _title(one),
            "candidates": [
                _candidate(found, order.currency, names) | {"is_chosen": number == one.chosen}
                for number, found in enumerate(one.candidates)
            ],
        }
        for one in decisions
    ]


def _title(decision: RoutingDecision) -> str:
    if decision.chosen is None:
        return _("Nobody could give it")
    if decision.decided_by != "core":
        return _("Chosen by a plugin")
    return _("Chosen by the rules") if decision.attempt == 1 else _("Chosen by the rules after a rejection")


def _candidate(found: dict[str, Any], currency: str, names: dict[str, str]) -> dict[str, Any]:
    scores = found.get("scores", {})
    promise = scores.get("promise")
    return {
        "locations": ", ".join(names.get(code, code) for code in found["locations"]),
        "parcels": scores.get("parcels", ""),
        "until": formats.date_format(date.fromisoformat(promise["until_on"]), "D j N") if promise else "",
        "cost": written(Money(Decimal(scores["cost"]), currency)) if scores else "",
        "distance_km": scores.get("distance_km"),
        "reasons": [_why(reason) for reason in found.get("reasons", [])],
    }


def _why(reason: dict[str, Any]) -> str:
    if reason["code"] == "out_of_stock" and "free" in reason:
        return _("has %(free)s of %(wanted)s pieces") % reason
    words = {
        "does_not_ship": _("does not send parcels"),
        "rejected_before": _("rejected it before"),
        "not_there": _("is another shop"),
        "never_open": _("is closed"),
    }
    return words.get(reason["code"], reason["code"])
