"""What people do in a zone, where the zone asks for it: they loiter.

Types as in `sightline.events.types`.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from sightline.events.base import OfZone

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


Conduct = LoiteringStarted | LoiteringEnded
