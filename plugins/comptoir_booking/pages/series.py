"""The same time every so many weeks: which dates are free, what is near the others, and all of them into the basket."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from comptoir.base.errors import ComptoirError
from comptoir.baskets.storefront import ShopPage, shop_page
from comptoir_booking.pages.choice import NOT_LIKE_THAT, Choice, choice_of, lines_shown, policy_sentences
from comptoir_booking.pages.flow import begin_again, start_said, times_page
from comptoir_booking.pages.limits import limited
from comptoir_booking.refusals import SeriesNotFree
from comptoir_booking.series import Possible, hold_starts_in_basket, possible_starts, series_starts
from comptoir_booking.shown import total_of
from comptoir_booking.wording import when_text

#: How the choices of dates that are gone are named, each with its number.
OTHER = "start-"


@dataclass(frozen=True)
class DateShown:
    """A date of a series in words; ``near`` are starts that can be taken instead."""

    start: datetime
    words: str
    is_free: bool
    near: Sequence[tuple[datetime, str]]


@require_http_methods(["GET", "POST"])
@shop_page
@limited("RATE_BASKETS")
def series(page: ShopPage) -> HttpResponse:
    """Show the dates; then hold those that were chosen, all of them or none."""
    said = page.request.POST if page.request.method == "POST" else page.request.GET
    try:
        choice = choice_of(page, said)
    except NOT_LIKE_THAT as error:
        return begin_again(page, error)
    if page.request.method == "POST":
        return _hold(page, choice)
    start = start_said(said.get("start", ""))
    if start is None or not choice.every:
        return times_page(page, choice, sentence=_("Choose a time."), status=422)
    zone = choice.place.time_zone
    return dates_page(page, choice, series_starts(start, zone, every_weeks=choice.every, times=choice.times))


def _hold(page: ShopPage, choice: Choice) -> HttpResponse:
    starts = _starts_said(page)
    if not starts:
        return times_page(page, choice, sentence=_("Choose a time."), status=422)
    try:
        return page.put_in(lambda key: hold_starts_in_basket(key=key, visit=choice.visit, starts=starts))
    except SeriesNotFree as error:
        return dates_page(page, choice, starts, sentence=str(error), status=error.status)
    except ComptoirError as error:
        return times_page(page, choice, sentence=str(error), status=error.status)


def dates_page(
    page: ShopPage, choice: Choice, starts: Sequence[datetime], *, sentence: str = "", status: int = 200
) -> HttpResponse:
    shown = list(chain(*lines_shown(page, choice)))
    dates = [_shown(one, choice.place.time_zone) for one in possible_starts(choice.visit, starts)]
    context = {
        "choice": choice,
        "services": shown,
        "total": total_of([one.cost(choice.party) for one in shown]) if shown else None,
        "policy": policy_sentences(shown, page.locale, choice.party) if shown else [],
        "dates": dates,
        "free": sum(one.is_free for one in dates),
        "sentence": sentence,
        "action": page.url("booking:series"),
        "back": f"{page.url('booking:times')}?{choice.query()}",
        "translations": {
            code: f"{page.url('booking:times', locale=code)}?{choice.query()}"
            for code in page.channel.locales
        },
        "robots": "noindex",
    }
    return page.draw("comptoir_booking/pages/series.html", context, status=status)


def _shown(one: Possible, zone: str) -> DateShown:
    near = [(start.astimezone(ZoneInfo(zone)), when_text(start, zone)) for start in one.near]
    return DateShown(one.start.astimezone(ZoneInfo(zone)), when_text(one.start, zone), one.is_free, near)


def _starts_said(page: ShopPage) -> list[datetime]:
    """The dates that were left in, and what was chosen for the others; each once."""
    said = page.request.POST
    texts = [*said.getlist("start"), *(said[name] for name in said if name.startswith(OTHER))]
    return sorted({start for text in texts if (start := start_said(text))})
