"""The four kinds of delivery that come with the core: home, relay point, collection in a shop, carried out."""

from dataclasses import replace
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptoir.base.money import Money
from comptoir.conf import conf
from comptoir.fulfilment.carriers import Address
from comptoir.fulfilment.facts import Facts
from comptoir.fulfilment.methods import Asked, Method, Option, Reason, Way
from comptoir.fulfilment.models import DeliveryMethod
from comptoir.fulfilment.prices import after_benefits, price_of, rates_at
from comptoir.fulfilment.promises import Place, Promise, Transit
from comptoir.fulfilment.public_holidays import region_of
from comptoir.fulfilment.routing import Candidate, RouteRequest, Source, Wish, distance_km, rank_candidates


def home_options(asked: Asked, facts: Facts, method: DeliveryMethod) -> list[Option]:
    """To an address: from wherever it is best."""
    option = Option(method, Way.SHIP, method.name_in(asked.locale))
    if asked.address is None or not asked.address.country:
        return [replace(option, reasons=(reason_why("address_needed"),))]
    return [_sent(asked, facts, option, asked.address)]


def relay_options(asked: Asked, facts: Facts, method: DeliveryMethod) -> list[Option]:
    """To a relay point: priced by the address until a point is chosen, and then by that."""
    point, option = asked.point, Option(method, Way.SHIP, method.name_in(asked.locale))
    address = (
        Address(point.country, point.postcode, point.city, point.latitude, point.longitude) if point else None
    )
    if not (address or (asked.address and asked.address.country)):
        return [replace(option, reasons=(reason_why("address_needed"),))]
    return [_sent(asked, facts, option, address or asked.address)]  # type: ignore[arg-type]


def collection_options(asked: Asked, facts: Facts, method: DeliveryMethod) -> list[Option]:
    """In each shop where customers collect: from its own shelves, or sent there; the nearest first if a point is known."""
    shops = [pk for pk, settings in facts.settings.items() if settings.collects]
    if asked.location_id:
        shops = [pk for pk in shops if pk == asked.location_id]
    options = [_collected(asked, facts, method, facts.sources[pk]) for pk in shops]
    return sorted(options, key=lambda one: (one.distance_km is None, one.distance_km or 0.0))


def carry_out_options(asked: Asked, facts: Facts, method: DeliveryMethod) -> list[Option]:
    """At once, in the shop that a channel belongs to, or that the till of the basket stands in; no other channel has it."""
    till = None if asked.channel.is_public else asked.location_id
    here = facts.sources.get(asked.channel.own_location_id or till or 0)
    if here is None:
        return []
    option = Option(
        method, Way.CARRY_OUT, method.name_in(asked.locale), destination_id=here.location_id,
        destination_code=here.code, price=Money(Decimal(0), asked.channel.currency),
        full_price=Money(Decimal(0), asked.channel.currency),
    )  # fmt: skip
    request = replace(_request(asked, facts, method, here.place), destination=here, only_there=True)
    best = best_route(request, facts)
    if not best.is_eligible:
        return [replace(option, reasons=_why_not(best))]
    today = asked.moment.astimezone(here.place.tz).date()
    return [
        replace(
            option, route=best, request=request, promise=Promise(here.place.zone, today, today, asked.moment)
        )
    ]


BUILT_IN = [
    Method("home", gettext_lazy("home delivery"), Way.SHIP, home_options),
    Method("relay", gettext_lazy("relay point"), Way.SHIP, relay_options, needs_point=True),
    Method("collection", gettext_lazy("collection in a shop"), Way.COLLECT, collection_options),
    Method("carry_out", gettext_lazy("carried out in the shop"), Way.CARRY_OUT, carry_out_options),
]


def best_route(request: RouteRequest, facts: Facts) -> Candidate:
    """The best candidate, or the one that came nearest to it, with the reasons why not."""
    ranked = rank_candidates(request, facts.all_sources, conf.ROUTING_RULES)
    if not ranked:
        return Candidate((), reasons=[{"code": "out_of_stock"}])
    if ranked[0].is_eligible:
        return ranked[0]
    by_reason = {one.reasons[0]["code"]: one for one in reversed(ranked)}
    return by_reason.get("never_open") or by_reason.get("out_of_stock") or ranked[0]


def priced(asked: Asked, facts: Facts, option: Option, address: Address | None) -> Option:
    """An option with its price at an address, or the reason why there is none."""
    method = option.method
    if method.currency != asked.channel.currency:
        return replace(option, reasons=(reason_why("other_currency"),))
    rates = rates_at(method, address)
    if not rates and (method.rates.all() or option.way is Way.SHIP):
        return replace(option, reasons=(reason_why("zone_not_served"),))
    amount = price_of(rates, weight_g=facts.weight_g, value=asked.value) if rates else Decimal(0)
    if amount is None:
        return replace(option, reasons=(reason_why("no_rate"),))
    if method.free_from is not None and asked.value >= method.free_from:
        amount = Decimal(0)
    full = Money(amount, method.currency).rounded()
    return replace(option, price=after_benefits(full, asked.benefits), full_price=full)


def _sent(asked: Asked, facts: Facts, option: Option, address: Address) -> Option:
    option = priced(asked, facts, option, address)
    if option.reasons:
        return option
    request = replace(
        _request(asked, facts, option.method),
        region=region_of(address.country, address.postcode),
        latitude=address.latitude,
        longitude=address.longitude,
    )
    return _routed(option, request, facts)


def _collected(asked: Asked, facts: Facts, method: DeliveryMethod, shop: Source) -> Option:
    point = asked.address
    far = distance_km(shop.latitude, shop.longitude, point.latitude, point.longitude) if point else None
    option = Option(
        method, Way.COLLECT, method.name_in(asked.locale), destination_id=shop.location_id,
        destination_code=shop.code, distance_km=far,
        has_slots=bool(facts.settings[shop.location_id].slot_minutes),
    )  # fmt: skip
    location = facts.locations[shop.location_id]
    option = priced(asked, facts, option, Address(location.country, location.postcode, location.city))
    if option.reasons:
        return option
    request = replace(_request(asked, facts, method, shop.place), destination=shop)
    return _routed(option, request, facts)


def _routed(option: Option, request: RouteRequest, facts: Facts) -> Option:
    best = best_route(request, facts)
    if not best.is_eligible:
        return replace(option, reasons=_why_not(best))
    return replace(option, route=best, request=request, promise=best.promise)


def _request(asked: Asked, facts: Facts, method: DeliveryMethod, place: Place | None = None) -> RouteRequest:
    wishes = (
        Wish(line.owner or f"line:{number}", line.variant_id, line.quantity)
        for number, line in enumerate(asked.lines)
        if line.variant_id in facts.counted
    )
    return RouteRequest(
        reference="",
        kind=method.kind,
        wishes=tuple(wishes),
        since=asked.moment,
        transit=transit_of(method),
        zone=place.zone if place else asked.channel.time_zone,
        excluded=asked.excluded,
    )


def transit_of(method: DeliveryMethod) -> Transit:
    """How the carrier of a method works."""
    return Transit(method.days_min, method.days_max, frozenset(method.weekdays), method.pickup)


def _why_not(candidate: Candidate) -> tuple[Reason, ...]:
    return tuple(reason_why(code) for code in dict.fromkeys(one["code"] for one in candidate.reasons))


def reason_why(code: str) -> Reason:
    """A reason by its code, with the sentence that customers read."""
    sentences = {
        "point_needed": _("Choose a relay point."),
        "address_needed": _("Say where it should go."),
        "zone_not_served": _("We do not deliver there this way."),
        "no_rate": _("The order is too heavy or too large for this delivery."),
        "other_currency": _("This delivery is not sold in the currency of the channel."),
        "out_of_stock": _("Not everything is in stock."),
        "never_open": _("Nobody works there in the months to come."),
        "does_not_ship": _("Nothing is sent from there."),
        "not_there": _("It is not in this shop."),
        "rejected_before": _("The shop could not find it."),
    }
    return Reason(code, sentences.get(code, _("This cannot be done.")))
