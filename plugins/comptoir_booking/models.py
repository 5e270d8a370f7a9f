"""Services: what can be booked, in which parts, whom and what it needs. Whoever is booked is in ``resource_models``, what
was booked in ``booking_models``."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from comptoir.catalogue.models import Product
from comptoir.channels.models import code_validator
from comptoir_booking.resource_models import *  # noqa: F403
from comptoir_booking.resource_models import GRID_MINUTES, LONGEST_MINUTES, Resource, ResourceGroup

#: A party larger than this calls.
MOST_PEOPLE = 100


class Service(ClusterableModel):
    """A product that takes time. Price, tax, words and pictures are the product's."""

    class PriceFor(models.TextChoices):
        VISIT = "visit", _("all who come together")
        PERSON = "person", _("each who comes")

    product = models.OneToOneField(
        Product, on_delete=models.CASCADE, related_name="+", verbose_name=_("product")
    )
    policy = models.ForeignKey(
        "booking.Policy",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("policy"),
    )
    step_minutes = models.PositiveSmallIntegerField(
        _("starts every … minutes"), default=15,
        choices=[(one, str(one)) for one in (5, 10, 15, 20, 30, 45, 60, 90, 120)],
    )  # fmt: skip
    skilled = models.ManyToManyField(
        Resource, related_name="skills", blank=True, verbose_name=_("people who can do it"),
        limit_choices_to={"kind": Resource.Kind.STAFF},
    )  # fmt: skip
    in_sessions = models.BooleanField(
        _("a class"), default=False,
        help_text=_("Customers take places at times that are set, and choose none themselves."),
    )  # fmt: skip
    party_min = models.PositiveSmallIntegerField(_("people, at least"), default=1)
    party_max = models.PositiveSmallIntegerField(
        _("people, at most"), default=1,
        help_text=_("More than one for what several come to together, such as a table; customers say how many."),
    )  # fmt: skip
    price_for = models.CharField(
        _("the price is for"), max_length=10, choices=PriceFor, default=PriceFor.VISIT
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(party_min__gte=1, party_min__lte=F("party_max"), party_max__lte=MOST_PEOPLE),
                name="a_party_has_both_ends",
                violation_error_message=_("At least one, at most 100, and not more at least than at most."),
            )
        ]
        verbose_name = _("bookable service")
        verbose_name_plural = _("bookable services")

    def __str__(self) -> str:
        return self.product.title


class Segment(models.Model):
    """A part of a service. Buffers are before and after what customers see; while something works by itself (a colour),
    people are free for others."""

    class Kind(models.TextChoices):
        BEFORE = "before", _("getting ready")
        ACTIVE = "active", _("being served")
        PROCESSING = "processing", _("waiting while it works")
        AFTER = "after", _("clearing away")

    service = ParentalKey(Service, on_delete=models.CASCADE, related_name="segments")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.ACTIVE)
    minutes = models.PositiveSmallIntegerField(_("minutes"))

    class Meta:
        default_permissions = ()
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["service", "position"], name="one_segment_at_a_position"),
            models.CheckConstraint(
                condition=Q(
                    Exact(F("minutes") % GRID_MINUTES, 0), minutes__range=(GRID_MINUTES, LONGEST_MINUTES)
                ),
                name="a_segment_has_steps_of_five_minutes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.minutes}"


class Requirement(models.Model):
    """Somebody or something a service needs, the same one in all the segments it is held in.

    A named resource, one of a group, or one of a kind; a person found by kind has to be skilled for the service.
    """

    service = ParentalKey(Service, on_delete=models.CASCADE, related_name="requirements")
    role = models.CharField(_("role"), max_length=40, validators=[code_validator])
    kind = models.CharField(_("kind"), max_length=10, choices=Resource.Kind, blank=True)
    group = models.ForeignKey(
        ResourceGroup, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    segments = ArrayField(
        models.PositiveSmallIntegerField(), default=list, blank=True,
        help_text=_("Positions of the segments it is held in; empty: all."),
    )  # fmt: skip
    by_party = models.BooleanField(
        _("by party"), default=False,
        help_text=_("Of a pool one for each who comes; of anything else one that is large enough for all."),
    )  # fmt: skip

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["service", "role"], name="one_requirement_per_role"),
            models.CheckConstraint(
                condition=(~Q(kind="") & Q(group__isnull=True, resource__isnull=True))
                | Q(kind="", group__isnull=False, resource__isnull=True)
                | Q(kind="", group__isnull=True, resource__isnull=False),
                name="needs_a_kind_a_group_or_one",
            ),
        ]

    def __str__(self) -> str:
        return self.role


class Pace(models.Model):
    """Somebody of the team who takes another time for a service than it says: so many minutes, or a part of them.

    It is the time a customer is being served: what works by itself, getting ready and clearing away take as long as ever.
    """

    service = ParentalKey(Service, on_delete=models.CASCADE, related_name="paces")
    resource = models.ForeignKey(
        Resource, on_delete=models.CASCADE, related_name="paces", verbose_name=_("person"),
        limit_choices_to={"kind": Resource.Kind.STAFF},
    )  # fmt: skip
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), null=True, blank=True, help_text=_("All parts in which somebody is served, together."),
        validators=[MinValueValidator(GRID_MINUTES), MaxValueValidator(LONGEST_MINUTES)],
    )  # fmt: skip
    percent = models.PositiveSmallIntegerField(
        _("per cent"), null=True, blank=True, help_text=_("100 is what the service says, 150 half as long again."),
        validators=[MinValueValidator(25), MaxValueValidator(400)],
    )  # fmt: skip

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["service", "resource"],
                name="one_pace_of_a_person",
                violation_error_message=_("Somebody has one time for a service."),
            ),
            models.CheckConstraint(
                condition=Q(minutes__isnull=True) ^ Q(percent__isnull=True),
                name="a_pace_has_minutes_or_per_cent",
                violation_error_message=_("Say either minutes or per cent."),
            ),
            models.CheckConstraint(
                condition=Q(minutes__isnull=True)
                | Q(Exact(F("minutes") % GRID_MINUTES, 0), minutes__range=(GRID_MINUTES, LONGEST_MINUTES)),
                name="a_pace_has_steps_of_five_minutes",
                violation_error_message=_("Minutes in steps of five."),
            ),
            models.CheckConstraint(
                condition=Q(percent__isnull=True) | Q(percent__range=(25, 400)), name="a_pace_is_a_pace"
            ),
        ]
        verbose_name = _("other time")
        verbose_name_plural = _("other times")

    def __str__(self) -> str:
        return f"{self.resource_id} {self.minutes or self.percent}"


class RulesVersion(models.Model):
    """One row that changes with everything that says what can be booked and when, in the same transaction, by triggers.

    A value never comes twice, also when its transaction is undone: what was read under it is right for ever.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    version = models.UUIDField()

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_version_of_booking_rules")]

    def __str__(self) -> str:
        return str(self.version)


from comptoir_booking.booking_models import *  # noqa: E402, F403
from comptoir_booking.calendar_models import *  # noqa: E402, F403
from comptoir_booking.class_models import *  # noqa: E402, F403
from comptoir_booking.policy_models import *  # noqa: E402, F403
