"""Compares payments with their entries, their commands and their orders, and says every difference in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.utils.translation import gettext as _

from comptoir.base import clock

#: One statement is one moment: every change writes a payment and what it counts in the same transaction.
COMPARE = """
SELECT payment.uuid, payment.authorised, coalesce(entry.authorised, 0), payment.captured, coalesce(entry.captured, 0),
    payment.refunded, coalesce(entry.refunded, 0), payment.voided, coalesce(entry.voided, 0),
    payment.capturing, coalesce(asked.capturing, 0), payment.refunding, coalesce(asked.refunding, 0),
    payment.voiding, coalesce(asked.voiding, 0)
FROM payments_payment payment
LEFT JOIN (SELECT payment_id, sum(amount) FILTER (WHERE kind = 'authorised') AS authorised,
        sum(amount) FILTER (WHERE kind = 'captured') AS captured,
        sum(amount) FILTER (WHERE kind = 'refunded') AS refunded,
        sum(amount) FILTER (WHERE kind = 'voided') AS voided
    FROM payments_paymententry GROUP BY payment_id) entry ON entry.payment_id = payment.id
LEFT JOIN (SELECT payment_id, sum(amount) FILTER (WHERE action = 'capture') AS capturing,
        sum(amount) FILTER (WHERE action = 'refund') AS refunding,
        sum(amount) FILTER (WHERE action = 'void') AS voiding
    FROM payments_command WHERE state = 'asked' GROUP BY payment_id) asked ON asked.payment_id = payment.id
ORDER BY payment.id
"""
COUNTERS = ("authorised", "captured", "refunded", "voided", "capturing", "refunding", "voiding")

WITHOUT_ORDER = """
SELECT payment.uuid, payment.fate, payment.authorised - payment.voided - payment.refunded, payment.currency
FROM payments_payment payment
WHERE payment.order_id IS NULL AND payment.authorised - payment.voided - payment.refunded > 0
    AND payment.started_at <= %s
ORDER BY payment.id
"""

#: An order that costs something before its customer comes has an entry of a payment. It keeps no more than it costs, unless
#: a refund is under way, or the event that asks for it: what payments have still to hear of an order and its tenders. A
#: parked one is a finding.
WITHOUT_ENTRY = """
SELECT ordered.number FROM order_order ordered
WHERE ordered.total - ordered.cancelled_total > ordered.due_later AND ordered.placed_at <= %s AND NOT EXISTS (
    SELECT FROM payments_payment payment JOIN payments_paymententry entry ON entry.payment_id = payment.id
    WHERE payment.order_id = ordered.id AND entry.kind IN ('authorised', 'captured'))
ORDER BY ordered.id
"""
TOO_MUCH = """
SELECT ordered.number, sum(payment.captured - payment.refunded) - (ordered.total - ordered.cancelled_total),
    ordered.currency
FROM order_order ordered JOIN payments_payment payment ON payment.order_id = ordered.id
GROUP BY ordered.id
HAVING sum(payment.captured - payment.refunded - payment.refunding) > ordered.total - ordered.cancelled_total
    AND NOT EXISTS (
        SELECT FROM events_delivery waiting
        WHERE waiting.subscriber = 'comptoir.payments' AND waiting.parked_at IS NULL
            AND waiting.subject = ANY (array_agg('payment:' || payment.id) || ('order:' || ordered.id)))
ORDER BY ordered.id
"""
STUCK = """
SELECT payment.uuid, command.action FROM payments_command command
JOIN payments_payment payment ON payment.id = command.payment_id
WHERE command.state = 'asked' AND command.asked_at <= %s ORDER BY command.id
"""
ODD = "SELECT uuid, problem FROM payments_payment WHERE problem <> '' ORDER BY id"
LOST = "SELECT provider, message_id FROM payments_notice WHERE state <> 'handled' AND received_at <= %s ORDER BY id"


@dataclass(frozen=True)
class Difference:
    """Something about money that does not add up. ``code`` is for programs, ``sentence`` for people."""

    code: str
    subject: str
    sentence: str


def differences(*, grace_minutes: int = 60) -> list[Difference]:
    """Every difference; none when all is well. What is younger than ``grace_minutes`` may still be under way."""
    before = clock.now() - timedelta(minutes=grace_minutes)
    return [*_figures(), *_strays(before), *_orders(before), *_waiting(before)]


def _figures() -> Iterator[Difference]:
    for uuid, *figures in _rows(COMPARE):
        for counter, says, counts in zip(COUNTERS, figures[::2], figures[1::2], strict=True):
            if says != counts:
                sentence = _("the payment says %(says)s %(counter)s, what it counts adds up to %(counts)s")
                values = {"says": says, "counter": counter, "counts": counts}
                yield Difference("counter_differs", str(uuid), sentence % values)


def _strays(before: object) -> Iterator[Difference]:
    for uuid, fate, amount, currency in _rows(WITHOUT_ORDER, before):
        if fate == "back":
            sentence = _("%(amount)s %(currency)s should have gone back to the customer")
        else:
            sentence = _("%(amount)s %(currency)s belong to no order")
        values = {"amount": amount, "currency": currency}
        yield Difference("payment_without_order", str(uuid), sentence % values)


def _orders(before: object) -> Iterator[Difference]:
    for [number] in _rows(WITHOUT_ENTRY, before):
        yield Difference("order_without_payment", number, _("the order has no entry of a payment"))
    for number, amount, currency in _rows(TOO_MUCH):
        sentence = _("the shop keeps %(amount)s %(currency)s more than the order costs")
        yield Difference("order_paid_too_much", number, sentence % {"amount": amount, "currency": currency})


def _waiting(before: object) -> Iterator[Difference]:
    for uuid, action in _rows(STUCK, before):
        sentence = _("the provider has not answered to: %(action)s")
        yield Difference("command_without_outcome", str(uuid), sentence % {"action": action})
    for uuid, problem in _rows(ODD):
        sentence = _("the provider says what cannot be: %(problem)s")
        yield Difference("provider_contradicts", str(uuid), sentence % {"problem": problem})
    for provider, message in _rows(LOST, before):
        sentence = _("the notice %(message)s is about no payment of this shop")
        yield Difference("notice_without_payment", provider, sentence % {"message": message})


def _rows(statement: str, *values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
