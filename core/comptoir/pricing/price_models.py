"""One price for all channels, and exceptions with a reason."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.core.validators import MinLengthValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.money import Money
from comptoir.catalogue.models import Product
from comptoir.channels.models import Channel, Location, currency_validator
from comptoir.events.records import RecordsChanges
from comptoir.pricing.price_history import WithHistory, record_price_changes


def _amount(**options: Any) -> models.DecimalField:
    return models.DecimalField(
        _("price"), max_digits=12, decimal_places=3, validators=[MinValueValidator(Decimal(0))], **options
    )


class Price(RecordsChanges):
    """What a variant costs in one currency, on every channel that sells in it. Amounts include tax."""

    changed_event = "product_changed"

    variant = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="prices", verbose_name=_("variant")
    )
    currency = models.CharField(_("currency"), max_length=3, default="EUR", validators=[currency_validator])
    amount = _amount()
    compare_at = models.DecimalField(
        _("earlier price"),
        max_digits=12,
        decimal_places=3,
        null=True,
        blank=True,
        help_text=_("Shown crossed out. By law the lowest price of the last 30 days before a reduction."),
    )

    objects = WithHistory.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["variant", "currency"], name="one_price_per_currency"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="price_not_negative"),
        ]
        verbose_name = _("price")
        verbose_name_plural = _("prices")

    def __str__(self) -> str:
        return f"{self.money.rounded().amount} {self.currency}"

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)

    def said(self) -> dict[str, Any]:
        """What the history keeps besides the amount."""
        return {}

    def changed_subject_id(self) -> int:
        return self.variant.root_id

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        record_price_changes([self])

    @transaction.atomic
    def delete(self, *args: Any, **kwargs: Any) -> Any:
        record_price_changes([self], withdrawn=True)
        return super().delete(*args, **kwargs)


class PriceExceptionQuerySet(WithHistory):
    """Named filters; nobody else filters price exceptions."""

    def not_over(self, moment: datetime) -> "PriceExceptionQuerySet":
        """In force at a moment or still to come."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=moment))

    def untold(self, moment: datetime) -> "PriceExceptionQuerySet":
        """Began or ended by now, and nobody has been told yet."""
        began = Q(starts_at__lte=moment, starts_at__gt=F("told_at"))
        return self.filter(began | Q(ends_at__lte=moment, ends_at__gt=F("told_at")))


#: Which exception wins: one for a location beats one for a channel beats one with dates only; with dates beats without.
#: Any two exceptions of a variant that apply at the same moment differ in it.
_RANK = (
    Case(When(location__isnull=False, then=Value(4)), default=Value(0))
    + Case(When(channel__isnull=False, then=Value(2)), default=Value(0))
    + Case(When(Q(starts_at__isnull=False) | Q(ends_at__isnull=False), then=Value(1)), default=Value(0))
)


def _or_nothing(field: str) -> Coalesce:
    """A channel or a location for comparing, none being equal to none.

    By the name of the field and not of its column: Django checks a row before it is saved by putting in values by name.
    """
    return Coalesce(field, Value(0), output_field=models.BigIntegerField())


class PriceException(RecordsChanges):
    """A price that differs from the one for all channels: on a channel, at a location or between two moments, and why.

    From ``starts_at`` to before ``ends_at``. What it names limits it; what it leaves empty does not.
    """

    changed_event = "product_changed"

    variant = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="price_exceptions", verbose_name=_("variant")
    )
    currency = models.CharField(_("currency"), max_length=3, default="EUR", validators=[currency_validator])
    amount = _amount()
    channel = models.ForeignKey(
        Channel, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("channel")
    )
    location = models.ForeignKey(
        Location,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("location"),
    )
    starts_at = models.DateTimeField(_("from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, validators=[MinLengthValidator(3)])
    rank = models.GeneratedField(expression=_RANK, output_field=models.SmallIntegerField(), db_persist=True)
    created_at = models.DateTimeField(_("created at"), default=clock.now, editable=False)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("entered by"),
    )
    #: When it was last known to all what it says: at its saving, its beginning, its end.
    told_at = models.DateTimeField(default=clock.now, editable=False)

    quiet_fields = frozenset({"told_at"})
    objects = PriceExceptionQuerySet.as_manager()

    class Meta:
        ordering = ["variant", "-rank"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="exception_not_negative"),
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(starts_at__lt=F("ends_at")),
                name="exception_starts_before_it_ends",
                violation_error_message=_("It has to start before it ends."),
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="exception_has_a_reason",
                violation_error_message=_("A price that differs needs a reason."),
            ),
            models.CheckConstraint(
                condition=Q(channel__isnull=False)
                | Q(location__isnull=False)
                | Q(starts_at__isnull=False)
                | Q(ends_at__isnull=False),
                name="exception_is_limited",
                violation_error_message=_(
                    "Name a channel, a location or dates; else change the price itself."
                ),
            ),
            ExclusionConstraint(
                name="one_exception_at_a_time",
                expressions=[
                    ("variant", RangeOperators.EQUAL),
                    ("currency", RangeOperators.EQUAL),
                    (_or_nothing("channel"), RangeOperators.EQUAL),
                    (_or_nothing("location"), RangeOperators.EQUAL),
                    ("rank", RangeOperators.EQUAL),
                    (
                        Func("starts_at", "ends_at", function="TSTZRANGE", output_field=DateTimeRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("Another exception for the same place is in force at that time."),
            ),
        ]
        verbose_name = _("price exception")
        verbose_name_plural = _("price exceptions")

    def __str__(self) -> str:
        return f"{self.variant.sku}: {self.money.rounded().amount} {self.currency} ({self.reason})"

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)

    def said(self) -> dict[str, Any]:
        """What the history keeps besides the amount; the rank as the database has it, without asking."""
        dated = self.starts_at is not None or self.ends_at is not None
        rank = 4 * (self.location_id is not None) + 2 * (self.channel_id is not None) + dated
        kept = ("channel_id", "location_id", "starts_at", "ends_at", "reason")
        return {"exception_id": self.pk, "rank": rank, **{name: getattr(self, name) for name in kept}}

    def clean(self) -> None:
        """Before PostgreSQL is asked about overlaps: it has no range that ends before it starts."""
        if self.starts_at and self.ends_at and self.starts_at >= self.ends_at:
            raise ValidationError({"ends_at": _("It has to start before it ends.")})

    def changed_subject_id(self) -> int:
        return self.variant.root_id

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        record_price_changes([self])

    @transaction.atomic
    def delete(self, *args: Any, **kwargs: Any) -> Any:
        record_price_changes([self], withdrawn=True)
        return super().delete(*args, **kwargs)
