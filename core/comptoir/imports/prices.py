"""Stores the prices in further currencies, which some files list far below their products."""

from comptoir.catalogue.models import Product
from comptoir.events.services import record_events
from comptoir.imports.checks import PRICE_LIMIT, column_of
from comptoir.imports.outcome import Outcome
from comptoir.imports.rows import ImportedPrice, RowProblem, row_problem
from comptoir.pricing.models import Price


def store_prices(prices: list[ImportedPrice], format: str, outcome: Outcome, *, keep: bool) -> None:
    """Give variants their prices in one more currency; only those of products that this file brought are known.

    With ``keep=False`` nothing is written.
    """
    accepted = []
    for price in prices:
        if problem := _problem(price, format, outcome):
            outcome.problems.append(problem)
        else:
            accepted.append(price)
    if accepted:
        _write(accepted, outcome, keep=keep)


def _problem(price: ImportedPrice, format: str, outcome: Outcome) -> RowProblem | None:
    if price.sku not in outcome.handles_by_sku:
        sku = column_of(format, "variant.sku")
        return row_problem(line=price.line, field=sku, code="unknown_sku", value=price.sku)
    if max(price.price, price.compare_at or 0) >= PRICE_LIMIT:
        amount = column_of(format, "variant.price")
        return row_problem(line=price.line, field=amount, code="number_too_large", value=str(price.price))
    return None


def _write(prices: list[ImportedPrice], outcome: Outcome, *, keep: bool) -> None:
    """In a dry run the variants may not be there: their products count as created anyway."""
    found = Product.objects.filter(sku__in=[price.sku for price in prices])
    variants = {row.sku: row for row in found.select_for_update(of=("self",)).order_by("pk")}
    rows = Price.objects.filter(variant__in=[row.pk for row in variants.values()])
    there = {(row.variant_id, row.currency): row for row in rows}
    new: list[Price] = []
    changed: list[Price] = []
    for price in prices:
        if (variant := variants.get(price.sku)) is None:
            continue
        row = there.get((variant.pk, price.currency))
        if row is None:
            row = Price(variant=variant, currency=price.currency)
            new.append(row)
        elif (row.amount, row.compare_at) != (price.price, price.compare_at):
            changed.append(row)
        row.variant, row.amount, row.compare_at = variant, price.price, price.compare_at
    if keep:
        Price.objects.bulk_create(new)
        Price.objects.bulk_update(changed, ["amount", "compare_at"])
        record_events("product_changed", subject_ids=[row.variant.root_id for row in (*new, *changed)])
    for row in (*new, *changed):
        outcome.note(outcome.handles_by_sku[row.variant.sku or ""], "changed")
