"""A basket goes from one channel to another: a code is read aloud or scanned, the goods stay held, prices are compared."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptoir.base import clock
from comptoir.base.errors import ComptoirError, InvalidValue, NotFound
from comptoir.base.money import Money
from comptoir.baskets.checks import Empty
from comptoir.baskets.holding import extend_basket
from comptoir.baskets.models import Basket, Handover
from comptoir.baskets.rows import Key, LineRow, basket_by_id, find_basket, write_lines
from comptoir.baskets.shown import BasketView, Priced, price_basket, show_basket
from comptoir.baskets.tokens import hash_code, hash_token, new_code, new_token
from comptoir.channels.models import Location
from comptoir.channels.queries import ChannelContext, channel_context
from comptoir.conf import conf
from comptoir.events.services import record_event
from comptoir.pricing.explaining import price_sentence
from comptoir.pricing.goods import PriceRule
from comptoir.pricing.quote_parts import QuotedLine
from comptoir.stock.holds import move_holds


class HandoverRefused(ComptoirError):
    """The code is unknown, was used, or is too old: the answer does not tell which."""

    code = "handover_unknown"
    status = 404
    sentence = gettext_lazy("This code does not open a basket. Please ask for a new one.")


@dataclass(frozen=True)
class Offer:
    """What is shown to whoever hands a basket over; ``qr`` is the text of a QR code (capital letters and digits)."""

    code: str
    qr: str
    ends_at: datetime


@dataclass(frozen=True)
class PriceAt:
    """What a line costs on a channel, and why: the price of a piece, the line after discounts, the sentence of the rule."""

    channel: str
    unit_price: Money
    total: Money
    rule: PriceRule
    discounts: tuple[str, ...]

    @property
    def sentence(self) -> str:
        return price_sentence(self.rule)


@dataclass(frozen=True)
class Difference:
    """A line that costs something else on the channel it came to, or is not sold there (``now`` is ``None``)."""

    line: LineRow
    before: PriceAt | None
    now: PriceAt | None
    sentence: str


@dataclass(frozen=True)
class TakenOver:
    """A basket on its new channel: its view, its new token, and what is different here."""

    view: BasketView
    token: str
    from_channel: str
    differences: tuple[Difference, ...]


@transaction.atomic(savepoint=False)
def offer_handover(*, key: Key) -> Offer:
    """Give out a code that lets another channel, or another device, take a basket over: once, for some minutes.

    A code that was given out before stops working. Errors: ``NotFound``, ``Empty``.
    """
    basket = find_basket(key, lock=True)
    if not basket.lines:
        raise Empty()
    code, ends_at = new_code(), clock.now() + timedelta(minutes=conf.HANDOVER_MINUTES)
    Handover.objects.filter(basket=basket.id, taken_at=None).delete()
    Handover.objects.create(
        basket_id=basket.id,
        code_hash=hash_code(code),
        from_channel_id=basket.channel_id,
        offered_at=clock.now(),
        ends_at=ends_at,
    )
    extend_basket(basket, key.channel)
    return Offer(code, f"COMPTOIR:{code.replace('-', '')}", ends_at)


@transaction.atomic(savepoint=False)
def take_over(*, channel: ChannelContext, code: str, location: Location | None = None) -> TakenOver:
    """Go on with a basket on this channel: its goods stay held, the old token stops working, a new one is given.

    What this channel does not sell stays in the basket and is shown as such. Prices are those of this channel; each
    difference is told with the rule behind it.
    Errors: ``HandoverRefused``; ``InvalidValue`` for a location whose goods the channel does not offer.
    Source: docs/algorithms/baskets.md, rule 5.
    """
    if location and location.pk not in channel.location_ids:
        raise InvalidValue(field="location", value=location.code)
    offered = Handover.objects.filter(
        code_hash=hash_code(code), taken_at=None, ends_at__gt=clock.now()
    ).first()
    if offered is None:
        raise HandoverRefused(field="code")
    try:
        basket = basket_by_id(offered.basket_id, lock=True)
    except NotFound as error:
        raise HandoverRefused(field="code") from error
    mine = Handover.objects.filter(pk=offered.pk, taken_at=None)
    if not mine.update(taken_at=clock.now(), to_channel=channel.id):
        raise HandoverRefused(field="code")
    old_channel = channel_context(basket.channel_code)
    before = price_basket(basket, old_channel) if old_channel else None
    token = new_token()
    Basket.objects.filter(pk=basket.id).update(
        channel=channel.id, location=location, token_hash=hash_token(token), checkout_began_at=None
    )
    here = replace(
        basket, channel_id=channel.id, channel_code=channel.code, location=location, checkout_began_at=None
    )
    priced = price_basket(here, channel)
    write_lines(here, [priced.seen(line) for line in here.lines])
    here = replace(here, version=here.version + 1)
    record_event(
        "basket_changed",
        subject_id=basket.id,
        change="handed_over",
        channel=channel.code,
        came_from=basket.channel_code,
    )
    move_holds(owners={line.owner: line.owner for line in here.lines}, channel=channel)
    view = show_basket(replace(priced, basket=extend_basket(here, channel)))
    return TakenOver(view, token, basket.channel_code, _differences(before, priced))


def _differences(before: Priced | None, now: Priced) -> tuple[Difference, ...]:
    """Line by line, what the basket costs here and did not cost there."""
    found = []
    for line in now.basket.lines:
        then, here = (_price_at(priced, line) for priced in (before, now))
        if here is None:
            problem = now.problems.get(line.variant_id)
            found.append(Difference(line, then, None, problem.message if problem else ""))
        elif then and (then.unit_price, then.total) != (here.unit_price, here.total):
            found.append(Difference(line, then, here, _why(then, here)))
    return tuple(found)


def _price_at(priced: Priced | None, line: LineRow) -> PriceAt | None:
    quoted: QuotedLine | None = priced.quote.line_by_key.get(str(line.variant_id)) if priced else None
    if priced is None or quoted is None:
        return None
    names = tuple(one.name for one in quoted.discounts)
    return PriceAt(priced.channel.code, quoted.unit_price, quoted.total, quoted.rule, names)


def _why(then: PriceAt, here: PriceAt) -> str:
    """The rule that explains a difference, in words."""
    if then.unit_price.currency != here.unit_price.currency:
        return _("Prices are in %(currency)s here.") % {"currency": here.unit_price.currency}
    if then.rule != here.rule:
        if here.rule.is_exception:
            return here.sentence
        return _("Until now: %(sentence)s") % {"sentence": then.sentence}
    gone, come = _without(then.discounts, here.discounts), _without(here.discounts, then.discounts)
    if gone:
        return _("Not here: %(offers)s") % {"offers": ", ".join(gone)}
    if come:
        return _("Only here: %(offers)s") % {"offers": ", ".join(come)}
    return _("Prices here are shown in another way, such as without tax, or offers come out otherwise.")


def _without(names: Sequence[str], others: Sequence[str]) -> list[str]:
    return [name for name in names if name not in others]
