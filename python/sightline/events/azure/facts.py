"""What a message says, before it is written: numbers as numbers, in Azure's units, whatever the schema.

Each way of writing, `renderings`, takes these and computes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sightline.events.azure.wire import Properties, ZonePlacement

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class CalibrationFacts:
    """What is known of the camera.

    Attributes:
        status: Such as `Calibrated`, or `Calibrating;0.35`.
        height_ft: Above the ground, feet; 0 when unknown.
        focal_px: Focal length in pixels of the width that messages speak of; 0 when unknown.
        tilt_rad: Radians from straight down; 0 when unknown.
    """

    status: str
    height_ft: float
    focal_px: float
    tilt_rad: float


@dataclass(frozen=True)
class SourceFacts:
    """The camera and the frame.

    Attributes:
        id: The camera's name in messages.
        moment: Time of the frame.
        width: Pixels, as processed.
        height: Pixels, as processed.
        index: Number of the frame in its source.
        calibration: What is known of the camera; None where nobody asked, or where the message does not say.
    """

    id: str
    moment: datetime
    width: int
    height: int
    index: int
    calibration: CalibrationFacts | None = None

    @property
    def timestamp(self) -> str:
        """RFC 3339 in UTC, milliseconds, `Z`."""
        return time_text(self.moment) + "Z"


@dataclass(frozen=True)
class FaceFacts:
    """A face: box in shares of the picture, confidences from 0 to 1."""

    masked: bool
    confidence: float
    box: Box
    face_confidence: float


@dataclass(frozen=True)
class DetectionFacts:
    """Somebody, or a vehicle, whom an event is about.

    Attributes:
        id: 32 hexadecimal digits.
        box: Left, top, right, bottom, shares of the picture, within it.
        confidence: Of the detection, 0 to 1.
        tracking_id: Who it is; None in messages that must not say.
        ground_ft: Feet to the right of the camera and ahead; None when unknown.
        ground_rad: Direction on the ground, clockwise from ahead; None for who stands and when unknown.
        image_rad: Direction in the picture, clockwise from up; None likewise.
        speed_fps: Feet a second; None when unknown.
        foot: Middle of the box's bottom edge, shares of the picture; None where messages hold it to be unknown.
        face: The face, where that is asked for and it was seen.
        vehicle: Class of a vehicle; None for people.
    """

    id: str
    box: Box
    confidence: float
    tracking_id: str | None = None
    ground_ft: tuple[float, float] | None = None
    ground_rad: float | None = None
    image_rad: float | None = None
    speed_fps: float | None = None
    foot: tuple[float, float] | None = None
    face: FaceFacts | None = None
    vehicle: str | None = None


@dataclass(frozen=True)
class EventFacts:
    """One event.

    Attributes:
        id: 32 hexadecimal digits.
        type: Such as `personCountEvent`.
        detection_ids: Whom it is about.
        properties: What it says.
        zone: Name of the zone or line.
        trigger: What made it be sent; None for events that do not say.
    """

    id: str
    type: str
    detection_ids: list[str]
    properties: Properties
    zone: str
    trigger: str | None = None


@dataclass(frozen=True)
class MessageFacts:
    """One message with events.

    Attributes:
        source: The camera and the frame.
        events: At least one.
        detections: Everybody whom the events are about, once.
        orientation: Whether directions are told.
        speed: Whether speeds are told.
        vehicles: Whether it is about vehicles.
    """

    source: SourceFacts
    events: list[EventFacts]
    detections: list[DetectionFacts]
    orientation: bool
    speed: bool
    vehicles: bool = False


@dataclass(frozen=True)
class CalibrationEventFacts:
    """A calibration event.

    Attributes:
        id: 32 hexadecimal digits.
        source: The camera and the frame, with what is known of the camera.
        calibrated: When that was found.
        placement: Where zones are best placed; None where that is not asked for or cannot be known.
    """

    id: str
    source: SourceFacts
    calibrated: datetime
    placement: ZonePlacement | None


def time_text(moment: datetime) -> str:
    """Return a moment of UTC in ISO 8601 with milliseconds, without a zone."""
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds")


_UNIX = datetime(1970, 1, 1, tzinfo=UTC)


class MediaClock:
    """Media time that goes on over discontinuities, and the time of day that belongs to it.

    The first frame of a new epoch is taken to come as long after the last frame as that came after the one before it: how
    long the source was away is not known.

    Args:
        started_at: Time of pts 0, RFC 3339 with a zone.
        continuous: Whether the source's own times go on from epoch to epoch, as a looped file's do.

    Raises:
        ValueError: When `started_at` is something else.

    >>> clock, looped = MediaClock("2026-05-01T08:00:00Z"), MediaClock("2026-05-01T08:00:00Z", continuous=True)
    >>> [clock.at(0, 0), clock.at(0, 40), clock.at(1, 90)], [looped.at(0, 0), looped.at(0, 40), looped.at(1, 90)]
    ([0, 40, 80], [0, 40, 90])
    """

    def __init__(self, started_at: str, *, continuous: bool = False) -> None:
        start = datetime.fromisoformat(started_at)
        if start.tzinfo is None:
            message = f"started_at: expected RFC 3339 with a time zone such as 2026-05-01T08:00:00Z, found {started_at!r}"
            raise ValueError(message)
        self._start = start.astimezone(UTC)
        self._continuous = continuous
        self._epoch: int | None = None
        self._offset_ns = 0
        self._last_ns = 0
        self._step_ns = 0

    def at(self, epoch: int, pts_ns: int, captured_at_ns: int | None = None) -> int:
        """Return the frame's media time, nanoseconds, and go on to it; where it is known when it was taken, its day is set by that."""
        if epoch == self._epoch:
            self._step_ns = pts_ns + self._offset_ns - self._last_ns
        elif self._epoch is not None and not self._continuous:
            self._offset_ns = self._last_ns + self._step_ns - pts_ns
        self._epoch = epoch
        self._last_ns = pts_ns + self._offset_ns
        if captured_at_ns is not None:
            self._start = _UNIX + timedelta(microseconds=(captured_at_ns - self._last_ns) // 1000)
        return self._last_ns

    def moment(self, pts_ns: int) -> datetime:
        """Return the time of day of a pts of the current epoch."""
        return self._start + timedelta(microseconds=(pts_ns + self._offset_ns) // 1000)
