"""Compares the goods of a file (products, variants, values, categories, prices, pictures) with the shop's."""

from collections.abc import Iterator, Mapping

from django.utils.text import slugify
from oscar.apps.catalogue.models import ProductAttributeValue, ProductCategory, ProductClass

from comptoir.catalogue.models import Product, ProductAttribute
from comptoir.conf import conf
from comptoir.imports.codes import digest
from comptoir.imports.grouping import tags_from
from comptoir.imports.models import ImportedPicture
from comptoir.imports.rows import ImportedImage, ImportedProduct, ImportedVariant
from comptoir.imports.shelf import Shelf
from comptoir.imports.vocabulary import TAGS, Vocabulary, label_of
from comptoir.imports.work import Work
from comptoir.pricing.models import Price

Pairs = list[tuple[ImportedVariant, Product]]


class GoodsPlan:
    """Finds what a batch changes in the shop's goods, and leaves it to ``Work``.

    An empty cell says nothing: what the shop has stays. Only an earlier price goes, when there is a price without one.
    """

    def __init__(self, work: Work, shelf: Shelf, vocabulary: Vocabulary) -> None:
        self._work, self._shelf, self._words = work, shelf, vocabulary
        #: Addresses of pictures whose picture is not in the library.
        self.unfetched = 0

    def plan(self, product: ImportedProduct, *, sets_title: bool, sets_public: bool) -> tuple[Product, Pairs]:
        """Compare one product; gives its row and the row of each variant."""
        kind = self._words.product_class(product)
        root = self._root(product, kind, sets_title, sets_public)
        pairs: Pairs = []
        for variant, row in matched(product, root, self._shelf, self._words):
            if row is not None and product.options and sets_title:
                self._work.put(row, root, title=_title(root, variant))
            pairs.append((variant, self._variant(product, variant, root, row, kind)))
        self._attributes(root, kind, product)
        self._categories(root, product)
        self._pictures(root, product, pairs)
        return root, pairs

    def _root(
        self, product: ImportedProduct, kind: ProductClass, sets_title: bool, sets_public: bool
    ) -> Product:
        root = self._shelf.roots.get(product.handle)
        if root is None:
            structure = Product.PARENT if product.options else Product.STANDALONE
            root = Product(
                handle=product.handle,
                slug=slugify(product.handle)[:255] or digest(product.handle),
                structure=structure,
                product_class=kind,
                title=product.title,
                vendor=product.vendor,
                is_public=product.is_public,
            )
            self._work.add(root, root)
            return root
        if root.product_class_id != kind.pk:
            self._forget_class(root)
        self._work.put(root, root, product_class_id=kind.pk, vendor=product.vendor or root.vendor)
        if sets_title:
            self._work.put(root, root, title=product.title)
        if sets_public:
            self._work.put(root, root, is_public=product.is_public)
        return root

    def _forget_class(self, root: Product) -> None:
        """A product of another type has other properties."""
        for owner in {root.pk, *(row.pk for row in self._shelf.variants[root.pk])}:
            self._work.remove(self._shelf.values.pop(owner, []), root)

    def _variant(
        self,
        product: ImportedProduct,
        variant: ImportedVariant,
        root: Product,
        row: Product | None,
        kind: ProductClass,
    ) -> Product:
        if row is None and product.options:
            row = Product(structure=Product.CHILD, parent=root, title=_title(root, variant))
            row.slug = slugify(variant.sku)[:255] or digest(variant.sku)
            self._work.add(row, root)
        row = row or root
        self._work.put(
            row,
            root,
            sku=variant.sku,
            upc=variant.gtin or row.upc,
            weight_g=row.weight_g if variant.weight_g is None else variant.weight_g,
        )
        for name, label in zip(product.options, variant.option_values, strict=True):
            self._value(row, root, self._words.option(kind, name), label)
        self._price(row, root, variant)
        return row

    def _value(self, owner: Product, root: Product, attribute: ProductAttribute, text: str) -> None:
        there = self._shelf.value(owner, attribute.pk)
        if there is not None and label_of(there) == text:
            return
        value = self._words.value(attribute, text)
        if there is None:
            self._work.add(ProductAttributeValue(product=owner, attribute=attribute, **value), root)
        else:
            self._work.put(there, root, **value)

    def _attributes(self, root: Product, kind: ProductClass, product: ImportedProduct) -> None:
        for key, text in texts_of(product).items():
            self._value(root, root, self._words.attribute(kind, key, text), text)

    def _price(self, row: Product, root: Product, variant: ImportedVariant) -> None:
        if variant.price is None or variant.currency is None:
            return
        there = self._shelf.prices.get((row.pk, variant.currency)) if row.pk else None
        if there is None:
            price = Price(
                variant=row, currency=variant.currency, amount=variant.price, compare_at=variant.compare_at
            )
            self._work.add(price, root)
        else:
            self._work.put(there, root, amount=variant.price, compare_at=variant.compare_at)

    def _categories(self, root: Product, product: ImportedProduct) -> None:
        wanted = self._words.category_ids(product)
        there = self._shelf.category_ids[root.pk] if root.pk else set()
        if not wanted or wanted == there:
            return
        for pk in sorted(wanted - there):
            self._work.add(ProductCategory(product=root, category_id=pk), root)
        if gone := there - wanted:
            self._work.remove(ProductCategory.objects.filter(product=root, category__in=gone), root)

    def _pictures(self, root: Product, product: ImportedProduct, pairs: Pairs) -> None:
        images = [image for image in product.images if not is_ours(image.url)]
        self._replace_pictures(root, root, images, is_variant=False)
        for variant, row in pairs:
            shown = (
                [ImportedImage(url=variant.image_url)]
                if variant.image_url and not is_ours(variant.image_url)
                else []
            )
            self._replace_pictures(row, root, shown, is_variant=True)

    def _replace_pictures(
        self, owner: Product, root: Product, images: list[ImportedImage], *, is_variant: bool
    ) -> None:
        rows = self._shelf.pictures[owner.pk] if owner.pk else []
        there = [row for row in rows if row.is_variant == is_variant]
        images = sorted(images, key=lambda image: image.position)
        fetched = {row.url: row for row in there}
        self.unfetched += sum(
            image.url not in fetched or not fetched[image.url].picture_id for image in images
        )
        if not images or [(row.url, row.alt, row.position) for row in there] == [
            (image.url, image.alt, image.position) for image in images
        ]:
            return
        self._work.remove(there, root)
        for image in images:
            before = fetched.get(image.url)
            row = ImportedPicture(
                product=owner,
                url=image.url,
                alt=image.alt,
                position=image.position,
                is_variant=is_variant,
                picture_id=before and before.picture_id,
                fetched_at=before and before.fetched_at,
            )
            self._work.add(row, root)


def _title(root: Product, variant: ImportedVariant) -> str:
    return f"{root.title} ({', '.join(variant.option_values)})"[:255]


def is_ours(url: str) -> bool:
    """Whether a picture's address is one of this shop's own, as the export writes them."""
    return url.startswith(f"{conf.BASE_URL}/pictures/")


def texts_of(product: ImportedProduct) -> Mapping[str, str]:
    """The properties of a product, its tags among them."""
    tags = {TAGS: ", ".join(tags_from(", ".join(product.tags)))} if product.tags else {}
    return {**{key: text for key, text in product.attributes.items() if text}, **tags}


def matched(
    product: ImportedProduct, root: Product, shelf: Shelf, words: Vocabulary
) -> Iterator[tuple[ImportedVariant, Product | None]]:
    """Each variant of the file with the shop's: by SKU, else by its options, so that a new SKU is no new variant."""
    rows = shelf.variants[root.pk] if root.pk else []
    if not product.options:
        yield product.variants[0], root if root.pk else None
        return
    by_sku = {row.sku: row for row in rows}
    taken = {variant.sku for variant in product.variants}
    attributes = [words.find(words.class_of(product), name, is_option=True) for name in product.options]
    by_options = {_labels(row, attributes, shelf): row for row in rows if row.sku not in taken}
    for variant in product.variants:
        yield variant, by_sku.get(variant.sku) or by_options.get(variant.option_values)


def _labels(row: Product, attributes: list[ProductAttribute | None], shelf: Shelf) -> tuple[str | None, ...]:
    values = [shelf.value(row, attribute.pk) if attribute else None for attribute in attributes]
    return tuple(label_of(value) if value else None for value in values)
