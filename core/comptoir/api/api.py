"""The one NinjaAPI: the core's routes and those of the plugins."""

import re
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from ninja import NinjaAPI, Router

from comptoir import hookspecs, plugins
from comptoir.api import errors
from comptoir.api.availability import router as availability
from comptoir.api.baskets import router as baskets
from comptoir.api.bodies import JsonBodies
from comptoir.api.checkout import router as checkout
from comptoir.api.describing import DescribedAPI
from comptoir.api.fulfilment import router as fulfilment
from comptoir.api.http import open_channel_for
from comptoir.api.orders import router as orders
from comptoir.api.payments import router as payments
from comptoir.api.previewing import router as previewing
from comptoir.api.reading import router as reading
from comptoir.api.reviews import router as reviews
from comptoir.api.searching import router as searching
from comptoir.api.staff_fulfilment import router as staff_fulfilment
from comptoir.api.staff_orders import router as staff_orders
from comptoir.api.staff_stock import router as staff_stock
from comptoir.base.errors import NotFound

PREFIX = "/{channel}"

#: What every channel has, by the tag in the OpenAPI page.
CHANNEL_ROUTERS = {
    "reading": reading,
    "reviews": reviews,
    "search": searching,
    "preview": previewing,
    "availability": availability,
    "baskets": baskets,
    "delivery": fulfilment,
    "checkout": checkout,
    "orders": orders,
    "payments": payments,
}


def build_api() -> NinjaAPI:
    """Put the API together; called once, when the addresses are read.

    Errors: ``ImproperlyConfigured`` naming the plugin whose routers cannot be used.
    """
    api = DescribedAPI(
        title="Comptoir",
        version="1",
        urls_namespace="comptoir",
        parser=JsonBodies(),
    )
    errors.install(api)
    api.add_router("/staff/stock", staff_stock, tags=["staff"])
    api.add_router("/staff/fulfilment", staff_fulfilment, tags=["staff"])
    api.add_router("/staff/orders", staff_orders, tags=["staff"])
    for tag, router in CHANNEL_ROUTERS.items():
        api.add_router(PREFIX, router, tags=[tag])
    paths = [path for router in CHANNEL_ROUTERS.values() for path in router.path_operations if path]
    taken = {path.split("/")[1] for path in paths}
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
