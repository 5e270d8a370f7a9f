"""Which engine the shop searches with."""

from comptoir.search.engines import Engine
from comptoir.search.engines.postgres import PostgresEngine

_ENGINE = PostgresEngine()


def engine() -> Engine:
    """The engine of this shop; PostgreSQL until there is another."""
    return _ENGINE
