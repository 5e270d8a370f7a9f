"""A guest's basket becomes the customer's at log-in; with one the customer left behind, it becomes one basket."""

from dataclasses import replace

from django.db import transaction

from comptoir.base import clock
from comptoir.base.errors import NotFound
from comptoir.baskets.claims import move_claims
from comptoir.baskets.holding import extend_basket, hold_fewer
from comptoir.baskets.models import Basket, Line
from comptoir.baskets.rows import BasketRow, LineRow, basket_by_id, touch_basket, write_lines
from comptoir.baskets.services import MOST_VOUCHERS
from comptoir.baskets.shown import BasketView, price_basket, show_basket
from comptoir.baskets.tokens import hash_token
from comptoir.channels.queries import ChannelContext
from comptoir.conf import conf
from comptoir.customers.models import User
from comptoir.events.services import record_event
from comptoir.stock.holds import move_holds

JOIN = " / "


@transaction.atomic(savepoint=False)
def merge_baskets(*, channel: ChannelContext, token: str, user: User) -> BasketView:
    """Make a guest's basket the customer's at log-in; what the customer had in one already is joined with it.

    Quantities add up, up to the most a line may have; holds go along. Afterwards the token opens nothing: the basket
    opens for the session of its owner. Errors: ``NotFound``, also for a basket of somebody else.
    Source: docs/algorithms/baskets.md, rule 4.
    """
    guests, mine = _locked(channel, token, user)
    if mine is None:
        basket = touch_basket(basket_by_id(guests), owner=user.pk, token_hash=None)
        basket = replace(basket, owner_id=user.pk)
        return show_basket(price_basket(extend_basket(basket, channel), channel))
    return _join(basket_by_id(guests), basket_by_id(mine), channel)


@transaction.atomic(savepoint=False)
def join_baskets(*, channel: ChannelContext, token: str, into: str) -> BasketView:
    """Put everything of one guest's basket into another of the same guest; the first is over then.

    Holds go along. Errors: ``NotFound`` if one of the tokens opens nothing. Source: docs/algorithms/baskets.md, rule 4.
    """
    hashes = [hash_token(one) for one in (token, into)]
    rows = Basket.objects.filter(channel=channel.id, status=Basket.OPEN, owner=None, token_hash__in=hashes)
    locked = {row.token_hash: row.pk for row in rows.order_by("pk").select_for_update(no_key=True)}
    if len(locked) < 2:
        raise NotFound()
    first, second = (basket_by_id(locked[one]) for one in hashes)
    return _join(first, second, channel)


def _locked(channel: ChannelContext, token: str, user: User) -> tuple[int, int | None]:
    """The guest's basket and the customer's own, locked in the order of their ids."""
    hashed = hash_token(token)
    open_ones = Basket.objects.filter(channel=channel.id, status=Basket.OPEN).order_by()
    guests = list(open_ones.filter(token_hash=hashed).values_list("pk", "owner"))
    if not guests or guests[0][1] not in (None, user.pk):
        raise NotFound()
    own = open_ones.filter(owner=user.pk).exclude(pk=guests[0][0])
    ids = [guests[0][0], *own.order_by("-touched_at", "-pk").values_list("pk", flat=True)[:1]]
    rows = Basket.objects.filter(pk__in=ids, channel=channel.id, status=Basket.OPEN)
    locked = {row.pk: row for row in rows.order_by("pk").select_for_update(no_key=True)}
    guest = locked.get(ids[0])
    if guest is None or guest.token_hash != hashed:
        raise NotFound()
    own_id = next((pk for pk in ids[1:] if pk in locked), None)
    return guest.pk, own_id


def _join(guests: BasketRow, mine: BasketRow, channel: ChannelContext) -> BasketView:
    """Put everything of one basket into the other; the first is over then."""
    doubles = {
        line.id: mine.line_of(line.variant_id) for line in guests.lines if mine.line_of(line.variant_id)
    }
    moved = [line for line in guests.lines if line.id not in doubles]
    joined = [_added_up(own, line) for line in guests.lines if (own := doubles.get(line.id))]
    Line.objects.filter(pk__in=[line.id for line in moved]).update(basket=mine.id)
    Line.objects.filter(pk__in=list(doubles)).delete()
    Basket.objects.filter(pk=guests.id).update(
        status=Basket.MERGED, date_merged=clock.now(), token_hash=None, version=guests.version + 1
    )
    codes = tuple(dict.fromkeys((*mine.voucher_codes, *guests.voucher_codes)))[:MOST_VOUCHERS]
    note = JOIN.join(dict.fromkeys(filter(None, (mine.note, guests.note))))[:500]
    write_lines(mine, joined)
    Basket.objects.filter(pk=mine.id).update(voucher_codes=list(codes), note=note)
    record_event(
        "basket_changed", subject_id=mine.id, change="merged", channel=channel.code, merged_id=guests.id
    )
    owners = {line.owner: own.owner for line in guests.lines if (own := doubles.get(line.id))}
    if any(not line.is_counted for line in guests.lines):
        move_claims(guests.id, mine.id)
    move_holds(owners=owners)
    for line in joined:
        if line.held > line.quantity:
            hold_fewer(mine, channel, line)
    basket = extend_basket(basket_by_id(mine.id), channel)
    return show_basket(price_basket(basket, channel))


def _added_up(own: LineRow, other: LineRow) -> LineRow:
    quantity = min(own.quantity + other.quantity, conf.BASKET_PIECES_MAX)
    return replace(own, quantity=quantity, held=own.held + other.held)
