"""Levels are ours, per variant and location; Oscar's partner models stay for Oscar's own basket and orders."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from oscar.apps.partner.models import *  # noqa: F403

from comptoir.catalogue.models import Product
from comptoir.channels.models import Location


class Level(models.Model):
    """How many pieces of a variant are at a location. Always the sum of its movements."""

    variant = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="levels", verbose_name=_("variant"))
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="levels", verbose_name=_("location"))
    on_hand = models.IntegerField(_("on hand"), default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["variant", "location"], name="one_level_per_location"),
            models.CheckConstraint(condition=Q(on_hand__gte=0), name="on_hand_not_negative"),
        ]
        verbose_name = _("stock level")
        verbose_name_plural = _("stock levels")

    def __str__(self) -> str:
        return f"{self.variant.sku} @ {self.location}: {self.on_hand}"


class Movement(models.Model):
    """One immutable change of a level, with its reason."""

    class Reason(models.TextChoices):
        RECEIPT = "receipt", _("receipt")
        COUNT = "count", _("count")

    variant = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="movements", verbose_name=_("variant"))
    location = models.ForeignKey(
        Location, on_delete=models.PROTECT, related_name="movements", verbose_name=_("location")
    )
    quantity = models.IntegerField(_("quantity"), help_text=_("Pieces that came; negative if they went."))
    reason = models.CharField(_("reason"), max_length=20, choices=Reason)
    document = models.CharField(_("document"), max_length=120, blank=True)
    moved_at = models.DateTimeField(_("moved at"))

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(quantity=0), name="a_movement_moves")]
        indexes = [models.Index(fields=["variant", "location"])]
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")

    def __str__(self) -> str:
        return f"{self.quantity:+} {self.variant.sku} @ {self.location} ({self.reason})"
