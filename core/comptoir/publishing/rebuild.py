"""All documents again: after a new plugin, a change of a channel, or to check that what is there is right."""

import gc
from collections.abc import Callable, Iterable, Iterator

from wagtail.models import Page

from comptoir.base import clock
from comptoir.catalogue.models import Product
from comptoir.channels.models import Channel
from comptoir.conf import conf
from comptoir.content.models import PAGE_TYPES, Menu
from comptoir.publishing.documents import Built, build_product
from comptoir.publishing.loading import load_products
from comptoir.publishing.models import Document, Rebuild
from comptoir.publishing.services import (
    active_channels,
    built_categories,
    built_menu,
    built_page,
    publish_categories,
    publish_menu,
    publish_page,
    publish_products,
    same,
    withdraw_channel,
)

Progress = Callable[[int], object]


def rebuild_products(
    ids: Iterable[int], *, channels: list[Channel] | None = None, progress: Progress = lambda done: None
) -> int:
    """Bring the documents of many products up to date, a batch to a transaction; returns how many changed."""
    channels = active_channels() if channels is None else channels
    changed = 0
    for batch in _batches(sorted(set(ids))):
        changed += publish_products(batch, channels=channels)
        progress(len(batch))
    return changed


def rebuild_channel(channel_id: int) -> None:
    """Bring everything on one channel up to date; a channel that is closed loses all its documents."""
    channels = [channel for channel in active_channels() if channel.pk == channel_id]
    if not channels:
        withdraw_channel(channel_id)
        return
    stale = Document.objects.filter(channel=channel_id).exclude(locale__in=channels[0].locales)
    stale.delete()
    publish_categories(channels=channels)
    rebuild_products(product_ids(), channels=channels)
    for page_id in page_ids():
        publish_page(page_id, channels=channels)
    for menu_id in Menu.objects.values_list("pk", flat=True):
        publish_menu(menu_id, channels=channels)


def rebuild_all(*, resume: bool = False, progress: Progress = lambda done: None) -> int:
    """Build every document again, and write those that differ; returns how many did.

    Each batch is kept: an interrupted run is taken up with ``resume`` after its last whole batch.
    """
    channels = active_channels()
    run = Rebuild.objects.filter(finished_at=None).order_by("pk").last() if resume else None
    run = run or Rebuild.objects.create(started_at=clock.now())
    changed = _rebuild_rest(channels)
    ids = [pk for pk in product_ids() if pk > run.last_product_id]
    progress(len(product_ids()) - len(ids))
    for batch in _batches(ids):
        changed += publish_products(batch, channels=channels)
        run.last_product_id = batch[-1]
        run.save(update_fields=["last_product_id"])
        progress(len(batch))
    changed += _remove_orphans()
    run.finished_at = clock.now()
    run.save(update_fields=["finished_at"])
    return changed


def find_differences(*, progress: Progress = lambda done: None) -> list[str]:
    """Compare every document with what a rebuild would write, byte by byte; writes nothing.

    Returns one line for each document that differs, is missing or should not be there.
    """
    channels = active_channels()
    lines: list[str] = []
    for kind, ids, built in _everything(channels):
        lines += _differences(kind, ids, built)
        if kind == "product":
            progress(len(ids))
    return lines


def _everything(channels: list[Channel]) -> Iterator[tuple[str, list[int], Built]]:
    """All items, in batches, with what the channels are to show of them."""
    yield "categories", [0], built_categories(channels)
    for menu_id in Menu.objects.values_list("pk", flat=True):
        yield "menu", [menu_id], built_menu(menu_id, channels)
    for page_id in page_ids():
        yield "page", [page_id], built_page(page_id, channels)
    for batch in _batches(product_ids()):
        built = Built()
        for loaded in load_products(batch, channels=channels):
            built.add(build_product(loaded, channels))
        yield "product", batch, built


def _differences(kind: str, ids: list[int], built: Built) -> list[str]:
    rows = Document.objects.filter(kind=kind, item_id__in=ids).select_related("channel")
    there = {(row.item_id, row.channel_id, row.locale): row for row in rows}
    lines = []
    for document in built.documents:
        other = there.pop((document.item_id, document.channel_id, document.locale), None)
        if other is None:
            lines.append(f"missing: {document}")
        elif not same(document, other):
            lines.append(f"differs: {document}")
    return lines + [f"should not be there: {row}" for row in there.values()]


def product_ids() -> list[int]:
    """Every product that can have documents, in order."""
    return list(Product.objects.offered().order_by("pk").values_list("pk", flat=True))


def page_ids() -> list[int]:
    """Every editorial page, in order."""
    return [pk for kind in PAGE_TYPES for pk in kind.objects.order_by("pk").values_list("pk", flat=True)]


def _rebuild_rest(channels: list[Channel]) -> int:
    changed = publish_categories(channels=channels)
    changed += sum(publish_menu(pk, channels=channels) for pk in Menu.objects.values_list("pk", flat=True))
    return changed + sum(publish_page(pk, channels=channels) for pk in page_ids())


def _remove_orphans() -> int:
    """Documents of products, pages and channels that are no more."""
    gone = [
        Document.objects.filter(kind="product").exclude(item_id__in=Product.objects.offered().values("pk")),
        Document.objects.filter(kind="page").exclude(item_id__in=Page.objects.values("pk")),
        Document.objects.filter(kind="menu").exclude(item_id__in=Menu.objects.values("pk")),
        Document.objects.filter(channel__is_active=False),
    ]
    return sum(rows.delete()[0] for rows in gone)


def _batches(ids: list[int]) -> Iterator[list[int]]:
    """Products in portions of one transaction each.

    Python's search for garbage passes over what was there before: it would look through the whole shop once a batch,
    for a quarter of a second that some plugin's hook was then said to be late by.
    """
    size = conf.REBUILD_BATCH
    gc.freeze()
    try:
        yield from (ids[start : start + size] for start in range(0, len(ids), size))
    finally:
        gc.unfreeze()
