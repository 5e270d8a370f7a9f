"""What changes a basket. Each verb locks the basket first, and its goods last and once (docs/algorithms/baskets.md).

Called in a transaction, a service is part of it: the caller undoes that after a refusal, as ``api`` does.
"""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.db import transaction

from comptoir.base import clock
from comptoir.base.errors import InvalidValue, NotFound
from comptoir.base.statements import plans_kept
from comptoir.baskets.checks import Empty, TooMany, UnknownCode, refuse_problem
from comptoir.baskets.holding import extend_basket, hold_fewer, hold_missing, let_go
from comptoir.baskets.models import Basket, Line
from comptoir.baskets.rows import (
    BasketRow,
    Code,
    Key,
    LineRow,
    Variant,
    basket_by_id,
    find_basket,
    touch_basket,
    write_lines,
)
from comptoir.baskets.shown import BasketView, Priced, holds_now, price_basket, show_basket
from comptoir.baskets.tokens import hash_token, new_token
from comptoir.channels.models import Location
from comptoir.channels.queries import ChannelContext
from comptoir.conf import conf
from comptoir.events.services import record_event
from comptoir.pricing.queries import NoPrice, check_voucher, context_at
from comptoir.pricing.vouchers import normal_code
from comptoir.stock.pieces import whole_pieces

MOST_VOUCHERS = 5


@plans_kept()
@transaction.atomic(savepoint=False)
def open_basket(
    *,
    channel: ChannelContext,
    location: Location | None = None,
    lines: Sequence[tuple[Code, int]] = (),
    priced_for: int | None = None,
) -> tuple[BasketView, str]:
    """Open a basket for a guest, with its first lines if there are any; the second value is its token, shown once.

    Shapes: ``lines`` are (code, pieces). ``priced_for`` is the id of the customer whose offers these lines get, though
    the basket is not one of theirs. Errors: as ``add_line``, and ``InvalidValue`` for a location whose goods the channel
    does not offer. Nothing is opened then.
    """
    if location and location.pk not in channel.location_ids:
        raise InvalidValue(field="location", value=location.code)
    token = new_token()
    Basket.objects.create(
        channel_id=channel.id, location=location, token_hash=hash_token(token), touched_at=clock.now()
    )
    basket = _find_with(Key(channel, token), lines)
    return _save(replace(basket, owner_id=priced_for), channel, _summed(basket, lines)), token


@transaction.atomic(savepoint=False)
def add_line(*, key: Key, code: Code, quantity: int) -> BasketView:
    """Put pieces of a variant into a basket; more of one that is there already adds up.

    Units: ``quantity`` in pieces. Errors: ``NotFound``, ``InvalidValue``, ``UnknownCode``, ``TooMany``, ``NoPrice``,
    ``NotOnChannel``, ``LineRefused`` (a plugin), ``NotEnough``. Nothing changes then.
    Source: docs/algorithms/baskets.md, rules 1 and 2.
    """
    basket = _find_with(key, [(code, quantity)])
    return _save(basket, key.channel, _summed(basket, [(code, quantity)]))


@transaction.atomic(savepoint=False)
def change_line(*, key: Key, line_id: int, quantity: int) -> BasketView:
    """Let a line have so many pieces. Errors: as ``add_line``; ``NotFound`` for a line of another basket."""
    whole_pieces(quantity, most=sys.maxsize)
    basket = find_basket(key, lock=True)
    return _save(basket, key.channel, [_changed(_line_of(basket, line_id), quantity)])


@transaction.atomic(savepoint=False)
def set_lines(*, key: Key, lines: Sequence[tuple[Code, int]]) -> BasketView:
    """Let a basket have these goods and no others: what is new is held, what is not wanted any more is given back.

    Shapes: ``lines`` are (code, pieces). Errors: as ``add_line``, and ``Empty``. Nothing changes then.
    """
    basket = _find_with(key, lines)
    changed = _summed(basket.with_lines(replace(line, quantity=0) for line in basket.lines), lines)
    if not changed:
        raise Empty()
    wanted = {line.variant_id for line in changed}
    gone = [line for line in basket.lines if line.variant_id not in wanted]
    Line.objects.filter(pk__in=[line.id for line in gone]).delete()
    left = touch_basket(basket).with_lines(line for line in basket.lines if line not in gone)
    view = _save(left, key.channel, changed)
    let_go(basket, gone)
    return view


@transaction.atomic(savepoint=False)
def remove_line(*, key: Key, line_id: int) -> BasketView:
    """Take a line out of a basket and give its goods back. Errors: ``NotFound``."""
    basket = find_basket(key, lock=True)
    line = _line_of(basket, line_id)
    Line.objects.filter(pk=line.id).delete()
    left = touch_basket(basket).with_lines(one for one in basket.lines if one is not line)
    priced = _write_prices(price_basket(left, key.channel))
    let_go(basket, [line])
    return _kept(priced)


@transaction.atomic(savepoint=False)
def set_note(*, key: Key, note: str) -> BasketView:
    """Keep a word of the customer with the basket. Errors: ``NotFound``, ``TooMany`` for a long one."""
    most = Basket._meta.get_field("note").max_length
    if len(note) > most:
        raise TooMany(field="note", most=most)
    if "\0" in note:
        raise InvalidValue(field="note", value="NUL")
    basket = touch_basket(find_basket(key, lock=True), note=note)
    return _kept(price_basket(replace(basket, note=note), key.channel))


@transaction.atomic(savepoint=False)
def add_voucher(*, key: Key, code: str) -> BasketView:
    """Enter a voucher that may be used here and now; it stays with the basket until its goods are in it, too.

    Errors: ``NotFound``, ``VoucherRefused`` with the code of the reason, ``TooMany``. Nothing changes then.
    """
    basket = find_basket(key, lock=True)
    if not code.strip() or "\0" in code or len(code) > 128:
        raise InvalidValue(field="voucher", value=code[:40].replace("\0", ""))
    context = context_at(key.channel, basket.location, customer_id=basket.owner_id)
    codes = tuple(dict.fromkeys((*basket.voucher_codes, check_voucher(context, code))))
    if len(codes) > MOST_VOUCHERS:
        raise TooMany(field="voucher", most=MOST_VOUCHERS)
    return _with_vouchers(basket, key.channel, codes)


@transaction.atomic(savepoint=False)
def remove_voucher(*, key: Key, code: str) -> BasketView:
    """Take a voucher out again. Errors: ``NotFound`` if it was not entered."""
    basket = find_basket(key, lock=True)
    codes = tuple(one for one in basket.voucher_codes if one != normal_code(code))
    if codes == basket.voucher_codes:
        raise NotFound(field="voucher")
    return _with_vouchers(basket, key.channel, codes)


@transaction.atomic(savepoint=False)
def keep_alive(*, key: Key) -> BasketView:
    """Hold again what is not held any more, and everything else longer, up to the channel's limit.

    Errors: ``NotFound``, ``NotEnough``.
    """
    basket = touch_basket(find_basket(key, lock=True))
    return _hold_all(price_basket(basket, key.channel))


@transaction.atomic(savepoint=False)
def begin_checkout(*, key: Key) -> BasketView:
    """Take a basket to the checkout: from now on everything in it is held, whatever the channel's habit.

    Errors: ``NotFound``, ``Empty``, ``NotEnough``, and the problem of a line that is not sold here. Nothing is held then.
    """
    basket = find_basket(key, lock=True)
    if not basket.lines:
        raise Empty()
    if basket.checkout_began_at is None:
        basket = replace(basket, checkout_began_at=clock.now())
        record_event("basket_changed", subject_id=basket.id, change="checkout", channel=key.channel.code)
    basket = touch_basket(basket, checkout_began_at=basket.checkout_began_at)
    priced = price_basket(basket, key.channel)
    for line in basket.lines:
        refuse_problem(priced.problems.get(line.variant_id), line.sku)
    return _hold_all(priced)


@transaction.atomic(savepoint=False)
def close_basket(*, key: Key) -> None:
    """Give a basket up: it does not open any more, and its goods are free at once. Errors: ``NotFound``."""
    basket = find_basket(key, lock=True)
    touch_basket(basket, status=Basket.CLOSED, token_hash=None)
    record_event("basket_changed", subject_id=basket.id, change="closed", channel=basket.channel_code)
    let_go(basket, basket.lines)


@transaction.atomic(savepoint=False)
def release_basket(*, basket_id: int) -> None:
    """Let staff give the goods of a basket back; it stays open, and whoever has it may hold them again.

    Errors: ``NotFound``.
    """
    basket = basket_by_id(basket_id, lock=True)
    Basket.objects.filter(pk=basket.id).update(checkout_began_at=None)
    let_go(basket, basket.lines)


def _find_with(key: Key, wanted: Sequence[tuple[Code, int]]) -> BasketRow:
    """A basket, locked, with the variants that are wanted."""
    for code, quantity in wanted:
        whole_pieces(quantity, most=sys.maxsize)
        if "\0" in code.sku + code.gtin:
            raise InvalidValue(field="sku", value="NUL")
    return find_basket(key, [code for code, _quantity in wanted], lock=True)


def _summed(basket: BasketRow, wanted: Sequence[tuple[Code, int]]) -> list[LineRow]:
    """The lines that are wanted, with what the basket has of them added up."""
    lines: dict[int, LineRow] = {}
    for code, quantity in wanted:
        variant = _variant(basket, code)
        line = lines.get(variant.variant_id) or basket.line_of(variant.variant_id) or _fresh(variant)
        lines[variant.variant_id] = _changed(line, line.quantity + quantity)
    return list(lines.values())


def _save(basket: BasketRow, channel: ChannelContext, changed: Sequence[LineRow]) -> BasketView:
    """Check, price, write and hold changed lines, in this order: the goods last."""
    basket = _with_changed(basket, changed)
    if len(basket.lines) > conf.BASKET_LINES_MAX:
        raise TooMany(field="sku", most=conf.BASKET_LINES_MAX)
    priced = price_basket(basket, channel)
    for line in changed:
        _refuse(priced, line)
    shown = _write_prices(priced, changed)
    mine = [line for line in shown.basket.lines if line.variant_id in {one.variant_id for one in changed}]
    for line in mine:
        if line.held > line.quantity:
            hold_fewer(shown.basket, channel, line)
            shown = _without_surplus(shown, line)
    return _kept(shown, mine if holds_now(shown.basket, channel) else ())


def _kept(priced: Priced, to_hold: Iterable[LineRow] = ()) -> BasketView:
    """The view after a change, with these lines held and the others a little longer."""
    lines = [line for line in to_hold if line.missing]
    basket, channel = priced.basket, priced.channel
    held = hold_missing(basket, channel, lines) if lines else extend_basket(basket, channel)
    return show_basket(replace(priced, basket=held))


def _hold_all(priced: Priced) -> BasketView:
    sold = [line for line in priced.basket.lines if line.variant_id not in priced.problems]
    return _kept(_write_prices(priced), sold)


def _with_vouchers(basket: BasketRow, channel: ChannelContext, codes: tuple[str, ...]) -> BasketView:
    basket = touch_basket(basket, voucher_codes=list(codes))
    return _kept(price_basket(replace(basket, voucher_codes=codes), channel))


def _write_prices(priced: Priced, changed: Sequence[LineRow] = ()) -> Priced:
    """Write changed lines, and the new price of others that have one; the view still tells the prices from before."""
    fresh = {line.variant_id for line in changed}
    rows = {line.variant_id: priced.seen(line) for line in priced.basket.lines}
    wanted = [
        rows[line.variant_id]
        for line in priced.basket.lines
        if line.variant_id in fresh or rows[line.variant_id] != line
    ]
    if not wanted:
        return priced
    ids = write_lines(priced.basket, wanted)
    basket = priced.basket.with_lines(
        replace(line, id=ids.get(line.variant_id, line.id)) for line in priced.basket.lines
    )
    return replace(priced, basket=replace(basket, version=basket.version + 1))


def _with_changed(basket: BasketRow, changed: Sequence[LineRow]) -> BasketRow:
    by_variant = {line.variant_id: line for line in changed}
    kept = [by_variant.pop(line.variant_id, line) for line in basket.lines]
    return basket.with_lines([*kept, *by_variant.values()])


def _without_surplus(priced: Priced, line: LineRow) -> Priced:
    lines = (replace(one, held=one.quantity) if one.id == line.id else one for one in priced.basket.lines)
    return replace(priced, basket=priced.basket.with_lines(lines))


def _refuse(priced: Priced, line: LineRow) -> None:
    problem = priced.problems.get(line.variant_id)
    if problem and problem.code == NoPrice.code:
        raise NoPrice(field="sku", sku=line.sku, currency=priced.channel.currency)
    refuse_problem(problem, line.sku)


def _variant(basket: BasketRow, code: Code) -> Variant:
    variant = basket.variant(code)
    if variant is None:
        field = "sku" if code.sku or not code.gtin else "gtin"
        raise UnknownCode(field=field, value=(code.sku or code.gtin)[:80])
    return variant


def _fresh(variant: Variant) -> LineRow:
    return LineRow(**vars(variant))


def _changed(line: LineRow, quantity: int) -> LineRow:
    if quantity > conf.BASKET_PIECES_MAX:
        raise TooMany(field="quantity", most=conf.BASKET_PIECES_MAX)
    return replace(line, quantity=quantity)


def _line_of(basket: BasketRow, line_id: int) -> LineRow:
    line = basket.line(line_id)
    if line is None:
        raise NotFound()
    return line
