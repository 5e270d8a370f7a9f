"""Writes documents: what a change touches is built again, compared, and written in one transaction."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import F

from comptoir.base import clock
from comptoir.channels.models import Channel
from comptoir.content.models import Menu
from comptoir.events.services import record_event
from comptoir.plugins import PluginFailed
from comptoir.publishing.documents import Built, build_page, build_product
from comptoir.publishing.loading import CategoryTree, load_products
from comptoir.publishing.models import Attention, Document, FormerAddress
from comptoir.publishing.pages import categories_document, is_reachable, load_page, menu_document, page_item

#: First number of our advisory locks, so that they never meet another's.
LOCK_SPACE = 0x436F6D
COLUMNS = [
    field.name
    for field in Document._meta.fields
    if field.name not in ("id", "channel", "locale", "kind", "item_id")
]
RETRY_MAX_S = 600


def active_channels() -> list[Channel]:
    """The channels that documents are built for."""
    return list(Channel.objects.active().prefetch_related("assortment", "locations"))


@transaction.atomic
def publish_products(ids: Iterable[int], *, channels: list[Channel] | None = None) -> int:
    """Bring the documents of products up to date on all channels at once; returns how many documents changed.

    All channels change in one transaction, so none shows a price or a title that another contradicts.
    """
    ids = sorted(set(ids))
    channels = active_channels() if channels is None else channels
    lock_items("product", ids)
    loaded = {one.product.pk: build_product(one, channels) for one in load_products(ids, channels=channels)}
    built = {pk: loaded.get(pk, Built()) for pk in ids}
    return _replace("product", built, channels)


@transaction.atomic
def publish_page(page_id: int, *, channels: list[Channel] | None = None) -> int:
    """Bring the documents of one editorial page up to date on all channels; returns how many changed."""
    channels = active_channels() if channels is None else channels
    lock_items("page", [page_id])
    return _replace("page", {page_id: built_page(page_id, channels)}, channels)


@transaction.atomic
def publish_menu(menu_id: int, *, channels: list[Channel] | None = None) -> int:
    """Bring the documents of one menu up to date on all channels; returns how many changed."""
    channels = active_channels() if channels is None else channels
    lock_items("menu", [menu_id])
    return _replace("menu", {menu_id: built_menu(menu_id, channels)}, channels)


@transaction.atomic
def publish_categories(*, channels: list[Channel] | None = None) -> int:
    """Bring the category trees of all channels up to date; returns how many changed."""
    channels = active_channels() if channels is None else channels
    lock_items("categories", [0])
    return _replace("categories", {0: built_categories(channels)}, channels)


def built_page(page_id: int, channels: list[Channel]) -> Built:
    """What the channels are to show of a page; nothing if it is gone, a draft or below one."""
    built = Built()
    page = load_page(page_id)
    if page is None or not is_reachable(page):
        return built
    locale = page.locale.language_code
    for channel in channels:
        if locale in channel.locales and (not page.channels or channel.code in page.channels):
            built.add(build_page(page, page_item(page, channel, locale), channel, locale))
    return built


def built_menu(menu_id: int, channels: list[Channel]) -> Built:
    """What the channels are to show of a menu."""
    menu = Menu.objects.filter(pk=menu_id).select_related("locale").first()
    if menu is None:
        return Built()
    locale = menu.locale.language_code
    return Built([menu_document(menu, channel, locale) for channel in channels if locale in channel.locales])


def built_categories(channels: list[Channel]) -> Built:
    """What the channels are to show of the category tree."""
    tree = CategoryTree.load(channels)
    return Built(
        [categories_document(tree, channel, locale) for channel in channels for locale in channel.locales]
    )


@transaction.atomic
def withdraw_channel(channel_id: int) -> None:
    """Take everything off a channel that is closed."""
    Document.objects.filter(channel=channel_id).delete()


def due_attention(limit: int = 50) -> int:
    """Try items again whose plugins failed, and whose pause is over; returns how many were tried."""
    due = list(Attention.objects.filter(due_at__lte=clock.now()).order_by("due_at")[:limit])
    if products := [row.item_id for row in due if row.kind == "product"]:
        publish_products(products)
    for row in due:
        if row.kind == "page":
            publish_page(row.item_id)
    return len(due)


def lock_items(kind: str, ids: list[int]) -> None:
    """Let nobody else build these items until this transaction ends, so that an older state never overwrites a newer."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, hashtext(%s || ':' || id)) FROM unnest(%s::bigint[]) AS id ORDER BY id",
            [LOCK_SPACE, kind, ids],
        )


def _replace(kind: str, built: dict[int, Built], channels: list[Channel]) -> int:
    """Write what differs from what is there, remove what is gone, leave the events."""
    there = {
        (row.item_id, row.channel_id, row.locale): row
        for row in Document.objects.filter(kind=kind, item_id__in=built, channel__in=channels)
    }
    changed: list[Document] = []
    gone: list[Document] = []
    for item_id, one in built.items():
        wanted = {(item_id, document.channel_id, document.locale): document for document in one.documents}
        changed += [document for key, document in wanted.items() if not same(document, there.get(key))]
        kept = {(item_id, *place) for place in one.kept}
        gone += [
            row for key, row in there.items() if key[0] == item_id and key not in wanted and key not in kept
        ]
    _note_addresses(changed, there)
    Document.objects.bulk_create(
        changed,
        batch_size=500,
        update_conflicts=True,
        update_fields=COLUMNS,
        unique_fields=["channel", "locale", "kind", "item_id"],
    )
    Document.objects.filter(pk__in=[row.pk for row in gone]).delete()
    _note_failures(kind, built)
    _tell("published", kind, changed, channels)
    _tell("withdrawn", kind, gone, channels)
    return len(changed) + len(gone)


def _note_addresses(changed: list[Document], there: dict[tuple[int, int, str], Document]) -> None:
    """Remember where items stood whose slug has changed; whoever had that address before is forgotten."""
    moved = []
    for document in changed:
        before = there.get((document.item_id, document.channel_id, document.locale))
        if before is not None and before.slug != document.slug:
            moved.append(before)
    FormerAddress.objects.bulk_create(
        [
            FormerAddress(
                channel_id=row.channel_id,
                locale=row.locale,
                kind=row.kind,
                slug=row.slug,
                item_id=row.item_id,
            )
            for row in moved
        ],
        update_conflicts=True,
        update_fields=["item_id"],
        unique_fields=["channel", "locale", "kind", "slug"],
    )


def same(document: Document, other: Document | None) -> bool:
    """Whether two documents are alike in every column that readers use."""
    return other is not None and all(getattr(document, name) == getattr(other, name) for name in COLUMNS)


def _tell(change: str, kind: str, documents: list[Document], channels: list[Channel]) -> None:
    codes = {channel.pk: channel.code for channel in channels}
    seen: dict[int, set[str]] = {}
    for document in documents:
        seen.setdefault(document.item_id, set()).add(codes[document.channel_id])
    for item_id, names in seen.items():
        record_event(
            "document_published", subject_id=item_id, kind=kind, change=change, channels=sorted(names)
        )


def _note_failures(kind: str, built: dict[int, Built]) -> None:
    """Remember the items a plugin failed on, to try them again after a pause that doubles; forget the healed ones."""
    failed: dict[int, PluginFailed] = {pk: one.failures[0] for pk, one in built.items() if one.failures}
    Attention.objects.filter(kind=kind, item_id__in=built.keys() - failed.keys()).delete()
    now = clock.now()
    for pk, failure in failed.items():
        row, created = Attention.objects.get_or_create(
            kind=kind,
            item_id=pk,
            defaults={"reason": str(failure)[:1000], "due_at": now + timedelta(seconds=2)},
        )
        if not created:
            pause_s = min(2 ** (row.attempts + 2), RETRY_MAX_S)
            Attention.objects.filter(pk=row.pk).update(
                attempts=F("attempts") + 1,
                reason=str(failure)[:1000],
                due_at=now + timedelta(seconds=pause_s),
            )
