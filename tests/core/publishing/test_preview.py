"""One item on all its channels side by side, at any moment, with nothing written."""

from datetime import timedelta

import pytest
from django.urls import reverse

from comptoir.catalogue.models import Assortment, Listing
from comptoir.plugins import Preview
from comptoir.publishing.models import Attention, Document
from comptoir.publishing.preview import Showing, live_availability, side_by_side
from tests.core.publishing.conftest import NOON

pytestmark = pytest.mark.django_db


def by_channel(frames):
    return {frame.channel.code: frame for frame in frames}


def french_text(product):
    return product.contents.get(locale__language_code="fr")


def test_a_draft_is_drawn_on_every_channel_and_written_nowhere(shop, plain):
    for code in ("web", "app", "social"):
        plain(code)
    product = shop.product("marin")
    shop.settle()
    before = list(Document.objects.order_by("pk").values())
    draft = french_text(product)
    draft.title = "Un titre jamais enregistré"

    frames = side_by_side(draft)

    assert [frame.channel.code for frame in frames] == ["app", "social", "web"]
    assert all("Un titre jamais enregistré" in frame.html for frame in frames)
    assert {frame.showing for frame in frames} == {Showing.SHOWN}
    assert list(Document.objects.order_by("pk").values()) == before
    assert not Attention.objects.exists()


def test_a_frame_has_the_width_its_plugin_names(shop, register_plugin):
    plugin = register_plugin("kiosk", register_preview=lambda: Preview("comptoir/publishing/plain.html", 333))
    shop.channel("kiosk", plugin=plugin)

    (frame,) = side_by_side(french_text(shop.product("marin")))

    assert frame.width_px == 333


def test_a_preview_counts_the_same_pieces_as_the_api(shop, plain, client):
    nantes, depot = shop.location("nantes"), shop.location("depot")
    kiosk = plain("kiosk", locations=[nantes])
    shop.product("marin", sizes=["S", "M"], stock={depot: 4, nantes: 2}, texts={"fr": "Marin"})
    shop.settle()

    availability = live_availability(Document.objects.get(kind="product"), kiosk)

    assert availability == {"in_stock": True, "quantity": 4, "variants": {"MARIN-S": 2, "MARIN-M": 2}}
    assert client.get("/api/v1/kiosk/products/marin").json()["availability"] == availability


def test_before_and_after_its_listing_window_an_item_is_said_not_to_be_shown(shop, plain):
    web = plain("web")
    product = shop.product("marin")
    window = {"starts_at": NOON, "ends_at": NOON + timedelta(days=7)}
    Listing.objects.create(product=product, channel=web, **window)
    text = french_text(product)

    (before,) = side_by_side(text, at=NOON - timedelta(seconds=1))
    (during,) = side_by_side(text, at=NOON)
    (after,) = side_by_side(text, at=NOON + timedelta(days=7))

    assert (before.showing, during.showing, after.showing) == (Showing.LATER, Showing.SHOWN, Showing.OVER)
    assert "2026" in before.sentence
    assert "2026" in after.sentence


def test_the_draft_s_own_schedule_counts(shop, plain):
    plain("web")
    text = french_text(shop.product("marin"))
    text.go_live_at, text.expire_at = NOON, NOON + timedelta(hours=1)

    showings = [
        side_by_side(text, at=NOON + timedelta(minutes=minutes))[0].showing for minutes in (-1, 0, 60)
    ]

    assert showings == [Showing.LATER, Showing.SHOWN, Showing.OVER]


def test_each_channel_says_why_it_does_not_show_an_item(shop, plain):
    web, app = plain("web"), plain("app")
    plain("social", locales=["en"])
    plain("booking", currency="CHF")
    product = shop.product("marin")
    Listing.objects.create(product=product, channel=app, is_shown=False)
    Assortment.objects.create(channel=web, category=shop.category("Manteaux"))

    frames = by_channel(side_by_side(french_text(product)))

    assert frames["web"].showing == Showing.NOT_LISTED
    assert frames["web"].sentence != frames["app"].sentence != frames["social"].sentence
    assert frames["app"].showing == frames["social"].showing == Showing.NOT_LISTED
    assert frames["booking"].showing == Showing.BLOCKED
    assert "CHF" in frames["booking"].sentence
    assert not frames["web"].html


def test_a_plugin_that_breaks_fails_in_its_own_frame_only(shop, plain, register_plugin):
    def broken():
        raise RuntimeError("kaputt")

    register_plugin("broken-fields", add_document_fields=lambda item: broken())
    register_plugin("broken-check", check_readiness=lambda item: broken())
    register_plugin("broken-preview", register_preview=broken)
    register_plugin("broken-template", register_preview=lambda: Preview("nowhere/at-all.html"))
    names = ("broken-fields", "broken-check", "broken-preview", "broken-template")
    plain("web")
    for name in names:
        shop.channel(name, plugin=name)
    text = french_text(shop.product("marin"))

    frames = by_channel(side_by_side(text))

    assert frames["web"].showing == Showing.SHOWN
    assert {frames[name].showing for name in names} == {Showing.FAILED}
    assert "broken-fields" in frames["broken-fields"].sentence
    assert "Marin" in frames["broken-fields"].html
    assert "kaputt" in frames["broken-preview"].sentence


def test_a_page_is_drawn_on_its_channels_only(shop, plain, story):
    for code in ("web", "app"):
        plain(code)
    story.channels = ["web"]

    frames = by_channel(side_by_side(story))

    assert frames["web"].showing == Showing.SHOWN
    assert "La toile" in frames["web"].html
    assert frames["app"].showing == Showing.NOT_LISTED


def test_a_page_below_a_draft_is_not_reached(shop, plain, home, story):
    plain("web")
    home.unpublish()

    (frame,) = side_by_side(story)

    assert frame.showing == Showing.NOT_LISTED


def test_the_screen_shows_the_last_saved_draft_at_a_moment_on_chosen_channels(shop, plain, client, editor):
    for code in ("web", "app"):
        plain(code)
    text = french_text(shop.product("marin"))
    text.title = "Marin, en brouillon"
    text.save_revision()
    client.force_login(editor)
    url = reverse("comptoir_preview", args=("content.productcontent", text.pk))

    answer = client.get(url, {"at": "2026-12-24T18:00", "channel": ["web"]})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Marin, en brouillon" in page
    assert 'id="channel-web"' in page
    assert 'id="channel-app"' not in page
    assert 'value="2026-12-24T18:00"' in page
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


def test_a_moment_that_is_none_is_said_and_not_used(shop, plain, client, editor):
    plain("web")
    text = french_text(shop.product("marin"))
    client.force_login(editor)
    url = reverse("comptoir_preview", args=("content.productcontent", text.pk))

    for moment in ("hier", "9999-99-99T00:00", "0001-01-01T00:00"):
        answer = client.get(url, {"at": moment})
        assert answer.status_code == 200
        assert 'role="alert"' in answer.content.decode()


def test_the_screen_is_for_those_who_may_edit_the_item(shop, plain, client, django_user_model):
    plain("web")
    text = french_text(shop.product("marin"))
    client.force_login(django_user_model.objects.create_user("customer@example.org", "a-long-password"))

    answer = client.get(reverse("comptoir_preview", args=("content.productcontent", text.pk)))

    assert answer.status_code in (302, 403)
    assert b"Marin" not in answer.content


def test_only_texts_and_pages_can_be_previewed(shop, client, editor):
    client.force_login(editor)

    for model, pk in (
        ("customers.user", editor.pk),
        ("nothing.here", 1),
        ("nonsense", 1),
        ("content.storypage", 999),
    ):
        assert client.get(reverse("comptoir_preview", args=(model, pk))).status_code == 404


def test_wagtail_s_live_preview_of_a_page_shows_what_is_in_the_form_at_the_chosen_moment(
    shop, plain, client, editor, story
):
    plain("web")
    client.force_login(editor)
    url = reverse("wagtailadmin_pages:preview_on_edit", args=(story.pk,))
    form = {
        "title": "Pas encore enregistré",
        "slug": "toile",
        "intro": "Du lin.",
        "channels": "",
        "body-count": "0",
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
    }
    assert client.post(url, form).json() == {"is_valid": True, "is_available": True}

    page = client.get(url, {"in_preview_panel": "true", "mode": "2026-12-24T18:00"}).content.decode()

    assert "Pas encore enregistré" in page
    assert 'value="2026-12-24T18:00"' in page
    assert not Document.objects.filter(body__contains="Pas encore").exists()
