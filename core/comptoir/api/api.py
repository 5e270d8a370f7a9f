"""The one NinjaAPI: the core's routes and those of the plugins."""

from django.http import HttpRequest
from ninja import NinjaAPI

from comptoir import hookspecs, plugins
from comptoir.api import errors
from comptoir.api.http import open_channel_for
from comptoir.api.previewing import router as previewing
from comptoir.api.reading import router as reading
from comptoir.base.errors import NotFound

PREFIX = "/{channel}"


def build_api() -> NinjaAPI:
    """Put the API together; called once, when the addresses are read."""
    api = NinjaAPI(
        title="Comptoir",
        version="1",
        description="One catalogue, one price, one stock: each channel reads its own documents.",
        urls_namespace="comptoir",
    )
    errors.install(api)
    api.add_router(PREFIX, reading, tags=["reading"])
    api.add_router(PREFIX, previewing, tags=["preview"])
    for plugin, routers in plugins.collect(hookspecs.register_routers).items():
        for prefix, router in routers:
            api.add_router(f"{PREFIX}/{prefix}", router, tags=[plugin], auth=_only_where_on(plugin))
    return api


def _only_where_on(plugin: str):
    """Lets requests through only on channels where the plugin is on; elsewhere its routes are not there."""

    def is_on(request: HttpRequest) -> str:
        context = open_channel_for(request, request.resolver_match.kwargs["channel"])
        if plugin not in context.enabled_plugins:
            raise NotFound()
        return plugin

    return is_on
