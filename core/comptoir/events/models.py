from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from comptoir.events.calling import Problem, check_address


def public_type(type: str) -> str:
    """An event's name outside: ``product_changed`` is ``product.changed``."""
    return type.replace("_", ".", 1)


class Event(models.Model):
    """A fact: something of the shop changed, in the same transaction as this row."""

    type = models.CharField(_("type"), max_length=60)
    subject_id = models.BigIntegerField(_("subject"))
    payload = models.JSONField(_("payload"), default=dict)
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_in = models.BigIntegerField(_("transaction"), default=0, editable=False)

    class Meta:
        indexes = [models.Index(fields=["type", "subject_id", "recorded_in"])]
        verbose_name = _("event")
        verbose_name_plural = _("events")

    def __str__(self) -> str:
        return f"{self.type} {self.subject_id}"


class EndpointQuerySet(models.QuerySet["Endpoint"]):
    """Named filters; nobody else filters endpoints."""

    def switched_on(self) -> "EndpointQuerySet":
        return self.filter(switched_off_at=None)


class Endpoint(models.Model):
    """An address outside that wants to hear of events: a webhook.

    No types means all of them. Channels limit only the events that name a channel. ``failures`` counts in a row;
    ``resting_until`` keeps a broken receiver from being called for each of a thousand waiting events.
    """

    class Off(models.TextChoices):
        BY_HAND = "by_hand", _("switched off by hand")
        GONE = "gone", _("the receiver said that it is gone for good (410)")
        FAILING = "failing", _("it failed for days")

    url = models.URLField(_("address"), max_length=500, validators=[check_address])
    description = models.CharField(_("what it is for"), max_length=120, blank=True)
    types = ArrayField(models.CharField(max_length=60), verbose_name=_("events"), default=list, blank=True)
    channels = ArrayField(
        models.CharField(max_length=40), verbose_name=_("channels"), default=list, blank=True
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    switched_off_at = models.DateTimeField(_("switched off at"), null=True, blank=True, editable=False)
    switched_off_because = models.CharField(
        _("reason"), max_length=10, choices=Off, blank=True, editable=False
    )
    failures = models.PositiveIntegerField(default=0, editable=False)
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    resting_until = models.DateTimeField(null=True, blank=True, editable=False)

    objects = EndpointQuerySet.as_manager()

    class Meta:
        ordering = ["url"]
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")

    def __str__(self) -> str:
        return self.description or self.url

    @property
    def subscriber(self) -> str:
        """What it is called among those who get events; a plugin's name has no colon."""
        return f"webhook:{self.pk}"


class EndpointSecret(models.Model):
    """What the secret of a webhook is made from; the secret itself is nowhere in the database.

    It is derived from this salt and the shop's ``SECRET_KEY`` (``signing.py``). ``mark`` tells whether the key is still
    the one it was made with.
    """

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="secrets")
    salt = models.CharField(max_length=64, editable=False)
    mark = models.CharField(_("mark"), max_length=8, editable=False)
    created_at = models.DateTimeField(_("created at"))
    retired_at = models.DateTimeField(_("good until"), null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("webhook secret")
        verbose_name_plural = _("webhook secrets")

    def __str__(self) -> str:
        return f"{self.endpoint} {self.mark}"


class Delivery(models.Model):
    """An event that one subscriber has not handled yet; removed when it has.

    A plugin's is claimed by a lock; a webhook's, which is called outside any transaction, by a lease. The link to its
    endpoint has no constraint in the database: a shop's transaction must not fail because somebody removes a webhook.
    """

    event = models.ForeignKey(  # one_delivery_per_subscriber begins with it
        Event, on_delete=models.CASCADE, db_index=False, related_name="deliveries"
    )
    endpoint = models.ForeignKey(
        Endpoint, on_delete=models.CASCADE, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    subscriber = models.CharField(_("subscriber"), max_length=60)
    subject = models.CharField(_("subject"), max_length=80)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, db_default=0)
    due_at = models.DateTimeField(_("due at"))
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    parked_at = models.DateTimeField(_("parked at"), null=True, blank=True)
    error = models.TextField(_("error"), blank=True, db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "subscriber"], name="one_delivery_per_subscriber")
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(parked_at=None, endpoint=None), name="deliveries_to_plugins"
            ),
            models.Index(
                fields=["endpoint", "due_at"],
                condition=models.Q(parked_at=None, endpoint__isnull=False),
                name="deliveries_to_webhooks",
            ),
            models.Index(
                fields=["subscriber", "subject", "id"],
                condition=models.Q(parked_at=None),
                name="deliveries_waiting_in_order",
            ),
        ]
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")

    def __str__(self) -> str:
        return f"{self.event} to {self.subscriber}"


class Attempt(models.Model):
    """One call of a webhook and what came of it; kept for ``COMPTOIR_WEBHOOK_LOG_DAYS``."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")
        UNREACHED = "unreached", _("no answer")

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="attempts")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, null=True, related_name="+")
    type = models.CharField(_("event"), max_length=60)
    webhook_id = models.CharField(_("message"), max_length=60, db_index=True)
    number = models.PositiveSmallIntegerField(_("try"), default=1)
    sent_at = models.DateTimeField(_("sent at"), db_index=True)
    duration_ms = models.PositiveIntegerField(_("took"), default=0)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome)
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    answer = models.TextField(_("answer"), blank=True)
    problem = models.CharField(_("problem"), max_length=20, choices=Problem, blank=True)
    next_at = models.DateTimeField(_("next try"), null=True)

    class Meta:
        indexes = [models.Index(fields=["endpoint", "-sent_at"], name="attempts_of_endpoint")]
        verbose_name = _("webhook call")
        verbose_name_plural = _("webhook calls")

    def __str__(self) -> str:
        return f"{self.type} {self.webhook_id}"

    @property
    def public_type(self) -> str:
        return public_type(self.type)
