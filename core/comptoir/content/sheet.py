"""Saves everything of a product's screen, of catalogue and prices alike, in one transaction."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from comptoir.base.errors import ComptoirError
from comptoir.catalogue.models import Category, Picture, Product
from comptoir.catalogue.services import (
    remove_variant,
    save_listing,
    save_product,
    set_categories,
    set_pictures,
)
from comptoir.pricing.models import Price
from comptoir.pricing.services import remove_price, set_price
from comptoir.stock.models import Movement


class SoldAlready(ComptoirError):
    """A product whose stock was counted cannot become one of its own variants."""

    code = "sold_already"
    status = 409
    sentence = _(
        "{sku} has stock movements, so it cannot become one of several variants. Make a new product instead."
    )


@transaction.atomic
def save_sheet(
    *,
    product: Product | None = None,
    details: Mapping[str, Any],
    categories: Iterable[Category],
    variants: Iterable[Mapping[str, Any]],
    removed: Iterable[Product] = (),
    pictures: Iterable[Picture] | None = None,
    listings: Iterable[Mapping[str, Any]] = (),
) -> Product:
    """Save what an editor entered for one product, all of it or nothing.

    Shapes: ``details`` and ``variants`` as ``save_product`` takes them; a variant has ``"prices"`` besides: (price,
    earlier price) by currency, where no price takes it away. ``listings`` as ``save_listing`` takes them.
    Errors: ``ValidationError``, ``VariantInUse``, ``SoldAlready``; nothing changes then.
    """
    rows = [dict(row) for row in variants]
    if product is not None and becomes_parent(product, rows):
        _make_room(product, rows)
    for variant in removed:
        remove_variant(variant=variant)
    saved = save_product(product=product, variants=rows, **details)
    set_categories(product=saved, categories=categories)
    for row in rows:
        _save_prices(Product.objects.get(sku=row["sku"]), row["prices"])
    if pictures is not None:
        set_pictures(product=saved, pictures=pictures)
    for listing in listings:
        save_listing(product=saved, **listing)
    return saved


def becomes_parent(product: Product, rows: list[Any]) -> bool:
    """Whether a product that was sold as it is gets variants now."""
    return product.structure == Product.STANDALONE and (len(rows) > 1 or any(rows[0]["options"].values()))


def _make_room(product: Product, rows: list[dict[str, Any]]) -> None:
    """Let the row that was the product itself become a variant of its own; what it cost goes with it."""
    if Movement.objects.filter(variant=product).exists():
        raise SoldAlready(sku=product.sku)
    for row in rows:
        row["variant"] = None
    for price in Price.objects.filter(variant=product):
        price.delete()


def _save_prices(variant: Product, prices: Mapping[str, tuple[Any, Any]]) -> None:
    for currency, (amount, compare_at) in prices.items():
        if amount is None:
            remove_price(variant=variant, currency=currency)
        else:
            set_price(variant=variant, amount=amount, currency=currency, compare_at=compare_at)
