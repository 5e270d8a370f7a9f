"""Where an offer counts, how often it was used, and the version of everything a quote is worked out by."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from comptoir.channels.models import Channel, Location, time_zone_validator
from comptoir.pricing.offer.models import ConditionalOffer


class PricingVersion(models.Model):
    """One row that changes with every offer, range, scope or tax, in the same transaction, by triggers of the database.

    A value never comes twice, also when its transaction is undone: what was compiled under it is right for ever.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    version = models.UUIDField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_pricing_version")]

    def __str__(self) -> str:
        return str(self.version)


class OfferScope(models.Model):
    """Where and on which days an offer counts; without a scope, and in what it leaves empty, everywhere and always.

    Units: both days are included and begin at midnight where the basket is; ``time_zone`` names another zone.
    """

    offer = models.OneToOneField(
        ConditionalOffer, on_delete=models.CASCADE, related_name="scope", verbose_name=_("offer")
    )
    channels = models.ManyToManyField(
        Channel,
        verbose_name=_("channels"),
        related_name="+",
        blank=True,
        help_text=_("None chosen: all of them."),
    )
    locations = models.ManyToManyField(
        Location,
        verbose_name=_("locations"),
        related_name="+",
        blank=True,
        help_text=_(
            "Baskets that belong to one of these shops. None chosen: all baskets, with or without a shop."
        ),
    )
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    time_zone = models.CharField(
        _("time zone"),
        max_length=60,
        blank=True,
        validators=[time_zone_validator],
        help_text=_(
            "Empty: the zone of the shop or the channel, so that an offer ends at each shop's own midnight."
        ),
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(starts_on__lte=F("ends_on")),
                name="scope_starts_before_it_ends",
                violation_error_message=_("It has to start before it ends."),
            )
        ]
        verbose_name = _("scope of an offer")
        verbose_name_plural = _("scopes of offers")

    def __str__(self) -> str:
        return str(self.offer)


class OfferUse(models.Model):
    """An offer that was given on an order: what the limits per customer are counted by."""

    offer = models.ForeignKey(
        ConditionalOffer, on_delete=models.CASCADE, related_name="uses", verbose_name=_("offer")
    )
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="offer_uses",
        verbose_name=_("customer"),
    )
    document = models.CharField(_("document"), max_length=120)
    times = models.PositiveIntegerField(_("times"))
    discount = models.DecimalField(_("discount"), max_digits=12, decimal_places=3)
    used_at = models.DateTimeField(_("used at"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["offer", "document"], name="one_use_per_offer_and_document")
        ]
        indexes = [models.Index(fields=["customer", "offer"])]
        verbose_name = _("use of an offer")
        verbose_name_plural = _("uses of offers")

    def __str__(self) -> str:
        return f"{self.offer} × {self.times} ({self.document})"
