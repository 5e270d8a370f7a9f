"""A search as engines understand it: terms with their alternatives, filters, an order, a page; and what is found."""

from dataclasses import dataclass, field
from decimal import Decimal

from comptoir.search.entries import CATEGORY, FacetValue
from comptoir.search.rules import Rules

#: What can be had is counted so far: to look at the live stock of all there is takes longer than to find it. Who asks for
#: what is in stock only is told exactly.
IN_STOCK_MOST = 1_000

#: How results can be sorted.
SORTS = ("relevance", "featured", "newest", "price", "-price", "title")


def storable(text: str) -> str:
    """A text as a database may have it: none has NUL."""
    return text.replace("\0", "\ufffd")


@dataclass(frozen=True)
class Filters:
    """What results are limited to.

    ``attributes`` are ``code:value`` pairs: values of one attribute are alternatives, different attributes all hold.
    ``categories`` are slugs, alternatives too. ``within`` is the slug of a category that one is in already: what is outside
    is not counted either, which costs less. Units: prices in whole units of the channel's currency.
    """

    categories: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    in_stock: bool = False
    within: str = ""

    @property
    def names_variants(self) -> bool:
        """Whether something is chosen that variants may differ in: one of them has to be all of it."""
        return bool(self.attributes)

    @property
    def by_code(self) -> dict[str, list[str]]:
        """The chosen values by facet."""
        groups: dict[str, list[str]] = {}
        for pair in (*(f"{CATEGORY}:{slug}" for slug in self.categories), *self.attributes):
            code, _, value = storable(pair).partition(":")
            groups.setdefault(code, []).append(value)
        return groups


@dataclass(frozen=True)
class Alternative:
    """Words that all have to be there, or one that only begins a word; ``factor`` is what it counts for, up to 1."""

    words: tuple[str, ...]
    factor: float = 1.0
    is_beginning: bool = False


@dataclass(frozen=True)
class Term:
    """One thing that was asked for: any of its alternatives will do. ``rarity`` is how much it tells about a product.

    Without alternatives it is something that no product has.
    """

    alternatives: tuple[Alternative, ...]
    rarity: float = 1.0


@dataclass(frozen=True)
class Question:
    """All that an engine is asked. ``code`` is the whole text as a SKU or GTIN; without terms everything fits."""

    terms: tuple[Term, ...] = ()
    code: str = ""
    title: str = ""
    is_anything: bool = False
    filters: Filters = Filters()
    rules: Rules = field(default_factory=Rules)
    sort: str = "featured"
    offset: int = 0
    limit: int = 24
    with_facets: bool = True


@dataclass(frozen=True)
class Known:
    """What an engine knows of a word: how many products have it (up to a bound).

    Of a word that was typed and that none has: which words are ``near``, each with how it is written and how many products
    have it, and whether it ``begins`` a word of theirs.
    """

    products: int = 0
    is_noise: bool = False
    near: tuple[tuple[str, str, int], ...] = ()
    begins: bool = False


@dataclass(frozen=True)
class Found:
    """What an engine found: documents of one page in order, how many in all, and counts.

    ``is_relaxed`` says that no product has everything, and that these have part of it. ``matching`` is how many fit the
    text before filters. ``in_stock`` is counted up to ``IN_STOCK_MOST``, and then one more if there are more.
    """

    document_ids: list[int] = field(default_factory=list)
    total: int = 0
    matching: int = 0
    is_relaxed: bool = False
    facets: list[tuple[FacetValue, int]] = field(default_factory=list)
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    in_stock: int = 0
