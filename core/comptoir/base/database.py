"""Where the truth is kept: PostgreSQL, our embedded one or another server by address."""

from pathlib import Path
from typing import Any

import dj_database_url

from comptoir.base.postgres import Cluster

DATABASE = "comptoir"

#: The JIT compiler costs more than our short statements (notes on booking, 3.1). Statements whose plan is kept (by
#: ``base.statements``, from the sixth time on) have one plan for all values; a PgBouncer before 1.21 cannot keep any:
#: ``prepare_threshold`` is ``None`` then.
OPTIONS: dict[str, Any] = {
    "options": "-c jit=off -c plan_cache_mode=force_generic_plan",
    "prepare_threshold": 5,
}


def database_settings(*, home: Path, url: str = "") -> dict[str, Any]:
    """Django's settings for the shop's database.

    ``url`` such as ``postgres://user:secret@host/name`` names another server; without it the embedded one is used.
    """
    if url:
        found = dj_database_url.parse(url, conn_max_age=600, conn_health_checks=True)
        return {**found, "OPTIONS": {**found.get("OPTIONS", {}), **OPTIONS}}
    embedded = Cluster(home=home).dsn(DATABASE)
    return {**embedded, "CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True, "OPTIONS": OPTIONS}
