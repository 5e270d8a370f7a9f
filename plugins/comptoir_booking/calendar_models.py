"""Calendars of others: secret links by which ours are read, and those we read to know when somebody is away."""

import uuid

from django.contrib.postgres.fields import DateTimeRangeField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey

from comptoir.customers.models import User
from comptoir.events.calling import check_address
from comptoir_booking.sealing import SealedField

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
    """A calendar somewhere else that says when one of the team is away. ``read_at``: when it was last read whole.

    Either a file at a secret address, or a calendar on a server (CalDAV) that lets in by a name and a password.
    """

    class Kind(models.TextChoices):
        FILE = "file", _("secret address of a file (iCalendar)")
        SERVER = "caldav", _("calendar on a server (CalDAV)")

    class Problem(models.TextChoices):
        NOT_REACHED = "not_reached", _("The calendar could not be fetched.")
        NOT_ALLOWED = "not_allowed", _("The address is not allowed: it leads into a private network.")
        TOO_LARGE = "too_large", _("The calendar is larger than 5 MB.")
        TOO_MANY = "too_many", _("The calendar has more appointments than are read.")
        NOT_LET_IN = "not_let_in", _("The server does not accept the name or the password.")
        SECRET_LOST = "secret_lost", _("The password cannot be read any more: type it in again.")
        NOT_A_CALENDAR = "not_a_calendar", _("What is there is no calendar (iCalendar, .ics).")

    resource = ParentalKey("booking.Resource", on_delete=models.CASCADE, related_name="other_calendars")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.FILE)
    url = models.URLField(
        _("address"), max_length=500, validators=[check_address],
        help_text=_(
            "The secret address in iCal format that the other calendar gives, or the address of the calendar on its server; "
            "beginning with https."
        ),
    )  # fmt: skip
    user_name = models.CharField(
        _("user name"), max_length=200, blank=True, help_text=_("Only for a calendar on a server.")
    )
    password = SealedField(
        _("password"), max_length=1000, blank=True,
        help_text=_("Kept encrypted. Leave it empty to keep the one that is there."),
    )  # fmt: skip
    etag = models.CharField(max_length=200, blank=True, editable=False)
    due_at = models.DateTimeField(null=True, editable=False)
    read_at = models.DateTimeField(_("read at"), null=True, editable=False)
    problem = models.CharField(_("problem"), max_length=20, choices=Problem, blank=True, editable=False)

    class Meta:
        ordering = ["resource", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="file") | ~Q(user_name=""),
                name="a_server_wants_a_name",
                violation_error_message=_("Say the user name for the server."),
            )
        ]
        verbose_name = _("other calendar")
        verbose_name_plural = _("other calendars")

    def __str__(self) -> str:
        return self.resource.name

    @property
    def freshness(self) -> str:
        """When it was last read, and what is wrong with it, for those who set it up."""
        read_at = date_format(localtime(self.read_at), "SHORT_DATETIME_FORMAT") if self.read_at else ""
        read = _("Last read %(moment)s.") % {"moment": read_at} if read_at else _("It was not read yet.")
        return f"{read} {self.get_problem_display()}".strip()


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
