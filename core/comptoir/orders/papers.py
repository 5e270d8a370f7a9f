"""Invoices, receipts and credit notes: numbered without gaps per shop and year, never changed."""

from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from comptoir.base import clock
from comptoir.base.money import Money
from comptoir.channels.models import Location
from comptoir.conf import conf
from comptoir.orders.models import Order, OrderLine, Paper
from comptoir.orders.refunds import kept_of_cancelled
from comptoir.orders.services import lock_order

Kind = Paper.Kind
PREFIX = {Kind.INVOICE: "F", Kind.RECEIPT: "T", Kind.CREDIT_NOTE: "A"}

#: Who takes the next number holds the row until the paper is committed: no number is ever lost or given twice.
NEXT = """
INSERT INTO order_paperseries (kind, shop, year, last) VALUES (%s, %s, %s, 1)
ON CONFLICT (kind, shop, year) DO UPDATE SET last = order_paperseries.last + 1 RETURNING last
"""


@transaction.atomic
def issue_paper(*, order_id: int, kind: str = Kind.INVOICE) -> Paper:
    """The invoice or the receipt of an order: issued the first time, the same one ever after.

    What was cancelled before is not on it. Errors: ``NotFound``.
    Source: CGI annex II, article 242 nonies A: a number in an unbroken chronological sequence, which may have series.
    """
    order = lock_order(order_id)
    before = order.papers.filter(cause="order").first()
    content = _content(order, list(order.lines.order_by("pk")))
    return before or _issue(order, kind, cause="order", total=order.due_total, content=content)


@transaction.atomic
def issue_further_paper(*, order_id: int, kind: str = Kind.INVOICE) -> Paper | None:
    """What was added to an order after its invoice or receipt, on one of its own; ``None`` if there is nothing of that.

    Errors: ``NotFound``.
    """
    order = lock_order(order_id)
    papers = list(order.papers.exclude(kind=Kind.CREDIT_NOTE))
    told = {one.get("line") for paper in papers for one in paper.content["lines"]}
    first = order.history.filter(what="added", at__gt=papers[0].issued_at) if papers else order.history.none()
    added = {one["line"] for step in first for one in step.facts["lines"]}
    fresh = [one for one in order.lines.filter(pk__in=added - told).order_by("pk") if one.open_quantity]
    if not fresh:
        return None
    content = _content(order, fresh, is_whole=False)
    total = sum((Decimal(one["total"]) for one in content["lines"]), Decimal(0))
    return _issue(order, kind, cause=f"line:{fresh[0].pk}", total=total, content=content)


@transaction.atomic
def issue_credit_note(*, order_id: int, amount: Money, cause: str, reason: str = "") -> Paper | None:
    """Take back on paper what was refunded; once for each ``cause``, and only where an invoice or receipt said it.

    Errors: ``NotFound``.
    """
    order = lock_order(order_id)
    of = list(order.papers.exclude(kind=Kind.CREDIT_NOTE).values_list("number", flat=True))
    if not of:
        return None
    if before := order.papers.filter(kind=Kind.CREDIT_NOTE, cause=cause).first():
        return before
    content = {**_content(order, []), "lines": [], "taxes": [], "reason": reason, "of": ", ".join(of)}
    return _issue(order, Kind.CREDIT_NOTE, cause=cause, total=-amount.amount, content=content)


def _issue(order: Order, kind: str, *, cause: str, total: Decimal, content: dict[str, Any]) -> Paper:
    now = clock.now()
    zone = order.location.time_zone if order.location else order.channel.time_zone
    shop = order.location.code if order.location else order.channel.code
    year = now.astimezone(ZoneInfo(zone)).year
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [kind, shop, year])
        (sequence,) = cursor.fetchone()
    return Paper.objects.create(
        order=order,
        kind=kind,
        shop=shop,
        year=year,
        sequence=sequence,
        number=f"{PREFIX[Kind(kind)]}-{shop.upper()}-{year}-{sequence:06}",
        cause=cause,
        total=total,
        content={**content, "issued_on": now.astimezone(ZoneInfo(zone)).date().isoformat()},
        issued_at=now,
    )


def _content(order: Order, rows: list[OrderLine], *, is_whole: bool = True) -> dict[str, Any]:
    """Everything that is printed, frozen. A further paper has neither the delivery nor what was kept: the first had it."""
    lines = [_line(order, one) for one in rows if one.open_quantity]
    if is_whole and order.delivery_total and order.state != Order.State.CANCELLED:
        lines.append(
            _by_itself(order, order.delivery.get("name", ""), order.delivery_total, order.delivery_tax)
        )
    if is_whole and (kept := kept_of_cancelled(order)):
        with translation.override(order.locale):
            lines.append(_by_itself(order, _("Kept of what was cancelled"), kept, Decimal(0)))
    return {
        "order": order.number,
        "locale": order.locale,
        "currency": order.currency,
        "seller": {"name": conf.SHOP_NAME, "notice": conf.LEGAL_NOTICE, "address": _address(order.location)},
        "buyer": {"name": order.name, **{name: order.billing.get(name, "") for name in _BUYER}},
        "lines": lines,
        "taxes": _taxes(order, rows),
        "delivery": order.delivery.get("name", ""),
    }


_BUYER = ("company", "street", "street2", "postcode", "city", "country")


def _line(order: Order, one: OrderLine) -> dict[str, Any]:
    part = Decimal(one.open_quantity) / one.quantity
    return {
        "line": one.pk,
        "title": one.description,
        "sku": one.sku,
        "quantity": one.open_quantity,
        "unit": _said(order, one.unit_price),
        "percent": f"{one.tax_percent.normalize():f}",
        "tax": _said(order, one.tax * part),
        "total": _said(order, one.total * part),
    }


def _by_itself(order: Order, title: str, total: Decimal, tax: Decimal) -> dict[str, Any]:
    """A sum that is of no line. What is kept of a service that did not take place bears no tax.

    Source: Court of Justice, C-277/05 (Société thermale d'Eugénie-les-Bains): an indemnity, not the price of a service.
    """
    sums = {"unit": _said(order, total), "tax": _said(order, tax), "total": _said(order, total)}
    return {"title": title, "sku": "", "quantity": 1, "percent": "", **sums}


def _taxes(order: Order, rows: list[OrderLine]) -> list[dict[str, str]]:
    """Net and tax by rate; the tax on the delivery stands apart, as it is of the highest rate."""
    sums: dict[str, list[Decimal]] = {}
    for one in rows:
        part = Decimal(one.open_quantity) / one.quantity
        row = sums.setdefault(f"{one.tax_percent.normalize():f}", [Decimal(0), Decimal(0)])
        row[0] += (one.total - one.tax) * part
        row[1] += one.tax * part
    return [
        {"percent": percent, "net": _said(order, net), "tax": _said(order, tax)}
        for percent, (net, tax) in sums.items()
    ]


def _said(order: Order, amount: Decimal) -> str:
    return str(order.money(amount).rounded().amount)


def _address(place: Location | None) -> str:
    return (
        ", ".join(filter(None, (place.name, place.street, f"{place.postcode} {place.city}".strip())))
        if place
        else ""
    )
