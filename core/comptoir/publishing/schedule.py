"""What goes live, ends or is released at its minute, exactly once however many workers look."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps
from django.db import models, transaction
from wagtail.models import DraftStateMixin, Page, Revision

from comptoir.base import clock
from comptoir.base.errors import ComptoirError
from comptoir.publishing.models import Release
from comptoir.publishing.releases import publish_release

logger = logging.getLogger("comptoir.publishing")


def run_due() -> int:
    """Expire, publish and release everything whose moment has come; returns how many things changed.

    Each thing is claimed by locking its row and looking again whether it is still due, in the transaction that changes
    it: of several workers one gets it, the others pass over it. What fails is logged, holds up nothing else, and is
    tried again in the next round.
    """
    return expire_due() + publish_due() + release_due()


def expire_due() -> int:
    """Unpublish the texts and pages whose time is over."""
    now = clock.now()
    return sum(_each(rows.filter(live=True, expire_at__lte=now), _expire) for rows in _draftable())


def publish_due() -> int:
    """Publish the approved revisions whose moment has come, in the order of their moments."""
    due = Revision.objects.filter(approved_go_live_at__lte=clock.now())
    return _each(
        due.order_by("approved_go_live_at", "pk"),
        lambda revision: revision.publish(log_action="wagtail.publish.scheduled"),
    )


def release_due() -> int:
    """Publish the scheduled releases whose moment has come; one that is refused goes back to its editors."""
    return _each(Release.objects.due(), _release)


def _each(due: models.QuerySet[Any], act: Callable[[Any], object]) -> int:
    return sum(_claim_and(act, due, pk) for pk in list(due.values_list("pk", flat=True)))


def _claim_and(act: Callable[[Any], object], due: models.QuerySet[Any], pk: int) -> int:
    """Act on one row if it is still due and nobody else is at it."""
    try:
        with transaction.atomic():
            row = due.filter(pk=pk).select_for_update(skip_locked=True, of=("self",)).first()
            if row is None:
                return 0
            act(row)
            return 1
    except Exception:
        logger.exception("%s %s was due and failed; it is tried again", due.model._meta.label, pk)
        return 0


def _draftable() -> Iterator[models.QuerySet[Any]]:
    """Everything that has drafts: pages by their base, so that each is seen once; snippets by their model."""
    yield Page.objects.order_by("expire_at", "pk")
    for model in apps.get_models():
        if issubclass(model, DraftStateMixin) and not issubclass(model, Page):
            yield model._default_manager.order_by("expire_at", "pk")


def _expire(row: Any) -> None:
    """As its own type: the base page does not know that ending is news for the channels."""
    item = row.specific if isinstance(row, Page) else row
    item.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")


def _release(release: Release) -> None:
    try:
        publish_release(release)
    except ComptoirError as refusal:
        logger.warning("release %s was due and is refused: %s", release.pk, refusal)
        release.refuse(str(refusal))
