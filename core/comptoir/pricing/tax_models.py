"""Which tax is in a price: rates by country, and the class that a class of products is taxed in."""

from decimal import Decimal

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from oscar.apps.catalogue.models import ProductClass

from comptoir.channels.models import code_validator

country_validator = RegexValidator(r"^[A-Z]{2}$", _("Use the two capital letters of ISO 3166, such as FR."))


class TaxClass(models.Model):
    """A kind of goods that tax law treats alike, such as books. What no product class names is in the default one."""

    code = models.CharField(_("code"), max_length=40, unique=True, validators=[code_validator])
    name = models.CharField(_("name"), max_length=120)
    is_default = models.BooleanField(
        pgettext_lazy("tax class", "default"),
        default=False,
        help_text=_("Taxes everything that has no tax class of its own."),
    )

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="one_default_tax_class",
                violation_error_message=_("Another tax class is the default one."),
            )
        ]
        verbose_name = _("tax class")
        verbose_name_plural = _("tax classes")

    def __str__(self) -> str:
        return self.name


class TaxRate(models.Model):
    """The rate of a tax class in a country. Units: ``rate`` in per cent; both days are included."""

    tax_class = models.ForeignKey(
        TaxClass, on_delete=models.CASCADE, related_name="rates", verbose_name=_("tax class")
    )
    country = models.CharField(_("country"), max_length=2, validators=[country_validator])
    rate = models.DecimalField(
        _("rate in %"),
        max_digits=6,
        decimal_places=3,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        ordering = ["country", "tax_class", "starts_on"]
        constraints = [
            models.CheckConstraint(condition=Q(rate__gte=0, rate__lte=100), name="rate_is_a_percentage"),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(starts_on__lte=F("ends_on")),
                name="rate_starts_before_it_ends",
                violation_error_message=_("It has to start before it ends."),
            ),
            ExclusionConstraint(
                name="one_rate_at_a_time",
                expressions=[
                    ("tax_class", RangeOperators.EQUAL),
                    ("country", RangeOperators.EQUAL),
                    (
                        Func(
                            "starts_on",
                            "ends_on",
                            Value("[]"),
                            function="DATERANGE",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("Another rate of this tax class counts in that time."),
            ),
        ]
        verbose_name = _("tax rate")
        verbose_name_plural = _("tax rates")

    def clean(self) -> None:
        """Before PostgreSQL is asked about overlaps: it has no range that ends before it starts."""
        if self.starts_on and self.ends_on and self.starts_on > self.ends_on:
            raise ValidationError({"ends_on": _("It has to start before it ends.")})

    def __str__(self) -> str:
        return f"{self.country} {self.tax_class}: {self.rate.normalize():f} %"


class ProductClassTax(models.Model):
    """The tax class of a class of products."""

    product_class = models.OneToOneField(
        ProductClass, on_delete=models.CASCADE, related_name="tax", verbose_name=_("product class")
    )
    tax_class = models.ForeignKey(
        TaxClass, on_delete=models.PROTECT, related_name="product_classes", verbose_name=_("tax class")
    )

    class Meta:
        verbose_name = _("tax of a product class")
        verbose_name_plural = _("taxes of product classes")

    def __str__(self) -> str:
        return f"{self.product_class}: {self.tax_class}"
