"""Filters for templates that draw documents."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.template import Context

from comptoir.publishing import texts

register = template.Library()


@register.filter
def money(value: Mapping[str, str] | None, locale: str) -> str:
    """The money of a document as people write it: ``{{ document.price.from|money:locale }}``."""
    return texts.money_text(value, locale) if value else ""


@register.filter
def picture_of(picture: Mapping[str, Any] | None, width_px: int) -> str:
    """The address of the smallest stored size of a picture that is at least so wide, else of the widest."""
    sources = (picture or {}).get("sources") or {}
    widths = sorted(int(width) for width in sources)
    fitting = [width for width in widths if width >= width_px] or widths[-1:]
    return sources[str(fitting[0])] if fitting else ""


@register.simple_tag(takes_context=True)
def live_stock(context: Context) -> Mapping[str, Any] | None:
    """The availability a preview was given, or that of the API's answer; ``None`` when nobody knows it here.

    Example: ``{% live_stock as stock %}``
    """
    return context.get("availability") or (context.get("document") or {}).get("availability")


@register.filter
def pieces(availability: Mapping[str, Any] | None, sku: str) -> int | None:
    """How many pieces of a SKU are there: ``{{ availability|pieces:variant.sku }}``; ``None`` when not counted."""
    return ((availability or {}).get("variants") or {}).get(sku)


@register.simple_tag
def option_choices(
    document: Mapping[str, Any], availability: Mapping[str, Any] | None
) -> list[dict[str, Any]]:
    """The options of a product, each value with ``is_left``: whether any variant with it is there.

    Example: ``{% option_choices document availability as choices %}``
    """
    stock = (availability or {}).get("variants")
    return [
        {
            "name": option["name"],
            "values": [
                {
                    **value,
                    "is_left": stock is None or _is_left(document, stock, option["code"], value["code"]),
                }
                for value in option["values"]
            ],
        }
        for option in document.get("options", [])
    ]


def _is_left(document: Mapping[str, Any], stock: Mapping[str, int], option: str, value: str) -> bool:
    variants = (one for one in document["variants"] if one["options"].get(option) == value)
    return any(stock.get(variant["sku"], 0) > 0 for variant in variants)
