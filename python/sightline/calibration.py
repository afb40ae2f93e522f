"""What is known of a camera's place above the ground, while it is being found out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from sightline.ground import GroundPlane


@dataclass(frozen=True)
class Calibration:
    """What is known of a camera's place above the ground.

    Attributes:
        state: `off` when nobody asked, `given` by the configuration, or found from people: `calibrating`, `calibrated`,
            `recalibrating`.
        progress: How far it is while it calibrates, 0 to 1.
        ground: The ground plane, once there is one.
        calibrated_pts_ns: When it was last found, media time; None unless it was found from people.
    """

    state: Literal["off", "given", "calibrating", "calibrated", "recalibrating"] = "off"
    progress: float = 0.0
    ground: GroundPlane | None = None
    calibrated_pts_ns: int | None = None
