"""A frame's people as messages speak of them: by identity, in shares of the picture, feet and radians."""

from __future__ import annotations

import math
import uuid
from typing import TYPE_CHECKING

from sightline.events.azure.facts import Box, DetectionFacts, FaceFacts
from sightline.ground import METRES_PER_FOOT

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sightline.events.azure.frame import Frame
    from sightline.events.types import LineCrossed, ZoneEntered, ZoneExited

    Sighted = LineCrossed | ZoneEntered | ZoneExited

# The namespace of ids in Azure's messages, fixed for ever.
_NAMESPACE = uuid.UUID("8d3f9f3a-2f0e-5c5e-9a55-0d6c6f9f8b21")


class Ids:
    """Makes ids that the same recording and configuration give again.

    Args:
        camera_id: The camera's name in the configuration.
        started_at: Start of the recording or run: another one gives other ids, so that nobody is followed over both.
    """

    def __init__(self, camera_id: str, started_at: str) -> None:
        self._of = f"{camera_id}|{started_at}|"

    def uuid(self, *parts: object) -> uuid.UUID:
        """Return the UUIDv5 of what is identified."""
        return uuid.uuid5(_NAMESPACE, self._of + "|".join(map(str, parts)))

    def hex(self, *parts: object) -> str:
        """Return it as 32 hexadecimal digits."""
        return self.uuid(*parts).hex

    def tracking(self, track_id: int) -> str:
        """Return a track's pseudonym."""
        return self.hex("track", track_id)


class View:
    """One frame.

    Args:
        frame: What was seen.
        size_px: Width and height of the source's frames.
        ids: Makes ids.
    """

    def __init__(self, frame: Frame, size_px: tuple[int, int], ids: Ids) -> None:
        tracks = frame.tracks
        self.frame = frame
        self.is_calibrated = frame.calibration.ground is not None
        self._ids = ids
        self._size_px = size_px
        self._rows = {track_id: row for row, track_id in enumerate(tracks.track_id.tolist())}
        self._xyxy: NDArray[np.float64] = tracks.xyxy
        self._confidence: NDArray[np.float32] = tracks.confidence

    def row(self, track_id: int) -> int | None:
        """Return the row of a track that is visible."""
        return self._rows.get(track_id)

    def speed_fps(self, row: int) -> float | None:
        """Return a speed on the ground, feet a second, where it is known."""
        speed = _known(self.frame.motions.speed_mps[row]) if self.is_calibrated else None
        return None if speed is None else speed / METRES_PER_FOOT

    def image_heading_deg(self, row: int) -> float | None:
        """Return a direction in the picture, degrees clockwise from up; None for who stands."""
        return _known(self.frame.motions.image_heading_deg[row])

    def ground_ft(self, row: int) -> tuple[float, float] | None:
        """Return where a track's feet are on the ground, where that is known."""
        if not self.is_calibrated:
            return None
        across, ahead = map(_known, self.frame.motions.ground_m[row])
        if across is None or ahead is None:
            return None
        return across / METRES_PER_FOOT, ahead / METRES_PER_FOOT

    def places_ft(self, rows: list[int]) -> NDArray[np.float64]:
        """Return where tracks' feet are on the ground, (N, 2) feet, NaN where that is not known."""
        return self.frame.motions.ground_m[rows].reshape(-1, 2) / METRES_PER_FOOT

    def unlinked(self, row: int, track_id: int, *, vehicle: str | None = None) -> DetectionFacts:
        """Describe a visible track without saying who it is: its id is one of the frame alone."""
        detection_id = self._ids.hex("detection", self.frame.epoch, self.frame.pts_ns, row)
        return self._seen(row, track_id, detection_id, None, vehicle)

    def linked(self, event: Sighted) -> DetectionFacts:
        """Describe whom an event is about, by the frame, or by the event for somebody whom the frame does not show."""
        row, tracking_id = self.row(event.track_id), self._ids.tracking(event.track_id)
        if row is not None:
            return self._seen(row, event.track_id, tracking_id, tracking_id, None)
        ground, speed, heading = event.ground_m, event.speed_mps, event.heading_deg
        if not self.is_calibrated or ground is None:
            return DetectionFacts(tracking_id, _within(event.box), event.confidence, tracking_id)
        return DetectionFacts(
            id=tracking_id,
            box=_within(event.box),
            confidence=event.confidence,
            tracking_id=tracking_id,
            ground_ft=(ground[0] / METRES_PER_FOOT, ground[1] / METRES_PER_FOOT),
            ground_rad=None if heading is None else math.radians(heading),
            speed_fps=None if speed is None else speed / METRES_PER_FOOT,
            foot=((event.box[0] + event.box[2]) / 2, event.box[3]),
        )

    def gone(self, event: Sighted) -> DetectionFacts:
        """Describe a vehicle that the frame does not show, without saying which it is."""
        detection_id = self._ids.hex("gone", event.event_id)
        return DetectionFacts(detection_id, _within(event.box), event.confidence, vehicle=event.object_class)

    def _seen(
        self, row: int, track_id: int, detection_id: str, tracking_id: str | None, vehicle: str | None
    ) -> DetectionFacts:
        box = self._shares(self._xyxy[row].tolist())
        motions = self.frame.motions
        known = self.is_calibrated
        return DetectionFacts(
            id=detection_id,
            box=_within(box),
            confidence=float(self._confidence[row]),
            tracking_id=tracking_id,
            ground_ft=self.ground_ft(row),
            ground_rad=_radians(motions.heading_deg[row]) if known else None,
            image_rad=_radians(motions.image_heading_deg[row]) if known else None,
            speed_fps=self.speed_fps(row),
            foot=((box[0] + box[2]) / 2, box[3]) if known else None,
            face=None if vehicle is not None else self._face(track_id),
            vehicle=vehicle,
        )

    def _face(self, track_id: int) -> FaceFacts | None:
        mask = self.frame.face_masks.get(track_id)
        if mask is None:
            return None
        box = _within(self._shares(mask.box))
        return FaceFacts(mask.masked, mask.confidence, box, mask.face_confidence)

    def _shares(self, xyxy: tuple[float, ...] | list[float]) -> Box:
        width, height = self._size_px
        x1, y1, x2, y2 = xyxy
        return x1 / width, y1 / height, x2 / width, y2 / height


def _within(box: Box) -> Box:
    x1, y1, x2, y2 = (min(max(share, 0.0), 1.0) for share in box)
    return x1, y1, x2, y2


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _radians(degrees: float) -> float | None:
    known = _known(degrees)
    return None if known is None else math.radians(known)
