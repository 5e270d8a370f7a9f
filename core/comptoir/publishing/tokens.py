"""Signed tokens that let somebody without a log-in read drafts for some days: one release, or one text or page."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.core import signing

from comptoir.base import clock
from comptoir.base.errors import NotFound
from comptoir.conf import conf
from comptoir.content.models import PAGE_TYPES, ProductContent
from comptoir.publishing.models import Release
from comptoir.publishing.readiness import Draft

SALT = "comptoir.preview"


@dataclass(frozen=True)
class Opened:
    """What a token opens: some drafts, and the release they are of, if any."""

    drafts: tuple[Draft, ...]
    release: Release | None = None


def release_token(release: Release) -> str:
    """A token for everything in a release. Units: it is good for ``COMPTOIR_PREVIEW_DAYS``."""
    return _signed({"release": release.pk})


def draft_token(draft: Draft) -> str:
    """A token for the latest draft of one text or page."""
    return _signed({"item": [draft._meta.label_lower, draft.pk]})


def open_token(token: str) -> Opened:
    """The drafts that a token opens, as they are now.

    Errors: ``NotFound`` for a token that is forged, too old, or about something that is gone.
    """
    try:
        claim = signing.loads(token, salt=SALT)
    except signing.BadSignature as error:
        raise NotFound() from error
    if clock.now().timestamp() >= claim["until"]:
        raise NotFound()
    return _release(claim["release"]) if "release" in claim else _item(*claim["item"])


def _signed(claim: dict[str, Any]) -> str:
    until = clock.now() + timedelta(days=conf.PREVIEW_DAYS)
    return signing.dumps({**claim, "until": int(until.timestamp())}, salt=SALT, compress=True)


def _release(pk: int) -> Opened:
    release = Release.objects.filter(pk=pk).first()
    if release is None:
        raise NotFound()
    rows = release.items.select_related("revision", "content_type")
    return Opened(tuple(row.revision.as_object() for row in rows if not row.is_gone), release)


def _item(label: str, pk: int) -> Opened:
    model = apps.get_model(label)
    row = model._default_manager.filter(pk=pk).first() if model in (ProductContent, *PAGE_TYPES) else None
    if row is None:
        raise NotFound()
    return Opened((row.get_latest_revision_as_object(),))
