"""What drawing needs to know of tracks, counts, lines and zones, and no more.

`sightline.Tracks`, `sightline.Line`, `sightline.Zone` and `sightline.Scene` fit as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray


class LineLike(Protocol):
    """A named line from `start` to `end`, points in unit space."""

    @property
    def name(self) -> str:
        """Unique within the scene."""
        ...

    @property
    def start(self) -> tuple[float, float]:
        """Point in shares of the picture's width and height."""
        ...

    @property
    def end(self) -> tuple[float, float]:
        """Point in shares of the picture's width and height."""
        ...


class ZoneLike(Protocol):
    """A named polygon in unit space."""

    @property
    def name(self) -> str:
        """Unique within the scene."""
        ...

    @property
    def polygon(self) -> Sequence[tuple[float, float]]:
        """Corners in shares of the picture's width and height."""
        ...


class SceneLike(Protocol):
    """Lines and zones of one source."""

    @property
    def lines(self) -> Sequence[LineLike]:
        """To be crossed."""
        ...

    @property
    def zones(self) -> Sequence[ZoneLike]:
        """To be visited."""
        ...


class TracksLike(Protocol):
    """The tracks seen in one frame, as columns."""

    @property
    def track_id(self) -> NDArray[np.integer]:
        """Identities, (N,)."""
        ...

    @property
    def xyxy(self) -> NDArray[np.floating]:
        """Boxes in pixels of the frame, (N, 4)."""
        ...

    @property
    def confidence(self) -> NDArray[np.floating]:
        """Of each, 0…1, (N,)."""
        ...

    @property
    def class_id(self) -> NDArray[np.integer]:
        """Of each, (N,)."""
        ...


@dataclass(frozen=True, eq=False)
class TrackView:
    """Tracks of one frame for drawing, where no `sightline.Tracks` is at hand.

    Attributes:
        track_id: Identities, (N,).
        xyxy: Boxes in pixels of the frame, (N, 4).
        confidence: Of each, 0…1, (N,).
        class_id: Of each, (N,).
    """

    track_id: NDArray[np.integer]
    xyxy: NDArray[np.floating]
    confidence: NDArray[np.floating]
    class_id: NDArray[np.integer]


@dataclass(frozen=True)
class LineCount:
    """Crossings of a line so far.

    Attributes:
        inward: To the side that its arrow points at, `in`.
        outward: The other way, `out`.
    """

    inward: int = 0
    outward: int = 0


@dataclass(frozen=True)
class ZoneCount:
    """Visits to a zone so far.

    Attributes:
        inside: People inside now.
        entered: People who came in since the start.
    """

    inside: int = 0
    entered: int = 0


@dataclass(frozen=True)
class Counts:
    """What stands in the header and beside lines and zones.

    Attributes:
        pts_ns: Presentation time of the frame, nanoseconds.
        camera_id: Name of the camera.
        lines: By the line's name; a line that is missing counts zero.
        zones: By the zone's name; a zone that is missing counts zero.
    """

    pts_ns: int = 0
    camera_id: str = ""
    lines: Mapping[str, LineCount] = field(default_factory=dict[str, LineCount])
    zones: Mapping[str, ZoneCount] = field(default_factory=dict[str, ZoneCount])
