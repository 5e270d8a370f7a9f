"""Statements whose plan is kept find their rows by an index, whatever the values are (``base.statements.plans_kept``)."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction

pytestmark = pytest.mark.django_db(transaction=True)

#: Tables that have a row more for every customer, product or order.
GROWING = [
    "api_storedanswer", "basket_basket", "basket_line", "catalogue_product", "checkout_checkout", "events_delivery",
    "events_event", "fulfilment_parcel", "fulfilment_parcelline", "fulfilment_routingdecision", "order_line",
    "order_order", "partner_hold", "partner_level", "payments_command", "payments_payment", "payments_paymententry",
    "publishing_document",
]  # fmt: skip


def test_no_statement_of_a_purchase_reads_a_whole_table_when_its_plan_is_kept(web, till):
    connection.ensure_connection()
    connection.connection.prepare_threshold = 0
    web.buy("MARIN-S")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT statement, parameter_types::text[] FROM pg_prepared_statements")
        kept = cursor.fetchall()
        # As if each table were large: in one of a few rows any way is as good.
        cursor.execute(
            "UPDATE pg_class SET reltuples = 1e7, relpages = 1 WHERE relname = ANY(%s::text[])", [GROWING]
        )
        read = [(list(_whole_tables(_plan(cursor, *one))), *one) for one in kept]
        transaction.set_rollback(True)
    assert len(read) > 40
    assert [one for one in read if one[0]] == []


def _plan(cursor: Any, statement: str, types: list[str]) -> dict[str, Any]:
    """What PostgreSQL does without knowing the values."""
    wants, nothing = (f"({', '.join(one)})" if types else "" for one in (types, ["NULL"] * len(types)))
    cursor.execute(f"PREPARE look {wants} AS {statement}")
    cursor.execute(f"EXPLAIN (FORMAT JSON) EXECUTE look {nothing}")
    [[[answer]]] = cursor.fetchall()
    cursor.execute("DEALLOCATE look")
    return answer["Plan"]


def _whole_tables(node: dict[str, Any]) -> Iterator[str]:
    """The growing tables that a plan reads from the first to the last row."""
    by_key = "Index Cond" in node or node["Node Type"] in ("Bitmap Heap Scan", "ModifyTable")
    if node.get("Relation Name") in GROWING and not by_key:
        yield f"{node['Relation Name']} {node.get('Index Name', '')}"
    for below in node.get("Plans", []):
        yield from _whole_tables(below)
