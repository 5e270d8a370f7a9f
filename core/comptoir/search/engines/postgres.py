"""The first engine: PostgreSQL's text search for words, trigrams for typos, one statement for results and counts."""

from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from typing import Any

import orjson
from django.contrib.postgres.search import SearchVector
from django.db import connection
from django.db.models import Func, TextField, Value

from comptoir.base.statements import fetch_raw
from comptoir.channels.queries import ChannelContext
from comptoir.publishing.models import Document
from comptoir.search.engines.statements import find_statement
from comptoir.search.engines.values import lexical, values_of
from comptoir.search.engines.vocabulary import NEAR, UNUSED_FACETS, UNUSED_WORDS, complete_statement
from comptoir.search.entries import VERSION, Entry, FacetValue
from comptoir.search.models import Facet, PostgresEntry, Word
from comptoir.search.questions import Found, Known, Question, Term

#: How PostgreSQL stems a language. Others are searched word by word.
CONFIGURATIONS = {
    "ar": "arabic", "da": "danish", "de": "german", "en": "english", "es": "spanish", "fi": "finnish",
    "fr": "french", "it": "italian", "nl": "dutch", "no": "norwegian", "pt": "portuguese", "sv": "swedish",
}  # fmt: skip

COLUMNS = [
    field.name
    for field in PostgresEntry._meta.fields
    if field.name not in ("document", "channel", "locale", "item_id")
]


def configuration(locale: str) -> str:
    return CONFIGURATIONS.get(locale.partition("-")[0], "simple")


class PostgresEngine:
    """Keeps entries beside the documents, in the same database: what is withdrawn is gone in the same transaction."""

    def keep(self, entries: Iterable[Entry]) -> None:
        """Put entries in, in the place of what was there for the same documents."""
        entries = list(entries)
        ids = _facet_ids(entries)
        PostgresEntry.objects.bulk_create(
            [_row(entry, ids) for entry in entries],
            batch_size=200,
            update_conflicts=True,
            update_fields=COLUMNS,
            unique_fields=["document"],
        )
        found = {
            (entry.document.channel_id, entry.document.locale, word): shown
            for entry in entries
            for word, shown in entry.vocabulary.items()
        }
        rows = [
            Word(channel_id=channel_id, locale=locale, word=word, shown=shown)
            for (channel_id, locale, word), shown in sorted(found.items())
        ]
        Word.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)

    def tidy(self) -> None:
        """Forget the words and facet values that no entry has any more."""
        with connection.cursor() as cursor:
            cursor.execute(UNUSED_FACETS)
            for locale in Word.objects.values_list("locale", flat=True).distinct():
                cursor.execute(UNUSED_WORDS, {"locale": locale, "configuration": configuration(locale)})

    def missing(self, limit: int) -> list[int]:
        """Products that have documents without an entry, or with one of before an update."""
        rows = Document.objects.filter(kind="product").exclude(search_entry__version=VERSION)
        return list(rows.order_by("item_id").values_list("item_id", flat=True).distinct()[:limit])

    def known(
        self, channel: ChannelContext, locale: str, words: list[str], typed: Collection[str]
    ) -> dict[str, Known]:
        """How many products have each word, and for those typed that none has which are near; one statement."""
        values = {
            **values_of(channel, locale, configuration(locale)),
            "words": words,
            "lexical": [lexical(word) for word in words],
            "typed": [word in typed for word in words],
        }
        return {
            word.decode(): Known(
                products, is_noise, tuple(tuple(one) for one in orjson.loads(near or b"[]")), begins
            )
            for word, products, is_noise, near, begins in fetch_raw(NEAR, values, keep_plan=False)
        }

    def complete(
        self, channel: ChannelContext, locale: str, beginning: str, terms: tuple[Term, ...], limit: int
    ) -> list[str]:
        """Words as they are written that begin so and go with the terms; one statement."""
        statement, values = complete_statement(
            channel, locale, configuration(locale), beginning, terms, limit
        )
        return [shown for (shown,) in fetch_raw(statement, values, keep_plan=False)]

    def find(self, channel: ChannelContext, locale: str, question: Question) -> Found:
        """The products that fit, in order, with their counts; one statement."""
        statement, values = find_statement(channel, locale, configuration(locale), question)
        ((answer,),) = fetch_raw(statement, values, keep_plan=False)
        found = orjson.loads(answer)
        low, high = found["prices"]
        return Found(
            document_ids=found["ids"] or [],
            total=found["total"],
            matching=found["matching"],
            is_relaxed=found["relaxed"],
            facets=[(FacetValue(*described), count) for *described, count in found["facets"] or []],
            price_min=None if low is None else Decimal(low),
            price_max=None if high is None else Decimal(high),
            in_stock=found["in_stock"],
        )


def _row(entry: Entry, facet_ids: dict[tuple[str, str, str], int]) -> PostgresEntry:
    document = entry.document
    return PostgresEntry(
        document=document,
        channel_id=document.channel_id,
        locale=document.locale,
        item_id=document.item_id,
        vector=_words(entry),
        heading=_heading(entry),
        title=entry.title[:500],
        title_words=entry.title.count(" ") + 1,
        codes=list(entry.codes),
        facet_ids=[facet_ids[document.locale, one.code, one.value] for one in entry.facets],
        variant_ids=document.variant_ids,
        variant_facets=_variant_facets(entry, facet_ids),
        price=document.price_key,
        rank=document.rank,
        newest=document.newest_key,
        shown_from=document.shown_from,
        shown_until=document.shown_until,
        version=VERSION,
    )


def _variant_facets(entry: Entry, facet_ids: dict[tuple[str, str, str], int]) -> list[list[int]]:
    """The options of each variant as numbers, all rows of one width."""
    locale = entry.document.locale
    rows = [[facet_ids.get((locale, *pair), 0) for pair in options] for options in entry.options]
    width = max((len(row) for row in rows), default=0) or 1
    return [row + [0] * (width - len(row)) for row in rows]


def _words(entry: Entry) -> Any:
    """All words of a product, without places."""
    every = " ".join((entry.title, entry.shelf, entry.properties, entry.text))
    return Func(SearchVector(_lexical(every), config=configuration(entry.document.locale)), function="strip")


def _heading(entry: Entry) -> Any:
    """The words that say what a product is, with their weights."""
    config = configuration(entry.document.locale)
    title, shelf, properties = (
        SearchVector(_lexical(text), config=config, weight=weight)
        for weight, text in (("A", entry.title), ("B", entry.shelf), ("C", entry.properties))
    )
    return title + shelf + properties


def _lexical(text: str) -> Value:
    return Value(lexical(text), output_field=TextField())


def _facet_ids(entries: Sequence[Entry]) -> dict[tuple[str, str, str], int]:
    """The numbers of all facet values of these entries; new ones are added, renamed ones renamed."""
    wanted = {(entry.document.locale, one.code, one.value): one for entry in entries for one in entry.facets}
    rows = Facet.objects.filter(
        locale__in={key[0] for key in wanted},
        code__in={key[1] for key in wanted},
        value__in={key[2] for key in wanted},
    )
    there = {(row.locale, row.code, row.value): row for row in rows}
    changed = [
        Facet(
            locale=key[0], code=one.code, value=one.value, name=one.name, label=one.label, swatch=one.swatch
        )
        for key, one in sorted(wanted.items())
        if key not in there or _described(there[key]) != (one.name, one.label, one.swatch)
    ]
    if changed:
        made = Facet.objects.bulk_create(
            changed,
            update_conflicts=True,
            update_fields=["name", "label", "swatch"],
            unique_fields=["locale", "code", "value"],
        )
        there |= {(row.locale, row.code, row.value): row for row in made}
    return {key: row.pk for key, row in there.items()}


def _described(row: Facet) -> tuple[str, str, str]:
    return row.name, row.label, row.swatch
