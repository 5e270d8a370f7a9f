"""Prices a basket: reads what a quote follows from, in at most three statements; ``working_out`` does the rest."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Sum

from comptoir.base.errors import InvalidValue
from comptoir.base.statements import fetch_raw
from comptoir.channels.models import Location
from comptoir.channels.queries import ChannelContext
from comptoir.pricing.compiling import (
    VERSION,
    Counters,
    Rules,
    counters_of,
    current_rules,
    make_version,
    rules_of,
)
from comptoir.pricing.engine import Candidate
from comptoir.pricing.goods import GOODS, PricedGoods, goods_values, priced_rows
from comptoir.pricing.models import OfferUse
from comptoir.pricing.offer.models import ConditionalOffer
from comptoir.pricing.offers import Usage
from comptoir.pricing.quote_parts import Quote, QuoteContext, QuotedVoucher, QuoteLine
from comptoir.pricing.vouchers import (
    Place,
    Refusal,
    VoucherNotMet,
    applied,
    in_scope,
    normal_code,
    read_vouchers,
    refusal,
)
from comptoir.pricing.working_out import Basis, work_out

#: Both are asked with every quote. The counters are in the first row only; the goods are empty for an empty basket.
RULES_AND_GOODS = f"""
SELECT rules.version, CASE WHEN row_number() OVER () = 1 THEN rules.counted END, goods.*
FROM ({VERSION}) AS rules(version, counted) LEFT JOIN ({GOODS}) AS goods ON true
"""  # noqa: S608


@dataclass(frozen=True)
class Entered:
    """A voucher code as the customer entered it, what it names, and why it cannot be used, if so."""

    code: str
    row: Any
    refusal: Refusal | None


def quote(context: QuoteContext, lines: Sequence[QuoteLine]) -> Quote:
    """Price a basket for one place, moment and customer, with every reason.

    At most three statements, whatever the number of lines and offers: the version of the rules with the goods and their
    prices, the vouchers (if any were entered), the customer's uses of limited offers (if any are). After a change of a
    rule the first quote of each process also reads the rules.
    Errors: ``InvalidValue`` for a bad quantity or a key used twice, ``NoPrice``, ``NoTaxRate``.
    """
    basis, entered = read_basis(context, lines)
    return _tell_vouchers(work_out(basis), entered)


def read_basis(context: QuoteContext, lines: Sequence[QuoteLine]) -> tuple[Basis, list[Entered]]:
    """Everything a quote follows from, and the vouchers that were entered. Errors as in ``quote``."""
    _check(lines)
    rules, counters, goods = _rules_and_goods(context, {line.variant_id for line in lines})
    usage = _usage(context, rules, counters)
    entered = _entered(context, rules, usage)
    candidates = _candidates(context, rules, entered)
    return Basis(context, lines, goods, rules.taxes, candidates, usage, str(rules.version)), entered


def _rules_and_goods(
    context: QuoteContext, variant_ids: set[int]
) -> tuple[Rules, Counters, Mapping[int, PricedGoods]]:
    values = goods_values(
        variant_ids,
        currency=context.currency,
        channel_id=context.channel_id,
        location_id=context.location_id,
        moment=context.moment,
    )
    rows = fetch_raw(RULES_AND_GOODS, values, keep_plan=True)
    if not rows:
        make_version()
        return _rules_and_goods(context, variant_ids)
    goods = priced_rows((row[2:] for row in rows if row[2]), variant_ids, context.currency)
    return rules_of(rows[0][0]), counters_of(rows[0][1]), goods


def context_at(channel: ChannelContext, location: Location | None = None, **fields: Any) -> QuoteContext:
    """Where a basket is priced: on a channel, and in a shop if it belongs to one, whose zone and country then count.

    ``fields`` are the others of ``QuoteContext``, such as the country goods are delivered to.
    """
    place = {} if location is None else {"location_id": location.pk, "country": location.country}
    zone = channel.time_zone if location is None else location.time_zone
    return QuoteContext(
        **{
            "channel_id": channel.id,
            "currency": channel.currency,
            "time_zone": zone,
            "country": channel.country,
            "net_prices": channel.net_prices,
            "location_id": channel.own_location_id,
            **place,
            **fields,
        }
    )


def check_voucher(context: QuoteContext, code: str) -> str:
    """The code as it is kept, if the voucher may be used here and now; whether the basket has its goods is left open.

    Errors: ``VoucherRefused``, of the class and code of the reason.
    """
    rules, counters = current_rules()
    (entered,) = _entered(replace(context, voucher_codes=(code,)), rules, _usage(context, rules, counters))
    if entered.refusal:
        raise entered.refusal(field="voucher", voucher=entered.code)
    return entered.code


def _check(lines: Sequence[QuoteLine]) -> None:
    for line in lines:
        if isinstance(line.quantity, bool) or not isinstance(line.quantity, int) or line.quantity < 1:
            raise InvalidValue(field="quantity", value=line.quantity)
    if len({line.key for line in lines}) < len(lines):
        raise InvalidValue(field="key", value=", ".join(line.key for line in lines))


def _usage(context: QuoteContext, rules: Rules, counters: Counters) -> Usage:
    known = context.customer_id is not None
    uses = {}
    if known and rules.limits_customers:
        rows = OfferUse.objects.filter(customer=context.customer_id).values_list("offer")
        uses = dict(rows.annotate(Sum("times")))
    return Usage(counters.applications, counters.discounts, uses, known)


def _entered(context: QuoteContext, rules: Rules, usage: Usage) -> list[Entered]:
    """The entered vouchers, each once, in Oscar's order: the newest voucher first."""
    codes = list(dict.fromkeys(normal_code(code) for code in context.voucher_codes))
    found = read_vouchers(codes, customer_id=context.customer_id)
    ordered = [*found, *(code for code in codes if code not in found)]
    place = _place(context)
    return [
        Entered(
            code,
            found.get(code),
            refusal(found.get(code), rules.offers, place=place, usage=usage, customer_id=context.customer_id),
        )
        for code in ordered
    ]


def _candidates(context: QuoteContext, rules: Rules, entered: Iterable[Entered]) -> list[Candidate]:
    """The offers that count here and now. Source: oscar/apps/offer/applicator.py, ``get_offers``."""
    place = _place(context)
    running = [
        offer
        for offer in rules.offers.values()
        if offer.kind != ConditionalOffer.VOUCHER
        and offer.is_on(context.moment)
        and not in_scope(offer, place)
    ]
    granted = [offer for offer in running if offer.id in context.granted_offer_ids]
    vouchers = [applied(one.row, rules.offers, place) for one in entered if one.refusal is None]
    return [
        *((offer, None) for offer in granted if offer.kind == ConditionalOffer.SESSION),
        *((rules.offers[pk], voucher) for voucher in vouchers for pk in voucher.offer_ids),
        *((offer, None) for offer in granted if offer.kind == ConditionalOffer.USER),
        *((offer, None) for offer in running if offer.kind == ConditionalOffer.SITE),
    ]


def _tell_vouchers(worked_out: Quote, entered: Iterable[Entered]) -> Quote:
    """Say of each voucher whether it gave something, and else why not."""
    gave = {one.voucher_code for one in (*worked_out.discounts, *worked_out.delivery_benefits)}
    return replace(worked_out, vouchers=tuple(_told(one, one.code in gave) for one in entered))


def _told(one: Entered, gave: bool) -> QuotedVoucher:
    name = one.row.name if one.row else ""
    reason = one.refusal or (None if gave else VoucherNotMet)
    if reason is None:
        return QuotedVoucher(one.code, name)
    return QuotedVoucher(one.code, name, reason.code, str(reason(voucher=one.code)))


def _place(context: QuoteContext) -> Place:
    return Place(context.channel_id, context.location_id, context.moment, context.time_zone)
