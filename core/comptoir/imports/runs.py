"""Imports of the back office: a file is uploaded, checked, confirmed and carried out, each in the background."""

import dataclasses
import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import connection

from comptoir.base import clock
from comptoir.base.errors import ComptoirError
from comptoir.imports.models import ImportRun
from comptoir.imports.outcome import Outcome
from comptoir.imports.reading import read_catalogue
from comptoir.imports.rows import ImportedProduct, RowProblem
from comptoir.imports.services import Policy, import_products, import_settings
from comptoir.imports.storing import ImportSettings

logger = logging.getLogger("comptoir.imports")

LOCK_SPACE = 0x496D52
SAMPLE = 20
#: A file that is bad from end to end need not fill the database with the proof of it.
KEPT_PROBLEMS = 5_000

State = ImportRun.State


def check_file(run_id: int) -> None:
    """Find out what importing an uploaded file would do: what is wrong in it, and how much would be new."""
    with _only_here(run_id) as run:
        if run is None or run.state != State.CHECKING:
            return
        with _failures_shown(run), _opened(run) as path:
            settings = _settings(run)
            outcome = import_products(path, settings=settings, policy=Policy.NONE, progress=_Shown(run))
            run.sample = [_row(product) for product in _first_products(path, settings)]
            _note(run, outcome)
            run.state = State.CHECKED
            run.save()


def carry_out(run_id: int) -> None:
    """Import a confirmed file; a second time, after a worker was killed, what is there already does not change."""
    with _only_here(run_id) as run:
        if run is None or run.state not in (State.QUEUED, State.RUNNING):
            return
        ImportRun.objects.filter(pk=run.pk).update(state=State.RUNNING, started_at=clock.now())
        run.refresh_from_db()
        with _failures_shown(run), _opened(run) as path:
            outcome = import_products(
                path, settings=_settings(run), policy=Policy(run.policy), progress=_Shown(run)
            )
            _note(run, outcome)
            run.counts["is_stored"] = outcome.is_stored
            _end(run, State.DONE)


def confirm(run: ImportRun, *, policy: str) -> bool:
    """Let a checked file be imported; says no if somebody did so before."""
    checked = ImportRun.objects.filter(pk=run.pk, state=State.CHECKED)
    return bool(checked.update(state=State.QUEUED, policy=policy, bytes_read=0))


def cancel(run: ImportRun) -> bool:
    """Forget an uploaded file that was not confirmed."""
    checked = ImportRun.objects.filter(pk=run.pk, state=State.CHECKED)
    return bool(checked.update(state=State.CANCELLED, content=b"", finished_at=clock.now()))


class _Shown:
    """Writes down how far a run is, for the page that people watch."""

    def __init__(self, run: ImportRun) -> None:
        self._run = run

    def __call__(self, done: int, outcome: Outcome) -> None:
        ImportRun.objects.filter(pk=self._run.pk).update(bytes_read=done)
        self._run.bytes_read = done


@contextmanager
def _only_here(run_id: int) -> Iterator[ImportRun | None]:
    """The run, if no other worker is at it: the lock goes with the connection, so a killed worker leaves none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_SPACE, run_id])
        is_ours = cursor.fetchone()[0]
    try:
        yield ImportRun.objects.filter(pk=run_id).first() if is_ours else None
    finally:
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_SPACE, run_id])


@contextmanager
def _opened(run: ImportRun) -> Iterator[Path]:
    """The uploaded file as a file."""
    with tempfile.TemporaryDirectory(prefix="comptoir-import-") as folder:
        path = Path(folder, "catalogue.csv")
        path.write_bytes(bytes(run.content))
        yield path


@contextmanager
def _failures_shown(run: ImportRun) -> Iterator[None]:
    """A run that cannot go on says so on its page instead of waiting for ever."""
    try:
        yield
    except ComptoirError as error:
        run.counts = {"error": str(error)}
        _end(run, State.FAILED)
    except Exception:
        logger.exception("import %s failed", run.pk)
        _end(run, State.FAILED)


def _end(run: ImportRun, state: ImportRun.State) -> None:
    run.state, run.content, run.finished_at = state, b"", clock.now()
    run.save()


def _settings(run: ImportRun) -> ImportSettings:
    return import_settings(
        format=run.format,
        locale=run.locale,
        currency=run.currency,
        encoding=run.encoding,
        location=run.location.code if run.location else "",
        is_draft=run.is_draft,
        user_id=run.started_by_id,
        document=f"import {run.name}"[:120],
    )


def _note(run: ImportRun, outcome: Outcome) -> None:
    run.counts = outcome.counts()
    run.problems = [_problem(problem) for problem in outcome.problems[:KEPT_PROBLEMS]]


def _problem(problem: RowProblem) -> dict[str, Any]:
    fields = dataclasses.fields(problem)
    return {field.name: getattr(problem, field.name) for field in fields if field.name != "message"}


def _first_products(path: Path, settings: ImportSettings) -> Iterator[ImportedProduct]:
    rows = read_catalogue(
        path, format=settings.format, currency=settings.currency, encoding=settings.encoding
    )
    return islice((row for row in rows if isinstance(row, ImportedProduct)), SAMPLE)


def _row(product: ImportedProduct) -> dict[str, Any]:
    """A product in one row of the preview."""
    prices = sorted({variant.price for variant in product.variants if variant.price is not None})
    currencies = {variant.currency for variant in product.variants if variant.currency}
    return {
        "line": product.line,
        "handle": product.handle,
        "title": product.title,
        "type": product.product_class,
        "categories": [" > ".join(path) for path in product.categories],
        "options": list(product.options),
        "variants": len(product.variants),
        "prices": [str(price) for price in {prices[0]: 1, prices[-1]: 1}] if prices else [],
        "currencies": sorted(currencies),
        "pictures": len(product.images),
    }
