"""The shapes of the answers, for the OpenAPI page. Answers are stored bytes and are not validated again on the way out."""

from typing import Any, Literal

from ninja import Field, Schema


class FieldError(Schema):
    field: str
    code: str
    message: str


class Problem(Schema):
    """RFC 9457 problem details; some codes have facts besides, such as ``reasons``."""

    model_config = {"extra": "allow"}

    type: str = Field(examples=["about:blank"])
    title: str = Field(description="a sentence in the caller's language", examples=["There is nothing here."])
    status: int = Field(examples=[404])
    code: str = Field(description="stable, listed in docs/errors.md", examples=["not_found"])
    errors: list[FieldError] = Field(description="one for each field that is wrong, if it is about fields")


class Money(Schema):
    amount: str = Field(examples=["12.50"])
    currency: str = Field(examples=["EUR"])


class Picture(Schema):
    alt: str
    width: int
    height: int
    sources: dict[str, str] = Field(description="WebP addresses by width in px")


class OptionValue(Schema):
    code: str
    label: str
    swatch: str


class Option(Schema):
    code: str
    name: str
    values: list[OptionValue]


class CardAvailability(Schema):
    in_stock: bool = Field(description="whether this channel may sell a piece of any variant")
    counted: bool = Field(description="false for what has no stock, such as a service")


class Availability(Schema):
    in_stock: bool
    quantity: int | None = Field(description="pieces; null when stock is not counted")
    variants: dict[str, int] | None = Field(None, description="pieces by SKU, in the answer for one product")


def _with_class(shape: dict[str, Any]) -> None:
    """``class`` is a word of Python, which no attribute can have."""
    shape["properties"]["class"] = {
        "type": "string",
        "description": "code of its kind",
        "examples": ["clothing"],
    }
    shape["required"].append("class")


class Rating(Schema):
    average: str = Field(description="1 to 5, with one decimal", examples=["4.6"])
    count: int


class Review(Schema):
    rating: int = Field(description="1 to 5")
    title: str
    text: str = Field(description="plain text: escape it before it becomes HTML")
    name: str = Field(description="as the author wants to be called", examples=["Camille M."])
    locale: str = Field(description="the language it is written in")
    written_on: str = Field(examples=["2026-11-21"])


class Card(Schema):
    model_config = {"json_schema_extra": _with_class}

    handle: str
    slug: str
    title: str
    summary: str
    brand: str
    price: dict[str, Money] | None = Field(description="`from` and `to`, tax included")
    compare_at: Money | None
    rating: Rating | None = Field(None, description="null while nobody has reviewed it")
    picture: Picture | None
    options: list[Option]
    categories: list[str]
    availability: CardAvailability


class ProductPage(Schema):
    items: list[Card]
    next: str | None


class FacetValue(Schema):
    value: str
    label: str
    swatch: str
    count: int = Field(description="products that have it and fit all other filters")
    is_chosen: bool


class Facet(Schema):
    code: str = Field(description="of an attribute, or `category`")
    name: str
    values: list[FacetValue]


class SearchResults(Schema):
    text: str
    corrected: str = Field(description="what was searched for instead, where a word was not known")
    is_relaxed: bool = Field(description="no product has all of the words; these have some")
    total: int
    items: list[Card]
    next: str | None
    facets: list[Facet]
    price: dict[str, Money] | None = Field(description="`from` and `to` of all that fits the other filters")
    in_stock: int = Field(
        description="products that can be had and fit all other filters; counted up to 1,000"
    )
    in_stock_relation: Literal["eq", "gte"] = Field(
        description="`eq`: `in_stock` is exact; `gte`: there are more than that"
    )


class SearchSuggestions(Schema):
    text: str
    texts: list[str]
    products: list[Card]
    categories: list[FacetValue]


class Variant(Schema):
    sku: str
    gtin: str | None
    options: dict[str, str]
    price: Money | None
    compare_at: Money | None
    weight_g: int | None
    pictures: list[Picture]


class Seo(Schema):
    title: str
    description: str


class ProductDocument(Schema):
    """The core's part; each plugin of the channel adds its own object under its name."""

    model_config = {"extra": "allow"}

    kind: str
    handle: str
    slug: str
    title: str
    summary: str
    brand: str
    locale: str
    slugs: dict[str, str]
    price: dict[str, Money] | None
    pictures: list[Picture]
    categories: list[dict[str, Any]]
    attributes: list[dict[str, Any]]
    options: list[Option]
    variants: list[Variant]
    body: list[dict[str, Any]]
    rating: Rating | None = None
    reviews: list[Review] = Field([], description="the newest few; all of them below `/reviews`")
    seo: Seo
    availability: Availability


class PageDocument(Schema):
    kind: str
    type: str
    path: str
    title: str
    intro: str
    locale: str
    paths: dict[str, str]
    pictures: list[Picture]
    body: list[dict[str, Any]]
    seo: Seo


class MenuDocument(Schema):
    code: str
    items: list[dict[str, Any]]


class CategoryTree(Schema):
    categories: list[dict[str, Any]]


class Descriptor(Schema):
    code: str
    name: str
    kind: str
    currency: str
    locales: list[str]
    time_zone: str
    theme: str
    sorts: list[str]
    page_size: int
    page_size_max: int
    capabilities: list[str]
