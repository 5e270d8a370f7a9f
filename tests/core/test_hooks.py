"""Every hook once, the way it is reached by people and programs; the dummy plugin implements them all."""

import ast
import inspect
import json
import re
from io import BytesIO
from pathlib import Path
from types import ModuleType

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import path, reverse
from PIL import Image
from wagtail.models import Locale, Page

from comptoir import hookspecs, plugins
from comptoir.api.api import build_api
from comptoir.baskets.checks import LineRefused
from comptoir.baskets.rows import Code, Key
from comptoir.baskets.services import add_line, close_basket, open_basket
from comptoir.catalogue.models import Picture
from comptoir.catalogue.services import save_product_class
from comptoir.channels.pages import page_urls
from comptoir.channels.queries import channel_context
from comptoir.checkout.erasing import erase_customer
from comptoir.content.models import Menu, StoryPage
from comptoir.customers.account import AccountRow, account_parts
from comptoir.customers.models import User
from comptoir.customers.records import records_of
from comptoir.management.commands.worker import Rounds
from comptoir.management.reference import hook_functions, signature
from comptoir.publishing.preview import side_by_side
from comptoir.stock.services import receive_stock
from tests.testdummy import plugin as dummy_plugin

TESTS = Path(__file__).parents[1]
HOOKS = {hook.__name__: hook for hook in hook_functions()}


@pytest.fixture
def dummy(db, plug):
    """The dummy plugin, on and with nothing seen yet."""
    dummy_plugin.seen.clear()
    dummy_plugin.tables.clear()
    plug("dummy", dummy_plugin)
    return dummy_plugin


def read(client, address, **query):
    return json.loads(client.get(f"/api/v1/{address}", {"locale": "en", **query}).content)


# --- the contract itself ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", HOOKS)
def test_the_dummy_plugin_implements_a_hook_with_its_exact_arguments(name):
    implementation = getattr(dummy_plugin, name)
    assert [*inspect.signature(implementation).parameters] == [*inspect.signature(HOOKS[name]).parameters]


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_is_documented_with_its_exact_arguments(name):
    docs = (TESTS.parent / "docs" / "hooks.md").read_text("utf-8")
    assert f"## {name}\n\n```python\n@hookimpl\ndef {signature(HOOKS[name])}: ...\n```" in docs


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_says_when_it_is_called_and_when_not(name):
    words = inspect.getdoc(HOOKS[name]) or ""
    assert re.search(r"\b[Nn]ot\b", words), "When is it not called?"
    assert all(
        argument in words for argument in inspect.signature(HOOKS[name]).parameters if argument != "events"
    )


def test_every_hook_has_a_test_named_after_it():
    named = {
        node.name
        for source in TESTS.rglob("test_*.py")
        for node in ast.walk(ast.parse(source.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
    }
    missing = [hook for hook in HOOKS if not any(test.startswith(f"test_{hook}") for test in named)]
    assert not missing


def test_every_hook_belongs_to_a_family():
    public = [
        name
        for name, value in vars(hookspecs).items()
        if inspect.isfunction(value) and not name.startswith("_")
    ]
    assert public == list(HOOKS)


# --- each hook -------------------------------------------------------------------------------------------------------


def test_register_routers_adds_routes_on_the_channels_of_the_plugin_only(shop, dummy, client, settings):
    shop.channel("ours", plugin="dummy")
    shop.channel("web")
    settings.ROOT_URLCONF = urls = ModuleType("urls_with_the_dummy")
    urls.urlpatterns = [path("api/v1/", build_api().urls)]

    assert client.get("/api/v1/ours/dummy/hello").json() == {"hello": "ours"}
    assert client.get("/api/v1/web/dummy/hello").status_code == 404
    assert client.get("/api/v1/nowhere/dummy/hello").status_code == 404


def test_register_pages_are_there_on_the_plugins_public_channels_in_their_languages_only(
    shop, dummy, client, settings
):
    shop.channel("ours", plugin="dummy")
    shop.channel("closed", plugin="dummy", is_public=False)
    shop.channel("theirs", plugin="web", extensions=["dummy"])
    settings.ROOT_URLCONF = urls = ModuleType("urls_with_the_dummys_pages")
    urls.urlpatterns = page_urls()

    assert client.get("/ours/fr/hello/Ana").content.decode() == "Ours says hello to Ana in fr"
    assert reverse("dummy:hello", args=["ours", "fr", "Ana"]) == "/ours/fr/hello/Ana"
    assert client.get("/ours/", headers={"accept-language": "en"}).headers["Location"] == "/ours/en/"
    for elsewhere in (
        "/ours/de/hello/Ana",
        "/closed/fr/hello/Ana",
        "/theirs/fr/hello/Ana",
        "/no/fr/hello/Ana",
    ):
        assert client.get(elsewhere).status_code == 404


def test_register_extension_pages_stand_beside_those_of_the_channel_where_they_are_on(
    shop, dummy, client, settings
):
    shop.channel("with", plugin="web", extensions=["dummy"])
    shop.channel("without", plugin="web")
    settings.ROOT_URLCONF = urls = ModuleType("urls_with_pages_of_extensions")
    urls.urlpatterns = page_urls()

    page = client.get("/with/en/dummy/lend/comptoir_web/legal.html")
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "private, no-store")
    assert "Legal notice" in page.content.decode()
    assert reverse("web:dummy:lend", args=["with", "en", "it"]) == "/with/en/dummy/lend/it"
    assert client.get("/without/en/dummy/lend/it").status_code == 404


def test_register_storefront_draws_what_an_extension_shows(shop, dummy, plug, client, settings):
    plug("guest", register_extension_pages=dummy_plugin.register_extension_pages)
    shop.channel("ours", plugin="dummy", extensions=["guest"])
    shop.channel("headless", plugin="app", extensions=["guest"])
    settings.ROOT_URLCONF = urls = ModuleType("urls_of_the_window")
    urls.urlpatterns = page_urls()

    assert client.get("/ours/fr/guest/lend/it").content.decode() == "it in the window"
    assert client.get("/headless/fr/guest/lend/it").status_code == 404


def test_register_preview_draws_a_document_in_the_plugins_way(shop, dummy, settings):
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [TESTS / "testdummy" / "templates"]}]
    shop.channel("ours", plugin="dummy", locales=["en"])
    product = shop.product("marin", texts={"en": "Marin"})

    [frame] = side_by_side(product.contents.get(locale__language_code="en"))

    assert frame.html.strip() == '<p lang="en">Marin on ours in en</p>'
    assert frame.width_px == 333


def test_add_document_fields_stand_in_the_document_under_the_plugins_name(shop, dummy, client):
    shop.channel("ours", plugin="dummy")
    shop.channel("web")
    shop.product("marin")

    shop.settle()

    assert read(client, "ours/products/marin")["dummy"] == {"said": "Marin on ours in en"}
    assert read(client, "ours/products/marin", locale="fr")["dummy"] == {"said": "Marin on ours in fr"}
    assert "dummy" not in read(client, "web/products/marin")


def test_add_account_part_stands_in_the_account_of_the_channels_that_have_the_plugin(shop, dummy):
    shop.channel("ours", plugin="dummy")
    shop.channel("web")

    [part] = account_parts(channel_context("ours"), 7, "fr")

    assert part.rows == [AccountRow("7 on ours in fr")]
    assert account_parts(channel_context("web"), 7, "fr") == []


def test_register_personal_records_tells_what_is_kept_of_a_customer_and_forgets_it(shop, dummy):
    user = User.objects.create_user("camille@example.org")
    pk = user.pk

    assert records_of(pk)["dummy"] == [{"id": pk}]
    erase_customer(user_id=pk)

    assert dummy.forgotten == [pk]


def test_check_readiness_keeps_an_item_off_the_channel_that_asks(shop, dummy, client):
    shop.channel("ours", plugin="dummy")
    shop.channel("web")
    shop.product("ours", texts={"en": "Ours"})
    shop.product("marin")

    shop.settle()

    assert [card["slug"] for card in read(client, "ours/products")["items"]] == ["marin"]
    assert {card["slug"] for card in read(client, "web/products")["items"]} == {"ours", "marin"}


def test_check_basket_lines_keeps_out_what_a_channel_does_not_sell_so_many_of(shop, dummy):
    nantes = shop.location("nantes")
    shop.channel("ours", plugin="dummy")
    shop.channel("web")
    shop.product("marin", stock={nantes: 20})
    shop.settle()

    def opened(channel, quantity):
        wanted = [(Code("MARIN"), quantity)]
        return open_basket(channel=channel_context(channel), lines=wanted)[0].lines[0].row.quantity

    assert (opened("ours", 3), opened("web", 4)) == (3, 4)
    with pytest.raises(LineRefused, match="At most three MARIN") as refusal, transaction.atomic():
        opened("ours", 4)
    assert (refusal.value.code, refusal.value.field) == ("three_each", "quantity")


def test_register_line_claims_sells_what_has_no_stock_only_with_a_claim(shop, dummy):
    shop.channel("web")
    dinner = shop.product("dinner")
    dinner.product_class = save_product_class(name="Meals", track_stock=False)
    dinner.save()
    shop.settle()
    view, token = open_basket(channel=channel_context("web"))
    key = Key(channel_context("web"), token)

    with pytest.raises(LineRefused) as refusal, transaction.atomic():
        add_line(key=key, code=Code("DINNER"), quantity=1)
    assert refusal.value.code == "claim_missing"
    dummy.tables[view.basket.id] = 1
    add_line(key=key, code=Code("DINNER"), quantity=1)
    close_basket(key=key)
    assert dummy.tables == {view.basket.id: 0}


def test_on_basket_changed_is_told_of_a_basket_given_up_but_not_of_its_lines(shop, dummy):
    nantes = shop.location("nantes")
    shop.channel("web")
    shop.product("marin", stock={nantes: 2})
    shop.settle()
    view, token = open_basket(channel=channel_context("web"), lines=[(Code("MARIN"), 1)])
    shop.settle()
    assert "basket_changed" not in {kind for kind, _subject in dummy.seen}

    close_basket(key=Key(channel_context("web"), token))
    shop.settle()
    assert ("basket_changed", view.basket.id) in dummy.seen


def test_on_product_changed_is_told_of_a_price(shop, dummy):
    product = shop.product("marin", publish=False)
    shop.settle()
    assert ("product_changed", product.pk) in dummy.seen


def test_on_product_changed_is_not_told_of_stock_quantities(shop, dummy):
    product = shop.product("marin")
    shop.settle()
    dummy.seen.clear()

    receive_stock(variant=product, location=shop.location("nantes"), quantity=3)

    shop.settle()
    assert ("product_changed", product.pk) not in dummy.seen


def test_on_stock_changed_is_told_when_a_variant_can_be_had_again_but_not_of_more_of_it(shop, dummy):
    product, nantes = shop.product("marin"), shop.location("nantes")
    shop.settle()

    receive_stock(variant=product, location=nantes, quantity=3)
    shop.settle()
    assert ("stock_changed", product.pk) in dummy.seen

    dummy.seen.clear()
    receive_stock(variant=product, location=nantes, quantity=3)
    shop.settle()
    assert dummy.seen == []


def test_on_content_changed_is_told_of_a_publication_but_not_of_a_draft(shop, dummy):
    product = shop.product("marin", texts={})
    shop.text(product, "en", title="Draft", publish=False)
    shop.settle()
    assert ("content_changed", product.pk) not in dummy.seen

    shop.text(product, "en", title="Marin", publish=True)
    shop.settle()
    assert ("content_changed", product.pk) in dummy.seen


def test_on_page_changed_is_told_of_a_publication_but_not_of_a_draft(dummy, shop):
    page = Page.get_first_root_node().add_child(instance=StoryPage(title="Flax", slug="flax", live=False))
    page.save_revision()
    shop.settle()
    assert ("page_changed", page.pk) not in dummy.seen

    page.save_revision().publish()
    shop.settle()
    assert ("page_changed", page.pk) in dummy.seen


def test_on_menu_changed_is_told_of_a_new_menu(dummy, shop):
    locale, _created = Locale.objects.get_or_create(language_code="en")
    menu = Menu.objects.create(code="main", locale=locale)
    shop.settle()
    assert dummy.seen == [("menu_changed", menu.pk)]


def test_on_category_changed_is_told_of_a_new_category(dummy, shop):
    category = shop.category("Shirts")
    shop.settle()
    assert ("category_changed", category.pk) in dummy.seen


def test_on_image_changed_is_told_of_another_crop(dummy, shop, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    picture = Picture.objects.create(title="Flax", file=_drawn_picture())
    shop.settle()
    dummy.seen.clear()

    picture.focal_point_x = picture.focal_point_y = picture.focal_point_width = picture.focal_point_height = 1
    picture.save()

    shop.settle()
    assert dummy.seen == [("image_changed", picture.pk)]


def _drawn_picture():
    buffer = BytesIO()
    Image.new("RGB", (4, 4), "navy").save(buffer, "PNG")
    return SimpleUploadedFile("flax.png", buffer.getvalue(), "image/png")


def test_on_channel_changed_is_told_of_a_new_channel(dummy, shop):
    channel = shop.channel("web")
    shop.settle()
    assert ("channel_changed", channel.pk) in dummy.seen


def test_on_document_published_is_told_once_whatever_the_number_of_languages(dummy, shop):
    shop.channel("web")
    product = shop.product("marin")

    shop.settle()

    assert dummy.seen.count(("document_published", product.pk)) == 1
    assert plugins.subscribers(hookspecs.on_document_published)[-1] == "dummy"


def test_register_rounds_are_done_by_the_worker_and_one_that_fails_holds_up_nobody(db, dummy, plug):
    def stumbles():
        raise RuntimeError("no paper")

    plug("clumsy", register_rounds=lambda: [stumbles])
    before = len(dummy_plugin.rounds)

    Rounds()()

    assert len(dummy_plugin.rounds) == before + 1
