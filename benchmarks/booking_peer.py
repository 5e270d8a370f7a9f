"""Asks django-appointment for thirty days of slots of five people, booked as in ``benchmarks.booking``: run by it.

Its tables are in SQLite in memory, which costs it less than a server would. It has no breaks: hours are 9 to 17:30.
"""

import json
import random
import statistics
import sys
import time
from datetime import date, datetime, timedelta
from datetime import time as clock_time

import django
from django.conf import settings

DAYS, PEOPLE, MINUTES = 30, 5, 45

settings.configure(
    SECRET_KEY="only-for-benchmarks",  # noqa: S106
    USE_TZ=True,
    TIME_ZONE="Europe/Paris",
    INSTALLED_APPS=[
        "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages",
        "appointment",
    ],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)  # fmt: skip
django.setup()

from appointment import models, services  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402


def main(first: date) -> None:
    staff, service = make_salon(first)

    def ask() -> int:
        found = 0
        for person in staff:
            for number in range(DAYS):
                day = first + timedelta(days=number)
                weekday = (day.weekday() + 1) % 7
                found += len(services.get_available_slots_for_staff(day, person, weekday, service))
        return found

    with CaptureQueriesContext(connection) as queries:
        starts = ask()
    times = []
    for _ in range(5):
        begin = time.perf_counter()
        ask()
        times.append((time.perf_counter() - begin) * 1000)
    cpu = time.process_time()
    ask()
    print(
        json.dumps(
            {
                "people": PEOPLE, "statements": len(queries), "starts": starts, "min_ms": min(times),
                "median_ms": statistics.median(times), "cpu_ms": (time.process_time() - cpu) * 1000,
            }
        )
    )  # fmt: skip


def make_salon(first: date) -> tuple[list[models.StaffMember], models.Service]:
    call_command("migrate", run_syncdb=True, verbosity=0)
    service = models.Service.objects.create(name="Cut", duration=timedelta(minutes=MINUTES), price=50)
    drawn, users, staff = random.Random(1), get_user_model().objects, []  # noqa: S311 (the same shop each time)
    for number in range(PEOPLE):
        person = models.StaffMember.objects.create(
            user=users.create(username=str(number)), slot_duration=15,
            lead_time=clock_time(9), finish_time=clock_time(17, 30),
        )  # fmt: skip
        person.services_offered.add(service)
        for weekday in range(2, 7):
            models.WorkingHours.objects.create(
                staff_member=person,
                day_of_week=weekday,
                start_time=clock_time(9),
                end_time=clock_time(17, 30),
            )
        fill(person, service, first, drawn, users.create(username=f"client-{number}"))
        staff.append(person)
    return staff, service


def fill(
    person: models.StaffMember, service: models.Service, first: date, drawn: random.Random, client: object
) -> None:
    for number in range(DAYS):
        day = first + timedelta(days=number)
        start = datetime.combine(day, clock_time(9))
        while day.weekday() in range(1, 6) and start.hour * 60 + start.minute + MINUTES <= 17 * 60 + 30:
            end = start + timedelta(minutes=MINUTES)
            if drawn.random() < 0.6:
                [asked] = models.AppointmentRequest.objects.bulk_create(
                    [
                        models.AppointmentRequest(
                            date=day, start_time=start.time(), end_time=end.time(), service=service, staff_member=person,
                            id_request=f"{person.pk}-{start}",
                        )
                    ]
                )  # fmt: skip
                models.Appointment.objects.bulk_create(
                    [
                        models.Appointment(
                            client=client, appointment_request=asked, id_request=asked.id_request
                        )
                    ]
                )
            start = end


main(date.fromisoformat(sys.argv[1]))
