"""What messages say of a camera's calibration, and when a calibration event is due."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sightline.events.azure.facts import CalibrationEventFacts, CalibrationFacts
from sightline.events.azure.placement import zone_placement
from sightline.events.azure.reporting import Interval
from sightline.ground import METRES_PER_FOOT

if TYPE_CHECKING:
    from datetime import datetime

    from sightline.calibration import Calibration
    from sightline.events.azure.facts import MediaClock, SourceFacts
    from sightline.events.azure.options import AzureCamera
    from sightline.events.azure.view import Ids
    from sightline.events.azure.wire import ZonePlacement

_STATUS = {
    "given": "Calibrated",
    "calibrated": "Calibrated",
    "calibrating": "Calibrating",
    "recalibrating": "Recalibrating",
}


def calibration_facts(known: Calibration, focal_scale: float) -> CalibrationFacts | None:
    """Return what is known of a camera; None when nobody asked for it.

    Args:
        known: The calibration.
        focal_scale: Pixels of the width that messages speak of in one of the source's.
    """
    if known.state == "off":
        return None
    status = _STATUS[known.state]
    if known.state in {"calibrating", "recalibrating"}:
        status += f";{known.progress:.2f}"
    ground = known.ground
    if ground is None or ground.height_m is None or ground.tilt_deg is None or ground.focal_px is None:
        return CalibrationFacts(status, 0.0, 0.0, 0.0)
    return CalibrationFacts(
        status,
        height_ft=ground.height_m / METRES_PER_FOOT,
        focal_px=ground.focal_px * focal_scale,
        tilt_rad=math.pi / 2 - math.radians(ground.tilt_deg),
    )


class CalibrationReport:
    """Says when a calibration event is due: when there is another calibration, and every so many seconds where asked for."""

    def __init__(self, options: AzureCamera, *, size_px: tuple[int, int], ids: Ids) -> None:
        self._options = options
        self._size_px = size_px
        self._ids = ids
        seconds = options.calibration_event_s
        self._interval = None if seconds is None else Interval(seconds)
        self._last: tuple[object, ...] | None = None
        self._calibrated: datetime | None = None
        self._placement: ZonePlacement | None = None

    def look(
        self, known: Calibration, source: SourceFacts, clock: MediaClock, elapsed_ns: int
    ) -> CalibrationEventFacts | None:
        """Return the event that a frame brings."""
        ground = known.ground
        if ground is None or source.calibration is None:
            return None
        camera = (known.calibrated_pts_ns, ground.height_m, ground.tilt_deg, ground.focal_px)
        changed = camera != self._last
        if changed:
            self._last = camera
            self._calibrated = clock.moment(known.calibrated_pts_ns or 0)
            wanted = self._options.zone_placement
            self._placement = zone_placement(ground, self._size_px) if wanted else None
        due = self._interval is not None and self._interval.is_due(elapsed_ns)
        if self._calibrated is None or not (changed or due):
            return None
        event_id = self._ids.hex("calibration", elapsed_ns)
        return CalibrationEventFacts(event_id, source, self._calibrated, self._placement)
