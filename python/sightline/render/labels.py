"""Text on rounded plates, and the pieces that look best drawn large and shrunk."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

from sightline.render.palette import Rgb, ink_on

if TYPE_CHECKING:
    from collections.abc import Sequence

# Drawn this much larger and shrunk: Pillow's shapes have hard edges.
_FINE = 4
_CACHED = 512


@lru_cache(maxsize=16)
def _font(size_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size_px)


@lru_cache(maxsize=_CACHED)
def plate(text: str, size_px: int, color: Rgb, alpha: int) -> Image.Image:
    """Return text on a rounded plate, RGBA; the same call returns the same picture, which must not be changed.

    Args:
        text: One line.
        size_px: Height of the font.
        color: Of the plate; the text is dark or white, whichever is readable.
        alpha: Opacity of the plate, 0…255.
    """
    font = _font(size_px)
    left, _, right, _ = font.getbbox(text)
    # As high for every text, so that plates match, and centered on its capitals.
    _, top, _, bottom = font.getbbox("A0")
    pad_x, pad_y = round(size_px * 0.5), round(size_px * 0.44)
    size = int(right - left) + 2 * pad_x, int(bottom - top) + 2 * pad_y
    mask = Image.new("L", (size[0] * _FINE, size[1] * _FINE), 0)
    radius = round(size_px * 0.32) * _FINE
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, mask.width - 1, mask.height - 1), radius, fill=alpha)
    image = Image.new("RGBA", size, (*color, 0))
    image.putalpha(mask.resize(size, Image.Resampling.BOX))
    words = Image.new("RGBA", size, (*ink_on(color), 0))
    ImageDraw.Draw(words).text((pad_x - left, pad_y - top), text, font=font, fill=(*ink_on(color), 255))
    return Image.alpha_composite(image, words)


@lru_cache(maxsize=64)
def dot(radius_px: float, alpha: int) -> Image.Image:
    """Return a filled circle as a mask."""
    side = int(2 * radius_px + 2)
    mask = Image.new("L", (side * _FINE, side * _FINE), 0)
    center, radius = side * _FINE / 2, radius_px * _FINE
    ImageDraw.Draw(mask).ellipse(
        (center - radius, center - radius, center + radius, center + radius), fill=alpha
    )
    return mask.resize((side, side), Image.Resampling.BOX)


class FineCanvas:
    """A transparent picture whose shapes get smooth edges.

    Args:
        size_px: Width and height of the result.
    """

    def __init__(self, size_px: tuple[int, int]) -> None:
        self._size = size_px
        self._image = Image.new("RGBA", size_px, (0, 0, 0, 0))

    def polygon(self, points: Sequence[tuple[float, float]], color: Rgb, alpha: int) -> None:
        """Fill a polygon."""
        mask, draw = self._mask()
        draw.polygon(_fine(points), fill=alpha)
        self._lay(mask, color)

    def stroke(self, points: Sequence[tuple[float, float]], width_px: float, color: Rgb, alpha: int) -> None:
        """Draw a line through the points, with round joints and ends."""
        mask, draw = self._mask()
        fine, radius = _fine(points), width_px * _FINE / 2
        draw.line(fine, fill=alpha, width=max(round(width_px * _FINE), 1))
        for x, y in fine:
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=alpha)
        self._lay(mask, color)

    def picture(self) -> Image.Image:
        """Return what was drawn, RGBA."""
        return self._image

    def _mask(self) -> tuple[Image.Image, ImageDraw.ImageDraw]:
        mask = Image.new("L", (self._size[0] * _FINE, self._size[1] * _FINE), 0)
        return mask, ImageDraw.Draw(mask)

    def _lay(self, mask: Image.Image, color: Rgb) -> None:
        layer = Image.new("RGBA", self._size, (*color, 0))
        layer.putalpha(mask.resize(self._size, Image.Resampling.BOX))
        self._image.alpha_composite(layer)


def _fine(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    return [(x * _FINE, y * _FINE) for x, y in points]
