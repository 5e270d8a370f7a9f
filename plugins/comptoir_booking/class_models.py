"""Classes, which many book at once, and the waiting list of those who found nothing free."""

import uuid
from datetime import time
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.channels.models import Channel, Location
from comptoir.customers.models import User

__all__ = ["Session", "WaitEntry"]


class Session(models.Model):
    """A service at a time that is set, for so many customers: a class, a course, a tour.

    ``taken`` counts the places held and booked; the database lets it never exceed ``places``. Who gives it and where are
    taken once, by a booking of the shop's own: ``visit``.
    """

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey("booking.Service", on_delete=models.PROTECT, related_name="sessions")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    visit = models.UUIDField(unique=True, editable=False)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    wall_start = models.CharField(_("agreed time"), max_length=32)
    time_zone = models.CharField(_("time zone"), max_length=60)
    places = models.PositiveSmallIntegerField(_("places"))
    taken = models.PositiveSmallIntegerField(_("places taken"), default=0, editable=False)
    is_cancelled = models.BooleanField(_("cancelled"), default=False)

    class Meta:
        ordering = ["starts_at", "pk"]
        indexes = [models.Index(fields=["service", "location", "starts_at"], name="sessions_of_a_service")]
        constraints = [
            models.CheckConstraint(condition=Q(taken__lte=F("places")), name="no_more_seats_than_places"),
            models.CheckConstraint(condition=Q(places__gte=1), name="a_session_has_places"),
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="a_session_has_a_length"),
        ]
        verbose_name = _("session")
        verbose_name_plural = _("sessions")

    def __str__(self) -> str:
        return f"{self.wall_start} {self.taken}/{self.places}"

    @property
    def is_open(self) -> bool:
        """Whether it takes place, and has not begun."""
        return not self.is_cancelled and self.starts_at > clock.now()

    @property
    def same_time(self) -> tuple[int, int, time]:
        """What the dates of a weekly class have in common: where, and the weekday and time on the wall."""
        local = self.starts_at.astimezone(ZoneInfo(self.time_zone))
        return self.location_id, local.weekday(), local.time()


class WaitEntry(models.Model):
    """Somebody who would come if something became free; the first to ask is offered it first. ``session``: of that class.

    An offer is a hold of its own (``offered``) that ends at ``offered_until``; then the next in line has it. Who lets
    ``most_offers`` go by is asked no more.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        OFFERED = "offered", _("has an offer")
        TAKEN = "taken", _("took it")
        ENDED = "ended", _("not any more")

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="+")
    service = models.ForeignKey("booking.Service", on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(
        "booking.Resource", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    session = models.ForeignKey(
        Session, on_delete=models.CASCADE, null=True, blank=True, related_name="waiting"
    )
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    locale = models.CharField(max_length=10)
    customer = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    offered = models.UUIDField(_("visit offered"), null=True, blank=True)
    offered_until = models.DateTimeField(_("offered until"), null=True, blank=True)
    offers = models.PositiveSmallIntegerField(_("offers so far"), default=0)
    asked_at = models.DateTimeField(_("asked at"))

    class Meta:
        ordering = ["asked_at", "pk"]
        indexes = [
            models.Index(
                fields=["location", "service", "asked_at"],
                condition=Q(state__in=["waiting", "offered"]), name="who_waits",
            )
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(condition=Q(first_day__lte=F("last_day")), name="waits_for_days_in_order"),
            models.CheckConstraint(
                condition=~Q(state="offered") | Q(offered__isnull=False, offered_until__isnull=False),
                name="an_offer_has_its_hold",
            ),
        ]
        verbose_name = _("waiting customer")
        verbose_name_plural = _("waiting list")

    def __str__(self) -> str:
        return f"{self.first_day:%Y-%m-%d} {self.state}"
