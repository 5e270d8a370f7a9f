"""Pages, menus and category trees as documents."""

from typing import Any

from wagtail.models import Page

from comptoir.catalogue.models import Picture
from comptoir.channels.models import Channel
from comptoir.content.blocks import blocks_json, page_path
from comptoir.content.models import PAGE_TYPES, EditorialPage, Menu
from comptoir.publishing.documents import canonical, digest
from comptoir.publishing.items import PageItem, PictureItem
from comptoir.publishing.loading import CategoryTree
from comptoir.publishing.models import Document


def load_page(page_id: int) -> EditorialPage | None:
    """An editorial page with its own fields, or ``None`` if it is gone or another kind of page."""
    page = Page.objects.filter(pk=page_id).first()
    specific = page.specific if page else None
    return specific if isinstance(specific, PAGE_TYPES) else None


def is_reachable(page: EditorialPage) -> bool:
    """Whether a page and all pages above it are live."""
    return page.live and not has_draft_above(page)


def has_draft_above(page: EditorialPage) -> bool:
    """Whether a page above is not live, so that nobody can reach this one."""
    return bool(page.get_ancestors().filter(live=False, depth__gt=1).exists())


def page_item(page: EditorialPage, channel: Channel, locale: str) -> PageItem:
    """A page as one channel shows it."""
    pictures = [picture for picture in (page.picture,) if isinstance(picture, Picture)]
    siblings = page.get_translations(inclusive=True).filter(live=True).select_related("locale")
    paths = {one.locale.language_code: page_path(one) for one in siblings}
    return PageItem(
        id=page.pk or 0,
        type=page.specific_class._meta.model_name or "page",
        title=page.title,
        slug=page.slug,
        path=page_path(page),
        intro=page.intro,
        seo_title=page.seo_title or page.title,
        seo_description=page.search_description or page.intro,
        body=blocks_json(page.body, channel_code=channel.code, locale=locale),
        pictures=tuple(PictureItem(picture, locale) for picture in pictures),
        slugs={code: paths[code] for code in channel.locales if code in paths},
    )


def menu_document(menu: Menu, channel: Channel, locale: str) -> Document:
    """A menu as one channel shows it."""
    items = blocks_json(menu.items, channel_code=channel.code, locale=locale)
    return _plain_document(channel, locale, "menu", menu.pk, menu.code, {"code": menu.code, "items": items})


def categories_document(tree: CategoryTree, channel: Channel, locale: str) -> Document:
    """The category tree that a channel carries: public shelves only, limited to its assortment if it has one."""
    carried = tree.assortments.get(channel.pk)
    roots: list[dict[str, Any]] = []
    nodes: dict[int, dict[str, Any]] = {}
    for pk, row in tree.rows.items():
        *above, _own = tree.chain(pk)
        if not tree.is_public(pk) or (carried is not None and not carried & tree.with_ancestors(pk)):
            continue
        node = {
            "slug": row.text("slug", locale),
            "name": row.text("name", locale),
            "description": row.text("description", locale),
            "in_menu": not row.exclude_from_menu,
            "children": [],
        }
        nodes[pk] = node
        parent = nodes.get(above[-1].pk) if above else None
        (parent["children"] if parent else roots).append(node)
    return _plain_document(channel, locale, "categories", 0, "", {"categories": roots})


def _plain_document(
    channel: Channel, locale: str, kind: str, item_id: int, slug: str, value: Any
) -> Document:
    body = canonical(value)
    return Document(
        channel=channel, locale=locale, kind=kind, item_id=item_id, slug=slug, body=body, etag=digest(body)
    )
