"""Catalogue files become products; what is wrong is told by line and column, and the rest goes in."""

import csv
import io
import os
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from comptoir.imports.codes import derived_sku, gtin_from
from comptoir.imports.formats import FORMATS
from comptoir.imports.reading import open_rows, read_catalogue
from comptoir.imports.rows import (
    MESSAGES,
    ImportedImage,
    ImportedPrice,
    ImportedProduct,
    ImportedVariant,
    RowProblem,
)

SHOPIFY_HEADER = (
    "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Grams,Variant Inventory Qty,Variant Price,"
    "Variant Barcode,Image Src,Variant Weight Unit"
)
SPREE_HEADER = (
    "slug,sku,name,price,currency,option1_name,option1_value,weight,weight_unit,inventory_count,image1_src"
)


@pytest.fixture
def shared_data() -> Path:
    beside = Path(__file__).resolve().parents[4] / "shared" / "data"
    folder = Path(os.environ.get("COMPTOIR_SHARED_DATA", beside))
    if not folder.is_dir():
        pytest.skip(f"the real catalogue files are not here: no folder {folder} (set COMPTOIR_SHARED_DATA)")
    return folder


@pytest.fixture
def read(tmp_path):
    """Read a file of this content, given as text or bytes."""

    def read_content(content: str | bytes, format: str = "shopify", **options) -> list:
        path = tmp_path / "catalogue.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return list(read_catalogue(path, format=format, **options))

    return read_content


def shopify(**cells: str) -> str:
    """One row of a Shopify file, good but for the cells named here (_ for a blank in a column name)."""
    good = {"Handle": "mug", "Title": "Mug", "Variant_Price": "8.50"} | cells
    return _row(SHOPIFY_HEADER, good)


def spree(**cells: str) -> str:
    return _row(SPREE_HEADER, cells)


def _row(header: str, cells: dict[str, str]) -> str:
    line = io.StringIO()
    named = {name.replace("_", " ") if " " in header else name: value for name, value in cells.items()}
    csv.DictWriter(line, header.split(","), lineterminator="\n").writerow(named)
    return line.getvalue()


def problems(answers: list) -> list[tuple[int, str, str]]:
    return [(a.line, a.field, a.code) for a in answers if isinstance(a, RowProblem)]


def products(answers: list) -> list[ImportedProduct]:
    return [answer for answer in answers if isinstance(answer, ImportedProduct)]


# Real files


def test_the_shopify_sample_is_read_whole(shared_data):
    answers = list(read_catalogue(shared_data / "shopify-apparel.csv", format="shopify"))

    assert Counter(type(answer) for answer in answers) == {ImportedProduct: 20}
    assert sum(len(product.variants) for product in answers) == 22
    varsity_top = answers[1]
    assert (varsity_top.handle, varsity_top.title, varsity_top.line) == (
        "classic-varsity-top",
        "Classic Varsity Top",
        3,
    )
    assert varsity_top.options == ("Size",)
    assert varsity_top.tags == ("women",)
    assert varsity_top.variants[2] == ImportedVariant(
        sku="CLASSIC-VARSITY-TOP-LARGE",
        option_values=("Large",),
        price=Decimal(60),
        currency="EUR",
        weight_g=0,
        quantity=1,
    )
    assert varsity_top.images == (
        ImportedImage(url="https://burst.shopifycdn.com/photos/casual-fashion-woman_925x.jpg", position=1),
    )


def test_the_shopify_sample_has_products_without_options(shared_data):
    shirt = next(read_catalogue(shared_data / "shopify-apparel.csv", format="shopify", currency="CAD"))

    assert shirt.options == ()
    assert [(v.sku, v.option_values, v.price, v.currency) for v in shirt.variants] == [
        ("OCEAN-BLUE-SHIRT", (), Decimal(50), "CAD")
    ]


def test_the_spree_sample_is_read_whole(shared_data):
    answers = list(read_catalogue(shared_data / "spree-products.csv", format="spree"))

    assert Counter(type(answer) for answer in answers) == {ImportedProduct: 37, ImportedPrice: 87}
    assert sum(len(product.variants) for product in products(answers)) == 87
    machine = answers[0]
    assert machine.categories == (("Kitchen", "Coffee Machines"),)
    assert machine.attributes == {"wattage": "1400W", "voltage": "220-240V", "warranty": "2 Years"}
    assert machine.product_class == "Kitchen Appliance"
    assert machine.options == ("Color",)
    assert len(machine.images) == 4
    black = machine.variants[0]
    assert (black.sku, black.option_values) == ("AUTOMATIC-ESPRESSO-MACHINE-MATTE-BLACK", ("Matte Black",))
    assert (black.price, black.currency, black.compare_at) == (Decimal("879.99"), "USD", None)
    assert (black.weight_g, black.quantity, black.line) == (8981, 5000, 3)  # 19.8 lb of 453.59237 g


def test_the_spree_sample_gives_its_prices_in_euros_after_the_products(shared_data):
    answers = list(read_catalogue(shared_data / "spree-products.csv", format="spree"))

    assert answers[37] == ImportedPrice(
        sku="AUTOMATIC-ESPRESSO-MACHINE-MATTE-BLACK", price=Decimal("819.99"), currency="EUR"
    )
    assert answers[37].line == 126


def test_the_oscar_sample_is_read_whole(shared_data):
    answers = list(read_catalogue(shared_data / "oscar-books.csv", format="oscar", currency="GBP"))

    assert Counter(type(answer) for answer in answers) == {ImportedProduct: 86}
    snow_crash = answers[0]
    assert (snow_crash.handle, snow_crash.title, snow_crash.vendor) == (
        "9780553380958",
        "Snow Crash",
        "Book partner",
    )
    assert snow_crash.categories == (("Books", "Fiction", "Computers in Literature"),)
    assert snow_crash.variants == (
        ImportedVariant(
            sku="9780553380958", gtin="9780553380958", price=Decimal("17.99"), currency="GBP", quantity=51
        ),
    )


def test_reading_a_file_twice_gives_the_same_products(shared_data):
    path = shared_data / "shopify-apparel.csv"
    assert list(read_catalogue(path, format="shopify")) == list(read_catalogue(path, format="shopify"))


def test_the_progress_ends_at_the_size_of_the_file(shared_data):
    path = shared_data / "spree-products.csv"
    offsets: list[int] = []

    list(read_catalogue(path, format="spree", progress=offsets.append))

    assert offsets == sorted(offsets)
    assert offsets[-1] == path.stat().st_size


# Rows into products


def test_a_row_with_only_a_picture_adds_a_picture(read):
    content = (
        SHOPIFY_HEADER
        + "\n"
        + shopify(Image_Src="https://shop.test/1.jpg")
        + "mug,,,,,,,,,https://shop.test/2.jpg,\n"
    )

    (mug,) = read(content)

    assert [image.url for image in mug.images] == ["https://shop.test/1.jpg", "https://shop.test/2.jpg"]
    assert [image.position for image in mug.images] == [1, 2]
    assert len(mug.variants) == 1


def test_a_product_is_refused_with_all_its_problems_and_the_others_go_in(read):
    rows = (
        shopify(Option1_Name="Size", Option1_Value="S")
        + shopify(Title="", Option1_Value="M", Variant_Price="-1", Variant_Inventory_Qty="2.5")
        + shopify(Title="", Option1_Value="L", Variant_Barcode="4006381333932")
        + shopify(Handle="cup", Title="Cup")
    )

    answers = read(SHOPIFY_HEADER + "\n" + rows)

    assert problems(answers) == [
        (3, "Variant Price", "negative_number"),
        (3, "Variant Inventory Qty", "not_an_integer"),
        (4, "Variant Barcode", "gtin_check_digit"),
    ]
    assert [product.handle for product in products(answers)] == ["cup"]


@pytest.mark.parametrize(
    ("cells", "field", "code"),
    [
        ({"Title": ""}, "Title", "missing_value"),
        ({"Title": "x" * 256}, "Title", "too_long"),
        ({"Handle": "x" * 256}, "Handle", "too_long"),
        ({"Variant_Price": "-0.01"}, "Variant Price", "negative_number"),
        ({"Variant_Price": "eight"}, "Variant Price", "not_a_number"),
        ({"Variant_Price": "NaN"}, "Variant Price", "not_a_number"),
        ({"Variant_Price": "Infinity"}, "Variant Price", "not_a_number"),
        ({"Variant_Price": "1e5"}, "Variant Price", "not_a_number"),
        ({"Variant_Price": "1_000"}, "Variant Price", "not_a_number"),
        ({"Variant_Price": "8,50"}, "Variant Price", "not_a_number"),
        ({"Variant_Price": "٨"}, "Variant Price", "not_a_number"),
        ({"Variant_Price": "8.505"}, "Variant Price", "price_decimals"),
        ({"Variant_Price": "1." + "0" * 35 + "1"}, "Variant Price", "price_decimals"),
        ({"Variant_Price": "10000000000"}, "Variant Price", "number_too_large"),
        ({"Variant_Inventory_Qty": "1.5"}, "Variant Inventory Qty", "not_an_integer"),
        ({"Variant_Inventory_Qty": "many"}, "Variant Inventory Qty", "not_an_integer"),
        ({"Variant_Inventory_Qty": "-3"}, "Variant Inventory Qty", "negative_number"),
        ({"Variant_Inventory_Qty": "1000000001"}, "Variant Inventory Qty", "number_too_large"),
        ({"Variant_Inventory_Qty": "9" * 40}, "Variant Inventory Qty", "number_too_large"),
        ({"Variant_Grams": "9" * 40}, "Variant Grams", "number_too_large"),
        ({"Variant_Barcode": "4006381333932"}, "Variant Barcode", "gtin_check_digit"),
        ({"Variant_Barcode": "044156959X"}, "Variant Barcode", "gtin_check_digit"),
        ({"Variant_Barcode": "9.78055E+12"}, "Variant Barcode", "gtin_format"),
        ({"Variant_Weight_Unit": "stone"}, "Variant Weight Unit", "weight_unit"),
        ({"Image_Src": "file:///etc/passwd"}, "Image Src", "bad_url"),
        ({"Option1_Value": "Red"}, "Option1 Name", "option_without_name"),
        ({"Option1_Name": "Color"}, "Option1 Value", "missing_value"),
        ({"Title": "a\0b"}, "Title", "nul_byte"),
    ],
)
def test_a_bad_cell_is_told_by_line_and_column_and_the_next_product_goes_in(read, cells, field, code):
    answers = read(SHOPIFY_HEADER + "\n" + shopify(**cells) + shopify(Handle="cup", Title="Cup"))

    assert problems(answers) == [(2, field, code)]
    assert [product.handle for product in products(answers)] == ["cup"]


def test_numbers_as_spreadsheets_write_them_are_understood(read):
    content = (
        SHOPIFY_HEADER
        + "\n"
        + shopify(Variant_Price=" +8.500 ", Variant_Inventory_Qty="5.0", Variant_Grams="453.5")
    )

    (mug,) = read(content)

    assert (mug.variants[0].price, mug.variants[0].quantity, mug.variants[0].weight_g) == (
        Decimal("8.5"),
        5,
        454,
    )


def test_a_formula_is_data(read):
    (mug,) = read(SHOPIFY_HEADER + "\n" + shopify(Title="=cmd|' /C calc'!A0", Variant_SKU="@SUM(A1)"))

    assert (mug.title, mug.variants[0].sku) == ("=cmd|' /C calc'!A0", "@SUM(A1)")


def test_a_sku_used_by_two_products_is_a_problem_of_the_second(read):
    rows = shopify(Variant_SKU="M-1") + shopify(Handle="cup", Title="Cup", Variant_SKU="M-1")

    answers = read(SHOPIFY_HEADER + "\n" + rows)

    assert problems(answers) == [(3, "Variant SKU", "duplicate_sku")]
    assert answers[1].message == "The SKU “M-1” is already used on line 2."
    assert [product.handle for product in products(answers)] == ["mug"]


def test_a_bar_code_used_twice_is_a_problem_also_with_a_zero_before_it(read):
    rows = shopify(Variant_Barcode="036000291452") + shopify(
        Handle="cup", Title="Cup", Variant_Barcode="0036000291452"
    )

    assert problems(read(SHOPIFY_HEADER + "\n" + rows)) == [(3, "Variant Barcode", "duplicate_gtin")]


def test_two_variants_with_the_same_options_are_refused(read):
    rows = shopify(Option1_Name="Size", Option1_Value="S", Variant_SKU="1")
    rows += shopify(Title="", Option1_Value="S", Variant_SKU="2")

    assert problems(read(SHOPIFY_HEADER + "\n" + rows)) == [(3, "Option1 Value", "duplicate_option_values")]


def test_the_rows_of_a_product_must_be_together(read):
    rows = shopify() + shopify(Handle="cup", Title="Cup") + shopify(Option1_Value="Blue")

    answers = read(SHOPIFY_HEADER + "\n" + rows)

    assert problems(answers) == [(4, "Handle", "handle_not_adjacent")]
    assert [product.handle for product in products(answers)] == ["mug", "cup"]


def test_a_row_without_a_handle_is_a_problem_of_its_own(read):
    answers = read(
        SHOPIFY_HEADER + "\n" + shopify() + shopify(Handle="") + shopify(Handle="cup", Title="Cup")
    )

    assert problems(answers) == [(3, "Handle", "missing_value")]
    assert [product.handle for product in products(answers)] == ["mug", "cup"]


def test_a_product_of_too_many_rows_is_refused_in_bounded_memory(read):
    rows = (
        shopify(Option1_Name="No", Option1_Value=str(number), Variant_SKU=str(number))
        for number in range(2_600)
    )

    answers = read(SHOPIFY_HEADER + "\n" + "".join(rows) + shopify(Handle="cup", Title="Cup"))

    assert problems(answers) == [(2, "Handle", "too_many_rows")]
    assert [product.handle for product in products(answers)] == ["cup"]


def test_a_draft_of_shopify_is_not_public(read):
    (mug,) = read("Handle,Title,Variant Price,Status,Published\nmug,Mug,8.50,draft,true\n")

    assert mug.is_public is False


def test_the_metafields_of_shopify_are_attributes(read):
    header = "Handle,Title,Variant Price,A (product.metafields.custom.fabric),B (product.metafields.seen.on)"

    (mug,) = read(header + "\nmug,Mug,8.50,Clay,4.5\n")

    assert mug.attributes == {"fabric": "Clay", "seen.on": "4.5"}


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("Tags (product.metafields.comptoir.tags)", '[["nested"]]'),
        ("Tags (product.metafields.comptoir.tags)", '{"an": "object"}'),
        ("Tags (product.metafields.comptoir.tags)", r'["\u0000"]'),
        ("Categories (product.metafields.comptoir.categories)", '["flat"]'),
        ("Categories (product.metafields.comptoir.categories)", '[[["deep"]]]'),
        ("Categories (product.metafields.comptoir.categories)", "[" * 100_000),
        ("Attributes (product.metafields.comptoir.attributes)", '{"size": 3}'),
        ("Attributes (product.metafields.comptoir.attributes)", r'{"size": "\ud800"}'),
        ("Attributes (product.metafields.comptoir.attributes)", "big"),
    ],
)
def test_our_own_columns_edited_by_hand_are_checked(read, column, cell):
    quoted = cell.replace('"', '""')

    answers = read(f'Handle,Title,Variant Price,{column}\nmug,Mug,8.50,"{quoted}"\n')

    assert problems(answers) == [(2, column, "bad_json")]


@pytest.mark.parametrize(("unit", "grams"), [("g", 2), ("kg", 2500), ("oz", 71), ("lb", 1134), ("LB", 1134)])
def test_spree_weights_become_grams(read, unit, grams):
    row = spree(
        slug="mug", sku="M", name="Mug", price="1", weight="2.5" if unit != "g" else "2.4", weight_unit=unit
    )

    (mug,) = read(SPREE_HEADER + "\n" + row, "spree")

    assert mug.variants[0].weight_g == grams


def test_a_spree_weight_needs_a_unit(read):
    row = spree(slug="mug", sku="M", name="Mug", price="1", weight="2.5")

    assert problems(read(SPREE_HEADER + "\n" + row, "spree")) == [(2, "weight_unit", "missing_value")]


def test_a_spree_product_without_variants_is_sold_itself(read):
    (mug,) = read(
        SPREE_HEADER + "\n" + spree(slug="mug", sku="M", name="Mug", price="8.50"), "spree", currency="CHF"
    )

    assert [(v.sku, v.price, v.currency) for v in mug.variants] == [("M", Decimal("8.50"), "CHF")]


def test_a_further_spree_price_needs_its_variant_and_comes_once_a_currency(read):
    rows = (
        spree(slug="mug", sku="M", name="Mug", price="9", currency="USD")
        + spree(slug="mug", sku="M", price="8", currency="EUR")
        + spree(slug="mug", sku="M", price="7", currency="EUR")
        + spree(slug="mug", sku="X", price="8", currency="EUR")
        + spree(slug="mug", sku="M", price="8", currency="euro")
    )

    answers = read(SPREE_HEADER + "\n" + rows, "spree")

    assert [answer.price for answer in answers if isinstance(answer, ImportedPrice)] == [Decimal(8)]
    assert problems(answers) == [
        (4, "sku", "duplicate_price"),
        (5, "sku", "unknown_sku"),
        (6, "currency", "bad_currency"),
    ]


def test_an_oscar_isbn_10_becomes_an_isbn_13(read):
    (book,) = read("Book,Books,0441569595,Neuromancer,NULL,Partner,,7.99,3\n", "oscar")

    assert (book.handle, book.variants[0].gtin, book.variants[0].sku) == ("9780441569595",) * 3
    assert book.description_html == ""


def test_an_oscar_row_may_have_no_stock_but_not_six_cells(read):
    answers = read("Book,Books,9780441569595,Neuromancer,\nBook,Books,,Six,,Partner\n", "oscar")

    assert (answers[0].variants[0].price, answers[0].variants[0].currency) == (None, None)
    assert problems(answers) == [(2, "sku", "cell_count")]


def test_bar_codes_are_checked_as_gs1_says():
    # The worked example of GS1's check digit calculator page, and an ISBN-10 ending in X.
    assert gtin_from("629104150021 3") == "6291041500213"
    assert gtin_from("0-8044-2957-X") == "9780804429573"


def test_a_derived_sku_keeps_other_alphabets_and_loses_accents():
    assert derived_sku("ocean-blue-shirt", ("Small",)) == "OCEAN-BLUE-SHIRT-SMALL"
    assert derived_sku("thé", ("Été", "大")) == "THE-ETE-大"


# Broken files


@pytest.mark.parametrize("format", sorted(FORMATS))
@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_told(read, format, content):
    assert problems(read(content, format)) == [(1, "", "empty_file")]


def test_each_missing_column_is_told(read):
    assert problems(read("Name,Title\nmug,Mug\n")) == [
        (1, "Handle", "missing_column"),
        (1, "Variant Price", "missing_column"),
    ]


def test_a_column_that_is_there_twice_is_told(read):
    assert problems(read("Handle,Title,Title,Variant Price\n")) == [(1, "Title", "duplicate_column")]


@pytest.mark.parametrize(("separator", "name"), [(";", ";"), ("\t", "tab")])
def test_another_delimiter_is_named(read, separator, name):
    (problem,) = read((SHOPIFY_HEADER + "\n" + shopify()).replace(",", separator))

    assert (problem.code, problem.value) == ("wrong_delimiter", name)


def test_another_delimiter_is_named_without_a_header(read):
    (problem,) = read(
        "Book;Books > Fiction;9780441569595;Neuromancer;Case, a hacker;Partner;1;7,99;3\n", "oscar"
    )

    assert (problem.code, problem.value) == ("wrong_delimiter", ";")


def test_a_byte_order_mark_is_no_part_of_the_first_column(read):
    assert [
        p.handle for p in products(read(b"\xef\xbb\xbf" + (SHOPIFY_HEADER + "\n" + shopify()).encode()))
    ] == ["mug"]


def test_a_byte_that_is_not_utf_8_is_told_by_line_offset_and_column(read):
    content = (SHOPIFY_HEADER + "\n" + shopify(Title="Café") + shopify(Handle="cup", Title="Cup")).encode(
        "cp1252"
    )

    answers = read(content)

    assert problems(answers) == [(2, "Title", "encoding")]
    assert answers[0].facts == {"byte": content.index(b"\xe9"), "encoding": "utf-8"}
    assert "cp1252" in answers[0].message
    assert answers[0].value == "0xE9"
    assert [product.handle for product in products(answers)] == ["cup"]


def test_a_file_of_excel_is_read_with_its_encoding(read):
    (mug,) = read((SHOPIFY_HEADER + "\n" + shopify(Title="Café à 5 €")).encode("cp1252"), encoding="cp1252")

    assert mug.title == "Café à 5 €"


@pytest.mark.parametrize("encoding", ["utf-16", "klingon", "rot13"])
def test_an_encoding_that_cannot_be_read_is_told(read, encoding):
    assert problems(read(SHOPIFY_HEADER, encoding=encoding)) == [(1, "", "unknown_encoding")]


def test_a_utf_16_file_is_told_once(read):
    assert problems(read((SHOPIFY_HEADER + "\n" + shopify()).encode("utf-16"))) == [(1, "", "encoding")]


def test_lines_are_counted_with_the_breaks_inside_quotes(read):
    rows = shopify(Title="Mug\nof\r\nclay") + "\n" + shopify(Handle="cup", Title="Cup", Variant_Price="x")

    answers = read(SHOPIFY_HEADER + "\n" + rows)

    assert (answers[0].title, answers[0].line) == ("Mug\nof\r\nclay", 2)
    assert problems(answers) == [(6, "Variant Price", "not_a_number")]


def test_a_quote_never_closed_costs_one_product_not_the_file(read):
    rows = 'mug,"Mug,,,,,,8.50,,,\n' + shopify(Handle="cup", Title="Cup") + shopify(Handle="jug", Title="Jug")

    answers = read(SHOPIFY_HEADER + "\n" + rows)

    assert problems(answers) == [(2, "", "unclosed_quote")]
    assert [product.handle for product in products(answers)] == ["cup", "jug"]


def test_text_after_a_closing_quote_is_malformed(read):
    rows = 'mug,"Mug" blue,,,,,,8.50,,,\n' + shopify(Handle="cup", Title="Cup")

    assert problems(read(SHOPIFY_HEADER + "\n" + rows)) == [(2, "", "malformed_row")]


def test_a_row_that_is_too_short_names_the_first_missing_column_and_refuses_its_product(read):
    rows = shopify() + "mug,,,Blue\n" + shopify(Handle="cup", Title="Cup")

    answers = read(SHOPIFY_HEADER + "\n" + rows)

    assert problems(answers) == [(3, "Variant SKU", "cell_count")]
    assert [product.handle for product in products(answers)] == ["cup"]


def test_empty_cells_at_the_end_of_a_row_do_not_matter(read):
    assert len(products(read(SHOPIFY_HEADER + "\n" + shopify().rstrip("\n") + ",,,\n"))) == 1


def test_a_line_of_fifty_megabytes_is_skipped_in_little_memory(tmp_path):
    path = tmp_path / "long.csv"
    with path.open("wb") as file:
        file.write(f"{SHOPIFY_HEADER}\n{shopify()}mug,".encode())
        for _ in range(50):
            file.write(b"x" * 1024 * 1024)
        file.write(b"\n" + shopify(Handle="cup", Title="Cup").encode())
    tracemalloc.start()

    answers = list(read_catalogue(path, format="shopify"))

    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_bytes < 30 * 1024 * 1024
    assert problems(answers) == [(3, "", "line_too_long")]
    assert [(product.handle, product.line) for product in products(answers)] == [("cup", 4)]


def test_a_quoted_cell_of_fifty_megabytes_without_end_is_given_up_in_little_memory(tmp_path):
    path = tmp_path / "long.csv"
    with path.open("wb") as file:
        file.write(f'{SHOPIFY_HEADER}\nmug,"'.encode())
        file.write(b"\n" + shopify(Handle="cup", Title="Cup").encode())
        for _ in range(5):
            file.write(b"x" * 10 * 1024 * 1024)
    tracemalloc.start()

    answers = list(read_catalogue(path, format="shopify"))

    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_bytes < 30 * 1024 * 1024
    assert problems(answers) == [(2, "", "line_too_long"), (4, "", "line_too_long")]
    assert [product.handle for product in products(answers)] == ["cup"]


def test_a_row_of_four_million_empty_cells_is_given_up_in_little_memory(tmp_path):
    path = tmp_path / "wide.csv"
    path.write_bytes(f"{SHOPIFY_HEADER}\nmug,".encode() + b"," * 4_000_000)
    tracemalloc.start()

    answers = list(read_catalogue(path, format="shopify"))

    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_bytes < 30 * 1024 * 1024
    assert problems(answers) == [(2, "", "line_too_long")]


def test_a_cell_over_a_mebibyte_is_refused_and_one_of_half_is_not(read):
    rows = shopify(Title="x" * (1024 * 1024 + 1)) + shopify(
        Handle="cup", Title="Cup", Option1_Name="x" * 512 * 1024
    )

    assert problems(read(SHOPIFY_HEADER + "\n" + rows)) == [
        (2, "", "line_too_long"),
        (3, "Option1 Name", "too_long"),
    ]


def test_rows_come_with_the_line_they_start_on(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_bytes(b'a,"b\nb"\n\nc,d')

    assert [(line, cells) for line, cells, _ in open_rows(path)] == [(1, ["a", "b\nb"]), (4, ["c", "d"])]


# Words and shape


def test_each_sentence_belongs_to_a_problem_that_can_happen():
    folder = Path(open_rows.__code__.co_filename).parent
    code_of_refusals = " ".join(path.read_text() for path in folder.rglob("*.py") if path.name != "rows.py")

    assert [code for code in MESSAGES if f'"{code}"' not in code_of_refusals] == []


def test_a_problem_can_be_said_again_in_another_language(read):
    (problem, *_) = read(SHOPIFY_HEADER + "\n" + shopify(Title="x" * 300))

    assert problem.message == "Title is longer than 255 characters."
    again = MESSAGES[problem.code].format(
        line=problem.line, field=problem.field, value=problem.value, **problem.facts
    )
    assert again == problem.message
    assert problem.value == "x" * 80


def test_a_value_shown_to_people_cannot_command_their_terminal(read):
    (problem,) = read(SHOPIFY_HEADER + "\n" + shopify(Variant_Price="\x1b[2J"))

    assert problem.value == "\ufffd[2J"


def test_the_formats_have_the_same_shape():
    assert sorted(FORMATS) == ["oscar", "shopify", "spree"]
    for format in FORMATS.values():
        assert set(format.required) <= set(format.columns)
        assert isinstance(format.read(iter(()), "EUR"), Iterator)


def test_a_currency_that_is_no_code_is_refused_at_once(tmp_path):
    with pytest.raises(ValueError, match="'euro' is not a currency code"):
        read_catalogue(tmp_path / "none.csv", format="shopify", currency="euro")
