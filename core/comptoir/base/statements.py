"""Statements that are asked thousands of times: read with as little work as PostgreSQL and Python allow."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from functools import cached_property
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.postgresql.base import Cursor, ServerBindingCursor
from django.db.models import Field, Model, Value
from psycopg.adapt import Loader

#: Plans that a connection keeps at most, the latest used: a purchase has about sixty, and some of them for each number of
#: lines. PostgreSQL keeps each in 20 to 60 kB.
KEPT_PLANS = 300


class FixedWord(Value):
    """A word of ours that stands in the statement itself: a kept plan may then use an index of a part of a table."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        assert self.value.isidentifier(), "a word of ours, and nothing that somebody typed"
        return f"'{self.value}'", []


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
    mine = connections[DEFAULT_DB_ALIAS]  # found once: each word said to ``connection`` looks for it again
    mine.close_if_health_check_failed()
    mine.ensure_connection()
    with mine.wrap_database_errors:
        bare = (ServerBindingCursor if keep_plan else Cursor)(mine.connection)
        bare.adapters.register_loader("text", RawText)
    with mine._prepare_cursor(bare) as cursor:  # Django's wrappers around a cursor of one's own
        cursor.execute(statement, values)
        return cursor.fetchall()


class Columns:
    """The columns of a model that are written with a new row, for statements of our own that write several at once."""

    def __init__(self, model: type[Model], *, but: Sequence[str] = ()) -> None:
        fields: list[Field[Any, Any]] = [one for one in model._meta.concrete_fields if not one.primary_key]
        self.fields = [one for one in fields if one.attname not in but]
        self.names = ", ".join(f'"{one.column}"' for one in self.fields)
        self.marks = ", ".join(["%s"] * len(self.fields))

    @cached_property
    def arrays(self) -> str:
        """The columns of many rows as arrays, in the order of ``names``; for ``unnest``."""
        types = (str(one.rel_db_type(connection)).partition("(")[0] for one in self.fields)
        return ", ".join(f"%s::{one}[]" for one in types)

    def values(self, row: Model) -> list[Any]:
        """What ``marks`` stand for."""
        return [_value(one, row) for one in self.fields]

    def lists(self, rows: Sequence[Model]) -> list[list[Any]]:
        """What ``arrays`` stand for."""
        return [[_value(one, row) for row in rows] for one in self.fields]


def _value(field: "Field[Any, Any]", row: Model) -> Any:
    return field.get_db_prep_save(getattr(row, field.attname), connection)


@contextmanager
def plans_kept() -> Iterator[None]:
    """Let PostgreSQL keep the plans of all statements in here, those of models too: planning is half of a short one.

    Only for services that ask the same few questions by keys, again and again: such a plan is the same for all values, so
    that it uses no index of a part of a table and knows nothing of rare values (tests/core/checkout/test_plans.py looks at
    each statement of a purchase). Plugins are called outside of it. Works as a decorator, and within itself.
    """
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    with _cursors(ServerBindingCursor):
        yield


@contextmanager
def plans_made_anew() -> Iterator[None]:
    """Within ``plans_kept``, let statements that nobody here knows be planned for their values, as they are elsewhere."""
    with _cursors(Cursor) if connection.connection else nullcontext():
        yield


@contextmanager
def _cursors(kind: type[Cursor] | type[ServerBindingCursor]) -> Iterator[None]:
    """Let the connection have cursors of a kind; one that is opened meanwhile, after a loss, is like any other."""
    bare = connection.connection
    before, bare.cursor_factory, bare.prepared_max = bare.cursor_factory, kind, KEPT_PLANS
    try:
        yield
    finally:
        bare.cursor_factory = before
