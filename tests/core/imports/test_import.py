"""Storing products: what is refused, what stays, what is kept when it stops half-way."""

import dataclasses
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from modelsearch.backends import get_search_backend
from wagtail.models import Locale, ModelLogEntry, ReferenceIndex, Revision

from comptoir.catalogue.models import Category, Product, ProductAttribute
from comptoir.content.models import ProductContent
from comptoir.events.models import Event
from comptoir.imports import storing
from comptoir.imports.models import ImportedPicture
from comptoir.imports.rows import ImportedImage, ImportedVariant
from comptoir.imports.services import UnknownLanguage, UnknownLocation, import_settings
from comptoir.pricing.models import Price, PriceChange
from comptoir.stock.models import Level, Movement

from .conftest import gtin, mug, shirt

pytestmark = pytest.mark.django_db


def codes(outcome) -> list[tuple[int, str, str]]:
    return [(problem.line, problem.field, problem.code) for problem in outcome.problems]


def test_a_product_comes_with_everything_the_file_says(run_import, shop, catalogue_file):
    nantes = shop.location("nantes")

    outcome = run_import(catalogue_file(shirt()), location="nantes")

    assert outcome.counts() == {
        "created": 1, "changed": 0, "unchanged": 0, "refused": 0, "vanished": 0, "left": 0, "pictures": 1,
    }  # fmt: skip
    product = Product.objects.get(handle="shirt-1")
    assert (product.structure, product.title, product.vendor, product.is_public) == (
        "parent",
        "Shirt 1",
        "Maison",
        True,
    )
    assert product.product_class.name == "Shirts"
    assert [category.full_name for category in product.categories.all()] == ["Clothes > Shirts"]
    small, medium = product.children.order_by("pk")
    assert (small.sku, small.upc, small.weight_g) == ("SHIRT-1-S", gtin(10), 300)
    assert small.attribute_values.get(attribute__code="size").value_option.option == "S"
    assert ProductAttribute.objects.get(code="size").is_option
    assert product.attribute_values.get(attribute__code="material").value_text == "cotton"
    assert product.attribute_values.get(attribute__code="tags").value_text == "blue, new"
    price = medium.prices.get()
    assert (price.currency, price.amount, price.compare_at) == ("EUR", Decimal("49.900"), Decimal("59.900"))
    assert Level.objects.get(variant=medium, location=nantes).on_hand == 2
    assert Movement.objects.filter(variant=medium).values_list("quantity", "reason").get() == (2, "count")
    picture = ImportedPicture.objects.get()
    assert (picture.product, picture.url, picture.alt, picture.picture) == (
        product,
        "https://shop.test/1.jpg",
        "Front",
        None,
    )


def test_the_text_is_as_wagtail_would_have_published_it(
    run_import, catalogue_file, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        run_import(
            catalogue_file(shirt(description_html="<p onclick='x'>Blue.<script>alert(1)</script></p>"))
        )

    content = ProductContent.objects.get()
    assert (content.title, content.slug, content.summary) == ("Shirt 1", "shirt-1", "Blue.")
    assert [block.value["text"].source for block in content.body] == ["<p>Blue.</p>"]
    assert content.live and not content.has_unpublished_changes
    assert content.live_revision == content.latest_revision == Revision.objects.for_instance(content).get()
    assert content.latest_revision.as_object().body == content.body
    assert content.first_published_at == content.last_published_at is not None
    assert ModelLogEntry.objects.for_instance(content).get().action == "wagtail.publish"
    assert list(get_search_backend().search("shirt", ProductContent)) == [content]
    assert ReferenceIndex.get_references_for_object(content).filter(model_path="product").exists()
    content.title = "Edited"
    content.save_revision().publish()
    assert ProductContent.objects.get().title == "Edited"


def test_each_changed_product_is_told_of_once(run_import, catalogue_file):
    products = [shirt(number) for number in range(3)]
    run_import(catalogue_file(*products))
    Event.objects.all().delete()
    dearer = dataclasses.replace(products[1].variants[0], price=Decimal("55.00"))
    products[1] = dataclasses.replace(products[1], variants=(dearer, products[1].variants[1]))

    outcome = run_import(catalogue_file(*products))

    changed = Product.objects.get(handle="shirt-1")
    assert list(Event.objects.values_list("type", "subject_id")) == [("product_changed", changed.pk)]
    assert outcome.statuses == {"shirt-0": "unchanged", "shirt-1": "changed", "shirt-2": "unchanged"}
    assert Price.objects.get(variant__sku="SHIRT-1-S").amount == 55


def test_a_dry_run_changes_nothing_and_counts_what_it_would_do(run_import, catalogue_file, shop):
    shop.location("nantes")

    outcome = run_import(catalogue_file(shirt(), mug()), policy="none", location="nantes")

    assert outcome.counts()["created"] == 2
    assert not outcome.is_stored
    for model in (
        Product,
        Category,
        ProductAttribute,
        ProductContent,
        Revision,
        Event,
        Level,
        ImportedPicture,
    ):
        assert not model.objects.exists()


@pytest.mark.parametrize(("policy", "stored"), [("all", []), ("good", ["mug"]), ("none", [])])
def test_bad_rows_stop_all_or_are_left_out(run_import, catalogue_file, policy, stored):
    path = catalogue_file(mug(), shirt())
    path.write_text(path.read_text().replace("49.90", "-1", 1))

    outcome = run_import(path, policy=policy)

    assert codes(outcome) == [(3, "Variant Price", "negative_number")]
    assert outcome.is_stored == bool(stored)
    assert list(Product.objects.offered().values_list("handle", flat=True)) == stored


def test_a_sku_or_a_bar_code_of_another_product_is_refused(run_import, catalogue_file, shop):
    shop.product("robe", sizes=["S"])
    shop.product("jupe", gtin=gtin(7))
    thief = mug(handle="thief", title="Thief", sku="ROBE-S", gtin=gtin(7))

    outcome = run_import(catalogue_file(thief, mug()), policy="good")

    assert codes(outcome) == [(2, "Variant SKU", "sku_taken"), (2, "Variant Barcode", "gtin_taken")]
    assert outcome.problems[0].message == "The SKU “ROBE-S” belongs to another product of the shop."
    assert not Product.objects.filter(handle="thief").exists()
    assert Product.objects.filter(handle="mug").exists()


def test_what_the_tables_cannot_hold_is_refused_and_named(run_import, catalogue_file):
    products = [
        mug(handle="not a handle", sku="A"),
        mug(handle="dear", sku="B", price=Decimal("9999999999.00")),
        mug(handle="clash", sku="C", attributes={"care-tip": "a", "care tip": "b"}),
    ]

    outcome = run_import(catalogue_file(*products), policy="good")

    assert codes(outcome) == [
        (2, "Handle", "bad_handle"),
        (3, "Variant Price", "number_too_large"),
        (4, "* (product.metafields.*)", "attribute_clash"),
    ]
    assert not Product.objects.exists()


def test_a_product_sold_with_options_does_not_become_one_without(run_import, catalogue_file):
    run_import(catalogue_file(shirt()))

    outcome = run_import(catalogue_file(mug(handle="shirt-1")), policy="good")

    assert [problem.code for problem in outcome.problems] == ["structure_changed"]
    assert Product.objects.get(handle="shirt-1").children.count() == 2


def test_an_empty_cell_leaves_what_the_shop_has(run_import, catalogue_file):
    run_import(
        catalogue_file(
            mug(vendor="Maison", description_html="<p>Blue.</p>", gtin=gtin(3), compare_at=Decimal(20))
        )
    )

    run_import(catalogue_file(mug()))

    product = Product.objects.get()
    assert (product.vendor, product.upc) == ("Maison", gtin(3))
    assert product.contents.get().summary == "Blue."
    assert product.prices.get().compare_at is None


def test_a_variant_that_left_the_file_stays_and_is_counted(run_import, catalogue_file):
    product = shirt()
    run_import(catalogue_file(product))

    outcome = run_import(catalogue_file(dataclasses.replace(product, variants=product.variants[:1])))

    assert outcome.vanished == 1
    assert Product.objects.get(handle="shirt-1").children.count() == 2


def test_a_new_sku_of_the_same_size_makes_no_second_variant(run_import, catalogue_file):
    product = shirt()
    run_import(catalogue_file(product))
    variants = (dataclasses.replace(product.variants[0], sku="NEW-S"), product.variants[1])

    run_import(catalogue_file(dataclasses.replace(product, variants=variants)))

    children = Product.objects.get(handle="shirt-1").children.order_by("pk")
    assert [child.sku for child in children] == ["NEW-S", "SHIRT-1-M"]


def test_two_variants_can_exchange_their_bar_codes(run_import, catalogue_file):
    product = shirt()
    run_import(catalogue_file(product))
    small, medium = product.variants
    exchanged = (dataclasses.replace(small, gtin=medium.gtin), dataclasses.replace(medium, gtin=small.gtin))

    outcome = run_import(catalogue_file(dataclasses.replace(product, variants=exchanged)))

    assert outcome.problems == []
    assert Product.objects.get(sku="SHIRT-1-S").upc == medium.gtin


def test_texts_of_editors_around_the_description_stay(run_import, catalogue_file):
    run_import(catalogue_file(mug(description_html="<p>Blue.</p>")))
    content = ProductContent.objects.get()
    content.body.insert(0, ("quote", {"channels": [], "quote": "Lovely", "source": ""}))
    content.save_revision().publish()

    run_import(catalogue_file(mug(description_html="<p>Green.</p>")))

    body = ProductContent.objects.get().body
    assert [block.block_type for block in body] == ["quote", "text"]
    assert body[1].value["text"].source == "<p>Green.</p>"


def test_drafts_stay_drafts(run_import, catalogue_file):
    run_import(catalogue_file(mug()), is_draft=True)
    assert not ProductContent.objects.get().live

    run_import(catalogue_file(mug(title="Cup")))

    content = ProductContent.objects.get()
    assert (content.live, content.title, content.get_latest_revision_as_object().title) == (
        False,
        "Mug",
        "Cup",
    )
    assert run_import(catalogue_file(mug(title="Cup"))).statuses == {"mug": "unchanged"}


def test_a_draft_import_leaves_the_published_text(run_import, catalogue_file):
    run_import(catalogue_file(mug()))
    Event.objects.all().delete()

    run_import(catalogue_file(mug(title="Cup", vendor="")), is_draft=True)

    content = ProductContent.objects.get()
    assert (content.live, content.title, content.has_unpublished_changes) == (True, "Mug", True)
    assert content.get_latest_revision_as_object().title == "Cup"
    assert not Event.objects.filter(type="content_changed").exists()


def test_a_locked_text_is_left_as_it_is(run_import, catalogue_file):
    run_import(catalogue_file(mug()))
    ProductContent.objects.update(locked=True)

    outcome = run_import(catalogue_file(mug(title="Cup")))

    assert outcome.left == 1
    assert ProductContent.objects.get().title == "Mug"


def test_two_products_of_one_title_get_two_slugs(run_import, catalogue_file):
    run_import(catalogue_file(mug(), mug(handle="mug-2", sku="MUG-2"), mug(handle="tasse", sku="TASSE")))

    assert sorted(ProductContent.objects.values_list("slug", flat=True)) == ["mug", "mug-mug-2", "mug-tasse"]


def test_a_file_in_another_language_adds_texts_and_keeps_the_name(run_import, catalogue_file):
    Locale.objects.get_or_create(language_code="en")
    run_import(catalogue_file(mug(title="Tasse")))

    run_import(catalogue_file(mug(title="Mug")), locale="en")

    product = Product.objects.get()
    assert product.title == "Tasse"
    french, english = product.contents.order_by("pk")
    assert (english.title, english.translation_key) == ("Mug", french.translation_key)


def test_an_import_killed_in_the_middle_keeps_whole_batches_only(run_import, catalogue_file, monkeypatch):
    monkeypatch.setattr(storing, "MAX_PRODUCTS", 2)
    path = catalogue_file(*(shirt(number) for number in range(5)))

    def stop(done, outcome):
        if len(outcome.statuses) == 4:
            raise ConnectionError("the power is off")

    with pytest.raises(ConnectionError):
        run_import(path, policy="good", progress=stop)

    assert Product.objects.offered().count() == ProductContent.objects.count() == 4
    outcome = run_import(path)
    assert outcome.counts() | {"pictures": 0} == {
        "created": 1, "changed": 0, "unchanged": 4, "refused": 0, "vanished": 0, "left": 0, "pictures": 0,
    }  # fmt: skip


def test_a_batch_that_fails_leaves_nothing_of_itself(run_import, catalogue_file, monkeypatch):
    monkeypatch.setattr(storing, "MAX_PRODUCTS", 2)
    path = catalogue_file(*(shirt(number) for number in range(4)))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE pricing_price ADD CONSTRAINT trap CHECK (amount <> 66)")
    path.write_text(path.read_text()[::-1].replace("09.94", "66", 1)[::-1])

    with pytest.raises(Exception, match="trap"):
        run_import(path, policy="good")

    assert Product.objects.offered().count() == ProductContent.objects.count() == 2
    assert Event.objects.filter(type="product_changed").count() == 2


def test_ctrl_c_keeps_the_batches_before_and_says_so(run_import, catalogue_file, monkeypatch):
    monkeypatch.setattr(storing, "MAX_PRODUCTS", 2)

    def interrupt(done, outcome):
        raise KeyboardInterrupt

    outcome = run_import(
        catalogue_file(*(shirt(number) for number in range(4))), policy="good", progress=interrupt
    )

    assert outcome.is_interrupted
    assert Product.objects.offered().count() == 2


def test_a_batch_costs_the_same_number_of_statements_for_ten_and_for_a_hundred_products(
    run_import, catalogue_file, shop
):
    shop.location("nantes")
    run_import(catalogue_file(shirt(1000)), location="nantes")

    def statements(count: int, start: int) -> tuple[int, int]:
        path = catalogue_file(*(shirt(number) for number in range(start, start + count)))
        with CaptureQueriesContext(connection) as first:
            run_import(path, policy="good", location="nantes")
        with CaptureQueriesContext(connection) as second:
            run_import(path, policy="good", location="nantes")
        return len(first), len(second)

    ten, hundred = statements(10, 0), statements(100, 100)

    assert ten == hundred
    assert ten[1] < ten[0] < 60


def test_pictures_are_addresses_and_keep_their_order(run_import, catalogue_file):
    images = tuple(ImportedImage(url=f"https://shop.test/{n}.jpg", position=n) for n in (3, 1, 2))
    path = catalogue_file(mug(images=images))
    run_import(path)

    assert list(ImportedPicture.objects.values_list("position", flat=True)) == [1, 2, 3]
    assert run_import(path).statuses == {"mug": "unchanged"}


def test_names_in_any_alphabet_get_codes_that_last(run_import, catalogue_file):
    variants = tuple(
        ImportedVariant(sku=sku, option_values=(label,), price=Decimal(1), currency="EUR")
        for sku, label in (("A", "赤"), ("B", "青"), ("C", "Small"), ("D", "small"))
    )
    path = catalogue_file(
        mug(
            handle="シャツ",
            title="シャツ",
            product_class="衣類",
            categories=(("衣類", "シャツ"),),
            options=("色",),
            variants=variants,
        )
    )

    assert run_import(path).problems == []
    assert run_import(path).statuses == {"シャツ": "unchanged"}
    product = Product.objects.get(handle="シャツ")
    options = [
        child.attribute_values.get().value_option.code_or_slug for child in product.children.order_by("pk")
    ]
    assert len(set(options)) == 4
    assert all(code.isascii() and code for code in options)


def test_a_count_below_what_customers_were_promised_is_refused(run_import, catalogue_file, shop):
    nantes = shop.location("nantes")
    run_import(catalogue_file(mug(quantity=5)), location="nantes")
    Level.objects.update(allocated=3)

    outcome = run_import(catalogue_file(mug(quantity=2)), policy="good", location="nantes")

    assert codes(outcome) == [(2, "Variant Inventory Qty", "quantity_promised")]
    assert Level.objects.get(location=nantes).on_hand == 5


def test_every_changed_price_is_in_the_price_history(run_import, catalogue_file):
    run_import(catalogue_file(mug()))
    run_import(catalogue_file(mug(price=Decimal("15.00"))))
    run_import(catalogue_file(mug(price=Decimal("15.00"))))

    assert list(PriceChange.objects.order_by("pk").values_list("amount", flat=True)) == [12, 15]


def test_settings_that_the_shop_does_not_know_are_refused(shop):
    with pytest.raises(UnknownLanguage):
        import_settings(format="shopify", locale="xx")
    with pytest.raises(UnknownLocation):
        import_settings(format="shopify", locale="fr", location="mars")
