from typing import Any

from django.contrib.contenttypes.fields import GenericRelation
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, TitleFieldPanel
from wagtail.api import APIField
from wagtail.fields import StreamField
from wagtail.models import (
    DraftStateMixin,
    Locale,
    LockableMixin,
    Page,
    PreviewableMixin,
    Revision,
    RevisionMixin,
    TranslatableMixin,
    WorkflowMixin,
)
from wagtail.search import index

from comptoir.catalogue.models import Product
from comptoir.content.blocks import ContentBlocks, MenuBlocks
from comptoir.events.records import RecordsChanges


class RecordsPublication(RecordsChanges):
    """Content whose publication is a fact; a draft that is saved is none."""

    quiet_fields = frozenset(
        {
            "latest_revision",
            "has_unpublished_changes",
            "locked",
            "locked_by",
            "locked_at",
            "go_live_at",
            "expire_at",
            "draft_title",
            "latest_revision_created_at",
            "wagtail_admin_comments",
            "path",
            "depth",
            "numchild",
            "url_path",
        }
    )

    class Meta:
        abstract = True

    def is_news(self, *, created: bool) -> bool:
        return not created or self.live


class ProductContent(
    RecordsPublication,
    WorkflowMixin,
    DraftStateMixin,
    LockableMixin,
    RevisionMixin,
    PreviewableMixin,
    TranslatableMixin,
    index.Indexed,
    ClusterableModel,
):
    """What customers read of a product, in one language: draft, revisions, workflow, schedule and translations.

    Price, stock, variants and pictures are not here: they are live rows of the catalogue (docs/decisions/0001).
    """

    changed_event = "content_changed"

    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="contents", verbose_name=_("product")
    )
    title = models.CharField(_("title"), max_length=255)
    slug = models.SlugField(_("slug"), max_length=255, allow_unicode=True)
    summary = models.TextField(
        _("summary"), max_length=500, blank=True, help_text=_("One or two sentences, for lists.")
    )
    body = StreamField(ContentBlocks(), blank=True, verbose_name=_("text"))
    seo_title = models.CharField(_("title for search engines"), max_length=255, blank=True)
    seo_description = models.TextField(_("description for search engines"), max_length=500, blank=True)

    _revisions = GenericRelation(
        Revision,
        content_type_field="base_content_type",
        object_id_field="object_id",
        related_query_name="productcontent",
        for_concrete_model=False,
    )
    workflow_states = GenericRelation(
        "wagtailcore.WorkflowState",
        content_type_field="base_content_type",
        object_id_field="object_id",
        related_query_name="productcontent",
        for_concrete_model=False,
    )

    panels = [
        FieldPanel("product"),
        TitleFieldPanel("title"),
        FieldPanel("slug"),
        FieldPanel("summary"),
        FieldPanel("body"),
        MultiFieldPanel(
            [FieldPanel("seo_title"), FieldPanel("seo_description")], heading=_("Search engines")
        ),
    ]
    search_fields = [
        index.SearchField("title", boost=2),
        index.AutocompleteField("title"),
        index.SearchField("summary"),
        index.FilterField("locale_id"),
        index.FilterField("product_id"),
    ]
    api_fields = [
        APIField("product"),
        APIField("title", writable=True),
        APIField("slug", writable=True),
        APIField("summary", writable=True),
        APIField("body", writable=True),
        APIField("seo_title", writable=True),
        APIField("seo_description", writable=True),
    ]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("product text")
        verbose_name_plural = _("product texts")
        ordering = ["title", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "locale"],
                name="one_content_per_locale",
                violation_error_message=_("This product already has a text in this language."),
            ),
            models.UniqueConstraint(
                fields=["slug", "locale"],
                name="slug_per_locale",
                violation_error_message=_("Another product already has this slug."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def revisions(self) -> Any:
        return self._revisions

    def changed_subject_id(self) -> int:
        return self.product_id

    def copy_for_translation(self, locale: Locale, exclude_fields: Any = None) -> "ProductContent":
        """A translation begins as a draft: Wagtail copies ``live`` too, and would show it untranslated."""
        copy = super().copy_for_translation(locale, exclude_fields=exclude_fields)
        copy.live, copy.has_unpublished_changes = False, True
        copy.latest_revision = copy.live_revision = copy.first_published_at = copy.last_published_at = None
        return copy

    def get_preview_template(self, request: HttpRequest, mode_name: str) -> str:
        """All channels side by side; ``publishing`` has the template and its tags."""
        return "comptoir/publishing/preview.html"


class EditorialPage(RecordsPublication, Page):
    """What all our pages share: an introduction, blocks, a lead picture."""

    changed_event = "page_changed"

    intro = models.TextField(_("introduction"), max_length=500, blank=True)
    picture = models.ForeignKey(
        "catalogue.Picture",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("picture"),
    )
    body = StreamField(ContentBlocks(), blank=True, verbose_name=_("text"))
    channels = ArrayField(
        models.CharField(max_length=40),
        verbose_name=_("only on these channels"),
        default=list,
        blank=True,
        help_text=_("Codes separated by commas. None: on all channels that speak the language."),
    )

    content_panels = [*Page.content_panels, FieldPanel("intro"), FieldPanel("picture"), FieldPanel("body")]
    promote_panels = [*Page.promote_panels, FieldPanel("channels")]
    search_fields = [*Page.search_fields, index.SearchField("intro")]
    api_fields = [APIField("intro", writable=True), APIField("body", writable=True)]

    class Meta:
        abstract = True

    def get_preview_template(self, request: HttpRequest, mode_name: str) -> str:
        """All channels side by side; ``publishing`` has the template and its tags."""
        return "comptoir/publishing/preview.html"


class HomePage(EditorialPage):
    """The front page of a language."""

    parent_page_types = ["wagtailcore.Page"]

    class Meta:
        verbose_name = _("home page")


class LandingPage(EditorialPage):
    """A campaign."""

    class Meta:
        verbose_name = _("landing page")


class StoryPage(EditorialPage):
    """A story of the house, of a maker, of a place."""

    class Meta:
        verbose_name = _("story")


class GuidePage(EditorialPage):
    """How to choose, care, measure."""

    class Meta:
        verbose_name = _("guide")


PAGE_TYPES: tuple[type[EditorialPage], ...] = (HomePage, LandingPage, StoryPage, GuidePage)


class Menu(RecordsChanges, TranslatableMixin):
    """A named list of links, in one language, such as ``main`` or ``footer``."""

    changed_event = "menu_changed"

    code = models.SlugField(_("code"), max_length=40, help_text=_("Such as “main” or “footer”."))
    items = StreamField(MenuBlocks(), blank=True, verbose_name=_("items"))

    panels = [FieldPanel("code"), FieldPanel("items")]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("menu")
        verbose_name_plural = _("menus")
        constraints = [models.UniqueConstraint(fields=["code", "locale"], name="one_menu_per_locale")]

    def __str__(self) -> str:
        return self.code
