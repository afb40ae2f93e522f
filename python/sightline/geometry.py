"""Many points against many polygons, many moves against many lines: exactly, and at the cost of the answers only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sightline import _core

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    Point = tuple[float, float]

_PAIR = (2,)


class PolygonSet:
    """Polygons that are asked together, in any unit.

    A point on a border that two polygons share is in exactly one of them: the half-open even-odd rule, decided by
    exact predicates (Shewchuk, 1997). A grid keeps the cost near that of the answers, whatever the number of polygons.

    Args:
        polygons: Each three or more corners, either way round; polygons may overlap.
        even_odd: Whether the sides of a polygon may cross; where it covers a place twice, that place is outside.

    Raises:
        ValueError: When corners are not finite, too few, on one line, or when sides cross and may not; with the polygon's
            position.

    >>> halves = PolygonSet([[(0, 0), (5, 0), (5, 9), (0, 9)], [(5, 0), (9, 0), (9, 9), (5, 9)]])
    >>> halves.contains([[5, 4], [20, 4]]).tolist()
    [[False, True], [False, False]]
    >>> bow_tie = PolygonSet([[(0, 0), (8, 0), (0, 8), (8, 8)]], even_odd=True)
    >>> bow_tie.contains([[4, 1], [1, 4]]).tolist()
    [[True], [False]]
    """

    def __init__(self, polygons: Sequence[Sequence[Point]], *, even_odd: bool = False) -> None:
        self._core = _core.PolygonSet(polygons, even_odd=even_odd)

    def __len__(self) -> int:
        return len(self._core)

    def contains(self, points: ArrayLike) -> NDArray[np.bool_]:
        """Say which polygons contain which points.

        Args:
            points: (N, 2), in the polygons' unit.

        Returns:
            (N, M) bool for M polygons.

        Raises:
            ValueError: When the shape is another one.
        """
        return self._core.contains(as_points(points))


class LineSet:
    """Directed lines that are asked together, in any unit.

    A path through the point that two chained lines share crosses exactly one of them, and one along a line crosses none.

    Args:
        lines: Start and end of each.

    Raises:
        ValueError: When a line has no length or is not finite; with its position.

    >>> doors = LineSet([((0, 5), (9, 5)), ((20, 0), (20, 9))])
    >>> doors.crossings([[3, 0], [3, 9]], [[3, 9], [3, 0]]).tolist()
    [[1, 0], [-1, 0]]
    """

    def __init__(self, lines: Sequence[tuple[Point, Point]]) -> None:
        self._core = _core.SegmentSet(lines)

    def __len__(self) -> int:
        return len(self._core)

    def crossings(self, start: ArrayLike, end: ArrayLike) -> NDArray[np.int8]:
        """Say which moves cross which lines.

        Args:
            start: Where each move starts, (N, 2), in the lines' unit.
            end: Where it ends, (N, 2).

        Returns:
            (N, M) int8 for M lines: 1 for a crossing from left to right of somebody who stands at the line's start and
            faces its end (`in`), -1 for the other way, 0 for none.

        Raises:
            ValueError: When the shapes are others.
        """
        return self._core.crossings(as_points(start), as_points(end))


def as_points(points: ArrayLike) -> NDArray[np.float64]:
    """Return points as (N, 2) float64 in one piece of memory, without a copy where they are that; one point is (1, 2).

    Raises:
        ValueError: When the shape is another one.
    """
    array = points
    if not (type(array) is np.ndarray and array.dtype == np.float64 and array.flags.c_contiguous):
        array = np.ascontiguousarray(points, np.float64)
    if array.shape[1:] == _PAIR:
        return array
    if array.size == 0 or array.shape == _PAIR:
        return array.reshape(-1, 2)
    raise ValueError(f"points: expected shape (N, 2), found {array.shape}")
