"""Reads everything the documents of a batch of products need, in a dozen queries whatever the size of the batch."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from oscar.apps.catalogue.models import ProductAttributeValue, ProductCategory

from comptoir.catalogue.models import Category, Listing, Picture, Product, ProductImage
from comptoir.channels.models import Channel
from comptoir.content.blocks import blocks_json
from comptoir.content.models import ProductContent
from comptoir.publishing.items import (
    AttributeItem,
    CategoryItem,
    PictureItem,
    ProductItem,
    Value,
    VariantItem,
)
from comptoir.publishing.prices import ProductPrices, load_prices
from comptoir.reviews.queries import Rating, ratings_of


class Absence(models.TextChoices):
    """Why a product is not on a channel, whatever its texts say."""

    HIDDEN = "hidden", _("The product is hidden on every channel.")
    NOT_LISTED = "not_listed", _("Not listed on this channel.")
    NOT_CARRIED = "not_carried", _("Not in this channel’s assortment.")


@dataclass(frozen=True)
class Window:
    """From when until when something is shown; ``None`` is open. Half-open: not any more at ``until``."""

    start: datetime | None = None
    until: datetime | None = None

    def and_until(self, moment: datetime | None) -> "Window":
        ends = [end for end in (self.until, moment) if end]
        return Window(self.start, min(ends) if ends else None)

    def and_from(self, moment: datetime | None) -> "Window":
        starts = [start for start in (self.start, moment) if start]
        return Window(max(starts) if starts else None, self.until)

    def has(self, moment: datetime) -> bool:
        return (self.start is None or self.start <= moment) and (self.until is None or moment < self.until)


@dataclass
class LoadedProduct:
    """One product with its rows of every context, before a channel and a language are chosen."""

    product: Product
    categories: "CategoryTree"
    variants: list[Product] = field(default_factory=list)
    contents: dict[str, ProductContent] = field(default_factory=dict)
    pictures: dict[int, list[Picture]] = field(default_factory=lambda: defaultdict(list))
    values: dict[int, list[ProductAttributeValue]] = field(default_factory=lambda: defaultdict(list))
    prices: ProductPrices = field(default_factory=ProductPrices)
    category_ids: list[int] = field(default_factory=list)
    listings: dict[int, Listing] = field(default_factory=dict)
    rating: Rating | None = None
    _made_variants: dict[tuple[str, str, int], tuple[VariantItem, ...]] = field(default_factory=dict)

    def window_on(self, channel: Channel) -> Window | None:
        """When the product is listed on a channel; ``None`` if it is not."""
        if self.absence_on(channel):
            return None
        listing = self.listings.get(channel.pk)
        return Window(listing.starts_at, listing.ends_at) if listing else Window()

    def absence_on(self, channel: Channel) -> Absence | None:
        """Why the product is not on a channel at any time; ``None`` if it is listed there."""
        listing = self.listings.get(channel.pk)
        if not self.product.is_public:
            return Absence.HIDDEN
        if listing and not listing.is_shown:
            return Absence.NOT_LISTED
        return None if self._is_carried(channel) else Absence.NOT_CARRIED

    def _is_carried(self, channel: Channel) -> bool:
        carried = self.categories.assortments.get(channel.pk)
        return carried is None or any(
            carried & self.categories.with_ancestors(one) for one in self.category_ids
        )

    def item(self, channel: Channel, locale: str) -> ProductItem:
        """The product as one channel shows it in one language."""
        product, content = self.product, self.contents[locale]
        return ProductItem(
            id=product.pk,
            handle=product.handle or "",
            title=content.title,
            slug=content.slug,
            summary=content.summary,
            seo_title=content.seo_title or content.title,
            seo_description=content.seo_description or content.summary,
            vendor=product.vendor,
            product_class=product.product_class.slug if product.product_class else "",
            is_shipped=bool(product.product_class and product.product_class.requires_shipping),
            is_counted=bool(product.product_class and product.product_class.track_stock),
            body=blocks_json(content.body, channel_code=channel.code, locale=locale),
            categories=tuple(
                self.categories.item(one, locale)
                for one in self.category_ids
                if self.categories.is_public(one)
            ),
            attributes=self._attributes(product, locale),
            variants=self._all_variants(channel, locale),
            pictures=self._all_pictures(locale),
            slugs={code: self.contents[code].slug for code in channel.locales if code in self.contents},
            rank=product.priority or 0,
            created_at=product.date_created,
            rating=self.rating,
        )

    def _all_variants(self, channel: Channel, locale: str) -> tuple[VariantItem, ...]:
        """Made once for all channels with the same prices and language: they are most of the work of an item."""
        key = (channel.currency, locale, 0 if self.prices.are_the_same_everywhere else channel.pk)
        if key not in self._made_variants:
            self._made_variants[key] = tuple(self._variant(one, channel, locale) for one in self.variants)
        return self._made_variants[key]

    def _variant(self, variant: Product, channel: Channel, locale: str) -> VariantItem:
        tag = self.prices.tag(variant.pk, channel)
        own = self.pictures[variant.pk] if variant.pk != self.product.pk else []
        return VariantItem(
            id=variant.pk,
            sku=variant.sku or "",
            gtin=variant.gtin or None,
            attributes=self._attributes(variant, locale),
            price=tag.price,
            compare_at=tag.before,
            weight_g=variant.weight_g,
            pictures=tuple(PictureItem(picture, locale) for picture in own),
        )

    def _all_pictures(self, locale: str) -> tuple[PictureItem, ...]:
        """The product's own pictures, then those of its variants, each once."""
        ids = [self.product.pk, *(variant.pk for variant in self.variants)]
        unique = {picture.pk: picture for owner in dict.fromkeys(ids) for picture in self.pictures[owner]}
        return tuple(PictureItem(picture, locale) for picture in unique.values())

    def _attributes(self, owner: Product, locale: str) -> tuple[AttributeItem, ...]:
        rows = sorted(self.values[owner.pk], key=lambda row: (row.attribute.position, row.attribute.code))
        return tuple(
            AttributeItem(
                code=row.attribute.code,
                name=row.attribute.text("name", locale),
                values=_values(row, locale),
                is_option=row.attribute.is_option,
                is_filter=row.attribute.is_filter,
            )
            for row in rows
        )


def _values(row: ProductAttributeValue, locale: str) -> tuple[Value, ...]:
    if row.attribute.type == "option" and row.value_option:
        option = row.value_option
        return (Value(option.code_or_slug, option.text("option", locale), option.swatch),)
    text = str(row.value if row.value is not None else "")
    return (Value(slugify(text) or text, text),)


class CategoryTree:
    """All categories, read once for a batch."""

    def __init__(self, categories: Iterable[Category], assortments: Mapping[int, set[int]]) -> None:
        self.rows = {category.pk: category for category in categories}
        self.by_path = {category.path: category for category in self.rows.values()}
        self.assortments = assortments

    @classmethod
    def load(cls, channels: Iterable[Channel]) -> "CategoryTree":
        assortments: dict[int, set[int]] = {}
        for channel in channels:
            for row in channel.assortment.all():
                assortments.setdefault(channel.pk, set()).add(row.category_id)
        return cls(Category.objects.all().order_by("path"), assortments)

    @cached_property
    def _chains(self) -> dict[int, tuple[Category, ...]]:
        step = Category.steplen
        return {
            pk: tuple(self.by_path[row.path[:end]] for end in range(step, len(row.path) + 1, step))
            for pk, row in self.rows.items()
        }

    def chain(self, category_id: int) -> tuple[Category, ...]:
        """The category with those above it, the outermost first."""
        return self._chains[category_id]

    def with_ancestors(self, category_id: int) -> set[int]:
        return {category.pk for category in self.chain(category_id)}

    def is_public(self, category_id: int) -> bool:
        return all(category.is_public for category in self.chain(category_id))

    def item(self, category_id: int, locale: str) -> CategoryItem:
        *above, own = (
            CategoryItem(row.text("slug", locale), row.text("name", locale))
            for row in self.chain(category_id)
        )
        return CategoryItem(own.slug, own.name, tuple(above))


def load_products(
    ids: Iterable[int],
    *,
    channels: list[Channel],
    drafts: Mapping[tuple[int, str], ProductContent] | None = None,
) -> list[LoadedProduct]:
    """Everything of the given products, in order of their id; ids that are no products are left out.

    ``drafts`` by (product id, locale) stand in for the published texts: for previews.
    """
    tree = CategoryTree.load(channels)
    rows = Product.objects.offered().filter(pk__in=list(ids)).select_related("product_class").order_by("pk")
    loaded = {product.pk: LoadedProduct(product, tree) for product in rows}
    owner = _load_variants(loaded)
    _load_contents(loaded, drafts or {})
    images = (
        ProductImage.objects.filter(product__in=owner).select_related("image").order_by("display_order", "pk")
    )
    for image in images:
        loaded[owner[image.product_id]].pictures[image.product_id].append(image.image)
    # Prefetched, not joined: many values share few attributes and options, which are then made once.
    values = ProductAttributeValue.objects.filter(product__in=owner).prefetch_related(
        "attribute", "value_option"
    )
    for value in values.order_by("pk"):
        loaded[owner[value.product_id]].values[value.product_id].append(value)
    for pk, prices in load_prices(owner).items():
        loaded[pk].prices = prices
    for link in ProductCategory.objects.filter(product__in=loaded).order_by("category__path"):
        loaded[link.product_id].category_ids.append(link.category_id)
    for listing in Listing.objects.of(list(loaded), [channel.pk for channel in channels]):
        loaded[listing.product_id].listings[listing.channel_id] = listing
    for pk, rating in ratings_of(loaded).items():
        loaded[pk].rating = rating
    return list(loaded.values())


def _load_variants(loaded: dict[int, LoadedProduct]) -> dict[int, int]:
    """Hang the variants below their products; returns the product each row belongs to."""
    owner = {pk: pk for pk in loaded}
    for one in loaded.values():
        if one.product.structure == Product.STANDALONE:
            one.variants.append(one.product)
    for child in Product.objects.filter(parent__in=loaded, is_public=True).order_by("pk"):
        owner[child.pk] = child.parent_id
        loaded[child.parent_id].variants.append(child)
    return owner


def _load_contents(
    loaded: dict[int, LoadedProduct], drafts: Mapping[tuple[int, str], ProductContent]
) -> None:
    live = ProductContent.objects.filter(product__in=loaded, live=True).select_related("locale")
    for content in live:
        loaded[content.product_id].contents[content.locale.language_code] = content
    for (product_id, locale), content in drafts.items():
        if product_id in loaded:
            loaded[product_id].contents[locale] = content
