"""Corners and ends of zones and lines, checked as the rules' core will check them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from sightline.config.azure.notes import below, shown
from sightline.errors import ConfigError
from sightline.rules import check_scene
from sightline.scene import Line, Scene, Zone

if TYPE_CHECKING:
    from sightline.config.azure.values import Found, Values
    from sightline.scene import Point

_FEWEST = 3
_MOST_CORNERS = 1000
_PAIR = 2


@dataclass(frozen=True)
class Corners:
    """A zone's outline.

    Attributes:
        points: Corners, shares of the picture, without the first one repeated.
        even_odd: Whether sides cross or touch, so that inside is what an odd number of sides encloses.
    """

    points: list[Point]
    even_odd: bool


def shares_of(value: object, path: str, values: Values) -> Point | None:
    """Read a point: a pair, or an object with `x` and `y`, shares of the picture."""
    if isinstance(value, dict):
        table = cast("dict[str, object]", value)
        found: list[float] = []
        for axis in ("x", "y"):
            at = below(path, axis)
            if axis not in table:
                values.findings.fault(at, "is missing")
                continue
            number = _share(table[axis], at, values)
            if number is not None:
                found.append(number)
        return (found[0], found[1]) if len(found) == _PAIR else None
    if not isinstance(value, list):
        values.findings.fault(path, f"expected a point [x, y], found {shown(value)}")
        return None
    pair = cast("list[object]", value)
    if len(pair) != _PAIR:
        values.findings.fault(path, f"expected a point [x, y], found {len(pair)} numbers")
        return None
    x, y = (_share(number, below(path, index), values) for index, number in enumerate(pair))
    return None if x is None or y is None else (x, y)


def _share(value: object, path: str, values: Values) -> float | None:
    """Read a share of the picture, and say what to do about pixels."""
    pixels = isinstance(value, (int, float)) and value > 1
    hint = "; divide pixels by the frame's width and height" if pixels else ""
    return values.number(value, path, least=0, most=1, hint=hint)


def zone_corners(fields: dict[str, Found], path: str, values: Values) -> Corners | None:
    """Read a zone's polygon; crossing sides are noted, and all that encloses nothing is a fault."""
    if "polygon" not in fields:
        values.findings.fault(below(path, "polygon"), "is missing; a zone has three or more corners")
        return None
    value, at = fields["polygon"]
    items = values.items(value, at)
    if items is None:
        return None
    if len(items) > _MOST_CORNERS:
        values.findings.fault(at, f"expected at most {_MOST_CORNERS} corners, found {len(items)}")
        return None
    read = [shares_of(item, below(at, index), values) for index, item in enumerate(items)]
    points = [point for point in read if point is not None]
    if len(points) < len(items):
        return None
    if len(points) > 1 and points[0] == points[-1]:
        points = points[:-1]
    points = _without_repeats(points, at, values)
    if len(points) < _FEWEST:
        values.findings.fault(at, f"expected three or more different corners, found {len(points)}")
        return None
    return _checked(points, at, values)


def _without_repeats(points: list[Point], path: str, values: Values) -> list[Point]:
    """Leave out a corner that repeats the one before it."""
    kept: list[Point] = []
    for index, point in enumerate(points):
        if kept and kept[-1] == point:
            values.findings.note(
                below(path, index),
                "warning",
                "left out, and sides are counted without it",
                "it repeats the corner before it",
            )
        else:
            kept.append(point)
    return kept


def _checked(points: list[Point], path: str, values: Values) -> Corners | None:
    simple = _fault_of(points, even_odd=False)
    if simple is None:
        return Corners(points, even_odd=False)
    fault = _fault_of(points, even_odd=True)
    if fault is not None:
        values.findings.fault(path, fault)
        return None
    values.findings.note(
        path, "warning", "inside is what an odd number of sides encloses", simple.partition(";")[0]
    )
    return Corners(points, even_odd=True)


def _fault_of(points: list[Point], *, even_odd: bool) -> str | None:
    """Say what the rules' core has against an outline, if anything."""
    try:
        check_scene(Scene(zones=[Zone("zone", points, even_odd=even_odd)]))
    except ConfigError as error:
        return error.faults[0].message
    return None


def line_ends(fields: dict[str, Found], path: str, values: Values) -> tuple[Point, Point] | None:
    """Read a line's start and end."""
    if "line" not in fields:
        values.findings.fault(below(path, "line"), "is missing; a line has a start and an end")
        return None
    value, at = fields["line"]
    table = values.table(value, at)
    if table is None:
        return None
    ends: list[Point] = []
    for name in ("start", "end"):
        if name not in table:
            values.findings.fault(below(at, name), "is missing")
            continue
        point = shares_of(table[name], below(at, name), values)
        if point is not None:
            ends.append(point)
    if len(ends) < _PAIR:
        return None
    try:
        check_scene(Scene(lines=[Line("line", ends[0], ends[1])]))
    except ConfigError as error:
        values.findings.fault(at, error.faults[0].message)
        return None
    return ends[0], ends[1]
