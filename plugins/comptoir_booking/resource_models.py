"""Who and what can be booked, and when they can be had."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from comptoir.channels.models import Location, OpeningHours, code_validator
from comptoir.customers.models import User
from comptoir_booking.holiday_names import holidays_of

__all__ = ["GRID_MINUTES", "LONGEST_MINUTES", "HoursException", "Resource", "ResourceGroup", "WeeklyHours"]

#: Everything begins and ends on this grid.
GRID_MINUTES = 5
#: Nothing is booked for longer, with all that is done around it.
LONGEST_MINUTES = 24 * 60


class Resource(ClusterableModel):
    """Somebody or something that is taken while a service is done: a person, a room, a chair, a pool of equal things.

    ``hours`` says when it can be had at all: by hours of its own, with its location, or whenever the others can.
    """

    class Kind(models.TextChoices):
        STAFF = "staff", _("person of the team")
        ROOM = "room", _("room")
        EQUIPMENT = "equipment", _("equipment")
        POOL = "pool", _("several of the same")

    class Hours(models.TextChoices):
        OWN = "own", _("its own hours")
        LOCATION = "location", _("the hours of the location")
        ALWAYS = "always", _("whenever the others can")

    code = models.CharField(_("code"), max_length=40, unique=True, validators=[code_validator])
    name = models.CharField(
        _("name"), max_length=120, help_text=_("As customers see it, such as a first name.")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.STAFF)
    location = models.ForeignKey(
        Location, on_delete=models.PROTECT, related_name="+", verbose_name=_("location"),
        help_text=_("Hours of its own may say other locations."),
    )  # fmt: skip
    hours = models.CharField(_("can be had"), max_length=10, choices=Hours, default=Hours.OWN)
    capacity = models.PositiveSmallIntegerField(
        _("how many"), default=1, help_text=_("More than one for a pool only, such as four bicycles.")
    )
    seats = models.PositiveSmallIntegerField(
        _("for how many people"), null=True, blank=True, validators=[MinValueValidator(1)],
        help_text=_("Of a table or a room; empty: for any number."),
    )  # fmt: skip
    user = models.OneToOneField(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("user"),
        limit_choices_to={"is_staff": True},
    )  # fmt: skip
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(capacity=1) | Q(kind="pool", capacity__gte=1), name="only_a_pool_has_several"
            )
        ]
        verbose_name = _("resource")
        verbose_name_plural = _("resources")

    def __str__(self) -> str:
        return self.name


class ResourceGroup(models.Model):
    """Resources of which any will do, such as the chairs at the window."""

    code = models.CharField(_("code"), max_length=40, unique=True, validators=[code_validator])
    name = models.CharField(_("name"), max_length=120)
    members = models.ManyToManyField(Resource, related_name="groups", verbose_name=_("members"))

    class Meta:
        ordering = ["name"]
        verbose_name = _("group of resources")
        verbose_name_plural = _("groups of resources")

    def __str__(self) -> str:
        return self.name


class WeeklyHours(models.Model):
    """One stretch of a weekday, in the wall time of a location. One that ends before it starts ends the next day."""

    resource = ParentalKey(Resource, on_delete=models.CASCADE, related_name="weekly_hours")
    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="+")
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=OpeningHours.Weekday)
    starts = models.TimeField(_("starts"))
    ends = models.TimeField(_("ends"))
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_until = models.DateField(_("until"), null=True, blank=True)
    every_weeks = models.PositiveSmallIntegerField(
        _("every … weeks"), default=1, validators=[MinValueValidator(1), MaxValueValidator(8)],
        help_text=_("Counted from the week of the first day."),
    )  # fmt: skip

    class Meta:
        default_permissions = ()
        ordering = ["weekday", "starts"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(starts=F("ends")),
                name="hours_have_a_length",
                violation_error_message=_("It has to end at another time than it starts."),
            ),
            models.CheckConstraint(
                condition=Q(every_weeks=1) | Q(every_weeks__gt=1, valid_from__isnull=False),
                name="other_weeks_are_counted_from_a_day",
                violation_error_message=_("Say from which day on the weeks are counted."),
            ),
        ]
        verbose_name = _("weekly hours")
        verbose_name_plural = _("weekly hours")

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.starts:%H:%M}–{self.ends:%H:%M}"


class HoursException(models.Model):
    """Dates on which a resource, or a whole location, is closed or open other than its weekly hours say.

    Without times it is the whole of each day. What is said of a resource beats what is said of its location; of the
    same one, closed beats open.
    """

    class Source(models.TextChoices):
        STAFF = "staff", _("written by hand")
        HOLIDAY = "holiday", _("public holiday")

    resource = models.ForeignKey(
        Resource, on_delete=models.CASCADE, null=True, blank=True, related_name="exceptions"
    )
    location = models.ForeignKey(Location, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    starts = models.TimeField(_("starts"), null=True, blank=True)
    ends = models.TimeField(_("ends"), null=True, blank=True)
    is_open = models.BooleanField(_("open"), default=False)
    reason = models.CharField(_("reason"), max_length=120, blank=True)
    source = models.CharField(max_length=10, choices=Source, default=Source.STAFF, editable=False)

    class Meta:
        default_permissions = ()
        ordering = ["first_day", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(resource__isnull=True) ^ Q(location__isnull=True), name="an_exception_is_of_one"
            ),
            models.CheckConstraint(condition=Q(first_day__lte=F("last_day")), name="days_in_their_order"),
            models.CheckConstraint(
                condition=Q(starts__isnull=True, ends__isnull=True)
                | Q(starts__isnull=False, ends__isnull=False) & ~Q(starts=F("ends")),
                name="both_times_or_none",
            ),
        ]
        verbose_name = _("other hours")
        verbose_name_plural = _("other hours")

    def __str__(self) -> str:
        return f"{self.first_day:%Y-%m-%d} {self.reason}".strip()

    @property
    def why(self) -> str:
        """Why, as it was typed; a public holiday by its name in the language of who reads it."""
        if self.source != self.Source.HOLIDAY or self.location is None:
            return self.reason
        known = holidays_of(self.location, self.first_day.year, get_language() or "")
        return known.get(self.first_day, self.reason)
