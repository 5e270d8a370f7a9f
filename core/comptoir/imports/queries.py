"""Reads the catalogue back into neutral products, for exports: a batch at a time, in a dozen statements each."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from oscar.apps.catalogue.models import ProductAttributeValue, ProductCategory
from wagtail.models import Locale

from comptoir.catalogue.models import Category, Product, ProductAttribute, ProductImage
from comptoir.channels.models import Location
from comptoir.content.models import ProductContent
from comptoir.content.pictures import picture_url
from comptoir.imports.grouping import tags_from
from comptoir.imports.models import ImportedPicture
from comptoir.imports.rows import ImportedImage, ImportedProduct, ImportedVariant
from comptoir.imports.texts import first_text
from comptoir.imports.vocabulary import TAGS, label_of
from comptoir.pricing.models import Price
from comptoir.stock.models import Level

BATCH = 200
LARGEST_PICTURE = "max-2000x2000|format-jpeg"
#: The option of variants that differ in nothing the shop knows of.
ANONYMOUS_OPTION = "Variant"


def exportable_count(locale: Locale) -> int:
    """How many products have a published text in a language."""
    return ProductContent.objects.filter(locale=locale, live=True).count()


def exported_products(
    *, locale: Locale, currency: str, location: Location | None = None
) -> Iterator[ImportedProduct]:
    """Every product with a published text in a language, as an import would read it; drafts are not given out.

    Prices in one currency; quantities of one location, or none. One batch is in memory at a time.
    """
    last = 0
    while True:
        texts = ProductContent.objects.filter(locale=locale, live=True, product__gt=last).order_by(
            "product_id"
        )
        contents = {text.product_id: text for text in texts.select_related("product__product_class")[:BATCH]}
        if not contents:
            return
        last = max(contents)
        goods = _load(contents, currency, location)
        for content in contents.values():
            if variants := goods.variants[content.product_id]:
                yield _product(content, variants, goods)


@dataclass
class _Goods:
    variants: dict[int, list[Product]] = field(default_factory=lambda: defaultdict(list))
    values: dict[int, list[ProductAttributeValue]] = field(default_factory=lambda: defaultdict(list))
    prices: dict[int, Price] = field(default_factory=dict)
    quantities: dict[int, int] = field(default_factory=dict)
    categories: dict[int, list[tuple[str, ...]]] = field(default_factory=lambda: defaultdict(list))
    addresses: dict[int, list[ImportedPicture]] = field(default_factory=lambda: defaultdict(list))
    images: dict[int, list[ProductImage]] = field(default_factory=lambda: defaultdict(list))


def _load(contents: dict[int, ProductContent], currency: str, location: Location | None) -> _Goods:
    goods = _Goods()
    for content in contents.values():
        if content.product.structure == Product.STANDALONE:
            goods.variants[content.product_id].append(content.product)
    for child in Product.objects.filter(parent__in=contents).order_by("pk"):
        goods.variants[child.parent_id].append(child)
    owners = {*contents, *(row.pk for rows in goods.variants.values() for row in rows)}
    values = ProductAttributeValue.objects.filter(product__in=owners).select_related(
        "attribute", "value_option"
    )
    for value in values:
        goods.values[value.product_id].append(value)
    goods.prices = {
        row.variant_id: row for row in Price.objects.filter(variant__in=owners, currency=currency)
    }
    if location:
        levels = Level.objects.filter(location=location, variant__in=owners)
        goods.quantities = dict(levels.values_list("variant_id", "on_hand"))
    names = _category_names()
    for link in ProductCategory.objects.filter(product__in=contents):
        goods.categories[link.product_id].append(names[link.category_id])
    for address in ImportedPicture.objects.filter(product__in=owners):
        goods.addresses[address.product_id].append(address)
    images = ProductImage.objects.filter(product__in=owners).select_related("image")
    for image in images.order_by("display_order", "pk"):
        goods.images[image.product_id].append(image)
    return goods


def _category_names() -> dict[int, tuple[str, ...]]:
    """The names of each category from the root."""
    rows = {row.path: row for row in Category.objects.all()}
    step = Category.steplen
    return {
        row.pk: tuple(rows[path[:end]].name for end in range(step, len(path) + 1, step))
        for path, row in rows.items()
    }


def _product(content: ProductContent, variants: list[Product], goods: _Goods) -> ImportedProduct:
    product = content.product
    options = _options(product, variants, goods)
    texts = {
        value.attribute.code: label
        for value in goods.values[product.pk]
        if not value.attribute.is_option and (label := label_of(value))
    }
    return ImportedProduct(
        handle=product.handle or "",
        title=content.title,
        description_html=first_text(list(content.body.raw_data)),
        summary=content.summary,
        vendor=product.vendor,
        product_class=product.product_class.name if product.product_class else "",
        categories=tuple(sorted(goods.categories[product.pk])),
        tags=tags_from(texts.pop(TAGS, "")),
        is_public=product.is_public,
        seo_title=content.seo_title,
        seo_description=content.seo_description,
        options=tuple(attribute.name for attribute in options) or _anonymous(product),
        attributes=dict(sorted(texts.items())),
        variants=tuple(_variant(variant, product, options, goods) for variant in variants),
        images=tuple(_images(product, goods)),
    )


def _options(product: Product, variants: list[Product], goods: _Goods) -> list[ProductAttribute]:
    """The properties that the variants of a product differ in, in their order."""
    if product.structure == Product.STANDALONE:
        return []
    values = [
        value for variant in variants for value in goods.values[variant.pk] if value.attribute.is_option
    ]
    unique = {value.attribute_id: value.attribute for value in values}
    return sorted(unique.values(), key=lambda attribute: (attribute.position, attribute.code))


def _anonymous(product: Product) -> tuple[str, ...]:
    return () if product.structure == Product.STANDALONE else (ANONYMOUS_OPTION,)


def _variant(
    variant: Product, product: Product, options: list[ProductAttribute], goods: _Goods
) -> ImportedVariant:
    price = goods.prices.get(variant.pk)
    labels = {value.attribute_id: label_of(value) for value in goods.values[variant.pk]}
    values = tuple(labels.get(attribute.pk) or variant.sku or "" for attribute in options)
    shown = [row.url for row in goods.addresses[variant.pk] if row.is_variant]
    return ImportedVariant(
        sku=variant.sku or "",
        gtin=variant.gtin or "",
        option_values=values or ((variant.sku or "",) if _anonymous(product) else ()),
        price=price.money.rounded().amount if price else None,
        currency=price.currency if price else None,
        compare_at=price.compare_at.quantize(price.money.rounded().amount)
        if price and price.compare_at
        else None,
        weight_g=variant.weight_g,
        quantity=goods.quantities.get(variant.pk),
        image_url=shown[0] if shown else "",
    )


def _images(product: Product, goods: _Goods) -> Iterator[ImportedImage]:
    """The addresses that files gave, then the pictures of the library that came otherwise."""
    rows = [row for row in goods.addresses[product.pk] if not row.is_variant]
    for row in rows:
        yield ImportedImage(url=row.url, alt=row.alt, position=row.position)
    fetched = {row.picture_id for row in rows}
    own = [image.image for image in goods.images[product.pk] if image.image_id not in fetched]
    last = max((row.position for row in rows), default=0)
    for place, picture in enumerate(own, start=last + 1):
        url = picture_url(picture, LARGEST_PICTURE)
        yield ImportedImage(url=url, alt=picture.description, position=place)
