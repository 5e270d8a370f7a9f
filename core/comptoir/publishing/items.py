"""What plugins see of a product or a page while its document is built: everything loaded, nothing to query."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from comptoir.base.money import Money
from comptoir.catalogue.models import Picture
from comptoir.content.pictures import picture_json, picture_url
from comptoir.reviews.queries import Rating


@dataclass(frozen=True)
class Problem:
    """Something an item still lacks on one channel.

    ``code`` is stable, ``message`` a sentence for editors that names what to do, ``field`` what to fill in.
    With ``blocks`` the item stays off the channel; without it is a warning.
    """

    code: str
    message: str
    field: str = ""
    blocks: bool = False


@dataclass(frozen=True)
class PictureItem:
    """A picture with its alternative text in the item's language. Units: ``width`` and ``height`` in px."""

    picture: Picture
    locale: str

    @property
    def alt(self) -> str:
        return self.picture.text("description", self.locale)

    @property
    def width(self) -> int:
        return self.picture.width

    @property
    def height(self) -> int:
        return self.picture.height

    def url(self, spec: str) -> str:
        """The picture in one size and format, such as ``"fill-500x500|format-jpeg"``."""
        return picture_url(self.picture, spec)

    def as_json(self) -> dict[str, Any]:
        return picture_json(self.picture, self.locale)


@dataclass(frozen=True)
class Value:
    """One value of an attribute: its stable code, its label in the item's language, a colour if it has one."""

    code: str
    label: str
    swatch: str = ""


@dataclass(frozen=True)
class AttributeItem:
    """A property of a product or a variant, in the item's language."""

    code: str
    name: str
    values: tuple[Value, ...]
    is_option: bool = False
    is_filter: bool = False


@dataclass(frozen=True)
class VariantItem:
    """What is sold and counted. ``price`` is in the channel's currency, tax included; ``None`` if it has none."""

    id: int
    sku: str
    gtin: str | None
    attributes: tuple[AttributeItem, ...]
    price: Money | None
    compare_at: Money | None
    weight_g: int | None
    pictures: tuple[PictureItem, ...]

    @property
    def options(self) -> dict[str, Value]:
        """What a customer chose to get this variant, by attribute code."""
        return {one.code: one.values[0] for one in self.attributes if one.is_option and one.values}


@dataclass(frozen=True)
class CategoryItem:
    """A category of a product, with the shelves above it, in the item's language."""

    slug: str
    name: str
    ancestors: tuple["CategoryItem", ...] = ()


@dataclass(frozen=True)
class ProductItem:
    """A product as one channel shows it in one language."""

    kind: ClassVar[str] = "product"

    id: int
    handle: str
    title: str
    slug: str
    summary: str
    seo_title: str
    seo_description: str
    vendor: str
    product_class: str
    is_shipped: bool
    is_counted: bool
    body: list[dict[str, Any]]
    categories: tuple[CategoryItem, ...]
    attributes: tuple[AttributeItem, ...]
    variants: tuple[VariantItem, ...]
    pictures: tuple[PictureItem, ...]
    slugs: dict[str, str]
    rank: int = 0
    created_at: datetime | None = None
    rating: Rating | None = None

    @property
    def prices(self) -> list[Money]:
        return sorted(
            (variant.price for variant in self.variants if variant.price), key=lambda money: money.amount
        )

    def attribute(self, code: str) -> str:
        """The label of an attribute of the product, or nothing."""
        return next(
            (", ".join(value.label for value in one.values) for one in self.attributes if one.code == code),
            "",
        )


@dataclass(frozen=True)
class PageItem:
    """An editorial page as one channel shows it in one language. ``path`` is its address inside the channel."""

    kind: ClassVar[str] = "page"

    id: int
    type: str
    title: str
    slug: str
    path: str
    intro: str
    seo_title: str
    seo_description: str
    body: list[dict[str, Any]]
    pictures: tuple[PictureItem, ...]
    slugs: dict[str, str]

    @property
    def summary(self) -> str:
        return self.intro


Item = ProductItem | PageItem
