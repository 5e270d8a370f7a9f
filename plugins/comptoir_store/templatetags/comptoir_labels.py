"""Barcodes in templates."""

from itertools import groupby

from django import template

register = template.Library()


@register.filter
def bars(modules: str, height: int) -> str:
    """The bars of a barcode as the path of an SVG, one unit a module: ``<path d="{{ barcode.modules|bars:60 }}"/>``."""
    path, place = "", 0
    for module, run in groupby(modules):
        width = len(list(run))
        if module == "1":
            path += f"M{place} 0h{width}v{height}h-{width}z"
        place += width
    return path


@register.filter
def width_px(modules: str) -> int:
    """How wide to draw a barcode: whole pixels a module, so that no bar is blurred; two for those of a GTIN."""
    return len(modules) * (2 if len(modules) <= 95 else 1)
