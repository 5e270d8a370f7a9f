"""What editors build pages and product texts from. Every block can be limited to some channels."""

from typing import Any

import nh3
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.embeds.blocks import EmbedBlock
from wagtail.images.blocks import ImageChooserBlock
from wagtail.rich_text import expand_db_html
from wagtail.snippets.blocks import SnippetChooserBlock

from comptoir.channels.models import Channel
from comptoir.content.pictures import picture_json

RICH_TEXT_FEATURES = ["h2", "h3", "bold", "italic", "ol", "ul", "link", "document-link", "hr"]
ALLOWED_TAGS = {
    "a",
    "b",
    "strong",
    "i",
    "em",
    "p",
    "br",
    "h2",
    "h3",
    "h4",
    "ul",
    "ol",
    "li",
    "hr",
    "blockquote",
}


def clean_html(html: str) -> str:
    """HTML of editors and importers with everything taken out that is not plain text, lists, headings or links."""
    return nh3.clean(
        html,
        tags=ALLOWED_TAGS,
        attributes={"a": {"href", "title"}},
        url_schemes={"http", "https", "mailto", "tel"},
    )


def channel_choices() -> list[tuple[str, str]]:
    return [(channel.code, channel.name) for channel in Channel.objects.all()]


class ChannelBlock(blocks.StructBlock):
    """A block that may be limited to some channels; none chosen means all of them."""

    channels = blocks.MultipleChoiceBlock(
        choices=channel_choices,
        required=False,
        label=_("Only on these channels"),
        help_text=_("None chosen: on all channels."),
    )

    def content_json(self, value: Any, locale: str) -> dict[str, Any]:
        """The block for documents, without its channels."""
        raise NotImplementedError(self.name)


class TextBlock(ChannelBlock):
    text = blocks.RichTextBlock(features=RICH_TEXT_FEATURES, label=_("Text"))

    def content_json(self, value: Any, locale: str) -> dict[str, Any]:
        return {"html": clean_html(expand_db_html(value["text"].source))}

    class Meta:
        icon = "pilcrow"
        label = _("Text")


class PictureBlock(ChannelBlock):
    picture = ImageChooserBlock(label=_("Picture"))
    caption = blocks.CharBlock(required=False, max_length=255, label=_("Caption"))

    def content_json(self, value: Any, locale: str) -> dict[str, Any]:
        picture = value["picture"]
        return {"picture": picture_json(picture, locale) if picture else None, "caption": value["caption"]}

    class Meta:
        icon = "image"
        label = _("Picture")


class GalleryBlock(ChannelBlock):
    pictures = blocks.ListBlock(ImageChooserBlock(), min_num=2, label=_("Pictures"))

    def content_json(self, value: Any, locale: str) -> dict[str, Any]:
        return {"pictures": [picture_json(picture, locale) for picture in value["pictures"] if picture]}

    class Meta:
        icon = "duplicate"
        label = _("Gallery")


class VideoBlock(ChannelBlock):
    video = EmbedBlock(
        label=_("Video"), help_text=_("Address of the video, from YouTube, Vimeo or the like.")
    )
    title = blocks.CharBlock(max_length=255, label=_("What can be seen"))

    def content_json(self, value: Any, locale: str) -> dict[str, Any]:
        return {"url": value["video"].url if value["video"] else "", "title": value["title"]}

    class Meta:
        icon = "media"
        label = _("Video")


class SizeGuideBlock(ChannelBlock):
    title = blocks.CharBlock(max_length=120, label=_("Title"))
    columns = blocks.ListBlock(blocks.CharBlock(max_length=60), min_num=2, label=_("Columns"))
    rows = blocks.ListBlock(
        blocks.ListBlock(blocks.CharBlock(max_length=60, required=False)), min_num=1, label=_("Rows")
    )

    def content_json(self, value: Any, locale: str) -> dict[str, Any]:
        return {
            "title": value["title"],
            "columns": list(value["columns"]),
            "rows": [list(row) for row in value["rows"]],
        }

    class Meta:
        icon = "table"
        label = _("Size guide")


class FaqBlock(ChannelBlock):
    questions = blocks.ListBlock(
        blocks.StructBlock(
            [
                ("question", blocks.CharBlock(max_length=255, label=_("Question"))),
                ("answer", blocks.TextBlock(label=_("Answer"))),
            ]
        ),
        min_num=1,
        label=_("Questions"),
    )

    def content_json(self, value: Any, locale: str) -> dict[str, Any]:
        return {
            "questions": [
                {"question": pair["question"], "answer": pair["answer"]} for pair in value["questions"]
            ]
        }

    class Meta:
        icon = "help"
        label = _("Questions and answers")


class QuoteBlock(ChannelBlock):
    quote = blocks.TextBlock(label=_("Quote"))
    source = blocks.CharBlock(required=False, max_length=120, label=_("Who said it"))

    def content_json(self, value: Any, locale: str) -> dict[str, Any]:
        return {"quote": value["quote"], "source": value["source"]}

    class Meta:
        icon = "openquote"
        label = _("Quote")


class ProductsBlock(ChannelBlock):
    title = blocks.CharBlock(required=False, max_length=120, label=_("Title"))
    products = blocks.ListBlock(SnippetChooserBlock("content.ProductContent"), min_num=1, label=_("Products"))

    def content_json(self, value: Any, locale: str) -> dict[str, Any]:
        """Products by handle: readers ask for their documents, so that price and stock are never baked in."""
        handles = [content.product.handle for content in value["products"] if content]
        return {"title": value["title"], "products": handles}

    class Meta:
        icon = "list-ul"
        label = _("Products")


class ContentBlocks(blocks.StreamBlock):
    """The blocks of product texts and of editorial pages."""

    text = TextBlock()
    picture = PictureBlock()
    gallery = GalleryBlock()
    video = VideoBlock()
    size_guide = SizeGuideBlock()
    faq = FaqBlock()
    quote = QuoteBlock()
    products = ProductsBlock()


def page_path(page: Any) -> str:
    """The address of a page inside its channel: ``/`` for a home page, ``/story/`` below it."""
    return "/" + "/".join(page.url_path.split("/")[2:])


def blocks_json(stream: Any, *, channel_code: str, locale: str) -> list[dict[str, Any]]:
    """The blocks of a stream that one channel shows, for its document."""
    shown = []
    for child in stream:
        limited_to = child.value.get("channels") or []
        if not limited_to or channel_code in limited_to:
            shown.append({"type": child.block_type, **child.block.content_json(child.value, locale)})
    return shown


class MenuItemBlock(ChannelBlock):
    """A link with a label of its own, or the title of what it leads to."""

    label = blocks.CharBlock(required=False, max_length=80, label=_("Label"))

    def target_json(self, value: Any, locale: str) -> dict[str, Any]:
        raise NotImplementedError(self.name)

    def content_json(self, value: Any, locale: str) -> dict[str, Any]:
        target = self.target_json(value, locale)
        return {**target, "label": value["label"] or target["label"]}


class PageItemBlock(MenuItemBlock):
    page = blocks.PageChooserBlock(label=_("Page"))

    def target_json(self, value: Any, locale: str) -> dict[str, Any]:
        page = value["page"]
        return {"path": page_path(page) if page else None, "label": page.title if page else ""}

    class Meta:
        icon = "doc-empty"
        label = _("Page")


class CategoryItemBlock(MenuItemBlock):
    category = SnippetChooserBlock("catalogue.Category", label=_("Category"))

    def target_json(self, value: Any, locale: str) -> dict[str, Any]:
        category = value["category"]
        return (
            {"category": category.text("slug", locale), "label": category.text("name", locale)}
            if category
            else {"category": None, "label": ""}
        )

    class Meta:
        icon = "folder-open-inverse"
        label = _("Category")


class LinkItemBlock(MenuItemBlock):
    url = blocks.URLBlock(label=_("Address"))

    def target_json(self, value: Any, locale: str) -> dict[str, Any]:
        return {"url": value["url"], "label": value["url"]}

    class Meta:
        icon = "link"
        label = _("Link")


class MenuBlocks(blocks.StreamBlock):
    """What a menu leads to."""

    page = PageItemBlock()
    category = CategoryItemBlock()
    link = LinkItemBlock()
