"""Every picture of the demo shop, drawn rather than photographed; the same call always gives the same bytes.

A picture's key is a drawing, perhaps in a pattern: ``shirt``, ``shirt:gingham``, ``t_shirt:breton``;
``@detail`` at the end comes closer: ``shirt:gingham@detail``.
"""

from __future__ import annotations

import colorsys
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from PIL import Image

from comptoir_site.demo.catalogue import PRODUCTS
from comptoir_site.demo.drawings.accessories import ACCESSORIES
from comptoir_site.demo.drawings.brushes import Colour, Ramp, brightness, mix, rgb
from comptoir_site.demo.drawings.canvas import Canvas
from comptoir_site.demo.drawings.coats import COATS
from comptoir_site.demo.drawings.dresses_and_trousers import SKIRTS_AND_TROUSERS
from comptoir_site.demo.drawings.marks import Cloth, Drawing
from comptoir_site.demo.drawings.patterns import PATTERNS
from comptoir_site.demo.drawings.salon import SALON
from comptoir_site.demo.drawings.scenes import SCENES, scene
from comptoir_site.demo.drawings.tops import TOPS
from comptoir_site.demo.facts import Picture

DRAWINGS: dict[str, Callable[[Cloth], Drawing]] = {
    **TOPS,
    **SKIRTS_AND_TROUSERS,
    **COATS,
    **ACCESSORIES,
    **SALON,
}
PAPERS = ("#ebe2d3", "#e9dfd6", "#e6e1d4", "#ebdfd0", "#e3e0d8", "#ece4da", "#e7ddd3", "#e5e2da")
FILL = 0.80  # the share of the sheet a drawing takes at its widest or tallest
SMALLEST_SHEET = 88.0  # small things stay small beside a coat
QUALITY = 88


def drawing_of(kind: str, colour: str) -> Drawing:
    """The marks of a drawing, before any paper: for scenes that place it among others."""
    name, _, pattern = kind.partition("@")[0].partition(":")
    if pattern and pattern not in PATTERNS:
        raise KeyError(pattern)
    return DRAWINGS[name](Cloth(Ramp.of(colour), pattern, Ramp.of(second_colour(rgb(colour)))))


def second_colour(own: Colour) -> Colour:
    """The colour a pattern is printed in: cream on dark cloth, a deep blue or a deep shade on pale cloth."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*(channel / 255 for channel in own))
    if brightness(own) < 0.62:
        return mix(own, (255, 248, 232), 0.82)
    if saturation < 0.45 or lightness > 0.88:
        return 58, 82, 122
    deep = colorsys.hls_to_rgb(hue, 0.34, min(saturation, 0.55))
    return tuple(round(channel * 255) for channel in deep)  # type: ignore[return-value]


def paper_for(kind: str, colour: str) -> Colour:
    """A warm paper that differs from product to product and leans a little to the product's colour."""
    paper = rgb(PAPERS[zlib.crc32(kind.encode()) % len(PAPERS)])
    paper = mix(paper, rgb(colour), 0.07)
    return mix(paper, (150, 118, 92), 0.13) if brightness(rgb(colour)) > 0.82 else paper


def draw(kind: str, colour: str, *, size_px: int = 1200, background: str | None = None) -> Image.Image:
    """Draw a product in a colour on its paper.

    Units: ``size_px`` is the side of the square; colours are ``#rrggbb``.
    Errors: ``KeyError`` for a drawing or a pattern that does not exist.
    Example: ``draw("shirt:gingham", "#2f4a6b").save("shirt.jpg")``.
    """
    drawing = drawing_of(kind, colour)
    canvas = Canvas(size_px, size_px, window_on(drawing, close=kind.endswith("@detail")))
    canvas.paper(rgb(background) if background else paper_for(kind, colour))
    canvas.cast_shadow(drawing)
    for mark in drawing.marks:
        mark.paint(canvas)
    return canvas.finish(f"{kind} {colour}")


def window_on(drawing: Drawing, *, close: bool) -> tuple[float, float, float]:
    """The square of the sheet that is shown: all of the drawing, or the upper middle of it from closer."""
    left, top, right, bottom = drawing.extent()
    width = max((right - left) / FILL, (bottom - top) / FILL, SMALLEST_SHEET)
    if close:
        width *= 0.44
        return (left + right) / 2 - width * 0.42, top - width * 0.08, width
    return (left + right) / 2 - width / 2, (top + bottom) / 2 - width / 2, width


def product_pictures() -> Iterator[Picture]:
    for product in PRODUCTS:
        yield from product.pictures()


def all_picture_names() -> list[str]:
    """The file names ``write_all`` leaves behind, in its order."""
    return [picture.file_name for picture in product_pictures()] + [scene_file_name(name) for name in SCENES]


def scene_file_name(name: str) -> str:
    return f"scene-{name.replace('_', '-')}.jpg"


def write_all(folder: str | Path, progress: Callable[[str], None] | None = None) -> list[Path]:
    """Draw every product picture and every scene into a folder, as JPEG, on all processors; name each as it is done.

    A picture that is there already is left alone: an interrupted run goes on where it stopped.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [(folder / name, paint) for name, paint in all_pictures()]
    with ProcessPoolExecutor() as pool:
        for path in pool.map(write_one, *zip(*wanted, strict=True), chunksize=4):
            if progress:
                progress(path.name)
    return [path for path, _paint in wanted]


def write_one(path: Path, paint: Callable[[], Image.Image]) -> Path:
    """Draw one picture, unless it is there; never leaves half a file under its name."""
    if not path.exists():
        half = path.with_suffix(".half")
        paint().save(half, format="JPEG", quality=QUALITY, progressive=True)
        half.replace(path)
    return path


def all_pictures() -> Iterator[tuple[str, Callable[[], Image.Image]]]:
    """File names, and how to paint each: products in shelf order, then the scenes."""
    for picture in product_pictures():
        yield picture.file_name, partial(draw, picture.drawing, picture.colour)
    for name in SCENES:
        yield scene_file_name(name), partial(scene, name)
