"""The shops, with their hours and what they do; how to reach the house; who it is; what machines are told."""

from dataclasses import dataclass
from datetime import date, timedelta
from email.utils import parseaddr
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils.dates import WEEKDAYS
from django.utils.formats import time_format

from comptoir.base import clock
from comptoir.channels.models import Location
from comptoir.channels.queries import ChannelContext
from comptoir.conf import conf
from comptoir.fulfilment.facts import place_of, read_locations, settings_of
from comptoir.fulfilment.promises import open_times
from comptoir.publishing import queries
from comptoir_web.seo import SCHEMA, script_json
from comptoir_web.shop import Shop, open_page

#: How far ahead days off are told.
AHEAD_DAYS = 60


@dataclass(frozen=True)
class Place:
    """One shop as visitors read of it."""

    location: Location
    is_open: bool
    changes: str
    hours: list[tuple[str, str, bool]]
    days_off: list[Any]
    collects: bool

    @property
    def directions(self) -> str:
        """An address that a map of the visitor's own opens."""
        row = self.location
        return f"geo:{row.latitude},{row.longitude}" if row.latitude is not None else ""


@open_page
def shops(shop: Shop) -> HttpResponse:
    places = _places(shop.channel)
    return shop.render(
        "shops.html", {"places": places, "seo": _seo(shop, places), **_same_page(shop, "shops")}
    )


@open_page
def one_shop(shop: Shop, code: str) -> HttpResponse:
    found = [place for place in _places(shop.channel) if place.location.code == code]
    if not found:
        raise Http404(code)
    context = {"place": found[0], "seo": _seo(shop, found), **_same_page(shop, "one_shop", code)}
    return shop.render("one_shop.html", context)


@open_page
def contact(shop: Shop) -> HttpResponse:
    email = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    context = {"email": email, "places": _places(shop.channel), **_same_page(shop, "contact")}
    return shop.render("contact.html", context)


@open_page
def legal(shop: Shop) -> HttpResponse:
    """Who the shop is, from the settings that invoices are printed with."""
    email = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    context = {"email": email, "notice": conf.LEGAL_NOTICE, **_same_page(shop, "legal")}
    return shop.render("legal.html", context)


@open_page
def sitemap(shop: Shop) -> HttpResponse:
    """Everything of the channel that search engines should find, in one language."""
    paths = [shop.url("category", row["slug"]) for row in _all_categories(shop.frame.categories)]
    for kind, slug in queries.slugs_to_list(shop.channel, shop.locale):
        paths.append(shop.url("product", slug) if kind == "product" else shop.page_url(slug))
    paths.append(shop.url("shops"))
    addresses = [shop.absolute(path) for path in paths]
    response = shop.render("sitemap.xml", {"addresses": addresses})
    response["Content-Type"] = "application/xml; charset=utf-8"
    return response


def _places(channel: ChannelContext) -> list[Place]:
    rows = read_locations(channel.location_ids)
    return [_place(row) for row in rows if row.kind == Location.Kind.SHOP]


def _place(location: Location) -> Place:
    zone = ZoneInfo(location.time_zone)
    now = clock.now().astimezone(zone)
    stretch = next(open_times(place_of(location), now), None)
    is_open = stretch is not None and stretch[0] <= now
    moment = stretch[1 if is_open else 0].astimezone(zone) if stretch else None
    return Place(
        location=location,
        is_open=is_open,
        changes=_moment(moment, now.date()) if moment else "",
        hours=_hours(location, now.date()),
        days_off=[
            row
            for row in location.days_off.all()
            if now.date() <= row.on <= now.date() + timedelta(AHEAD_DAYS)
        ],
        collects=settings_of(location).collects,
    )


def _moment(moment: Any, today: date) -> str:
    at = time_format(moment.time(), "H:i")
    return at if moment.date() == today else f"{WEEKDAYS[moment.weekday()]} {at}"


def _hours(location: Location, today: date) -> list[tuple[str, str, bool]]:
    """Each weekday with its hours and whether it is today; no hours on a day the shop is closed."""
    by_day: dict[int, list[str]] = {}
    for row in location.opening_hours.all():
        by_day.setdefault(row.weekday, []).append(
            f"{time_format(row.opens, 'H:i')} – {time_format(row.closes, 'H:i')}"
        )
    return [
        (str(name).capitalize(), ", ".join(by_day.get(day, ())), day == today.weekday())
        for day, name in WEEKDAYS.items()
    ]


def _seo(shop: Shop, places: list[Place]) -> dict[str, Any]:
    return {"json_ld": [script_json(_local_business(shop, place.location)) for place in places]}


def _local_business(shop: Shop, location: Location) -> dict[str, Any]:
    """A shop with its hours, as schema.org's ``Store``, which is a ``LocalBusiness``."""
    names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    where = (
        {"latitude": float(location.latitude), "longitude": float(location.longitude)}
        if location.latitude
        else {}
    )
    return {
        "@context": SCHEMA,
        "@type": "Store",
        "name": location.name,
        "url": shop.absolute(shop.url("one_shop", location.code)),
        "address": {
            "@type": "PostalAddress",
            "streetAddress": location.street,
            "postalCode": location.postcode,
            "addressLocality": location.city,
            "addressCountry": location.country,
        },
        **({"geo": {"@type": "GeoCoordinates", **where}} if where else {}),
        "openingHoursSpecification": [
            {
                "@type": "OpeningHoursSpecification",
                "dayOfWeek": f"{SCHEMA}/{names[row.weekday]}",
                "opens": f"{row.opens:%H:%M}",
                "closes": f"{row.closes:%H:%M}",
            }
            for row in location.opening_hours.all()
        ],
    }


def _same_page(shop: Shop, name: str, *args: str) -> dict[str, Any]:
    return {"translations": {code: shop.url(name, *args, locale=code) for code in shop.channel.locales}}


def _all_categories(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for row in rows for one in (row, *_all_categories(row["children"]))]
