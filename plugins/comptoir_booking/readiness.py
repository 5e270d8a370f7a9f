"""What a service still lacks before it can be booked. Goods that are added to an appointment lack nothing here."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from comptoir.publishing.items import Item, Problem, ProductItem
from comptoir_booking.bookable import bookable, is_service


def booking_problems(item: Item) -> list[Problem]:
    """Problems of a service; without a duration no time can be kept free for it."""
    return list(_problems(item)) if isinstance(item, ProductItem) and is_service(item) else []


def _problems(item: ProductItem) -> Iterator[Problem]:
    service = bookable(item)
    if service.duration_minutes is None:
        message = _("Nobody can book it yet: say how long it takes, in minutes (1 to 1440).")
        yield Problem("no_duration", message, "duration_minutes", blocks=True)
    if service.people is None:
        message = _("The number of people of the team it needs has to be 1 or more.")
        yield Problem("no_people", message, "people", blocks=True)
    if service.places is None:
        message = _("The number of places has to be 1 or more.")
        yield Problem("no_places", message, "places", blocks=True)
    if not item.summary and not item.body:
        message = _("Nothing says what happens during the appointment.")
        yield Problem("no_description", message, "body")
