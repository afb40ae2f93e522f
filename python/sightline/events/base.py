"""What events have in common: times, evidence, and whom or what they are about.

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
Side = Annotated[
    int,
    Meta(
        ge=1,
        description="Side of the zone's polygon over which it came or went, 1 from the first to the second corner; null where none was seen crossed.",
    ),
]
Share = Annotated[float, Meta(description="Share of the picture's width or height, from the top left.")]
Box = Annotated[tuple[Share, Share, Share, Share], Meta(description="Box that decided: x1, y1, x2, y2.")]
Anchor = Annotated[tuple[Share, Share], Meta(description="Point of the box that decided: x, y.")]
GroundMetres = Annotated[
    tuple[float, float],
    Meta(description="Where the feet are on the ground, metres, if the scene has a ground."),
]
Speed = Annotated[
    float,
    Meta(ge=0, description="Speed on the ground over the last second or so, metres a second, if known."),
]
Heading = Annotated[
    float,
    Meta(
        ge=0,
        le=360,
        description="Direction of motion, degrees clockwise: from the ground's y axis, or from up in the picture where there is no ground; null for who stands.",
    ),
]
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
    ground_m: GroundMetres | None = None
    speed_mps: Speed | None = None
    heading_deg: Heading | None = None


class OfLine(OfTrack, frozen=True, kw_only=True):
    """What every event about one track at one line says."""

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
