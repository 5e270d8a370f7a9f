"""Calendars over HTTP, for programs that show them: by a secret address, or one visit by the link of its customer."""

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from ninja.decorators import decorate_view

from comptoir.api.http import kept_private, open_channel_for
from comptoir.api.limits import AddressLimit
from comptoir.api.schemas import Problem
from comptoir_booking.calendars import MEDIA_TYPE, calendar_by_token, calendar_of_visit
from comptoir_booking.self_service import booking_for

TOKEN = Path(..., max_length=80, description="the secret of the address")
ICS = {"responses": {200: {"description": "iCalendar", "content": {"text/calendar": {}}}}}
PROBLEMS = {404: Problem, 429: Problem}
LIMIT = AddressLimit("RATE_ORDERS")

router = Router()


@router.get(
    "/visits/{token}.ics", response=PROBLEMS, operation_id="visit_calendar", throttle=[LIMIT],
    summary="A visit for one's own calendar", openapi_extra=ICS,
)  # fmt: skip
@decorate_view(kept_private)
def visit(request: HttpRequest, channel: Path[str], token: str = TOKEN) -> HttpResponse:
    """By the secret of its link. After a move the same entry has another time."""
    open_channel_for(request, channel)
    return _file(calendar_of_visit(booking_for(token)[0].visit))


@router.get(
    "/{token}.ics", response=PROBLEMS, operation_id="calendar", throttle=[LIMIT],
    summary="The appointments of one of the team, or of a customer", openapi_extra=ICS,
)  # fmt: skip
@decorate_view(kept_private)
def calendar(request: HttpRequest, channel: Path[str], token: str = TOKEN) -> HttpResponse:
    """By a secret address that can be renewed. What is cancelled stays in it as cancelled."""
    open_channel_for(request, channel)
    return _file(calendar_by_token(token))


def _file(content: bytes) -> HttpResponse:
    return HttpResponse(content, content_type=MEDIA_TYPE)
