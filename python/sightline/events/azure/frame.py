"""One analyzed frame, as far as Azure's messages speak of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sightline.calibration import Calibration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sightline.faces import FaceMask
    from sightline.motions import Motions
    from sightline.tracks import Tracks


@dataclass(frozen=True)
class Frame:
    """What was seen in a frame, and what is known of the camera.

    Attributes:
        pts_ns: Presentation time, nanoseconds.
        epoch: Increases with each discontinuity of the source's clock.
        index: Number of the frame in its source.
        tracks: Who is visible; boxes in source pixels.
        motions: How each of them moves, row by row.
        calibration: What is known of the camera's place above the ground.
        face_masks: What is known of the faces of tracks, by identity; empty unless asked for.
        captured_at_ns: Time of day at which it was taken, nanoseconds since 1970, if a clock says so.
    """

    pts_ns: int
    epoch: int
    index: int
    tracks: Tracks
    motions: Motions
    calibration: Calibration = field(default_factory=Calibration)
    face_masks: Mapping[int, FaceMask] = field(default_factory=dict[int, "FaceMask"])
    captured_at_ns: int | None = None
