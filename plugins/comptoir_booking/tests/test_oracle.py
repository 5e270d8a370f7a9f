"""Every start that is offered can be held, and no other: compared with a slow reading of the rules, minute by minute."""

from datetime import UTC, datetime, timedelta
from itertools import product as combinations_of
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comptoir_booking.claims import Terms, book_visit, hold_visit
from comptoir_booking.queries import free_starts
from comptoir_booking.refusals import StartNotFree
from comptoir_booking.services import close, set_pace
from comptoir_booking.tests.salon import Salon, today
from comptoir_booking.wall_time import DAY

#: Two days before and after the clocks change; a shop in either zone.
DAYS = {
    "Europe/Paris": datetime(2027, 3, 27).date(),
    "Europe/London": datetime(2026, 10, 24).date(),
    "Asia/Kolkata": datetime(2027, 3, 27).date(),
}
QUARTER = st.integers(0, 95).map(lambda n: n * 15)
HOURS = st.lists(st.tuples(st.integers(0, 6), QUARTER, QUARTER), min_size=3, max_size=9)
PARTS = st.lists(
    st.tuples(st.sampled_from(["active", "processing"]), st.sampled_from([5, 20, 30, 60])),
    min_size=1,
    max_size=3,
)
SHOPS = st.fixed_dictionaries(
    {
        "zone": st.sampled_from(sorted(DAYS)),
        "anna": HOURS,
        "bela": HOURS,
        "before": st.sampled_from([0, 10]),
        "after": st.sampled_from([0, 15]),
        "parts": PARTS,
        "is_free_while_it_works": st.booleans(),
        "second": st.sampled_from([0, 30]),
        "is_beside": st.booleans(),
        "is_bela_slow": st.booleans(),
        "people": st.sampled_from(["any", "same", "different"]),
        "step": st.sampled_from([5, 15, 30]),
        "booked": st.lists(st.integers(0, 40), max_size=3),
        "closed": st.tuples(QUARTER, QUARTER),
    }
)


def clock_text(minutes):
    return f"{minutes // 60:02}:{minutes % 60:02}"


@pytest.mark.django_db
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(facts=SHOPS)
@pytest.mark.timeout(600)
def test_every_offered_start_can_be_held_and_no_other(shop, facts):
    day = DAYS[facts["zone"]]
    with transaction.atomic(), today(datetime(day.year, day.month, day.day, tzinfo=UTC) - 2 * DAY):
        made = Made(shop, facts, day)
        starts = free_starts(made.visit, day, 2)
        for number in facts["booked"]:
            if starts:
                book_visit(visit=made.visit, start=starts[number % len(starts)], terms=Terms())
                starts = free_starts(made.visit, day, 2)

        assert [one.astimezone(UTC) for one in starts] == made.by_the_minute()
        for start in made.tried(starts):
            assert can_be_held(made.visit, start) == (start in starts), start
        transaction.set_rollback(True)


def minutes_from(begin, length):
    return [begin + timedelta(minutes=n) for n in range(length)]


def can_be_held(visit, start):
    try:
        with transaction.atomic():
            hold_visit(visit=visit, start=start, terms=Terms())
            transaction.set_rollback(True)
    except StartNotFree:
        return False
    return True


class Made:
    """A shop made of drawn facts, and the same rules read minute by minute, with nothing of the engine."""

    def __init__(self, shop, facts, day):
        self.facts, self.day, self.zone = facts, day, ZoneInfo(facts["zone"])
        self.salon = Salon(shop, zone=facts["zone"])
        for name in ("anna", "bela"):
            hours = {(weekday, a): b for weekday, a, b in facts[name] if a != b}
            self.salon.person(name, weekly=[(w, clock_text(a), clock_text(b)) for (w, a), b in hours.items()])
            setattr(self, name, hours)
        self.parts = [*([("before", facts["before"])] if facts["before"] else []), *facts["parts"]]
        if not any(kind == "active" for kind, _ in self.parts):
            self.parts.append(("active", 10))
        if facts["after"]:
            self.parts.append(("after", facts["after"]))
        held = [n for n, (kind, _) in enumerate(self.parts) if kind != "processing"]
        self.held = held if facts["is_free_while_it_works"] else list(range(len(self.parts)))
        self.salon.chair("chair")
        first = self.salon.service(
            "first",
            segments=self.parts,
            needs={"who": {"kind": "staff", "segments": self.held}, "chair": {"kind": "equipment"}},
            step=facts["step"],
        )
        self.services = [first]
        if facts["second"]:
            self.services.append(
                self.salon.service("second", facts["second"], needs={"whoever": {"kind": "staff"}})
            )
        if facts["is_bela_slow"]:
            set_pace(service=first, person=self.salon.staff["bela"], percent=200)
        beside = self.services[1:] if facts["is_beside"] else []
        self.visit = self.salon.visit(
            *self.services[: len(self.services) - len(beside)],
            people=facts["people"],
            together=[beside] * bool(beside),
        )
        self.shut = facts["closed"] if facts["closed"][0] < facts["closed"][1] else None
        if self.shut:
            a, b = self.shut
            close(owner=self.salon.staff["anna"], first_day=day, starts=clock_text(a), ends=clock_text(b))

    def by_the_minute(self):
        self.taken = {
            (row.resource.code, row.during.lower + timedelta(minutes=n))
            for booking in self.all_bookings()
            for row in booking.allocations.select_related("resource")
            for n in range(int((row.during.upper - row.during.lower).total_seconds() // 60))
        }
        moment = datetime(self.day.year, self.day.month, self.day.day, tzinfo=self.zone).astimezone(UTC) - DAY
        found = []
        for _ in range(4 * 24 * 60):
            wall = moment.astimezone(self.zone)
            in_days = self.day <= wall.date() <= self.day + DAY
            if in_days and (wall.hour * 60 + wall.minute) % self.facts["step"] == 0 and self.fits(moment):
                found.append(moment)
            moment += timedelta(minutes=1)
        return found

    def all_bookings(self):
        return [one for service in self.services for one in service.bookings.all()]

    def fits(self, start):
        """Somebody for each service, who is there and free in every minute."""
        pairs = (
            combinations_of(("anna", "bela"), repeat=2)
            if self.facts["second"]
            else [("anna", ""), ("bela", "")]
        )
        return any(self.fits_with(start, *pair) for pair in pairs)

    def fits_with(self, start, first, second):
        needs, place = [], start - timedelta(minutes=self.facts["before"])
        for number, (kind, minutes) in enumerate(self.parts):
            is_slow = self.facts["is_bela_slow"] and first == "bela" and kind == "active"
            span = minutes_from(place, minutes * 2 if is_slow else minutes)
            if not all(("chair", one) not in self.taken for one in span):
                return False
            needs += span if number in self.held else []
            place = span[-1] + timedelta(minutes=1)
        if not second:
            return self.is_there(first, needs)
        is_beside, people = self.facts["is_beside"], self.facts["people"]
        others = minutes_from(start if is_beside else place, self.facts["second"])
        if people == "different" and first == second:
            return False
        if people == "same" and first != second and not is_beside:
            return False
        if first == second and set(needs) & set(others):
            return False
        return self.is_there(first, needs) and self.is_there(second, others)

    def is_there(self, who, minutes):
        return all(self.is_open(who, one) and (who, one) not in self.taken for one in minutes)

    def is_open(self, who, moment):
        """By the wall alone; in the hour that comes twice, hours include both."""
        wall = moment.astimezone(self.zone).replace(tzinfo=None)
        now = wall.hour * 60 + wall.minute
        if who == "anna" and self.shut and wall.date() == self.day and self.within(*self.shut, wall, moment):
            return False
        for (weekday, a), b in getattr(self, who).items():
            ends = b if b > a else b + 24 * 60
            for back in (0, 1):
                on = wall.date() - back * DAY
                minute = now + back * 24 * 60
                if on.weekday() == weekday and a <= minute < ends:
                    return True
                if on.weekday() == weekday and self.in_second_coming(a, ends, minute, moment):
                    return True
        return False

    def within(self, a, b, wall, moment):
        now = wall.hour * 60 + wall.minute
        return a <= now < b or self.in_second_coming(a, b, now, moment)

    def in_second_coming(self, a, b, minute, moment):
        """Hours that end within the hour that comes twice go on through all of its first coming; those that begin in it
        do so at the first."""
        wall = moment.astimezone(self.zone)
        first, second = (wall.replace(fold=fold).utcoffset() for fold in (0, 1))
        if first == second:
            return False
        twice = range(60, 120) if self.facts["zone"] == "Europe/London" else range(120, 180)
        if wall.fold == 0:
            return (
                a <= minute
                and (b % 1440 in twice or b % 1440 == twice.stop)
                and minute % 1440 in twice
                and b > a
            )
        return a % 1440 in twice and minute < b and minute % 1440 in twice

    def tried(self, starts):
        """Some of the offered, and some others, on the grid and off it."""
        begin = datetime(self.day.year, self.day.month, self.day.day, tzinfo=self.zone).astimezone(UTC)
        others = [begin + timedelta(minutes=n) for n in (0, 7, 125, 540, 605, 1445, 1980)]
        return [*starts[:: max(1, len(starts) // 4)], *others]
