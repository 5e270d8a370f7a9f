"""The sheet of paper and the light on it: every mark of a drawing is painted here.

Light comes from the upper left. A surface is a tone map (128 is the cloth's own colour) seen through a
colour ramp.
"""

from __future__ import annotations

import math
import random
import zlib
from collections.abc import Iterable, Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from comptoir_site.demo.drawings.brushes import CREAM, Colour, Point, Ramp, brightness, dashes, mix, ribbon
from comptoir_site.demo.drawings.marks import Drawing, Fold, Line, Piece, Wash
from comptoir_site.demo.drawings.patterns import PATTERNS

OVERSAMPLING = 2
SOFT = (
    4  # tone maps and shadows are worked out this many times smaller than the sheet: they are blurred anyway
)


class Canvas:
    """A sheet of paper seen through a window (left, top, width in units), painted large and scaled down."""

    def __init__(
        self, width_px: int, height_px: int, window: tuple[float, float, float] = (0.0, 0.0, 100.0)
    ) -> None:
        self.final = (width_px, height_px)
        self.left, self.top, width = window
        self.scale = width_px * OVERSAMPLING / width
        self.size = (width_px * OVERSAMPLING, height_px * OVERSAMPLING)
        self.image = Image.new("RGB", self.size, CREAM)
        self.pen = ImageDraw.Draw(self.image)

    def px(self, points: Iterable[Point], origin: Point = (0, 0), shrink: float = 1.0) -> list[Point]:
        k = self.scale
        return [
            (((x - self.left) * k - origin[0]) / shrink, ((y - self.top) * k - origin[1]) / shrink)
            for x, y in points
        ]

    def paper(self, colour: Colour) -> None:
        """Warm paper, a little lighter where the lamp is."""
        small = Image.radial_gradient("L").resize((384, 384))
        ramp = Ramp(dark=mix(colour, (120, 92, 70), 0.17), own=colour, light=mix(colour, CREAM, 0.62))
        glow = ramp.seen_through(small.point([max(0, 212 - round(level * 0.62)) for level in range(256)]))
        lamp = glow.crop((70, 84, 362, 376))
        self.image.paste(self.enlarged(lamp, Image.Resampling.BILINEAR))

    def cast_shadow(self, drawing: Drawing, *, strength: float = 1.0) -> None:
        """The soft and the close shadow of everything laid on the paper."""
        shrink = self.size[0] / 300
        size = (300, round(self.size[1] / shrink))
        shape = Image.new("L", size)
        pen = ImageDraw.Draw(shape)
        for mark in drawing.marks:
            if isinstance(mark, Piece):
                pen.polygon(self.px(mark.outline, shrink=shrink), fill=255)
        unit = self.scale / shrink
        wide = shifted(shape, round(1.1 * unit), round(1.9 * unit))
        wide = wide.filter(ImageFilter.GaussianBlur(1.7 * unit)).point(lambda level: level * 0.25 * strength)
        close = shifted(shape, round(0.35 * unit), round(0.6 * unit))
        close = close.filter(ImageFilter.GaussianBlur(0.5 * unit)).point(
            lambda level: level * 0.30 * strength
        )
        shadow = self.enlarged(ImageChops.add(wide, close), Image.Resampling.BICUBIC)
        self.image.paste((70, 48, 44), (0, 0), shadow)

    def enlarged(self, soft: Image.Image, resampling: Image.Resampling) -> Image.Image:
        """What covers the whole sheet, no finer than it will be seen: each of its dots is one of the finished picture."""
        return soft.resize(self.final, resampling).resize(self.size, Image.Resampling.NEAREST)

    def frame(self, outline: Sequence[Point], margin: float = 0.0) -> tuple[int, int, int, int] | None:
        points = self.px(outline)
        margin *= self.scale
        left = max(0, math.floor(min(x for x, _ in points) - margin))
        top = max(0, math.floor(min(y for _, y in points) - margin))
        right = min(self.size[0], math.ceil(max(x for x, _ in points) + margin) + 1)
        bottom = min(self.size[1], math.ceil(max(y for _, y in points) + margin) + 1)
        return (left, top, right, bottom) if right > left and bottom > top else None

    def lay(self, piece: Piece) -> None:
        """Paint one piece of cloth: its shadow on what lies below, its tones, its pattern, its edge."""
        frame = self.frame(piece.outline)
        if frame is None:
            return
        if piece.drop:
            self.drop(piece)
        size = (frame[2] - frame[0], frame[3] - frame[1])
        mask = Image.new("L", size)
        ImageDraw.Draw(mask).polygon(self.px(piece.outline, frame[:2]), fill=255)
        tones = self.tones(piece, frame)
        cloth = piece.cloth
        self.image.paste(
            cloth.ramp.seen_through(tones).resize(size, Image.Resampling.BILINEAR), frame[:2], mask
        )
        if cloth.pattern:
            self.print_pattern(piece, frame, mask, tones)
        if piece.edge:
            colour = cloth.ramp.at(0.16 if brightness(cloth.ramp.own) > 0.2 else 0.9)
            if brightness(cloth.ramp.own) <= 0.2:
                colour = mix(cloth.ramp.own, cloth.ramp.light, 0.45)
            outline = [*piece.outline, piece.outline[0]]
            self.pen.line(
                self.px(outline), fill=colour, width=max(1, round(piece.edge * self.scale)), joint="curve"
            )

    def tones(self, piece: Piece, frame: tuple[int, int, int, int]) -> Image.Image:
        """Light on a piece: rounded at its edges, darker towards the bottom, creased by its folds."""
        unit = self.scale / SOFT
        margin = math.ceil(piece.roundness * unit * 2) + 2
        width, height = math.ceil((frame[2] - frame[0]) / SOFT), math.ceil((frame[3] - frame[1]) / SOFT)
        origin = (frame[0] - margin * SOFT, frame[1] - margin * SOFT)
        size = (width + 2 * margin, height + 2 * margin)
        shape = Image.new("L", size)
        ImageDraw.Draw(shape).polygon(self.px(piece.outline, origin, SOFT), fill=255)
        blurred = shape.filter(ImageFilter.BoxBlur(piece.roundness * unit * 0.5)).filter(
            ImageFilter.BoxBlur(piece.roundness * unit * 0.5)
        )
        step = max(1, round(piece.roundness * unit * 0.45))
        lit, shaded = ImageChops.offset(blurred, -step, -step), ImageChops.offset(blurred, step, step)
        scale = 4.4 / piece.volume if piece.volume else 1e6
        tones = ImageChops.subtract(lit, shaded, scale, round(128 + piece.tone))
        slope = Image.linear_gradient("L").resize(size)
        tones = ImageChops.subtract(tones, slope.point(lambda level: level * 0.09))
        if piece.folds:
            tones = self.crease(tones, piece.folds, origin, unit)
        return tones.crop((margin, margin, margin + width, margin + height))

    def crease(self, tones: Image.Image, folds: Sequence[Fold], origin: Point, unit: float) -> Image.Image:
        layer = Image.new("L", tones.size, 128)
        pen = ImageDraw.Draw(layer)
        for fold in folds:
            pen.polygon(
                self.px(ribbon(fold.points, fold.width, tapered=True), origin, SOFT),
                fill=round(128 - fold.depth),
            )
        soft = layer.filter(ImageFilter.GaussianBlur(0.42 * unit))
        return ImageChops.add(tones, soft, 1, -128)

    def print_pattern(
        self, piece: Piece, frame: tuple[int, int, int, int], mask: Image.Image, tones: Image.Image
    ) -> None:
        pattern = PATTERNS[piece.cloth.pattern]
        printed = Image.new("L", mask.size)
        xs, ys = [x for x, _ in piece.outline], [y for _, y in piece.outline]
        middle = ((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)
        reach = math.hypot(max(xs) - min(xs), max(ys) - min(ys)) / 2 + 2
        across, down = (
            ((max(xs) - min(xs)) / 2 + 2, (max(ys) - min(ys)) / 2 + 2) if not piece.angle else (reach, reach)
        )
        cos, sin = math.cos(math.radians(piece.angle)), math.sin(math.radians(piece.angle))

        def place(u: float, v: float) -> Point:
            u, v = u * piece.weave, v * piece.weave
            x, y = middle[0] + u * cos - v * sin, middle[1] + u * sin + v * cos
            return (x - self.left) * self.scale - frame[0], (y - self.top) * self.scale - frame[1]

        size = piece.weave
        pattern.brush(ImageDraw.Draw(printed), place, across / size, down / size, self.scale * size)
        printed = ImageChops.multiply(printed, mask.point(lambda level: level * pattern.strength // 255))
        if pattern.tone is None:
            ramp = piece.cloth.accent or Ramp.of(CREAM)
            ink = ramp.seen_through(tones).resize(mask.size, Image.Resampling.BILINEAR)
        else:
            ink = piece.cloth.ramp.at(pattern.tone)  # type: ignore[assignment]
        self.image.paste(ink, frame[:2] if isinstance(ink, Image.Image) else frame, printed)

    def drop(self, piece: Piece) -> None:
        shifted = [(x + piece.drop * 0.35, y + piece.drop * 0.7) for x, y in piece.outline]
        self.wash(Wash(shifted, (40, 26, 40), 0.34, piece.drop * 0.7))

    def wash(self, wash: Wash) -> None:
        frame = self.frame(wash.outline, wash.blur * 2.5)
        if frame is None:
            return
        if wash.opacity >= 1 and not wash.blur:
            self.pen.polygon(self.px(wash.outline), fill=wash.colour)
            return
        shrink = SOFT if wash.blur else 1
        size = (frame[2] - frame[0], frame[3] - frame[1])
        layer = Image.new("L", (math.ceil(size[0] / shrink), math.ceil(size[1] / shrink)))
        ImageDraw.Draw(layer).polygon(
            self.px(wash.outline, frame[:2], shrink), fill=round(255 * wash.opacity)
        )
        if wash.blur:
            layer = layer.filter(ImageFilter.GaussianBlur(wash.blur * self.scale / shrink))
        self.image.paste(
            wash.colour, frame, layer.resize(size, Image.Resampling.BILINEAR) if shrink > 1 else layer
        )

    def trace(self, line: Line) -> None:
        points = self.px(line.points)
        width = max(1, round(line.width * self.scale))
        if not line.dash:
            self.pen.line(points, fill=line.colour, width=width, joint="curve")
            return
        for start, end in dashes(points, line.dash * self.scale):
            self.pen.line([start, end], fill=line.colour, width=width)

    def finish(self, seed: str) -> Image.Image:
        """Scale down and leave the grain of the paper, always the same for the same seed."""
        image = self.image.reduce(OVERSAMPLING)
        side = 256
        noise = random.Random(zlib.crc32(seed.encode())).randbytes(side * side)  # noqa: S311
        tile = Image.frombytes("L", (side, side), noise).filter(ImageFilter.GaussianBlur(0.6))
        tile = tile.point([min(255, 238 + round((level - 128) * 0.07) + 12) for level in range(256)])
        grain = Image.new("L", self.final)
        for x in range(0, self.final[0], side):
            for y in range(0, self.final[1], side):
                grain.paste(tile, (x, y))
        return ImageChops.multiply(image, Image.merge("RGB", (grain, grain, grain)))


def shifted(image: Image.Image, right: int, down: int) -> Image.Image:
    """The picture moved, without what leaves on one side coming back on the other."""
    moved = Image.new("L", image.size)
    moved.paste(image, (right, down))
    return moved
