"""What is known of where a camera is above the ground, while its pictures come in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sightline.calibration import Calibration, Calibrator, calibrator_of, ground_plane

if TYPE_CHECKING:
    from sightline.ground import GroundPlane
    from sightline.pipeline.camera import Camera
    from sightline.tracks import Tracks

_NOT_ASKED = Calibration()


class GroundOf:
    """What is known of where one camera is above the ground."""

    def __init__(self, camera: Camera, people: list[int], size_px: tuple[int, int]) -> None:
        self._camera = camera
        self._people = people
        self._size_px = size_px
        self._calibrator: Calibrator | None = None
        self._begin()

    def _begin(self) -> None:
        self.calibration = _NOT_ASKED
        ground = self._camera.scene.ground
        if ground is not None and ground.auto:
            self._calibrator = calibrator_of(ground, self._size_px, self._camera.calibration)
            self.calibration = self._calibrator.calibration
        elif ground is not None:
            self.calibration = Calibration("given", 1.0, ground_plane(ground, self._size_px))

    def update(self, tracks: Tracks) -> GroundPlane | None:
        """Take one more frame's tracks; return the ground if it is new or another one."""
        size_px = tracks.size_px or self._size_px
        if size_px != self._size_px:
            # Pixels of another size show other places: what was found is no longer so.
            self._size_px = size_px
            self._begin()
        if self._calibrator is None:
            return None
        people = tracks[np.isin(tracks.class_id, self._people)]
        found = self._calibrator.update(tracks.pts_ns, people)
        self.calibration = self._calibrator.calibration
        return found
