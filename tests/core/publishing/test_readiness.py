"""One line per channel: ready, warnings, what blocks; a plugin that fails spoils only its own line."""

import pytest
from django.test import RequestFactory
from wagtail import hooks

from comptoir.catalogue.models import Listing
from comptoir.content.models import EditorialPage, ProductContent
from comptoir.publishing.backoffice.panels import ReadinessPanel, channel_lines
from comptoir.publishing.items import Problem
from comptoir.publishing.readiness import State, draft_readiness, readiness

pytestmark = pytest.mark.django_db


def states(lines):
    return {(line.channel.code, line.locale): line.state for line in lines}


def test_every_channel_and_language_of_a_product_has_its_state(shop, plain, register_plugin):
    problem = Problem("no_gtin", "No barcode: add one.", "gtin", blocks=True)
    register_plugin("till", check_readiness=lambda item: [problem])
    plain("kiosk")
    shop.channel("till", plugin="till", locales=["fr"])
    hidden = plain("hidden", locales=["fr"])
    product = shop.product("marin", texts={"fr": "Marin"})
    shop.text(product, "fr", title="Marin", summary="Une marinière.", publish=True)
    Listing.objects.create(product=product, channel=hidden, is_shown=False)
    shop.settle()

    lines = readiness(product)

    assert states(lines) == {
        ("kiosk", "fr"): State.READY,
        ("kiosk", "en"): State.BLOCKED,
        ("till", "fr"): State.BLOCKED,
        ("hidden", "fr"): State.NOT_LISTED,
    }
    english = next(line for line in lines if line.locale == "en")
    assert [one.code for one in english.problems] == ["no_text"]
    assert {line.channel.code for line in lines if line.shown_now} == {"kiosk"}


def test_a_warning_does_not_block(shop, plain):
    plain("kiosk", locales=["fr"])

    (line,) = readiness(shop.product("marin"))

    assert line.state == State.WARNINGS
    assert [one.code for one in line.problems] == ["no_summary"]


def test_the_draft_is_judged_and_not_what_is_live(shop, plain):
    plain("kiosk", locales=["fr"])
    product = shop.product("marin", texts={"fr": "Marin"})
    text = product.contents.get()
    text.summary = "Une marinière."
    text.save_revision()

    (line,) = readiness(product)

    assert line.state == State.READY


def test_a_plugin_that_fails_is_named_and_the_other_channels_are_judged(shop, plain, register_plugin):
    def broken(item):
        raise RuntimeError("kaputt")

    register_plugin("broken", check_readiness=broken)
    shop.channel("broken", locales=["fr"])
    plain("kiosk", locales=["fr"])

    lines = {line.channel.code: line for line in readiness(shop.product("marin"))}

    assert lines["broken"].state == State.FAILED
    assert "broken" in lines["broken"].reason
    assert lines["kiosk"].state == State.WARNINGS


def test_the_editors_of_texts_and_pages_have_the_panel_once():
    for panels in (ProductContent.panels, EditorialPage.content_panels):
        assert sum(isinstance(panel, ReadinessPanel) for panel in panels) == 1


def test_a_text_without_a_product_has_no_lines_yet():
    assert draft_readiness(ProductContent()) == []


def test_the_product_screen_gets_a_line_per_channel_with_words_and_links(shop, plain, editor):
    plain("web")
    plain("app")
    product = shop.product("marin")
    request = RequestFactory().get("/")
    request.user = editor

    (panel,) = hooks.get_hooks("comptoir_product_panels")[:1]
    html = panel(request, product)

    assert html.count("c-readiness__channel ") == 2
    assert "content.productcontent" in html
    assert len(channel_lines(readiness(product))) == 2


def test_the_edit_screen_of_a_page_says_how_far_each_channel_is(shop, plain, client, editor, story):
    plain("web")
    client.force_login(editor)

    page = client.get(f"/admin/pages/{story.pk}/edit/").content.decode()

    assert "c-readiness__channel" in page
    assert f"/comptoir/preview/content.storypage/{story.pk}/" in page


def test_a_new_page_can_be_made_with_the_panel(client, editor, home):
    client.force_login(editor)

    assert client.get(f"/admin/pages/add/content/storypage/{home.pk}/").status_code == 200


def test_what_is_missing_in_every_language_is_said_once(shop, plain):
    plain("kiosk", currency="CHF")
    product = shop.product("marin", texts={"fr": "Marin", "en": "Marin"})
    shop.text(product, "fr", title="Marin", summary="Une marinière.")

    (line,) = channel_lines(readiness(product))

    notes = {note.state: note.languages for note in line.notes}
    assert notes[State.BLOCKED] == ()
    assert len(notes[State.WARNINGS]) == 1
