"""Releases: several texts and pages go live at one moment, or none of them; and back again."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from wagtail.models import Revision

from comptoir.base import clock
from comptoir.base.errors import ComptoirError
from comptoir.content.models import EditorialPage, ProductContent
from comptoir.customers.models import User
from comptoir.publishing.models import Release, ReleaseItem
from comptoir.publishing.services import publish_page, publish_products

Draftable = ProductContent | EditorialPage


class ReleaseRefused(ComptoirError):
    """A release could not be done as asked; nothing has changed."""

    status = 409


class ReleaseEmpty(ReleaseRefused):
    code = "release_empty"
    sentence = _("There is nothing in this release yet: add texts or pages.")


class ReleaseAlreadyPublished(ReleaseRefused):
    code = "release_already_published"
    sentence = _("This release is already published. Roll it back, or make a new one.")


class ReleaseNotPublished(ReleaseRefused):
    code = "release_not_published"
    sentence = _("This release is not published, so there is nothing to roll back.")


class ReleaseNotScheduled(ReleaseRefused):
    code = "release_not_scheduled"
    sentence = _("This release is not scheduled.")


class ReleaseMomentPast(ReleaseRefused):
    code = "release_moment_past"
    sentence = _("This moment is over: choose one to come, or publish now.")


class ReleaseItemGone(ReleaseRefused):
    code = "release_item_gone"
    sentence = _("“{title}” was deleted meanwhile: take it out of the release.")


class ReleaseItemHasOwnSchedule(ReleaseRefused):
    code = "release_item_has_own_schedule"
    sentence = _("“{title}” has a schedule of its own that is still to come: remove one of the two.")


class ReleaseItemNotAllowed(ReleaseRefused):
    code = "release_item_not_allowed"
    status = 403
    sentence = _("You may not publish “{title}”.")


class ReleaseItemChangedSince(ReleaseRefused):
    code = "release_item_changed_since"
    sentence = _(
        "“{title}” was published or taken off again since this release: change it by its own history."
    )


@transaction.atomic
def add_to_release(release: Release, item: Draftable) -> ReleaseItem:
    """Put the latest draft of a text or page into a release; again, to take up a newer draft.

    Errors: ``ReleaseAlreadyPublished``.
    """
    release = _open_release(release)
    revision = item.latest_revision or item.save_revision()
    row, _created = ReleaseItem.objects.update_or_create(
        release=release,
        content_type=ContentType.objects.get_for_model(item),
        object_id=item.pk,
        defaults={
            "revision": revision,
            "title": revision.object_str[:255],
            "was_live": None,
            "replaced": None,
        },
    )
    return row


@transaction.atomic
def remove_from_release(row: ReleaseItem) -> None:
    """Take a text or page out of a release; its draft stays as it is.

    Errors: ``ReleaseAlreadyPublished``.
    """
    _open_release(row.release)
    row.delete()


@transaction.atomic
def schedule_release(release: Release, at: datetime) -> Release:
    """Let a release go live at a moment to come; the worker does it within a minute.

    Errors: ``ReleaseAlreadyPublished``, ``ReleaseEmpty``, ``ReleaseItemGone``, ``ReleaseItemHasOwnSchedule``,
    ``ReleaseMomentPast``.
    """
    release = _open_release(release)
    if at <= clock.now():
        raise ReleaseMomentPast(field="publish_at")
    with clock.moved_to(at):
        _ready_items(release)
    return _set(release, state=Release.State.SCHEDULED, publish_at=at, refusal="")


@transaction.atomic
def unschedule_release(release: Release) -> Release:
    """Keep a scheduled release from going live.

    Errors: ``ReleaseNotScheduled``.
    """
    release = _locked(release)
    if not release.is_scheduled:
        raise ReleaseNotScheduled()
    return _set(release, state=Release.State.DRAFT, publish_at=None)


@transaction.atomic
def publish_release(release: Release, *, user: User | None = None) -> Release:
    """Publish everything in a release and its documents at once, or nothing at all.

    What was live before is remembered for ``roll_back_release``. ``user`` needs the right to publish every item.
    Errors: ``ReleaseAlreadyPublished``, ``ReleaseEmpty``, ``ReleaseItemGone``, ``ReleaseItemHasOwnSchedule``,
    ``ReleaseItemNotAllowed``.
    """
    release = _open_release(release)
    rows = _ready_items(release)
    for row in rows:
        _publish(row, user)
    _write_documents(rows)
    return _set(release, state=Release.State.PUBLISHED, published_at=clock.now(), refusal="")


@transaction.atomic
def roll_back_release(release: Release, *, user: User | None = None) -> Release:
    """Bring back what was live before a release; what was not live is taken off. The drafts stay.

    Errors: ``ReleaseNotPublished``, ``ReleaseItemGone``, ``ReleaseItemChangedSince``, ``ReleaseItemNotAllowed``.
    """
    release = _locked(release)
    if not release.is_published:
        raise ReleaseNotPublished()
    rows = _items(release)
    for row in rows:
        _bring_back(row, user)
    _write_documents(rows)
    return _set(release, state=Release.State.ROLLED_BACK, publish_at=None)


def _locked(release: Release) -> Release:
    return Release.objects.select_for_update().get(pk=release.pk)


def _open_release(release: Release) -> Release:
    release = _locked(release)
    if release.is_published:
        raise ReleaseAlreadyPublished()
    return release


def _set(release: Release, **fields: Any) -> Release:
    for name, value in fields.items():
        setattr(release, name, value)
    release.save(update_fields=[*fields])
    return release


def _items(release: Release) -> list[ReleaseItem]:
    rows = release.items.select_related("revision", "replaced", "content_type")
    return list(rows.order_by("content_type", "object_id"))


def _ready_items(release: Release) -> list[ReleaseItem]:
    rows = _items(release)
    if not rows:
        raise ReleaseEmpty()
    for row in rows:
        if row.is_gone:
            raise ReleaseItemGone(title=row.title)
        go_live_at = row.revision.as_object().go_live_at
        if go_live_at and go_live_at > clock.now():
            raise ReleaseItemHasOwnSchedule(title=row.title)
    return rows


def _publish(row: ReleaseItem, user: User | None) -> None:
    item = _locked_item(row)
    row.was_live = item.live
    row.replaced = _live_revision(item, row.revision) if item.live else None
    row.save(update_fields=["was_live", "replaced"])
    try:
        row.revision.publish(user=user)
    except PermissionDenied as error:
        raise ReleaseItemNotAllowed(title=row.title) from error


def _bring_back(row: ReleaseItem, user: User | None) -> None:
    if row.is_gone or (row.was_live and row.replaced is None):
        raise ReleaseItemGone(title=row.title)
    item = _locked_item(row)
    if item.live_revision_id != row.revision_id:
        raise ReleaseItemChangedSince(title=row.title)
    try:
        if row.was_live:
            row.replaced.publish(user=user, previous_revision=row.replaced)
        else:
            item.unpublish(user=user)
    except PermissionDenied as error:
        raise ReleaseItemNotAllowed(title=row.title) from error


def _locked_item(row: ReleaseItem) -> Draftable:
    """The item as it is live, with its row locked: no editor publishes it meanwhile."""
    model = row.content_type.model_class()
    item = model._default_manager.select_for_update(of=("self",)).filter(pk=row.object_id).first()
    if item is None:
        raise ReleaseItemGone(title=row.title)
    return item


def _live_revision(item: Draftable, before: Revision) -> Revision:
    """The revision that is live; written down now, as older than the draft, for an item that went live without one."""
    return item.live_revision or Revision.objects.create(
        content_object=item,
        base_content_type=item.get_base_content_type(),
        content=item.serializable_data(),
        object_str=str(item),
        created_at=before.created_at - timedelta(microseconds=1),
    )


def _write_documents(rows: Iterable[ReleaseItem]) -> None:
    """All channels show the new state when this transaction ends, not one item after the other as news travels."""
    items = [row.item for row in rows]
    publish_products(item.product_id for item in items if isinstance(item, ProductContent))
    for item in items:
        if isinstance(item, EditorialPage):
            publish_page(item.pk)
