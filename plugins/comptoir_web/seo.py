"""What search engines and shared links are told: addresses, Open Graph, JSON-LD with live availability."""

from typing import Any

import orjson
from django.utils.safestring import SafeString, mark_safe

SCHEMA = "https://schema.org"


def product_seo(document: dict[str, Any], *, book_at: str = "") -> dict[str, Any]:
    """What the head of a product's page says. Availability comes in here: documents never hold stock.

    ``book_at`` is where a service is booked, if it can be.
    """
    stock = document["availability"]["variants"]
    for node in document["web"]["json_ld"]:
        _add_availability(node, stock)
        if book_at and node["@type"] == "Service":
            node["potentialAction"] = reserve_action(document["title"], book_at)
    return {**page_seo(document), "type": "product"}


def page_seo(document: dict[str, Any]) -> dict[str, Any]:
    """What the head of a page says, from the web's part of its document."""
    web = document.get("web") or {}
    pictures = document.get("pictures") or []
    return {
        "title": web.get("title", document["title"]),
        "description": web.get("description", ""),
        "canonical": web.get("canonical", ""),
        "alternates": web.get("alternates", {}),
        "picture": next(iter(pictures[0]["sources"].values()), "") if pictures else "",
        "json_ld": [script_json(node) for node in web.get("json_ld", ())],
    }


def script_json(node: Any) -> SafeString:
    """JSON that can stand in a ``<script>``: nothing in it can end the element."""
    text = orjson.dumps(node).decode()
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return mark_safe(text)  # noqa: S308 (every sign that HTML reads is written as an escape)


def reserve_action(title: str, address: str) -> dict[str, Any]:
    """Where something is booked, as schema.org's ``ReserveAction``."""
    return {
        "@type": "ReserveAction",
        "target": {"@type": "EntryPoint", "urlTemplate": address},
        "result": {"@type": "Reservation", "name": title},
    }


def breadcrumbs(steps: list[tuple[str, str]]) -> dict[str, Any]:
    """Names and addresses from the front page down, as schema.org's ``BreadcrumbList``."""
    return {
        "@context": SCHEMA,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": address}
            for place, (name, address) in enumerate(steps, start=1)
        ],
    }


def _add_availability(node: dict[str, Any], stock: dict[str, int] | None) -> None:
    for one in (node, *node.get("hasVariant", ())):
        offers = one.get("offers")
        for offer in [offers] if isinstance(offers, dict) else offers or ():
            is_there = stock is None or stock.get(one.get("sku", ""), 0) > 0
            offer["availability"] = f"{SCHEMA}/{'InStock' if is_there else 'OutOfStock'}"
