"""Rows whose changes are facts of the shop: whoever saves one, the event is in the same transaction."""

from typing import Any, ClassVar

from django.db import models, transaction

from comptoir.events.services import record_event


class RecordsChanges(models.Model):
    """Saving or deleting a row records ``changed_event``; ``bulk_create`` and ``update`` do not: services that use them record it.

    ``quiet_fields`` are bookkeeping: a save of only those is no news.
    """

    changed_event: ClassVar[str]
    quiet_fields: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        abstract = True

    def changed_subject_id(self) -> int:
        """The row the event is about: this one, or the one it belongs to."""
        return self.pk

    def is_news(self, *, created: bool) -> bool:
        """Whether a save of this row is worth an event."""
        return True

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        created = self._state.adding
        super().save(*args, **kwargs)
        fields = kwargs.get("update_fields")
        if (fields is None or not set(fields) <= self.quiet_fields) and self.is_news(created=created):
            record_event(self.changed_event, subject_id=self.changed_subject_id())

    @transaction.atomic
    def delete(self, *args: Any, **kwargs: Any) -> Any:
        subject_id = self.changed_subject_id()
        deleted = super().delete(*args, **kwargs)
        record_event(self.changed_event, subject_id=subject_id)
        return deleted
