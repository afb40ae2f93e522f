"""What a conformance case consists of: people who walk through a scene, frame by frame, and what must be concluded."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec

from sightline.scene import Line, Scene, Zone

if TYPE_CHECKING:
    from collections.abc import Iterable

SIZE_PX = 1024
"""Width and height of the frame; a power of two, so that whole pixels survive the way through shares."""
FPS = 30.0

Place = tuple[float, float]
"""Where the middle of a box's bottom edge is, pixels."""


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """One frame of a walk.

    Attributes:
        pts_ns: Presentation time, nanoseconds.
        people: Identity and place of everybody who is seen; identity 0 is a detection without one.
        epoch: Count of jumps of the source's clock.
        removed: Identities that the tracker gives up before this frame.
        scene: Replaces the rules before this frame.
    """

    pts_ns: int
    people: list[tuple[int, Place]] = []
    epoch: int = 0
    removed: list[int] = []
    scene: Scene | None = None


class Walk(msgspec.Struct, frozen=True, kw_only=True):
    """A scene, what is seen in it, and what must follow.

    Attributes:
        scene: Lines and zones.
        frames: Frames in order of time.
        words: What must be concluded for each rule, in order of time: `in` and `out` for a line; `entered`,
            `appeared`, `exited`, `lost`, `ended` and `dwelled` for a zone.
        beside: Frames of another camera with the same scene and the same identities.
        beside_words: What must be concluded there.
        ends: Whether the stream ends after the last frame.
        box_px: Width and height of everybody's box.
        bridged: How many conclusions must be marked as interpolated over a gap, where that is asked.
        dwell_ms: How long each stay must be, where that is asked.
        tolerance_ms: How far a dwell may be off.
        quality: Counts of quality that must result, such as `door.lost_at_line`.
        refused: Place of the fault for which the scene must be refused.
    """

    scene: Scene
    frames: list[Frame] = []
    words: dict[str, list[str]] = {}
    beside: list[Frame] = []
    beside_words: dict[str, list[str]] = {}
    ends: bool = False
    box_px: tuple[float, float] = (20.0, 40.0)
    bridged: int | None = None
    dwell_ms: list[float] | None = None
    tolerance_ms: float = 1.0
    quality: dict[str, int] = {}
    refused: str | None = None


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A case of the suite.

    Attributes:
        id: Its name, such as `L03b`.
        title: What happens.
        expect: What must be answered, in words.
        walks: Every way in which it is asked; all must be answered right.
    """

    id: str
    title: str
    expect: str
    walks: list[Walk]


def line(name: str, start: Place, end: Place) -> Line:
    """Return a line given in pixels."""
    return Line.from_pixels(name, start, end, size=(SIZE_PX, SIZE_PX))


def zone(name: str, *corners: Place, dwell_s: float | None = None, confirm_frames: int = 1) -> Zone:
    """Return a zone given in pixels."""
    polygon = [(x / SIZE_PX, y / SIZE_PX) for x, y in corners]
    return Zone(name, polygon, dwell_s=dwell_s, confirm_frames=confirm_frames)


def rectangle(
    name: str, low: Place, high: Place, *, dwell_s: float | None = None, confirm_frames: int = 1
) -> Zone:
    """Return an upright rectangle between two corners in pixels."""
    (x1, y1), (x2, y2) = low, high
    corners = ((x1, y1), (x2, y1), (x2, y2), (x1, y2))
    return zone(name, *corners, dwell_s=dwell_s, confirm_frames=confirm_frames)


def straight(start: Place, end: Place, steps: int) -> list[Place | None]:
    """Return `start` and then `steps` places, evenly, the last at `end`."""
    return [
        (start[0] + (end[0] - start[0]) * step / steps, start[1] + (end[1] - start[1]) * step / steps)
        for step in range(steps + 1)
    ]


def hidden(frames: int) -> list[Place | None]:
    """Return frames in which nobody is seen."""
    return [None] * frames


def still(place: Place, frames: int) -> list[Place | None]:
    """Return frames in which somebody stands."""
    return [place] * frames


def frames(
    places: Iterable[Place | None], *, fps: float = FPS, track: int = 1, first: int = 0
) -> list[Frame]:
    """Return a frame for each place of one person's walk."""
    return [
        Frame(pts_ns=at(first + number, fps), people=[] if place is None else [(track, place)])
        for number, place in enumerate(places)
    ]


def at(frame: float, fps: float = FPS) -> int:
    """Return the time of a frame, nanoseconds."""
    return math.floor(frame * 1e9 / fps + 0.5)
