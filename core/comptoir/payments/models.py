"""Counters of a payment are always the sums of its entries; entries are never changed (docs/algorithms/payments.md)."""

import uuid
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from comptoir.base.money import Money
from comptoir.channels.models import Channel
from comptoir.orders.models import Order


def amount_field(name: object, **options: object) -> models.DecimalField:
    """A sum of money in the payment's currency."""
    return models.DecimalField(name, max_digits=12, decimal_places=3, **options)


class PaymentQuerySet(models.QuerySet["Payment"]):
    """Named filters; nobody else filters payments."""

    def of_reference(self, reference: str) -> "PaymentQuerySet":
        """Everything that was tried for one checkout, the oldest first."""
        return self.filter(reference=reference).order_by("pk")

    def of_order(self, order: Order) -> "PaymentQuerySet":
        """The tenders of an order, the oldest first."""
        return self.filter(order=order).order_by("pk")

    def with_money(self) -> "PaymentQuerySet":
        """Those that hold money of a customer, or the promise of it."""
        return self.filter(Q(captured__gt=F("refunded")) | Q(authorised__gt=F("captured") + F("voided")))


class Payment(models.Model):
    """One tender for one reference (``checkout:<uuid>``), kept when there is an order.

    ``refunding``, ``capturing`` and ``voiding`` are under way at the provider: asked for, not yet known. ``fate`` says
    whom the money belongs to: it becomes an order's or goes back, once and never both.
    """

    class State(models.TextChoices):
        STARTED = "started", _("being started")
        WAITING = "waiting", _("waiting for the customer")
        AUTHORISED = "authorised", _("authorised")
        PAID = "paid", _("paid")
        PART_REFUNDED = "part_refunded", _("refunded in part")
        REFUNDED = "refunded", _("refunded")
        VOIDED = "voided", _("given up")
        FAILED = "failed", _("failed")

    class Fate(models.TextChoices):
        OPEN = "open", _("not decided")
        ORDER = "order", _("belongs to an order")
        BACK = "back", _("goes back to the customer")

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    provider = models.CharField(_("provider"), max_length=40)
    method = models.CharField(_("method"), max_length=40, blank=True)
    channel = models.ForeignKey(
        Channel, on_delete=models.PROTECT, related_name="payments", verbose_name=_("channel")
    )
    reference = models.CharField(_("paid for"), max_length=60)
    order = models.ForeignKey(
        Order,
        on_delete=models.PROTECT,
        related_name="payments",
        null=True,
        blank=True,
        verbose_name=_("order"),
    )
    amount = amount_field(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    locale = models.CharField(_("language"), max_length=10, blank=True)
    return_url = models.URLField(max_length=1000, blank=True, editable=False)
    start_key = models.CharField(max_length=120, editable=False)
    provider_reference = models.CharField(_("number at the provider"), max_length=120, blank=True)
    step = models.JSONField(default=dict, blank=True, editable=False)
    authorised = amount_field(_("authorised"), default=Decimal(0))
    captured = amount_field(_("captured"), default=Decimal(0))
    refunded = amount_field(_("refunded"), default=Decimal(0))
    voided = amount_field(_("voided"), default=Decimal(0))
    capturing = amount_field(_("being captured"), default=Decimal(0))
    refunding = amount_field(_("being refunded"), default=Decimal(0))
    voiding = amount_field(_("being voided"), default=Decimal(0))
    fate = models.CharField(_("fate"), max_length=10, choices=Fate, default=Fate.OPEN)
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.STARTED)
    problem = models.CharField(_("problem"), max_length=60, blank=True)
    started_at = models.DateTimeField(_("started at"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    check_at = models.DateTimeField(_("asked again at"), null=True, blank=True)
    checks = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["reference", "start_key"], name="one_payment_per_key"),
            models.UniqueConstraint(
                fields=["provider", "provider_reference"],
                condition=~Q(provider_reference=""),
                name="one_payment_per_provider_reference",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="a_payment_asks_for_money"),
            *(
                models.CheckConstraint(condition=Q(**{f"{field}__gte": 0}), name=f"{field}_never_negative")
                for field in ("refunded", "voided", "capturing", "refunding", "voiding")
            ),
            models.CheckConstraint(
                condition=Q(authorised__lte=F("amount")), name="no_more_authorised_than_asked"
            ),
            models.CheckConstraint(
                condition=Q(authorised__gte=F("captured") + F("voided")),
                name="no_more_captured_than_authorised",
            ),
            models.CheckConstraint(
                condition=Q(captured__gte=F("refunded")), name="no_more_refunded_than_captured"
            ),
            models.CheckConstraint(
                condition=Q(fate="order", order__isnull=False) | (~Q(fate="order") & Q(order=None)),
                name="an_orders_payment_has_its_order",
            ),
        ]
        indexes = [
            models.Index(fields=["reference"], name="payments_of_reference"),
            models.Index(fields=["check_at"], condition=Q(check_at__isnull=False), name="payments_to_check"),
        ]
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        permissions = [
            ("capture_payment", _("Can take money that was authorised, and confirm money that came")),
            ("refund_payment", _("Can give money back")),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.amount} {self.currency} ({self.state})"

    @property
    def money(self) -> Money:
        """What was asked for."""
        return Money(self.amount, self.currency)

    @property
    def secured(self) -> Decimal:
        """What the shop can count on: promised or taken, and neither let go nor given back."""
        return self.authorised - self.voided - self.refunded

    @property
    def capturable(self) -> Decimal:
        """What can still be taken."""
        return self.authorised - self.captured - self.voided - self.capturing - self.voiding

    @property
    def refundable(self) -> Decimal:
        """What can still be given back."""
        return self.captured - self.refunded - self.refunding


class PaymentEntry(models.Model):
    """One fact about money. The database refuses to change or delete one.

    ``idempotency_key`` is made of provider, kind and the provider's own number of the fact: told twice, written once.
    """

    class Kind(models.TextChoices):
        AUTHORISED = "authorised", _("authorised")
        CAPTURED = "captured", _("captured")
        REFUNDED = "refunded", _("refunded")
        VOIDED = "voided", _("voided")
        FAILED = "failed", _("failed")

    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, related_name="entries", verbose_name=_("payment")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    amount = amount_field(_("amount"))
    provider_reference = models.CharField(_("number at the provider"), max_length=120, blank=True)
    idempotency_key = models.CharField(max_length=200, unique=True, editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        # An account may go, its entries never change: no constraint, and nothing is written to them.
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    reason = models.CharField(_("reason"), max_length=240, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0) | Q(kind="failed"), name="an_entry_has_an_amount"
            )
        ]
        verbose_name = _("payment entry")
        verbose_name_plural = _("payment entries")

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"


class Command(models.Model):
    """What the shop asks of a provider: written and committed before the call, settled with its outcome after it.

    ``key`` goes to the provider, which does the same thing once however often it is asked. ``caller_key`` is the
    caller's own. Nothing asked is forgotten: what has no outcome is asked again with the same key. Until ``asking_until``
    somebody is just waiting for the provider's answer.
    """

    class Action(models.TextChoices):
        START = "start", _("start")
        CAPTURE = "capture", _("capture")
        REFUND = "refund", _("refund")
        VOID = "void", _("void")

    class State(models.TextChoices):
        ASKED = "asked", _("asked")
        DONE = "done", _("done")
        REFUSED = "refused", _("refused")

    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, related_name="commands", verbose_name=_("payment")
    )
    action = models.CharField(_("action"), max_length=10, choices=Action)
    amount = amount_field(_("amount"))
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    caller_key = models.CharField(max_length=120, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ASKED)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    reason = models.CharField(_("reason"), max_length=240, blank=True)
    refusal = models.CharField(_("refusal"), max_length=60, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    asked_at = models.DateTimeField(_("asked at"))
    due_at = models.DateTimeField(_("asked again at"))
    asking_until = models.DateTimeField(null=True, blank=True, editable=False)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["payment", "caller_key"], name="one_command_per_key"),
            models.CheckConstraint(
                condition=Q(amount__gt=0) | Q(action="void"), name="a_command_has_an_amount"
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(state="asked"), name="commands_due")]
        verbose_name = _("command to a provider")
        verbose_name_plural = _("commands to providers")

    def __str__(self) -> str:
        return f"{self.action} {self.amount} ({self.state})"

    @property
    def money(self) -> Money:
        """What it is about."""
        return Money(self.amount, self.payment.currency)


class Notice(models.Model):
    """A message of a provider, kept as it came. Each is handled once, in one transaction with its effect.

    The body is forgotten after a while: a provider writes more about a customer than we need.
    """

    class State(models.TextChoices):
        HANDLED = "handled", _("handled")
        WAITING = "waiting", _("waiting for its payment")
        IGNORED = "ignored", _("of no use")

    provider = models.CharField(_("provider"), max_length=40)
    message_id = models.CharField(_("number of the message"), max_length=120)
    channel = models.ForeignKey(
        Channel, on_delete=models.PROTECT, related_name="+", verbose_name=_("channel")
    )
    payment = models.ForeignKey(
        Payment,
        on_delete=models.PROTECT,
        related_name="notices",
        null=True,
        blank=True,
        verbose_name=_("payment"),
    )
    state = models.CharField(_("state"), max_length=10, choices=State)
    problem = models.CharField(_("problem"), max_length=60, blank=True)
    body = models.BinaryField(default=b"", editable=False)
    body_hash = models.CharField(max_length=64, editable=False)
    facts = models.JSONField(default=dict, editable=False)
    received_at = models.DateTimeField(_("received at"))

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["provider", "message_id"], name="a_notice_comes_once")]
        indexes = [
            models.Index(fields=["received_at"], condition=Q(state="waiting"), name="notices_waiting"),
            models.Index(fields=["received_at"], condition=~Q(body=b""), name="notices_with_body"),
        ]
        verbose_name = _("payment notice")
        verbose_name_plural = _("payment notices")

    def __str__(self) -> str:
        return f"{self.provider} {self.message_id} ({self.state})"
