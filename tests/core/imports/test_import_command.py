"""What the commands say, and their exit codes."""

import csv
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from oscar.apps.catalogue.models import AttributeOptionGroup, ProductClass
from PIL import Image

from comptoir.catalogue.models import Category, Picture, Product
from comptoir.imports.formats import FORMATS
from comptoir.imports.rows import ImportedImage

from .conftest import mug, shirt

pytestmark = pytest.mark.django_db


def run(*arguments: object, **options: object) -> str:
    output = StringIO()
    call_command(
        "import_catalogue", *map(str, arguments), **{"format": "shopify", "stdout": output, **options}
    )
    return output.getvalue()


def test_the_command_shows_the_columns_and_the_counts(shop, catalogue_file):
    said = run(catalogue_file(shirt(), mug()))

    assert "Handle (required)" in said
    assert "Variant Price (required)" in said
    assert "products created" in said
    assert [line.split()[-2] for line in said.splitlines() if "products" in line] == ["2", "0", "0"]
    assert Product.objects.offered().count() == 2


def test_bad_rows_are_named_by_line_and_column_and_end_with_an_error(shop, catalogue_file, tmp_path):
    path = catalogue_file(mug(), shirt())
    path.write_text(path.read_text().replace("49.90", "-1", 1))
    output, report = StringIO(), tmp_path / "report.csv"

    with pytest.raises(CommandError, match="1 rows are bad; nothing was stored"):
        run(path, stdout=output, report=report)

    assert (
        "line 3, Variant Price: “-1” in Variant Price is below zero. (negative_number)" in output.getvalue()
    )
    assert "Summary: nothing was stored" in output.getvalue()
    with report.open(newline="") as stream:
        assert list(csv.reader(stream))[1][:3] == ["3", "Variant Price", "negative_number"]
    assert not Product.objects.exists()


def test_good_rows_go_in_by_flag_and_the_exit_code_still_tells(shop, catalogue_file):
    path = catalogue_file(mug(), shirt())
    path.write_text(path.read_text().replace("49.90", "-1", 1))

    with pytest.raises(CommandError, match="1 rows were refused; the good products are stored"):
        run(path, policy="good")

    assert Product.objects.get().handle == "mug"


def test_a_dry_run_stores_nothing(shop, catalogue_file):
    assert "Summary: nothing was stored" in run(catalogue_file(mug()), dry_run=True)
    assert not Product.objects.exists()


def test_a_file_of_excel_gets_the_hint_to_its_encoding(shop, catalogue_file):
    path = catalogue_file(mug(title="Tasse émaillée"))
    path.write_bytes(path.read_text().encode("cp1252"))
    output = StringIO()

    with pytest.raises(CommandError):
        run(path, stdout=output)

    assert "try --encoding cp1252" in output.getvalue()
    run(path, encoding="cp1252")
    assert Product.objects.get().title == "Tasse émaillée"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"locale": "xx"}, "--locale: “xx” is not a language of the shop"),
        ({"location": "mars"}, "--location: “mars” is not the code of a location"),
        ({"currency": "eur"}, "--currency: eur cannot be used here"),
    ],
)
@pytest.mark.usefixtures("english")
def test_a_wrong_option_is_a_sentence(shop, catalogue_file, options, sentence):
    with pytest.raises(CommandError) as error:
        run(catalogue_file(mug()), **options)
    assert str(error.value).startswith(sentence)


def test_a_file_that_is_not_there_is_a_sentence(shop, tmp_path):
    with pytest.raises(CommandError, match="cannot be read: No such file or directory"):
        run(tmp_path / "none.csv")


def test_a_line_of_fifty_megabytes_is_one_bad_row(shop, catalogue_file):
    path = catalogue_file(mug())
    with path.open("a") as stream:
        stream.write("long,Long," + "x" * 50 * 1024 * 1024 + "\n")

    with pytest.raises(CommandError):
        run(path, policy="good", stdout=(output := StringIO()))

    assert "(line_too_long)" in output.getvalue()
    assert Product.objects.get().handle == "mug"


def test_pictures_come_from_a_folder_once_and_never_from_the_network(
    shop, catalogue_file, tmp_path, settings
):
    settings.MEDIA_ROOT = str(tmp_path / "media")
    folder = tmp_path / "pictures"
    folder.mkdir()
    Image.new("RGB", (40, 30), "navy").save(folder / "front.jpg")
    (folder / "back.jpg").write_text("<script>not a picture</script>")
    images = tuple(
        ImportedImage(url=f"https://shop.test/a/{n}.jpg?v=1", alt=n) for n in ("front", "back", "side")
    )
    path = catalogue_file(mug(images=images))

    said = run(path, pictures=folder)

    picture = Picture.objects.get()
    assert (picture.title, picture.description, picture.width) == ("front", "front", 40)
    assert [image.image for image in Product.objects.get().images.all()] == [picture]
    assert "back.jpg: " in said
    assert "picture addresses whose picture is not in the library" in said
    run(path, pictures=folder)
    assert Picture.objects.count() == Product.objects.get().images.count() == 1


@pytest.mark.parametrize(
    ("format", "name"),
    [("shopify", "shopify-apparel.csv"), ("spree", "spree-products.csv"), ("oscar", "oscar-books.csv")],
)
def test_an_export_imports_back_to_the_same_catalogue(shop, shared_file, tmp_path, format, name):
    shop.location("nantes")
    currency = "USD" if format == "spree" else "EUR"
    options = {"currency": currency, "location": "nantes", "stdout": StringIO()}
    first, again, other = (tmp_path / f"{n}.csv" for n in ("first", "again", "other"))
    run(shared_file(name), format=format, location="nantes")
    call_command("export_catalogue", str(first), **options)

    said = run(first, location="nantes")

    counts = [line.split()[-2] for line in said.splitlines() if "products" in line]
    assert counts == ["0", "0", str(Product.objects.offered().count())]
    call_command("export_catalogue", str(again), **options)
    assert again.read_bytes() == first.read_bytes()
    _empty_the_shop()
    run(first, location="nantes")
    call_command("export_catalogue", str(other), **options)
    assert other.read_bytes() == first.read_bytes()


def test_an_export_leaves_out_drafts_and_says_so(shop, tmp_path, catalogue_file):
    run(catalogue_file(mug()))
    run(catalogue_file(shirt(), name="b.csv"), draft=True)
    output = StringIO()

    call_command("export_catalogue", str(tmp_path / "out.csv"), stdout=output)

    assert "1 products written" in output.getvalue()
    assert "1 products are left out" in output.getvalue()
    assert "shirt-1" not in (tmp_path / "out.csv").read_text()


def test_an_export_costs_the_same_number_of_statements_for_two_and_for_twenty_products(
    shop, tmp_path, catalogue_file, django_assert_num_queries
):
    run(catalogue_file(shirt(0), shirt(1)))
    with CaptureQueriesContext(connection) as few:
        call_command("export_catalogue", str(tmp_path / "few.csv"), stdout=StringIO())
    run(catalogue_file(*(shirt(number) for number in range(20))))
    with django_assert_num_queries(len(few)):
        call_command("export_catalogue", str(tmp_path / "many.csv"), stdout=StringIO())


def test_products_made_by_the_shop_itself_export_and_import_back(shop, tmp_path):
    shop.product("marin", sizes=["S", "M"])
    shop.product("bonnet")
    path = tmp_path / "out.csv"
    call_command("export_catalogue", str(path), stdout=StringIO())

    said = run(path)

    assert [line.split()[-2] for line in said.splitlines() if "products" in line] == ["0", "0", "2"]


def test_every_format_is_offered():
    assert set(FORMATS) == {"shopify", "spree", "oscar"}


def _empty_the_shop() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE partner_movement, partner_level CASCADE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    for model in (Product, Category, ProductClass, AttributeOptionGroup):
        model.objects.all().delete()


def test_a_report_that_cannot_be_written_is_a_sentence(shop, catalogue_file, tmp_path):
    with pytest.raises(CommandError, match="cannot be written"):
        run(catalogue_file(mug()), report=Path(tmp_path, "none", "report.csv"))
