"""Shapes with smooth edges, drawn by their distance functions.

A pixel is covered by how far its center lies inside: half at the edge, all of it half a pixel in. Only additions,
products, quotients and square roots are used, which give the same bits on every machine. The canvas is planar, (3, height,
width) float32, and may be a part of a picture that starts at `origin`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Rgb = tuple[int, int, int]
Points = tuple[tuple[float, float], ...]

# Brightness that a round body gains on its lit left side and loses on its right one.
_ROUNDNESS = np.float32(0.24)


class Bounds(NamedTuple):
    """An upright box, pixels."""

    left: float
    top: float
    right: float
    bottom: float


class _Cover(NamedTuple):
    coverage: NDArray[np.float32]
    light: NDArray[np.float32]


@dataclass(frozen=True)
class Capsule:
    """A stroke from `start` to `end` with round ends, whose radius changes evenly.

    Attributes:
        start: x and y, pixels.
        end: x and y, pixels.
        radii: At start and end, pixels.
        color: RGB.
    """

    start: tuple[float, float]
    end: tuple[float, float]
    radii: tuple[float, float]
    color: Rgb

    @property
    def bounds(self) -> Bounds:
        """The box that it fills."""
        (ax, ay), (bx, by), (ra, rb) = self.start, self.end, self.radii
        return Bounds(
            min(ax - ra, bx - rb), min(ay - ra, by - rb), max(ax + ra, bx + rb), max(ay + ra, by + rb)
        )

    def cover(self, x: NDArray[np.float32], y: NDArray[np.float32]) -> _Cover:
        """Return coverage and light at pixel centers, a row x and a column y."""
        (ax, ay), (bx, by), (ra, rb) = _rounded(self.start), _rounded(self.end), _rounded(self.radii)
        dx, dy = bx - ax, by - ay
        length2 = max(dx * dx + dy * dy, 1e-6)
        right, down = x - np.float32(ax), y - np.float32(ay)
        share = np.clip(
            right * np.float32(dx / length2) + down * np.float32(dy / length2), 0, 1, dtype=np.float32
        )
        right = right - share * np.float32(dx)
        down = down - share * np.float32(dy)
        radius = share * np.float32(rb - ra) + np.float32(ra)
        outside = np.sqrt(right * right + down * down) - radius
        return _Cover(np.clip(np.float32(0.5) - outside, 0, 1), 1 - right / radius * _ROUNDNESS)


@dataclass(frozen=True)
class Hull:
    """A convex polygon.

    Attributes:
        corners: x and y of each, clockwise as seen in the picture, pixels.
        color: RGB.
        round_light: Whether it is lit like a body, brighter on its left, or evenly like a board.
    """

    corners: Points
    color: Rgb
    round_light: bool = True

    @property
    def bounds(self) -> Bounds:
        """The box that it fills."""
        x, y = zip(*self.corners, strict=True)
        return Bounds(min(x), min(y), max(x), max(y))

    def cover(self, x: NDArray[np.float32], y: NDArray[np.float32]) -> _Cover:
        """Return coverage and light at pixel centers, a row x and a column y."""
        corners = [_rounded(corner) for corner in self.corners]
        outside = np.full((y.size, x.size), -np.inf, np.float32)
        for (ax, ay), (bx, by) in zip(corners, [*corners[1:], corners[0]], strict=True):
            dx, dy = bx - ax, by - ay
            length = math.sqrt(dx * dx + dy * dy)
            if length > 0:
                normal_x, normal_y = dy / length, -dx / length
                along = x * np.float32(normal_x) + y * np.float32(normal_y)
                outside = np.maximum(outside, along - np.float32(normal_x * ax + normal_y * ay))
        coverage = np.clip(np.float32(0.5) - outside, 0, 1)
        if not self.round_light:
            return _Cover(coverage, np.ones((1, 1), np.float32))
        bounds = self.bounds
        middle, half = (bounds.left + bounds.right) / 2, max((bounds.right - bounds.left) / 2, 1.0)
        return _Cover(coverage, 1 - (x - np.float32(middle)) * np.float32(_ROUNDNESS / half))


Shape = Capsule | Hull


def draw(canvas: NDArray[np.float32], origin: tuple[int, int], shape: Shape) -> None:
    """Draw a shape on the canvas whose top left pixel is at `origin`; what lies outside is cut off."""
    left, top, right, bottom = shape.bounds
    _, height, width = canvas.shape
    x0, x1 = max(math.floor(left) - 1 - origin[0], 0), min(math.ceil(right) + 1 - origin[0], width)
    y0, y1 = max(math.floor(top) - 1 - origin[1], 0), min(math.ceil(bottom) + 1 - origin[1], height)
    if x0 >= x1 or y0 >= y1:
        return
    x = np.arange(x0 + origin[0], x1 + origin[0], dtype=np.float32) + np.float32(0.5)
    y = np.arange(y0 + origin[1], y1 + origin[1], dtype=np.float32)[:, None] + np.float32(0.5)
    coverage, light = shape.cover(x, y)
    region = canvas[:, y0:y1, x0:x1]
    paint = np.array(shape.color, np.float32)[:, None, None] * light
    region += (paint - region) * coverage


def _rounded(pair: tuple[float, float]) -> tuple[float, float]:
    """Return numbers on a grid of 1/64 pixel, so that the last bits of a projection can't show."""
    return round(pair[0] * 64) / 64, round(pair[1] * 64) / 64
