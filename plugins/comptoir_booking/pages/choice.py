"""What a customer has chosen so far: it all stands in the address, so every step is a link that can be kept and sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comptoir.base.errors import InvalidValue
from comptoir.base.money import Money
from comptoir.baskets.storefront import ShopPage
from comptoir.channels.models import Location
from comptoir.publishing.texts import money_text
from comptoir_booking.asking import MOST_SERVICES, LineAsked, seen_minutes, services_sold, visit_of_lines
from comptoir_booking.fees import due_now
from comptoir_booking.layout import ANY, SAME, Visit
from comptoir_booking.models import Policy, Resource, Service
from comptoir_booking.refusals import PartySize
from comptoir_booking.series import MOST_TIMES, MOST_WEEKS
from comptoir_booking.shown import ServiceShown, people_for, services_shown, total_of

#: How many come at the same time at most, each for services of their own; and what is added to the names of their fields.
MOST_LINES = 4
MARKS = ("", *(f"-{n}" for n in range(2, MOST_LINES + 1)))
#: What is wrong with a choice that has to be made anew.
NOT_LIKE_THAT = (InvalidValue, PartySize)


@dataclass(frozen=True)
class Line:
    """What one of those who come has done, and by whom; ``person`` is empty for anybody. ``mark`` tells its fields."""

    mark: str
    services: Sequence[Service]
    person: str
    people: Sequence[Resource]

    @property
    def who(self) -> Resource | None:
        """Who was chosen of the team."""
        return next((one for one in self.people if one.code == self.person), None)

    @property
    def minutes(self) -> int:
        """How long it takes with whoever was chosen."""
        return sum(seen_minutes(one, self.who) for one in self.services)

    def pairs(self, person: str) -> list[tuple[str, str]]:
        """The line as parts of an address, or fields of a form."""
        services = [(f"service{self.mark}", one.product.sku) for one in self.services]
        return [(f"person{self.mark}", person), *services] if person else services


@dataclass(frozen=True)
class Choice:
    """Where, what, by whom and for how many; whoever comes along, at the same time, has a line of their own.

    Every so many weeks, so many times; once: nothing of both.
    """

    place: Location
    lines: Sequence[Line]
    visit: Visit
    every: int = 0
    times: int = 0
    party: int = 1

    @property
    def services(self) -> list[Service]:
        return [one for line in self.lines for one in line.services]

    @property
    def minutes(self) -> int:
        """How long all of them are there."""
        return max(line.minutes for line in self.lines)

    @property
    def persons(self) -> dict[str, str]:
        """Who was chosen, by the mark of the line."""
        return {line.mark: line.person for line in self.lines if line.person}

    @property
    def fields(self) -> list[tuple[str, str]]:
        """What a form of the next step carries on."""
        return self._pairs(self.place.code, self.persons, self.lines, with_rhythm=False)

    def query(self, *, place: Location | None = None, persons: Mapping[str, str] | None = None) -> str:
        """The choice as a part of an address, at another place or with others of the team."""
        persons = self.persons if persons is None else persons
        return urlencode(self._pairs((place or self.place).code, persons, self.lines))

    def _pairs(
        self, place: str, persons: Mapping[str, str], lines: Sequence[Line], *, with_rhythm: bool = True
    ) -> list[tuple[str, str]]:
        pairs = [("location", place)]
        if self.every and with_rhythm:
            pairs += [("every", str(self.every)), ("times", str(self.times))]
        if self.party > 1:
            pairs.append(("party", str(self.party)))
        return pairs + [pair for line in lines for pair in line.pairs(persons.get(line.mark, ""))]


def choice_of(page: ShopPage, said: QueryDict) -> Choice:
    """What an address, or a form, says was chosen.

    Errors (``NOT_LIKE_THAT``): ``InvalidValue`` naming what is not there (any more), ``PartySize``.
    """
    code, party = said.get("location", ""), party_said(said)
    asked = lines_said(said) or [LineAsked([])]
    visit = visit_of_lines(page.channel, location=code, lines=asked, party=party)
    by_sku = {
        one.product.sku: one
        for one in services_sold(page.channel, [sku for one in asked for sku in one.skus])
    }
    place = Location.objects.get(pk=visit.location_id)
    lines = [
        _line(place, mark, [by_sku[sku] for sku in one.skus], one.person)
        for mark, one in zip(MARKS, asked, strict=False)
    ]
    long = [one for one in lines if len(one.services) > 1]
    is_same = bool(long) and all(one.people for one in long)
    every, times = _rhythm(said)
    return Choice(place, lines, replace(visit, people=SAME if is_same else ANY), every, times, party)


def _line(place: Location, mark: str, services: Sequence[Service], person: str) -> Line:
    people = people_for(place, services)
    if person and person not in {one.code for one in people}:
        raise InvalidValue(field="person", value=person[:40])
    return Line(mark, services, person, people)


def lines_said(said: QueryDict) -> list[LineAsked]:
    """What each of those who come would like; those for whom nothing was chosen do not come."""
    return [
        LineAsked(skus, said.get(f"person{mark}", ""))
        for mark in MARKS
        if (skus := list(dict.fromkeys(said.getlist(f"service{mark}")))[: MOST_SERVICES + 1])
    ]


def lines_shown(page: ShopPage, choice: Choice) -> list[list[ServiceShown]]:
    """The services of each line with words and prices; those without words on this channel are not shown."""
    shown = services_shown(page.channel, page.locale, list(dict.fromkeys(choice.services)))
    by_id = {one.service.pk: one for one in shown}
    return [[by_id[one.pk] for one in line.services if one.pk in by_id] for line in choice.lines]


def party_said(said: QueryDict) -> int:
    """How many come; one where nobody says it, and none for nonsense, which every service refuses."""
    return _number(said.get("party") or "1")


def _rhythm(said: QueryDict) -> tuple[int, int]:
    """How often somebody comes; nonsense is once."""
    every, times = _number(said.get("every", "")), _number(said.get("times", ""))
    return (every, min(max(times, 2), MOST_TIMES)) if 1 <= every <= MOST_WEEKS else (0, 0)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 0


def policy_sentences(shown: Sequence[ServiceShown], locale: str, party: int = 1) -> list[str]:
    """What is paid when, and what holds for cancelling: the strictest of all services."""
    terms = [(one.service.policy or Policy()).terms for one in shown]
    minutes = max(one["cancel_minutes"] for one in terms)
    now = total_of(
        [due_now(said, one.price) * one.times(party) for said, one in zip(terms, shown, strict=True)]
    )
    return [
        *_paying_sentences(now, total_of([one.cost(party) for one in shown]), locale),
        _cancel_sentence(minutes),
    ]


def _paying_sentences(now: Money, total: Money, locale: str) -> list[str]:
    if now == total:
        return []
    if not now.amount:
        return [_("You pay in the salon.")]
    said = {
        "now": money_text(now.as_json(), locale),
        "later": money_text((total - now).as_json(), locale),
    }
    return [_("You pay %(now)s with the order and %(later)s in the salon.") % said]


def _cancel_sentence(minutes: int) -> str:
    if not minutes:
        return _("You can cancel or move it free of charge until it begins.")
    hours = -(-minutes // 60)
    sentence = ngettext(
        "You can cancel it free of charge until %(hours)s hour before.",
        "You can cancel it free of charge until %(hours)s hours before.",
        hours,
    )
    return sentence % {"hours": hours}
