"""Blocks as clean HTML that a server can send as it is: semantic, without classes of any framework or scripts."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

Block = dict[str, Any]


def block_html(block: Block) -> str:
    """One block as HTML; nothing for a block this channel does not know."""
    draw = DRAWN_BY.get(block["type"])
    return str(draw(block)) if draw else ""


def picture_html(
    picture: Mapping[str, Any] | None, *, sizes: str = "(min-width: 60rem) 50vw, 100vw", first: bool = False
) -> SafeString:
    """An ``<img>`` that lets the browser choose its size, and keeps its place while it loads.

    ``first`` is for what one sees without scrolling: it is fetched at once, before other things.
    """
    if not picture or not picture["sources"]:
        return mark_safe("")
    sources = sorted(picture["sources"].items(), key=lambda source: int(source[0]))
    return format_html(
        '<img src="{}" srcset="{}" sizes="{}" width="{}" height="{}" alt="{}" {}>',
        sources[-1][1],
        ", ".join(f"{address} {width}w" for width, address in sources),
        sizes,
        picture["width"],
        picture["height"],
        picture["alt"],
        mark_safe('fetchpriority="high"' if first else 'loading="lazy"'),  # noqa: S308 (one of our own two)
    )


def _text(block: Block) -> SafeString:
    return mark_safe(block["html"])  # noqa: S308 (the content context let through plain tags only)


def _picture(block: Block) -> SafeString:
    caption = format_html("<figcaption>{}</figcaption>", block["caption"]) if block["caption"] else ""
    return format_html("<figure>{}{}</figure>", picture_html(block["picture"]), caption)


def _gallery(block: Block) -> SafeString:
    return format_html(
        '<div class="gallery">{}</div>',
        format_html_join("", "{}", ((picture_html(picture),) for picture in block["pictures"])),
    )


def _video(block: Block) -> SafeString:
    """A link: nothing of another house is loaded before the visitor asks for it."""
    return format_html(
        '<p class="video"><a href="{}" rel="noopener">{}</a></p>', block["url"], block["title"]
    )


def _size_guide(block: Block) -> SafeString:
    head = format_html_join("", '<th scope="col">{}</th>', ((name,) for name in block["columns"]))
    rows = format_html_join("", "<tr>{}</tr>", ((_row(row),) for row in block["rows"]))
    return format_html(
        "<table><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table>",
        block["title"],
        head,
        rows,
    )


def _row(cells: list[str]) -> SafeString:
    first = format_html('<th scope="row">{}</th>', cells[0]) if cells else mark_safe("")
    return first + format_html_join("", "<td>{}</td>", ((cell,) for cell in cells[1:]))


def _faq(block: Block) -> SafeString:
    pairs = ((pair["question"], pair["answer"]) for pair in block["questions"])
    return format_html_join("", "<details><summary>{}</summary><p>{}</p></details>", pairs)


def _quote(block: Block) -> SafeString:
    source = format_html("<footer>{}</footer>", block["source"]) if block["source"] else ""
    return format_html("<blockquote><p>{}</p>{}</blockquote>", block["quote"], source)


def _products(block: Block) -> SafeString:
    """A place for products: price and stock are live, so the page's server fills it from the cards."""
    title = format_html("<h2>{}</h2>", block["title"]) if block["title"] else ""
    return format_html('<section data-products="{}">{}</section>', " ".join(block["products"]), title)


DRAWN_BY: dict[str, Callable[[Block], SafeString]] = {
    "text": _text,
    "picture": _picture,
    "gallery": _gallery,
    "video": _video,
    "size_guide": _size_guide,
    "faq": _faq,
    "quote": _quote,
    "products": _products,
}
