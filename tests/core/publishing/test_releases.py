"""Several texts and pages go live at one moment, or none of them; and back again."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from comptoir.base import clock
from comptoir.content.models import ProductContent, StoryPage
from comptoir.publishing import releases
from comptoir.publishing.models import Document, Release

pytestmark = pytest.mark.django_db


@pytest.fixture
def release() -> Release:
    return Release.objects.create(name="Été")


def drafted(item, title: str):
    """The item with a new title in an unpublished draft."""
    draft = item.get_latest_revision_as_object()
    draft.title = title
    draft.save_revision()
    return type(item)._default_manager.get(pk=item.pk)


def text_of(shop, handle: str, **fields) -> ProductContent:
    return shop.product(handle, texts={"fr": handle.title()}, **fields).contents.get()


def titles() -> dict[str, str]:
    return dict(Document.objects.filter(kind__in=["product", "page"]).values_list("slug", "body"))


def test_a_release_publishes_texts_and_pages_and_their_documents_at_once(shop, plain, story, release):
    plain("web")
    new, changed = text_of(shop, "new", publish=False), text_of(shop, "changed")
    shop.settle()
    for item in (new, drafted(changed, "Changé"), drafted(story, "La toile, nouvelle")):
        releases.add_to_release(release, item)

    releases.publish_release(release)

    bodies = " ".join(Document.objects.values_list("body", flat=True))
    assert all(title in bodies for title in ("New", "Changé", "La toile, nouvelle"))
    release.refresh_from_db()
    assert release.is_published
    assert [(row.was_live, row.replaced_id is not None) for row in release.items.all()] == [
        (False, False),
        (True, True),
        (True, True),
    ]


def test_rolling_back_brings_back_what_was_live_and_takes_off_what_was_not(shop, plain, story, release):
    plain("web")
    new, changed = text_of(shop, "new", publish=False), text_of(shop, "changed")
    shop.settle()
    before = list(
        Document.objects.filter(kind__in=["product", "page"]).order_by("slug").values_list("slug", "body")
    )
    for item in (new, drafted(changed, "Changé"), drafted(story, "La toile, nouvelle")):
        releases.add_to_release(release, item)
    releases.publish_release(release)

    releases.roll_back_release(release)
    shop.settle()

    after = list(
        Document.objects.filter(kind__in=["product", "page"]).order_by("slug").values_list("slug", "body")
    )
    assert after == before
    new.refresh_from_db()
    changed.refresh_from_db()
    assert (new.live, changed.live, changed.title) == (False, True, "Changed")
    assert changed.get_latest_revision_as_object().title == "Changé"
    assert StoryPage.objects.get().title == "La toile"


def test_a_release_that_was_rolled_back_can_be_published_again(shop, release):
    text = text_of(shop, "new", publish=False)
    releases.add_to_release(release, text)
    releases.publish_release(release)
    releases.roll_back_release(release)

    releases.publish_release(release)

    text.refresh_from_db()
    assert text.live


def test_when_one_item_cannot_be_published_none_is(shop, plain, release):
    plain("web")
    first, second = text_of(shop, "first", publish=False), text_of(shop, "second", publish=False)
    releases.add_to_release(release, first)
    row = releases.add_to_release(release, second)
    row.revision.content["slug"] = None
    row.revision.save()

    with pytest.raises(IntegrityError):
        releases.publish_release(release)

    for text in (first, second):
        text.refresh_from_db()
        assert not text.live
    release.refresh_from_db()
    assert release.state == Release.State.DRAFT
    assert not Document.objects.filter(kind="product").exists()


def test_an_item_that_was_deleted_refuses_the_release_until_it_is_taken_out(shop, release):
    gone, there = text_of(shop, "gone", publish=False), text_of(shop, "there", publish=False)
    row = releases.add_to_release(release, gone)
    releases.add_to_release(release, there)
    gone.delete()

    with pytest.raises(releases.ReleaseItemGone) as refusal:
        releases.publish_release(release)

    there.refresh_from_db()
    assert refusal.value.code == "release_item_gone"
    assert "Gone" in str(refusal.value)
    assert not there.live
    row.refresh_from_db()
    releases.remove_from_release(row)
    releases.publish_release(release)


def test_an_item_with_a_schedule_of_its_own_is_refused(shop, release):
    text = text_of(shop, "later", publish=False)
    text.go_live_at = clock.now() + timedelta(days=2)
    text.save_revision()
    releases.add_to_release(release, ProductContent.objects.get())

    with pytest.raises(releases.ReleaseItemHasOwnSchedule):
        releases.publish_release(release)


def test_what_was_published_again_since_is_not_overwritten_by_a_roll_back(shop, release):
    text = drafted(text_of(shop, "marin"), "De la version")
    releases.add_to_release(release, text)
    releases.publish_release(release)
    drafted(ProductContent.objects.get(), "Corrigé ensuite").latest_revision.publish()

    with pytest.raises(releases.ReleaseItemChangedSince):
        releases.roll_back_release(release)

    assert ProductContent.objects.get().title == "Corrigé ensuite"


def test_what_cannot_be_done_with_a_release_is_refused_with_a_code(shop, release):
    codes = []
    soon = clock.now() + timedelta(hours=1)
    for act in (
        lambda: releases.publish_release(release),
        lambda: releases.schedule_release(release, soon),
        lambda: releases.roll_back_release(release),
        lambda: releases.unschedule_release(release),
        lambda: releases.schedule_release(release, clock.now()),
    ):
        with pytest.raises(releases.ReleaseRefused) as refusal:
            act()
        codes.append(refusal.value.code)
    text = text_of(shop, "marin", publish=False)
    row = releases.add_to_release(release, text)
    releases.publish_release(release)
    for act in (
        lambda: releases.publish_release(release),
        lambda: releases.schedule_release(release, soon),
        lambda: releases.add_to_release(release, text),
        lambda: releases.remove_from_release(row),
    ):
        with pytest.raises(releases.ReleaseAlreadyPublished):
            act()

    assert codes == [
        "release_empty",
        "release_empty",
        "release_not_published",
        "release_not_scheduled",
        "release_moment_past",
    ]


def test_a_release_takes_up_a_newer_draft_when_the_item_is_added_again(shop, release):
    text = text_of(shop, "marin", publish=False)
    releases.add_to_release(release, text)
    text = drafted(text, "Plus récent")
    (row,) = release.items.all()
    assert row.has_newer_draft

    releases.add_to_release(release, text)

    (row,) = release.items.all()
    assert row.title == "Plus récent"
    assert not row.has_newer_draft


def test_who_may_not_publish_an_item_cannot_publish_its_release(shop, release, django_user_model):
    text = text_of(shop, "marin", publish=False)
    releases.add_to_release(release, text)
    user = django_user_model.objects.create_user("intern@example.org", "a-long-password")

    with pytest.raises(releases.ReleaseItemNotAllowed):
        releases.publish_release(release, user=user)

    text.refresh_from_db()
    assert not text.live


def test_what_went_live_without_a_revision_is_brought_back_all_the_same(shop, release):
    text = text_of(shop, "marin")
    ProductContent.objects.update(live_revision=None)
    releases.add_to_release(release, drafted(text, "Changé"))
    releases.publish_release(release)
    assert not ProductContent.objects.get().has_unpublished_changes

    releases.roll_back_release(release)

    assert ProductContent.objects.get().title == "Marin"
