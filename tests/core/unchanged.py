"""That a refusal changed nothing: every row of every table is the same before and after it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
CONTENT = """SELECT '{0}', count(*), md5(coalesce(string_agg(md5(row::text), '' ORDER BY md5(row::text)), ''))
FROM "{0}" row"""


def contents() -> dict[str, tuple[int, str]]:
    """How many rows each table has, and a hash of all that is in them; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        tables = [name for (name,) in cursor.fetchall()]
        cursor.execute(" UNION ALL ".join(CONTENT.format(name) for name in tables))
        return {name: (rows, content) for name, rows, content in cursor.fetchall()}


@contextmanager
def nothing_changes(*besides: str) -> Iterator[None]:
    """Look at everything before and after; ``besides`` are the tables that have to be the only ones that differ."""
    before = contents()
    yield
    after = contents()
    changed = sorted(name for name in before if before[name] != after[name])
    assert changed == sorted(besides), changed
