"""What staff do with classes: put them on the calendar, change them, cancel them."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Router, Status
from ninja.decorators import decorate_view

from comptoir.api.http import kept_private
from comptoir.api.idempotency import once
from comptoir.api.schemas import Problem
from comptoir.api.staff import NotYourLocation, StaffSession, check_permission, workplace
from comptoir.base.errors import InvalidValue
from comptoir.customers.models import User
from comptoir.customers.queries import works_at
from comptoir_booking.asking import person_at, rooms_asked, services_sold
from comptoir_booking.class_changes import change_session
from comptoir_booking.class_schemas import NewSession, SessionChange, SessionShown
from comptoir_booking.group_api import sessions_shown
from comptoir_booking.models import Session
from comptoir_booking.parameters import ClassId, IfMatch, overrides_in, sequence_in, staff_channel
from comptoir_booking.sessions import cancel_session, open_session, session_by, with_places_left

ADD, CHANGE = "booking.add_booking", "booking.change_booking"
PROBLEMS = {code: Problem for code in (401, 403, 404, 409, 412, 422)}
STAFF = StaffSession()
router = Router()


@router.post(
    "", auth=STAFF, response={201: SessionShown, **PROBLEMS}, operation_id="staff_open_session",
    summary="Put a class on the calendar",
)  # fmt: skip
@decorate_view(once, kept_private)
def new_session(request: HttpRequest, channel: Path[str], body: NewSession) -> Status[dict[str, Any]]:
    """Who gives it, and the room, are taken once."""
    context = staff_channel(request, channel)
    user = check_permission(request, ADD)
    place = workplace(user, body.location)
    rows = services_sold(context, [body.service])
    if not rows:
        raise InvalidValue(field="service", value=body.service)
    made = open_session(
        service=rows[0], location=place, start=body.start, places=body.places, actor_id=user.pk,
        person_id=person_at(place, body.person) if body.person else None, rooms=rooms_asked(place, body.room),
        overrides=overrides_in(body.override),
    )  # fmt: skip
    return Status(201, _class_answer(made, body.service))


@router.patch(
    "/{uuid:session}", auth=STAFF, response={200: SessionShown, **PROBLEMS},
    operation_id="staff_change_session", summary="Move a class; change its places, who gives it, its room",
)  # fmt: skip
@decorate_view(once, kept_private)
def change_class(
    request: HttpRequest, channel: Path[str], body: SessionChange, session: UUID = ClassId, if_match: str = IfMatch
) -> dict[str, Any]:  # fmt: skip
    """409 `places_taken` says how many are `taken`, `room_too_small` for how many it is, `team_not_free` has the nearest
    `alternatives`. Who has a place is told of another time or teacher. Who waits is offered what places there are more.
    """
    user, found = _my_class(request, channel, session)
    place = found.location
    changed = change_session(
        session=found, start=body.start, places=body.places, sequence=sequence_in(if_match),
        person_id=person_at(place, body.person) if body.person else None, rooms=rooms_asked(place, body.room),
        actor_id=user.pk, overrides=overrides_in(body.override), reason=body.reason,
    )  # fmt: skip
    return _class_answer(changed, found.service.product.sku)


@router.post(
    "/{uuid:session}/cancel", auth=STAFF, response={204: None, **PROBLEMS},
    operation_id="staff_cancel_session", summary="Cancel a class: everybody's money goes back",
)  # fmt: skip
@decorate_view(once)
def no_session(request: HttpRequest, channel: Path[str], session: UUID = ClassId) -> Status[None]:
    user, found = _my_class(request, channel, session)
    cancel_session(session=found, actor_id=user.pk)
    return Status(204, None)


def _my_class(request: HttpRequest, channel: str, session: UUID) -> tuple[User, Session]:
    context = staff_channel(request, channel)
    user = check_permission(request, CHANGE)
    found = session_by(session, context.location_ids)
    if not works_at(user, found.location):
        raise NotYourLocation(field="session", location=found.location.name)
    return user, found


def _class_answer(one: Session, sku: str) -> dict[str, Any]:
    return sessions_shown(with_places_left(Session.objects.filter(pk=one.pk)), sku)[0]
