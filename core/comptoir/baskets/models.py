"""Baskets and their lines: Oscar's rows under our name, with a channel, a secret and prices as they were seen.

Oscar's engine is not used: prices come from the quote, goods are kept by holds (docs/algorithms/baskets.md).
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from oscar.apps.basket.abstract_models import AbstractBasket, AbstractLine

from comptoir.channels.models import Channel, Location


class Basket(AbstractBasket):
    """What somebody means to buy, on the channel where they are at the moment.

    Who has the token may change it; only a hash of it is kept. A basket that has an owner and no token opens for the
    session of the owner. ``location`` is the shop it belongs to (a till), not where goods come from. ``version`` goes up
    with every change. Oscar's ``vouchers`` stays empty: a code that was entered need not name a voucher any more.
    """

    CLOSED = "Closed"

    status = models.CharField(
        _("status"),
        max_length=128,
        default=AbstractBasket.OPEN,
        choices=[*AbstractBasket.STATUS_CHOICES, (CLOSED, _("Closed - given up, nothing is held for it"))],
    )
    channel = models.ForeignKey(
        Channel, on_delete=models.CASCADE, related_name="baskets", verbose_name=_("channel")
    )
    location = models.ForeignKey(
        Location,
        on_delete=models.PROTECT,
        related_name="baskets",
        null=True,
        blank=True,
        verbose_name=_("shop"),
    )
    token_hash = models.CharField(  # noqa: DJ001 (without a token none opens it; empty ones would not be unique)
        max_length=64, unique=True, null=True, editable=False
    )
    note = models.CharField(_("note"), max_length=500, blank=True)
    voucher_codes = ArrayField(models.CharField(max_length=128), default=list, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    touched_at = models.DateTimeField(_("last touched"))
    checkout_began_at = models.DateTimeField(_("checkout begun"), null=True, blank=True)

    class Meta(AbstractBasket.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["-touched_at"], condition=Q(status="Open"), name="open_baskets_by_touch"),
            models.Index(
                fields=["owner", "channel"],
                condition=Q(status="Open", owner__isnull=False),
                name="open_baskets_by_owner",
            ),
        ]
        verbose_name = _("basket")
        verbose_name_plural = _("baskets")

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def whose(self) -> str:
        """Who it belongs to, without a name: staff need to know no more of it."""
        return gettext("a customer") if self.owner_id else gettext("a guest")


class Line(AbstractLine):
    """A variant in a basket; each once. ``price_seen`` is the unit price in the last answer to a change.

    Its pieces are held for the owner ``basket-line:<id>``. Oscar's own price columns and stock record stay empty.
    """

    stockrecord = models.ForeignKey(
        "partner.StockRecord",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="basket_lines",
    )
    price_seen = models.DecimalField(_("price seen"), max_digits=12, decimal_places=3, null=True, blank=True)

    class Meta(AbstractLine.Meta):
        abstract = False
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["basket", "product"], name="one_line_per_variant_in_a_basket"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="a_basket_line_has_pieces"),
        ]
        verbose_name = _("basket line")
        verbose_name_plural = _("basket lines")

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product_id}"


class Handover(models.Model):
    """A basket offered to another channel by a short code; the row stays as the story of where it went.

    ``code_hash`` is keyed with the secret of the site: the codes are too short to be safe from guessing otherwise.
    """

    basket = models.ForeignKey(Basket, on_delete=models.CASCADE, related_name="handovers")
    code_hash = models.CharField(max_length=64, unique=True, editable=False)
    from_channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    to_channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+", null=True)
    offered_at = models.DateTimeField(_("offered at"))
    ends_at = models.DateTimeField(_("good until"))
    taken_at = models.DateTimeField(_("taken at"), null=True)

    class Meta:
        default_permissions = ()
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.basket}: {self.from_channel_id} → {self.to_channel_id}"


from oscar.apps.basket.models import *  # noqa: E402, F403
