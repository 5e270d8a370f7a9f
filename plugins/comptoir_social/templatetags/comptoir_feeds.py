"""The limits of the catalogues in templates."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django import template

from comptoir_social.limits import GOOGLE, META, Catalogue

register = template.Library()
SHOWN = ("title", "description", "brand")


@dataclass(frozen=True)
class Used:
    """How much of a limit one field uses. Units: ``used`` and ``limit`` in characters or pictures."""

    catalogue: str
    field: str
    used: int
    limit: int

    @property
    def percent(self) -> int:
        return min(100, round(100 * self.used / self.limit))


@register.simple_tag
def limits_used(document: Mapping[str, Any]) -> list[Used]:
    """What the first variant of a product uses of each limit: ``{% limits_used document as rows %}``."""
    social = document.get("social") or {}
    parts = ((social.get("google"), GOOGLE), (social.get("meta"), META))
    return [row for part, catalogue in parts if part for row in _rows(part, catalogue)]


@register.filter
def first_row(part: Mapping[str, Any] | None) -> dict[str, Any]:
    """The row of the first variant as the feed sends it, without its availability."""
    return {**part["shared"], **part["items"][0]} if part else {}


@register.filter
def tag(open_graph: Mapping[str, str] | None, name: str) -> str:
    """One Open Graph tag; its name has colons, which templates cannot say: ``{{ og|tag:'og:title' }}``."""
    return (open_graph or {}).get(name, "")


@register.filter
def host(url: str) -> str:
    """The site of an address, as networks show it below a shared link."""
    return urlsplit(url).netloc


def _rows(part: Mapping[str, Any], catalogue: Catalogue) -> list[Used]:
    row = first_row(part)
    texts = [Used(catalogue.name, name, len(row.get(name, "")), catalogue.characters[name]) for name in SHOWN]
    pictures = len(row.get("additional_image_link", ()))
    return [*texts, Used(catalogue.name, "additional_image_link", pictures, catalogue.further_pictures)]
