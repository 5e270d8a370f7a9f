"""The side-by-side preview, the readiness panel and releases in a real browser, by keyboard, in two languages."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from wagtail.models import Locale, Page

from comptoir.catalogue.models import Listing
from comptoir.content.models import HomePage, ProductContent, StoryPage
from comptoir.publishing.models import Release
from comptoir.testing.factories import Shop

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CHANNELS = ("store", "web", "app", "social", "booking")
#: Wagtail compares the form with what it was two seconds after it came; what was typed before is no change to it.
WATCHED = """() => new Promise(done => {
    document.addEventListener('w-unsaved:watch-edits', () => done(), {once: true}); setTimeout(done, 4000);
})"""
CHRISTMAS = datetime(2031, 12, 24, 12, tzinfo=UTC)


@pytest.fixture
def shop(transactional_db: None) -> Shop:
    shop = Shop()
    nantes = shop.location("nantes")
    channels = {code: shop.channel(code) for code in CHANNELS}
    product = shop.product("marin", sizes=["S", "M"], stock={nantes: 3})
    Listing.objects.create(
        product=product, channel=channels["web"], starts_at=CHRISTMAS, ends_at=CHRISTMAS + timedelta(days=7)
    )
    return shop


@pytest.fixture
def story(transactional_db: None) -> StoryPage:
    locale, _created = Locale.objects.get_or_create(language_code="fr")
    root = Page.get_first_root_node() or Page.add_root(title="Root", slug="root", locale=locale)
    home = root.add_child(instance=HomePage(title="Accueil", slug="accueil", locale=locale))
    return home.add_child(instance=StoryPage(title="La toile", slug="toile", intro="Du lin.", locale=locale))


def text(locale: str = "fr") -> ProductContent:
    return ProductContent.objects.get(locale__language_code=locale)


def preview_path(item, query: str = "") -> str:
    return reverse("comptoir_preview", args=(item._meta.label_lower, item.pk)) + query


def focused(page) -> dict[str, str]:
    return page.evaluate(
        "() => ({tag: document.activeElement.tagName, id: document.activeElement.id,"
        " href: document.activeElement.getAttribute('href') || '', name: document.activeElement.name || '',"
        " outline: getComputedStyle(document.activeElement).outlineStyle})"
    )


def tab_to(page, found, presses: int = 60) -> dict[str, str]:
    """Press Tab until an element is reached; each stop on the way must be seen."""
    for _press in range(presses):
        page.keyboard.press("Tab")
        place = focused(page)
        if (
            place["tag"] not in ("BODY", "IFRAME") and place["id"] != "moment"
        ):  # whose parts draw their own ring
            assert place["outline"] != "none", place
        if found(place):
            return place
    raise AssertionError("not reached by keyboard")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_all_channels_stand_side_by_side_in_the_reader_s_language(shop, log_in, language):
    page = log_in(preview_path(text(language)), locale=language)

    assert page.get_attribute("html", "lang") == language
    assert page.locator("section.channel").count() == len(CHANNELS)
    boxes = [page.locator(f"#channel-{code}").bounding_box() for code in CHANNELS]
    assert len({box["y"] for box in boxes}) == 1
    frame = page.frame_locator("#channel-app iframe")
    frame.get_by_text("Marin").first.wait_for()
    icons = page.locator("section.channel .state .c-icon").count()
    assert icons == len(CHANNELS)
    assert all(word.strip() for word in page.locator("section.channel .state strong").all_inner_texts())


def test_the_moment_is_chosen_by_keyboard_and_changes_what_is_shown(shop, log_in):
    page = log_in(preview_path(text()), locale="en")
    assert page.locator("#channel-web.state-later").count() == 1

    tab_to(page, lambda place: place["id"] == "moment")
    page.keyboard.type("12252031")
    page.keyboard.press("Tab")
    page.keyboard.type("1000AM")
    page.keyboard.press("Enter")
    page.wait_for_url("**at=2031-12-25*")

    assert page.locator("#channel-web.state-shown").count() == 1
    page.goto(preview_path(text(), "?at=2032-01-15T10:00"))
    assert page.locator("#channel-web.state-over").count() == 1
    assert page.locator("#channel-app.state-shown").count() == 1


def test_each_channel_is_reached_by_its_skip_link(shop, log_in):
    page = log_in(preview_path(text()), locale="fr")

    tab_to(page, lambda place: place["href"] == "#channels")
    page.keyboard.press("Enter")
    assert focused(page)["id"] == "channels"
    for code in CHANNELS:
        tab_to(page, lambda place, code=code: place["href"] == f"#channel-{code}")
        page.keyboard.press("Enter")
        assert focused(page)["id"] == f"channel-{code}"
        page.evaluate("document.getElementById('channels').focus()")


def test_channels_are_left_out_and_widths_switched_by_keyboard(shop, log_in):
    page = log_in(preview_path(text(), "?channel=app&channel=web"), locale="en")
    assert page.locator("section.channel").count() == 2

    tab_to(page, lambda place: place["name"] == "width")
    page.keyboard.press("ArrowRight")
    assert round(page.locator("#channel-app").bounding_box()["width"]) == 400
    page.keyboard.press("ArrowRight")
    assert round(page.locator("#channel-app").bounding_box()["width"]) == 375


def test_on_a_narrow_screen_the_channels_stand_below_each_other(shop, log_in):
    page = log_in(preview_path(text()), locale="fr", width_px=400)

    boxes = [page.locator(f"#channel-{code}").bounding_box() for code in CHANNELS]
    assert len({box["x"] for box in boxes}) == 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_other_language_of_the_item_is_one_link_away(shop, log_in):
    page = log_in(preview_path(text("fr"), "?at=2031-12-25T10:00"), locale="fr")

    page.locator(".languages a").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{text('en').pk}/**")

    assert page.locator("h1").get_attribute("lang") == "en"
    assert page.input_value("#moment") == "2031-12-25T10:00"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_editor_shows_readiness_and_previews_what_is_typed_on_all_channels(shop, story, log_in, language):
    page = log_in(f"/admin/pages/{story.pk}/edit/", locale=language)
    assert page.locator(".c-readiness__channel").count() == len(CHANNELS)
    title = page.locator("#id_title")
    title.focus()
    page.keyboard.press("Control+End")
    page.keyboard.type(", pas encore enregistrée")

    page.keyboard.press("Control+p")
    live = page.frame_locator("#w-preview-iframe")
    live.locator("h1", has_text="pas encore enregistrée").wait_for()

    live.locator("section.channel").nth(len(CHANNELS) - 1).wait_for()
    assert live.locator("html").get_attribute("lang") == language


def test_the_moment_outlives_what_is_typed_afterwards(shop, story, log_in):
    page = log_in(f"/admin/pages/{story.pk}/edit/", locale="en")
    page.keyboard.press("Control+p")
    page.evaluate(WATCHED)
    live = page.frame_locator("#w-preview-iframe")
    live.locator("#moment").fill("2031-12-25T10:00")
    live.locator("#moment").press("Enter")
    live.locator("#moment[value='2031-12-25T10:00']").wait_for()

    page.locator("#id_title").fill("Un autre titre")
    live.locator("h1", has_text="Un autre titre").wait_for()

    assert live.locator("#moment").input_value() == "2031-12-25T10:00"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_release_is_filled_published_and_rolled_back_by_keyboard(shop, log_in, language):
    draft = text().get_latest_revision_as_object()
    draft.title = "Marin, nouveau"
    draft.save_revision()
    release = Release.objects.create(name="Noël")
    page = log_in(reverse("releases:edit", args=(release.pk,)), locale=language)

    def press(selector: str) -> None:
        page.locator(selector).first.focus()
        with page.expect_navigation():
            page.keyboard.press("Enter")

    press(f"form[action='{reverse('releases:add_item', args=(release.pk,))}'] button")
    press(f"a[href='{reverse('releases:publish', args=(release.pk,))}']")
    press("main form button[type=submit]")
    assert text().title == "Marin, nouveau"

    press(f"a[href='{reverse('releases:roll_back', args=(release.pk,))}']")
    press("main form button[type=submit]")
    assert text().title == "Marin"
