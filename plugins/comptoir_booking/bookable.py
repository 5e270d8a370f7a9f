"""What can be booked: how long it takes, how many of the team it needs, how many customers it takes together.

A service is a product of the class ``service``; its attributes ``duration_minutes``, ``people`` and ``places`` say the
rest. Other products are goods that can be added to an appointment.
"""

import re
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from comptoir.publishing.items import Item, ProductItem

SERVICE_CLASS = "service"
#: Nothing is booked for longer than a day.
LONGEST_MINUTES = 24 * 60
COUNT = re.compile(r"0{0,3}[1-9][0-9]{0,4}")


@dataclass(frozen=True)
class Bookable:
    """A service as it is booked. ``None``: what is written there cannot be used."""

    duration_minutes: int | None
    people: int | None
    places: int | None


def booking_fields(item: Item) -> dict[str, Any]:
    """The appointment book's part of a document."""
    if not isinstance(item, ProductItem):
        return {}
    if not is_service(item):
        return {"bookable": False}
    service = bookable(item)
    duration = service.duration_minutes
    return {"bookable": True, **asdict(service), "duration_text": duration_text(duration) if duration else ""}


def is_service(item: ProductItem) -> bool:
    """Whether a product is an appointment rather than goods."""
    return item.product_class == SERVICE_CLASS or bool(item.attribute("duration_minutes"))


def bookable(item: ProductItem) -> Bookable:
    """A service's figures; one of the team and one place where nothing is said."""
    duration = _count(item.attribute("duration_minutes"))
    return Bookable(
        duration_minutes=duration if duration and duration <= LONGEST_MINUTES else None,
        people=_count(item.attribute("people") or "1"),
        places=_count(item.attribute("places") or "1"),
    )


def duration_text(minutes: int) -> str:
    """Such as ``45 min``, ``1 h`` or ``1 h 30 min``."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)d min") % {"minutes": rest}
    if not rest:
        return _("%(hours)d h") % {"hours": hours}
    return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": rest}


def _count(text: str) -> int | None:
    """A whole number of at least one, else ``None``."""
    return int(text) if COUNT.fullmatch(text) else None
