"""The way to an appointment: where and what, then by whom and when; it ends in the basket, beside the goods."""

from datetime import datetime, timedelta
from itertools import chain
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from comptoir.base import clock
from comptoir.base.errors import ComptoirError
from comptoir.baskets.storefront import ShopPage, shop_page
from comptoir.channels.models import Location
from comptoir_booking.asking import services_sold
from comptoir_booking.basket_claims import hold_in_basket
from comptoir_booking.bookable import duration_text
from comptoir_booking.layout import Visit
from comptoir_booking.pages.choice import (
    MARKS,
    NOT_LIKE_THAT,
    Choice,
    Line,
    choice_of,
    lines_said,
    lines_shown,
    party_said,
    policy_sentences,
)
from comptoir_booking.pages.classes import classes_address, has_classes
from comptoir_booking.pages.limits import limited
from comptoir_booking.pages.times import by_part, day_said, month_shown
from comptoir_booking.queries import MOST_DAYS, free_starts, next_starts
from comptoir_booking.refusals import PartySize, StartNotFree
from comptoir_booking.series import MOST_TIMES, MOST_WEEKS
from comptoir_booking.shown import offered_at, places_of, services_shown, team_size, total_of

NEXT = 3
#: Those who come along, in their order.
OTHERS = (
    "",
    gettext_lazy("For the second person"),
    gettext_lazy("For the third person"),
    gettext_lazy("For the fourth person"),
)


@require_GET
@shop_page
def home(page: ShopPage) -> HttpResponse:
    """Choose a salon and what is done there."""
    return home_page(page)


def home_page(page: ShopPage, *, sentence: str = "", status: int = 200) -> HttpResponse:
    said, everything = page.request.GET or page.request.POST, services_sold(page.channel)
    skus = [said.getlist(f"service{mark}") for mark in MARKS]
    asked = [one for one in everything if one.product.sku in chain(*skus)]
    if asked and all(one.in_sessions for one in asked):
        return classes_address(page, [one.product.sku for one in asked])
    sold, wanted = ([one for one in rows if not one.in_sessions] for rows in (everything, asked))
    places = places_of(page.channel, wanted)
    code = said.get("location", "") if len(places) > 1 else "".join(one.code for one in places)
    place = next((one for one in places if one.code == code), None)
    offered = offered_at(place, sold) if place else []
    context = {
        "places": places,
        "place": place,
        "wanted": skus[0],
        "others": list(zip(MARKS, skus, OTHERS, strict=False))[1 : team_size(place, offered)],
        "kept": urlencode(
            [(f"service{mark}", sku) for mark, mine in zip(MARKS, skus, strict=True) for sku in mine]
        ),
        "services": services_shown(page.channel, page.locale, offered),
        "most": max((one.party_max for one in offered), default=1),
        "party": max(1, party_said(said), *(one.party_min for one in wanted)),
        "asked": services_shown(page.channel, page.locale, wanted),
        "sentence": sentence,
        "times": page.url("booking:times"),
        "classes": page.url("booking:classes") if has_classes(page, everything) else "",
        "translations": _translations(page, "booking:home"),
    }
    return page.draw("comptoir_booking/pages/home.html", context, status=status)


@require_GET
@shop_page
def times(page: ShopPage) -> HttpResponse:
    """Choose a person, a day and a time."""
    try:
        return times_page(page, choice_of(page, page.request.GET))
    except NOT_LIKE_THAT as error:
        return begin_again(page, error)


@require_POST
@shop_page
@limited("RATE_BASKETS")
def hold(page: ShopPage) -> HttpResponse:
    """Keep a time for whoever chose it, as lines of the basket; if it is gone, show what is near it."""
    try:
        choice = choice_of(page, page.request.POST)
    except NOT_LIKE_THAT as error:
        return begin_again(page, error)
    start = start_said(page.request.POST.get("start", ""))
    if start is None:
        return times_page(page, choice, sentence=_("Choose a time."), status=422)
    try:
        return page.put_in(lambda key: hold_in_basket(key=key, visit=choice.visit, start=start))
    except StartNotFree as error:
        near = [datetime.fromisoformat(one) for one in error.facts["alternatives"]]
        sentence = _("Somebody was quicker: this time is taken.")
        return times_page(page, choice, sentence=sentence, near=near, day=start, status=409)
    except ComptoirError as error:
        return times_page(page, choice, sentence=str(error), status=error.status)


def times_page(
    page: ShopPage, choice: Choice, *,
    sentence: str = "", near: list[datetime] | None = None, day: datetime | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    """The calendar of a choice; ``near`` are the starts near to one that was taken meanwhile."""
    lines = lines_shown(page, choice)
    shown = list(chain(*lines))
    if not shown:
        return home_page(page, sentence=_("This is not offered any more."), status=404)
    context = {
        "choice": choice,
        "services": shown,
        "costs": [[(one, one.cost(choice.party)) for one in line] for line in lines],
        "total": total_of([one.cost(choice.party) for one in shown]),
        "policy": policy_sentences(shown, page.locale, choice.party),
        "sentence": sentence,
        "near": _local(near or [], choice),
        "action": page.url("booking:series" if choice.every else "booking:hold"),
        "rhythms": (range(1, MOST_WEEKS + 1), range(2, MOST_TIMES + 1)),
        "address": page.url("booking:times"),
        "same": choice.query(),
        "anybody": choice.query(persons={}),
        "people": [
            (line, _people(choice, line), ", ".join(one.title for one in titles))
            for line, titles in zip(choice.lines, lines, strict=True)
        ],
        "duration": duration_text(choice.minutes),
        "again": f"{page.url('booking:home')}?{choice.query(persons={})}",
        "translations": _translations(page, "booking:times", choice.query()),
        "wait": f"{page.url('booking:wait')}?{choice.query()}" if len(choice.services) == 1 else "",
        "robots": "noindex",
        "weeks_ahead": MOST_DAYS // 7,
        **calendar_of(page, choice.visit, choice.place.time_zone, day),
    }
    context["others"] = [] if context["next"] else _others(page, choice)
    return page.draw("comptoir_booking/pages/times.html", context, status=status)


def calendar_of(page: ShopPage, visit: Visit, zone_name: str, day: datetime | None = None) -> dict[str, Any]:
    """A month, the starts of the chosen day, the next free ones."""
    zone, said = ZoneInfo(zone_name), page.request.GET
    today = clock.now().astimezone(zone).date()
    following = next_starts(visit, today, NEXT)
    soonest = following[0].date() if following else today
    chosen = day.astimezone(zone).date() if day else day_said(said.get("day", ""))
    if chosen and not today <= chosen <= today + timedelta(days=400):
        chosen = None
    month = day_said(said.get("month", "")) or chosen or soonest
    month = min(max(month, today), today + timedelta(days=400)).replace(day=1)
    if chosen is None and following and soonest.replace(day=1) == month:
        chosen = soonest
    return {
        "next": following,
        "day": chosen,
        "month": month_shown(visit, zone_name, month, chosen),
        "parts": by_part(free_starts(visit, chosen)) if chosen else [],
    }


def _people(choice: Choice, line: Line) -> list[tuple[str, str, bool]]:
    """Who of the team can do a line, after anybody: the address with them, their name, whether they are chosen."""
    others = {mark: code for mark, code in choice.persons.items() if mark != line.mark}
    able = [(one.code, one.name) for one in line.people if one.code not in others.values()]
    return [
        (choice.query(persons={**others, line.mark: code}), name, code == line.person)
        for code, name in [("", ""), *able]
    ]


def _others(page: ShopPage, choice: Choice) -> list[tuple[str, Location]]:
    """Other places that do all of it, with the address of their times."""
    places = [one for one in places_of(page.channel, choice.services) if one != choice.place]
    return [(choice.query(place=one, persons={}), one) for one in places]


def _local(starts: list[datetime], choice: Choice) -> list[datetime]:
    return [one.astimezone(ZoneInfo(choice.place.time_zone)) for one in starts]


def start_said(text: str) -> datetime | None:
    """A start as a form says it, with its offset; nothing for nonsense."""
    try:
        start = parse_datetime(text[:40])
    except ValueError:
        return None
    return start if start and start.tzinfo else None


def begin_again(page: ShopPage, error: ComptoirError) -> HttpResponse:
    """What was asked for is not there: choose anew, with a sentence that says what."""
    said = page.request.GET or page.request.POST
    if isinstance(error, PartySize):
        return home_page(page, sentence=str(error), status=error.status)
    if not lines_said(said):
        return home_page(page, sentence=_("Choose at least one service."), status=422)
    if not said.get("location"):
        return home_page(page, sentence=_("Choose where you would like to come."), status=422)
    return home_page(
        page, sentence=_("This cannot be booked like that any more. Please choose again."), status=404
    )


def _translations(page: ShopPage, name: str, query: str = "") -> dict[str, str]:
    said = query or page.request.GET.urlencode()
    return {code: page.url(name, locale=code) + (f"?{said}" if said else "") for code in page.channel.locales}
