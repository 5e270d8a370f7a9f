"""Products in the back office: found, written, priced, listed; nothing half saved."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Locale

from comptoir.base import clock
from comptoir.catalogue.models import Listing, Picture, Product
from comptoir.catalogue.services import save_attribute, save_option, set_pictures
from comptoir.content.models import ProductContent
from comptoir.customers.models import User
from comptoir.events.models import Event
from comptoir.pricing.models import Price
from comptoir.stock.models import Level

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client, shop):
    Locale.objects.get_or_create(language_code="en")
    client.force_login(User.objects.create_superuser("boss@aubelaine.example", "a-long-password"))
    client.cookies["django_language"] = "en"
    with translation.override("en"):
        yield client


def sheet_of(client, product):
    """What the browser would send for a product screen that nobody touched."""
    response = client.get(reverse("products:edit", args=[product.pk]))
    assert response.status_code == 200
    parts = [response.context["form"], response.context["rows"], response.context["pictures"]]
    parts += [place.form for place in response.context["places"]]
    sent = {}
    for part in parts:
        forms = [part.management_form, *part.forms] if hasattr(part, "management_form") else [part]
        for field in (field for form in forms for field in form):
            value = field.value()
            if isinstance(value, bool):
                sent |= {field.html_name: "on"} if value else {}
            elif value is not None:
                shown = field.field.widget.format_value(value) if not isinstance(value, list) else value
                sent[field.html_name] = shown if shown is not None else ""
    return sent


def save(client, product, sent):
    return client.post(reverse("products:edit", args=[product.pk]), sent)


def picture(title="Chemise"):
    file = get_test_image_file(filename=f"{title}.png")
    return Picture.objects.create(title=title, file=file)


def test_every_screen_opens(staff, shop):
    shop.channel("web")
    nantes = shop.location("nantes")
    product = shop.product("marin", sizes=["S", "M"], stock={nantes: 3})
    set_pictures(product=product, pictures=[picture()])
    single = shop.product("cap")
    text = ProductContent.objects.filter(product=product).first()
    texts = ProductContent.snippet_viewset
    urls = [
        reverse("products:index"),
        reverse("products:index_results"),
        reverse("products:add"),
        reverse("products:edit", args=[product.pk]),
        reverse("products:edit", args=[single.pk]),
        reverse("products:delete", args=[product.pk]),
        reverse("products:history", args=[product.pk]),
        reverse("product_chooser:choose"),
        reverse("product_chooser:choose_results") + "?q=mar",
        reverse(texts.get_url_name("list")),
        reverse(texts.get_url_name("add")) + f"?locale=en&product={product.pk}",
        reverse(texts.get_url_name("edit"), args=[text.pk]),
        reverse(texts.get_url_name("history"), args=[text.pk]),
        "/admin/menus/",
        "/admin/menus/add/",
        "/admin/",
    ]
    for url in urls:
        assert staff.get(url).status_code == 200, url


def test_saving_an_untouched_screen_changes_nothing(staff, shop):
    shop.channel("web")
    product = shop.product("marin", sizes=["S", "M"])
    set_pictures(product=product, pictures=[picture()])
    shop.settle()
    events = Event.objects.count()

    response = save(staff, product, sheet_of(staff, product))

    assert response.status_code == 302
    assert [str(event) for event in Event.objects.order_by("pk")[events:]] == []


def test_a_price_changed_on_the_screen_is_read_on_the_channel(staff, shop, client):
    shop.channel("web")
    product = shop.product("marin", sizes=["S", "M"])
    shop.settle()
    Event.objects.all().delete()
    sent = sheet_of(staff, product)

    save(staff, product, {**sent, "variants-0-price_EUR": "39,50", "variants-0-compare_EUR": "49.90"})
    shop.settle()

    small = Price.objects.get(variant__sku="MARIN-S")
    assert (small.amount, small.compare_at) == (Decimal("39.50"), Decimal("49.90"))
    assert Event.objects.filter(type="product_changed", subject_id=product.pk).exists()
    document = client.get("/api/v1/web/products/marin").json()
    assert document["price"]["from"] == {"amount": "39.50", "currency": "EUR"}


def test_a_variant_is_added_with_its_price(staff, shop):
    shop.channel("web")
    product = shop.product("marin", sizes=["S"])
    save_option(attribute=product.product_class.attributes.get(code="size"), label="M")
    sent = sheet_of(staff, product)
    new = {
        "sku": "MARIN-M",
        "gtin": "3609740004568",
        "option_size": "M",
        "price_EUR": "55",
        "is_public": "on",
    }

    response = save(
        staff,
        product,
        {**sent, "variants-TOTAL_FORMS": 2, **{f"variants-1-{key}": value for key, value in new.items()}},
    )

    assert response.status_code == 302, response.context["rows"].errors
    variant = Product.objects.get(sku="MARIN-M")
    assert (variant.parent, variant.gtin, variant.title) == (product, "3609740004568", "marin (M)")
    assert variant.prices.get().amount == Decimal("55")


def test_a_product_without_options_becomes_one_with_variants(staff, shop):
    shop.channel("web")
    product = shop.product("marin")
    size = save_attribute(product_class=product.product_class, code="size", name="Taille")
    for label in ("S", "M"):
        save_option(attribute=size, label=label)
    sent = sheet_of(staff, product)

    response = save(
        staff,
        product,
        {
            **sent,
            "variants-TOTAL_FORMS": 2,
            "variants-0-option_size": "S",
            "variants-1-sku": "MARIN-M",
            "variants-1-option_size": "M",
            "variants-1-price_EUR": "60",
        },
    )

    assert response.status_code == 302, response.context["rows"].errors
    product.refresh_from_db()
    assert (product.structure, product.sku) == ("parent", None)
    assert [(one.sku, one.prices.get().amount) for one in product.children.order_by("pk")] == [
        ("MARIN", Decimal("49.90")),
        ("MARIN-M", Decimal("60")),
    ]
    assert not product.prices.exists()


def test_a_product_with_stock_does_not_become_its_own_variant(staff, shop):
    product = shop.product("marin", stock={shop.location("nantes"): 2})
    save_option(attribute=product.product_class.attributes.get(code="size"), label="S")
    sent = sheet_of(staff, product)

    response = save(staff, product, {**sent, "variants-0-option_size": "S"})

    assert response.status_code == 200
    assert "MARIN has stock movements" in response.content.decode()
    product.refresh_from_db()
    assert (product.structure, product.sku) == ("standalone", "MARIN")


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("variants-0-sku", "CAP", "Another product already has this SKU."),
        ("variants-0-sku", "", "This field is required."),
        ("variants-0-sku", "MARIN-M", "This SKU is in the table twice."),
        ("variants-0-gtin", "3609740004560", "is not a GTIN"),
        ("variants-0-gtin", "96385074", "Another product already has this barcode."),
        ("variants-0-price_EUR", "-1", "greater than or equal to 0"),
        ("variants-0-price_EUR", "abc", "Enter a number."),
        ("variants-0-price_EUR", "99999999999", "no more than"),
        ("variants-0-weight_g", "-3", "greater than or equal to 0"),
        ("variants-0-option_size", "M", "Another variant has the same options."),
        ("product-title", "", "This field is required."),
        ("product-handle", "cap", "Another product already has this handle."),
        ("product-handle", "a b", "valid “slug”"),
    ],
)
def test_a_bad_value_is_told_beside_its_field_and_nothing_is_saved(staff, shop, field, value, message):
    shop.channel("web")
    shop.product("cap", gtin="96385074")
    product = shop.product("marin", sizes=["S", "M"])
    sent = sheet_of(staff, product)
    Event.objects.all().delete()

    response = save(staff, product, {**sent, "product-vendor": "Aubelaine", field: value})

    assert response.status_code == 200
    assert message in response.content.decode()
    product.refresh_from_db()
    assert product.vendor == ""
    assert set(product.children.values_list("sku", flat=True)) == {"MARIN-S", "MARIN-M"}
    assert not Event.objects.exists()


def test_a_listing_that_ends_before_it_starts_is_refused(staff, shop):
    web = shop.channel("web")
    product = shop.product("marin")
    sent = sheet_of(staff, product)

    response = save(
        staff,
        product,
        {
            **sent,
            f"listing-{web.pk}-starts_at": "2027-02-01 10:00",
            f"listing-{web.pk}-ends_at": "2027-01-01 10:00",
        },
    )

    assert response.status_code == 200
    assert "The listing has to start before it ends." in response.content.decode()
    assert not Listing.objects.exists()


def test_an_unticked_channel_withdraws_the_product_there(staff, shop, client):
    web, app = shop.channel("web"), shop.channel("app")
    product = shop.product("marin")
    shop.settle()
    Event.objects.all().delete()
    sent = sheet_of(staff, product)
    del sent[f"listing-{web.pk}-is_shown"]

    save(staff, product, sent)
    shop.settle()

    assert Listing.objects.get().channel == web
    assert client.get("/api/v1/web/products/marin").status_code == 404
    assert client.get("/api/v1/app/products/marin").status_code == 200
    assert app.listings.count() == 0


def test_a_hidden_variant_leaves_the_channel_and_stays_in_the_back_office(staff, shop, client):
    shop.channel("web")
    product = shop.product("marin", sizes=["S", "M"])
    shop.settle()
    Event.objects.all().delete()
    sent = sheet_of(staff, product)
    del sent["variants-0-is_public"]

    save(staff, product, sent)
    shop.settle()

    skus = [variant["sku"] for variant in client.get("/api/v1/web/products/marin").json()["variants"]]
    assert skus == ["MARIN-M"]
    assert product.children.count() == 2


def test_a_variant_with_movements_is_not_removed(staff, shop):
    product = shop.product("marin", sizes=["S", "M"], stock={shop.location("nantes"): 2})
    sent = sheet_of(staff, product)

    response = save(staff, product, {**sent, "variants-0-DELETE": "1", "product-vendor": "Aubelaine"})

    assert response.status_code == 200
    assert (
        "MARIN-S has stock movements and cannot be removed. You can hide it instead."
        in response.content.decode()
    )
    product.refresh_from_db()
    assert product.vendor == ""
    assert product.children.count() == 2


def test_a_variant_without_movements_is_removed(staff, shop):
    product = shop.product("marin", sizes=["S", "M"])
    sent = sheet_of(staff, product)

    response = save(staff, product, {**sent, "variants-0-DELETE": "1"})

    assert response.status_code == 302
    assert list(product.children.values_list("sku", flat=True)) == ["MARIN-M"]


def test_pictures_are_chosen_and_ordered(staff, shop):
    product = shop.product("marin")
    front, back = picture("front"), picture("back")
    set_pictures(product=product, pictures=[front])
    sent = sheet_of(staff, product)

    response = save(
        staff,
        product,
        {
            **sent,
            "pictures-TOTAL_FORMS": 2,
            "pictures-0-ORDER": 2,
            "pictures-1-picture": back.pk,
            "pictures-1-ORDER": 1,
        },
    )

    assert response.status_code == 302, response.context["pictures"].errors
    assert [row.image.title for row in product.images.order_by("display_order")] == ["back", "front"]


def test_a_new_product_is_made_and_its_screen_follows(staff, shop):
    shop.channel("web")
    kind = shop.product("cap").product_class
    shelf = shop.category("Mailles")

    response = staff.post(
        reverse("products:add"),
        {"title": "Pull marin", "product_class": kind.pk, "sku": "PULL", "price": "89,00", "categories": [shelf.pk],
         "is_public": "on"},
    )  # fmt: skip

    product = Product.objects.get(handle="pull-marin")
    assert response.headers["Location"] == reverse("products:edit", args=[product.pk])
    assert (product.sku, product.prices.get().amount) == ("PULL", Decimal("89"))
    assert list(product.categories.all()) == [shelf]


def test_a_new_product_with_a_taken_sku_is_refused(staff, shop):
    kind = shop.product("cap").product_class

    response = staff.post(reverse("products:add"), {"title": "Pull", "product_class": kind.pk, "sku": "CAP"})

    assert response.status_code == 200
    assert "Another product already has this SKU." in response.content.decode()
    assert Product.objects.count() == 1


def test_a_product_with_stock_is_not_deleted(staff, shop):
    product = shop.product("marin", sizes=["S"], stock={shop.location("nantes"): 1})

    response = staff.post(reverse("products:delete", args=[product.pk]), follow=True)

    assert "has stock movements and cannot be deleted" in response.content.decode()
    assert Product.objects.filter(pk=product.pk).exists()


def test_products_are_found_by_title_sku_and_barcode(staff, shop):
    shop.product("marin", sizes=["S"])
    shop.product("cap", gtin="96385074")

    def found(words):
        page = staff.get(reverse("products:index"), {"q": words})
        return [product.handle for product in page.context["object_list"]]

    assert found("mari") == ["marin"]
    assert found("MARIN-S") == ["marin"]
    assert found("963850") == ["cap"]
    assert found("nothing") == []


def test_products_are_filtered_by_channel_category_and_language(staff, shop):
    web = shop.channel("web")
    shelf = shop.category("Mailles")
    below = shop.category("Pulls", parent=shelf)
    pull = shop.product("pull", categories=[below], texts={"fr": "Pull"})
    shop.product("cap")
    Listing.objects.create(product=pull, channel=web, ends_at=clock.now() - timedelta(days=1))

    def found(**filters):
        page = staff.get(reverse("products:index"), filters)
        return [product.handle for product in page.context["object_list"]]

    assert found(category=shelf.pk) == ["pull"]
    assert found(listed=web.pk) == ["cap"]
    assert found(not_listed=web.pk) == ["pull"]
    assert found(untranslated="en") == ["pull"]


def test_the_list_asks_the_database_as_often_for_thirty_products_as_for_one(
    staff, shop, django_assert_max_num_queries
):
    web = shop.channel("web")
    image = picture()

    def add(count):
        for _number in range(count):
            product = shop.product(sizes=["S", "M"])
            set_pictures(product=product, pictures=[image])
            Listing.objects.create(product=product, channel=web)

    def queries():
        with django_assert_max_num_queries(100) as counted:
            assert staff.get(reverse("products:index")).status_code == 200
        return len(counted)

    add(1)
    queries()
    one = queries()
    add(28)
    assert queries() == one


def test_an_edit_of_a_text_is_published_once_and_a_draft_is_not(staff, shop, client):
    shop.channel("web")
    product = shop.product("marin")
    shop.settle()
    Event.objects.all().delete()
    text = ProductContent.objects.get(product=product, locale__language_code="fr")
    url = reverse(ProductContent.snippet_viewset.get_url_name("edit"), args=[text.pk])
    sent = {"title": "Marin d’hiver", "slug": "marin", "summary": "", "body-count": "0", "seo_title": "",
            "seo_description": ""}  # fmt: skip

    def title():
        shop.settle()
        return client.get("/api/v1/web/products/marin", headers={"Accept-Language": "fr"}).json()["title"]

    assert staff.post(url, sent).status_code == 302
    assert title() == "Marin"
    assert staff.post(url, {**sent, "action-publish": "1"}).status_code == 302
    assert title() == "Marin d’hiver"


def test_a_text_is_begun_from_its_product(staff, shop):
    product = shop.product("marin", texts={"fr": "Marin"})
    url = f"{reverse(ProductContent.snippet_viewset.get_url_name('add'))}?locale=en&product={product.pk}"

    shown = staff.get(url).context["form"]
    assert (shown["title"].value(), shown["product"].value()) == ("marin", product.pk)
    sent = {"product": product.pk, "title": "Sailor", "slug": "sailor", "body-count": "0"}
    response = staff.post(url, sent)

    assert response.status_code == 302, response.context["form"].errors
    french, english = ProductContent.objects.filter(product=product).order_by("pk")
    assert french.translation_key == english.translation_key
    assert not english.live
    again = staff.post(url, {**sent, "slug": "sailor-2"})
    assert "already has a text in this language" in again.content.decode()


def test_a_translation_begins_as_a_draft(staff, shop):
    product = shop.product("marin", texts={"fr": "Marin"})
    text = ProductContent.objects.get(product=product)
    english = Locale.objects.get(language_code="en")
    url = reverse(
        "simple_translation:submit_snippet_translation", args=["content", "productcontent", text.pk]
    )

    response = staff.post(url, {"locales": [english.pk]})

    assert response.status_code == 302
    copy = ProductContent.objects.get(product=product, locale=english)
    assert not copy.live
    assert staff.get(response.headers["Location"]).status_code == 200


def test_texts_deleted_as_a_selection_leave_the_channel(staff, shop, client):
    shop.channel("web")
    product = shop.product("marin")
    shop.settle()
    Event.objects.all().delete()
    texts = ProductContent.objects.filter(product=product)
    ids = "&".join(f"id={pk}" for pk in texts.values_list("pk", flat=True))

    response = staff.post(f"/admin/bulk/content/productcontent/delete/?{ids}")
    shop.settle()

    assert response.status_code == 302
    assert client.get("/api/v1/web/products/marin").status_code == 404


def editor_of(*codenames):
    """A user of a group with these permissions and the way into the admin."""
    group = Group.objects.create(name="editors")
    group.permissions.set(Permission.objects.filter(codename__in=["access_admin", *codenames]))
    user = User.objects.create_user("editor@aubelaine.example", "a-long-password")
    user.groups.add(group)
    return user


def test_an_editor_of_the_catalogue_sees_no_channels_and_changes_no_prices(client, shop):
    shop.channel("web")
    product = shop.product("marin", stock={shop.location("nantes"): 2})
    client.force_login(editor_of("change_product", "change_productcontent"))

    home = client.get("/admin/").content.decode()
    assert json.dumps(reverse("products:index")) in home
    assert json.dumps(reverse("channels:index")) not in home
    for url in (reverse("channels:index"), reverse("stock:index"), reverse("products:add")):
        assert client.get(url).status_code in (302, 403), url
    sent = sheet_of(client, product)
    assert (
        save(
            client, product, {**sent, "variants-0-price_EUR": "1", "product-vendor": "Aubelaine"}
        ).status_code
        == 302
    )
    product.refresh_from_db()
    assert (product.vendor, product.prices.get().amount) == ("Aubelaine", Decimal("49.90"))
    assert Level.objects.get().on_hand == 2


def test_somebody_without_permission_is_sent_away(client, shop):
    product = shop.product("marin")
    client.force_login(User.objects.create_user("guest@aubelaine.example", "a-long-password"))

    for url in (reverse("products:index"), reverse("products:edit", args=[product.pk])):
        assert client.get(url).status_code == 302
    assert client.post(reverse("products:delete", args=[product.pk])).status_code == 302
    assert Product.objects.filter(pk=product.pk).exists()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("fake.png", b"<script>alert(1)</script>" * 20, "valid image"),
        ("fake.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "supported image format"),
        ("large.png", b"\x89PNG\r\n\x1a\n" + b"0" * (21 * 1024 * 1024), "too big"),
    ],
)
def test_a_fake_or_over_large_picture_is_refused(staff, name, content, message):
    file = SimpleUploadedFile(name, content, content_type="image/png")

    response = staff.post(reverse("wagtailimages:add"), {"title": "Fake", "file": file})

    assert response.status_code == 200
    assert message in response.content.decode().replace("&#x27;", "'")
    assert not Picture.objects.exists()


def test_a_picture_has_its_alternative_text_in_every_language(staff, shop):
    image = picture()
    url = reverse("wagtailimages:edit", args=[image.pk])
    shown = staff.get(url)
    assert "translations" not in shown.context["form"].fields

    response = staff.post(
        url, {"title": "Chemise", "description": "Une chemise", "description__en": "A shirt"}
    )

    assert response.status_code == 302
    image.refresh_from_db()
    assert (image.text("description", "fr"), image.text("description", "en")) == ("Une chemise", "A shirt")
    assert Event.objects.filter(type="image_changed", subject_id=image.pk).exists()
