"""Looks at statements whose plan a connection keeps: which of them read a whole table, whatever the values are."""

from collections.abc import Collection, Iterator
from typing import Any

from django.db import connection


def keep_all_plans() -> None:
    """Let this connection keep the plan of each statement from its first time on."""
    connection.ensure_connection()
    connection.connection.prepare_threshold = 0


def kept_statements() -> list[tuple[str, list[str]]]:
    """The statements that this connection keeps a plan of, each with the types of its values."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement, parameter_types::text[] FROM pg_prepared_statements")
        return cursor.fetchall()


def tables_read_whole(statement: str, types: list[str], tables: Collection[str]) -> list[str]:
    """Which of these tables a statement reads from the first to the last row when PostgreSQL does not know its values.

    A table of a few rows is read so by right: fill it, or say it were large, before.
    """
    wants, nothing = (f"({', '.join(one)})" if types else "" for one in (types, ["NULL"] * len(types)))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        cursor.execute(f"PREPARE look {wants} AS {statement}")
        cursor.execute(f"EXPLAIN (FORMAT JSON) EXECUTE look {nothing}")
        [[[answer]]] = cursor.fetchall()
        cursor.execute("DEALLOCATE look")
    return list(_whole_tables(answer["Plan"], tables))


def _whole_tables(node: dict[str, Any], tables: Collection[str]) -> Iterator[str]:
    by_key = "Index Cond" in node or node["Node Type"] in ("Bitmap Heap Scan", "ModifyTable")
    if node.get("Relation Name") in tables and not by_key:
        yield f"{node['Relation Name']} {node.get('Index Name', '')}"
    for below in node.get("Plans", []):
        yield from _whole_tables(below, tables)
