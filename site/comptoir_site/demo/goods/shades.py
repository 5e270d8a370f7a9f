"""The house's colours, its size runs, and short ways to write a product down."""

from __future__ import annotations

from decimal import Decimal

from comptoir_site.demo.facts import Product, Shade, Text

SNOW = Shade("NEI", Text("Neige", "Snow"), "#f4f1ea")
ECRU = Shade("ECR", Text("Écru", "Ecru"), "#e8dcc4")
SAND = Shade("SAB", Text("Sable", "Sand"), "#d3bd97")
OCHRE = Shade("OCR", Text("Ocre", "Ochre"), "#d3993c")
RUST = Shade("ROU", Text("Rouille", "Rust"), "#b5533c")
BURGUNDY = Shade("BOR", Text("Bordeaux", "Burgundy"), "#74303c")
ROSE = Shade("VRO", Text("Vieux rose", "Old rose"), "#c98a9b")
SAGE = Shade("SAU", Text("Sauge", "Sage"), "#8a9a78")
PINE = Shade("PIN", Text("Pin", "Pine"), "#3a6b5e")
SKY = Shade("CIE", Text("Ciel", "Sky"), "#a9c3d9")
DENIM = Shade("DEN", Text("Bleu denim", "Denim blue"), "#3c5a7d")
NAVY = Shade("MAR", Text("Marine", "Navy"), "#2a3f5f")
TOBACCO = Shade("TAB", Text("Tabac", "Tobacco"), "#8c6a4f")
COGNAC = Shade("COG", Text("Cognac", "Cognac"), "#8a4b2d")
INK = Shade("ENC", Text("Encre", "Ink"), "#2b2a30")
GREY = Shade("CHI", Text("Gris chiné", "Heather grey"), "#a3a09c")
TORTOISE = Shade("ECA", Text("Écaille", "Tortoiseshell"), "#7a4f36")

WOMEN_SIZES = ("34", "36", "38", "40", "42", "44")
LETTER_SIZES = ("XS", "S", "M", "L", "XL")
MEN_SIZES = ("S", "M", "L", "XL", "XXL")
WAIST_SIZES = ("38", "40", "42", "44", "46", "48")
CHILD_SIZES = ("4", "6", "8", "10", "12")
SHOE_SIZES = ("36", "37", "38", "39", "40", "41", "42", "43", "44")
ONE_SIZE = ("TU",)
SIZE_NAMES = {
    "TU": Text("Taille unique", "One size"),
    **{age: Text(f"{age} ans", f"{age} years") for age in CHILD_SIZES},
}  # a size that is not here is written as it is

WASH_30 = Text(
    "Lavage à 30 °C sur l'envers, séchage à l'air libre.", "Wash at 30°C inside out, dry in the open air."
)
WASH_40 = Text("Lavage à 40 °C, repassage moyen.", "Wash at 40°C, medium iron.")
WOOL = Text("Programme laine à 30 °C, séchage à plat.", "Wool cycle at 30°C, dry flat.")
DRY_CLEAN = Text(
    "Nettoyage à sec ; une brosse douce entre deux saisons.", "Dry clean; a soft brush between seasons."
)
WIPE = Text(
    "Un chiffon humide suffit ; séchage loin du radiateur.", "A damp cloth is enough; dry away from heat."
)
LEATHER = Text("Crème incolore deux fois par an.", "Neutral cream twice a year.")


def product(
    number: int, handle: str, product_class: str, categories: str, title: Text, price: str, drawings: str,
    shades: tuple[Shade, ...], sizes: tuple[str, ...], summary: Text, *description: Text, **facts: object,
) -> Product:  # fmt: skip
    """Write a product down in a few lines; categories and drawings are words apart."""
    return Product(
        number=number, handle=handle, product_class=product_class, categories=tuple(categories.split()), title=title,
        summary=summary, description=description, price_eur=Decimal(price), drawings=tuple(drawings.split()),
        shades=shades, sizes=sizes, **facts,  # type: ignore[arg-type]
    )  # fmt: skip
