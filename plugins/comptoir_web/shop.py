"""What every page of the shop stands on: the channel, the language, the theme, the frame; and the view that draws it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache, wraps
from typing import Any

from django.conf import settings
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import NoReverseMatch, URLResolver, get_resolver, get_script_prefix, get_urlconf, reverse
from django.utils import translation
from django.utils.log import log_response
from django.utils.translation import gettext as _

from comptoir.base.away import is_away
from comptoir.base.errors import NotFound
from comptoir.channels.queries import ChannelContext
from comptoir.conf import conf
from comptoir.publishing.queries import Frame, page_frames
from comptoir_web import kept
from comptoir_web.conf import conf as web_conf
from comptoir_web.themes import Theme, theme_of

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Link:
    """One link of a menu."""

    label: str
    href: str
    is_here: bool = False


class Shop:
    """One channel in one language, as one visitor sees it."""

    def __init__(self, request: HttpRequest, channel: ChannelContext, locale: str) -> None:
        self.request, self.channel, self.locale = request, channel, locale

    @property
    def name(self) -> str:
        return conf.SHOP_NAME

    @cached_property
    def theme(self) -> Theme:
        return theme_of(self.channel.theme)

    @cached_property
    def frames(self) -> dict[str, Frame]:
        """The menus and the categories by language: one statement, for all that stand around a page."""
        return page_frames(self.channel)

    @property
    def frame(self) -> Frame:
        return self.frames[self.locale]

    @cached_property
    def main_menu(self) -> list[Link]:
        """The menu ``main``, else the categories at the top of the tree."""
        return self._menu("main") or [
            self._link(row["name"], self.url("category", row["slug"]))
            for row in self.frame.categories
            if row["in_menu"]
        ]

    @cached_property
    def footer_menu(self) -> list[Link]:
        return self._menu("footer")

    @cached_property
    def languages(self) -> list[tuple[str, str]]:
        """Code and own name of each language of the channel."""
        return [(code, translation.get_language_info(code)["name_local"]) for code in self.channel.locales]

    @property
    def service_links(self) -> list[tuple[str, str]]:
        """Names of pages that stand at the foot of every page, as far as this site has them, with their labels."""
        booking = [("booking:home", _("Book an appointment"))] if self.booking_url else []
        named = (
            *booking,
            ("shops", _("Our shops")),
            ("contact", _("Contact")),
            ("find_order", _("Follow an order")),
            ("legal", _("Legal notice")),
            ("privacy", _("Privacy and cookies")),
        )
        return [(name, label) for name, label in named if self.url_or_none(name)]

    @property
    def asks_for_cookies(self) -> bool:
        """Whether this site has cookies that nobody needs, so that visitors are asked."""
        return bool(web_conf.OPTIONAL_COOKIES)

    @property
    def home(self) -> str:
        return self.url("home")

    def url(self, name: str, *args: object, locale: str = "") -> str:
        """The address of a page of this channel by the name of its pattern.

        Errors: ``NoReverseMatch`` for a page that does not exist.
        """
        path = f"{self.channel.plugin}:{name}", self.channel.code, locale or self.locale, *args
        return _address(*path) or reverse(path[0], args=path[1:])

    def url_or_none(self, name: str, *args: object, locale: str = "") -> str:
        """As ``url``; nothing for a page that this site does not have."""
        return _address(f"{self.channel.plugin}:{name}", self.channel.code, locale or self.locale, *args)

    def page_url(self, path: str, *, locale: str = "") -> str:
        """The address of an editorial page by its path in documents."""
        return self.url("home", locale=locale) + path.lstrip("/")

    @property
    def booking_url(self) -> str:
        """Where appointments are booked, if a plugin of the channel lets customers do so."""
        return self.url_or_none("booking:home") if "booking" in self.channel.enabled_plugins else ""

    def absolute(self, path: str) -> str:
        """An address of this shop as the world knows it."""
        return conf.BASE_URL.rstrip("/") + path

    def render(
        self, template: str, context: dict[str, Any] | None = None, *, status: int = 200
    ) -> HttpResponse:
        """A page of this plugin, drawn by the channel's theme. Templates get ``shop`` beside what is given."""
        return self.draw(f"comptoir_web/{template}", context, status=status)

    def draw(
        self, template: str, context: dict[str, Any] | None = None, *, status: int = 200
    ) -> HttpResponse:
        """A page of any plugin, drawn by the channel's theme."""
        page = self.theme.engine.get_template(template)
        text = page.render({"shop": self, "robots": "", **(context or {})}, self.request)
        response = HttpResponse(text, status=status)
        response["Content-Language"] = self.locale
        return response

    def _menu(self, code: str) -> list[Link]:
        links = (self._target(item) for item in self.frame.menu(code))
        return [link for link in links if link]

    def _target(self, item: dict[str, Any]) -> Link | None:
        if item.get("category"):
            return self._link(item["label"], self.url("category", item["category"]))
        if item.get("path"):
            return self._link(item["label"], self.page_url(item["path"]))
        return self._link(item["label"], item["url"]) if item.get("url") else None

    def _link(self, label: str, href: str) -> Link:
        return Link(label, href, href == self.request.path)


def _address(name: str, *args: object) -> str:
    """The address of a page; nothing for one that this site does not have."""
    return _kept_address(get_resolver(get_urlconf()), get_script_prefix(), name, *args)


@lru_cache(maxsize=10_000, typed=True)
def _kept_address(_resolver: URLResolver, _prefix: str, name: str, *args: object) -> str:
    """Kept, as every page names the same few dozen addresses, and lists those of the same products."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def shop_page(draw: View) -> View:
    """A page of the shop in its language: ``draw(shop, …)``. Nobody keeps it, as it may be one visitor's own."""

    @wraps(draw)
    def view(request: HttpRequest, channel: ChannelContext, locale: str, **words: Any) -> HttpResponse:
        shop = Shop(request, channel, locale)
        with translation.override(locale):
            response = _answered(shop, draw, words)
        response.setdefault("Cache-Control", "private, no-store")
        return response

    return view


def open_page(draw: View) -> View:
    """A page that is the same for everybody: kept for some seconds, sent with a validator, answered with 304."""
    drawn = shop_page(draw)

    @wraps(draw)
    def view(request: HttpRequest, channel: ChannelContext, locale: str, **words: Any) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        return kept.answer(request, lambda: drawn(request, channel, locale, **words))

    return view


def _answered(shop: Shop, draw: View, words: dict[str, Any]) -> HttpResponse:
    try:
        return draw(shop, **words)
    except (Http404, NotFound):
        return not_found(shop)
    except Exception as error:
        if settings.DEBUG or is_away(error):
            raise
        got_request_exception.send(sender=None, request=shop.request)
        response = shop.render("500.html", status=500)
        log_response("Internal Server Error: %s", shop.request.path, request=shop.request, response=response)
        return response


def not_found(shop: Shop) -> HttpResponse:
    """A page that says so, and leads on."""
    return shop.render("404.html", {"robots": "noindex"}, status=404)
