"""Keeps the index: what is published is put in, product by product or all again while people search."""

from collections.abc import Callable, Iterable, Iterator

from django.db import transaction

from comptoir.publishing.models import Document
from comptoir.publishing.services import lock_items
from comptoir.search.engines.chosen import engine
from comptoir.search.entries import entry_of
from comptoir.search.models import Synonym

Progress = Callable[[int], object]
BATCH = 200


@transaction.atomic
def index_products(ids: Iterable[int]) -> int:
    """Bring the entries of products up to date on all channels, from their documents; returns how many there are.

    Under the lock that publishing takes: of two workers the second waits, and reads what is newest.
    """
    ids = sorted(set(ids))
    lock_items("product", ids)
    documents = Document.objects.filter(kind="product", item_id__in=ids).order_by("pk")
    entries = [entry_of(document) for document in documents]
    engine().keep(entries)
    return len(entries)


def rebuild_index(*, progress: Progress = lambda done: None) -> int:
    """Build the whole index again from what is published, a batch to a transaction; searches go on meanwhile.

    Returns how many documents are in it. Words and facet values that no document has any more are forgotten.
    """
    indexed = 0
    for batch in _batches():
        indexed += index_products(batch)
        progress(len(batch))
    engine().tidy()
    return indexed


def complete_index() -> int:
    """Put in what is published and not in the index, such as everything after an update; returns how many products."""
    indexed = 0
    while ids := engine().missing(BATCH):
        index_products(ids)
        indexed += len(ids)
    return indexed


def save_synonym(*, locale: str, word: str, synonyms: str, is_two_way: bool = True) -> Synonym:
    """Let customers find something under another word, from the next search on.

    Shapes: ``synonyms`` are separated by commas. Errors: ``ValidationError`` if there is no word in them.
    """
    row = Synonym.objects.filter(locale=locale, word=word).first() or Synonym(locale=locale, word=word)
    row.synonyms, row.is_two_way = synonyms, is_two_way
    row.full_clean()
    row.save()
    return row


def published_ids() -> list[int]:
    """Every product that has a document, in order."""
    rows = Document.objects.filter(kind="product").order_by("item_id")
    return list(rows.values_list("item_id", flat=True).distinct())


def _batches() -> Iterator[list[int]]:
    ids = published_ids()
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
