"""The delivery of a checkout follows its basket: chosen, worked out again, or not asked for at all.

The basket is locked by whoever writes the checkout afterwards (docs/algorithms/checkout.md, rules 2 and 12).
"""

from decimal import Decimal

from comptoir.baskets.shown import BasketView
from comptoir.checkout.delivery import (
    CARRIED_OUT,
    VISIT,
    Chosen,
    Wish,
    choose_way,
    is_at_till,
    is_visit,
    visit_of,
    wish_of,
)
from comptoir.checkout.models import Checkout
from comptoir.fulfilment.slots import release_slot


def choose_again(checkout: Checkout, view: BasketView) -> bool:
    """Work the delivery out again when it is not what was chosen any more; says whether it was.

    The basket is another since, goods are not held any more, or a shop closed that gives them or hands them out.
    """
    said = checkout.delivery
    if said["way"] == VISIT:
        return False
    is_same = said["basket_version"] == view.basket.version and not any(
        line.missing for line in view.basket.lines
    )
    places = {said["location_id"], *said["from"]} - {None}
    if is_same and places <= set(view.channel.location_ids):
        return False
    _choose(checkout, view, wish_of(checkout.delivery))
    return True


def fit_delivery(checkout: Checkout, view: BasketView, wish: Wish | None = None) -> bool:
    """Ask for no delivery if the customer comes for all that is in the basket, and for one again if not any more.

    Says whether the customer comes: what was wished counts at a till only then. The checkout is not saved.
    """
    if checkout.adds_to_id:
        return False
    way = checkout.delivery.get("way")
    is_said = is_at_till(view) and (wish.key != VISIT if wish else way == CARRIED_OUT)
    if is_visit(view) and not is_said:
        _set_delivery(checkout, visit_of(view, checkout.locale))
        return True
    if way == VISIT:
        _set_delivery(checkout, Chosen({}, Decimal(0), Decimal(0)))
    return False


def settle_delivery(checkout: Checkout, view: BasketView, wish: Wish | None = None) -> None:
    """As ``fit_delivery``, and choose what is wished if goods have to be delivered. The checkout is not saved.

    A time of collection that is of no use any more is free for others. Errors: those of ``delivery.choose_way``.
    """
    slot = checkout.delivery.get("slot")
    if fit_delivery(checkout, view, wish):
        if slot:
            release_slot(owner=checkout.reference)
    elif wish:
        _choose(checkout, view, wish)


def _choose(checkout: Checkout, view: BasketView, wish: Wish) -> None:
    before, reference = checkout.delivery, checkout.reference
    chosen = choose_way(view=view, wish=wish, before=before, reference=reference, locale=checkout.locale)
    _set_delivery(checkout, chosen)


def _set_delivery(checkout: Checkout, chosen: Chosen) -> None:
    checkout.delivery = chosen.facts
    checkout.delivery_total, checkout.delivery_tax = chosen.total, chosen.tax
