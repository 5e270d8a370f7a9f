"""A salon for tests, made by calling services."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from comptoir.base import clock
from comptoir.catalogue.services import save_product_class
from comptoir.channels.models import OpeningHours
from comptoir.fulfilment.models import DeliveryMethod
from comptoir_booking.layout import Visit, Wish
from comptoir_booking.models import Policy
from comptoir_booking.services import save_resource, save_service

PARIS = ZoneInfo("Europe/Paris")
#: A Monday; the salon is open from Tuesday to Saturday.
TODAY = datetime(2027, 3, 1, 7, 0, tzinfo=UTC)
TUESDAY = date(2027, 3, 2)
WEEK = tuple((weekday, "09:00", "12:00") for weekday in range(1, 6)) + tuple(
    (weekday, "13:00", "18:00") for weekday in range(1, 6)
)
EVERY_DAY = tuple(range(7))


class Salon:
    """Anna and Bela with two chairs; services are added as a test needs them."""

    def __init__(self, shop, *, zone="Europe/Paris", code="nantes", **place):
        self.shop = shop
        self.place = shop.location(code, time_zone=zone, **place)
        self.policy = Policy.objects.create(name=code, notice_minutes=0, horizon_days=400)
        self.staff, self.chairs = {}, {}

    def person(self, code, weekly=WEEK, **fields):
        self.staff[code] = save_resource(code=code, location=self.place, weekly=weekly, **fields)
        return self.staff[code]

    def chair(self, code):
        self.chairs[code] = save_resource(code=code, location=self.place, kind="equipment", hours="always")
        return self.chairs[code]

    def service(self, handle="cut", minutes=45, *, segments=None, needs=None, skilled=None, step=15):
        product = self.shop.product(handle)
        product.product_class = save_product_class(name="Soin", track_stock=False)
        product.save()
        return save_service(
            product=product,
            segments=segments or [("active", minutes)],
            needs=needs or {"stylist": {"kind": "staff"}},
            skilled=self.staff.values() if skilled is None else skilled,
            policy=self.policy,
            step_minutes=step,
        )

    def visit(self, *services, people="any", person=None, together=()):
        """Services one after the other; each of ``together`` are others, at the same time."""
        wishes = tuple(
            Wish(one.pk, person.pk if person else None, line)
            for line, row in enumerate([services, *together])
            for one in row
        )
        return Visit(self.place.pk, wishes, people)


class SalonWithShop(Salon):
    """The salon sells shampoo, collected or carried out there."""

    def __init__(self, shop, **channel):
        super().__init__(shop)
        for day in range(7):
            OpeningHours.objects.create(location=self.place, weekday=day, opens=time(8), closes=time(20))
        DeliveryMethod.objects.create(code="retrait", kind="collection", name="Retrait")
        shop.channel("booking", **channel)
        self.person("anna")
        self.person("bela")
        self.cut = self.service(minutes=60, step=60)
        shop.product("shampoo", stock={self.place: 5}, price="12.00")
        shop.settle()


def at(hour, minute=0, day=TUESDAY, zone=PARIS):
    """A time on the wall of the salon."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)


def on_the_wall(starts, zone=PARIS):
    return [f"{one.astimezone(zone):%H:%M}" for one in starts]


def today(moment=TODAY):
    return clock.moved_to(moment)
