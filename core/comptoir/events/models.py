from django.db import models
from django.utils.translation import gettext_lazy as _


class CurrentTransaction(models.Func):
    """The number of the running transaction, the same until it ends."""

    template = "pg_current_xact_id()::text::bigint"
    output_field = models.BigIntegerField()


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


class Delivery(models.Model):
    """An event that one subscriber has not handled yet; removed when it has."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="deliveries")
    subscriber = models.CharField(_("subscriber"), max_length=60)
    subject = models.CharField(_("subject"), max_length=80)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("due at"))
    parked_at = models.DateTimeField(_("parked at"), null=True, blank=True)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "subscriber"], name="one_delivery_per_subscriber")
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(parked_at=None), name="deliveries_due"),
            models.Index(fields=["subscriber", "subject", "id"], name="deliveries_in_order"),
        ]
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")

    def __str__(self) -> str:
        return f"{self.event} to {self.subscriber}"
