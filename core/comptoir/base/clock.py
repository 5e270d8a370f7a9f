"""The only "now" of the shop. Tests and previews move it; nothing else reads the system clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_moved_to: ContextVar[datetime | None] = ContextVar("clock_moved_to", default=None)


def now() -> datetime:
    """The present moment of the shop, aware and in UTC."""
    return _moved_to.get() or datetime.now(UTC)


@contextmanager
def moved_to(moment: datetime) -> Iterator[None]:
    """Let a preview or a test live at another moment.

    Errors: ``ValueError`` if the moment has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("The moment needs a time zone.")
    token = _moved_to.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _moved_to.reset(token)
