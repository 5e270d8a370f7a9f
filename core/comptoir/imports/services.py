"""What imports a catalogue file: from the command line, and from the back office by way of an ``ImportRun``."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _
from wagtail.models import Locale

from comptoir.base.errors import InvalidValue
from comptoir.channels.models import Location
from comptoir.imports.formats import FORMATS
from comptoir.imports.outcome import Outcome
from comptoir.imports.pictures import Folder
from comptoir.imports.reading import read_catalogue
from comptoir.imports.rows import RowProblem
from comptoir.imports.storing import Batch, ImportSettings, store_batch

#: Tries of a batch when somebody else takes a SKU or a slug at the same moment; the next try sees who has it.
TRIES = 3

Progress = Callable[[int, Outcome], object]


class Policy(StrEnum):
    """What a file with bad rows comes to: nothing is stored, its good products are, or it is a dry run anyway."""

    ALL = "all"
    GOOD = "good"
    NONE = "none"


class UnknownLanguage(InvalidValue):
    """The shop has no texts in this language."""

    code = "unknown_language"
    sentence = _("“{value}” is not a language of the shop; the back office adds one under Settings, Locales.")


class UnknownLocation(InvalidValue):
    """The shop has no such location."""

    code = "unknown_location"
    sentence = _("“{value}” is not the code of a location of the shop.")


def import_settings(
    *, format: str, locale: str, currency: str = "EUR", encoding: str = "utf-8", location: str = "",
    is_draft: bool = False, user_id: int | None = None, document: str = "",
) -> ImportSettings:  # fmt: skip
    """Put together how a file is to be read and stored.

    Errors: ``UnknownLanguage``, ``UnknownLocation``, ``InvalidValue`` for a format or a currency that is none.
    """
    if format not in FORMATS:
        raise InvalidValue(field="format", value=format)
    if len(currency) != 3 or not (currency.isascii() and currency.isalpha() and currency.isupper()):
        raise InvalidValue(field="currency", value=currency)
    language = Locale.objects.filter(language_code=locale).first()
    if language is None:
        raise UnknownLanguage(field="locale", value=locale)
    place = Location.objects.filter(code=location).first() if location else None
    if location and place is None:
        raise UnknownLocation(field="location", value=location)
    return ImportSettings(
        format=format, locale=language, currency=currency, encoding=encoding, location=place, is_draft=is_draft,
        user_id=user_id, document=document,
    )  # fmt: skip


def import_products(
    path: Path | str,
    *,
    settings: ImportSettings,
    policy: Policy = Policy.ALL,
    pictures: Folder | None = None,
    progress: Progress = lambda done, outcome: None,
) -> Outcome:
    """Bring the products of a file into the shop, a batch to a transaction; a second time changes nothing.

    With ``Policy.ALL`` the whole file is tried first, and nothing is stored if one row is bad. ``progress`` is called
    with the bytes read and what came of them so far. Interrupted by Ctrl-C, the batches stored so far stay.
    Errors: ``OSError`` if the file cannot be read. Bad rows are in the outcome.
    """
    if policy is not Policy.GOOD:
        trial = _run(path, settings, keep=False, pictures=None, progress=progress)
        if policy is Policy.NONE or trial.problems or trial.is_interrupted:
            return trial
    return _run(path, settings, keep=True, pictures=pictures, progress=progress)


def _run(
    path: Path | str, settings: ImportSettings, *, keep: bool, pictures: Folder | None, progress: Progress
) -> Outcome:
    outcome = Outcome(is_stored=keep)
    read = _Read()
    try:
        for batch in _batches(path, settings, outcome, read):
            _store(batch, settings, outcome, keep=keep)
            if pictures:
                pictures.give(batch.products, outcome)
            progress(read.bytes, outcome)
    except KeyboardInterrupt:
        outcome.is_interrupted = True
    outcome.problems.sort(key=lambda problem: problem.line)
    return outcome


class _Read:
    """How far the file is read."""

    bytes = 0

    def __call__(self, offset: int) -> None:
        self.bytes = offset


def _batches(path: Path | str, settings: ImportSettings, outcome: Outcome, read: _Read) -> Iterator[Batch]:
    batch = Batch()
    for one in read_catalogue(
        path, format=settings.format, currency=settings.currency, encoding=settings.encoding, progress=read
    ):
        if isinstance(one, RowProblem):
            outcome.problems.append(one)
            continue
        batch.take(one)
        if batch.is_full:
            yield batch
            batch = Batch()
    if batch.products or batch.prices:
        yield batch


def _store(batch: Batch, settings: ImportSettings, outcome: Outcome, *, keep: bool) -> None:
    """Store a batch; what an attempt that failed had noted is forgotten."""
    for attempt in range(1, TRIES + 1):
        attempted = outcome.trial()
        try:
            store_batch(batch, settings, attempted, keep=keep)
        except IntegrityError:
            if attempt == TRIES:
                raise
        else:
            outcome.take(attempted)
            return
