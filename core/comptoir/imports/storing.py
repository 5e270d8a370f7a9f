"""Stores one batch of products in one transaction: what differs is written, what is the same is not touched."""

from dataclasses import dataclass, field

from django.conf import settings as django_settings
from django.db import connection, transaction
from wagtail.models import Locale

from comptoir.catalogue.models import Product
from comptoir.channels.models import Location
from comptoir.events.services import record_events
from comptoir.imports.checks import Checks
from comptoir.imports.formats import FORMATS
from comptoir.imports.goods import GoodsPlan, Pairs
from comptoir.imports.indexing import index_texts
from comptoir.imports.outcome import Outcome
from comptoir.imports.prices import store_prices
from comptoir.imports.rows import ImportedPrice, ImportedProduct
from comptoir.imports.shelf import Shelf, load_shelf
from comptoir.imports.texts import TextsPlan
from comptoir.imports.vocabulary import Vocabulary
from comptoir.imports.work import Work
from comptoir.stock.services import count_stock_many

#: First number of our advisory lock: batches of two imports at once wait for each other.
LOCK_SPACE = 0x496D70
MAX_PRODUCTS = 100
MAX_VARIANTS = 2_000


@dataclass(frozen=True, kw_only=True)
class ImportSettings:
    """How a file is to be read and stored. ``location``: where its quantities are counted; without one they are not."""

    format: str
    locale: Locale
    currency: str = "EUR"
    encoding: str = "utf-8"
    location: Location | None = None
    is_draft: bool = False
    user_id: int | None = None
    document: str = ""


@dataclass
class Batch:
    """Products, and prices of products that came earlier, in the order of the file."""

    products: list[ImportedProduct] = field(default_factory=list)
    prices: list[ImportedPrice] = field(default_factory=list)
    variants: int = 0

    def take(self, one: ImportedProduct | ImportedPrice) -> None:
        if isinstance(one, ImportedPrice):
            self.prices.append(one)
        else:
            self.products.append(one)
            self.variants += len(one.variants)

    @property
    def is_full(self) -> bool:
        rows = max(self.variants, len(self.prices))
        return len(self.products) >= MAX_PRODUCTS or rows >= MAX_VARIANTS


def store_batch(batch: Batch, settings: ImportSettings, outcome: Outcome, *, keep: bool) -> None:
    """Store a batch with its events, or find out what storing it would do.

    With ``keep=False`` nothing is written but the words that others hang on, and that is rolled back.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [LOCK_SPACE])
        if batch.products:
            _store_products(batch.products, settings, outcome, keep=keep)
        store_prices(batch.prices, settings.format, outcome, keep=keep)
        transaction.set_rollback(not keep)


def _store_products(
    products: list[ImportedProduct], settings: ImportSettings, outcome: Outcome, *, keep: bool
) -> None:
    plan = _Plan(products, settings)
    accepted = _accepted(products, plan.checks, outcome)
    plan.texts.reserve_slugs(product for product in accepted if product.handle not in plan.known)
    for product in accepted:
        plan.add(product)
    changed = plan.changed
    if keep:
        plan.write()
    for product in accepted:
        status = "changed" if product.handle in changed else "unchanged"
        outcome.note(product.handle, status if product.handle in plan.known else "created")
    outcome.vanished += plan.vanished
    outcome.left += len(plan.texts.left)
    outcome.pictures += plan.unfetched


class _Plan:
    """One batch between reading and writing: what the shop has, what the file says, what differs."""

    def __init__(self, products: list[ImportedProduct], settings: ImportSettings) -> None:
        self._settings = settings
        self._shelf = load_shelf(products, settings.location)
        self._words = Vocabulary(products, self._shelf.roots)
        self._work = Work()
        self._goods = GoodsPlan(self._work, self._shelf, self._words)
        self._changed: set[str] = set()
        self._counted: list[tuple[Product, int]] = []
        self.known = set(self._shelf.roots)
        self.checks = Checks(self._shelf, self._words, settings.format)
        self.texts = TextsPlan(self._shelf, settings.locale, settings.is_draft, settings.user_id)
        self.vanished = 0

    def add(self, product: ImportedProduct) -> None:
        """Find out what one product changes."""
        root, pairs = self._goods.plan(
            product,
            sets_title=_sets_title(self._shelf, product, self._settings.locale),
            sets_public="is_public" in FORMATS[self._settings.format].columns.values(),
        )
        moved = self._moved(pairs)
        self._counted += moved
        if self.texts.plan(product, root) or moved:
            self._changed.add(product.handle)
        if root.pk:
            there = {row.pk for row in self._shelf.variants[root.pk]}
            self.vanished += len(there - {row.pk for _variant, row in pairs})

    def _moved(self, pairs: Pairs) -> list[tuple[Product, int]]:
        """The variants whose quantity differs from the shop's, where quantities are counted."""
        if self._settings.location is None:
            return []
        on_hand = {pk: level.on_hand for pk, level in self._shelf.levels.items()}
        there = ((row, variant.quantity) for variant, row in pairs if variant.quantity is not None)
        return [(row, quantity) for row, quantity in there if on_hand.get(row.pk, 0) != quantity]

    @property
    def changed(self) -> set[str]:
        """The handles of the products that are new or changed."""
        return self._changed | set(self._work.touched)

    @property
    def unfetched(self) -> int:
        """How many addresses of pictures the file has whose picture is not in the library."""
        return self._goods.unfetched

    def write(self) -> None:
        """Write everything with its events."""
        self._words.save_options()
        self._work.write()
        news = self.texts.write()
        record_events("product_changed", subject_ids=[root.pk for root in self._work.touched.values()])
        record_events("content_changed", subject_ids=news)
        if self._settings.location and self._counted:
            counted = {row.pk: quantity for row, quantity in self._counted}
            document = self._settings.document
            count_stock_many(location=self._settings.location, counted=counted, document=document)
        if ids := self.texts.changed_ids:
            transaction.on_commit(lambda: index_texts.enqueue(ids))


def _accepted(products: list[ImportedProduct], checks: Checks, outcome: Outcome) -> list[ImportedProduct]:
    accepted = []
    for product in products:
        if problems := checks.problems(product):
            outcome.problems += problems
            continue
        accepted.append(product)
        outcome.handles_by_sku.update((variant.sku, product.handle) for variant in product.variants)
    return accepted


def _sets_title(shelf: Shelf, product: ImportedProduct, locale: Locale) -> bool:
    """The name in the back office follows the title in the shop's own language, or the only one, when that changes."""
    root = shelf.roots.get(product.handle)
    if root is None:
        return True
    texts = shelf.contents[root.pk]
    if locale.pk in texts and texts[locale.pk].title == product.title:
        return False
    return locale.language_code == django_settings.LANGUAGE_CODE or set(texts) <= {locale.pk}
