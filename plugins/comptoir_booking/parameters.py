"""What the parameters of the API mean, once for all addresses that take them."""

from collections.abc import Sequence

from django.http import HttpRequest
from ninja import Header, Path, Query

from comptoir.api.http import open_channel_for
from comptoir.base.errors import InvalidValue, NotFound
from comptoir.channels.queries import ChannelContext
from comptoir_booking.asking import visit_of
from comptoir_booking.board import OVERRIDES
from comptoir_booking.layout import Visit
from comptoir_booking.schemas import VisitAsked, VisitWanted, Wanted
from comptoir_booking.wall_time import FIRST_DAY, LAST_DAY

PLUGIN = "booking"
First = Query(..., ge=FIRST_DAY, le=LAST_DAY, description="the first day, at the location")
HoldSecret = Path(..., description="the secret of the hold, from the answer that made it")
VisitId = Path(..., description="id of the visit")
ClassId = Path(..., description="id of the class")
IfMatch = Header("", alias="If-Match", description="sequence number of what the caller saw")
LinkToken = Path(..., max_length=80, description="the secret of the link that the customer got")


def sequence_in(header: str) -> int | None:
    """The sequence number in ``If-Match``; ``None`` if the caller says none. Errors: ``InvalidValue``."""
    text = header.strip().strip('"')
    if text and not (text.isascii() and text.isdigit() and len(text) < 9):
        raise InvalidValue(field="If-Match", value=text[:20])
    return int(text) if text else None


def visit_asked(channel: ChannelContext, body: VisitAsked) -> Visit:
    """The visit that the body of a request asks for. Errors: as ``visit_of``."""
    return _visit(channel, body, body.services)


def visit_wanted(channel: ChannelContext, wanted: VisitWanted) -> Visit:
    """The visit that the address of a request asks for. Errors: as ``visit_of``."""
    return _visit(channel, wanted, wanted.service)


def staff_channel(request: HttpRequest, code: str) -> ChannelContext:
    """The channel, if bookings are on there: these routes ask for staff in place of the plugin's own check."""
    context = open_channel_for(request, code)
    if PLUGIN not in context.enabled_plugins:
        raise NotFound()
    return context


def overrides_in(names: list[str]) -> frozenset[str]:
    """The rules that staff put aside, by their names. Errors: ``InvalidValue``."""
    for name in names:
        if name not in OVERRIDES:
            raise InvalidValue(field="override", value=name[:20])
    return frozenset(names)


def _visit(channel: ChannelContext, said: Wanted, services: Sequence[str]) -> Visit:
    return visit_of(
        channel, location=said.location, services=services, person=said.person, people=said.people,
        together=said.together, party=said.party,
    )  # fmt: skip
