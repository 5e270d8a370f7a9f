import uuid
from decimal import Decimal

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from comptoir.baskets.models import Basket
from comptoir.channels.models import Channel
from comptoir.orders.models import Order, amount_field


class Checkout(models.Model):
    """A basket on its way to an order: who it is for, how it gets there, how it is paid.

    Whoever changes one has locked its basket: the lock of the basket guards both. ``frozen`` is the order to be, as it
    was when the money was asked for; nothing of it is worked out again. ``uuid`` opens it, and is as secret as a token.
    One that somebody of the staff began (``staff``) is a draft: an order taken on the phone. One with ``adds_to`` brings
    more goods to an order that was placed before: it is frozen from its first moment, and only paid (``additions``).
    """

    class State(models.TextChoices):
        OPEN = "open", _("being filled in")
        PAYING = "paying", _("being paid")
        PLACED = "placed", _("placed")
        ENDED = "ended", _("ended without an order")

    #: One of these a basket.
    LIVE = (State.OPEN, State.PAYING)

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    basket = models.ForeignKey(Basket, on_delete=models.CASCADE, related_name="checkouts")
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="checkouts")
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    locale = models.CharField(_("language"), max_length=10)
    name = models.CharField(_("name"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    billing = models.JSONField(default=dict)
    delivery = models.JSONField(default=dict)
    delivery_total = amount_field(pgettext_lazy("price", "delivery"), default=Decimal(0))
    delivery_tax = amount_field(_("tax on delivery"), default=Decimal(0))
    provider = models.CharField(_("payment"), max_length=40, blank=True)
    total = amount_field(_("total"), null=True)
    due_later = amount_field(_("to be paid at arrival"), default=Decimal(0))
    frozen = models.JSONField(default=dict, encoder=DjangoJSONEncoder, editable=False)
    basket_version = models.PositiveIntegerField(default=0, editable=False)
    problem = models.CharField(_("problem"), max_length=60, blank=True)
    order = models.OneToOneField(
        Order, on_delete=models.PROTECT, null=True, blank=True, related_name="checkout"
    )
    adds_to = models.ForeignKey(
        Order, on_delete=models.PROTECT, null=True, blank=True, related_name="additions"
    )
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    link_sent_at = models.DateTimeField(_("link sent at"), null=True, blank=True)
    began_at = models.DateTimeField(_("begun at"))
    ends_at = models.DateTimeField(_("ends at"))

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["basket"],
                condition=Q(state__in=["open", "paying"]),
                name="one_live_checkout_a_basket",
            ),
            models.CheckConstraint(
                condition=Q(adds_to=None, state="placed", order__isnull=False)
                | Q(adds_to__isnull=False, order=None)
                | (~Q(state="placed") & Q(order=None)),
                name="a_placed_checkout_has_its_order",
            ),
            models.UniqueConstraint(
                fields=["adds_to"],
                condition=Q(state__in=["open", "paying"]),
                name="one_live_addition_an_order",
            ),
        ]
        indexes = [
            models.Index(
                fields=["ends_at"], condition=Q(state__in=["open", "paying"]), name="checkouts_to_end"
            )
        ]
        verbose_name = _("checkout")
        verbose_name_plural = _("checkouts")

    def __str__(self) -> str:
        return f"{self.reference} ({self.state})"

    @property
    def reference(self) -> str:
        """How payments, fulfilment and the order name it."""
        return f"checkout:{self.uuid}"

    @property
    def placed_order(self) -> Order | None:
        """The order that came of it, or whose goods these are by now."""
        return self.adds_to if self.adds_to and self.state == self.State.PLACED else self.order

    @property
    def is_live(self) -> bool:
        return self.state in self.LIVE


def uuid_of(reference: str) -> str:
    """The uuid in ``checkout:<uuid>``; empty for a reference of something else."""
    kind, _colon, said = reference.partition(":")
    return said if kind == "checkout" else ""
