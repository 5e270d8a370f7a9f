"""The books of the test gateway. They are another company's: the shop sees nothing of them but answers and notices."""

import secrets
import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from comptoir.base.money import Money


def new_token() -> str:
    """Names a page that nobody can guess."""
    return secrets.token_urlsafe(18)


class Sale(models.Model):
    """One payment as the gateway knows it. ``payment`` is the shop's number of it."""

    class State(models.TextChoices):
        OPEN = "open", _("waiting for the customer")
        CHALLENGED = "challenged", _("waiting for the code")
        ANSWERED = "answered", _("answered")
        CANCELLED = "cancelled", _("cancelled")

    token = models.CharField(primary_key=True, max_length=40, default=new_token, editable=False)
    payment = models.CharField(max_length=40, unique=True)
    channel = models.CharField(_("channel"), max_length=40)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=3)
    currency = models.CharField(_("currency"), max_length=3)
    locale = models.CharField(_("language"), max_length=10, blank=True)
    return_url = models.URLField(max_length=1000, blank=True)
    notice_url = models.URLField(max_length=1000)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField(_("opened at"))

    class Meta:
        default_permissions = ()
        verbose_name = _("sale")
        verbose_name_plural = _("sales")

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} ({self.state})"

    @property
    def money(self) -> Money:
        """What is to be paid."""
        return Money(self.amount, self.currency)


class Deed(models.Model):
    """Something that happened to the money of a sale; one that lies ahead has not happened yet."""

    sale = models.ForeignKey(Sale, on_delete=models.CASCADE, related_name="deeds")
    kind = models.CharField(max_length=12)
    amount = models.DecimalField(max_digits=12, decimal_places=3)
    key = models.CharField(max_length=80, unique=True)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"


class Message(models.Model):
    """A notice on its way to the shop. ``times`` is how often it is sent, whether or not it arrived before."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sale = models.ForeignKey(Sale, on_delete=models.CASCADE, related_name="messages")
    body = models.TextField()
    times = models.PositiveSmallIntegerField(default=1)
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=40, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["due_at"]

    def __str__(self) -> str:
        return f"{self.id} for {self.sale_id}"
