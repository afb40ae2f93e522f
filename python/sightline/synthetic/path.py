"""Where a walker is when: straight legs between places, each walked at a constant speed."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, NamedTuple

from sightline.synthetic.camera import GroundPoint

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# A body does not turn on the spot: its heading is that of the way from this long before to this long after.
_TURN_S = 0.24
_LEAST_POINTS = 2


class Waypoint(NamedTuple):
    """A place and the time at which the walker is there.

    Attributes:
        time_s: Seconds from the start of the video.
        place: Where on the floor.
    """

    time_s: float
    place: GroundPoint


@dataclass(frozen=True)
class Path:
    """A walk through at least two waypoints, in the order of time.

    Attributes:
        waypoints: Where the walker turns, waits or changes speed.
    """

    waypoints: tuple[Waypoint, ...]

    def __post_init__(self) -> None:
        if len(self.waypoints) < _LEAST_POINTS:
            raise ValueError(f"a path needs at least 2 waypoints, found {len(self.waypoints)}")
        for before, after in pairwise(self.waypoints):
            if not before.time_s < after.time_s:
                raise ValueError(
                    f"waypoints must be in the order of time: {after.time_s} s follows {before.time_s} s"
                )

    @property
    def start_s(self) -> float:
        """Time of the first waypoint, seconds."""
        return self.waypoints[0].time_s

    @property
    def end_s(self) -> float:
        """Time of the last waypoint, seconds."""
        return self.waypoints[-1].time_s

    @cached_property
    def _times(self) -> list[float]:
        return [waypoint.time_s for waypoint in self.waypoints]

    @cached_property
    def _walked(self) -> list[float]:
        legs = (_distance(before.place, after.place) for before, after in pairwise(self.waypoints))
        return list(accumulate(legs, initial=0.0))

    def _leg(self, time_s: float) -> tuple[int, float]:
        """Return the leg and the share of it at a time; before the start and after the end, the nearest place."""
        leg = min(max(bisect_right(self._times, time_s) - 1, 0), len(self._times) - 2)
        begin, end = self._times[leg], self._times[leg + 1]
        return leg, min(max((time_s - begin) / (end - begin), 0.0), 1.0)

    def place(self, time_s: float) -> GroundPoint:
        """Return where the walker is at a time."""
        leg, share = self._leg(time_s)
        return between(self.waypoints[leg].place, self.waypoints[leg + 1].place, share)

    def walked_m(self, time_s: float) -> float:
        """Return the way walked until a time, meters."""
        leg, share = self._leg(time_s)
        return self._walked[leg] + share * (self._walked[leg + 1] - self._walked[leg])

    def velocity(self, time_s: float) -> tuple[float, float]:
        """Return the velocity in meters a second around a time, turns and halts smoothed over half a second."""
        before = self.place(max(time_s - _TURN_S, self.start_s))
        after = self.place(min(time_s + _TURN_S, self.end_s))
        span = min(time_s + _TURN_S, self.end_s) - max(time_s - _TURN_S, self.start_s)
        return (after.x_m - before.x_m) / span, (after.y_m - before.y_m) / span


def between(start: GroundPoint, end: GroundPoint, share: float) -> GroundPoint:
    """Return the place a share, 0…1, of the way from start to end."""
    return GroundPoint(start.x_m + share * (end.x_m - start.x_m), start.y_m + share * (end.y_m - start.y_m))


def walk(
    start_s: float, places: Sequence[tuple[float, float]], *, speed_mps: float | Iterable[float] = 1.3
) -> Path:
    """Return a path that leaves the first place at `start_s` and walks to the others.

    Args:
        start_s: Seconds from the start of the video.
        places: x and y in meters on the floor.
        speed_mps: Meters a second, one for all legs or one for each.

    >>> walk(2.0, [(0.0, 8.0), (0.0, 10.0)], speed_mps=1.0).end_s
    4.0
    """
    legs = len(places) - 1
    speeds = [float(speed_mps)] * legs if isinstance(speed_mps, (int, float)) else list(speed_mps)
    points = [GroundPoint(*place) for place in places]
    durations = [_distance(*leg) / speed for leg, speed in zip(pairwise(points), speeds, strict=True)]
    times = accumulate(durations, initial=start_s)
    return Path(tuple(Waypoint(time_s, point) for time_s, point in zip(times, points, strict=True)))


def _distance(start: GroundPoint, end: GroundPoint) -> float:
    # The square root is exact to the last bit on every platform, which `hypot` is not.
    return math.sqrt((end.x_m - start.x_m) ** 2 + (end.y_m - start.y_m) ** 2)
