"""Counts of a shop: drafts until they are booked. What they book are movements, like all that happens to stock."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from comptoir.catalogue.models import Product
from comptoir.channels.models import Location


class Count(models.Model):
    """Counting a shop, or a part of it: a draft that several people may fill in, until its differences are booked."""

    location = models.ForeignKey(
        Location, on_delete=models.PROTECT, related_name="counts", verbose_name=_("location")
    )
    name = models.CharField(_("name"), max_length=100)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("opened by"),
    )
    opened_at = models.DateTimeField(_("opened at"))
    booked_at = models.DateTimeField(_("booked at"), null=True, blank=True)

    class Meta:
        ordering = ["-opened_at", "-pk"]
        verbose_name = _("count")
        verbose_name_plural = _("counts")

    def __str__(self) -> str:
        return f"{self.name} ({self.location})"


class CountLine(models.Model):
    """One variant of a count. ``expected`` is what was on hand when ``counted`` was written down; both empty till then."""

    count = models.ForeignKey(Count, on_delete=models.CASCADE, related_name="lines")
    variant = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="+", verbose_name=_("variant")
    )
    counted = models.PositiveIntegerField(_("counted"), null=True, blank=True)
    expected = models.PositiveIntegerField(_("expected"), null=True, blank=True)
    is_recount = models.BooleanField(_("to count again"), default=False)
    touched_at = models.DateTimeField(_("last scanned"))

    class Meta:
        ordering = ["-touched_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["count", "variant"], name="one_count_per_variant"),
            models.CheckConstraint(
                condition=Q(counted=None, expected=None) | Q(counted__isnull=False, expected__isnull=False),
                name="a_figure_knows_what_was_expected",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.counted} {self.variant.sku}"

    @property
    def difference(self) -> int:
        """Pieces too many; negative if some are missing, 0 while nothing was counted."""
        return 0 if self.counted is None else self.counted - (self.expected or 0)
