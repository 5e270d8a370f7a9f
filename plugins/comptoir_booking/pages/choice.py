"""What a customer has chosen so far: it all stands in the address, so every step is a link that can be kept and sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comptoir.base.errors import InvalidValue
from comptoir.base.money import Money
from comptoir.baskets.storefront import ShopPage
from comptoir.channels.models import Location
from comptoir.publishing.texts import money_text
from comptoir_booking.asking import MOST_SERVICES, seen_minutes, services_sold, visit_of
from comptoir_booking.fees import due_now
from comptoir_booking.layout import ANY, SAME, Visit
from comptoir_booking.models import Policy, Resource, Service
from comptoir_booking.refusals import PartySize
from comptoir_booking.series import MOST_TIMES, MOST_WEEKS
from comptoir_booking.shown import ServiceShown, people_for, total_of

#: What is wrong with a choice that has to be made anew.
NOT_LIKE_THAT = (InvalidValue, PartySize)


@dataclass(frozen=True)
class Choice:
    """Where, what, by whom and for how many; ``person`` is empty for anybody.

    Every so many weeks, so many times; once: nothing of both.
    """

    place: Location
    services: Sequence[Service]
    person: str
    people: Sequence[Resource]
    visit: Visit
    every: int = 0
    times: int = 0
    party: int = 1

    @property
    def minutes(self) -> int:
        """How long it takes with whoever was chosen."""
        who = next((one for one in self.people if one.code == self.person), None)
        return sum(seen_minutes(one, who) for one in self.services)

    def query(self, **other: str) -> str:
        """The choice as a part of an address, with other words in it or without those that are empty."""
        rhythm = {"every": str(self.every), "times": str(self.times)} if self.every else {}
        size = {"party": str(self.party)} if self.party > 1 else {}
        words = {"location": self.place.code, "person": self.person, **rhythm, **size, **other}
        pairs = [("service", one.product.sku) for one in self.services]
        return urlencode([*((name, value) for name, value in words.items() if value), *pairs])


def choice_of(page: ShopPage, said: QueryDict) -> Choice:
    """What an address, or a form, says was chosen.

    Errors (``NOT_LIKE_THAT``): ``InvalidValue`` naming what is not there (any more), ``PartySize``.
    """
    skus = list(dict.fromkeys(said.getlist("service")))[: MOST_SERVICES + 1]
    code, person, party = said.get("location", ""), said.get("person", ""), party_said(said)
    visit = visit_of(page.channel, location=code, services=skus, person=person, party=party)
    by_id = {one.pk: one for one in services_sold(page.channel, skus)}
    services = [by_id[wish.service_id] for wish in visit.wishes]
    place = Location.objects.get(pk=visit.location_id)
    people = people_for(place, services)
    if person and person not in {one.code for one in people}:
        raise InvalidValue(field="person", value=person[:40])
    together = SAME if people and len(services) > 1 else ANY
    every, times = _rhythm(said)
    return Choice(
        place, services, person, people, Visit(place.pk, visit.wishes, together), every, times, party
    )


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
