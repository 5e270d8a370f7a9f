"""Files by which Google shows “book an appointment” beside each location and leads from there to the booking pages.

The three feeds of “Appointments Redirect”: places, where to book, and what; each with a descriptor that is written last, so
that what is fetched is whole. Fields: https://developers.google.com/actions-center/verticals/appointments/redirect
Bringing them to Google (SFTP, once a day) is up to the shop and its contract with Google.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from comptoir.base import clock
from comptoir.base.money import Money
from comptoir.channels.models import Channel, Location
from comptoir.channels.queries import ChannelContext, channel_context
from comptoir.publishing.queries import product_by_code
from comptoir_booking.asking import seen_minutes, services_sold
from comptoir_booking.conf import conf
from comptoir_booking.links import PLUGIN, home_link
from comptoir_booking.models import Service
from comptoir_booking.shown import ServiceShown, offered_at, places_of, services_shown

ENTITY, ACTION, SERVICE = "reservewithgoogle.entity", "reservewithgoogle.action.v2", "glam.service.v0"
#: Some days of files are kept: Google may still be reading those of yesterday.
KEPT_DAYS = 7
EVERY = timedelta(days=1)
MOST_OF_A_DESCRIPTION = 2000
Row = dict[str, Any]


def write_feed_of_the_day() -> None:
    """Write the files of every channel with booking pages, once a day, if the shop wants them; called by each worker."""
    if not conf.GOOGLE_FOLDER:
        return
    for channel in _channels():
        folder = Path(conf.GOOGLE_FOLDER) / channel.code
        newest = max((int(_stamp(one)) for one in folder.glob("*.filesetdesc.json")), default=0)
        if newest <= (clock.now() - EVERY).timestamp():
            write_feed(channel.code, folder)


def write_feed(channel_code: str, folder: Path) -> dict[str, int]:
    """Write the three feeds of a channel into a folder; returns how many rows each has.

    Files of more than a week ago are taken away. Errors: ``LookupError`` if the channel has no booking pages.
    """
    channel = channel_context(channel_code) if _channels().filter(code=channel_code).exists() else None
    if channel is None:
        raise LookupError(channel_code)
    places = [place for place in places_of(channel, []) if _address(place)]
    feeds = {
        ("entity", ENTITY): [_entity(channel, place) for place in places],
        ("action", ACTION): [_action(channel, place) for place in places],
        ("service", SERVICE): list(_services(channel, places)),
    }
    folder.mkdir(parents=True, exist_ok=True)
    stamp = int(clock.now().timestamp())
    for (short, name), rows in feeds.items():
        _write(folder / f"{short}_{stamp}.json", {"data": rows})
        said = {"generation_timestamp": stamp, "name": name, "data_file": [f"{short}_{stamp}.json"]}
        _write(folder / f"{name}-{stamp}.filesetdesc.json", said)
    _tidy(folder)
    return {short: len(rows) for (short, _name), rows in feeds.items()}


def _channels() -> QuerySet[Channel]:
    """Those with booking pages that anybody may see."""
    return Channel.objects.active().filter(is_public=True, extensions__contains=[PLUGIN])


def _entity(channel: ChannelContext, place: Location) -> Row:
    where: Row = {"address": _address(place)}
    if place.latitude is not None and place.longitude is not None:
        where |= {"latitude": float(place.latitude), "longitude": float(place.longitude)}
    url = home_link(channel, channel.default_locale)
    return {"entity_id": place.code, "name": place.name, "url": url, "location": where}


def _address(place: Location) -> Row:
    """Empty where something is missing that Google needs to find the place."""
    said = {
        "country": place.country,
        "locality": place.city,
        "postal_code": place.postcode,
        "street_address": place.street,
    }
    return said if all(said.values()) else {}


def _action(channel: ChannelContext, place: Location) -> Row:
    return {
        "entity_id": place.code,
        "link_id": f"{channel.code}-{place.code}",
        "url": home_link(channel, channel.default_locale, location=place.code),
        "actions": [{"appointment_info": {}}],
    }


def _services(channel: ChannelContext, places: Sequence[Location]) -> Iterator[Row]:
    sold = [one for one in services_sold(channel) if not one.in_sessions]
    words = {locale: _words(channel, locale, sold) for locale in channel.locales}
    shown = services_shown(channel, channel.default_locale, sold)
    for place in places:
        here = offered_at(place, sold)
        for one in shown:
            if one.service in here:
                yield _service(channel, place, one, words)


def _words(channel: ChannelContext, locale: str, sold: Sequence[Service]) -> dict[str, Row]:
    """Title, category and description of services in one language, by SKU."""
    found = {}
    for one in services_shown(channel, locale, sold):
        body = product_by_code(channel, locale, one.sku)
        product = orjson.loads(body) if body else {}
        with override(locale):
            category = next((row["name"] for row in product.get("categories", ())), _("Services"))
        found[one.sku] = {
            "name": one.title,
            "category": category,
            "description": product.get("summary") or "",
        }
    return found


def _service(
    channel: ChannelContext, place: Location, shown: ServiceShown, words: Mapping[str, Mapping[str, Row]]
) -> Row:
    link = home_link(channel, channel.default_locale, location=place.code, service=shown.sku)

    def text(field: str, longest: int = 200) -> Row:
        return _text({locale: said[shown.sku][field][:longest] for locale, said in words.items() if shown.sku in said},
                     channel.default_locale)  # fmt: skip

    row = {
        "merchant_id": place.code,
        "service_id": f"service-{shown.service.pk}",
        "localized_service_name": text("name"),
        "localized_service_category": text("category"),
        "service_price": _price(shown),
        "service_duration": _duration(shown.service),
        "action_link": [{"url": link}],
    }
    description = text("description", MOST_OF_A_DESCRIPTION)
    return row | ({"localized_service_description": description} if description["value"] else {})


def _text(by_locale: Mapping[str, str], default: str) -> Row:
    values = [{"locale": locale, "value": value} for locale, value in by_locale.items() if value]
    return {"value": by_locale.get(default, ""), "localized_value": values}


def _price(shown: ServiceShown) -> Row:
    is_for_all = shown.service.price_for == Service.PriceFor.VISIT
    kind = "INTERPRETATION_EXACT" if is_for_all else "INTERPRETATION_STARTS_AT"
    return {"price_interpretation": kind, "min_price": _micros(shown.price)}


def _micros(price: Money) -> Row:
    return {"price_micros": int(price.amount * Decimal(1_000_000)), "currency_code": price.currency}


def _duration(service: Service) -> Row:
    """As long as it takes with the quickest, up to the slowest of those who do it."""
    people = [one for one in service.skilled.all() if one.is_active]
    seconds = {seen_minutes(service, one) * 60 for one in people} or {seen_minutes(service) * 60}
    said: Row = {"min_duration_sec": min(seconds)}
    if len(seconds) == 1:
        return {"duration_interpretation": "INTERPRETATION_EXACT", **said}
    return {"duration_interpretation": "INTERPRETATION_RANGE", **said, "max_duration_sec": max(seconds)}


def _write(path: Path, said: Row) -> None:
    """Whole or not at all."""
    fresh = path.with_suffix(".new")
    fresh.write_bytes(orjson.dumps(said, option=orjson.OPT_INDENT_2))
    fresh.replace(path)


def _tidy(folder: Path) -> None:
    oldest = (clock.now() - timedelta(days=KEPT_DAYS)).timestamp()
    for path in folder.glob("*.json"):
        stamp = _stamp(path)
        if stamp.isdigit() and int(stamp) < oldest:
            path.unlink(missing_ok=True)


def _stamp(path: Path) -> str:
    """When the file was made, as its name says."""
    return path.name.replace(".filesetdesc", "").removesuffix(".json").replace("_", "-").rpartition("-")[2]
