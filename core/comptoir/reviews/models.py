from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from comptoir.catalogue.models import Product
from comptoir.channels.models import Channel
from comptoir.orders.models import OrderLine

TITLE_MAX, TEXT_MAX, NAME_MAX = 100, 3000, 60


class Review(models.Model):
    """What one customer says of one product they bought; shown once somebody of the house has approved it.

    It is by ``user``, or by the guest who bought it with ``line``; ``line`` is also kept of whoever wrote from an order.
    ``name`` is how the customer wants to be called in public, ``locale`` the language it is written in. ``decided_at`` and
    ``decided_by`` say who approved or rejected it; ``refusal`` is what the author is told.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("waiting")
        APPROVED = "approved", _("approved")
        REJECTED = "rejected", _("rejected")

    class Refusal(models.TextChoices):
        OFF_TOPIC = "off_topic", _("It is about something else than the product.")
        PERSONAL = "personal", _("It names or describes a person.")
        UNLAWFUL = "unlawful", _("It insults somebody, or the law forbids it.")
        ADVERTISING = "advertising", _("It advertises something else.")

    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="+", verbose_name=_("product")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        related_name="reviews",
        verbose_name=_("customer"),
    )
    line = models.ForeignKey(
        OrderLine, on_delete=models.CASCADE, null=True, related_name="+", verbose_name=_("order line")
    )
    channel = models.ForeignKey(
        Channel, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("channel")
    )
    locale = models.CharField(_("language"), max_length=10)
    rating = models.PositiveSmallIntegerField(
        _("rating"), validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    title = models.CharField(_("title"), max_length=TITLE_MAX)
    text = models.TextField(_("text"), max_length=TEXT_MAX, blank=True)
    name = models.CharField(_("name"), max_length=NAME_MAX)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    refusal = models.CharField(_("reason"), max_length=12, choices=Refusal, blank=True)
    written_at = models.DateTimeField(_("written"))
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("decided by"),
    )

    class Meta:
        default_permissions = ("view", "change")
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["product", "-id"],
                condition=Q(state="approved"),
                name="reviews_shown",
            ),
            models.Index(fields=["state", "-id"], name="reviews_by_state"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["user", "product"], name="one_review_a_customer_and_product"),
            models.UniqueConstraint(fields=["line"], name="one_review_an_order_line"),
            models.CheckConstraint(
                condition=Q(user__isnull=False) | Q(line__isnull=False),
                name="a_review_is_by_somebody_who_bought",
            ),
            models.CheckConstraint(condition=Q(rating__gte=1, rating__lte=5), name="a_rating_is_one_to_five"),
            models.CheckConstraint(
                condition=Q(state="pending", decided_at=None)
                | ~Q(state="pending") & Q(decided_at__isnull=False),
                name="a_review_is_decided_once_it_is_not_waiting",
            ),
        ]
        verbose_name = _("review")
        verbose_name_plural = _("reviews")

    def __str__(self) -> str:
        return self.title
