"""The shapes the demo shop's facts are written in: no framework, no database, only words and figures."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from decimal import Decimal

NARROW_SPACE = "\u202f"
NO_BREAK_SPACE = "\u00a0"


def french(text: str) -> str:
    """Set French as a printer would: curly apostrophes, unbreakable spaces before ; : ! ? » € and after «.

    Source: Lexique des règles typographiques en usage à l'Imprimerie nationale; here the colon takes the
    narrow space too.
    """
    text = text.replace("'", "’")
    text = re.sub(r" ([;:!?»])", NARROW_SPACE + r"\1", text).replace("« ", "«" + NARROW_SPACE)
    return re.sub(r"(\d) (€|°C|%|cm|ml|g|min|h)(?!\w)", rf"\1{NO_BREAK_SPACE}\2", text)


def english(text: str) -> str:
    return text.replace("'", "’")


@dataclass(frozen=True)
class Text:
    """The same words in French and in English; no English means not translated yet."""

    fr: str
    en: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "fr", french(self.fr))
        object.__setattr__(self, "en", english(self.en))

    def in_locale(self, locale: str) -> str:
        return self.en if locale.startswith("en") else self.fr


# --- the shop -------------------------------------------------------------------------------------
@dataclass(frozen=True)
class House:
    name: str
    legal_name: str
    tagline: Text
    story: Text
    email: str
    currency: str


@dataclass(frozen=True)
class OpeningDay:
    """Opening times on a weekday (1 is Monday, as in ISO 8601), in the place's own time: one or two spans."""

    weekday: int
    spans: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class DayOff:
    """A day the place is closed; ``month_day`` is ``MM-DD`` and comes back every year."""

    month_day: str
    reason: Text


@dataclass(frozen=True)
class Location:
    code: str
    kind: str  # warehouse or shop
    name: Text
    address_line: str
    postcode: str
    city: str
    country_code: str
    latitude: Decimal
    longitude: Decimal
    time_zone: str
    telephone: str
    opening_days: tuple[OpeningDay, ...]
    days_off: tuple[DayOff, ...]
    has_salon: bool = False


@dataclass(frozen=True)
class Channel:
    code: str
    name: Text
    plugin: str
    locales: tuple[str, ...]
    time_zone: str
    is_public: bool
    location_codes: tuple[str, ...]
    currency: str = "EUR"


# --- the catalogue --------------------------------------------------------------------------------
@dataclass(frozen=True)
class Category:
    slug: str
    name: Text
    description: Text
    children: tuple[Category, ...] = ()


@dataclass(frozen=True)
class Attribute:
    code: str
    name: Text
    kind: str  # text, option, integer
    is_required: bool = False
    varies: bool = False  # true: chosen by the customer, one value a variant


@dataclass(frozen=True)
class ProductClass:
    slug: str
    name: Text
    attributes: tuple[Attribute, ...]
    requires_shipping: bool = True
    tracks_stock: bool = True


@dataclass(frozen=True)
class Shade:
    """A colour goods come in."""

    code: str
    name: Text
    hex: str


@dataclass(frozen=True)
class Picture:
    drawing: str
    colour: str
    shade_code: str
    file_name: str
    alt: Text


@dataclass(frozen=True)
class Variant:
    """What is scanned, counted and sold."""

    sku: str
    barcode: str  # EAN-13, or nothing for the one product that has none
    shade: Shade
    size: str
    price_eur: Decimal
    stock: tuple[tuple[str, int], ...]  # location code, pieces


@dataclass(frozen=True)
class Product:
    number: int
    handle: str
    product_class: str
    categories: tuple[str, ...]
    title: Text
    summary: Text
    description: tuple[Text, ...]
    price_eur: Decimal
    drawings: tuple[str, ...]
    shades: tuple[Shade, ...]
    sizes: tuple[str, ...] = ("",)
    material: Text = field(default_factory=lambda: Text(""))
    care: Text = field(default_factory=lambda: Text(""))
    has_barcode: bool = True
    is_sold_out: bool = False
    duration_minutes: int = 0  # services only
    people: int = 0  # how many of the team it takes
    places: int = 0  # how many customers come together
    location_codes: tuple[str, ...] = ()  # services only: where it is offered; none means in every salon

    @property
    def is_service(self) -> bool:
        return self.duration_minutes > 0

    def variants(self) -> tuple[Variant, ...]:
        """Every shade in every size, with its SKU, its barcode and what each place has of it."""
        pairs = [(shade, size) for shade in self.shades for size in self.sizes]
        return tuple(self._variant(index, shade, size) for index, (shade, size) in enumerate(pairs, start=1))

    def _variant(self, index: int, shade: Shade, size: str) -> Variant:
        shade_part = () if self.is_service else (shade.code,)
        sku = "-".join(
            ("AUB", f"{self.number:03d}", *shade_part, *((size.replace(" ", ""),) if size else ()))
        )
        barcode = ean13(f"20{self.number:05d}{index:05d}") if self.has_barcode and not self.is_service else ""
        stock = () if self.is_service else stock_of(sku, is_sold_out=self.is_sold_out)
        return Variant(sku, barcode, shade, size, self.price_eur, stock)

    def pictures(self) -> tuple[Picture, ...]:
        """The whole thing in each shade, then closer views in the first shade."""
        whole = [self._picture(self.drawings[0], shade) for shade in self.shades]
        closer = [self._picture(drawing, self.shades[0]) for drawing in self.drawings[1:]]
        return tuple(whole + closer)

    def _picture(self, drawing: str, shade: Shade) -> Picture:
        view = drawing.partition("@")[2]
        name = "-".join(part for part in (self.handle, shade.code.lower(), view) if part)
        close_fr, close_en = (", de près", ", close up") if view else ("", "")
        if self.is_service:
            alt = Text(f"{self.title.fr} (dessin)", f"{self.title.en} (drawing)" if self.title.en else "")
        else:
            fr = f"{self.title.fr}, {shade.name.fr.lower()}{close_fr}"
            alt = Text(fr, f"{self.title.en}, {shade.name.en.lower()}{close_en}" if self.title.en else "")
        return Picture(drawing, shade.hex, shade.code, f"{name}.jpg", alt)


STOCK_RANGES = (("entrepot", 6, 34), ("nantes", 0, 6), ("lyon", 0, 5), ("saint-denis", 0, 4))


def stock_of(sku: str, *, is_sold_out: bool) -> tuple[tuple[str, int], ...]:
    """Pieces in each place: looks like chance, always the same. Some shops lack some sizes, as shops do."""
    if is_sold_out:
        return tuple((place, 0) for place, _, _ in STOCK_RANGES)
    return tuple(
        (place, least + zlib.crc32(f"{sku} {place}".encode()) % (most - least + 1))
        for place, least, most in STOCK_RANGES
    )


def ean13(first_twelve: str) -> str:
    """Add the check digit: odd places count once, even places three times.

    Source: GS1 General Specifications, section 7.9. Prefixes 20 to 29 are for use inside a company.
    """
    total = sum(int(digit) * (3 if index % 2 else 1) for index, digit in enumerate(first_twelve))
    return first_twelve + str(-total % 10)


# --- the pages ------------------------------------------------------------------------------------
Block = tuple[
    str, object
]  # (kind, content): text Text; quote (Text, who); products handles; picture scene; faq pairs


@dataclass(frozen=True)
class Page:
    slug: str
    kind: str  # home, landing, story, guide
    title: Text
    intro: Text
    picture: str  # a scene
    picture_alt: Text
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class MenuItem:
    label: Text
    target: str  # category:<slug>, page:<slug> or view:<name>
    children: tuple[MenuItem, ...] = ()
