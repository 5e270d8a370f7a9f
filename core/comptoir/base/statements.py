"""Statements that are asked thousands of times: planned once a connection, then only carried out."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor


def fetch_prepared(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement that PostgreSQL keeps planned; for short statements planning is most of the work.

    Values travel beside the statement, so its casts have to name their types. As with Django's own cursor the health
    of the connection is checked once a request, and the statement is counted.
    """
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    with connection.wrap_database_errors:
        bare = ServerBindingCursor(connection.connection)
    with connection._prepare_cursor(bare) as cursor:  # Django's wrappers around a cursor of one's own
        cursor.execute(statement, values)
        return cursor.fetchall()
