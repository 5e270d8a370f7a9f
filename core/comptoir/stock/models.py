"""Levels are ours, per variant and location; Oscar's partner models stay for Oscar's own basket and orders."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from oscar.apps.partner.abstract_models import AbstractStockRecord

from comptoir.base.errors import ComptoirError
from comptoir.base.statements import FixedWord
from comptoir.catalogue.models import Product
from comptoir.channels.models import Channel, Location
from comptoir.stock.count_models import Count, CountLine

__all__ = [
    "ChannelReserve", "Count", "CountLine", "Hold", "Level", "Movement", "StockRecord", "Transfer", "TransferLine",
    "UnitSlot",
]  # fmt: skip


class Level(models.Model):
    """How many pieces of a variant are at a location, and what is spoken for.

    ``on_hand`` and ``unsellable`` are always the sums of the movements; ``held``, ``allocated`` and ``pooled`` those of
    the holds (docs/algorithms/stock.md). ``pooled``: unit slots of a hot variant and the holds taken from them.
    """

    variant = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="levels", verbose_name=_("variant")
    )
    location = models.ForeignKey(
        Location, on_delete=models.PROTECT, related_name="levels", verbose_name=_("location")
    )
    on_hand = models.IntegerField(_("on hand"), default=0)
    unsellable = models.IntegerField(_("unsellable"), default=0)
    held = models.IntegerField(_("held"), default=0)
    allocated = models.IntegerField(_("allocated"), default=0)
    pooled = models.IntegerField(_("in unit slots"), default=0)
    safety = models.IntegerField(
        _("safety stock"), default=0, help_text=_("Pieces that are not offered anywhere.")
    )
    backorder = models.IntegerField(
        _("backorder"), default=0, help_text=_("Pieces that may be sold before they come.")
    )
    heat = models.IntegerField(default=0, editable=False)
    heat_since = models.DateTimeField(null=True, editable=False)
    hot_since = models.DateTimeField(_("unit slots filled at"), null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["variant", "location"], name="one_level_per_location"),
            *(
                models.CheckConstraint(condition=Q(**{f"{field}__gte": 0}), name=f"{field}_not_negative")
                for field in ("on_hand", "unsellable", "held", "allocated", "pooled", "safety", "backorder")
            ),
            models.CheckConstraint(condition=Q(on_hand__gte=F("unsellable")), name="unsellable_is_there"),
            models.CheckConstraint(
                condition=Q(
                    on_hand__gte=F("unsellable") + F("held") + F("allocated") + F("pooled") - F("backorder")
                ),
                name="never_promise_more_than_there_is",
            ),
        ]
        verbose_name = _("stock level")
        verbose_name_plural = _("stock levels")

    def __str__(self) -> str:
        return f"{self.variant.sku} @ {self.location}: {self.on_hand}"

    @property
    def room(self) -> int:
        """Pieces that could go without breaking a promise; safety stock may go too."""
        return self.on_hand - self.unsellable + self.backorder - self.held - self.allocated - self.pooled

    @property
    def loose(self) -> int:
        """Pieces the row itself can still promise: not those in unit slots, nor those of holds that have ended."""
        return self.room - self.safety


class Movement(models.Model):
    """One immutable change of a level, with its reason. The database refuses to change or delete one."""

    class Reason(models.TextChoices):
        RECEIPT = "receipt", _("receipt")
        COUNT = "count", _("count")
        ADJUSTMENT = "adjustment", _("adjustment")
        TRANSFER_OUT = "transfer_out", _("transfer, sent")
        TRANSFER_IN = "transfer_in", _("transfer, received")
        UNSELLABLE = "unsellable", _("unsellable")
        SELLABLE = "sellable", _("sellable again")
        SALE = "sale", _("sale")
        RETURN = "return", _("return")

    variant = models.ForeignKey(  # its index is that of variant and location
        Product, on_delete=models.PROTECT, db_index=False, related_name="movements", verbose_name=_("variant")
    )
    location = models.ForeignKey(
        Location, on_delete=models.PROTECT, related_name="movements", verbose_name=_("location")
    )
    quantity = models.IntegerField(
        _("quantity"), default=0, help_text=_("Pieces that came; negative if they went.")
    )
    unsellable = models.IntegerField(
        _("unsellable"), default=0, help_text=_("Pieces that became unsellable; negative if sellable again.")
    )
    reason = models.CharField(_("reason"), max_length=20, choices=Reason)
    note = models.CharField(_("note"), max_length=240, blank=True)
    document = models.CharField(_("document"), max_length=120, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        # An account may go, its movements never change: no constraint, and nothing is written to them.
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    idempotency_key = models.CharField(max_length=120, unique=True, null=True, blank=True, editable=False)
    moved_at = models.DateTimeField(_("moved at"))

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(quantity=0, unsellable=0), name="a_movement_moves")
        ]
        indexes = [models.Index(fields=["variant", "location"])]
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")

    def __str__(self) -> str:
        return f"{self.quantity or self.unsellable:+} {self.variant.sku} @ {self.location} ({self.reason})"


class HoldQuerySet(models.QuerySet["Hold"]):
    """Named filters; nobody else filters holds."""

    def held(self) -> "HoldQuerySet":
        """Held for somebody, or ended by time and not tidied up yet."""
        return self.filter(state=FixedWord(Hold.State.HELD))

    def live(self, now: object) -> "HoldQuerySet":
        """Held for somebody at this moment."""
        return self.held().filter(expires_at__gt=now)

    def expired(self, now: object) -> "HoldQuerySet":
        """Ended by time, though nobody has tidied them up yet; they count as free."""
        return self.held().filter(expires_at__lte=now)

    def of(self, *owners: str) -> "HoldQuerySet":
        """What belongs to these owners: held, or allocated to their orders."""
        return self.filter(owner__in=owners, state__in=[Hold.State.HELD, Hold.State.ALLOCATED])


class Hold(models.Model):
    """A claim on pieces of one level that ends by itself; becomes an allocation when the order is placed.

    ``owner`` is whose it is, as its context names it, such as ``basket-line:17``. The keys have no constraint in the
    database: the check would lock the level, the location and the channel of every hold that is taken.
    """

    class State(models.TextChoices):
        HELD = "held", _("held")
        ALLOCATED = "allocated", _("allocated")
        RELEASED = "released", _("released")
        EXPIRED = "expired", _("expired")
        CANCELLED = "cancelled", _("cancelled")
        CONSUMED = "consumed", _("consumed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    level = models.ForeignKey(
        Level, on_delete=models.PROTECT, related_name="holds", db_constraint=False, db_index=False
    )
    quantity = models.IntegerField(_("quantity"))
    owner = models.CharField(_("held for"), max_length=80)
    channel = models.ForeignKey(
        Channel,
        on_delete=models.SET_NULL,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("channel"),
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.HELD)
    is_pooled = models.BooleanField(default=False, editable=False)
    document = models.CharField(_("document"), max_length=120, blank=True)
    held_at = models.DateTimeField(_("held at"))
    expires_at = models.DateTimeField(_("ends at"))
    max_expires_at = models.DateTimeField(_("ends at the latest"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="a_hold_holds")]
        indexes = [
            models.Index(fields=["level", "expires_at"], condition=Q(state="held"), name="holds_by_level"),
            models.Index(fields=["level"], condition=Q(state="allocated"), name="allocations_by_level"),
            models.Index(
                fields=["owner"], condition=Q(state__in=["held", "allocated"]), name="holds_by_owner"
            ),
        ]
        verbose_name = _("hold")
        verbose_name_plural = _("holds")

    def __str__(self) -> str:
        return f"{self.quantity} of {self.level_id} for {self.owner} ({self.state})"


class UnitSlot(models.Model):
    """One free piece of a hot variant: whoever deletes the row has it (docs/algorithms/stock.md, rule 6)."""

    level = models.ForeignKey(
        Level, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    slot = models.SmallIntegerField()

    class Meta:
        indexes = [models.Index(fields=["level", "slot"], name="units_by_slot")]

    def __str__(self) -> str:
        return f"{self.level_id}/{self.slot}"


class ChannelReserve(models.Model):
    """Pieces at a location that a channel does not see (buffer), or that only it may sell (ring-fence)."""

    class Kind(models.TextChoices):
        BUFFER = "buffer", _("not offered on this channel")
        RINGFENCE = "ringfence", _("only for this channel")

    channel = models.ForeignKey(
        Channel, on_delete=models.CASCADE, related_name="reserves", verbose_name=_("channel")
    )
    location = models.ForeignKey(
        Location, on_delete=models.CASCADE, related_name="reserves", verbose_name=_("location")
    )
    variant = models.ForeignKey(
        Product,
        on_delete=models.CASCADE,
        related_name="reserves",
        null=True,
        blank=True,
        verbose_name=_("variant"),
        help_text=_("None: every variant that has no rule of its own."),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    quantity = models.PositiveIntegerField(_("pieces"))
    purpose = models.CharField(
        _("purpose"), max_length=80, blank=True, help_text=_("Such as “the shop window”; shown to staff.")
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "location", "variant", "kind"],
                name="one_reserve_per_kind",
                nulls_distinct=False,
            )
        ]
        verbose_name = _("channel reserve")
        verbose_name_plural = _("channel reserves")

    def __str__(self) -> str:
        return f"{self.quantity} {self.get_kind_display()}: {self.channel} @ {self.location}"


class Transfer(models.Model):
    """Goods on their way from one location to another: between sending and receiving they are at neither."""

    source = models.ForeignKey(
        Location, on_delete=models.PROTECT, related_name="transfers_out", verbose_name=_("from")
    )
    destination = models.ForeignKey(
        Location, on_delete=models.PROTECT, related_name="transfers_in", verbose_name=_("to")
    )
    document = models.CharField(_("document"), max_length=120, blank=True)
    sent_at = models.DateTimeField(_("sent at"))
    received_at = models.DateTimeField(_("received at"), null=True, blank=True)
    idempotency_key = models.CharField(max_length=120, unique=True, null=True, blank=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(source=F("destination")), name="a_transfer_goes_elsewhere")
        ]
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")

    def __str__(self) -> str:
        return f"{self.reference}: {self.source} → {self.destination}"

    @property
    def reference(self) -> str:
        """How its movements name it."""
        return f"transfer {self.pk}"


class TransferLine(models.Model):
    """One variant of a transfer; ``received`` stays empty until somebody has counted what came."""

    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="lines")
    variant = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="+", verbose_name=_("variant")
    )
    sent = models.PositiveIntegerField(_("sent"))
    received = models.PositiveIntegerField(_("received"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["transfer", "variant"], name="one_line_per_variant"),
            models.CheckConstraint(condition=Q(sent__gt=0), name="a_transfer_carries"),
        ]

    def __str__(self) -> str:
        return f"{self.sent} {self.variant.sku}"

    @property
    def missing(self) -> int:
        """Pieces that did not come; negative if more came than were sent."""
        return self.sent - (self.sent if self.received is None else self.received)


class OscarAllocation(ComptoirError):
    """Code of Oscar tried to change stock behind our back."""

    code = "oscar_allocation"
    status = 500
    sentence = _(
        "Oscar's stock records count nothing here: use allocate_holds of comptoir.stock.allocations."
    )


class StockRecord(AbstractStockRecord):
    """Oscar's row, kept for its baskets and orders. It counts nothing: Oscar adds without a condition and oversells."""

    def allocate(self, quantity: int) -> None:
        raise OscarAllocation

    def consume_allocation(self, quantity: int) -> None:
        raise OscarAllocation

    def cancel_allocation(self, quantity: int) -> None:
        raise OscarAllocation

    def is_allocation_consumption_possible(self, quantity: int) -> bool:
        raise OscarAllocation

    @property
    def net_stock_level(self) -> int:
        raise OscarAllocation


from oscar.apps.partner.models import *  # noqa: E402, F403
