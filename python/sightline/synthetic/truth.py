"""What really happens in a scene: tracks, crossings and visits, to the last digit.

A straight leg on the floor is a straight segment in the picture, and its homogeneous image is linear in the share of
the leg that has been walked. So the moment at which a walker's foot point crosses a line is the root of a linear
equation; nothing is sampled.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path as FilePath

    from numpy.typing import NDArray

    from sightline.scene import Line, Zone
    from sightline.synthetic.camera import Camera, Homogeneous
    from sightline.synthetic.path import Path

_PointUnit = tuple[float, float]


class Crossing(msgspec.Struct, frozen=True):
    """A foot point crosses a line.

    Attributes:
        time_s: When, seconds from the start of the video.
        line: Name of the line.
        track_id: Who, from 1.
        direction: `in` or `out`.
    """

    time_s: float
    line: str
    track_id: int
    direction: Literal["in", "out"]


class Visit(msgspec.Struct, frozen=True):
    """A foot point is inside a zone, from the entry to the next exit.

    Attributes:
        entered_s: Seconds from the start of the video.
        exited_s: The same; the end of the path or of the video for who is still inside.
        zone: Name of the zone.
        track_id: Who, from 1.
    """

    entered_s: float
    exited_s: float
    zone: str
    track_id: int

    @property
    def dwell_s(self) -> float:
        """Seconds inside."""
        return self.exited_s - self.entered_s


@dataclass(frozen=True, eq=False)
class TruthTracks:
    """Everybody in every frame in which some of their box is in the picture, one row each, by frame and identity.

    Attributes:
        frame: Number of the frame from 0, (N,) int32.
        track_id: From 1, (N,) int32.
        xyxy: Box around the body in pixels, not clipped to the picture, (N, 4) float64.
        ground_m: Place on the floor, x and y in meters, (N, 2) float64.
        visibility: Share of the box within the picture, 0…1, (N,) float64.
    """

    frame: NDArray[np.int32]
    track_id: NDArray[np.int32]
    xyxy: NDArray[np.float64]
    ground_m: NDArray[np.float64]
    visibility: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def foot_px(self) -> NDArray[np.float64]:
        """Middles of the boxes' bottom edges, (N, 2), pixels."""
        return np.stack([(self.xyxy[:, 0] + self.xyxy[:, 2]) / 2, self.xyxy[:, 3]], axis=1)


@dataclass(frozen=True, eq=False)
class Truth:
    """All that a perfect system would report of a scene.

    Attributes:
        tracks: Who is where in each frame.
        crossings: In the order of time.
        visits: In the order of entry.
        fps: Frames per second; frame n is shown at n / fps seconds.
    """

    tracks: TruthTracks
    crossings: tuple[Crossing, ...]
    visits: tuple[Visit, ...]
    fps: int

    def to_json(self) -> bytes:
        """Return everything as one JSON object."""
        tracks = self.tracks
        columns = {
            "frame": tracks.frame.tolist(),
            "track_id": tracks.track_id.tolist(),
            "xyxy": tracks.xyxy.tolist(),
            "ground_m": tracks.ground_m.tolist(),
            "visibility": tracks.visibility.tolist(),
        }
        return msgspec.json.encode(
            {"fps": self.fps, "crossings": self.crossings, "visits": self.visits, "tracks": columns}
        )

    def to_mot(self) -> str:
        """Return the tracks as MOT Challenge ground truth: frames from 1, boxes as left, top, width and height."""
        tracks = self.tracks
        rows = zip(
            tracks.frame.tolist(),
            tracks.track_id.tolist(),
            tracks.xyxy.tolist(),
            tracks.visibility.tolist(),
            strict=True,
        )
        return "".join(
            f"{frame + 1},{track_id},{x0:.3f},{y0:.3f},{x1 - x0:.3f},{y1 - y0:.3f},1,1,{visibility:.3f}\n"
            for frame, track_id, (x0, y0, x1, y1), visibility in rows
        )

    def write(self, path: FilePath) -> None:
        """Write JSON, or MOT text where the file's name ends in `.txt`."""
        if path.suffix == ".txt":
            path.write_text(self.to_mot(), encoding="ascii")
        else:
            path.write_bytes(self.to_json())


class _Leg(NamedTuple):
    """A straight part of a path, as seen: homogeneous image points and the times at its ends."""

    start: Homogeneous
    end: Homogeneous
    start_s: float
    end_s: float

    def time_s(self, share: float) -> float:
        return self.start_s + share * (self.end_s - self.start_s)


class _Edge(NamedTuple):
    """A segment of the picture, pixels."""

    ax: float
    ay: float
    bx: float
    by: float

    def orientation(self, point: Homogeneous) -> float:
        """Return what is positive to the right of the walk from a to b on screen, times the point's depth."""
        return (self.bx - self.ax) * (point.y - self.ay * point.depth) - (self.by - self.ay) * (
            point.x - self.ax * point.depth
        )


def line_crossings(path: Path, track_id: int, line: Line, camera: Camera) -> Iterator[Crossing]:
    """Yield the crossings of a line by one walker, in the order of time."""
    edge = _edge(line.start, line.end, camera)
    for leg in _legs(path, camera):
        share = _cut(leg, edge)
        if share is not None:
            direction: Literal["in", "out"] = "in" if edge.orientation(leg.end) >= 0 else "out"
            yield Crossing(leg.time_s(share), line.name, track_id, direction)


def zone_visits(path: Path, track_id: int, zone: Zone, camera: Camera) -> Iterator[Visit]:
    """Yield the visits of one walker to a zone, in the order of time."""
    corners = zone.polygon
    edges = [
        _edge(start, end, camera) for start, end in zip(corners, [*corners[1:], corners[0]], strict=True)
    ]
    turns = [
        leg.time_s(share)
        for leg in _legs(path, camera)
        for share in sorted(share for share in (_cut(leg, edge) for edge in edges) if share is not None)
    ]
    if _inside(camera.pixels_from_ground(path.waypoints[0].place), edges):
        turns.insert(0, path.start_s)
    if len(turns) % 2:
        turns.append(path.end_s)
    for entered_s, exited_s in zip(turns[::2], turns[1::2], strict=True):
        yield Visit(entered_s, exited_s, zone.name, track_id)


def _edge(start: _PointUnit, end: _PointUnit, camera: Camera) -> _Edge:
    width, height = camera.width, camera.height
    return _Edge(start[0] * width, start[1] * height, end[0] * width, end[1] * height)


def _legs(path: Path, camera: Camera) -> Iterator[_Leg]:
    for before, after in pairwise(path.waypoints):
        yield _Leg(camera.project(*before.place), camera.project(*after.place), before.time_s, after.time_s)


def _cut(leg: _Leg, edge: _Edge) -> float | None:
    """Return the share of the leg at which it cuts the edge, half-open at the leg's and the edge's end."""
    before, after = edge.orientation(leg.start), edge.orientation(leg.end)
    if (before >= 0) == (after >= 0):
        return None
    (start_x, start_y), (end_x, end_y) = leg.start.point_px, leg.end.point_px
    dx, dy = end_x - start_x, end_y - start_y
    side_a = dx * (edge.ay - start_y) - dy * (edge.ax - start_x)
    side_b = dx * (edge.by - start_y) - dy * (edge.bx - start_x)
    if (side_a >= 0) == (side_b >= 0):
        return None
    return before / (before - after)


def _inside(point: tuple[float, float], edges: Sequence[_Edge]) -> bool:
    x, y = point
    inside = False
    for edge in edges:
        if (edge.ay > y) != (edge.by > y):
            right_of = edge.ax + (y - edge.ay) / (edge.by - edge.ay) * (edge.bx - edge.ax)
            inside ^= x < right_of
    return inside
