"""What the gateway does with money: it keeps books, and answers the shop and the customer from them."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.crypto import constant_time_compare

from comptoir.base import clock
from comptoir.base.errors import NotFound
from comptoir.base.money import Money
from comptoir.payments.providers import Asked, Fact, ProviderRefused
from comptoir_testpay.conf import conf
from comptoir_testpay.models import Deed, Sale
from comptoir_testpay.sending import compose, send_later

State = Sale.State

#: What a customer can make happen, by the value of the button.
CHOICES = ("pays", "refuses", "challenge", "late", "twice", "lost")

#: What the page asks for as strong authentication; it says so.
CODE = "246810"

#: Money that the deeds of each kind need, and those that have used it up.
NEEDS = {"captured": ("authorised", ("captured", "voided")), "voided": ("authorised", ("captured", "voided"))}
NEEDS["refunded"] = ("captured", ("refunded",))


def open_sale(asked: Asked) -> Sale:
    """Begin a sale; the same payment of the shop is one sale, however often it is asked for."""
    fields = {
        "channel": asked.channel, "amount": asked.amount.amount, "currency": asked.amount.currency,
        "locale": asked.locale, "return_url": asked.return_url, "notice_url": asked.notice_url,
        "opened_at": clock.now(),
    }  # fmt: skip
    sale, _is_new = Sale.objects.get_or_create(payment=asked.payment, defaults=fields)
    return sale


def sale_of(token: str, channel: str) -> Sale:
    """The sale a page is about. Errors: ``NotFound``."""
    sale = Sale.objects.filter(token=token, channel=channel).first()
    if sale is None:
        raise NotFound()
    return sale


def facts_of(sale: Sale) -> list[Fact]:
    """Everything that has happened to the money of a sale."""
    happened = sale.deeds.filter(at__lte=clock.now())
    return [
        Fact(
            one.kind,
            Money(one.amount, sale.currency),
            str(one.pk),
            one.key,
            "declined" * (one.kind == "failed"),
        )
        for one in happened
    ]


@transaction.atomic
def move(asked: Asked, kind: str) -> tuple[Sale, list[Fact]]:
    """Capture, refund or void, as the shop asks; the same key does it once.

    Errors: ``ProviderRefused`` if there is not enough money for it.
    """
    sale = Sale.objects.select_for_update().filter(payment=asked.payment).first()
    if sale is None:
        raise ProviderRefused("unknown_sale")
    done = sale.deeds.filter(key=asked.key)
    if not done.exists() and asked.amount.amount:
        source, used = NEEDS[kind]
        if asked.amount.amount > _sum(sale, source) - sum(_sum(sale, one) for one in used):
            raise ProviderRefused("not_enough")
        Deed.objects.create(sale=sale, kind=kind, amount=asked.amount.amount, key=asked.key, at=clock.now())
    if kind == "voided":
        _cancel(sale, asked)
    return sale, [one for one in facts_of(sale) if one.key == asked.key]


def _cancel(sale: Sale, asked: Asked) -> None:
    """No more can be paid. Errors: ``ProviderRefused`` if somebody has just paid what the shop knows nothing of."""
    if not asked.amount.amount and sale.deeds.filter(kind="authorised").exists():
        raise ProviderRefused("already_paid")
    Sale.objects.filter(pk=sale.pk).exclude(state=State.ANSWERED).update(state=State.CANCELLED)


def choose(sale: Sale, choice: str) -> None:
    """The customer presses a button of the page."""
    if choice == "challenge":
        Sale.objects.filter(pk=sale.pk, state=State.OPEN).update(state=State.CHALLENGED)
    elif choice == "refuses":
        _refuse(sale)
    elif choice in CHOICES:
        _pay(sale, choice)


def check_code(sale: Sale, code: str) -> bool:
    """The customer types the code of the strong authentication; a wrong one is a refusal."""
    is_right = constant_time_compare(code.strip(), CODE)
    if is_right:
        _pay(sale, "pays")
    else:
        _refuse(sale)
    return is_right


def _pay(sale: Sale, choice: str) -> None:
    """Once for each sale, whatever is pressed twice."""
    at = clock.now() + timedelta(seconds=conf.LATE_S if choice == "late" else 0)
    open_states = [State.OPEN, State.CHALLENGED]
    message = None
    with transaction.atomic():
        if not Sale.objects.filter(pk=sale.pk, state__in=open_states).update(state=State.ANSWERED):
            return
        _write(sale, "authorised", at)
        if choice != "lost":
            message = compose(sale, due_at=at, times=2 if choice == "twice" else 1)
    if message:
        send_later(message)


def _refuse(sale: Sale) -> None:
    with transaction.atomic():
        open_states = [State.OPEN, State.CHALLENGED]
        if not Sale.objects.filter(pk=sale.pk, state__in=open_states).update(state=State.OPEN):
            return
        _write(sale, "failed", clock.now())
        message = compose(sale, due_at=clock.now())
    send_later(message)


def _write(sale: Sale, kind: str, at: datetime) -> Deed:
    key = f"{kind}:{sale.pk}:{sale.deeds.count()}"
    return Deed.objects.create(sale=sale, kind=kind, amount=sale.amount, key=key, at=at)


def _sum(sale: Sale, kind: str) -> Decimal:
    now = clock.now()
    return sum((one.amount for one in sale.deeds.filter(kind=kind, at__lte=now)), Decimal(0))
