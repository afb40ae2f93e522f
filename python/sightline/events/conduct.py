"""What people do in a zone, where the zone asks for it: they loiter, wait in queues, go the wrong way or too fast.

Types as in `sightline.events.types`.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from sightline.events.base import Count, Happened, OfLine, OfZone, segment

InsideMs = Annotated[int, Meta(ge=0, description="Time in the zone in all, absences left out, ms.")]
InsideUnseenMs = Annotated[int, Meta(ge=0, description="How much of that time they were not seen, ms.")]


class LoiteringStarted(OfZone, frozen=True, kw_only=True):
    """A track has been in a zone for the zone's `loiter_s` in all, and never away for longer than `loiter_absence_s`."""

    type: ClassVar[str] = "sightline.zone.loitering_started.v1"
    shown: ClassVar[tuple[str, ...]] = ("zone", "track_id", "inside_ms")

    inside_ms: InsideMs
    unseen_ms: InsideUnseenMs


class LoiteringEnded(OfZone, frozen=True, kw_only=True):
    """A track that loitered left and did not come back soon; the moment is that of its last exit."""

    type: ClassVar[str] = "sightline.zone.loitering_ended.v1"
    shown: ClassVar[tuple[str, ...]] = ("zone", "reason", "track_id", "inside_ms")

    reason: Annotated[
        Literal["exited", "lost", "ended"],
        Meta(
            description="How they left: `exited` over the border, `lost` from sight inside, or the stream `ended`."
        ),
    ]
    inside_ms: InsideMs
    unseen_ms: InsideUnseenMs


class QueueChanged(Happened, frozen=True, kw_only=True):
    """Another number of people waits in a zone's queue: those inside for its `queue_after_s` or longer."""

    type: ClassVar[str] = "sightline.queue.changed.v1"
    shown: ClassVar[tuple[str, ...]] = ("zone", "length", "previous")

    zone: Annotated[str, Meta(description="Name of the zone.")]
    length: Annotated[Count, Meta(description="People who wait now.")]
    previous: Annotated[Count, Meta(description="People who waited before.")]
    longest_wait_ms: Annotated[
        int,
        Meta(ge=0, description="How long the first of those who wait now has been inside, ms; 0 for none."),
    ]

    @property
    def subject(self) -> str:
        """`/cameras/lobby/zones/till/queue`."""
        return f"{super().subject}zones/{segment(self.zone)}/queue"


class QueueLeft(OfZone, frozen=True, kw_only=True):
    """Somebody who waited in a zone's queue is in the zone no longer."""

    type: ClassVar[str] = "sightline.queue.left.v1"
    shown: ClassVar[tuple[str, ...]] = ("zone", "reason", "track_id", "wait_ms")

    reason: Annotated[
        Literal["exited", "lost", "ended"],
        Meta(description="`exited` over the border, `lost` from sight, or the stream `ended`."),
    ]
    wait_ms: Annotated[int, Meta(ge=0, description="How long they waited, from entry to exit, ms.")]
    unseen_ms: InsideUnseenMs


class QueueWaitExceeded(OfZone, frozen=True, kw_only=True):
    """Somebody has waited in a zone's queue for its `wait_limit_s`; once a stay."""

    type: ClassVar[str] = "sightline.queue.wait_exceeded.v1"
    shown: ClassVar[tuple[str, ...]] = ("zone", "track_id", "wait_ms")

    wait_ms: Annotated[int, Meta(ge=0, description="How long they have waited, from the entry on, ms.")]
    unseen_ms: InsideUnseenMs


class WrongWayCrossed(OfLine, frozen=True, kw_only=True):
    """A track crossed a line in the direction that is the line's `wrong_way`; beside the crossing, with its evidence."""

    type: ClassVar[str] = "sightline.line.wrong_way.v1"


class WrongWay(OfZone, frozen=True, kw_only=True):
    """Somebody in a zone has gone against its `way_deg` for its `way_s`; `heading_deg` is that of when it was certain."""

    type: ClassVar[str] = "sightline.zone.wrong_way.v1"
    shown: ClassVar[tuple[str, ...]] = ("zone", "track_id", "heading_deg", "off_deg")

    off_deg: Annotated[
        float, Meta(ge=0, le=180, description="By how much `heading_deg` was off the zone's way, degrees.")
    ]


class SpeedExceeded(OfZone, frozen=True, kw_only=True):
    """Somebody in a zone has been faster than its limit for its `speed_s`; `speed_mps` is that of when it was certain."""

    type: ClassVar[str] = "sightline.zone.speed_exceeded.v1"
    shown: ClassVar[tuple[str, ...]] = ("zone", "track_id", "speed_mps", "limit_mps")

    limit_mps: Annotated[float, Meta(gt=0, description="The zone's limit, metres a second.")]


class SpeedRestored(OfZone, frozen=True, kw_only=True):
    """Somebody who was too fast in a zone is so no longer: slower than nine tenths of the limit, or gone."""

    type: ClassVar[str] = "sightline.zone.speed_restored.v1"
    shown: ClassVar[tuple[str, ...]] = ("zone", "reason", "track_id", "top_mps")

    reason: Annotated[
        Literal["slowed", "exited", "lost", "ended"],
        Meta(
            description="They `slowed` down, `exited` over the border, were `lost` from sight, or the stream `ended`."
        ),
    ]
    top_mps: Annotated[float, Meta(ge=0, description="Their highest speed meanwhile, metres a second.")]
    lasted_ms: Annotated[int, Meta(ge=0, description="How long it lasted since they passed the limit, ms.")]


Conduct = (
    LoiteringStarted
    | LoiteringEnded
    | QueueLeft
    | QueueWaitExceeded
    | WrongWay
    | SpeedExceeded
    | SpeedRestored
)
