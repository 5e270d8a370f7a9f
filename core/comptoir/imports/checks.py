"""What speaks against storing a product that was read well: the shop's own rows, and what its tables can hold."""

from collections.abc import Iterator
from decimal import Decimal

from django.core.validators import slug_unicode_re

from comptoir.catalogue.models import Product
from comptoir.imports.codes import attribute_code
from comptoir.imports.formats import FORMATS
from comptoir.imports.goods import matched, texts_of
from comptoir.imports.rows import ImportedProduct, ImportedVariant, RowProblem, row_problem
from comptoir.imports.shelf import Shelf
from comptoir.imports.vocabulary import Vocabulary, parsed

#: What ``Price`` can hold: twelve digits, three of them after the point.
PRICE_LIMIT = Decimal(10**9)


def column_of(format: str, field: str) -> str:
    """The column of a format that becomes a neutral field, for messages; the field where there is none."""
    return next(
        (name for name, meaning in FORMATS[format].columns.items() if meaning == field), field
    ).format(1)


class Checks:
    """Looks at one product after another; ``format`` names the columns that are to blame."""

    def __init__(self, shelf: Shelf, vocabulary: Vocabulary, format: str) -> None:
        self._shelf, self._words, self._format = shelf, vocabulary, format

    def problems(self, product: ImportedProduct) -> list[RowProblem]:
        """Everything that forbids storing the product."""
        return [*self._of_product(product), *self._of_words(product), *self._of_variants(product)]

    def _problem(self, line: int, field: str, code: str, value: str = "", **facts: int) -> RowProblem:
        return row_problem(line=line, field=column_of(self._format, field), code=code, value=value, **facts)

    def _of_product(self, product: ImportedProduct) -> Iterator[RowProblem]:
        if not slug_unicode_re.match(product.handle) or len(product.handle) > 255:
            yield self._problem(product.line, "handle", "bad_handle", product.handle)
        root = self._shelf.roots.get(product.handle)
        if root is not None and (root.structure == Product.STANDALONE) == bool(product.options):
            yield self._problem(product.line, "options", "structure_changed", product.handle)

    def _of_words(self, product: ImportedProduct) -> Iterator[RowProblem]:
        """Two names that come to one property, and texts that an existing property cannot hold."""
        kind = self._words.class_of(product)
        for names, is_option in ((list(product.options), True), (list(texts_of(product)), False)):
            seen: set[object] = set()
            for name in names:
                found = self._words.find(kind, name, is_option=is_option)
                key = found.pk if found else attribute_code(name)
                if key in seen or (name in product.attributes and name == "tags" and product.tags):
                    yield self._problem(
                        product.line, "options" if is_option else "attributes", "attribute_clash", name
                    )
                seen.add(key)
        for name, text in texts_of(product).items():
            found = self._words.find(kind, name, is_option=False)
            if found is not None and not _fits(found.type, text):
                yield row_problem(line=product.line, field=name, code="attribute_value", value=text)

    def _of_variants(self, product: ImportedProduct) -> Iterator[RowProblem]:
        root = self._shelf.roots.get(product.handle) or Product(handle=product.handle)
        pairs = list(matched(product, root, self._shelf, self._words))
        ours = {row.pk for _variant, row in pairs if row is not None}
        for variant, row in pairs:
            owner = self._shelf.sku_owners.get(variant.sku)
            if owner is not None and owner.root_id != root.pk:
                yield self._problem(variant.line, "variant.sku", "sku_taken", variant.sku)
            holder = self._shelf.gtin_owners.get(variant.gtin.zfill(14)) if variant.gtin else None
            if holder is not None and holder.pk not in ours:
                yield self._problem(variant.line, "variant.gtin", "gtin_taken", variant.gtin)
            level = self._shelf.levels.get(row.pk) if row else None
            promised = level.allocated - level.backorder if level else 0
            if variant.quantity is not None and variant.quantity < promised:
                value = str(variant.quantity)
                yield self._problem(
                    variant.line, "variant.quantity", "quantity_promised", value, promised=promised
                )
            yield from self._of_price(variant)

    def _of_price(self, variant: ImportedVariant) -> Iterator[RowProblem]:
        if variant.price is None and variant.compare_at is not None:
            yield self._problem(variant.line, "variant.price", "price_missing")
        if max(variant.price or 0, variant.compare_at or 0) >= PRICE_LIMIT:
            value = str(max(variant.price or 0, variant.compare_at or 0))
            yield self._problem(variant.line, "variant.price", "number_too_large", value)


def _fits(kind: str, text: str) -> bool:
    if kind == "option":
        return len(text) <= 255
    try:
        parsed(kind, text)
    except ValueError:
        return False
    return True
