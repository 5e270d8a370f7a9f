"""The salons of the demo shop: who works there and when, what they can do, and a book that is always half full."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as clock_time
from itertools import product as combinations
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import Group, Permission
from django.db.models import Q
from wagtail.users.models import UserProfile

from comptoir.base import clock
from comptoir.catalogue.models import Product
from comptoir.channels.models import Channel, Location
from comptoir.customers.models import User
from comptoir_booking.claims import Terms, book_visit
from comptoir_booking.layout import Visit, Wish
from comptoir_booking.marks import mark_visit
from comptoir_booking.models import Policy, Resource, ResourceGroup, Service, Session
from comptoir_booking.queries import bookings_between, free_starts
from comptoir_booking.refusals import StartNotFree
from comptoir_booking.services import close_on_public_holidays, save_group, save_resource, save_service
from comptoir_booking.sessions import book_seats, open_session

DAY_MINUTES = 24 * 60
#: Days from today on, on which the book has something in it.
DAYS_AHEAD = 9
#: Days before today that the salons remember.
DAYS_BACK = 28
#: How many visits are booked on each of them, by salon.
VISITS = {"nantes": 4, "lyon": 3, "saint-denis": 4}
CUTS = ("coupe-femme", "coupe-homme", "coupe-enfant", "brushing")
CUSTOMERS = (
    ("Jeanne Robin", "+33261911210"), ("Sacha Payet", "+33639981211"), ("Élise Fontaine", "+33465711212"),
    ("Omar Diallo", "+33261911213"), ("Nadège Grondin", "+33639981214"), ("Paul Mercier", "+33465711215"),
    ("Léa Hoarau", "+33639981216"), ("Hugo Lambert", "+33261911217"),
)  # fmt: skip


@dataclass(frozen=True)
class Person:
    """Somebody of a salon: what they can do, on which days (Monday is 0), between which times of the wall."""

    code: str
    name: str
    salon: str
    services: tuple[str, ...]
    days: tuple[int, ...] = (1, 2, 3, 4, 5)
    spans: tuple[tuple[str, str], ...] = (("10:00", "13:00"), ("14:00", "19:00"))

    @property
    def weekly(self) -> list[tuple[int, str, str]]:
        return [(day, *span) for day in self.days for span in self.spans]


ON_THE_ISLAND = (("09:00", "12:30"), ("14:00", "18:30"))
STAFF = (
    Person("ines", "Inès", "nantes", (*CUTS, "couleur-vegetale", "taille-de-barbe", "conseil-en-style")),
    Person("yann", "Yann", "nantes", (*CUTS, "taille-de-barbe", "conseil-en-style"), days=(0, 2, 3, 4, 5),
           spans=(("14:00", "19:00"),)),
    Person("solene", "Solène", "nantes", ("retouches", "conseil-en-style"), days=(2, 3, 4, 5)),
    Person("marius", "Marius", "lyon", (*CUTS, "taille-de-barbe", "conseil-en-style")),
    Person("berenice", "Bérénice", "lyon", (*CUTS, "couleur-vegetale", "conseil-en-style"), days=(1, 3, 4, 5)),
    Person("ange", "Ange", "lyon", ("retouches", "conseil-en-style"), days=(3, 4, 5)),
    Person("maeva", "Maëva", "saint-denis", (*CUTS, "couleur-vegetale", "tresses-et-vanille"),
           days=(0, 1, 2, 3, 4, 5), spans=ON_THE_ISLAND),
    Person("loic", "Loïc", "saint-denis", (*CUTS, "taille-de-barbe", "conseil-en-style"), spans=ON_THE_ISLAND),
    Person("clarisse", "Clarisse", "saint-denis", ("tresses-et-vanille", "retouches", "conseil-en-style"),
           days=(0, 1, 3, 4, 5), spans=ON_THE_ISLAND),
)  # fmt: skip
#: A person and one of the chairs, all the time.
AT_A_CHAIR = {"coiffeur": {"kind": "staff"}, "fauteuil": "fauteuils"}
IN_THE_ROOM = {"couture": {"kind": "staff"}, "cabine": "cabines"}
#: While a colour works the chair stays taken, and the person is free for somebody else.
WHILE_COLOURING = {"coiffeur": {"kind": "staff", "segments": [0, 2, 3]}, "fauteuil": "fauteuils"}
TWO_OF_THEM = {"styliste": {"kind": "staff"}, "coiffeur": {"kind": "staff"}, "cabine": "cabines"}
#: Parts and needs of each service, by its handle.
SERVICES: Mapping[str, tuple[list[tuple[str, int]], Mapping[str, object]]] = {
    "couleur-vegetale": (
        [("active", 40), ("processing", 50), ("active", 30), ("after", 10)], WHILE_COLOURING
    ),
    "coupe-femme": ([("active", 60)], AT_A_CHAIR),
    "coupe-homme": ([("active", 30)], AT_A_CHAIR),
    "coupe-enfant": ([("active", 30)], AT_A_CHAIR),
    "brushing": ([("active", 45)], AT_A_CHAIR),
    "taille-de-barbe": ([("active", 30)], AT_A_CHAIR),
    "tresses-et-vanille": ([("active", 90)], AT_A_CHAIR),
    "retouches": ([("active", 30)], IN_THE_ROOM),
    "conseil-en-style": ([("active", 90)], TWO_OF_THEM),
}  # fmt: skip
#: The workshop for six: a class at set times, given by one of the team in the evening of some weekdays (Monday is 0).
CLASS = "atelier-se-coiffer"
CLASSES = {"nantes": ("ines", 3, "17:00"), "saint-denis": ("maeva", 2, "16:30")}
CLASS_PLACES, CLASS_WEEKS, ROOM_SEATS = 6, 6, 8
#: Who looks after the appointments of one salon, with what that takes: the book, its orders, what is paid at arrival.
DESK, DESK_SALON, DESK_PERSON = "salon@aubelaine.example", "saint-denis", "maeva"
DESK_MAY = (
    "access_admin", "view_booking", "add_booking", "change_booking", "view_order", "add_ordernote", "capture_payment",
)  # fmt: skip


def open_salons(locations: Mapping[str, Location], products: Mapping[str, Product]) -> None:
    """Put the teams, their chairs and rooms, and what they do into the book, which is open in the web shop too."""
    web = Channel.objects.get(code="web")
    web.extensions = [*web.extensions, "booking"]
    web.save()
    team = {
        one.code: save_resource(
            code=one.code, name=one.name, location=locations[one.salon], weekly=one.weekly
        )
        for one in STAFF
    }
    for salon, year in combinations(VISITS, (clock.now().year, clock.now().year + 1)):
        close_on_public_holidays(location=locations[salon], year=year)
    groups = _furnish([locations[code] for code in VISITS])
    usual = _policy("Coupes et conseils", notice_minutes=60, prepay=Policy.Prepay.NOTHING)
    colour = _policy(
        "Couleurs",
        notice_minutes=DAY_MINUTES,
        prepay=Policy.Prepay.DEPOSIT,
        deposit_percent=30,
        late_cancel_percent=30,
    )
    for handle, (segments, needs) in SERVICES.items():
        save_service(
            product=products[handle], segments=segments,
            needs={role: {"group": groups[one]} if isinstance(one, str) else one for role, one in needs.items()},
            skilled=[team[one.code] for one in STAFF if handle in one.services],
            policy=colour if handle.startswith("couleur") else usual,
        )  # fmt: skip
    save_service(
        product=products[CLASS], segments=[("active", 90)],
        needs={"animation": {"kind": "staff"}, "salle": {"group": groups["ateliers"]}},
        skilled=[team[person] for person, _day, _time in CLASSES.values()], policy=usual,
    )  # fmt: skip


def staff_the_desk(password: str) -> None:
    """Give the salon of the island a log-in for its own book and its own orders; shops set up before it had one get it too."""
    if User.objects.filter(email=DESK).exists():
        return
    group, _made = Group.objects.get_or_create(name="Salon")
    group.permissions.set(Permission.objects.filter(codename__in=DESK_MAY))
    user = User.objects.create_user(DESK, password, first_name="Maëva", is_staff=True)
    user.groups.add(group)
    user.locations.set(Location.objects.filter(code=DESK_SALON))
    Resource.objects.filter(code=DESK_PERSON).update(user=user)
    zone = Location.objects.get(code=DESK_SALON).time_zone
    UserProfile.objects.update_or_create(user=user, defaults={"current_time_zone": zone})


def fill_the_book() -> None:
    """Book visits on the days around today that nobody booked anything on yet: each start of the demo finds a living book."""
    _plan_classes()
    for salon in Location.objects.filter(code__in=VISITS).order_by("code"):
        for day in _days(salon, range(DAYS_AHEAD)):
            booked = bookings_between(salon, day, day + timedelta(days=1))
            if not booked.exclude(owner="session").filter(session=None).exists():
                _fill(salon, day)


def remember_visits() -> None:
    """Let the weeks before today have been busy: who came was served, and now and then somebody did not come."""
    for salon in Location.objects.filter(code__in=VISITS).order_by("code"):
        for day in _days(salon, range(-DAYS_BACK, 0)):
            with clock.moved_to(day - timedelta(days=2)):
                _fill(salon, day)
            with clock.moved_to(day + timedelta(hours=22)):
                _close_the_day(salon, day)


def _close_the_day(salon: Location, day: datetime) -> None:
    for booking in bookings_between(salon, day, day + timedelta(days=1)):
        missed = zlib.crc32(f"{booking.starts_at}".encode()) % 12 == 0
        for mark in ("missed",) if missed else ("arrived", "done"):
            mark_visit(visit=booking.visit, state=mark)


def _days(salon: Location, ahead: range) -> list[datetime]:
    """Days by how far they are from today, as they begin on the wall of a salon."""
    zone = ZoneInfo(salon.time_zone)
    today = clock.now().astimezone(zone).date()
    return [datetime.combine(today + timedelta(days=n), clock_time(), zone) for n in ahead]


def _plan_classes() -> None:
    """Let there be a class in each of the next weeks, with some places taken; a day on which nobody can stays without."""
    service = Service.objects.filter(product__handle=CLASS).first()
    for code, (person, weekday, time) in CLASSES.items() if service else ():
        salon, who = Location.objects.get(code=code), Resource.objects.get(code=person)
        for start in _evenings(salon, weekday, time):
            that_week = (start - timedelta(days=3), start + timedelta(days=3))  # staff may have moved it
            there = Session.objects.filter(service=service, location=salon, starts_at__range=that_week)
            if not there.exists():
                with suppress(StartNotFree):
                    _plan_class(service, salon, who, start)


def _plan_class(service: Service, salon: Location, who: Resource, start: datetime) -> None:
    planned = open_session(
        service=service, location=salon, start=start, places=CLASS_PLACES, person_id=who.pk
    )
    taken = zlib.crc32(f"{start}".encode()) % (CLASS_PLACES + 1)
    for name, phone in CUSTOMERS[:taken]:
        book_seats(session=planned, party=1, terms=Terms(contact_name=name, contact_phone=phone))


def _evenings(salon: Location, weekday: int, time: str) -> list[datetime]:
    """The next dates of a class, from tomorrow on."""
    tomorrow = clock.now().astimezone(ZoneInfo(salon.time_zone)).date() + timedelta(days=1)
    first = tomorrow + timedelta(days=(weekday - tomorrow.weekday()) % 7)
    hour, minute = map(int, time.split(":"))
    return [
        datetime.combine(first + timedelta(weeks=week), clock_time(hour, minute), ZoneInfo(salon.time_zone))
        for week in range(CLASS_WEEKS)
    ]


def _furnish(salons: list[Location]) -> dict[str, ResourceGroup]:
    """Two chairs and a fitting room in each salon, and where there are workshops a room for those."""
    chairs, rooms, ateliers = [], [], []
    for salon in salons:
        at = {"location": salon, "hours": Resource.Hours.ALWAYS}
        chairs += [
            save_resource(code=f"fauteuil-{salon.code}-{n}", name=f"Fauteuil {n}", kind="equipment", **at)
            for n in (1, 2)
        ]
        rooms.append(save_resource(code=f"cabine-{salon.code}", name="Cabine d’essayage", kind="room", **at))
        if salon.code in CLASSES:
            name, seats = "Salle d’atelier", ROOM_SEATS
            ateliers.append(
                save_resource(code=f"atelier-{salon.code}", name=name, kind="room", seats=seats, **at)
            )
    return {
        "fauteuils": save_group(code="fauteuils", name="Fauteuils", members=chairs),
        "ateliers": save_group(code="ateliers", name="Salles d’atelier", members=ateliers),
        "cabines": save_group(code="cabines", name="Cabines d’essayage", members=rooms),
    }


def _policy(name: str, **fields: int | str) -> Policy:
    """Booked two months ahead, cancelled or moved until a day before."""
    until = {"cancel_minutes": DAY_MINUTES, "move_minutes": DAY_MINUTES, "most_moves": 2}
    policy, _made = Policy.objects.update_or_create(
        name=name, defaults={"horizon_days": 60, **until, **fields}
    )
    return policy


def _fill(salon: Location, day: datetime) -> None:
    for visit, (name, phone) in zip(_visits(salon, day), _shuffled(CUSTOMERS, f"{day}"), strict=False):
        starts = free_starts(visit, day.date())
        if starts:
            terms = Terms(contact_name=name, contact_phone=phone)
            book_visit(visit=visit, start=_shuffled(starts, f"{day} {name}")[0], terms=terms)


def _visits(salon: Location, day: datetime) -> Iterator[Visit]:
    """Visits that look like chance, always the same for a salon and a day."""
    team = Q(skilled__location=salon)
    services = Service.objects.filter(team, product__handle__in=SERVICES).distinct().order_by("pk")
    for one in _shuffled(list(services), f"{salon.code} {day:%F}")[: VISITS[salon.code]]:
        yield Visit(salon.pk, (Wish(one.pk),))


def _shuffled(things: Sequence[Any], seed: str) -> list[Any]:
    order = sorted(range(len(things)), key=lambda n: zlib.crc32(f"{seed} {n}".encode()))
    return [things[place] for place in order]
