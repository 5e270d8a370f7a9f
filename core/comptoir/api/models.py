from django.db import models


class StoredAnswer(models.Model):
    """What was answered to a write with an ``Idempotency-Key``, so that the same key gets the same answer again.

    Only a hash of the key is kept, together with channel and caller. An answer may carry the token of a basket: rows
    live for ``COMPTOIR_IDEMPOTENCY_HOURS``, and no screen shows them.
    """

    key_hash = models.CharField(max_length=64, primary_key=True)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=b"")
    answered_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.status} at {self.answered_at:%Y-%m-%d %H:%M}"
