"""Asks a calendar server (CalDAV, RFC 4791) what is in a calendar, through the shop's one careful way of calling addresses.

A library would open connections of its own, follow redirects and find out other addresses: into the shop's own network, too.
"""

import base64
from datetime import datetime, timedelta

from comptoir.events.calling import Fetched, fetch
from comptoir_booking.calendar_file import AHEAD_DAYS, NotRead
from comptoir_booking.models import OtherCalendar
from comptoir_booking.sealing import SealLost, unseal

Problem = OtherCalendar.Problem

#: Without it, an address that is no calendar would look like one in which nothing is.
WHAT_IS_IT = b"""<?xml version="1.0" encoding="utf-8"?>
<propfind xmlns="DAV:"><prop><resourcetype/></prop></propfind>"""
IS_CALENDAR = b"urn:ietf:params:xml:ns:caldav"

#: Rules come back as they are and are followed here: not every server can do it.
WHAT_IS_IN_IT = """<?xml version="1.0" encoding="utf-8"?>
<c:calendar-query xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">
<prop><c:calendar-data/></prop>
<c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT">
<c:time-range start="{start}" end="{end}"/>
</c:comp-filter></c:comp-filter></c:filter></c:calendar-query>"""


def ask_server(calendar: OtherCalendar, since: datetime) -> Fetched:
    """What the server says of a calendar, from a moment on, as XML. Errors: ``NotRead`` if it does not let us in."""
    kind = _ask(calendar, "PROPFIND", "0", WHAT_IS_IT)
    if kind.status == 207 and IS_CALENDAR not in kind.body:
        raise NotRead(Problem.NOT_A_CALENDAR)
    if kind.problem or kind.status != 207:
        return kind
    start, end = (f"{one:%Y%m%dT%H%M%SZ}" for one in (since, since + timedelta(days=AHEAD_DAYS)))
    return _ask(calendar, "REPORT", "1", WHAT_IS_IN_IT.format(start=start, end=end).encode())


def _ask(calendar: OtherCalendar, method: str, depth: str, body: bytes) -> Fetched:
    try:
        login = f"{calendar.user_name}:{unseal(calendar.password)}"
    except SealLost:
        raise NotRead(Problem.SECRET_LOST) from None
    headers = {
        "Authorization": f"Basic {base64.b64encode(login.encode()).decode()}",
        "Content-Type": "application/xml; charset=utf-8",
        "Depth": depth,
    }
    answer = fetch(calendar.url, method=method, headers=headers, body=body)
    if answer.status in (401, 403):
        raise NotRead(Problem.NOT_LET_IN)
    return answer
