"""Pages for people: each plugin's own, below ``/<channel>/<locale>/`` of its channels, in the language that it says."""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, URLPattern, URLResolver, path, reverse
from django.urls.resolvers import RoutePattern
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language_from_request

from comptoir import hookspecs, plugins
from comptoir.channels.models import Channel
from comptoir.channels.queries import ChannelContext, channel_context
from comptoir.conf import conf

Patterns = list[URLPattern | URLResolver]


def page_urls() -> Patterns:
    """The addresses of all plugins' pages; called once, when the site's addresses are read.

    A channel of a plugin without pages is not touched, so that the site can have addresses of its own behind these.
    Errors: ``ImproperlyConfigured`` naming the plugin whose pages cannot be used.
    """
    found: Patterns = []
    extensions = plugins.collect(hookspecs.register_extension_pages, accept=_patterns)
    within = [
        URLResolver(RoutePattern(f"{name}/"), _where_on(name, patterns), app_name=name, namespace=name)
        for name, patterns in extensions.items()
    ]
    by_plugin = plugins.collect(hookspecs.register_pages, accept=_patterns)
    for plugin, patterns in by_plugin.items():
        # Those of extensions come first: the last pattern of a shop may stand for any path.
        pages = URLResolver(
            _PagesOf(plugin, is_endpoint=False), [*within, *patterns], app_name=plugin, namespace=plugin
        )
        found += [URLPattern(_DoorOf(plugin, is_endpoint=True), any_language), pages]
    return [path("", front_door, {"plugins_with_pages": [*by_plugin]}), path("robots.txt", robots), *found]


def front_door(request: HttpRequest, plugins_with_pages: list[str]) -> HttpResponse:
    """Send who only knows the name of the house to its first public channel that has pages."""
    open_ones = Channel.objects.active().filter(is_public=True, plugin__in=plugins_with_pages)
    channel = open_ones.first()
    if channel is None:
        raise Http404
    return HttpResponseRedirect(f"/{channel.code}/")


def robots(request: HttpRequest) -> HttpResponse:
    """What search engines may read: the pages of public channels, by their sitemaps; not the house behind them."""
    lines = ["User-agent: *", "Disallow: /admin/", "Disallow: /api/"]
    for channel in Channel.objects.active().filter(is_public=True):
        for locale in channel.locales:
            with suppress(NoReverseMatch):
                address = reverse(f"{channel.plugin}:sitemap", args=[channel.code, locale])
                lines.append(f"Sitemap: {conf.BASE_URL.rstrip('/')}{address}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def any_language(request: HttpRequest, channel: ChannelContext) -> HttpResponse:
    """Send a visitor to the channel in a language they read, as far as the channel speaks it."""
    wanted = get_language_from_request(request).split("-")[0]
    locale = wanted if wanted in channel.locales else channel.default_locale
    response = HttpResponseRedirect(f"/{channel.code}/{locale}/")
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response


class _DoorOf(RoutePattern):
    """``/<channel>/`` of a plugin's open channels; whatever else stands there is somebody else's."""

    route = "<slug:channel>/"

    def __init__(self, plugin: str, *, is_endpoint: bool) -> None:
        self.plugin = plugin
        super().__init__(self.route, is_endpoint=is_endpoint)

    def match(self, path: str) -> tuple[str, tuple[()], dict[str, Any]] | None:
        found = super().match(path)
        if found is None:
            return None
        rest, args, words = found
        channel = channel_context(words["channel"])
        if channel is None or channel.plugin != self.plugin or not channel.is_public:
            return None
        if words.get("locale", channel.default_locale) not in channel.locales:
            return None
        return rest, args, {**words, "channel": channel}


class _PagesOf(_DoorOf):
    """``/<channel>/<locale>/…`` in the languages that the channel speaks."""

    route = "<slug:channel>/<slug:locale>/"


def _where_on(plugin: str, patterns: list[Any]) -> list[URLPattern]:
    """The pages of an extension, which are there on channels that have it on."""

    def guarded(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def answer(request: HttpRequest, channel: ChannelContext, locale: str, **words: Any) -> HttpResponse:
            if plugin not in channel.enabled_plugins:
                raise Http404(plugin)
            return view(request, channel=channel, locale=locale, **words)

        return answer

    return [URLPattern(one.pattern, guarded(one.callback), one.default_args, one.name) for one in patterns]


def _patterns(answer: Any) -> Patterns:
    """What ``register_pages`` has to return."""
    patterns = list(answer)
    if not all(isinstance(one, URLPattern | URLResolver) for one in patterns):
        raise ImproperlyConfigured("pages are what django.urls.path and include make")
    return patterns
