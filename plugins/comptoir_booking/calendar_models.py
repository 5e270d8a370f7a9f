"""Calendars of others: secret links by which ours are read, and those we read to know when somebody is away."""

import uuid

from django.contrib.postgres.fields import DateTimeRangeField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey

from comptoir.customers.models import User
from comptoir.events.calling import check_address

__all__ = ["BusyTime", "CalendarLink", "OtherCalendar"]


class CalendarLink(models.Model):
    """Lets a calendar program read the appointments of one of the team, or of one customer, without logging in.

    The address is worked out from ``nonce`` and the secret key, and stands nowhere; a new nonce ends it.
    """

    resource = models.OneToOneField(
        "booking.Resource", on_delete=models.CASCADE, null=True, related_name="calendar_link"
    )
    user = models.OneToOneField(User, on_delete=models.CASCADE, null=True, related_name="+")
    nonce = models.UUIDField(default=uuid.uuid4, editable=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(resource__isnull=True) ^ Q(user__isnull=True), name="a_calendar_is_of_one"
            )
        ]

    def __str__(self) -> str:
        return f"calendar {self.pk}"


class OtherCalendar(models.Model):
    """A calendar somewhere else that says when one of the team is away. ``read_at``: when it was last read whole."""

    class Problem(models.TextChoices):
        NOT_REACHED = "not_reached", _("The calendar could not be fetched.")
        NOT_ALLOWED = "not_allowed", _("The address is not allowed: it leads into a private network.")
        TOO_LARGE = "too_large", _("The calendar is larger than 5 MB.")
        TOO_MANY = "too_many", _("The calendar has more appointments than are read.")
        NOT_A_CALENDAR = "not_a_calendar", _("What is there is no calendar (iCalendar, .ics).")

    resource = ParentalKey("booking.Resource", on_delete=models.CASCADE, related_name="other_calendars")
    url = models.URLField(
        _("address"), max_length=500, validators=[check_address],
        help_text=_("The secret address in iCal format that the other calendar gives, beginning with https."),
    )  # fmt: skip
    etag = models.CharField(max_length=200, blank=True, editable=False)
    due_at = models.DateTimeField(null=True, editable=False)
    read_at = models.DateTimeField(_("read at"), null=True, editable=False)
    problem = models.CharField(_("problem"), max_length=20, choices=Problem, blank=True, editable=False)

    class Meta:
        ordering = ["resource", "pk"]
        verbose_name = _("other calendar")
        verbose_name_plural = _("other calendars")

    def __str__(self) -> str:
        return self.resource.name


class BusyTime(models.Model):
    """A stretch of time in which one of the team is away, as another calendar says. What it is, nobody needs to know."""

    calendar = models.ForeignKey(OtherCalendar, on_delete=models.CASCADE, related_name="busy_times")
    resource = models.ForeignKey("booking.Resource", on_delete=models.CASCADE, related_name="+")
    during = DateTimeRangeField()

    class Meta:
        default_permissions = ()
        indexes = [
            GistIndex(
                fields=["resource", "during"],
                name="busy_times_of_a_resource",
                opclasses=["gist_int8_ops", "range_ops"],
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(during__isempty=False, during__lower_inf=False, during__upper_inf=False),
                name="a_busy_time_has_both_ends",
            )
        ]

    def __str__(self) -> str:
        return f"{self.resource_id} {self.during.lower:%Y-%m-%d %H:%M}"
