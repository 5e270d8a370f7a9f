"""Statements that are asked thousands of times: read with as little work as PostgreSQL and Python allow."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.backends.postgresql.base import Cursor, ServerBindingCursor
from psycopg.adapt import Loader


class RawText(Loader):
    """Text as the bytes that came: what is sent on as it is need not be decoded and encoded again."""

    def load(self, data: Any) -> bytes:
        return bytes(data)


def fetch_raw(
    statement: str, values: Sequence[Any] | Mapping[str, Any], *, keep_plan: bool
) -> list[tuple[Any, ...]]:
    """The rows of a statement, with columns of type ``text`` as bytes in UTF-8.

    With ``keep_plan`` PostgreSQL plans the statement once a connection: right when one plan is best for all values, and
    planning then is most of the work of a short statement. Values travel beside it, so its casts have to name types.
    Without it PostgreSQL looks at the values and chooses between its indexes each time.
    """
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    with connection.wrap_database_errors:
        bare = (ServerBindingCursor if keep_plan else Cursor)(connection.connection)
        bare.adapters.register_loader("text", RawText)
    with connection._prepare_cursor(bare) as cursor:  # Django's wrappers around a cursor of one's own
        cursor.execute(statement, values)
        return cursor.fetchall()
