"""Compares the texts of a file with the shop's; writes what differs as Wagtail would, with revisions and history."""

import json
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.utils.text import slugify
from wagtail.models import Locale, ModelLogEntry, Revision

from comptoir.base import clock
from comptoir.catalogue.models import Product
from comptoir.content.blocks import clean_html
from comptoir.content.models import ProductContent
from comptoir.imports.codes import digest
from comptoir.imports.rows import ImportedProduct
from comptoir.imports.shelf import Shelf
from comptoir.publishing.texts import plain_text, shortened

SUMMARY_LENGTH = 500
#: A summary is the first sentences, as many as fit into a line or three.
SUMMARY_AIM = 200
LIVE_FIELDS = ("title", "summary", "body", "seo_title", "seo_description")
REVISION_FIELDS = ("latest_revision", "has_unpublished_changes")
PUBLISHING_FIELDS = ("live", "live_revision", "first_published_at", "last_published_at", "expired")

Block = dict[str, Any]


@dataclass
class TextsPlan:
    """The texts of one batch in one language: which differ, and which of them go live.

    New texts go live unless ``is_draft``; a live one changes in place unless ``is_draft``; one that nobody published
    yet, or that somebody took down, is changed as a draft. What is locked or in moderation is left as it is.
    """

    shelf: Shelf
    locale: Locale
    is_draft: bool
    user_id: int | None = None
    left: list[str] = field(default_factory=list)
    _changed: list[tuple[Product, ProductContent, bool]] = field(default_factory=list)
    _slugs: set[str] = field(default_factory=set)

    def reserve_slugs(self, products: Iterable[ImportedProduct]) -> None:
        """Read which of the slugs that new texts could get are taken."""
        wanted = [slug for product in products for slug in slug_choices(product)]
        taken = ProductContent.objects.filter(locale=self.locale, slug__in=wanted)
        self._slugs = set(taken.values_list("slug", flat=True))

    def plan(self, product: ImportedProduct, root: Product) -> bool:
        """Compare one text; says whether it changes."""
        there = self.shelf.contents[root.pk] if root.pk else {}
        content = there.get(self.locale.pk)
        if content is not None and (content.locked or content.pk in self.shelf.in_moderation):
            self.left.append(product.handle)
            return False
        goes_live = not self.is_draft and (content is None or content.live)
        before = self._current(content, goes_live)
        after = wanted_text(product, before)
        if content is not None and after == before:
            return False
        if content is None:
            content = self._new(product, root, there.values())
        for name, value in after.items():
            setattr(content, name, json.dumps(value) if name == "body" else value)
        self._changed.append((root, content, goes_live))
        return True

    def write(self) -> list[int]:
        """Write texts, revisions and history; returns the products whose published text changed."""
        rows = [content for _root, content, _goes_live in self._changed]
        live = [content for _root, content, goes_live in self._changed if goes_live]
        now = clock.now()
        ProductContent.objects.bulk_create([content for content in rows if content.pk is None])
        revisions = Revision.objects.bulk_create(_revision(content, now, self.user_id) for content in rows)
        for content, revision in zip(rows, revisions, strict=True):
            content.latest_revision = revision
            content.has_unpublished_changes = True
        for content in live:
            content.live, content.expired, content.has_unpublished_changes = True, False, False
            content.live_revision = content.latest_revision
            content.first_published_at = content.first_published_at or now
            content.last_published_at = now
        kept_back = [content for _root, content, goes_live in self._changed if not goes_live]
        ProductContent.objects.bulk_update(live, [*LIVE_FIELDS, *REVISION_FIELDS, *PUBLISHING_FIELDS])
        ProductContent.objects.bulk_update(kept_back, REVISION_FIELDS)
        self._write_history(rows, {content.pk for content in live}, now)
        return [content.product_id for content in live]

    @property
    def changed_ids(self) -> list[int]:
        """The texts that were written, for the search and reference indexes."""
        return [content.pk for _root, content, _goes_live in self._changed]

    def _current(self, content: ProductContent | None, goes_live: bool) -> dict[str, Any] | None:
        """What the text says now: where it goes live the published one, else the last draft."""
        if content is None:
            return None
        draft = None if goes_live else self.shelf.drafts.get(content.pk)
        if draft is None:
            return {
                name: list(content.body.raw_data) if name == "body" else getattr(content, name)
                for name in LIVE_FIELDS
            }
        return {
            name: json.loads(draft[name] or "[]") if name == "body" else draft[name] for name in LIVE_FIELDS
        }

    def _new(
        self, product: ImportedProduct, root: Product, siblings: Iterable[ProductContent]
    ) -> ProductContent:
        slug = next(slug for slug in slug_choices(product) if slug not in self._slugs)
        self._slugs.add(slug)
        content = ProductContent(product=root, locale=self.locale, slug=slug, live=False)
        for sibling in siblings:
            content.translation_key = sibling.translation_key
        return content

    def _write_history(self, rows: list[ProductContent], live: set[int], now: Any) -> None:
        kind = ContentType.objects.get_for_model(ProductContent)
        action = uuid.uuid4()
        ModelLogEntry.objects.bulk_create(
            ModelLogEntry(
                content_type=kind,
                object_id=str(content.pk),
                label=str(content),
                action="wagtail.publish" if content.pk in live else "wagtail.edit",
                timestamp=now,
                uuid=action,
                user_id=self.user_id,
                revision=content.latest_revision,
                content_changed=True,
            )
            for content in rows
        )


def wanted_text(product: ImportedProduct, before: dict[str, Any] | None) -> dict[str, Any]:
    """What the text should say: the file where it says something, else what is there."""
    before = before or {"title": "", "summary": "", "body": [], "seo_title": "", "seo_description": ""}
    html = paragraphs(product.description_html)
    old_html = first_text(before["body"])
    summary = before["summary"]
    if product.summary.strip():
        summary = product.summary
    elif html and summary in ("", summary_of(old_html)):
        summary = summary_of(html)
    return {
        "title": product.title,
        "summary": summary,
        "body": with_text(before["body"], html) if html else before["body"],
        "seo_title": product.seo_title or before["seo_title"],
        "seo_description": product.seo_description or before["seo_description"],
    }


def paragraphs(html: str) -> str:
    """The description as clean HTML; words without any tag become paragraphs."""
    cleaned = clean_html(html).strip()
    if not cleaned or "<" in cleaned:
        return cleaned if plain_text(cleaned) else ""
    return "".join(f"<p>{part.strip()}</p>" for part in re.split(r"\n\s*\n", cleaned) if part.strip())


def first_text(body: list[Block]) -> str:
    """The HTML of the first text block, which is the one an import writes; other blocks are the editors'."""
    return next((block["value"].get("text", "") for block in body if block["type"] == "text"), "")


def with_text(body: list[Block], html: str) -> list[Block]:
    """The blocks with another first text; it comes first where there is none."""
    for place, block in enumerate(body):
        if block["type"] == "text":
            if block["value"].get("text") == html:
                return body
            return [*body[:place], {**block, "value": {**block["value"], "text": html}}, *body[place + 1 :]]
    return [{"type": "text", "value": {"channels": [], "text": html}, "id": str(uuid.uuid4())}, *body]


def summary_of(html: str) -> str:
    """The first sentences of a description, as plain text."""
    text = " ".join(plain_text(html).split())
    if len(text) <= SUMMARY_AIM:
        return text
    summary = ""
    for sentence in re.split(r"(?<=[.!?…])\s+", text):
        if summary and len(summary) + len(sentence) >= SUMMARY_AIM:
            break
        summary = f"{summary} {sentence}".strip()
    return shortened(summary, SUMMARY_LENGTH)


def slug_choices(product: ImportedProduct) -> list[str]:
    """The slugs a new text could get: from the title, else with the handle, else with a digest of it."""
    own = slugify(product.title)[:200] or slugify(product.handle)[:200] or f"product-{digest(product.handle)}"
    return [own, f"{own}-{slugify(product.handle)}"[:255].strip("-"), f"{own}-{digest(product.handle)}"]


def _revision(content: ProductContent, now: Any, user_id: int | None) -> Revision:
    kind = ContentType.objects.get_for_model(ProductContent)
    return Revision(
        content_type=kind,
        base_content_type=kind,
        object_id=str(content.pk),
        created_at=now,
        user_id=user_id,
        object_str=str(content),
        content=content.serializable_data(),
    )
