"""What the templates of previews and readiness ask for."""

from typing import Any

from django import template
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.translation import get_language

from comptoir.publishing.backoffice.boards import Board, board_in_editor
from comptoir.publishing.preview import Frame

register = template.Library()


@register.simple_tag(takes_context=True)
def preview_board(context: Context) -> Board:
    """The board of the page: given by the preview screen, else made of what Wagtail's live preview has."""
    if board := context.get("board"):
        return board
    return board_in_editor(context.get("object") or context["page"], context["request"])


@register.simple_tag(takes_context=True)
def editor_language(context: Context) -> str:
    """The language of the person who looks: Wagtail's live preview comes in the language of the shop."""
    user = getattr(context.get("request"), "user", None)
    profile: Any = getattr(user, "wagtail_userprofile", None) if user and user.is_authenticated else None
    return profile.get_preferred_language() if profile else get_language() or "en"


@register.simple_tag
def frame_page(frame: Frame) -> str:
    """What a channel's plugin drew, as a whole page for a frame; not marked safe, so that ``srcdoc`` escapes it."""
    if frame.html.lstrip().lower().startswith(("<!doctype", "<html")):
        return str(frame.html) + ""
    page = render_to_string(
        "comptoir/publishing/frame.html", {"html": frame.html, "locale": frame.readiness.locale}
    )
    return "".join(page)
