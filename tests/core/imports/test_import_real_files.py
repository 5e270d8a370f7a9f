"""The real files of three other shop systems are imported, published and read back on every channel."""

import json

import pytest
from django.apps import apps
from django.db import connection

from comptoir.catalogue.models import Product
from comptoir.imports.formats import FORMATS
from comptoir.imports.reading import read_catalogue
from comptoir.imports.rows import ImportedPrice, ImportedProduct
from comptoir.publishing.models import Document

pytestmark = pytest.mark.django_db

CHANNELS = ("store", "web", "app", "social", "booking")
FILES = {"shopify": "shopify-apparel.csv", "spree": "spree-products.csv", "oscar": "oscar-books.csv"}


def everything() -> dict[str, tuple[int, object]]:
    """How many rows every table has, and its last id."""
    counts = {}
    for model in apps.get_models():
        if model._meta.managed and not model._meta.proxy:
            rows = model._default_manager.order_by("-pk")
            counts[model._meta.db_table] = (rows.count(), rows.values_list("pk", flat=True).first())
    return counts


def row_versions() -> list[tuple[object, ...]]:
    """The physical version of every row an import may write: an UPDATE that changes nothing shows too."""
    tables = (
        "catalogue_product",
        "content_productcontent",
        "pricing_price",
        "partner_level",
        "publishing_document",
    )
    found = []
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT '{table}', id, ctid::text, xmin::text FROM {table} ORDER BY id")
            found += cursor.fetchall()
    return found


@pytest.mark.parametrize("format", sorted(FORMATS))
def test_a_real_file_is_imported_published_and_read_on_all_channels(
    shop, client, shared_file, run_import, format
):
    path = shared_file(FILES[format])
    for code in CHANNELS:
        shop.channel(code)
    shop.channel("dollars", plugin="web", currency="USD")
    nantes = shop.location("nantes")

    outcome = run_import(path, format=format, location="nantes")
    shop.settle()

    assert outcome.problems == []
    answers = list(read_catalogue(path, format=format, currency="EUR"))
    products = [answer for answer in answers if isinstance(answer, ImportedProduct)]
    euros = {
        row.sku: row.price for row in answers if isinstance(row, ImportedPrice) and row.currency == "EUR"
    }
    for product in products:
        euros |= {one.sku: one.price for one in product.variants if one.currency == "EUR"}
    slugs = dict(Product.objects.offered().values_list("handle", "contents__slug"))
    for code in CHANNELS:
        for product in products:
            answer = client.get(f"/api/v1/{code}/products/{slugs[product.handle]}")
            assert answer.status_code == 200, (code, product.handle, answer.content)
            read = json.loads(answer.content)
            assert (read["handle"], read["title"], read["brand"]) == (
                product.handle,
                product.title,
                product.vendor,
            )
            assert [one["sku"] for one in read["variants"]] == [one.sku for one in product.variants]
            assert [one["price"]["amount"] for one in read["variants"]] == [
                f"{euros[one.sku]:.2f}" for one in product.variants
            ]
            assert [len(one["options"]) for one in read["variants"]] == [len(product.options)] * len(
                product.variants
            )
            assert {tuple(step["name"] for step in one["path"]) for one in read["categories"]} == set(
                product.categories
            )
            assert read["availability"]["quantity"] == sum(one.quantity or 0 for one in product.variants)
    assert nantes.levels.count() == sum(
        bool(one.quantity) for product in products for one in product.variants
    )


def test_prices_in_dollars_and_euros_of_one_file_reach_their_channels(shop, client, shared_file, run_import):
    shop.channel("web")
    shop.channel("dollars", plugin="web", currency="USD")

    run_import(shared_file("spree-products.csv"), format="spree")
    shop.settle()

    def prices(channel: str) -> list[str]:
        read = client.get(f"/api/v1/{channel}/products/automatic-espresso-machine").json()
        return [one["price"]["amount"] + one["price"]["currency"] for one in read["variants"]]

    assert prices("dollars") == ["879.99USD"] * 3
    assert len(set(prices("web"))) == 1
    assert prices("web")[0].endswith("EUR")


@pytest.mark.parametrize("format", sorted(FORMATS))
def test_a_second_import_of_a_real_file_changes_nothing(
    shop, shared_file, run_import, format, django_capture_on_commit_callbacks
):
    for code in CHANNELS:
        shop.channel(code)
    shop.location("nantes")
    with django_capture_on_commit_callbacks(execute=True):
        run_import(shared_file(FILES[format]), format=format, location="nantes")
    shop.settle()
    before = (
        everything(),
        row_versions(),
        sorted(Document.objects.values_list("item_id", "channel", "etag")),
    )

    with django_capture_on_commit_callbacks() as callbacks:
        outcome = run_import(shared_file(FILES[format]), format=format, location="nantes")
    shop.settle()

    after = (everything(), row_versions(), sorted(Document.objects.values_list("item_id", "channel", "etag")))
    assert after == before
    assert callbacks == []
    assert set(outcome.statuses.values()) == {"unchanged"}
