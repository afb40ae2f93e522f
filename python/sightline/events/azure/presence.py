"""Who is inside each zone, exactly as its entries and exits say, and what messages tell of a stay at its end."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sightline.events.types import ZoneCountChanged, ZoneEntered, ZoneExited

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sightline.events.azure.view import View

_FACING_DEG = 45.0


@dataclass
class Stay:
    """One person in one zone, from the entry to the exit.

    Attributes:
        object_class: What it is, such as person or car.
        frames: Analyzed frames since the entry counted, that frame included.
        frames_seen: As many of them as there were up to the last that showed them.
        seen_ns: Media time of that frame; None before the first.
        speeds: Frames in which a speed was known.
        speed_sum: Sum of those speeds, feet a second.
        speed_min: The least of them.
        heading_deg: Where they last went in the picture, degrees clockwise from up.
        facing_ns: For how long they faced each side that is watched.
    """

    object_class: str
    frames: int = 0
    frames_seen: int = 0
    seen_ns: int | None = None
    speeds: int = 0
    speed_sum: float = 0.0
    speed_min: float = math.inf
    heading_deg: float | None = None
    facing_ns: dict[int, int] = field(default_factory=dict[int, int])

    @property
    def average_fps(self) -> float:
        """Mean speed over the frames in which it was known, feet a second; 0 when it never was."""
        return self.speed_sum / self.speeds if self.speeds else 0.0

    @property
    def minimum_fps(self) -> float:
        """Least speed, feet a second; 0 when none was known."""
        return self.speed_min if self.speeds else 0.0

    def see(self, view: View, row: int, now_ns: int, sides: Mapping[int, float]) -> None:
        """Take a frame that shows them; `sides` are the outward normals of the sides that are watched."""
        speed = view.speed_fps(row)
        if speed is not None:
            self.speeds += 1
            self.speed_sum += speed
            self.speed_min = min(self.speed_min, speed)
        heading = view.image_heading_deg(row)
        # Who stops goes on facing where they went: without a skeleton nothing says otherwise.
        self.heading_deg = self.heading_deg if heading is None else heading
        for side, normal_deg in sides.items():
            faces = (
                self.heading_deg is not None and abs(turn_deg(self.heading_deg, normal_deg)) <= _FACING_DEG
            )
            if faces and self.seen_ns is not None:
                self.facing_ns[side] = self.facing_ns.get(side, 0) + now_ns - self.seen_ns
        self.seen_ns, self.frames_seen = now_ns, self.frames


class Presence:
    """Who is inside, zone by zone. Memory is that of the people inside.

    Args:
        sides: For each zone that is watched the sides, from 0, whose facing is timed, with their outward normals,
            degrees clockwise from up in the picture.
    """

    def __init__(self, sides: Mapping[str, Mapping[int, float]]) -> None:
        self._sides = sides
        self._inside: dict[str, dict[int, Stay]] = {zone: {} for zone in sides}
        self._counts: dict[str, int] = dict.fromkeys(sides, 0)

    def count(self, zone: str) -> int:
        """Return how many are inside, as the last event about that said."""
        return self._counts[zone]

    def inside(self, zone: str) -> Mapping[int, Stay]:
        """Return the stays in a zone by track, in order of entry."""
        return self._inside[zone]

    def take(self, event: object) -> Stay | None:
        """Take an event in order, and return the stay that it ends."""
        if isinstance(event, ZoneEntered) and event.zone in self._inside:
            self._inside[event.zone][event.track_id] = Stay(event.object_class)
        elif isinstance(event, ZoneExited) and event.zone in self._inside:
            return self._inside[event.zone].pop(event.track_id, None)
        elif isinstance(event, ZoneCountChanged) and event.zone in self._counts:
            self._counts[event.zone] = event.count
        return None

    def see(self, view: View, now_ns: int) -> None:
        """Take one analyzed frame, once its events are taken."""
        for zone, stays in self._inside.items():
            for track_id, stay in stays.items():
                stay.frames += 1
                row = view.row(track_id)
                if row is not None:
                    stay.see(view, row, now_ns, self._sides[zone])


def turn_deg(heading_deg: float, from_deg: float) -> float:
    """Return by how much a direction is turned clockwise from another, above −180 to 180 degrees.

    >>> turn_deg(10.0, 350.0), turn_deg(350.0, 10.0)
    (20.0, -20.0)
    """
    return 180.0 - (180.0 - heading_deg + from_deg) % 360.0


def heading_of(x: float, y: float) -> float:
    """Return the direction of a vector in the picture, y down, degrees clockwise from up.

    >>> [heading_of(0, -1), heading_of(1, 0), heading_of(0, 1), heading_of(-1, 0)]
    [0.0, 90.0, 180.0, 270.0]
    """
    return math.degrees(math.atan2(x, -y)) % 360.0


def outward_deg(polygon: Sequence[tuple[float, float]], side: int) -> float:
    """Return the outward normal of a polygon's side, from 0, degrees clockwise from up; corners in pixels, y down.

    >>> square = [(0, 0), (10, 0), (10, 10), (0, 10)]
    >>> [outward_deg(square, side) for side in range(4)], outward_deg(square[::-1], 0)
    ([0.0, 90.0, 180.0, 270.0], 180.0)
    """
    (x1, y1), (x2, y2) = polygon[side], polygon[(side + 1) % len(polygon)]
    outward = 1.0 if _doubled_area(polygon) > 0 else -1.0
    return heading_of(outward * (y2 - y1), outward * (x1 - x2))


def _doubled_area(polygon: Sequence[tuple[float, float]]) -> float:
    """Twice the area, positive for corners that go clockwise to the eye."""
    shifted: Iterable[tuple[float, float]] = (*polygon[1:], polygon[0])
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(polygon, shifted, strict=True))
