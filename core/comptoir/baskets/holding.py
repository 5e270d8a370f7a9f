"""Keeps the goods of a basket for it, and says kindly what there is instead when somebody else was quicker."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from comptoir.base import clock
from comptoir.baskets.checks import CheckedLine, line_problems
from comptoir.baskets.claims import extend_claims, reduce_claims
from comptoir.baskets.rows import BasketRow, LineRow
from comptoir.catalogue.models import Product
from comptoir.channels.models import Location
from comptoir.channels.queries import ChannelContext
from comptoir.stock.holds import OutOfStock, change_hold, extend_holds, hold_stock, release_holds
from comptoir.stock.models import Hold
from comptoir.stock.plans import Wanted
from comptoir.stock.queries import free_by_location

#: Holds that were extended less than this ago are left alone: adding ten things in a row extends once.
EXTEND_AFTER = timedelta(minutes=1)

#: How many other variants are named when one is gone.
MOST_ALTERNATIVES = 5


class NotEnough(OutOfStock):
    """A basket wants more than there is: ``lines`` names each with what there is, where else, and what instead.

    ``free`` counts what is held for the basket already.
    """

    public_facts = ("wanted", "free", "lines")


def hold_missing(basket: BasketRow, channel: ChannelContext, lines: Collection[LineRow]) -> BasketRow:
    """Hold what these lines lack, all or nothing, and let the other holds of the basket live on with them.

    Call it last in a transaction. Returns the basket with what is held by now.
    Errors: ``NotEnough`` with what there is instead.
    """
    requests = [Wanted(line.owner, line.variant_id, line.missing) for line in lines if line.missing]
    taken: list[Hold] = []
    if requests:
        try:
            taken = hold_stock(
                requests=requests, location_ids=places_of(basket, channel), channel=channel, **terms(channel)
            )
        except OutOfStock as error:
            raise _with_alternatives(error, basket, channel) from None
    return extend_basket(_with_holds(basket, taken), channel)


def extend_basket(basket: BasketRow, channel: ChannelContext) -> BasketRow:
    """Let the holds of a basket that is in use end later, up to the channel's limit; not more often than needed."""
    latest = clock.now() + timedelta(minutes=channel.hold_minutes)
    due = [
        line
        for line in basket.lines
        if line.held_until and line.longest_until
        and line.held_until < min(latest - EXTEND_AFTER, line.longest_until)
    ]  # fmt: skip
    if not due:
        return basket
    if any(not line.is_counted for line in due):
        extend_claims(basket.id, channel.hold_minutes)
        basket = basket.with_lines(
            replace(line, held_until=min(latest, line.longest_until))
            if line in due and line.longest_until and not line.is_counted
            else line
            for line in basket.lines
        )
    owners = [line.owner for line in due if line.is_counted]
    holds = extend_holds(owners=owners, minutes=channel.hold_minutes) if owners else []
    return _with_holds(basket, holds, are_new=False)


def let_go(basket: BasketRow, lines: Collection[LineRow]) -> None:
    """Give back at once what is held and claimed for lines of a basket; the rows everybody waits for come last."""
    reduce_claims(basket.id, {line.variant_id: 0 for line in lines if not line.is_counted})
    if lines:
        release_holds(owners=[line.owner for line in lines])


def hold_fewer(basket: BasketRow, channel: ChannelContext, line: LineRow) -> None:
    """Give back what is held or claimed for a line beyond its quantity."""
    if not line.is_counted:
        reduce_claims(basket.id, {line.variant_id: line.quantity})
        return
    change_hold(
        owner=line.owner,
        variant_id=line.variant_id,
        quantity=line.quantity,
        location_ids=places_of(basket, channel),
        channel=channel,
        **terms(channel),
    )


def terms(channel: ChannelContext) -> dict[str, int]:
    """How long the channel holds goods."""
    return {"minutes": channel.hold_minutes, "max_minutes": channel.hold_minutes_max}


def places_of(basket: BasketRow, channel: ChannelContext) -> Sequence[int]:
    """Where goods of a basket are held, in order of preference: in its own shop first."""
    own = basket.location.pk if basket.location else None
    return sorted(channel.location_ids, key=lambda pk: pk != own)


def _with_holds(basket: BasketRow, holds: Collection[Hold], *, are_new: bool = True) -> BasketRow:
    """The basket with fresh holds counted in, or with new ends of those it has."""
    by_owner: dict[str, list[Hold]] = {}
    for hold in holds:
        by_owner.setdefault(hold.owner, []).append(hold)
    return basket.with_lines(_with_hold(line, by_owner.get(line.owner, []), are_new) for line in basket.lines)


def _with_hold(line: LineRow, holds: list[Hold], are_new: bool) -> LineRow:
    if not holds:
        return line
    ends = [(hold.expires_at, hold.max_expires_at) for hold in holds]
    if are_new and line.held_until and line.longest_until:
        ends.append((line.held_until, line.longest_until))
    return replace(
        line,
        held=sum(hold.quantity for hold in holds) + (line.held if are_new else 0),
        held_until=min(end for end, _longest in ends),
        longest_until=min(longest for _end, longest in ends),
    )


def _with_alternatives(error: OutOfStock, basket: BasketRow, channel: ChannelContext) -> NotEnough:
    """The refusal in words of the basket: which line, how many it can have, which shops and other variants have some."""
    short = [(basket.line_of(said["variant_id"]), said) for said in error.facts["lines"]]  # type: ignore[attr-defined]
    shops = _shops({place["location_id"] for _line, said in short for place in said["elsewhere"]})
    others = _other_variants({line.product_id for line, _said in short}, channel)
    return NotEnough(
        [
            {
                "sku": line.sku,
                "wanted": line.quantity,
                "free": line.held + said["free"],
                "elsewhere": [
                    {**shops[place["location_id"]], "free": place["free"]}
                    for place in said["elsewhere"]
                    if place["location_id"] in shops
                ],
                "alternatives": [
                    one["shown"]
                    for one in others
                    if one["product_id"] == line.product_id and one["shown"]["sku"] != line.sku
                ][:MOST_ALTERNATIVES],
            }
            for line, said in short
        ]
    )


def _shops(ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """Where customers can go and ask: shops, not warehouses."""
    places = Location.objects.filter(pk__in=ids, kind=Location.Kind.SHOP)
    return {place.pk: {"location": place.code, "name": place.name} for place in places}


def _other_variants(product_ids: Collection[int], channel: ChannelContext) -> list[dict[str, Any]]:
    """The other variants of products that are sold on the channel and free."""
    siblings = Product.objects.filter(parent__in=product_ids).order_by("pk")
    rows = [CheckedLine(*row, 1) for row in siblings.values_list("pk", "parent_id", "sku")]
    problems = line_problems(channel, rows)
    sold = [row for row in rows if row.variant_id not in problems]
    free = free_by_location([row.variant_id for row in sold], channel.location_ids, channel) if sold else {}
    return [
        {"product_id": row.product_id, "shown": {"sku": row.sku, "free": pieces}}
        for row in sold
        if (pieces := sum(free[row.variant_id].values()))
    ]
