"""Every way a basket can reach its customer, with price, promise and place, or why not."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils import formats
from django.utils.translation import gettext as _

from comptoir.base import clock
from comptoir.baskets.claims import need_claims
from comptoir.channels.queries import ChannelContext
from comptoir.fulfilment.facts import Facts, load_facts
from comptoir.fulfilment.methods import Asked, Option, UnknownMethod, methods
from comptoir.fulfilment.models import DeliveryMethod
from comptoir.fulfilment.promises import Promise


def delivery_options(asked: Asked) -> list[Option]:
    """All options of a basket, in the merchant's order; a constant number of statements (``facts.load_facts``).

    None if customers come for all of it, such as for appointments.
    """
    facts = load_facts(asked)
    if not facts.counted and need_claims(line.variant_id for line in asked.lines):
        return []
    return options_from(asked, facts)


def options_from(asked: Asked, facts: Facts) -> list[Option]:
    """As ``delivery_options``, from what was read before. A method whose kind no running plugin brings is left out."""
    kinds = methods()
    return [
        option
        for method in facts.methods
        if method.kind in kinds
        for option in kinds[method.kind].options(asked, facts, method)
    ]


def chosen_option(asked: Asked, key: str) -> tuple[Option, Facts]:
    """The option with this key, available or not, and what it follows from.

    Errors: ``UnknownMethod``.
    """
    facts = load_facts(asked, method=key.partition(":")[0])
    for option in options_from(asked, facts):
        if option.key == key:
            return option, facts
    raise UnknownMethod(field="delivery", value=key)


def promise_sentence(promise: Promise) -> str:
    """What a customer reads, such as “Today from 17:00” or “Between 24 and 26 November”, in the active language."""
    today = clock.now().astimezone(ZoneInfo(promise.zone)).date()
    days = {0: _("today"), 1: _("tomorrow")}
    first, last = (
        days.get((day - today).days) or formats.date_format(day, "l j F")
        for day in (promise.from_on, promise.until_on)
    )
    if promise.from_at:
        at = formats.time_format(promise.from_at.astimezone(ZoneInfo(promise.zone)).time(), "H:i")
        return _("%(day)s from %(time)s") % {"day": first, "time": at}
    if promise.from_on == promise.until_on:
        return first
    return _("between %(first)s and %(last)s") % {"first": first, "last": last}


def promise_told(delivery: Mapping[str, Any]) -> str:
    """The promise that an order keeps, as it reads today: what was “tomorrow” when it was bought is a day by now."""
    said = delivery.get("promise")
    return promise_sentence(Promise.from_json(said)) if said and said.get("from_on") else ""


def method_on(channel: ChannelContext, key: str) -> DeliveryMethod:
    """The method that a key names, on a channel. Errors: ``UnknownMethod``."""
    code = key.partition(":")[0]
    rows = DeliveryMethod.objects.filter(Q(channels=None) | Q(channels=channel.id), code=code, is_active=True)
    method = rows.first()
    if method is None:
        raise UnknownMethod(field="delivery", value=key[:60])
    return method
