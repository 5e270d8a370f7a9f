"""The page with all channels side by side: what it shows, and where its links and its chooser lead."""

from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import unquote, urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from comptoir.channels.models import Channel
from comptoir.content.models import EditorialPage, ProductContent
from comptoir.publishing.preview import Frame, moment_text, side_by_side
from comptoir.publishing.readiness import Draft
from comptoir.publishing.services import active_channels

#: Remembers the chosen moment while an editor types: Wagtail loads its preview again without our parameters.
MOMENT_COOKIE = "comptoir-preview-at"
#: Farther away, no calendar of any time zone can follow.
YEARS = range(1900, 3000)


@dataclass(frozen=True)
class LanguageLink:
    """The same item in another language. ``url`` is empty for the one at hand."""

    code: str
    title: str
    url: str = ""


@dataclass
class Board:
    """Everything the template needs.

    ``moment_field`` names the chooser's parameter: Wagtail's live preview hands on nothing but its ``mode``.
    """

    key: str
    title: str
    locale: str
    frames: list[Frame] = field(default_factory=list)
    moment_field: str = "at"
    moment_value: str = ""
    moment_text: str = ""
    moment_error: str = ""
    in_editor: bool = False
    screen_url: str = ""
    edit_url: str = ""
    languages: list[LanguageLink] = field(default_factory=list)
    channels: list[tuple[Channel, bool]] = field(default_factory=list)
    revision: str = ""


def board_in_editor(item: Draft, request: HttpRequest) -> Board:
    """The board inside Wagtail's live preview, with the form's unsaved values."""
    chosen = getattr(request, "preview_mode", "") or _remembered(item, request)
    board = _board(item, chosen)
    board.moment_field, board.in_editor = "mode", True
    board.languages = _languages(item, {"at": board.moment_value})
    board.screen_url = screen_url(item, at=board.moment_value) if item.pk else ""
    return board


def board_alone(item: Draft, request: HttpRequest) -> Board:
    """The board as a page of its own, with the last saved draft and a choice of channels."""
    codes = request.GET.getlist("channel")
    board = _board(item, request.GET.get("at", ""), codes=codes)
    board.languages = _languages(item, {"at": board.moment_value, "channel": codes})
    board.channels = [(channel, not codes or channel.code in codes) for channel in active_channels()]
    board.edit_url = edit_url(item)
    board.revision = request.GET.get("revision", "")
    return board


def screen_url(item: Draft, **parameters: object) -> str:
    """The address of the board of a text or page."""
    path = reverse("comptoir_preview", args=(item._meta.label_lower, item.pk))
    given = {name: value for name, value in parameters.items() if value}
    return f"{path}?{urlencode(given, doseq=True)}" if given else path


def edit_url(item: Draft) -> str:
    """Where a text or page is edited."""
    if isinstance(item, EditorialPage):
        return reverse("wagtailadmin_pages:edit", args=(item.pk,))
    return (
        reverse(item.snippet_viewset.get_url_name("edit"), args=(item.pk,))
        if hasattr(item, "snippet_viewset")
        else ""
    )


def local_value(moment: datetime) -> str:
    """A moment as ``<input type="datetime-local">`` writes it, in the reader's time zone."""
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


def _board(item: Draft, chosen: str, codes: list[str] | None = None) -> Board:
    at, error = _moment(chosen)
    board = Board(key=_key(item), title=str(item), locale=item.locale.language_code, moment_error=error)
    if at:
        board.moment_value, board.moment_text = local_value(at), moment_text(at)
    board.frames = side_by_side(item, at=at, codes=codes or [])
    return board


def _moment(text: str) -> tuple[datetime | None, str]:
    """The chosen moment, written in the reader's time zone, and what is wrong with it."""
    if not text:
        return None, ""
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or moment.year not in YEARS:
        return None, _("“%(text)s” is not a date and time; this is how it looks now.") % {"text": text[:40]}
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment), ""


def _key(item: Draft) -> str:
    return f"{item._meta.label_lower}:{item.pk or 'new'}"


def _remembered(item: Draft, request: HttpRequest) -> str:
    key, _bar, chosen = unquote(request.COOKIES.get(MOMENT_COOKIE, "")).partition("|")
    return chosen if key == _key(item) else ""


def _languages(item: Draft, parameters: dict[str, object]) -> list[LanguageLink]:
    if isinstance(item, ProductContent):
        rows = ProductContent.objects.filter(product=item.product_id)
    else:
        rows = type(item)._default_manager.filter(translation_key=item.translation_key)
    links = []
    for row in rows.select_related("locale").order_by("locale_id"):
        url = "" if row.pk == item.pk else screen_url(row, **parameters)
        links.append(LanguageLink(row.locale.language_code, str(row.locale), url))
    return links if len(links) > 1 else []
