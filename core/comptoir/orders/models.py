"""What was sold: Oscar's order and line under our name, with a state, its story, and what was written on paper.

Oscar's price, partner and address columns are gone: prices are those of our quote, the goods belong to holds, and an
address is frozen as it was typed (docs/algorithms/checkout.md, rule 6).
"""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from oscar.apps.order.abstract_models import AbstractLine, AbstractOrder

from comptoir.base.money import Money
from comptoir.catalogue.models import Product
from comptoir.channels.models import Channel, Location


def amount_field(name: Any, **options: Any) -> models.DecimalField:
    """A sum of money in the currency of its order."""
    return models.DecimalField(name, max_digits=12, decimal_places=3, **options)


class Order(AbstractOrder):
    """What a customer bought, as it was when it was placed; ``state`` says how far it is.

    ``number`` can be read aloud and says nothing; ``reference`` names the checkout it came from (``checkout:<uuid>``), as
    payments and fulfilment do. ``location`` is the shop it belongs to (a till, a collection), ``user`` the customer if one
    was logged in. ``due_later`` is what customers pay when they come, and nobody took yet. ``quote`` is the priced basket
    with every reason, ``delivery`` the frozen choice of delivery.
    """

    class State(models.TextChoices):
        UNPAID = "unpaid", _("waiting for payment")
        PLACED = "placed", _("placed")
        PREPARING = "preparing", _("in preparation")
        READY = "ready", _("ready")
        DONE = "done", pgettext_lazy("order", "completed")
        CANCELLED = "cancelled", _("cancelled")

    #: The only moves there are; ``services.move_order`` makes them by a conditional update.
    MOVES = {
        State.UNPAID: (State.PLACED, State.CANCELLED),
        State.PLACED: (State.PREPARING, State.READY, State.DONE, State.CANCELLED),
        State.PREPARING: (State.PLACED, State.READY, State.DONE, State.CANCELLED),
        State.READY: (State.PREPARING, State.DONE, State.CANCELLED),
        # When somebody was not there after all; goods that were handed over come back as a return.
        State.DONE: (State.PLACED, State.READY),
        State.CANCELLED: (),
    }

    site = billing_address = shipping_address = status = guest_email = date_placed = analytics_tracked = None
    total_incl_tax = total_excl_tax = shipping_incl_tax = shipping_excl_tax = shipping_tax_code = None
    shipping_method = shipping_code = None

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    reference = models.CharField(_("reference"), max_length=60, unique=True, editable=False)
    basket = models.OneToOneField(
        "basket.Basket", on_delete=models.SET_NULL, null=True, blank=True, related_name="order"
    )
    channel = models.ForeignKey(
        Channel, on_delete=models.PROTECT, related_name="orders", verbose_name=_("channel")
    )
    location = models.ForeignKey(
        Location,
        on_delete=models.PROTECT,
        db_index=False,  # orders_of_shop begins with it
        related_name="orders",
        null=True,
        blank=True,
        verbose_name=_("shop"),
    )
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.PLACED)
    name = models.CharField(_("name"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    locale = models.CharField(_("language"), max_length=10)
    currency = models.CharField(_("currency"), max_length=3)
    prices_include_tax = models.BooleanField(_("prices with tax"), default=True)
    delivery_total = amount_field(pgettext_lazy("price", "delivery"), default=Decimal(0))
    delivery_tax = amount_field(_("tax on delivery"), default=Decimal(0))
    tax = amount_field(_("tax"), help_text=_("Of goods and delivery."))
    total = amount_field(_("total"), help_text=_("Of goods and delivery, with tax."))
    cancelled_total = amount_field(_("cancelled"), default=Decimal(0))
    due_later = amount_field(_("to be paid at arrival"), default=Decimal(0))
    delivery = models.JSONField(_("delivery choice"), default=dict)
    billing = models.JSONField(_("billing address"), default=dict)
    quote = models.JSONField(default=dict, editable=False)
    note = models.CharField(_("note of the customer"), max_length=500, blank=True)
    payment_method = models.CharField(_("payment"), max_length=60, blank=True)
    link_version = models.PositiveSmallIntegerField(default=1, editable=False)
    placed_at = models.DateTimeField(_("placed at"), db_index=True)

    class Meta:
        app_label = "order"
        ordering = ["-placed_at", "-pk"]
        indexes = [
            models.Index(
                fields=["user", "-placed_at"], condition=Q(user__isnull=False), name="orders_of_user"
            ),
            models.Index(fields=["location", "state", "-placed_at"], name="orders_of_shop"),
            models.Index(fields=["email"], name="orders_by_email"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(total__gte=0), name="an_order_costs_no_less_than_nothing"),
            models.CheckConstraint(
                condition=Q(cancelled_total__gte=0, cancelled_total__lte=models.F("total")),
                name="no_more_is_cancelled_than_was_ordered",
            ),
            models.CheckConstraint(
                condition=Q(due_later__gte=0, due_later__lte=models.F("total") - models.F("cancelled_total")),
                name="no_more_is_due_later_than_it_costs",
            ),
        ]
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        permissions = [
            ("cancel_order", _("Can cancel orders in whole or in part")),
            ("refund_order", _("Can give money back")),
            ("draft_order", _("Can take orders on the phone")),
        ]

    def __str__(self) -> str:
        return self.number

    def money(self, amount: Decimal) -> Money:
        """A sum in the currency of the order."""
        return Money(amount, self.currency)

    @property
    def email_to(self) -> str:
        """Where its customer reads of it: the address that was left for it, else that of the account."""
        return self.email or (self.user.email if self.user else "")

    @property
    def due_total(self) -> Decimal:
        """What the customer owes for it: what was cancelled costs nothing."""
        return self.total - self.cancelled_total


class Line(AbstractLine):
    """One variant of an order, with its price as it was. ``cancelled`` of ``quantity`` pieces do not come any more.

    ``stock_owner`` is whose the pieces are in the stock, ``basket-line:<id>``. ``tax`` and ``total`` are of the ordered
    quantity; ``total`` has tax always, ``unit_price`` and ``discount`` as the order says.
    """

    partner = partner_name = partner_sku = partner_line_reference = partner_line_notes = stockrecord = None
    product = upc = tax_code = status = num_allocated = allocation_cancelled = None
    line_price_incl_tax = line_price_excl_tax = unit_price_incl_tax = unit_price_excl_tax = None
    line_price_before_discounts_incl_tax = line_price_before_discounts_excl_tax = None

    variant = models.ForeignKey(
        Product,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="order_lines",
        verbose_name=_("variant"),
    )
    sku = models.CharField(_("SKU"), max_length=128)
    gtin = models.CharField(_("barcode"), max_length=14, blank=True)
    title = models.CharField(_("title"), max_length=255)
    options = models.CharField(_("options"), max_length=255, blank=True)
    quantity = models.PositiveIntegerField(_("pieces"))
    cancelled = models.PositiveIntegerField(_("pieces cancelled"), default=0)
    unit_price = amount_field(_("unit price"))
    discount = amount_field(_("discount"), default=Decimal(0))
    tax_percent = models.DecimalField(_("tax rate"), max_digits=6, decimal_places=3)
    tax = amount_field(_("tax"))
    total = amount_field(_("total"))
    due_later = amount_field(_("to be paid at arrival"), default=Decimal(0))
    is_counted = models.BooleanField(_("counted in stock"), default=True)
    stock_owner = models.CharField(max_length=80, blank=True, editable=False)

    class Meta:
        app_label = "order"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="an_order_line_has_pieces"),
            models.CheckConstraint(
                condition=Q(cancelled__lte=models.F("quantity")), name="no_more_cancelled_than_pieces"
            ),
        ]
        indexes = [models.Index(fields=["stock_owner"], name="order_lines_by_owner")]
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku}"

    @property
    def open_quantity(self) -> int:
        """Pieces the customer still gets or has got."""
        return self.quantity - self.cancelled

    @property
    def description(self) -> str:
        """The title with its options, such as “Marinière, M”."""
        return ", ".join(part for part in (self.title, self.options) if part)


class StateChange(models.Model):
    """One step in the story of an order: who moved it, when, from where to where, and why. Nobody changes one."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="history")
    was = models.CharField(_("from"), max_length=12, blank=True)
    becomes = models.CharField(_("to"), max_length=12, blank=True)
    what = models.CharField(_("what"), max_length=40)
    reason = models.CharField(_("reason"), max_length=240, blank=True)
    facts = models.JSONField(default=dict)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        app_label = "order"
        default_permissions = ()
        ordering = ["pk"]

    #: What happened, for people; a move is told by the state it led to.
    WORDS = {
        "placed": _("placed"),
        "cancelled": _("pieces cancelled"),
        "refund": _("money asked back"),
        "edited": _("edited"),
        "link": _("link renewed"),
        "money": _("money received"),
        "balance": _("rest paid at arrival"),
        "offered": _("goods to add, link to pay sent"),
        "added": _("goods added"),
        "withdrawn": _("goods to add given up"),
    }

    #: Why the shop did something by itself, for people; staff and customers say it in their own words.
    REASONS = {
        "paid": _("the money came"),
        "unpaid": _("nobody paid in time"),
        "not_collected": _("nobody collected it"),
        "rejected": _("could not be found"),
        "part_handed_over": _("a part was handed over"),
        "came": _("the customer was there"),
        "taken_back": _("a mark was taken back"),
        "withdrawn": _("by the staff"),
        "cancelled": _("the order was cancelled"),
        "out_of_stock": _("sold out"),
        "order_state": _("too late"),
    }

    def __str__(self) -> str:
        return f"{self.order_id}: {self.what}"

    @property
    def why(self) -> str:
        """The reason in words; a code of a plugin at least without its underscores."""
        if self.reason in self.REASONS:
            return str(self.REASONS[self.reason])
        is_code = self.reason.islower() and self.reason.replace("_", "").isalpha()
        return self.reason.replace("_", " ") if is_code else self.reason

    @property
    def label(self) -> str:
        """What happened, in words."""
        if self.what in self.WORDS:
            return str(self.WORDS[self.what])
        return str(Order.State(self.becomes).label) if self.becomes in Order.State.values else self.what


class RefundRequest(models.Model):
    """Money an order asks to be given back, and for what; payments do it, once for each ``key``.

    ``amount`` is positive. ``lines`` says ``{"line": id, "quantity": n, "amount": "12.50"}`` for each line it is for,
    and ``{"delivery": true, "amount": "5.00"}`` for the delivery.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="refund_requests")
    key = models.CharField(max_length=80, unique=True, editable=False)
    amount = amount_field(_("amount"))
    reason = models.CharField(_("reason"), max_length=240, blank=True)
    lines = models.JSONField(default=list)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    requested_at = models.DateTimeField(_("requested at"))

    class Meta:
        app_label = "order"
        default_permissions = ()
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="a_refund_gives_something")]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.amount}"


class PaperSeries(models.Model):
    """The last number given in a series of papers: one row a kind, shop and year, locked by who takes the next."""

    kind = models.CharField(max_length=12)
    shop = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        app_label = "order"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["kind", "shop", "year"], name="one_series_of_papers")]

    def __str__(self) -> str:
        return f"{self.kind} {self.shop} {self.year}: {self.last}"


class Paper(models.Model):
    """An invoice, a receipt or a credit note, as it was issued; the database refuses to change or delete one.

    ``content`` is everything that is printed, so that the same paper can be drawn again in years.
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("invoice")
        RECEIPT = "receipt", pgettext_lazy("paper", "receipt")
        CREDIT_NOTE = "credit_note", _("credit note")

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="papers")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    shop = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveIntegerField()
    number = models.CharField(_("number"), max_length=60, unique=True)
    cause = models.CharField(max_length=80)
    total = amount_field(_("total"))
    content = models.JSONField()
    issued_at = models.DateTimeField(_("issued at"))

    class Meta:
        app_label = "order"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "shop", "year", "sequence"], name="papers_have_no_twins"),
            models.UniqueConstraint(fields=["order", "kind", "cause"], name="one_paper_for_one_cause"),
        ]
        verbose_name = _("invoice or receipt")
        verbose_name_plural = _("invoices and receipts")

    def __str__(self) -> str:
        return self.number


#: What other contexts call it; the models of Oscar know it as ``order.Line``.
OrderLine = Line

from oscar.apps.order.models import *  # noqa: E402, F403
