"""The one NinjaAPI: the core's routes and those of the plugins."""

import re
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from ninja import NinjaAPI, Router

from comptoir import hookspecs, plugins
from comptoir.api import errors
from comptoir.api.http import open_channel_for
from comptoir.api.previewing import router as previewing
from comptoir.api.reading import router as reading
from comptoir.base.errors import NotFound

PREFIX = "/{channel}"


def build_api() -> NinjaAPI:
    """Put the API together; called once, when the addresses are read.

    Errors: ``ImproperlyConfigured`` naming the plugin whose routers cannot be used.
    """
    api = NinjaAPI(
        title="Comptoir",
        version="1",
        description="One catalogue, one price, one stock: each channel reads its own documents.",
        urls_namespace="comptoir",
    )
    errors.install(api)
    api.add_router(PREFIX, reading, tags=["reading"])
    api.add_router(PREFIX, previewing, tags=["preview"])
    taken = {
        path.split("/")[1] for router in (reading, previewing) for path in router.path_operations if path
    }
    for plugin, routers in plugins.collect(hookspecs.register_routers, accept=_pairs).items():
        for prefix, router in routers:
            if prefix in taken:
                raise ImproperlyConfigured(
                    f"Plugin {plugin!r}: the prefix {prefix!r} of its routes is taken."
                )
            taken.add(prefix)
            api.add_router(f"{PREFIX}/{prefix}", router, tags=[plugin], auth=_only_where_on(plugin))
    return api


def _pairs(answer: Any) -> list[tuple[str, Router]]:
    """What ``register_routers`` has to return."""
    pairs = [(prefix, router) for prefix, router in answer]
    for prefix, router in pairs:
        if not isinstance(router, Router) or not re.fullmatch(r"[a-z][a-z0-9-]*", prefix):
            raise TypeError(f"{prefix!r}, {router!r} is not a lower-case prefix and a ninja.Router")
    return pairs


def _only_where_on(plugin: str) -> Callable[[HttpRequest], str]:
    """Lets requests through only on channels where the plugin is on; elsewhere its routes are not there."""

    def is_on(request: HttpRequest) -> str:
        context = open_channel_for(request, request.resolver_match.kwargs["channel"])
        if plugin not in context.enabled_plugins:
            raise NotFound()
        return plugin

    return is_on
