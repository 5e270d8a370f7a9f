from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.models import Revision

from comptoir.base import clock
from comptoir.channels.models import Channel


class Document(models.Model):
    """The ready-made answer for one product, page, menu or category tree on one channel in one locale.

    ``body`` and ``card`` (the short form, for lists) are canonical JSON, sent as they are. Stock is never in them: it is
    merged at read time from ``variant_ids``, which is null when stock is not counted. The other columns are there to
    find and to sort.
    """

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="documents")
    locale = models.CharField(max_length=10)
    kind = models.CharField(max_length=20)
    item_id = models.BigIntegerField()
    slug = models.CharField(max_length=500)
    body = models.TextField()
    card = models.TextField(blank=True)
    etag = models.CharField(max_length=32)
    shown_from = models.DateTimeField(null=True)
    shown_until = models.DateTimeField(null=True)

    rank = models.BigIntegerField(default=0)
    title_key = models.CharField(max_length=255, blank=True)
    price_key = models.DecimalField(max_digits=12, decimal_places=3, default=0)
    newest_key = models.BigIntegerField(default=0)
    categories = ArrayField(models.CharField(max_length=255), default=list)
    facets = ArrayField(models.CharField(max_length=300), default=list)
    codes = ArrayField(models.CharField(max_length=64), default=list)
    skus = ArrayField(models.CharField(max_length=64), default=list)
    variant_ids = ArrayField(models.BigIntegerField(), null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "locale", "kind", "item_id"], name="one_document_per_item"
            ),
        ]
        indexes = [
            models.Index(fields=["channel", "locale", "kind", "slug"], name="document_by_slug"),
            models.Index(fields=["kind", "item_id"], name="document_by_item"),
            *(
                models.Index(
                    fields=["channel", "locale", key, "item_id"],
                    name=f"document_by_{key}",
                    condition=Q(kind="product"),
                )
                for key in ("rank", "title_key", "price_key", "newest_key")
            ),
            GinIndex(fields=["categories"], name="document_by_category", condition=Q(kind="product")),
            GinIndex(fields=["facets"], name="document_by_facet", condition=Q(kind="product")),
        ]
        verbose_name = _("document")
        verbose_name_plural = _("documents")

    def __str__(self) -> str:
        return f"{self.kind} {self.slug} @ {self.channel} ({self.locale})"


class FormerAddress(models.Model):
    """Where a product or page stood before its slug changed, so that old links lead on."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    locale = models.CharField(max_length=10)
    kind = models.CharField(max_length=20)
    slug = models.CharField(max_length=500)
    item_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "locale", "kind", "slug"], name="one_item_per_former_address"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.slug} @ {self.channel} ({self.locale})"


class Attention(models.Model):
    """An item whose documents could not be built as they should, because a plugin failed; tried again when due."""

    kind = models.CharField(max_length=20)
    item_id = models.BigIntegerField()
    reason = models.TextField()
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "item_id"], name="one_attention_per_item")]

    def __str__(self) -> str:
        return f"{self.kind} {self.item_id}: {self.reason}"


class Rebuild(models.Model):
    """One run over all documents, which can be interrupted and taken up again where it stopped."""

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    last_product_id = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"


class ReleaseQuerySet(models.QuerySet["Release"]):
    """Named filters; nobody else filters releases."""

    def due(self) -> "ReleaseQuerySet":
        return self.filter(state=Release.State.SCHEDULED, publish_at__lte=clock.now()).order_by(
            "publish_at", "pk"
        )


class Release(models.Model):
    """Texts and pages that go live together at one moment, and can be rolled back together."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SCHEDULED = "scheduled", _("scheduled")
        PUBLISHED = "published", _("published")
        ROLLED_BACK = "rolled_back", _("rolled back")

    name = models.CharField(_("name"), max_length=120)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.DRAFT, editable=False)
    publish_at = models.DateTimeField(_("goes live at"), null=True, blank=True)
    published_at = models.DateTimeField(_("went live at"), null=True, editable=False)
    refusal = models.TextField(_("why it did not go live"), blank=True, editable=False)

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        permissions = [("publish_release", _("Can publish, schedule and roll back releases"))]
        verbose_name = _("release")
        verbose_name_plural = _("releases")

    def __str__(self) -> str:
        return self.name

    @property
    def is_published(self) -> bool:
        return self.state == self.State.PUBLISHED

    @property
    def is_scheduled(self) -> bool:
        return self.state == self.State.SCHEDULED

    def refuse(self, reason: str) -> None:
        """Hand a release that could not go live back to its editors, with the reason."""
        self.state, self.refusal = self.State.DRAFT, reason
        self.save(update_fields=["state", "refusal"])


class ReleaseItem(models.Model):
    """One text or page of a release: the revision that goes live, and the one that was live before.

    ``was_live`` tells an item that was not live from one whose earlier revision was purged; null before it goes live.
    A deleted item leaves its row behind without a revision, so that editors see what is missing.
    """

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="items")
    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    object_id = models.PositiveBigIntegerField()
    item = GenericForeignKey()
    title = models.CharField(max_length=255, default="")
    revision = models.ForeignKey(Revision, on_delete=models.SET_NULL, null=True, related_name="+")
    replaced = models.ForeignKey(Revision, on_delete=models.SET_NULL, null=True, related_name="+")
    was_live = models.BooleanField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["release", "content_type", "object_id"], name="item_once_per_release"
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.release})"

    @property
    def is_gone(self) -> bool:
        return self.revision_id is None or self.item is None

    @property
    def has_newer_draft(self) -> bool:
        return not self.is_gone and self.item.latest_revision_id != self.revision_id
