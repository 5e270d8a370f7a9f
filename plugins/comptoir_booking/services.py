"""Sets up what can be booked: people and things, their hours, services with their parts."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import transaction

from comptoir.base.errors import InvalidValue
from comptoir.catalogue.models import Product
from comptoir.channels.models import Location
from comptoir_booking.holiday_names import holidays_of
from comptoir_booking.models import (
    MOST_PEOPLE,
    HoursException,
    Pace,
    Policy,
    Requirement,
    Resource,
    ResourceGroup,
    Segment,
    Service,
    WeeklyHours,
)


@transaction.atomic
def save_resource(
    *, code: str, location: Location, weekly: Iterable[tuple[int, str, str]] = (), **fields: Any
) -> Resource:
    """Make or change a person, a room, a chair or a pool; with its hours of the week at its location, if any are given.

    Shapes: ``weekly`` are (weekday with Monday as 0, starts, ends) as ``"HH:MM"``. Errors: ``ValidationError``.
    """
    resource = Resource.objects.filter(code=code).first() or Resource(code=code)
    for name, value in {"name": code.title(), "location": location, **fields}.items():
        setattr(resource, name, value)
    resource.full_clean(validate_constraints=False)
    resource.save()
    if rows := list(weekly):
        resource.weekly_hours.filter(location=location).delete()
        WeeklyHours.objects.bulk_create(
            WeeklyHours(resource=resource, location=location, weekday=weekday, starts=starts, ends=ends)
            for weekday, starts, ends in rows
        )
    return resource


@transaction.atomic
def save_group(*, code: str, name: str, members: Iterable[Resource]) -> ResourceGroup:
    """Make or change a group of resources of which any will do."""
    group, _made = ResourceGroup.objects.update_or_create(code=code, defaults={"name": name})
    group.members.set(members)
    return group


@transaction.atomic
def save_service(
    *,
    product: Product,
    segments: Sequence[tuple[str, int]],
    needs: dict[str, dict[str, Any]],
    skilled: Iterable[Resource] = (),
    policy: Policy | None = None,
    step_minutes: int = 15,
) -> Service:
    """Let a product be booked: its parts, whom and what it needs, and who can do it. What is booked stays as it was.

    Shapes: ``segments`` are (kind, minutes) in their order; ``needs`` by role has ``kind``, ``group`` or ``resource``, and
    ``segments`` (positions) if it is not needed all the time. Example: ``{"stylist": {"kind": "staff"}}``
    Errors: ``InvalidValue`` for a service that serves nobody, needs nobody, or does not last whole steps of the grid.
    """
    check_segments(segments)
    if not needs:
        raise InvalidValue(field="needs", value="")
    fields = {"policy": policy, "step_minutes": step_minutes, "is_active": True}
    service, _made = Service.objects.update_or_create(product=product, defaults=fields)
    service.segments.all().delete()
    service.requirements.all().delete()
    Segment.objects.bulk_create(
        Segment(service=service, position=number, kind=kind, minutes=minutes)
        for number, (kind, minutes) in enumerate(segments)
    )
    Requirement.objects.bulk_create(
        Requirement(service=service, role=role, **said) for role, said in needs.items()
    )
    service.skilled.set(skilled)
    return service


def set_party(*, service: Service, least: int, most: int, price_for: str = "visit") -> Service:
    """Say how many come to a service together, and whether its price is for all of them (``visit``) or each (``person``).

    Errors: ``InvalidValue`` for nobody, more than 100, more at least than at most.
    """
    if not 1 <= least <= most <= MOST_PEOPLE:
        raise InvalidValue(field="party_max", value=most)
    if price_for not in Service.PriceFor.values:
        raise InvalidValue(field="price_for", value=price_for)
    service.party_min, service.party_max, service.price_for = least, most, price_for
    service.save(update_fields=["party_min", "party_max", "price_for"])
    return service


def set_pace(
    *, service: Service, person: Resource, minutes: int | None = None, percent: int | None = None
) -> Pace:
    """Say that somebody takes another time for a service: so many minutes of being served, or so many per cent of them.

    Errors: ``ValidationError``. What is booked stays as it was.
    """
    pace = Pace.objects.filter(service=service, resource=person).first() or Pace(
        service=service, resource=person
    )
    pace.minutes, pace.percent = minutes, percent
    pace.full_clean()
    pace.save()
    return pace


def close(
    *,
    owner: Resource | Location,
    first_day: date,
    last_day: date | None = None,
    is_open: bool = False,
    **fields: Any,
) -> HoursException:
    """Say that somebody, or a whole location, is away (or there: ``is_open``) on certain dates. Bookings stay as they are.

    Errors: ``InvalidValue`` if it ends before it begins.
    """
    if last_day and last_day < first_day:
        raise InvalidValue(field="last_day", value=last_day)
    whose = {"resource" if isinstance(owner, Resource) else "location": owner}
    return HoursException.objects.create(
        first_day=first_day, last_day=last_day or first_day, is_open=is_open, **whose, **fields
    )


@transaction.atomic
def close_on_public_holidays(*, location: Location, year: int) -> list[date]:
    """Close a location on the public holidays of its region in a year; returns those that are new.

    A day that staff took out again comes back with the next call: say instead who works then, as an exception of theirs.
    """
    known = set(
        HoursException.objects.filter(location=location, source=HoursException.Source.HOLIDAY).values_list(
            "first_day", flat=True
        )
    )
    found = {day: name for day, name in holidays_of(location, year).items() if day not in known}
    HoursException.objects.bulk_create(
        HoursException(
            location=location,
            first_day=day,
            last_day=day,
            reason=name[:120],
            source=HoursException.Source.HOLIDAY,
        )
        for day, name in sorted(found.items())
    )
    return sorted(found)


def check_segments(segments: Sequence[tuple[str, int]]) -> None:
    """A customer is there for at least a step; getting ready comes first, clearing away last. Errors: ``InvalidValue``."""
    order = [Segment.Kind.BEFORE, Segment.Kind.ACTIVE, Segment.Kind.AFTER]
    kinds = [Segment.Kind.ACTIVE if kind == Segment.Kind.PROCESSING else kind for kind, _minutes in segments]
    if Segment.Kind.ACTIVE not in kinds or sorted(kinds, key=order.index) != kinds:
        raise InvalidValue(field="segments", value=", ".join(kinds))
    for _kind, minutes in segments:
        if not isinstance(minutes, int) or minutes <= 0 or minutes % 5 or minutes > 24 * 60:
            raise InvalidValue(field="segments", value=minutes)
