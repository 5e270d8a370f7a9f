"""An editor changes the front page and a product: seen in the preview before, by customers after."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import TimeoutError
from wagtail.models import Locale, Page

from comptoir.channels.queries import forget_contexts
from comptoir.content.models import HomePage, ProductContent
from comptoir.testing.factories import Shop
from comptoir_web import kept
from tests.browser.test_preview import WATCHED

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WEB = "#channel-web iframe"


@pytest.fixture
def shop(transactional_db: None, live_server: Any, settings: Any) -> Shop:
    settings.COMPTOIR_BASE_URL = live_server.url
    shop = Shop()
    nantes = shop.location("nantes")
    shop.channel("web", theme="atelier", locales=["fr"], locations=[nantes])
    shop.product("marin", sizes=["S", "M"], stock={nantes: 3}, texts={"fr": "Marin"})
    locale = Locale.objects.get(language_code="fr")
    root = Page.get_first_root_node() or Page.add_root(title="Root", slug="root", locale=locale)
    home = root.add_child(instance=HomePage(title="Bonjour", slug="accueil", intro="Du lin.", locale=locale))
    home.save_revision().publish()
    shop.settle()
    forget_contexts()
    return shop


def change_title(page: Any, title: str) -> None:
    """Type a title, and see it in the page of the theme beside the form before anything is saved."""
    if not page.locator("#w-preview-iframe").is_visible():  # the panel stays open from page to page
        page.keyboard.press("Control+p")
    page.evaluate(WATCHED)
    shown = page.frame_locator("#w-preview-iframe").frame_locator(WEB)
    shown.locator("h1").wait_for()
    heading, field = shown.locator("h1"), page.locator("#id_title")
    for times in range(
        1, 7
    ):  # what is typed before Wagtail watches the form is seen with the next change only
        typed = f"{title} {'!' * times}"
        field.fill(typed)
        with suppress(TimeoutError):
            heading.get_by_text(typed, exact=True).wait_for(timeout=8000)
            break
    field.fill(title)
    heading.get_by_text(title, exact=True).wait_for()
    shown.locator("header.top .logo").wait_for()
    shown.locator("link[href*='/theme-']").wait_for(state="attached")


def publish(page: Any) -> None:
    page.locator("[name=action-publish]").dispatch_event("click")
    page.locator(".messages .success").first.wait_for()


def test_the_front_page_and_a_product_are_seen_before_and_after_publishing(
    shop: Shop, log_in: Callable[..., Any], open_page: Callable[..., Any]
) -> None:
    home, text = HomePage.objects.get(), ProductContent.objects.get()
    editor = log_in(f"/admin/pages/{home.pk}/edit/", locale="fr")
    customer = open_page("/web/fr/")

    change_title(editor, "Bonsoir")
    customer.goto("/web/fr/")
    assert customer.locator("h1").inner_text() == "Bonjour"
    publish(editor)
    editor.goto(reverse(text.snippet_viewset.get_url_name("edit"), args=[text.pk]))
    change_title(editor, "Marin du soir")
    publish(editor)

    shop.settle()
    kept.forget_pages()
    customer.goto("/web/fr/")
    assert customer.locator("h1").inner_text() == "Bonsoir"
    customer.goto("/web/fr/products/marin")
    assert customer.locator("h1").inner_text() == "Marin du soir"
