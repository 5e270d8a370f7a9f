"""What a search knows of a product: read out of its published document, the same for every engine."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from comptoir.publishing.models import Document
from comptoir.search.words import compact, compounds, indexed_words

#: The code under which categories stand among the facets.
CATEGORY = "category"
CODES_MAX, TEXT_MAX = 300, 20_000
#: To be raised when entries keep something else than before: workers then make all of them again.
VERSION = 2
TAG = re.compile(r"<[^>]*>")

#: Parts of blocks that nobody reads.
UNREAD = {"picture", "pictures", "url", "type", "id", "sources", "swatch", "slug", "handle", "sku"}


@dataclass(frozen=True)
class FacetValue:
    """A value that lists can be limited to, named in the entry's language."""

    code: str
    value: str
    name: str
    label: str
    swatch: str = ""


@dataclass(frozen=True)
class Entry:
    """One product on one channel in one language. Words are ready to be stored; ``codes`` are SKUs and GTINs, compact.

    ``options`` are what each variant alone has: pairs of code and value, as ``facets`` have them, a tuple a variant.
    """

    document: Document
    title: str
    shelf: str
    properties: str
    text: str
    codes: tuple[str, ...]
    facets: tuple[FacetValue, ...]
    options: tuple[tuple[tuple[str, str], ...], ...] = ()
    vocabulary: dict[str, str] = field(default_factory=dict)


def entry_of(document: Document) -> Entry:
    """The entry of a product's document."""
    product = orjson.loads(document.body)
    categories = [step["name"] for one in product["categories"] for step in one["path"]]
    shelf = [product["brand"], *categories]
    labels = [value["label"] for one in _described(product) for value in one["values"]]
    codes = [code for one in product["variants"] for code in (one["sku"], one["gtin"]) if code][:CODES_MAX]
    names = [one["name"] for one in _described(product)]
    seo = product["seo"]
    text = [
        product["summary"],
        seo["title"],
        seo["description"],
        product["class"],
        *names,
        *_said(product["body"]),
    ]
    return Entry(
        document=document,
        title=indexed_words(product["title"]),
        shelf=indexed_words(" . ".join(dict.fromkeys(shelf))),
        properties=indexed_words(" . ".join(dict.fromkeys(labels))),
        text=indexed_words(" . ".join([*codes, *text])[:TEXT_MAX]),
        codes=tuple(dict.fromkeys(compact(code)[:64] for code in codes)),
        facets=tuple(_facets(document, product)),
        options=tuple(tuple(one["options"].items()) for one in product["variants"]),
        vocabulary=_vocabulary([product["title"], *shelf, *labels]),
    )


def _described(product: dict[str, Any]) -> list[dict[str, Any]]:
    """Attributes and options: what a product is said to be."""
    return [*product["options"], *product["attributes"]]


def _facets(document: Document, product: dict[str, Any]) -> Iterator[FacetValue]:
    """What the document says it can be limited to, with the names customers read."""
    named = {
        (one["code"], value["code"]): FacetValue(
            one["code"], value["code"], one["name"], value["label"], value.get("swatch", "")
        )
        for one in reversed(_described(product))
        for value in one["values"]
    }
    for pair in document.facets:
        code, _, value = pair.partition(":")
        if code != CATEGORY:
            yield named.get((code, value)) or FacetValue(code, value, code, value)
    shelves = {step["slug"]: step["name"] for one in product["categories"] for step in one["path"]}
    for slug, name in shelves.items():
        yield FacetValue(CATEGORY, slug, "", name)


def _vocabulary(texts: list[str]) -> dict[str, str]:
    """Words without accents, with how they are written. Numbers are no words: 38 is no misspelt 36."""
    found: dict[str, str] = {}
    for text in texts:
        for written in re.findall(r"[^\W\d_]{3,64}", text):
            for parts in compounds(written):
                found.setdefault("".join(parts)[:64], written.lower())
    return found


def _said(value: Any) -> Iterator[str]:
    """Every sentence in a block, however deep."""
    if isinstance(value, str):
        yield TAG.sub(" ", value)
    elif isinstance(value, list):
        for one in value:
            yield from _said(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            if name not in UNREAD:
                yield from _said(one)
