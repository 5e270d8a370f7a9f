"""The history of prices and their exceptions, that nobody can rewrite."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Protocol

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.catalogue.models import Product


class Remembered(Protocol):
    """A row with a history: a price or an exception. ``said`` is what a line keeps besides the amount."""

    variant_id: int
    currency: str
    amount: Any

    def said(self) -> dict[str, Any]: ...


class WithHistory(models.QuerySet[Any]):
    """Rows written or deleted many at once leave their history too."""

    @transaction.atomic
    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        rows = super().bulk_create(objs, *args, **kwargs)
        record_price_changes(rows)
        return rows

    @transaction.atomic
    def update(self, **fields: Any) -> int:
        """Also what ``bulk_update`` ends in."""
        keys = list(self.values_list("pk", flat=True))
        changed = super().update(**fields)
        record_price_changes(self.model.objects.filter(pk__in=keys))
        return changed

    update.alters_data = True

    @transaction.atomic
    def delete(self) -> tuple[int, dict[str, int]]:
        record_price_changes(list(self), withdrawn=True)
        return super().delete()

    delete.alters_data = True
    delete.queryset_only = True


class PriceChange(models.Model):
    """One line of the price history: from then on a price or an exception says so, or (no amount) is no more.

    The database refuses to change or delete a line. It outlives the variant, so nothing here is a real foreign key.
    """

    variant_id = models.BigIntegerField(_("variant"))
    sku = models.CharField(_("SKU"), max_length=64, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.DecimalField(_("price"), max_digits=12, decimal_places=3, null=True)
    exception_id = models.BigIntegerField(_("price exception"), null=True)
    channel_id = models.BigIntegerField(_("channel"), null=True)
    location_id = models.BigIntegerField(_("location"), null=True)
    starts_at = models.DateTimeField(_("from"), null=True)
    ends_at = models.DateTimeField(_("until"), null=True)
    rank = models.SmallIntegerField(default=-1, help_text=_("That of the exception; -1 is the price itself."))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        ordering = ["-recorded_at", "-pk"]
        indexes = [models.Index(fields=["variant_id", "currency", "exception_id", "recorded_at"])]
        verbose_name = _("price change")
        verbose_name_plural = _("price history")

    def __str__(self) -> str:
        return f"{self.sku}: {self.amount} {self.currency}"


def record_price_changes(rows: Iterable[Remembered], *, withdrawn: bool = False) -> int:
    """Add what prices or exceptions say now to the history; returns how many differed from its last line.

    Three statements however many rows. Saving, deleting, ``bulk_create``, ``bulk_update`` and ``update`` of prices and
    exceptions do it by themselves; who writes them by raw SQL calls this, in the same transaction.
    """
    lines = {_key(line): line for line in (_line(row, withdrawn) for row in rows)}
    if not lines:
        return 0
    variants = {line.variant_id for line in lines.values()}
    last = {_key(line): line for line in _last_lines(variants)}
    skus = dict(Product.objects.filter(pk__in=variants).values_list("pk", "sku"))
    new = [line for key, line in lines.items() if not _same(line, last.get(key))]
    for line in new:
        line.sku = skus.get(line.variant_id) or ""
    return len(PriceChange.objects.bulk_create(new))


_KEY = ("variant_id", "currency", "exception_id")
_SAID = ("amount", "channel_id", "location_id", "starts_at", "ends_at", "rank", "reason")


def _last_lines(variants: set[int]) -> models.QuerySet[PriceChange]:
    """The latest line of each price and exception of some variants."""
    return PriceChange.objects.filter(variant_id__in=variants).order_by(*_KEY, "-pk").distinct(*_KEY)


def _line(row: Remembered, withdrawn: bool) -> PriceChange:
    return PriceChange(
        variant_id=row.variant_id,
        currency=row.currency,
        amount=None if withdrawn else Decimal(row.amount),
        recorded_at=clock.now(),
        **row.said(),
    )


def _same(line: PriceChange, before: PriceChange | None) -> bool:
    return before is not None and all(getattr(line, name) == getattr(before, name) for name in _SAID)


def _key(line: PriceChange) -> tuple[Any, ...]:
    return tuple(getattr(line, name) for name in _KEY)
