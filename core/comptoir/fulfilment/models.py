"""How goods get to the customer: what a shop offers, which shop gives the goods, and the parcels they travel in."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from comptoir.base import clock
from comptoir.channels.models import (
    Channel,
    Location,
    OpeningHours,
    code_validator,
    country_validator,
    currency_validator,
)
from comptoir.orders.models import Order, OrderLine

MOST_DAYS = MaxValueValidator(60)


def amount_field(name: Any, **options: Any) -> models.DecimalField:
    """A sum of money; its currency is said beside it."""
    return models.DecimalField(name, max_digits=12, decimal_places=3, **options)


def monday_to_friday() -> list[int]:
    """The days on which most carriers work."""
    return list(range(5))


class LocationSettings(models.Model):
    """What a location does for orders, and how fast. Without a row: a shop ships and lets collect, a warehouse ships.

    ``slot_minutes`` of ``None``: customers come whenever the shop is open; else they choose a slot.
    """

    location = models.OneToOneField(
        Location, on_delete=models.CASCADE, related_name="fulfilment", verbose_name=_("location")
    )
    ships = models.BooleanField(_("sends parcels"), default=True)
    collects = models.BooleanField(_("customers collect here"), default=True)
    preparation_minutes = models.PositiveIntegerField(
        _("minutes to prepare"), default=60, help_text=_("Counted while the location is open.")
    )
    cut_off = models.TimeField(
        _("cut-off"), null=True, blank=True, help_text=_("Orders from this time on are begun the next day.")
    )
    opens_on_holidays = models.BooleanField(_("open on public holidays"), default=False)
    parcel_cost = amount_field(
        _("cost of a parcel"),
        default=Decimal(0),
        help_text=_("What preparing a parcel costs the shop; routing prefers cheap locations."),
    )
    uncollected_days = models.PositiveSmallIntegerField(
        _("days kept"), default=7, validators=[MinValueValidator(1), MOST_DAYS]
    )
    slot_minutes = models.PositiveSmallIntegerField(
        _("minutes of a slot"),
        null=True,
        blank=True,
        validators=[MinValueValidator(5), MaxValueValidator(720)],
        help_text=_("Empty: customers come whenever it is open."),
    )
    slot_capacity = models.PositiveSmallIntegerField(_("orders in a slot"), default=4)
    slot_days_ahead = models.PositiveSmallIntegerField(
        _("days ahead"), default=7, validators=[MinValueValidator(1), MOST_DAYS]
    )

    class Meta:
        verbose_name = _("preparation at a location")
        verbose_name_plural = _("preparation at locations")

    def __str__(self) -> str:
        return str(self.location)


class Zone(models.Model):
    """Where goods are sent: countries, and of them only some postcodes if any are said.

    A pattern is a postcode, its beginning with a star (``75*``), or a span of numbers (``20000-20999``).
    """

    code = models.CharField(_("code"), max_length=40, unique=True, validators=[code_validator])
    name = models.CharField(_("name"), max_length=120)
    countries = ArrayField(
        models.CharField(max_length=2, validators=[country_validator]), verbose_name=_("countries")
    )
    postcodes = ArrayField(
        models.CharField(max_length=24), verbose_name=_("postcodes"), default=list, blank=True
    )
    except_postcodes = ArrayField(
        models.CharField(max_length=24), verbose_name=_("except postcodes"), default=list, blank=True
    )

    class Meta:
        ordering = ["name"]
        verbose_name = _("delivery zone")
        verbose_name_plural = _("delivery zones")

    def __str__(self) -> str:
        return self.name


class DeliveryMethod(ClusterableModel):
    """One choice a customer has, such as “Colissimo” or “In the shop”: a registered kind, set up by the merchant.

    ``translations`` is ``{"en": {"name": ...}}``. Units: ``days_min`` and ``days_max`` in working days of the carrier,
    of the transfer for a collection; ``pickup`` is when the carrier comes, in the wall time of the shop.
    """

    code = models.CharField(_("code"), max_length=40, unique=True, validators=[code_validator])
    kind = models.CharField(_("kind"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    translations = models.JSONField(default=dict, blank=True)
    carrier = models.CharField(_("carrier"), max_length=40, blank=True)
    channels = models.ManyToManyField(
        Channel,
        verbose_name=_("channels"),
        related_name="+",
        blank=True,
        help_text=_("None chosen: all of them."),
    )
    currency = models.CharField(_("currency"), max_length=3, default="EUR", validators=[currency_validator])
    free_from = amount_field(_("free from"), null=True, blank=True)
    days_min = models.PositiveSmallIntegerField(_("days at least"), default=1, validators=[MOST_DAYS])
    days_max = models.PositiveSmallIntegerField(_("days at most"), default=2, validators=[MOST_DAYS])
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(choices=OpeningHours.Weekday),
        verbose_name=_("works on"),
        default=monday_to_friday,
    )
    pickup = models.TimeField(_("collected from us at"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(days_min__lte=F("days_max")),
                name="days_at_least_before_days_at_most",
                violation_error_message=_("“At least” cannot be more than “at most”."),
            )
        ]
        verbose_name = _("delivery method")
        verbose_name_plural = _("delivery methods")

    def __str__(self) -> str:
        return self.name

    def name_in(self, locale: str) -> str:
        """What customers read."""
        return self.translations.get(locale, {}).get("name") or self.name


class Rate(models.Model):
    """What a method costs in a zone, for a band of weight and value. Bands begin with their first value and end before
    their last; ``None`` is no limit."""

    method = ParentalKey(
        DeliveryMethod, on_delete=models.CASCADE, related_name="rates", verbose_name=_("method")
    )
    zone = models.ForeignKey(
        Zone,
        on_delete=models.PROTECT,
        related_name="rates",
        null=True,
        blank=True,
        verbose_name=_("zone"),
        help_text=_("None: everywhere."),
    )
    from_weight_g = models.PositiveIntegerField(_("from (grams)"), default=0)
    to_weight_g = models.PositiveIntegerField(_("below (grams)"), null=True, blank=True)
    from_value = amount_field(_("from (value)"), default=Decimal(0))
    to_value = amount_field(_("below (value)"), null=True, blank=True)
    price = amount_field(_("price"), validators=[MinValueValidator(Decimal(0))])
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("delivery rate")
        verbose_name_plural = _("delivery rates")

    def __str__(self) -> str:
        return f"{self.method_id}: {self.price}"


class Slot(models.Model):
    """A stretch of time in which a few customers may come; a row is made when the first one chooses it."""

    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="slots")
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    zone = models.CharField(max_length=60)
    capacity = models.PositiveSmallIntegerField(_("orders"))
    taken = models.PositiveSmallIntegerField(_("taken"), default=0)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["location", "starts_at"], name="one_slot_at_a_time"),
            models.CheckConstraint(condition=Q(taken__lte=F("capacity")), name="a_slot_takes_no_more"),
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="a_slot_lasts"),
        ]

    def __str__(self) -> str:
        return f"{self.location_id} {self.starts_at:%Y-%m-%d %H:%M}"


class SlotClaim(models.Model):
    """A place in a slot: held for a checkout until a moment, then confirmed by an order. ``owner``: ``checkout:<uuid>``."""

    class State(models.TextChoices):
        HELD = "held", _("held")
        CONFIRMED = "confirmed", _("confirmed")
        RELEASED = "released", _("released")
        EXPIRED = "expired", _("expired")

    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="claims")
    owner = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=State, default=State.HELD)
    expires_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["owner"], condition=Q(state__in=["held", "confirmed"]), name="one_slot_per_owner"
            )
        ]
        indexes = [models.Index(fields=["slot", "expires_at"], condition=Q(state="held"), name="slot_claims")]

    def __str__(self) -> str:
        return f"{self.owner} ({self.state})"


class RoutingDecision(models.Model):
    """From where an order is served, with every candidate, its scores and the reasons; never changed.

    ``reference`` is ``checkout:<uuid>``. ``candidates``: see ``routing.Candidate.as_json``; ``chosen`` is the number of
    one of them, ``None`` if no location could serve it. ``decided_by`` is ``"core"`` or a plugin.
    """

    reference = models.CharField(_("for"), max_length=80, db_index=True)
    order = models.ForeignKey(
        Order, on_delete=models.CASCADE, related_name="routing_decisions", null=True, blank=True
    )
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1)
    kind = models.CharField(_("kind"), max_length=40)
    rules = ArrayField(models.CharField(max_length=40), verbose_name=_("rules"))
    candidates = models.JSONField(_("candidates"))
    chosen = models.PositiveSmallIntegerField(_("chosen"), null=True)
    decided_by = models.CharField(_("decided by"), max_length=60, default="core")
    decided_at = models.DateTimeField(_("decided at"), db_index=True)

    class Meta:
        ordering = ["-decided_at", "-pk"]
        default_permissions = ("view",)
        verbose_name = _("routing decision")
        verbose_name_plural = _("routing decisions")

    def __str__(self) -> str:
        return f"{self.reference} ({self.attempt})"


class Parcel(models.Model):
    """Goods of one order that one location prepares: sent, collected or carried out together.

    ``location`` prepares it, ``destination`` is the shop where it is collected (the same, or another by transfer).
    ``recipient`` is the frozen address or relay point. The collection code is worked out from ``code_nonce`` and the
    secret of the site, and kept nowhere (``codes.py``).
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("to prepare")
        PICKING = "picking", _("being picked")
        PACKED = "packed", _("packed")
        SENT = "sent", _("on its way to the shop")
        HANDED_OVER = "handed_over", _("handed over")
        DELIVERED = "delivered", _("delivered")
        READY = "ready", _("ready for collection")
        COLLECTED = "collected", _("collected")
        EXPIRED = "expired", _("not collected")
        REJECTED = "rejected", _("rejected")
        CANCELLED = "cancelled", _("cancelled")

    #: The only arrows; each is one conditional update (docs/algorithms/fulfilment.md, rule 9).
    MOVES = {
        State.WAITING: {State.PICKING, State.REJECTED, State.CANCELLED},
        State.PICKING: {State.PACKED, State.REJECTED, State.CANCELLED},
        State.PACKED: {State.HANDED_OVER, State.READY, State.SENT, State.CANCELLED},
        State.SENT: {State.READY, State.REJECTED},
        State.HANDED_OVER: {State.DELIVERED},
        State.READY: {State.COLLECTED, State.EXPIRED, State.CANCELLED},
    }
    OPEN = (State.WAITING, State.PICKING, State.PACKED, State.SENT, State.READY)

    number = models.CharField(_("number"), max_length=30, unique=True, editable=False)
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="parcels", verbose_name=_("order")
    )
    location = models.ForeignKey(
        Location, on_delete=models.PROTECT, related_name="parcels", verbose_name=_("prepared at")
    )
    destination = models.ForeignKey(
        Location,
        on_delete=models.PROTECT,
        related_name="parcels_to_collect",
        null=True,
        blank=True,
        verbose_name=_("collected at"),
    )
    kind = models.CharField(_("kind"), max_length=40)
    method = models.CharField(_("method"), max_length=40, blank=True)
    carrier = models.CharField(_("carrier"), max_length=40, blank=True)
    tracking = models.CharField(_("tracking number"), max_length=80, blank=True)
    recipient = models.JSONField(_("recipient"), default=dict)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.WAITING)
    promise = models.JSONField(_("promise"), default=dict)
    due_at = models.DateTimeField(_("to be ready by"))
    kept_back_until = models.DateTimeField(_("not begun before"), null=True, blank=True)
    slot = models.ForeignKey(
        Slot, on_delete=models.PROTECT, related_name="parcels", null=True, blank=True, verbose_name=_("slot")
    )
    transfer = models.ForeignKey(
        "partner.Transfer", on_delete=models.PROTECT, related_name="parcels", null=True, blank=True
    )
    attempt = models.PositiveSmallIntegerField(default=1)
    code_nonce = models.CharField(max_length=32, blank=True, editable=False)
    code_tries = models.PositiveSmallIntegerField(default=0, editable=False)
    code_blocked_until = models.DateTimeField(null=True, editable=False)
    here_at = models.DateTimeField(_("customer is here since"), null=True, blank=True)
    here_note = models.CharField(_("where the customer waits"), max_length=120, blank=True)
    opened_at = models.DateTimeField(_("opened at"))
    ready_at = models.DateTimeField(_("ready at"), null=True, blank=True)
    expires_at = models.DateTimeField(_("kept until"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        ordering = ["due_at", "pk"]
        indexes = [
            models.Index(fields=["location", "state", "due_at"], name="parcels_to_prepare"),
            models.Index(fields=["destination", "state"], name="parcels_to_collect"),
            models.Index(fields=["expires_at"], condition=Q(state="ready"), name="parcels_kept"),
        ]
        permissions = [("prepare_parcel", _("Can prepare and hand over parcels"))]
        verbose_name = _("parcel")
        verbose_name_plural = _("parcels")

    def __str__(self) -> str:
        return self.number

    @property
    def workplace_id(self) -> int:
        """The location whose people have it in their hands."""
        at_destination = self.state in (self.State.READY, self.State.COLLECTED, self.State.SENT)
        return self.destination_id if at_destination and self.destination_id else self.location_id

    @property
    def is_kept_back(self) -> bool:
        """Whether nobody may begin with it yet: more goods may still come to it."""
        waits = self.state == self.State.WAITING and self.kept_back_until
        return bool(waits and waits > clock.now())

    @property
    def is_late(self) -> bool:
        """Whether it should be ready by now and is not."""
        return self.state in (self.State.WAITING, self.State.PICKING) and self.due_at < clock.now()


class ParcelLine(models.Model):
    """Pieces of one order line in one parcel; ``picked`` of them were scanned, ``rejected`` ones are not in it any more."""

    parcel = models.ForeignKey(Parcel, on_delete=models.CASCADE, related_name="lines")
    order_line = models.ForeignKey(
        OrderLine, on_delete=models.PROTECT, related_name="parcel_lines", verbose_name=_("order line")
    )
    quantity = models.PositiveIntegerField(_("pieces"))
    picked = models.PositiveIntegerField(_("picked"), default=0)
    rejected = models.PositiveIntegerField(_("rejected"), default=0)

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["parcel", "order_line"], name="one_parcel_line_per_order_line"),
            models.CheckConstraint(condition=Q(picked__lte=F("quantity")), name="no_more_picked_than_wanted"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.order_line_id}"

    @property
    def missing(self) -> int:
        """Pieces that are still to be picked."""
        return self.quantity - self.picked


class ParcelStep(models.Model):
    """One step in the story of a parcel: what, from which state to which, who, when. Nobody changes one."""

    parcel = models.ForeignKey(Parcel, on_delete=models.CASCADE, related_name="history")
    was = models.CharField(_("from"), max_length=12, blank=True)
    becomes = models.CharField(_("to"), max_length=12, choices=Parcel.State)
    note = models.CharField(_("note"), max_length=240, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        default_permissions = ()
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.parcel_id}: {self.was} → {self.becomes}"
