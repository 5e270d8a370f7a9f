"""Categories and classes of products in the back office."""

import pytest
from django.urls import reverse
from django.utils import translation
from oscar.apps.catalogue.models import ProductClass

from comptoir.catalogue.models import Assortment, Category
from comptoir.catalogue.services import save_attribute, save_option
from comptoir.customers.models import User
from comptoir.events.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client, shop):
    client.force_login(User.objects.create_superuser("boss@aubelaine.example", "a-long-password"))
    client.cookies["django_language"] = "en"
    with translation.override("en"):
        yield client


def url(view, *args):
    return reverse(Category.snippet_viewset.get_url_name(view), args=args)


def tree():
    return [(one.name, one.depth) for one in Category.objects.order_by("path")]


def test_every_screen_opens(staff, shop):
    shelf = shop.category("Mailles")
    kind = shop.product("marin", sizes=["S"]).product_class
    urls = [
        url("list"),
        url("list_results") + "?q=mai",
        url("add") + f"?parent={shelf.pk}",
        url("edit", shelf.pk),
        url("delete", shelf.pk),
        url("history", shelf.pk),
        reverse("wagtailsnippetchoosers_catalogue_category:choose"),
        reverse("product_classes:index"),
        reverse("product_classes:add"),
        reverse("product_classes:edit", args=[kind.pk]),
        reverse("product_classes:delete", args=[kind.pk]),
        reverse("product_classes:values", args=[kind.attributes.get(code="size").pk]),
    ]
    for one in urls:
        assert staff.get(one).status_code == 200, one


def test_a_category_has_a_name_in_each_language(staff, shop, client):
    shop.channel("web")
    shelf = shop.category("Femme")

    response = staff.post(
        url("add"),
        {
            "name": "Mailles",
            "name__en": "Knitwear",
            "slug__en": "knitwear",
            "parent": shelf.pk,
            "is_public": "on",
        },
    )
    shop.settle()

    assert response.status_code == 302, response.context["form"].errors
    below = Category.objects.get(slug="mailles")
    assert below.get_parent() == shelf
    assert below.translations == {"en": {"name": "Knitwear", "slug": "knitwear"}}
    english = client.get("/api/v1/web/categories?locale=en").content.decode()
    assert "Knitwear" in english
    assert "Mailles" not in english
    assert "translations" not in staff.get(url("edit", below.pk)).context["form"].fields


def test_an_emptied_translation_goes(staff, shop):
    shelf = shop.category("Mailles", slug="mailles", translations={"en": {"name": "Knitwear"}})

    staff.post(
        url("edit", shelf.pk), {"name": "Mailles", "slug": "mailles", "name__en": "", "is_public": "on"}
    )

    shelf.refresh_from_db()
    assert shelf.translations == {}


def test_a_category_moves_with_all_below_it(staff, shop):
    women, men = shop.category("Femme"), shop.category("Homme")
    knits = shop.category("Mailles", parent=women)
    shop.category("Pulls", parent=Category.objects.get(pk=knits.pk))
    Event.objects.all().delete()

    staff.post(
        url("edit", knits.pk), {"name": "Mailles", "slug": "mailles", "parent": men.pk, "is_public": "on"}
    )

    assert tree() == [("Femme", 1), ("Homme", 1), ("Mailles", 2), ("Pulls", 3)]
    assert Event.objects.filter(type="category_changed", subject_id=knits.pk).exists()


def test_a_category_does_not_go_below_itself(staff, shop):
    women = shop.category("Femme")
    knits = shop.category("Mailles", parent=women)
    women.refresh_from_db()
    before = tree()

    for parent in (women, knits):
        sent = {"name": "Femme", "slug": "femme", "parent": parent.pk, "is_public": "on"}
        response = staff.post(url("edit", women.pk), sent)
        assert response.status_code == 200
        assert response.context["form"].errors == {"parent": ["“Femme” cannot be moved below itself."]}
    assert tree() == before


def test_two_categories_do_not_share_a_slug_in_any_language(staff, shop):
    shop.category("Mailles", slug="mailles", translations={"en": {"slug": "knits"}})

    response = staff.post(url("add"), {"name": "Autre", "slug": "mailles", "slug__en": "knits"})

    assert response.status_code == 200
    assert set(response.context["form"].errors) == {"slug", "slug__en"}
    assert Category.objects.count() == 1


def test_a_category_is_moved_up_and_down_by_buttons(staff, shop):
    shop.category("Femme")
    men = shop.category("Homme")

    staff.post(url("shift", men.pk), {"to": "up"})
    assert tree() == [("Homme", 1), ("Femme", 1)]
    staff.post(url("shift", men.pk), {"to": "up"})
    assert tree() == [("Homme", 1), ("Femme", 1)]
    staff.post(url("shift", men.pk), {"to": "down"})
    assert tree() == [("Femme", 1), ("Homme", 1)]
    assert staff.get(url("shift", men.pk)).status_code == 405


def test_a_deleted_category_leaves_its_products(staff, shop, client):
    shop.channel("web")
    shelf = shop.category("Mailles")
    shop.product("marin", categories=[shelf])
    shop.settle()
    Event.objects.all().delete()
    assert client.get("/api/v1/web/products/marin").json()["categories"]

    assert staff.post(url("delete", shelf.pk)).status_code == 302
    shop.settle()

    assert client.get("/api/v1/web/products/marin").json()["categories"] == []


def test_a_category_in_an_assortment_is_not_deleted(staff, shop):
    shelf = shop.category("Mailles")
    Assortment.objects.create(channel=shop.channel("web"), category=shelf)

    response = staff.post(url("delete", shelf.pk), follow=True)

    assert "is in the assortment of Web" in response.content.decode()
    assert Category.objects.exists()


def rows_of(client, address):
    """What the browser would send for a screen with a growing table."""
    context = client.get(address).context
    sent = {}
    parts = [context["form"]] if context.get("form") else []
    for form in [*parts, context["rows"].management_form, *context["rows"].forms]:
        for field in form:
            value = field.value()
            if value not in (None, False):
                sent[field.html_name] = "on" if value is True else value
    return sent


def test_a_class_of_products_has_attributes_in_their_order(staff, shop):
    sent = {
        "name": "Vêtement", "requires_shipping": "on", "track_stock": "on",
        "attributes-TOTAL_FORMS": 2, "attributes-INITIAL_FORMS": 0,
        "attributes-0-name": "Matière", "attributes-0-name__en": "Material", "attributes-0-code": "material",
        "attributes-0-type": "text", "attributes-0-ORDER": 2,
        "attributes-1-name": "Taille", "attributes-1-code": "size", "attributes-1-type": "option",
        "attributes-1-is_option": "on", "attributes-1-ORDER": 1,
    }  # fmt: skip

    response = staff.post(reverse("product_classes:add"), sent)

    assert response.status_code == 302, response.context["rows"].errors
    size, material = ProductClass.objects.get().attributes.order_by("position")
    assert (size.code, size.is_option, size.option_group.name) == ("size", True, "Taille")
    assert material.text("name", "en") == "Material"


def test_a_text_cannot_be_chosen_by_customers(staff, shop):
    row = {"name": "Matière", "code": "material", "type": "text", "is_option": "on"}
    sent = {"name": "Vêtement", "attributes-TOTAL_FORMS": 1, "attributes-INITIAL_FORMS": 0}
    sent |= {f"attributes-0-{name}": value for name, value in row.items()}

    response = staff.post(reverse("product_classes:add"), sent)

    assert response.status_code == 200
    assert "take the kind" in response.content.decode()
    assert not ProductClass.objects.exists()


def test_a_renamed_attribute_reaches_its_products(staff, shop, client):
    shop.channel("web")
    kind = shop.product("marin", sizes=["S"]).product_class
    shop.settle()
    Event.objects.all().delete()
    address = reverse("product_classes:edit", args=[kind.pk])

    response = staff.post(address, {**rows_of(staff, address), "attributes-0-name__en": "Size"})
    shop.settle()

    assert response.status_code == 302, response.context["rows"].errors
    assert '"Size"' in client.get("/api/v1/web/products/marin?locale=en").content.decode()


def test_a_used_attribute_and_a_used_value_stay(staff, shop):
    kind = shop.product("marin", sizes=["S"]).product_class
    size = kind.attributes.get()
    address, values = (
        reverse(f"product_classes:{name}", args=[pk]) for name, pk in (("edit", kind.pk), ("values", size.pk))
    )

    one = staff.post(address, {**rows_of(staff, address), "attributes-0-DELETE": "1"})
    other = staff.post(values, {**rows_of(staff, values), "options-0-DELETE": "1"})

    assert "“Taille” is used by 1 products" in one.content.decode()
    assert "“S” is used by 1 products" in other.content.decode()
    assert size.option_group.options.count() == 1


def test_values_are_added_and_ordered(staff, shop):
    kind = shop.product("marin", sizes=["S"]).product_class
    size = kind.attributes.get()
    values = reverse("product_classes:values", args=[size.pk])
    new = {
        "options-TOTAL_FORMS": 2,
        "options-1-option": "XS",
        "options-1-swatch": "#00ff00",
        "options-1-ORDER": 0,
    }

    response = staff.post(values, {**rows_of(staff, values), **new})

    assert response.status_code == 302, response.context["rows"].errors
    assert list(size.option_group.options.values_list("option", flat=True)) == ["XS", "S"]


def test_a_bad_colour_and_a_value_twice_are_refused(staff, shop):
    kind = shop.product("marin", sizes=["S"]).product_class
    size = kind.attributes.get()
    values = reverse("product_classes:values", args=[size.pk])
    for new in ({"options-1-option": "XS", "options-1-swatch": "green"}, {"options-1-option": "S"}):
        response = staff.post(values, {**rows_of(staff, values), "options-TOTAL_FORMS": 2, **new})
        assert response.status_code == 200
        assert size.option_group.options.count() == 1


def test_a_class_with_products_is_not_deleted(staff, shop):
    kind = shop.product("marin").product_class

    response = staff.post(reverse("product_classes:delete", args=[kind.pk]), follow=True)

    assert "cannot be deleted" in response.content.decode()
    assert ProductClass.objects.exists()


def test_an_attribute_shared_by_name_only_is_not_touched(staff, shop):
    """Values belong to one attribute: the same word on another class stays."""
    kind = shop.product("marin", sizes=["S"]).product_class
    other = ProductClass.objects.create(name="Accessoire")
    colour = save_attribute(product_class=other, code="size", name="Taille")
    save_option(attribute=colour, label="S")
    values = reverse("product_classes:values", args=[colour.pk])

    assert staff.post(values, {**rows_of(staff, values), "options-0-DELETE": "1"}).status_code == 302
    assert kind.attributes.get().option_group.options.count() == 1
