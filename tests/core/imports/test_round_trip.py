"""What is written for Shopify reads back to the same products, whatever the products are."""

import csv
import io
import os
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comptoir.imports.codes import check_digit
from comptoir.imports.reading import read_catalogue
from comptoir.imports.rows import ImportedImage, ImportedProduct, ImportedVariant
from comptoir.imports.writing import SHOPIFY_COLUMNS, write_shopify

# Any text a database can hold: no lone surrogates, no NUL.
CHARACTERS = st.characters(exclude_categories=("Cs",), exclude_characters="\0")
PROSE = st.text(CHARACTERS, max_size=30) | st.sampled_from(
    [
        "=1+1",
        "+33 1",
        "-5",
        "@SUM(A1)",
        "'quoted",
        '"',
        "a\rb",
        "a\r\nb\n",
        "  ",
        ",;\t",
        "<p>é</p>",
        "Default Title",
    ]
)
NAMES = PROSE.map(str.strip).filter(bool)
PRICES = st.decimals(0, 9_999_999, places=2)
COUNTS = st.none() | st.integers(0, 10**9)
URLS = st.text("abc123/?&,.\"' é", max_size=10).map(lambda path: f"https://shop.test/{path.strip()}")
GTINS = st.integers(0, 10**12 - 1).map(lambda number: f"{number:012}" + check_digit(f"{number:012}"))
PROFILE = settings(
    max_examples=100, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)


@st.composite
def variants(draw, sku: str, gtin: str, option_values: tuple[str, ...]) -> ImportedVariant:
    price = draw(st.none() | PRICES)
    return ImportedVariant(
        sku=sku,
        gtin=gtin,
        option_values=option_values,
        price=price,
        currency=None if price is None else draw(st.sampled_from(["EUR", "USD", "JPY"])),
        compare_at=None if price is None else draw(st.none() | PRICES.filter(bool)),
        weight_g=draw(COUNTS),
        quantity=draw(COUNTS),
        image_url=draw(st.just("") | URLS),
    )


@st.composite
def catalogues(draw) -> list[ImportedProduct]:
    handles = draw(st.lists(NAMES, max_size=3, unique=True))
    skus = iter(draw(st.lists(NAMES, min_size=12, max_size=12, unique=True)))
    gtins = iter(draw(st.lists(GTINS, min_size=12, max_size=12, unique=True)))
    return [draw(products(handle, skus, gtins)) for handle in handles]


@st.composite
def products(draw, handle: str, skus, gtins) -> ImportedProduct:
    options = draw(st.lists(NAMES.filter(lambda name: name != "Title"), max_size=5).map(tuple))
    combinations = draw(st.lists(st.tuples(*[NAMES] * len(options)), min_size=1, max_size=4, unique=True))
    return ImportedProduct(
        handle=handle,
        title=draw(NAMES),
        description_html=draw(PROSE),
        summary=draw(PROSE),
        vendor=draw(PROSE).strip(),
        product_class=draw(PROSE).strip(),
        categories=draw(st.lists(st.lists(NAMES, min_size=1, max_size=3).map(tuple), max_size=2).map(tuple)),
        tags=draw(st.lists(NAMES, max_size=3).map(tuple)),
        is_public=draw(st.booleans()),
        seo_title=draw(PROSE),
        seo_description=draw(PROSE),
        options=options,
        attributes=draw(st.dictionaries(PROSE, PROSE, max_size=3)),
        variants=tuple(
            draw(variants(next(skus), next(gtins) if draw(st.booleans()) else "", c)) for c in combinations
        ),
        images=tuple(
            ImportedImage(url=draw(URLS), alt=draw(PROSE), position=position)
            for position in draw(st.lists(st.integers(0, 99), max_size=6))
        ),
    )


@pytest.fixture(scope="module")
def path(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("round-trip") / "catalogue.csv"


def write(path: Path, catalogue: list[ImportedProduct]) -> int:
    with path.open("w", newline="", encoding="utf-8") as stream:
        return write_shopify(catalogue, stream)


@PROFILE
@given(catalogue=catalogues())
def test_any_catalogue_reads_back_equal(path, catalogue):
    assert write(path, catalogue) == len(catalogue)

    assert list(read_catalogue(path, format="shopify", currency="XXX")) == catalogue


@pytest.mark.parametrize("file", ["shopify-apparel.csv", "spree-products.csv", "oscar-books.csv"])
def test_a_real_catalogue_reads_back_equal(path, file):
    beside = Path(__file__).resolve().parents[4] / "shared" / "data"
    folder = Path(os.environ.get("COMPTOIR_SHARED_DATA", beside))
    if not folder.is_dir():
        pytest.skip(f"the real catalogue files are not here: no folder {folder} (set COMPTOIR_SHARED_DATA)")
    answers = read_catalogue(folder / file, format=file.partition("-")[0], currency="GBP")
    catalogue = [answer for answer in answers if isinstance(answer, ImportedProduct)]

    write(path, catalogue)

    assert list(read_catalogue(path, format="shopify", currency="XXX")) == catalogue


def test_the_real_shopify_header_is_the_beginning_of_ours(path):
    stream = io.StringIO(newline="")

    assert write_shopify([], stream) == 0

    assert stream.getvalue().startswith(
        ",".join(SHOPIFY_COLUMNS) + ",Summary (product.metafields.comptoir.summary),"
    )
    assert len(SHOPIFY_COLUMNS) == 46


def test_a_shirt_is_written_as_shopify_writes_it(path):
    shirt = ImportedProduct(
        handle="shirt",
        title="=Shirt",
        tags=("men", "blue"),
        options=("Size",),
        variants=(
            ImportedVariant(
                sku="S-1", option_values=("S",), price=Decimal("50.00"), currency="EUR", quantity=2
            ),
            ImportedVariant(
                sku="S-2", option_values=("M",), price=Decimal("1E+2"), currency="EUR", weight_g=300
            ),
        ),
        images=(ImportedImage(url="https://shop.test/1.jpg", alt="Front"),),
    )

    write(path, [shirt])

    with path.open(newline="", encoding="utf-8") as stream:
        first, second = ({name: cell for name, cell in row.items() if cell} for row in csv.DictReader(stream))
    usual = {
        "Variant Inventory Policy": "deny",
        "Variant Fulfillment Service": "manual",
        "Variant Requires Shipping": "true",
        "Variant Taxable": "true",
        "Variant Currency (comptoir)": "EUR",
    }
    assert first == usual | {
        "Handle": "shirt",
        "Title": "=Shirt",
        "Tags": "men, blue",
        "Published": "true",
        "Option1 Name": "Size",
        "Option1 Value": "S",
        "Variant SKU": "S-1",
        "Variant Inventory Tracker": "shopify",
        "Variant Inventory Qty": "2",
        "Variant Price": "50.00",
        "Image Src": "https://shop.test/1.jpg",
        "Image Position": "1",
        "Image Alt Text": "Front",
        "Gift Card": "false",
    }
    assert second == usual | {
        "Handle": "shirt",
        "Option1 Value": "M",
        "Variant SKU": "S-2",
        "Variant Grams": "300",
        "Variant Price": "100",
        "Variant Weight Unit": "g",
    }


def test_a_product_without_a_variant_cannot_be_written(path):
    with pytest.raises(ValueError, match="'shirt' has no variant"):
        write(path, [ImportedProduct(handle="shirt", title="Shirt")])
