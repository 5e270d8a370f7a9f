"""Counting a shop in a real browser, with a scanner: all that a scanner can do is type a code and press Enter."""

import pytest
from django.urls import reverse

from comptoir.stock.counts import open_count
from comptoir.stock.models import CountLine, Level
from comptoir.testing.factories import Shop

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TABLET_PX = 820


@pytest.fixture
def sheet(transactional_db) -> str:
    shop = Shop()
    nantes = shop.location("nantes")
    shop.product("marin", stock={nantes: 5}, gtin="96385074", texts={})
    shop.product("cap", stock={nantes: 2}, texts={})
    return reverse("stock:count", args=[open_count(location=nantes, name="Monday").pk])


def scan(page, code: str) -> None:
    """What the scanner types goes wherever the focus is: nobody scans before a field has it."""
    assert focused(page)
    with page.expect_navigation():
        page.keyboard.type(code)
        page.keyboard.press("Enter")


def focused(page) -> str:
    """The field that has the focus; a browser gives it a moment after the page is there."""
    page.wait_for_function("document.activeElement.matches('input')")
    return page.evaluate("document.activeElement.name")


def figures() -> dict[str, int | None]:
    return {line.variant.sku: line.counted for line in CountLine.objects.select_related("variant")}


def test_a_shop_is_counted_without_touching_the_mouse(sheet, log_in):
    page = log_in(sheet, locale="en", width_px=TABLET_PX)
    assert focused(page) == "code"

    for code, pieces in (("96385074", "4"), ("CAP", "2")):
        scan(page, code)
        assert focused(page).startswith("figure-")
        scan(page, pieces)
        assert focused(page) == "code"

    assert figures() == {"MARIN": 4, "CAP": 2}
    with page.expect_navigation():
        page.locator("button[value=review]").press("Enter")
    with page.expect_navigation():
        page.locator("button[value=book]").press("Enter")
    assert Level.objects.get(variant__sku="MARIN").on_hand == 4


def test_a_figure_is_kept_as_soon_as_it_is_typed_and_survives_a_reload(sheet, log_in):
    page = log_in(sheet, locale="en", width_px=TABLET_PX)
    scan(page, "MARIN")

    page.keyboard.type("3")
    page.keyboard.press("Tab")
    page.get_by_text("All figures are kept.").wait_for()
    page.reload()

    assert page.locator("input.cpt-pieces").input_value() == "3"
    assert figures() == {"MARIN": 3}


def test_everything_a_finger_has_to_hit_is_big_enough(sheet, log_in):
    page = log_in(sheet, locale="en", width_px=TABLET_PX)
    scan(page, "MARIN")
    page.locator("input.cpt-pieces").wait_for()

    targets = page.locator(
        ".cpt-sections a, .cpt-sheet button, .cpt-sheet label.cpt-check, input.cpt-pieces, #code"
    )
    heights = [round(target.bounding_box()["height"]) for target in targets.all()]

    assert len(heights) == 13
    assert min(heights) >= 44
    assert page.evaluate("document.documentElement.scrollWidth") <= TABLET_PX
