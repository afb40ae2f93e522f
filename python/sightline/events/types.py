"""What happened, as types: one for each kind of event, flat, so that every field can be filtered on.

The text of each field is also its description in the JSON Schema. Numbers that are measured are rounded to six decimals,
so that the same recording gives the same bytes on every machine. A field without a value is null, never left out.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal
from urllib.parse import quote

import msgspec
from msgspec import Meta

Ns = Annotated[int, Meta(description="Media time, nanoseconds from the start of the epoch.")]
ConfirmedNs = Annotated[
    int, Meta(description="Media time of the frame in which it was certain, nanoseconds.")
]
Epoch = Annotated[int, Meta(ge=0, description="Grows whenever the source's clock jumps back.")]
TrackId = Annotated[int, Meta(ge=1, description="Pseudonym of the person, unique in this source and run.")]
BridgedMs = Annotated[
    int,
    Meta(ge=0, description="Length of the gap between sightings that was interpolated over, ms; 0 for none."),
]
DwellMs = Annotated[int, Meta(ge=0, description="Time in the zone, or close to one another, ms.")]
UnseenMs = Annotated[int, Meta(ge=0, description="How much of the dwell nobody was seen, ms.")]
Share = Annotated[float, Meta(description="Share of the picture's width or height, from the top left.")]
Box = Annotated[tuple[Share, Share, Share, Share], Meta(description="Box that decided: x1, y1, x2, y2.")]
Anchor = Annotated[tuple[Share, Share], Meta(description="Point of the box that decided: x, y.")]
Confidence = Annotated[float, Meta(ge=0, le=1, description="Confidence of the detection that decided.")]
Count = Annotated[int, Meta(ge=0)]


def segment(name: str) -> str:
    """Return a name as one segment of a path: what is special there is percent-encoded (RFC 3986)."""
    return quote(name, safe="")


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """What every event says."""

    type: ClassVar[str]
    shown: ClassVar[tuple[str, ...]] = ()

    event_id: Annotated[str, Meta(description="UUIDv5 of camera, epoch, time, rule, track and type.")]
    camera_id: Annotated[str, Meta(description="The camera's name.")]
    epoch: Epoch
    pts_ns: Ns
    time: Annotated[
        str | None, Meta(description="Time of day, RFC 3339, if the source's start is known.")
    ] = None

    @property
    def subject(self) -> str:
        """What it is about, from broad to narrow: `/cameras/lobby/lines/door/tracks/17`."""
        return f"/cameras/{segment(self.camera_id)}/"

    def __repr__(self) -> str:
        fields = (f"{name}={getattr(self, name)!r}" for name in (*self.shown, "pts_ns"))
        return f"{type(self).__name__}({', '.join(fields)})"


class OfTrack(Happened, frozen=True, kw_only=True):
    """What every event about one track says."""

    track_id: TrackId
    object_class: Annotated[str, Meta(description="What it is, such as person.")]
    confidence: Confidence
    confirmed_pts_ns: ConfirmedNs
    bridged: Annotated[bool, Meta(description="Whether a gap between sightings was interpolated over.")]
    bridged_ms: BridgedMs
    box: Box
    anchor: Anchor


class LineCrossed(OfTrack, frozen=True, kw_only=True):
    """A track crossed a line."""

    type: ClassVar[str] = "sightline.line.crossed.v1"
    shown: ClassVar[tuple[str, ...]] = ("line", "direction", "track_id")

    line: Annotated[str, Meta(description="Name of the line.")]
    direction: Annotated[
        Literal["in", "out"],
        Meta(
            description="`in` is from left to right of somebody who stands at the line's start and faces its end."
        ),
    ]

    @property
    def subject(self) -> str:
        """`/cameras/lobby/lines/door/tracks/17`."""
        return f"{super().subject}lines/{segment(self.line)}/tracks/{self.track_id}"


class OfZone(OfTrack, frozen=True, kw_only=True):
    """What every event about one track in one zone says."""

    zone: Annotated[str, Meta(description="Name of the zone.")]

    @property
    def subject(self) -> str:
        """`/cameras/lobby/zones/queue/tracks/17`."""
        return f"{super().subject}zones/{segment(self.zone)}/tracks/{self.track_id}"


class ZoneEntered(OfZone, frozen=True, kw_only=True):
    """A track is in a zone."""

    type: ClassVar[str] = "sightline.zone.entered.v1"
    shown: ClassVar[tuple[str, ...]] = ("zone", "reason", "track_id")

    reason: Annotated[
        Literal["entered", "appeared"],
        Meta(description="`entered` over the border, or `appeared`: inside when first seen."),
    ]


class ZoneExited(OfZone, frozen=True, kw_only=True):
    """A track is in a zone no longer."""

    type: ClassVar[str] = "sightline.zone.exited.v1"
    shown: ClassVar[tuple[str, ...]] = ("zone", "reason", "track_id", "dwell_ms")

    reason: Annotated[
        Literal["exited", "lost", "ended"],
        Meta(description="`exited` over the border, `lost` from sight, or the stream `ended`."),
    ]
    dwell_ms: DwellMs
    unseen_ms: UnseenMs


class ZoneDwelled(OfZone, frozen=True, kw_only=True):
    """A track has been in a zone for the zone's `dwell_s`; once a stay."""

    type: ClassVar[str] = "sightline.zone.dwelled.v1"
    shown: ClassVar[tuple[str, ...]] = ("zone", "track_id", "dwell_ms")

    dwell_ms: DwellMs
    unseen_ms: UnseenMs


class ZoneCountChanged(Happened, frozen=True, kw_only=True):
    """Another number of tracks is in a zone than after the frame before."""

    type: ClassVar[str] = "sightline.zone.count_changed.v1"
    shown: ClassVar[tuple[str, ...]] = ("zone", "count", "previous")

    zone: Annotated[str, Meta(description="Name of the zone.")]
    count: Annotated[Count, Meta(description="Tracks inside now.")]
    previous: Annotated[Count, Meta(description="Tracks inside before.")]

    @property
    def subject(self) -> str:
        """`/cameras/lobby/zones/queue/count`."""
        return f"{super().subject}zones/{segment(self.zone)}/count"


class OfPair(OfTrack, frozen=True, kw_only=True):
    """What every event about two tracks says; box and anchor are the first one's."""

    distance: Annotated[str, Meta(description="Name of the distance rule.")]
    other_id: Annotated[int, Meta(ge=1, description="The other track; the larger of the two ids.")]

    @property
    def subject(self) -> str:
        """`/cameras/lobby/distances/apart/tracks/17/18`."""
        return f"{super().subject}distances/{segment(self.distance)}/tracks/{self.track_id}/{self.other_id}"


class PeopleCameClose(OfPair, frozen=True, kw_only=True):
    """Two tracks are closer than a distance rule's threshold."""

    type: ClassVar[str] = "sightline.distance.breached.v1"
    shown: ClassVar[tuple[str, ...]] = ("distance", "track_id", "other_id", "apart")

    apart: Annotated[
        float, Meta(ge=0, description="How far apart they are, as a share of the picture's height.")
    ]


class PeopleParted(OfPair, frozen=True, kw_only=True):
    """Two tracks that were close are so no longer."""

    type: ClassVar[str] = "sightline.distance.restored.v1"
    shown: ClassVar[tuple[str, ...]] = ("distance", "track_id", "other_id", "reason")

    reason: Annotated[
        Literal["exited", "lost", "ended"],
        Meta(description="They moved apart, one was lost, or the stream ended."),
    ]
    close_ms: Annotated[int, Meta(ge=0, description="How long they were close, ms.")]
    unseen_ms: UnseenMs
    minimum_apart: Annotated[
        float, Meta(ge=0, description="Least distance meanwhile, as a share of the picture's height.")
    ]


Event = (
    LineCrossed | ZoneEntered | ZoneExited | ZoneDwelled | ZoneCountChanged | PeopleCameClose | PeopleParted
)

EVENT_TYPES: tuple[type[Event], ...] = (
    LineCrossed,
    ZoneEntered,
    ZoneExited,
    ZoneDwelled,
    ZoneCountChanged,
    PeopleCameClose,
    PeopleParted,
)
