"""Many products out of a few: rows are copied inside the database, each copy with keys and names of its own."""

from collections.abc import Callable

from django.db import connection, models
from django.db.models import Max
from oscar.apps.catalogue.models import ProductAttributeValue, ProductCategory

from comptoir.catalogue.models import Product, ProductImage
from comptoir.content.models import ProductContent
from comptoir.pricing.models import Price
from comptoir.publishing.models import Document
from comptoir.stock.models import Level

Progress = Callable[[int], object]

#: The columns that name a product, as copies have them; ``%(copy)s`` is the number of the copy, ``%(step)s`` how far
#: the keys of products of one copy are from those of the copy before.
PRODUCT = "{} + %(copy)s * %(step)s"
NAME = "{} || '-' || %(copy)s * %(step)s"  # copies of copies have other numbers
#: An EAN-13 of our own: nine digits of the key behind 200 (numbers for use inside a shop), and the check digit.
GTIN = """(SELECT code || (10 - sum(substr(code, place, 1)::int * (1 + 2 * (1 - place %% 2))) %% 10) %% 10
    FROM (SELECT '200' || lpad((id + %(copy)s * %(step)s)::text, 9, '0') AS code) own, generate_series(1, 12) AS place
    GROUP BY code)"""
CATALOGUE: dict[type[models.Model], dict[str, str]] = {
    Product: {
        "id": PRODUCT, "parent_id": PRODUCT, "sku": NAME, "handle": NAME, "slug": NAME,
        "upc": f"CASE WHEN sku IS NOT NULL THEN {GTIN} END",
    },
    Level: {"variant_id": PRODUCT},
    Price: {"variant_id": PRODUCT},
    ProductAttributeValue: {"product_id": PRODUCT},
    ProductCategory: {"product_id": PRODUCT},
    ProductImage: {"product_id": PRODUCT},
    ProductContent: {
        "product_id": PRODUCT, "title": "{} || ' ' || %(copy)s", "slug": NAME,
        "translation_key": "md5({}::text || %(copy)s)::uuid", "live_revision_id": "NULL", "latest_revision_id": "NULL",
    },
}  # fmt: skip
#: What readers need: the documents, and what their stock is joined from.
READING: dict[type[models.Model], dict[str, str]] = {
    Product: CATALOGUE[Product],
    Level: CATALOGUE[Level],
    Document: {
        "item_id": PRODUCT, "slug": NAME, "title_key": "{} || ' ' || %(copy)s", "price_key": "{} + %(copy)s %% 37",
        "newest_key": "{} - %(copy)s", "variant_ids": "ARRAY(SELECT one + %(copy)s * %(step)s FROM unnest({}) AS one)",
        "skus": "ARRAY(SELECT one || '-' || %(copy)s * %(step)s FROM unnest({}) AS one)",
        "codes": "ARRAY(SELECT one || '-' || %(copy)s * %(step)s FROM unnest({}) AS one)",
    },
}  # fmt: skip


def copy_products(tables: dict[type[models.Model], dict[str, str]], copies: int, progress: Progress) -> None:
    """Have every product ``copies`` times more; each table has to hold nothing but the originals."""
    step = _last(Product)
    lasts = {table: _last(table) for table in tables}
    with connection.cursor() as cursor:
        cursor.execute(
            "SET session_replication_role = replica"
        )  # our keys are right: checking millions takes long
        for copy in range(1, copies + 1):
            for table, changes in tables.items():
                cursor.execute(_statement(table, changes), {"copy": copy, "step": step, "last": lasts[table]})
            progress(1)
        for table in tables:
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table._meta.db_table, _last(table)]
            )
        cursor.execute("SET session_replication_role = origin")


def without_indexes(table: type[models.Model], work: Callable[[], object]) -> None:
    """Fill a table before its indexes are made, which is quicker by far."""
    with connection.schema_editor() as editor:
        for index in table._meta.indexes:
            editor.remove_index(table, index)
    work()
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '1GB'")
    for index in table._meta.indexes:
        with connection.schema_editor() as editor:
            editor.add_index(table, index)


def _statement(table: type[models.Model], changes: dict[str, str]) -> str:
    changes = {"id": "{} + %(copy)s * %(last)s", **changes}
    columns = [field.column for field in table._meta.concrete_fields]
    chosen = ", ".join(changes.get(column, "{}").format(column) for column in columns)
    name = table._meta.db_table
    return (
        f"INSERT INTO {name} ({', '.join(columns)}) SELECT {chosen} FROM {name} "  # noqa: S608 (our own names)
        "WHERE id <= %(last)s ORDER BY id"
    )


def _last(table: type[models.Model]) -> int:
    return table.objects.aggregate(last=Max("id"))["last"] or 0
