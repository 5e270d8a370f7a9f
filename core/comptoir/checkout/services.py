"""From a basket to the moment the money is asked for. What happens after it is in ``finishing``.

Whoever changes a checkout locks its basket first; the basket's lock guards both (docs/algorithms/checkout.md, rule 2).
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Exists
from django.utils.translation import gettext as _

from comptoir.base import clock
from comptoir.base.errors import InvalidValue, NotFound
from comptoir.base.money import Money, written
from comptoir.base.statements import FixedWord, plans_kept
from comptoir.baskets import services as baskets
from comptoir.baskets.claims import due_later_of_claims
from comptoir.baskets.holding import extend_basket
from comptoir.baskets.models import Basket
from comptoir.baskets.rows import BasketRow, Key, basket_where
from comptoir.baskets.shown import BasketView, price_basket, show_basket
from comptoir.channels.queries import ChannelContext
from comptoir.checkout.delivery import CARRIED_OUT, VISIT, Wish, is_visit, with_point
from comptoir.checkout.fitting import choose_again, settle_delivery
from comptoir.checkout.freezing import freeze
from comptoir.checkout.models import Checkout
from comptoir.checkout.refusals import CheckoutOver, GoodsOnly, NotReady, PriceChanged, Reason
from comptoir.conf import conf
from comptoir.fulfilment.slots import release_slot
from comptoir.orders.models import Order
from comptoir.payments.models import Payment
from comptoir.payments.providers import provider_of
from comptoir.payments.queries import OfferedMethod, offered_methods
from comptoir.payments.tenders import give_back

State = Checkout.State
#: Who presses "pay" again so soon gets no more time: calls with one key that come at once have one answer.
SAME_MOMENT = timedelta(minutes=1)

CONTACT = {"name": 200, "email": 254, "phone": 40}
FILLED_IN = ("state", *CONTACT, "billing", "delivery", "delivery_total", "delivery_tax", "provider")
PREPARED = ("total", "due_later", "problem", "frozen", "basket_version", "ends_at")
ADDRESS = ("name", "company", "street", "street2", "postcode", "city", "country")


@dataclass(frozen=True)
class CheckoutView:
    """A checkout with its basket as it is priced now; ``basket`` is ``None`` when an order has come of it, or nothing."""

    checkout: Checkout
    channel: ChannelContext
    basket: BasketView | None

    @property
    def total(self) -> Money:
        """What the customer pays: goods and delivery, with tax."""
        if self.basket is None or self.checkout.adds_to_id:
            return Money(self.checkout.total or Decimal(0), self.channel.currency)
        goods = self.basket.quote.total
        return goods + Money(self.checkout.delivery_total, goods.currency)

    @property
    def is_visit(self) -> bool:
        """Whether the customer comes for all of it, so that no delivery is asked for."""
        if self.basket is None or self.checkout.adds_to_id:
            return self.checkout.delivery.get("way") == VISIT
        return is_visit(self.basket)

    @cached_property
    def later(self) -> dict[int, Decimal]:
        """What of the lines is paid when the customer comes, by variant (docs/decisions/0008)."""
        is_frozen = self.basket is None or self.checkout.adds_to_id
        lines = [] if is_frozen else [one for one in self.basket.lines if one.price]
        totals = {one.row.variant_id: one.price.total for one in lines if not one.row.is_counted}
        found = due_later_of_claims(self.checkout.basket_id, totals)
        return {variant_id: later.amount for variant_id, later in found.items()}

    @property
    def due_later(self) -> Money:
        """What is paid when the customer comes."""
        kept = sum(self.later.values(), Decimal(0)) if self.basket else self.checkout.due_later
        return Money(kept, self.channel.currency)

    @property
    def due_now(self) -> Money:
        """What is paid with the order: goods and delivery in full, of appointments what their policies say."""
        return self.total - self.due_later


@plans_kept()
@transaction.atomic(savepoint=False)
def begin_checkout(*, key: Key, locale: str) -> CheckoutView:
    """Take a basket to the checkout: everything in it is held, and it is known by the checkout's own secret from now on.

    Again for the same basket: the same checkout. Errors: those of ``baskets.begin_checkout``.
    """
    view, now = baskets.begin_checkout(key=key), clock.now()
    basket = view.basket
    is_live = [FixedWord(one) for one in Checkout.LIVE]
    live = Checkout.objects.filter(basket=basket.id, state__in=is_live).first()
    if live and live.channel_id != basket.channel_id:
        end_checkout(live, problem="handed_over")
        live = None
    if live is None:
        live = Checkout(
            basket_id=basket.id,
            channel_id=basket.channel_id,
            locale=locale,
            began_at=now,
            ends_at=now + timedelta(minutes=key.channel.hold_minutes_max),
        )
        settle_delivery(live, view)
        live.save()
    elif live.state == State.OPEN:
        before = live.delivery
        settle_delivery(live, view)
        if live.delivery != before:
            live.save(update_fields=FILLED_IN)
    return CheckoutView(live, key.channel, view)


@dataclass(frozen=True)
class Change:
    """What a customer fills in; what is ``None`` stays as it is."""

    contact: Mapping[str, str] | None = None
    billing: Mapping[str, str] | None = None
    wish: Wish | None = None
    provider: str | None = None


@plans_kept()
def change_checkout(*, channel: ChannelContext, uuid: str, change: Change) -> CheckoutView:
    """Say who the order is for, how it gets there and how it is paid: all of it at once, or a part.

    A delivery is worked out and held here; whether a means of payment is offered for it is looked at when it is used.
    One that was being paid is opened again: money that still comes for it goes back. Only the means of payment that it
    is being paid by changes nothing: a second click on “pay” gives no payment up. Not inside a transaction, as a carrier
    may be asked.
    Errors: ``NotFound``, ``CheckoutOver``, ``GoodsOnly``, ``InvalidValue`` with the field, and those of ``delivery.choose_way`` and
    ``delivery.with_point``. Nothing changes then.
    """
    wish = with_point(change.wish) if change.wish else None
    with transaction.atomic():
        checkout, basket = lock_live(channel, uuid)
        if checkout.adds_to_id and change != Change(provider=change.provider):
            raise GoodsOnly()
        if checkout.state == State.PAYING and change != Change(provider=checkout.provider):
            give_back(reference=checkout.reference)
            checkout.state = State.PAYING if checkout.adds_to_id else State.OPEN
        fill_in_contact(checkout, change.contact or {})
        if change.billing is not None:
            checkout.billing = clean_address("billing", change.billing)
        if change.provider is not None:
            checkout.provider = _text("payment", change.provider, 40)
        view = show_basket(price_basket(basket, channel))
        settle_delivery(checkout, view, wish)
        checkout.save(update_fields=FILLED_IN)
    return CheckoutView(checkout, channel, view)


@plans_kept()
@transaction.atomic
def prepare(*, channel: ChannelContext, uuid: str, total: Money, key: str = "") -> Checkout:
    """Look at everything once more, hold it, and freeze the order to be: after this the money may be asked for.

    ``total`` is what the customer saw. With the ``key`` that began a payment before, or whose order is placed, nothing
    is looked at again. Errors: ``NotFound``, ``CheckoutOver``, ``NotReady`` with every reason,
    ``PriceChanged``, ``NotEnough``. Nothing changes then.
    """
    checkout, locked = _lock(channel, uuid, key)
    if key and (checkout.state == State.PLACED or checkout.has_begun):
        return checkout
    basket = _live(checkout, locked, channel)
    if checkout.adds_to_id:
        return _as_offered(checkout, channel, total)
    view = show_basket(price_basket(basket, channel))
    settle_delivery(checkout, view)
    shown = CheckoutView(checkout, channel, view)
    if reasons := _reasons(shown):
        raise NotReady(reasons)
    is_held = choose_again(checkout, view)
    if shown.total != total:
        raise PriceChanged(
            field="total", now=f"{shown.total.rounded().amount} {total.currency}",
            total=shown.total.as_json(), lines=_differences(view),
        )  # fmt: skip
    later = shown.due_later.amount
    is_other = checkout.basket_version != basket.version or checkout.total != total.amount
    is_other = is_other or checkout.due_later != later
    if checkout.state == State.PAYING and is_other:
        # What was asked for before was for other goods, or at other prices: if it still comes, it goes back.
        give_back(reference=checkout.reference)
    end = clock.now() + timedelta(minutes=conf.PAYMENT_MINUTES)
    if is_new := checkout.state == State.OPEN or is_other:
        checkout.frozen = freeze(checkout, view, later=shown.later)
    if is_new or end - checkout.ends_at > SAME_MOMENT:
        checkout.ends_at = end
    checkout.state, checkout.total, checkout.problem = State.PAYING, total.amount, ""
    checkout.due_later, checkout.basket_version = later, basket.version
    checkout.save(update_fields=[*FILLED_IN, *PREPARED])
    if not is_held:
        extend_basket(view.basket, channel)
    return checkout


def _as_offered(checkout: Checkout, channel: ChannelContext, total: Money) -> Checkout:
    """Goods that are added to an order cost what the customer was told, and are kept already.

    Errors: ``CheckoutOver`` if the order was cancelled meanwhile or is prepared, ``PriceChanged``, ``NotReady``.
    """
    assert checkout.adds_to is not None
    shown = CheckoutView(checkout, channel, None)
    if checkout.adds_to.state != Order.State.PLACED:
        raise CheckoutOver(state=checkout.state)
    if shown.total != total:
        raise PriceChanged(field="total", now=written(shown.total), total=shown.total.as_json(), lines=[])
    if reasons := _payment_reasons(shown):
        raise NotReady(reasons)
    return checkout


def fill_in_contact(checkout: Checkout, contact: Mapping[str, str]) -> None:
    """Write who the order is for into a checkout that is saved afterwards. Errors: ``InvalidValue`` with the field."""
    for name, most in CONTACT.items():
        if name in contact:
            setattr(checkout, name, _text(f"contact.{name}", contact[name], most))
    if contact.get("email"):
        try:
            validate_email(checkout.email)
        except ValidationError as error:
            raise InvalidValue(field="contact.email", value=checkout.email) from error


def lock_live(channel: ChannelContext, uuid: str) -> tuple[Checkout, BasketRow]:
    """A checkout that may still go on, and its basket, both locked by the basket's lock; two statements.

    Errors: ``NotFound``, ``CheckoutOver``.
    """
    checkout, basket = _lock(channel, uuid)
    return checkout, _live(checkout, basket, channel)


def _lock(channel: ChannelContext, uuid: str, key: str = "") -> tuple[Checkout, BasketRow | None]:
    """``has_begun`` of the checkout says whether a payment was begun with this key."""
    basket = _lock_open_basket(uuid)
    begun = Payment.objects.filter(reference=f"checkout:{uuid}", start_key=key)
    checkout = (
        Checkout.objects.annotate(has_begun=Exists(begun)).filter(uuid=uuid, channel=channel.id).first()
    )
    if checkout is None:
        raise NotFound()
    return checkout, basket


def _live(checkout: Checkout, basket: BasketRow | None, channel: ChannelContext) -> BasketRow:
    if basket is None or not checkout.is_live or basket.channel_id != channel.id:
        raise CheckoutOver(state=checkout.state)
    return basket


def _lock_open_basket(uuid: str) -> BasketRow | None:
    with suppress(NotFound):
        return basket_where(
            "id = (SELECT basket_id FROM checkout_checkout WHERE uuid = %s::uuid)", [uuid], lock=True
        )
    return None


def lock_checkout(uuid: str, **only: Any) -> tuple[Checkout, int] | None:
    """A checkout as it is once its basket is locked, and the basket's version; ``None`` if there is none (or not such)."""
    locked = Basket.objects.filter(checkouts__uuid=uuid).select_for_update(no_key=True, of=("self",))
    version = locked.values_list("version", flat=True).first()
    checkout = Checkout.objects.select_related("channel").filter(uuid=uuid, **only).first()
    return None if version is None or checkout is None else (checkout, version)


def end_checkout(checkout: Checkout, *, problem: str) -> None:
    """End a checkout whose basket is locked; money that was, or still is, paid for it goes back."""
    give_back(reference=checkout.reference)
    release_slot(owner=checkout.reference)
    checkout.state, checkout.problem = State.ENDED, problem
    checkout.save(update_fields=["state", "problem"])


def clean_address(field: str, address: Mapping[str, str]) -> dict[str, str]:
    """An address as it is kept. Errors: ``InvalidValue`` for what is missing or too long."""
    if unknown := sorted(address.keys() - set(ADDRESS)):
        raise InvalidValue(field=f"{field}.{unknown[0]}"[:80], value=unknown[0][:40])
    said = {name: _text(f"{field}.{name}", address.get(name, ""), 200) for name in ADDRESS}
    for name in ("street", "postcode", "city", "country"):
        if not said[name]:
            raise InvalidValue(field=f"{field}.{name}", value="")
    return said


def _reasons(shown: CheckoutView) -> list[Reason]:
    """Everything that stands against asking for the money now."""
    checkout, view = shown.checkout, shown.basket
    assert view is not None
    reasons = []
    if not view.lines:
        reasons.append(Reason(baskets.Empty.code, "basket", str(baskets.Empty.sentence)))
    for line in view.lines:
        if line.problem:
            reasons.append(Reason(line.problem.code, f"lines.{line.row.id}", str(line.problem.message)))
    for voucher in view.quote.vouchers:
        if not voucher.is_used:
            reasons.append(Reason(voucher.refusal, "vouchers", voucher.sentence))
    if not checkout.delivery:
        reasons.append(Reason("delivery_missing", "delivery", _("Say how you want to get your goods.")))
    elif checkout.delivery["way"] != CARRIED_OUT:
        if not checkout.name:
            reasons.append(Reason("contact_missing", "contact.name", _("Say who the order is for.")))
        if not (checkout.email or checkout.phone):
            message = _("Leave an e-mail address or a phone number.")
            reasons.append(Reason("contact_missing", "contact.email", message))
    if shown.due_now.amount > 0:
        reasons += _payment_reasons(shown)
    return reasons


def methods_of(shown: CheckoutView) -> list[OfferedMethod]:
    """The means of payment that a customer can choose for this basket and delivery; none once the money was asked for."""
    delivery = shown.checkout.delivery
    if shown.checkout.adds_to_id and shown.checkout.is_live:
        return online_methods(shown.channel, shown.total, delivery)
    if shown.basket is None:
        return []
    return offered_methods(
        shown.channel,
        amount=shown.due_now,
        is_deposit=shown.due_later.amount > 0,
        way=delivery.get("way", ""),
        location_id=delivery.get("location_id"),
    )


def online_methods(
    channel: ChannelContext, amount: Money, delivery: Mapping[str, Any]
) -> list[OfferedMethod]:
    """The means of payment that take the money at once, with nobody of the shop."""
    way, location_id = delivery.get("way", ""), delivery.get("location_id")
    offered = offered_methods(channel, amount=amount, way=way, location_id=location_id)
    return [one for one in offered if not provider_of(one.code).captures_by_hand]


def _payment_reasons(shown: CheckoutView) -> list[Reason]:
    checkout = shown.checkout
    if not checkout.provider:
        return [Reason("payment_missing", "payment", _("Choose how you want to pay."))]
    if checkout.provider in {one.code for one in methods_of(shown)}:
        return []
    return [Reason("payment_method_unknown", "payment", _("This means of payment is not offered here."))]


def _differences(view: BasketView) -> list[dict[str, Any]]:
    return [
        {"line": line.row.id, "sku": line.row.sku, "before": line.price_before.as_json(),
         "now": line.price.unit_price.as_json()}
        for line in view.lines if line.price and line.price_before
    ]  # fmt: skip


def _text(field: str, said: str, most: int) -> str:
    said = said.strip()
    if len(said) > most or "\0" in said:
        raise InvalidValue(field=field, value=said[:40].replace("\0", ""))
    return said


def is_promise(provider: str) -> bool:
    """Whether what this provider calls authorised is only the customer's word."""
    return provider_of(provider).is_promise
