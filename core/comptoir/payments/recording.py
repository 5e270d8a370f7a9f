"""Writes facts about money down, each once: the only place where the counters of a payment move."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from comptoir.base import clock
from comptoir.base.money import Money
from comptoir.conf import conf
from comptoir.events.services import record_event
from comptoir.payments.models import Command, Payment, PaymentEntry
from comptoir.payments.providers import REFUND_FAILED, Answer, Fact, Told

logger = logging.getLogger("comptoir.payments")

State = Payment.State
ZERO = Decimal(0)

#: In this order facts make sense, whatever the order in which they are told.
KINDS = ("authorised", "captured", "voided", "refunded", "failed")
COUNTERS = KINDS[:-1]

#: What a command has put aside, and the fact that settles it.
PUT_ASIDE = {"capture": "capturing", "refund": "refunding", "void": "voiding"}
SETTLES = {"captured": "capture", "refunded": "refund", "voided": "void"}

#: A payment that waits for its customer is asked about after so long, then after twice as long, and so on.
FIRST_CHECK_S, LONGEST_CHECK_S = 60, 3600


class PaymentMoved(Exception):
    """Counters changed though their row was locked: somebody wrote to them past this file."""


@dataclass
class Page:
    """The payment as it will be, written with one statement that asks for the figures it was planned with."""

    payment: Payment
    changes: dict[str, Any] = field(default_factory=dict)
    entries: list[PaymentEntry] = field(default_factory=list)
    problem: str = ""

    def value(self, name: str) -> Any:
        """What a column will be."""
        return self.changes.get(name, getattr(self.payment, name))

    def add(self, name: str, amount: Decimal) -> None:
        self.changes[name] = self.value(name) + amount


def lock_payment(pk: int) -> Payment:
    """A payment that nobody else can change until the end of the transaction."""
    return lock_payments(Payment.objects.filter(pk=pk))[0]


def lock_payments(payments: "QuerySet[Payment]") -> list[Payment]:
    """Several payments, locked in the order of their keys; one statement."""
    rows = payments.select_related("channel").order_by("pk")
    return list(rows.select_for_update(of=("self",), no_key=True))


def write_down(
    payment: Payment,
    told: Answer | Told,
    *,
    command: Command | None = None,
    is_complete: bool = False,
) -> list[PaymentEntry]:
    """Write every fact that is not written yet into a locked payment, settle the commands they answer, tell the shop.

    ``is_complete``: all that the provider knows was told, so an earlier contradiction is cleared up if none is left.
    What contradicts the payment (another currency, more than was asked) is not written; ``problem`` says so.
    """
    page = Page(payment)
    commands = _commands(payment, told.facts, command)
    for fact in _unwritten(payment, told.facts):
        _enter(page, fact, commands.get(fact.key) or command)
    for settled in _settled(commands, told.facts, command):
        _settle(page, settled)
    _rest(page, told, is_complete=is_complete)
    _save(page)
    PaymentEntry.objects.bulk_create(page.entries)
    for entry in page.entries:
        _tell(payment, entry)
    return page.entries


def write_refusal(payment: Payment, command: Command, reason: str) -> None:
    """A provider said no to a command: what was put aside is free again, and the failure is written down."""
    page = Page(payment)
    if not _close(command, Command.State.REFUSED, refusal=reason[:60]):
        return
    _free(page, command)
    key = f"{payment.provider}:failed:{command.key}"
    page.entries.append(_entry(payment, Fact("failed", command.money, "", reason=reason), command, key))
    if command.action == Command.Action.START:
        page.changes["closed_at"] = clock.now()
        page.changes["check_at"] = None
    page.changes["state"] = _state(page)
    _save(page)
    PaymentEntry.objects.bulk_create(page.entries)
    _tell(payment, page.entries[0])


# --- facts -----------------------------------------------------------------------------------------------------------


def _unwritten(payment: Payment, facts: Sequence[Fact]) -> list[Fact]:
    """The facts without an entry, in the order in which they make sense."""
    keys = [_key(payment, fact) for fact in facts]
    written: set[str] = set()
    if facts and payment.state != State.STARTED:  # whoever wrote an entry changed the state, too
        entries = PaymentEntry.objects.filter(idempotency_key__in=keys)
        written = set(entries.values_list("idempotency_key", flat=True))
    fresh = {_key(payment, fact): fact for fact in facts if _key(payment, fact) not in written}
    return sorted(fresh.values(), key=lambda fact: KINDS.index(fact.kind))


def _key(payment: Payment, fact: Fact) -> str:
    return f"{payment.provider}:{fact.kind}:{fact.reference}"


def _enter(page: Page, fact: Fact, command: Command | None) -> None:
    if fact.amount.currency != page.payment.currency:
        page.problem = "currency_differs"
    elif fact.kind != "failed" and not _fits(page, fact):
        page.problem = "amounts_contradict"
    else:
        if fact.reason == REFUND_FAILED:
            page.problem = REFUND_FAILED
        if fact.kind != "failed":
            page.add(fact.kind, fact.amount.amount)
        page.entries.append(_entry(page.payment, fact, command, _key(page.payment, fact)))


def _fits(page: Page, fact: Fact) -> bool:
    """Whether the counters allow it: never more captured than authorised, nor refunded than captured."""
    after = {name: page.value(name) for name in COUNTERS}
    after[fact.kind] += fact.amount.amount
    return bool(
        fact.amount.amount > 0
        and after["authorised"] <= page.payment.amount
        and after["captured"] + after["voided"] <= after["authorised"]
        and after["refunded"] <= after["captured"]
    )


def _entry(payment: Payment, fact: Fact, command: Command | None, key: str) -> PaymentEntry:
    return PaymentEntry(
        payment=payment,
        kind=fact.kind,
        amount=fact.amount.amount,
        provider_reference=fact.reference,
        idempotency_key=key,
        actor_id=command.actor_id if command else None,
        reason=(fact.reason or (command.reason if command else ""))[:240],
        at=clock.now(),
    )


# --- commands --------------------------------------------------------------------------------------------------------


def _commands(payment: Payment, facts: Sequence[Fact], command: Command | None) -> dict[str, Command]:
    """The commands that facts name, by key: our own, and others that are still open."""
    known = {str(command.key): command} if command else {}
    others = {fact.key for fact in facts if fact.key} - set(known)
    if others:
        asked = payment.commands.filter(state=Command.State.ASKED)
        known |= {str(one.key): one for one in asked if str(one.key) in others}
    return known


def _settled(
    commands: Mapping[str, Command], facts: Sequence[Fact], command: Command | None
) -> Iterable[Command]:
    """Our own command has its answer; another one has if the very fact it asked for was told."""
    told = {(fact.key, SETTLES.get(fact.kind)) for fact in facts}
    return [one for key, one in commands.items() if one is command or (key, one.action) in told]


def _settle(page: Page, command: Command) -> None:
    if _close(command, Command.State.DONE):
        _free(page, command)


def _close(command: Command, state: str, **fields: Any) -> bool:
    """Give a command its outcome; false if it had one: each is settled once, whoever hears of it first."""
    values = {"state": state, "settled_at": clock.now(), **fields}
    asked = Command.objects.filter(pk=command.pk, state=Command.State.ASKED)
    if not asked.update(**values):
        return False
    for name, value in values.items():
        setattr(command, name, value)
    return True


def _free(page: Page, command: Command) -> None:
    if aside := PUT_ASIDE.get(command.action):
        page.add(aside, -command.amount)


# --- the payment itself ----------------------------------------------------------------------------------------------


def _rest(page: Page, told: Answer | Told, *, is_complete: bool) -> None:
    payment, changes = page.payment, page.changes
    if told.reference and not payment.provider_reference:
        changes["provider_reference"] = told.reference
    # The answer to a repetition may name another page; the customer was sent to the first one.
    if isinstance(told, Answer) and told.step and (is_complete or not payment.step):
        changes["step"] = told.step.as_json()
    if told.is_over and payment.closed_at is None:
        changes["closed_at"] = clock.now()
    if page.problem or (is_complete and payment.problem != REFUND_FAILED):
        changes["problem"] = page.problem
    if page.problem:
        logger.error("payment %s: %s", payment.uuid, page.problem)
    changes["state"] = _state(page)
    changes["check_at"] = _next_check(page, told, is_complete=is_complete)


def _next_check(page: Page, told: Answer | Told, *, is_complete: bool) -> Any:
    """When to ask the provider: at once for money that has to go back or does not add up, later for who is still paying."""
    now = clock.now()
    has_money = page.value("authorised") - page.value("voided") - page.value("refunded") > 0
    if page.payment.fate == Payment.Fate.BACK and (has_money or not page.value("closed_at")):
        return now
    is_hint = isinstance(told, Told) and told.is_hint
    if (page.problem and not is_complete) or is_hint:
        return now
    if page.value("authorised") or page.value("closed_at"):
        return None
    return page.payment.check_at or now + timedelta(seconds=FIRST_CHECK_S)


def _state(page: Page) -> str:
    """What people are shown, from the figures."""
    authorised, captured, refunded, voided = (
        page.value(name) for name in ("authorised", "captured", "refunded", "voided")
    )
    if captured:
        if refunded == captured:
            return State.REFUNDED
        return State.PART_REFUNDED if refunded else State.PAID
    if authorised:
        return State.VOIDED if voided == authorised else State.AUTHORISED
    if page.payment.state == State.FAILED or any(one.kind == "failed" for one in page.entries):
        return State.FAILED
    if page.value("closed_at"):
        return State.VOIDED
    return State.WAITING if page.value("step") else State.STARTED


def _save(page: Page) -> None:
    """One conditional statement: it asks for the counters that the change was planned with."""
    payment = page.payment
    before = {name: getattr(payment, name) for name in (*COUNTERS, *PUT_ASIDE.values())}
    if not Payment.objects.filter(pk=payment.pk, **before).update(**page.changes):
        raise PaymentMoved(str(payment.uuid))
    for name, value in page.changes.items():
        setattr(payment, name, value)


def _tell(payment: Payment, entry: PaymentEntry) -> None:
    if entry.kind == PaymentEntry.Kind.VOIDED:
        return
    record_event(
        f"payment_{entry.kind}",
        subject_id=payment.pk,
        payment=str(payment.uuid),
        reference=payment.reference,
        order=payment.order_id,
        channel=payment.channel.code,
        **Money(entry.amount, payment.currency).as_json(),
        entry=entry.pk,
    )


def waits_too_long(payment: Payment) -> bool:
    """Whether a customer has had long enough to pay."""
    return payment.started_at + timedelta(hours=conf.PAYMENT_HOURS) <= clock.now()
