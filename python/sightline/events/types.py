"""What happened, as types: one for each kind of event, flat, so that every field can be filtered on."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from sightline.events.base import Count, DwellMs, Happened, OfLine, OfTrack, OfZone, Side, UnseenMs, segment
from sightline.events.conduct import (
    Conduct,
    LoiteringEnded,
    LoiteringStarted,
    QueueChanged,
    QueueLeft,
    QueueWaitExceeded,
    SpeedExceeded,
    SpeedRestored,
    WrongWay,
    WrongWayCrossed,
)


class LineCrossed(OfLine, frozen=True, kw_only=True):
    """A track crossed a line."""

    type: ClassVar[str] = "sightline.line.crossed.v1"


class ZoneEntered(OfZone, frozen=True, kw_only=True):
    """A track is in a zone."""

    type: ClassVar[str] = "sightline.zone.entered.v1"
    shown: ClassVar[tuple[str, ...]] = ("zone", "reason", "track_id")

    reason: Annotated[
        Literal["entered", "appeared"],
        Meta(description="`entered` over the border, or `appeared`: inside when first seen."),
    ]
    side: Side | None = None


class ZoneExited(OfZone, frozen=True, kw_only=True):
    """A track is in a zone no longer."""

    type: ClassVar[str] = "sightline.zone.exited.v1"
    shown: ClassVar[tuple[str, ...]] = ("zone", "reason", "track_id", "dwell_ms")

    reason: Annotated[
        Literal["exited", "lost", "ended"],
        Meta(description="`exited` over the border, `lost` from sight, or the stream `ended`."),
    ]
    side: Side | None = None
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


class OfCrowd(Happened, frozen=True, kw_only=True):
    """What every event about a crowd says."""

    zone: Annotated[str, Meta(description="Name of the zone.")]
    limit: Annotated[Count, Meta(description="As many as this are a crowd.")]

    @property
    def subject(self) -> str:
        """`/cameras/lobby/zones/queue/crowd`."""
        return f"{super().subject}zones/{segment(self.zone)}/crowd"


class ZoneOvercrowded(OfCrowd, frozen=True, kw_only=True):
    """As many as the zone's `crowd_limit` have been inside for its `crowd_s`; once a crowd."""

    type: ClassVar[str] = "sightline.zone.overcrowded.v1"
    shown: ClassVar[tuple[str, ...]] = ("zone", "count")

    count: Annotated[Count, Meta(description="Tracks inside now.")]


class ZoneRelieved(OfCrowd, frozen=True, kw_only=True):
    """There are fewer in an overcrowded zone than its `crowd_limit`."""

    type: ClassVar[str] = "sightline.zone.relieved.v1"
    shown: ClassVar[tuple[str, ...]] = ("zone", "peak", "lasted_ms")

    peak: Annotated[Count, Meta(description="Most that were inside.")]
    lasted_ms: Annotated[int, Meta(ge=0, description="How long there were as many as the limit, ms.")]


class OfInterval(Happened, frozen=True, kw_only=True):
    """What every summary says; its time is the end of the interval."""

    start_pts_ns: Annotated[int, Meta(description="When the interval began, media time, nanoseconds.")]
    flips_suppressed: Annotated[
        Count, Meta(description="Times that a border was cut and nothing came of it: jitter, turning back.")
    ]
    gaps_bridged: Annotated[
        Count, Meta(description="Conclusions that were interpolated over a gap between sightings.")
    ]


class LineSummarized(OfInterval, frozen=True, kw_only=True):
    """What happened at a line in an interval, and how often it had to judge."""

    type: ClassVar[str] = "sightline.line.summarized.v1"
    shown: ClassVar[tuple[str, ...]] = ("line", "crossed_in", "crossed_out")

    line: Annotated[str, Meta(description="Name of the line.")]
    crossed_in: Annotated[Count, Meta(description="Crossings `in`.")]
    crossed_out: Annotated[Count, Meta(description="Crossings `out`.")]
    lost_at_line: Annotated[
        Count, Meta(description="Tracks lost at the line: each may be a crossing that was missed.")
    ]

    @property
    def subject(self) -> str:
        """`/cameras/lobby/lines/door/summary`."""
        return f"{super().subject}lines/{segment(self.line)}/summary"


class ZoneSummarized(OfInterval, frozen=True, kw_only=True):
    """What happened in a zone in an interval, and how often it had to judge."""

    type: ClassVar[str] = "sightline.zone.summarized.v1"
    shown: ClassVar[tuple[str, ...]] = ("zone", "entries", "exits", "mean")

    zone: Annotated[str, Meta(description="Name of the zone.")]
    entries: Annotated[Count, Meta(description="Tracks that came in or appeared.")]
    exits: Annotated[
        Count, Meta(description="Tracks that went, were lost, or were inside when the stream ended.")
    ]
    inside: Annotated[Count, Meta(description="Tracks inside at the end of the interval.")]
    least: Annotated[Count, Meta(description="Fewest inside in any frame.")]
    most: Annotated[Count, Meta(description="Most inside in any frame.")]
    mean: Annotated[float, Meta(ge=0, description="Tracks inside on average over time.")]
    dwell_mean_ms: Annotated[
        int, Meta(ge=0, description="How long those who went had been inside on average, ms; 0 for none.")
    ]
    dwell_max_ms: Annotated[int, Meta(ge=0, description="How long at most, ms.")]
    born_inside: Annotated[Count, Meta(description="Entries of tracks that were inside when first seen.")]
    queue_longest: (
        Annotated[
            Count,
            Meta(description="Most who waited in the queue after any frame; null for a zone without one."),
        ]
        | None
    ) = None
    queue_left: (
        Annotated[Count, Meta(description="How many left the zone who had waited in its queue.")] | None
    ) = None
    wait_mean_ms: (
        Annotated[int, Meta(ge=0, description="How long those had waited on average, ms; 0 for none.")] | None
    ) = None
    wait_max_ms: Annotated[int, Meta(ge=0, description="How long at most, ms.")] | None = None

    @property
    def subject(self) -> str:
        """`/cameras/lobby/zones/queue/summary`."""
        return f"{super().subject}zones/{segment(self.zone)}/summary"


ApartMetres = Annotated[float, Meta(ge=0)]


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
    apart_m: Annotated[
        ApartMetres | None,
        Meta(description="How far apart their feet are on the ground, metres, if the scene has a ground."),
    ] = None


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
    minimum_apart_m: Annotated[
        ApartMetres | None,
        Meta(description="Least distance of their feet on the ground, metres, if the scene has a ground."),
    ] = None


Event = (
    LineCrossed
    | ZoneEntered
    | ZoneExited
    | ZoneDwelled
    | ZoneCountChanged
    | ZoneOvercrowded
    | ZoneRelieved
    | LineSummarized
    | ZoneSummarized
    | PeopleCameClose
    | PeopleParted
    | Conduct
    | QueueChanged
    | WrongWayCrossed
)

EVENT_TYPES: tuple[type[Event], ...] = (
    LineCrossed,
    ZoneEntered,
    ZoneExited,
    ZoneDwelled,
    ZoneCountChanged,
    ZoneOvercrowded,
    ZoneRelieved,
    LineSummarized,
    ZoneSummarized,
    PeopleCameClose,
    PeopleParted,
    LoiteringStarted,
    LoiteringEnded,
    QueueChanged,
    QueueLeft,
    QueueWaitExceeded,
    WrongWayCrossed,
    WrongWay,
    SpeedExceeded,
    SpeedRestored,
)
