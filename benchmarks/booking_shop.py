"""The salons that ``benchmarks.booking`` measures: so many people, three patterns of hours, sixty per cent of their time booked."""

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.generate import make_tables, open_database

DAYS, MINUTES = 30, 45
HOURS = (
    ("09:00", "12:00", "13:00", "18:00"),
    ("10:00", "13:00", "14:00", "19:00"),
    ("09:00", "12:30", "13:30", "17:30"),
)
PARIS = ZoneInfo("Europe/Paris")


def make_shop(sizes: Sequence[int]) -> None:
    """A salon for each number of people, in a database of its own."""
    open_database("booking")
    from django.db import connection  # noqa: PLC0415 (after the settings)

    from comptoir.testing.factories import Shop  # noqa: PLC0415

    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{connection.settings_dict["NAME"]}" WITH (FORCE)')
    make_tables()
    shop = Shop()
    shop.channel("booking")
    for size in sizes:
        fill(make_salon(shop, size))
    add_chair(shop, min(sizes))
    shop.settle()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def make_salon(shop: Any, size: int) -> Any:
    from comptoir_booking.models import Policy  # noqa: PLC0415
    from comptoir_booking.services import save_resource, save_service  # noqa: PLC0415

    place = shop.location(f"salon-{size}")
    staff = []
    for number in range(size):
        a, b, c, d = HOURS[number % 3]
        weekly = [(day, *span) for day in range(1, 6) for span in ((a, b), (c, d))]
        staff.append(save_resource(code=f"person-{size}-{number}", location=place, weekly=weekly))
    policy = Policy.objects.create(name=f"{size}", notice_minutes=0, horizon_days=90)
    segments, needs = [("active", MINUTES)], {"stylist": {"kind": "staff"}}
    product = shop.product(f"cut-{size}")
    return save_service(product=product, segments=segments, needs=needs, skilled=staff, policy=policy)


def add_chair(shop: Any, size: int) -> None:
    """A service that needs one of two people and the only chair: three resources of two kinds, to be contended for."""
    from comptoir_booking.models import Service  # noqa: PLC0415
    from comptoir_booking.services import save_resource, save_service  # noqa: PLC0415

    service = Service.objects.get(product__sku=f"CUT-{size}")
    two = list(service.skilled.order_by("pk")[:2])
    save_resource(code="chair", location=two[0].location, kind="equipment", hours="always")
    needs = {"stylist": {"kind": "staff"}, "chair": {"kind": "equipment"}}
    save_service(
        product=shop.product("duo"),
        segments=[("active", MINUTES)],
        needs=needs,
        skilled=two,
        policy=service.policy,
    )


def fill(service: Any) -> None:
    """Book sixty per cent of the starts that follow one another, for each person."""
    from django.utils import timezone  # noqa: PLC0415

    from comptoir_booking.models import Allocation, Booking  # noqa: PLC0415

    drawn, bookings, spans = random.Random(service.pk), [], []  # noqa: S311 (the same shop each time)
    for person in service.skilled.prefetch_related("weekly_hours").select_related("location"):
        for number in range(DAYS):
            day = first_day() + timedelta(days=number)
            for hours in (one for one in person.weekly_hours.all() if one.weekday == day.weekday()):
                start = datetime.combine(day, hours.starts, PARIS)
                while start + timedelta(minutes=MINUTES) <= datetime.combine(day, hours.ends, PARIS):
                    if drawn.random() < 0.6:
                        spans.append((person, start, start + timedelta(minutes=MINUTES)))
                    start += timedelta(minutes=MINUTES)
    for person, start, end in spans:
        bookings.append(
            Booking(
                visit=f"00000000-0000-4000-8000-{len(bookings):012}", service=service, location=person.location,
                state="confirmed", starts_at=start, ends_at=end, wall_start=start.isoformat(timespec="minutes"),
                time_zone="Europe/Paris", made_at=timezone.now(),
            )
        )  # fmt: skip
    Booking.objects.bulk_create(bookings, batch_size=2000)
    Allocation.objects.bulk_create(
        (
            Allocation(booking=booking, resource=person, role="stylist", during=(start, end))
            for booking, (person, start, end) in zip(bookings, spans, strict=True)
        ),
        batch_size=2000,
    )


def visit_of(size: int, sku: str = "") -> Any:
    from comptoir_booking.layout import Visit, Wish  # noqa: PLC0415
    from comptoir_booking.models import Service  # noqa: PLC0415

    service = Service.objects.get(product__sku=sku or f"CUT-{size}")
    return Visit(service.skilled.first().location_id, (Wish(service.pk),))


def first_day() -> date:
    from comptoir.base import clock  # noqa: PLC0415

    return clock.now().date() + timedelta(days=1)


def start_after(days: int, minutes: int) -> datetime:
    day = datetime.combine(first_day() + timedelta(days=days), datetime.min.time(), PARIS)
    return day + timedelta(minutes=minutes)
