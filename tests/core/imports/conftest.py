"""Catalogue files for import tests: the real ones, and small ones made for one test."""

import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from comptoir.imports.codes import check_digit
from comptoir.imports.rows import ImportedImage, ImportedProduct, ImportedVariant
from comptoir.imports.services import Policy, import_products, import_settings
from comptoir.imports.writing import write_shopify

BESIDE = Path(__file__).resolve().parents[4] / "shared" / "data"
SHARED = Path(os.environ.get("COMPTOIR_SHARED_DATA", BESIDE))


@pytest.fixture
def shared_file() -> Callable[[str], Path]:
    """A real file that nobody of this project wrote."""

    def path(name: str) -> Path:
        if not SHARED.is_dir():
            pytest.skip(
                f"the real catalogue files are not here: no folder {SHARED} (set COMPTOIR_SHARED_DATA)"
            )
        return SHARED / name

    return path


def gtin(number: int) -> str:
    body = f"2{number:011}"
    return body + check_digit(body)


def shirt(number: int = 1, **fields: Any) -> ImportedProduct:
    """A shirt in two sizes with everything a product can have."""
    variants = tuple(
        ImportedVariant(
            sku=f"SHIRT-{number}-{size}",
            gtin=gtin(number * 10 + place),
            option_values=(size,),
            price=Decimal("49.90"),
            currency="EUR",
            compare_at=Decimal("59.90"),
            weight_g=300,
            quantity=number % 5 + place,
        )
        for place, size in enumerate(("S", "M"))
    )
    own = {
        "handle": f"shirt-{number}",
        "title": f"Shirt {number}",
        "description_html": f"<p>A shirt, the {number}th, woven in <b>Nantes</b>. It is blue.</p>",
        "vendor": "Maison",
        "product_class": "Shirts",
        "categories": (("Clothes", "Shirts"),),
        "tags": ("blue", "new"),
        "options": ("Size",),
        "attributes": {"material": "cotton"},
        "variants": variants,
        "images": (ImportedImage(url=f"https://shop.test/{number}.jpg", alt="Front"),),
    }
    return ImportedProduct(**{**own, **fields})


def mug(**fields: Any) -> ImportedProduct:
    """A mug: one variant, no options."""
    variant = {"sku": "MUG", "price": Decimal("12.00"), "currency": "EUR"}
    variant |= {
        name: fields.pop(name)
        for name in ("sku", "gtin", "price", "compare_at", "quantity")
        if name in fields
    }
    return ImportedProduct(
        **{"handle": "mug", "title": "Mug", "variants": (ImportedVariant(**variant),), **fields}
    )


@pytest.fixture
def catalogue_file(tmp_path) -> Callable[..., Path]:
    """Writes products to a file in Shopify's format."""

    def write(*products: ImportedProduct, name: str = "catalogue.csv") -> Path:
        path = tmp_path / name
        with path.open("w", newline="", encoding="utf-8") as stream:
            write_shopify(products, stream)
        return path

    return write


@pytest.fixture
def run_import(shop) -> Callable[..., Any]:
    """Imports a file into the shop, as the command does."""

    def run(
        path: Path, *, policy: str = "all", progress: Any = lambda done, outcome: None, **fields: Any
    ) -> Any:
        settings = import_settings(**{"format": "shopify", "locale": "fr", **fields})
        return import_products(path, settings=settings, policy=Policy(policy), progress=progress)

    return run
