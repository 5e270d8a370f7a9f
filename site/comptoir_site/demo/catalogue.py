"""The catalogue of the demo shop: its tree, its classes of goods and every product, in shelf order."""

# ruff: noqa: E501  (a sentence of copy stays on one line)

from __future__ import annotations

from collections.abc import Iterator

from comptoir_site.demo.facts import Attribute, Category, Product, ProductClass, Text
from comptoir_site.demo.goods.accessories import ACCESSORIES
from comptoir_site.demo.goods.care import CARE
from comptoir_site.demo.goods.children import CHILDREN
from comptoir_site.demo.goods.men import MEN
from comptoir_site.demo.goods.services import SERVICES
from comptoir_site.demo.goods.shades import SIZE_NAMES
from comptoir_site.demo.goods.women import WOMEN

CATEGORIES = (
    Category("femme", Text("Femme", "Women"), Text("Des pièces qui se répondent d'une saison à l'autre.", "Pieces that answer each other from one season to the next."), (
        Category("femme-hauts", Text("Hauts et chemises", "Tops and shirts"), Text("Coton, lin et viscose, près de la peau.", "Cotton, linen and viscose, close to the skin.")),
        Category("femme-mailles", Text("Mailles", "Knitwear"), Text("De la laine fine à la grosse torsade.", "From fine wool to thick cables.")),
        Category("femme-robes", Text("Robes", "Dresses"), Text("Courtes, longues, et toujours avec des poches quand c'est possible.", "Short or long, and with pockets whenever we can.")),
        Category("femme-bas", Text("Jupes et pantalons", "Skirts and trousers"), Text("L'ourlet est offert.", "Hemming is on us.")),
        Category("femme-manteaux", Text("Manteaux", "Coats"), Text("Pour le froid sec, la pluie fine et le vent d'ouest.", "For dry cold, fine rain and the west wind.")),
    )),
    Category("homme", Text("Homme", "Men"), Text("Un vestiaire simple, solide, réparable.", "A simple, sturdy, mendable wardrobe."), (
        Category("homme-hauts", Text("Chemises et t-shirts", "Shirts and T-shirts"), Text("Ce qui se lave souvent doit durer longtemps.", "What is washed often must last long.")),
        Category("homme-mailles", Text("Mailles", "Knitwear"), Text("Pulls, gilets et marinières d'hiver.", "Jumpers, cardigans and winter Bretons.")),
        Category("homme-bas", Text("Pantalons", "Trousers"), Text("Du denim brut au bermuda.", "From raw denim to shorts.")),
        Category("homme-vestes", Text("Vestes et manteaux", "Jackets and coats"), Text("Des poches utiles et des épaules justes.", "Useful pockets and honest shoulders.")),
    )),
    Category("enfant", Text("Enfant", "Children"), Text("De quatre à douze ans, avec de la place pour grandir.", "From four to twelve, with room to grow.")),
    Category("accessoires", Text("Accessoires", "Accessories"), Text("Ce qui finit une tenue, ou la commence.", "What finishes an outfit, or starts one."), (
        Category("chaussures", Text("Chaussures", "Shoes"), Text("Ressemelables, évidemment.", "They can be resoled, of course.")),
    )),
    Category("salon", Text("Le salon", "The salon"), Text("Coupe, couleur et conseil dans nos trois boutiques.", "Cut, colour and advice in our three shops."), (
        Category("coupes", Text("Coupe et coiffage", "Cut and styling"), Text("Avec rendez-vous, ou quand un fauteuil est libre.", "By appointment, or whenever a chair is free.")),
        Category("couleur", Text("Couleur", "Colour"), Text("Des plantes, du temps et une touche d'essai.", "Plants, time and a patch test.")),
        Category("conseil", Text("Conseil et ateliers", "Advice and workshops"), Text("Essayer, retoucher, apprendre.", "Try on, alter, learn.")),
        Category("soins", Text("Soins", "Hair care"), Text("Ce que nos coiffeurs emploient, à emporter.", "What our hairdressers use, to take home.")),
    )),
)  # fmt: skip

SIZE = Attribute("size", Text("Taille", "Size"), "option", is_required=True, varies=True)
COLOUR = Attribute("colour", Text("Couleur", "Colour"), "option", is_required=True, varies=True)
MATERIAL = Attribute("material", Text("Matière", "Material"), "text", is_required=True)
CARE_LABEL = Attribute("care", Text("Entretien", "Care"), "text")
CONTENTS = Attribute("size", Text("Contenance", "Contents"), "option", is_required=True, varies=True)
INGREDIENTS = Attribute("material", Text("Composition", "Made of"), "text", is_required=True)

PRODUCT_CLASSES = (
    ProductClass("clothing", Text("Vêtement", "Clothing"), (SIZE, COLOUR, MATERIAL, CARE_LABEL)),
    ProductClass("accessory", Text("Accessoire", "Accessory"), (SIZE, COLOUR, MATERIAL, CARE_LABEL)),
    ProductClass("care_product", Text("Soin", "Care product"), (CONTENTS, COLOUR, INGREDIENTS)),
    ProductClass(
        "service", Text("Prestation", "Service"),
        (
            Attribute("duration_minutes", Text("Durée en minutes", "Minutes"), "integer", is_required=True),
            Attribute("people", Text("Personnes de l'équipe", "Team members"), "integer"),
            Attribute("places", Text("Places", "Places"), "integer"),
        ),
        requires_shipping=False, tracks_stock=False,
    ),
)  # fmt: skip

PRODUCTS: tuple[Product, ...] = (*WOMEN, *MEN, *CHILDREN, *ACCESSORIES, *CARE, *SERVICES)


def product_named(handle: str) -> Product:
    """The product with this handle; ``KeyError`` if there is none."""
    return {product.handle: product for product in PRODUCTS}[handle]


def categories_in_order() -> Iterator[tuple[Category, Category | None]]:
    """Each category with its parent, parents first."""
    for parent in CATEGORIES:
        yield parent, None
        for child in parent.children:
            yield child, parent


def size_name(size: str) -> Text:
    """A size as the customer reads it."""
    return SIZE_NAMES.get(size, Text(size, size))
