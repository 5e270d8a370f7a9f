"""What customers were told. A row has no text and no address: both are made from the order when it is sent."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from comptoir.orders.models import Order


class Message(models.Model):
    """One message to one customer about one thing. The row is written with its event, and claimed before it is sent.

    ``subject`` names what it is about (``order:12``, ``parcel:7``, ``entry:3``, ``change:5``, ``checkout:4``).
    ``recipient_hash`` is a keyed hash: it tells two addresses apart and gives neither away.
    """

    class Kind(models.TextChoices):
        ORDER_PLACED = "order_placed", _("order placed")
        PARCEL_READY = "parcel_ready", _("ready for collection")
        PARCEL_SHIPPED = "parcel_shipped", _("handed over to the carrier")
        PARCEL_COLLECTED = "parcel_collected", _("collected")
        PARCEL_EXPIRED = "parcel_expired", _("not collected in time")
        ORDER_REFUNDED = "order_refunded", _("refunded")
        ORDER_CANCELLED = "order_cancelled", _("cancelled")
        ORDER_UNPAID = "order_unpaid", _("not paid in time")
        CHECKOUT_FAILED = "checkout_failed", _("no order came of it")
        DRAFT_LINK = "draft_link", _("link to pay")
        ADDITION_LINK = "addition_link", _("goods to add, link to pay")
        ADDITION_SMS = "addition_sms", _("goods to add, link by SMS")
        ADDITION_OVER = "addition_over", _("goods to add were not paid")
        ORDER_ADDED = "order_added", _("goods added")

    class Medium(models.TextChoices):
        EMAIL = "email", _("e-mail")
        SMS = "sms", _("SMS")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        DROPPED = "dropped", _("not needed any more")

    class Problem(models.TextChoices):
        """Why it was not sent; nothing a server said is in it, as that often quotes the address."""

        NO_TRANSPORT = "no_transport", _("Nothing is set up that could send it.")
        NOT_ACCEPTED = "not_accepted", _("The address was not accepted.")
        NOT_REACHED = "not_reached", _("The server that sends could not be reached.")
        NOT_WRITTEN = "not_written", _("The text could not be made: a template is wrong.")

    kind = models.CharField(_("message"), max_length=20, choices=Kind)
    medium = models.CharField(_("by"), max_length=10, choices=Medium)
    subject = models.CharField(max_length=60, editable=False)
    recipient_hash = models.CharField(max_length=64, editable=False)
    order = models.ForeignKey(
        Order,
        on_delete=models.CASCADE,
        related_name="messages",
        null=True,
        blank=True,
        verbose_name=_("order"),
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    problem = models.CharField(_("problem"), max_length=20, choices=Problem, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    written_at = models.DateTimeField(_("written at"))
    due_at = models.DateTimeField(_("sent again at"))
    leased_until = models.DateTimeField(null=True, editable=False)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        default_permissions = ("view", "change")
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject", "recipient_hash"], name="told_once"),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | ~Q(state="sent"), name="sent_at_a_moment"
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(state="waiting"), name="messages_due")]
        verbose_name = _("message")
        verbose_name_plural = _("messages")

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} ({self.state})"

    @property
    def subject_id(self) -> int:
        """The id of what it is about."""
        return int(self.subject.partition(":")[2])
