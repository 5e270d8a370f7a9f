"""A few typical products, made by calling services: three colours in four sizes, four pictures, two languages."""

from decimal import Decimal
from io import BytesIO
from itertools import product as combinations

from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from PIL import Image
from wagtail.models import Locale
from wagtail.rich_text import RichText

from comptoir.catalogue.models import Category, Picture, Product
from comptoir.catalogue.services import (
    add_picture,
    save_attribute,
    save_option,
    save_product,
    save_product_class,
    set_pictures,
)
from comptoir.channels.models import Location
from comptoir.channels.services import open_channel, open_location
from comptoir.content.services import Blocks, write_content
from comptoir.pricing.services import set_price
from comptoir.stock.services import count_stock_many

#: The kinds of channels, in the order they are opened: two channels are a web shop and an app.
KINDS = ("web", "app", "store", "social", "booking")
PLACES = ("warehouse", "nantes", "lyon", "saint-denis")
COLOURS = {
    "Bleu nuit": ("Midnight blue", "#1c2b4a"),
    "Écru": ("Ecru", "#efe6d3"),
    "Rouge brique": ("Brick red", "#a5452f"),
}
SIZES = ("S", "M", "L", "XL")
GARMENTS = ("Marinière", "Chemise", "Pull", "Robe", "Jupe", "Pantalon", "Veste", "Manteau")
SHELVES = ("Femme", "Homme", "Enfant", "Maison", "Nouveautés", "Plein air", "Soldes", "Atelier")
WORDS = "Tissé dans notre atelier de Nantes, coupé large aux épaules et ajusté à la taille, ce vêtement se porte seul en été"
LABELS = {"fr": ("Coton épais, coutures doubles", "Taille"), "en": ("Heavy cotton, double seams", "Size")}


def open_shop(channels: int, languages: list[str]) -> None:
    """The languages, the places and the channels."""
    for language in languages:
        Locale.objects.get_or_create(language_code=language)
    places = [open_location(code=code, name=code.title()) for code in PLACES]
    for number in range(channels):
        kind = KINDS[number % len(KINDS)]
        code = kind if number < len(KINDS) else f"{kind}-{number}"
        spoken = languages[:1] if kind == "social" else languages
        open_channel(
            code=code, name=code.title(), plugin=kind, locales=spoken, locations=places, position=number
        )


def make_products(count: int, languages: list[str]) -> None:
    """The products that all others are copies of."""
    shelves = [shelf for name in SHELVES for shelf in _shelves(name)]
    pictures = [_picture(number) for number in range(8)]
    shirts = save_product_class(name="Clothing", track_stock=True)
    for place, (code, name) in enumerate(
        (("colour", "Couleur"), ("size", "Taille"), ("material", "Matière"))
    ):
        save_attribute(
            product_class=shirts, code=code, name=name, position=place, is_option=place < 2, is_filter=True
        )
    for label, (english, swatch) in COLOURS.items():
        attribute = shirts.attributes.get(code="colour")
        save_option(attribute=attribute, label=label, swatch=swatch, translations={"en": {"option": english}})
    for number in range(count):
        handle = f"{GARMENTS[number % len(GARMENTS)].lower().replace('è', 'e')}-{number}"
        variants = [_variant(handle, *pair) for pair in combinations(COLOURS, SIZES)]
        chosen = {shelves[number % len(shelves)], shelves[(number * 7 + 3) % len(shelves)]}
        product = save_product(
            handle=handle, title=handle, product_class=shirts, vendor="Aubelaine", variants=variants,
            categories=chosen, attributes={"material": f"Coton {number % 5}"},
        )  # fmt: skip
        set_pictures(product=product, pictures=[pictures[(number + step) % 8] for step in range(4)])
        _sell(product, number)
        for language in languages:
            _describe(product, number, language)


def _shelves(name: str) -> list[Category]:
    """A shelf with five below it, where the products are."""
    above = Category.add_root(name=name, slug=name.lower().replace("é", "e").replace(" ", "-"))
    rows = [Category(name=f"{name} {number}", slug=f"{above.slug}-{number}") for number in range(5)]
    return [Category.objects.get(pk=above.pk).add_child(instance=row) for row in rows]


def _picture(number: int) -> Picture:
    """A plain rectangle with the measures of a photograph."""
    file = BytesIO()
    Image.new("L", (1600, 2000), color=number * 30).save(file, "jpeg", quality=30)
    name = f"benchmark-{number}.jpg"
    return add_picture(
        file=ImageFile(ContentFile(file.getvalue()), name=name), title=name, alt=f"Le vêtement porté, vue {number}",
        translations={"en": {"description": f"The garment worn, view {number}"}},
    )  # fmt: skip


def _variant(handle: str, colour: str, size: str) -> dict[str, object]:
    return {
        "sku": f"{handle}-{list(COLOURS).index(colour)}-{size}".upper(),
        "weight_g": 300,
        "options": {"colour": colour, "size": size},
    }


def _sell(product: Product, number: int) -> None:
    """A price for every variant, one in four reduced, and pieces at the four places."""
    variants = list(product.children.order_by("pk"))
    price = Decimal(19 + number * 7 % 120) + Decimal("0.90")
    for variant in variants:
        set_price(variant=variant, amount=price, compare_at=price + 10 if number % 4 == 0 else None)
    for step, place in enumerate(Location.objects.order_by("pk")):
        counted = {variant.pk: (number + step + turn) % 6 for turn, variant in enumerate(variants)}
        count_stock_many(location=place, counted=counted)


def _describe(product: Product, number: int, language: str) -> None:
    summary, size = LABELS[language]
    title = f"{GARMENTS[number % len(GARMENTS)]} {WORDS.split()[number % 20]}"
    write_content(
        product=product, locale=language, title=title, slug=f"{product.handle}-{language}", publish=True,
        summary=f"{summary}. {WORDS}.", body=list(_body(size)), seo_description=f"{title}: {summary.lower()}.",
    )  # fmt: skip


def _body(size: str) -> Blocks:
    paragraph = f"<p>{WORDS}, ou sous une veste quand le vent <b>tourne</b> à l’ouest. {WORDS}.</p>"
    yield "text", {"text": RichText(paragraph * 3), "channels": []}
    rows = [[label, str(80 + 4 * place), str(62 + 4 * place)] for place, label in enumerate(SIZES)]
    yield "size_guide", {"title": size, "columns": [size, "cm", "cm"], "rows": rows, "channels": []}
    pairs = [{"question": f"{WORDS[:40]} ?", "answer": f"{WORDS}."}] * 2
    yield "faq", {"questions": pairs, "channels": []}
