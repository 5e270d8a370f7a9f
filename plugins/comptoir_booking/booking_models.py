"""What was booked: one row from the hold to the end of its life, and what it takes of whom."""

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from comptoir.channels.models import Channel, Location
from comptoir.customers.models import User

__all__ = ["Allocation", "Booking", "BookingStep"]


class Booking(models.Model):
    """One service at one time, from the hold to its end. ``visit`` ties together what is done one after the other, or at
    once, side by side, in another ``line``.

    ``wall_start`` is what was agreed: the time on the wall of the location, with the offset it was meant with.
    ``starts_at`` and ``ends_at`` are what the customer sees, without getting ready and clearing away. ``owner`` is who
    lets the hold live, such as ``basket-line:7``. ``policy`` is the policy as it was. ``sequence`` goes up with each move.
    ``party`` are the people it is for; one that is paid for each has a booking for each, and the first takes the room.
    A place in a class has its ``session`` and takes nobody's time by itself; ``series`` ties recurring visits together.
    """

    class State(models.TextChoices):
        HELD = "held", _("held")
        CONFIRMED = "confirmed", _("confirmed")
        ARRIVED = "arrived", _("arrived")
        DONE = "done", _("done")
        MISSED = "missed", _("did not come")
        CANCELLED = "cancelled", _("cancelled")
        RELEASED = "released", _("released")
        EXPIRED = "expired", _("taken by somebody else after the hold ended")

    #: They take the time of somebody.
    LIVE = (State.HELD, State.CONFIRMED, State.ARRIVED, State.DONE, State.MISSED)

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    visit = models.UUIDField(db_index=True, editable=False)
    line = models.PositiveSmallIntegerField(default=0, editable=False)
    party = models.PositiveSmallIntegerField(_("people"), default=1)
    service = models.ForeignKey("booking.Service", on_delete=models.PROTECT, related_name="bookings")
    # The index of a location begins that of its days; owners are asked for whole, never by how they begin.
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+", db_index=False)
    channel = models.ForeignKey(Channel, on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.HELD)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    wall_start = models.CharField(_("agreed time"), max_length=32)
    time_zone = models.CharField(_("time zone"), max_length=60)
    owner = models.CharField(max_length=80, blank=True)
    customer = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    contact_name = models.CharField(_("name"), max_length=120, blank=True)
    contact_phone = models.CharField(_("telephone"), max_length=40, blank=True)
    contact_email = models.EmailField(_("e-mail"), blank=True)
    locale = models.CharField(_("language"), max_length=10, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    document = models.CharField(_("order"), max_length=40, blank=True)
    policy = models.JSONField(default=dict, editable=False)
    session = models.ForeignKey(
        "booking.Session", on_delete=models.PROTECT, null=True, blank=True, related_name="bookings"
    )
    series = models.UUIDField(null=True, blank=True, db_index=True, editable=False)
    held_until = models.DateTimeField(null=True)
    longest_until = models.DateTimeField(null=True)
    sequence = models.PositiveIntegerField(default=0)
    link_version = models.PositiveSmallIntegerField(default=1, editable=False)
    moves = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        ordering = ["starts_at", "pk"]
        indexes = [
            models.Index(fields=["location", "starts_at"], name="bookings_of_a_day"),
            models.Index(fields=["document"], name="bookings_of_an_order", condition=~Q(document="")),
            models.Index(fields=["owner"], name="bookings_that_are_owned", condition=~Q(owner="")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="a_booking_has_a_length"),
            models.CheckConstraint(
                condition=~Q(state="held") | Q(held_until__isnull=False, longest_until__isnull=False),
                name="a_held_booking_ends",
            ),
        ]
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")

    def __str__(self) -> str:
        return f"{self.wall_start} {self.state}"


class Allocation(models.Model):
    """A stretch of somebody's time that a booking takes, getting ready and clearing away included.

    No two active ones of a resource overlap: the database sees to it, except for pools, whose depth a trigger guards.
    ``held_until`` repeats that of the booking, so that one statement can read what is taken. ``reason``: why this one.
    """

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="allocations")
    resource = models.ForeignKey("booking.Resource", on_delete=models.PROTECT, related_name="allocations")
    role = models.CharField(max_length=40)
    during = DateTimeRangeField()
    is_active = models.BooleanField(default=True)
    is_exclusive = models.BooleanField(default=True)
    held_until = models.DateTimeField(null=True)
    reason = models.CharField(max_length=20, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            ExclusionConstraint(
                name="nobody_is_booked_twice",
                expressions=[("resource", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(is_active=True, is_exclusive=True),
            ),
            models.CheckConstraint(
                condition=Q(during__isempty=False, during__lower_inc=True, during__upper_inc=False,
                            during__lower_inf=False, during__upper_inf=False),
                name="an_allocation_has_both_ends",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.resource_id} {self.during.lower:%Y-%m-%d %H:%M}"


class BookingStep(models.Model):
    """One thing that happened to a booking, with who did it; the story stays."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="steps")
    change = models.CharField(max_length=10)
    at = models.DateTimeField()
    actor = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    facts = models.JSONField(default=dict)

    class Meta:
        default_permissions = ()
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.change
