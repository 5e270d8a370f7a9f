"""Releases in the back office: who may do what, and what the screens say."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from comptoir.content.models import ProductContent
from comptoir.publishing.models import Release

pytestmark = pytest.mark.django_db


@pytest.fixture
def release(shop, plain) -> Release:
    plain("web")
    shop.product("marin", publish=False, texts={"fr": "Marin"})
    return Release.objects.create(name="Été")


def url(name: str, *args: object) -> str:
    return reverse(f"releases:{name}", args=args)


def text_key() -> str:
    return f"content.productcontent:{ProductContent.objects.get().pk}"


def test_an_editor_makes_a_release_fills_it_publishes_it_and_rolls_it_back(release, client, editor):
    client.force_login(editor)
    edit = url("edit", release.pk)
    assert "Marin" in client.get(edit).content.decode()

    client.post(url("add_item", release.pk), {"item": text_key()})
    page = client.get(edit).content.decode()
    assert "/comptoir/preview/content.productcontent/" in page
    assert "/api/v1/web/preview/" in page
    assert client.get(url("publish", release.pk)).status_code == 200
    assert not ProductContent.objects.get().live

    assert client.post(url("publish", release.pk)).status_code == 302
    assert ProductContent.objects.get().live
    assert client.get(edit).status_code == 200

    assert client.get(url("roll_back", release.pk)).status_code == 200
    assert ProductContent.objects.get().live
    client.post(url("roll_back", release.pk))
    assert not ProductContent.objects.get().live
    assert client.get(edit).status_code == 200


def test_a_release_is_scheduled_and_unscheduled(release, client, editor):
    client.force_login(editor)
    client.post(url("add_item", release.pk), {"item": text_key()})

    client.post(url("schedule", release.pk), {"publish_at": "2099-01-01 10:00"})
    release.refresh_from_db()
    assert release.is_scheduled
    assert client.get(url("edit", release.pk)).status_code == 200

    client.post(url("unschedule", release.pk))
    release.refresh_from_db()
    assert release.state == Release.State.DRAFT


@pytest.mark.parametrize("moment", ["", "nonsense", "2001-01-01 10:00"])
def test_a_moment_that_cannot_be_is_refused_with_a_sentence(release, client, editor, moment):
    client.force_login(editor)
    client.post(url("add_item", release.pk), {"item": text_key()})

    answer = client.post(url("schedule", release.pk), {"publish_at": moment}, follow=True)

    assert answer.status_code == 200
    assert [message.level_tag for message in answer.context["messages"]][-1] == "error"
    release.refresh_from_db()
    assert release.state == Release.State.DRAFT


def test_an_empty_release_says_so(release, client, editor):
    client.force_login(editor)

    answer = client.post(url("publish", release.pk), follow=True)

    assert answer.status_code == 200
    assert [message.level_tag for message in answer.context["messages"]][-1] == "error"


def test_an_item_is_taken_out_again(release, client, editor):
    client.force_login(editor)
    client.post(url("add_item", release.pk), {"item": text_key()})

    client.post(url("remove_item", release.pk, release.items.get().pk))

    assert not release.items.exists()


@pytest.mark.parametrize(
    "key", ["", "nonsense", "customers.user:1", "content.productcontent:0", "content.productcontent:x"]
)
def test_only_texts_and_pages_go_into_a_release(release, client, editor, key):
    client.force_login(editor)

    assert client.post(url("add_item", release.pk), {"item": key}).status_code == 404


def test_who_may_only_prepare_releases_cannot_publish_them(release, client, django_user_model):
    user = django_user_model.objects.create_user("intern@example.org", "a-long-password")
    names = ["access_admin", "add_release", "change_release", "view_release", "change_productcontent"]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)

    assert client.get(url("edit", release.pk)).status_code == 200
    client.post(url("add_item", release.pk), {"item": text_key()})
    for action in ("publish", "roll_back", "schedule", "unschedule"):
        client.post(url(action, release.pk), {"publish_at": "2099-01-01 10:00"})

    release.refresh_from_db()
    assert release.items.count() == 1
    assert release.state == Release.State.DRAFT
    assert not ProductContent.objects.get().live


def test_the_right_to_publish_releases_can_be_given_to_a_group(client, editor):
    client.force_login(editor)

    page = client.get(reverse("wagtailusers_groups:add")).content.decode()

    permission = Permission.objects.get(codename="publish_release")
    assert f'value="{permission.pk}"' in page
