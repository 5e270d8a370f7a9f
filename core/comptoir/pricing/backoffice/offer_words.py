"""Offers in one sentence, as somebody of the shop says them."""

from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from comptoir.base import clock
from comptoir.pricing.offer.models import Benefit, Condition, ConditionalOffer


def offer_words(offer: ConditionalOffer) -> str:
    """What an offer is about and what it gives: “3 pieces of Socks: the cheapest piece for free”."""
    told = {"condition": _condition_words(offer.condition), "benefit": _benefit_words(offer)}
    return _("%(condition)s: %(benefit)s") % told


def _condition_words(condition: Condition) -> str:
    told = {"value": _plain(condition.value), "range": condition.range}
    if condition.type == Condition.VALUE:
        return _("“%(range)s” worth %(value)s") % told
    if condition.type == Condition.COVERAGE:
        return _("%(value)s different goods of “%(range)s”") % told
    if condition.value == 1:
        return _("any piece of “%(range)s”") % told
    return _("%(value)s pieces of “%(range)s”") % told


def _benefit_words(offer: ConditionalOffer) -> str:
    benefit = offer.benefit
    words = {
        Benefit.PERCENTAGE: _("%(value)s %% off"),
        Benefit.FIXED_UNIT: _("%(value)s off each piece"),
        Benefit.FIXED: _("%(value)s off all of them together"),
        Benefit.MULTIBUY: _("the cheapest piece for free"),
        Benefit.FIXED_PRICE: _("all of them for %(value)s"),
        Benefit.SHIPPING_PERCENTAGE: _("%(value)s %% off the delivery"),
        Benefit.SHIPPING_ABSOLUTE: _("%(value)s off the delivery"),
        Benefit.SHIPPING_FIXED_PRICE: _("delivery for %(value)s"),
    }
    said = words.get(benefit.type, _("something a program decides")) % {"value": _plain(benefit.value)}
    if benefit.range_id and benefit.range_id != offer.condition.range_id:
        said += " " + _("on “%(range)s”") % {"range": benefit.range}
    if benefit.max_affected_items:
        said += " " + _("(at most %(pieces)s pieces)") % {"pieces": benefit.max_affected_items}
    return said


def where_it_counts(offer: ConditionalOffer) -> str:
    """Its channels and shops, in words."""
    scope = getattr(offer, "scope", None)
    places = [str(place) for place in (*scope.channels.all(), *scope.locations.all())] if scope else []
    return ", ".join(places) or _("everywhere")


def when_it_counts(offer: ConditionalOffer) -> str:
    """Its days, in words."""
    scope = getattr(offer, "scope", None)
    first, last = (scope.starts_on, scope.ends_on) if scope else (None, None)
    first, last = first or offer.start_datetime, last or offer.end_datetime
    told = {"first": _day(first), "last": _day(last)}
    if first and last:
        return _("%(first)s to %(last)s") % told
    if first:
        return _("from %(first)s") % told
    return _("until %(last)s") % told if last else _("always")


def state_words(offer: ConditionalOffer) -> str:
    """Whether it is given now: suspended, used up, over, to come, or on."""
    if offer.is_suspended:
        return _("suspended")
    if offer.get_max_applications() == 0:
        return _("used up")
    today, scope = clock.now().date(), getattr(offer, "scope", None)
    ends = [scope.ends_on if scope else None, offer.end_datetime.date() if offer.end_datetime else None]
    starts = [
        scope.starts_on if scope else None,
        offer.start_datetime.date() if offer.start_datetime else None,
    ]
    if any(end and end < today for end in ends):
        return _("over")
    if any(start and start > today for start in starts):
        return _("to come")
    return _("with a voucher") if offer.offer_type == ConditionalOffer.VOUCHER else _("in force")


def usage_words(offer: ConditionalOffer) -> str:
    """How often it was given, and how often it still may be."""
    told = {"times": offer.num_applications, "most": offer.max_global_applications}
    return _("%(times)s of %(most)s") % told if offer.max_global_applications else str(offer.num_applications)


def _plain(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"


def _day(day: Any) -> str:
    return date_format(day, "SHORT_DATE_FORMAT") if day else ""
