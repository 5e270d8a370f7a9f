from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from comptoir.base.money import Money
from comptoir.catalogue.models import Product
from comptoir.channels.models import currency_validator
from comptoir.events.records import RecordsChanges


class Price(RecordsChanges):
    """What a variant costs in one currency, on every channel that sells in it. Amounts include tax."""

    changed_event = "product_changed"

    variant = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="prices", verbose_name=_("variant"))
    currency = models.CharField(_("currency"), max_length=3, default="EUR", validators=[currency_validator])
    amount = models.DecimalField(
        _("price"), max_digits=12, decimal_places=3, validators=[MinValueValidator(Decimal(0))]
    )
    compare_at = models.DecimalField(
        _("earlier price"),
        max_digits=12,
        decimal_places=3,
        null=True,
        blank=True,
        help_text=_("Shown crossed out. By law the lowest price of the last 30 days before a reduction."),
    )

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

    def changed_subject_id(self) -> int:
        return self.variant.root_id
