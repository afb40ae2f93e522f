"""Where in the picture zones are best placed, from the ground: a calibration event's advice.

A place is judged by a person of 1.7 m who stands there:

- optimal: they are wholly in the picture, at least a fifth of its height, and seen from 20 degrees or more above the
  horizon, so that people hide one another little;
- fair: their lower half is in the picture, they are at least a tenth of its height, and seen from 10 degrees or more.

Microsoft does not publish its own rule.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import numpy as np

from sightline.events.azure.rounding import FEET, SHARE, number
from sightline.events.azure.wire import Point, Polygon, Rectangle, ZonePlacement
from sightline.ground import METRES_PER_FOOT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightline.ground import GroundPlane

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

_STATURE_M = 1.7
_OPTIMAL = (0.2, math.radians(20.0))
_FAIR = (0.1, math.radians(10.0))
_GRID = (65, 49)
# Width over height of the box of somebody who stands.
_ASPECT = 0.41
_SPACING_M = 2.0
_MOST_ACROSS = 12


def zone_placement(ground: GroundPlane, size_px: tuple[int, int]) -> ZonePlacement | None:
    """Return the advice for a camera; None for one that is only known by measured points.

    Args:
        ground: The ground.
        size_px: Width and height of the source's frames.

    Returns:
        Regions as convex polygons in shares of the picture, without points where no place is good enough; and boxes of
        people who stand two metres apart, or farther where that would be very many, wherever a place is fair and shows
        them wholly, with the ground in feet at each box's bottom right corner.
    """
    if ground.height_m is None:
        return None
    columns, rows = (np.linspace(0.0, 1.0, count) for count in _GRID)
    feet = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2) * size_px
    places = ground.locate(feet)
    optimal, fair = _judged(ground, size_px, feet, places)
    boxes, corners = _people(ground, size_px, places[fair])
    return ZonePlacement(
        optimal_zone_region=_region(feet[optimal] / size_px, "optimal_zone_region"),
        fair_zone_region=_region(feet[fair] / size_px, "fair_zone_region"),
        uniformly_spaced_person_bounding_boxes=boxes,
        person_bounding_box_ground_points=corners,
    )


def _judged(
    ground: GroundPlane, size_px: tuple[int, int], feet: Floats, places: Floats
) -> tuple[Bools, Bools]:
    """Say which feet, pixels (N, 2), belong to people who are seen optimally and fairly: (N,) each."""
    heads = ground.project(places, height_m=_STATURE_M)
    waists = ground.project(places, height_m=_STATURE_M / 2)
    share = (feet[:, 1] - heads[:, 1]) / size_px[1]
    depression = _depression(ground, size_px, feet)
    known = np.isfinite(places[:, 0] + places[:, 1])
    optimal = known & _within(heads, size_px) & (share >= _OPTIMAL[0]) & (depression >= _OPTIMAL[1])
    fair = known & _within(waists, size_px) & (share >= _FAIR[0]) & (depression >= _FAIR[1])
    return optimal, fair | optimal


def _depression(ground: GroundPlane, size_px: tuple[int, int], pixels: Floats) -> Floats:
    """How far below the horizon the camera sees pixels, radians: (N,). Roll is neglected."""
    focal, tilt = ground.focal_px or 1.0, math.radians(ground.tilt_deg or 0.0)
    u, v = ((pixels - np.array(size_px) / 2) / focal).T
    sine: Floats = (math.sin(tilt) + v * math.cos(tilt)) / np.sqrt(1 + u**2 + v**2)
    return np.arcsin(sine)


def _within(pixels: Floats, size_px: tuple[int, int]) -> Bools:
    """Say which pixels are in the picture; NaN are not."""
    inside = np.logical_and(pixels >= 0, pixels <= np.asarray(size_px))
    return inside[:, 0] & inside[:, 1]


def _people(
    ground: GroundPlane, size_px: tuple[int, int], places: Floats
) -> tuple[list[Rectangle], list[Point]]:
    """Boxes of people on an even grid over the places, and the ground at their bottom right corners."""
    if len(places) == 0:
        return [], []
    low, high = places.min(axis=0), places.max(axis=0)
    spacing = max(_SPACING_M, float((high - low).max()) / _MOST_ACROSS)
    across, ahead = (_multiples(float(low[axis]), float(high[axis]), spacing) for axis in range(2))
    grid = np.stack(np.meshgrid(across, ahead), axis=-1).reshape(-1, 2)
    feet, heads = ground.project(grid), ground.project(grid, height_m=_STATURE_M)
    half = _ASPECT / 2 * (feet[:, 1] - heads[:, 1])
    top_left = np.stack([feet[:, 0] - half, heads[:, 1]], axis=1)
    bottom_right = np.stack([feet[:, 0] + half, feet[:, 1]], axis=1)
    shown = _within(top_left, size_px) & _within(bottom_right, size_px)
    shown[shown] &= _judged(ground, size_px, feet[shown], grid[shown])[1]
    corners = ground.locate(bottom_right[shown]) / METRES_PER_FOOT
    first, last = top_left[shown] / size_px, bottom_right[shown] / size_px
    boxes = [Rectangle(points=(_point(a, SHARE), _point(b, SHARE))) for a, b in zip(first, last, strict=True)]
    return boxes, [_point(corner, FEET) for corner in corners]


def _multiples(first: float, last: float, step: float) -> Floats:
    return np.arange(math.ceil(first / step), math.floor(last / step) + 1, dtype=np.float64) * step


def _region(points: Floats, name: Literal["optimal_zone_region", "fair_zone_region"]) -> Polygon:
    return Polygon(points=[_point(point, SHARE) for point in _hull(points)], name=name)


def _point(xy: Floats, decimals: int) -> Point:
    return Point(x=number(float(xy[0]), decimals), y=number(float(xy[1]), decimals))


def _hull(points: Floats) -> Floats:
    """Convex hull (Andrew's monotone chain, 1979), without points on its sides; none for points on one line."""
    ordered = np.unique(points, axis=0)
    lower, upper = _chain(ordered), _chain(ordered[::-1])
    hull = np.array(lower[:-1] + upper[:-1]).reshape(-1, 2)
    return hull if len(hull) > 2 else hull[:0]  # noqa: PLR2004 - two points enclose nothing


def _chain(points: Floats) -> list[Floats]:
    chain: list[Floats] = []
    for point in points:
        while len(chain) > 1 and _turns(chain[-2], chain[-1], point) <= 0:
            chain.pop()
        chain.append(point)
    return chain


def _turns(a: Floats, b: Floats, c: Floats) -> float:
    return float((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))
