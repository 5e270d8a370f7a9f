"""What is due happens within a round of the worker, and once, however many workers look."""

import threading
from datetime import timedelta

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connections
from wagtail.models import ModelLogEntry, Page, PageLogEntry, Revision

from comptoir.base import clock
from comptoir.catalogue.models import Listing
from comptoir.content.models import ProductContent
from comptoir.events.models import Event
from comptoir.publishing.models import Document, Release
from comptoir.publishing.releases import add_to_release, schedule_release
from comptoir.publishing.schedule import run_due
from tests.core.publishing.conftest import NOON

READERS = "/api/v1/web/products/marin?locale=fr"


def approve_for(content: ProductContent, moment) -> Revision:
    """As pressing “Publish” on a draft with a go-live moment does, when that moment has passed since."""
    content.go_live_at = moment
    revision = content.save_revision()
    Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=moment)
    return revision


def publications(content: ProductContent) -> int:
    entries = ModelLogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(content), object_id=str(content.pk)
    )
    return entries.filter(action="wagtail.publish.scheduled").count()


def at_once(act, workers: int = 4) -> list[object]:
    """Let several workers do the same at the same moment."""
    gate, answers = threading.Barrier(workers), []

    def work() -> None:
        try:
            gate.wait(timeout=10)
            answers.append(act())
        except Exception as error:
            answers.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return answers


@pytest.mark.django_db
def test_a_scheduled_text_goes_live_at_its_minute_and_not_before(shop, plain, client):
    plain("web")
    product = shop.product("marin", publish=False, texts={"fr": "Marin"})
    content = product.contents.get()
    content.go_live_at = clock.now() + timedelta(hours=1)
    content.save_revision().publish()
    shop.settle()
    assert run_due() == 0
    assert client.get(READERS).status_code == 404

    approve_for(content, clock.now() - timedelta(seconds=1))
    assert run_due() == 1
    shop.settle()

    assert client.get(READERS).status_code == 200
    assert run_due() == 0


@pytest.mark.django_db
def test_an_expired_text_is_off_at_once_and_unpublished_by_the_worker(shop, plain, client):
    plain("web")
    content = shop.product("marin", texts={"fr": "Marin"}).contents.get()
    content.expire_at = clock.now() + timedelta(hours=1)
    content.save_revision().publish()
    shop.settle()
    assert client.get(READERS).status_code == 200

    with clock.moved_to(clock.now() + timedelta(hours=1)):
        assert client.get(READERS).status_code == 404
        assert run_due() == 1
        assert run_due() == 0
        shop.settle()

    content.refresh_from_db()
    assert (content.live, content.expired) == (False, True)
    assert not Document.objects.filter(kind="product").exists()


@pytest.mark.django_db
def test_an_expired_page_is_news_for_the_channels_and_takes_the_pages_below_along(shop, plain, home, story):
    plain("web")
    shop.settle()
    assert Document.objects.filter(kind="page").count() == 2
    Page.objects.filter(pk=home.pk).update(expire_at=clock.now() - timedelta(seconds=1))

    assert run_due() == 1
    shop.settle()

    assert not Document.objects.filter(kind="page").exists()
    assert PageLogEntry.objects.filter(page=home.pk, action="wagtail.unpublish.scheduled").count() == 1


@pytest.mark.django_db
def test_a_listing_window_opens_and_closes_by_the_clock_alone(shop, plain, client):
    web = plain("web")
    product = shop.product("marin", texts={"fr": "Marin"})
    Listing.objects.create(product=product, channel=web, starts_at=NOON, ends_at=NOON + timedelta(days=1))
    with clock.moved_to(NOON - timedelta(days=1)):
        shop.settle()
    shop.settle()
    events = Event.objects.count()

    def status(moment) -> int:
        with clock.moved_to(moment):
            return client.get(READERS).status_code

    moments = [NOON - timedelta(seconds=1), NOON, NOON + timedelta(hours=23), NOON + timedelta(days=1)]
    assert [status(moment) for moment in moments] == [404, 200, 200, 404]
    assert Event.objects.count() == events


@pytest.mark.django_db
def test_one_thing_that_cannot_go_live_holds_up_nothing_else(shop, plain):
    plain("web")
    bad = shop.product("bad", publish=False, texts={"fr": "Bad"}).contents.get()
    good = shop.product("good", publish=False, texts={"fr": "Good"}).contents.get()
    revision = approve_for(bad, clock.now() - timedelta(minutes=2))
    Revision.objects.filter(pk=revision.pk).update(content={**revision.content, "slug": None})
    approve_for(good, clock.now() - timedelta(minutes=1))

    assert run_due() == 1

    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.live, bad.live) == (True, False)
    assert Revision.objects.get(pk=revision.pk).approved_go_live_at is not None


@pytest.mark.django_db
def test_a_release_goes_live_at_its_moment(shop, plain):
    plain("web")
    content = shop.product("marin", publish=False, texts={"fr": "Marin"}).contents.get()
    release = Release.objects.create(name="Été")
    add_to_release(release, content)
    schedule_release(release, NOON + timedelta(days=3650))

    assert run_due() == 0
    with clock.moved_to(NOON + timedelta(days=3650)):
        assert run_due() == 1
        assert run_due() == 0

    content.refresh_from_db()
    release.refresh_from_db()
    assert content.live
    assert release.is_published


@pytest.mark.django_db
def test_a_due_release_that_is_refused_goes_back_to_its_editors_with_the_reason(shop, plain):
    plain("web")
    content = shop.product("marin", publish=False, texts={"fr": "Marin"}).contents.get()
    release = Release.objects.create(name="Été")
    add_to_release(release, content)
    schedule_release(release, clock.now() + timedelta(hours=1))
    content.delete()

    with clock.moved_to(clock.now() + timedelta(hours=1)):
        run_due()
        assert run_due() == 0

    release.refresh_from_db()
    assert release.state == Release.State.DRAFT
    assert "Marin" in release.refusal


@pytest.mark.django_db(transaction=True)
def test_several_workers_publish_a_scheduled_text_exactly_once(shop):
    shop.channel("web")
    content = shop.product("marin", publish=False, texts={"fr": "Marin"}).contents.get()
    approve_for(content, clock.now() - timedelta(seconds=1))
    changes = Event.objects.filter(type="content_changed").count()

    answers = at_once(run_due)

    assert sorted(answers) == [0, 0, 0, 1]
    content.refresh_from_db()
    assert content.live
    assert publications(content) == 1
    assert Event.objects.filter(type="content_changed").count() == changes + 1


@pytest.mark.django_db(transaction=True)
def test_several_workers_expire_a_text_exactly_once(shop):
    shop.channel("web")
    content = shop.product("marin", texts={"fr": "Marin"}).contents.get()
    ProductContent.objects.filter(pk=content.pk).update(expire_at=clock.now() - timedelta(seconds=1))
    changes = Event.objects.filter(type="content_changed").count()

    answers = at_once(run_due)

    assert sorted(answers) == [0, 0, 0, 1]
    assert Event.objects.filter(type="content_changed").count() == changes + 1


@pytest.mark.django_db(transaction=True)
def test_several_workers_publish_a_due_release_exactly_once(shop):
    shop.channel("web")
    contents = [shop.product(publish=False, texts={"fr": name}).contents.get() for name in ("Un", "Deux")]
    release = Release.objects.create(name="Été")
    for content in contents:
        add_to_release(release, content)
    Release.objects.update(state=Release.State.SCHEDULED, publish_at=clock.now() - timedelta(seconds=1))
    before = Event.objects.filter(type="content_changed").count()

    answers = at_once(run_due)

    assert sorted(answers) == [0, 0, 0, 1]
    assert Event.objects.filter(type="content_changed").count() == before + 2
    assert Event.objects.filter(type="document_published").count() == 2
