"""A pinhole camera above a floor: places in meters become places in the picture.

The floor's axes are x to the camera's right and y away from it, with the origin below the lens; z is up.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


# Fall of a line of sight, per unit of its length, below which it counts as level.
_HORIZON = 1e-9


class GroundPoint(NamedTuple):
    """A place on the floor.

    Attributes:
        x_m: Meters to the right of the camera.
        y_m: Meters away from the camera.
    """

    x_m: float
    y_m: float


class Homogeneous(NamedTuple):
    """An image point times its depth, so that it is linear in the place it came from."""

    x: float
    y: float
    depth: float

    @property
    def point_px(self) -> tuple[float, float]:
        """Where it is in the picture, pixels."""
        return self.x / self.depth, self.y / self.depth


@dataclass(frozen=True)
class Camera:
    """A pinhole camera without distortion.

    Attributes:
        height_m: Height of the lens above the floor, meters.
        focal_px: Focal length, pixels.
        tilt_deg: Angle by which it looks down, degrees, 0…80.
        shift_px: How far the lens is shifted upward against the sensor, pixels. A shifted lens looks down without
            tilting, so that what is upright stays upright in the picture.
        width: Of the picture, pixels.
        height: Of the picture, pixels.
    """

    height_m: float = 5.0
    focal_px: float = 1000.0
    tilt_deg: float = 0.0
    shift_px: float = 320.0
    width: int = 1280
    height: int = 720

    @cached_property
    def _tilt(self) -> tuple[float, float]:
        angle = math.radians(self.tilt_deg)
        return math.cos(angle), math.sin(angle)

    @property
    def _center_px(self) -> tuple[float, float]:
        return self.width / 2, self.height / 2 - self.shift_px

    def project(self, x_m: float, y_m: float, z_m: float = 0.0) -> Homogeneous:
        """Return where a place is seen; its depth is in meters and positive before the camera."""
        cos, sin = self._tilt
        below = self.height_m - z_m
        depth = y_m * cos + below * sin
        center_x, center_y = self._center_px
        return Homogeneous(
            center_x * depth + self.focal_px * x_m,
            center_y * depth + self.focal_px * (below * cos - y_m * sin),
            depth,
        )

    def pixels_from_ground(self, point: GroundPoint) -> tuple[float, float]:
        """Return where a place on the floor is in the picture."""
        return self.project(*point).point_px

    def unit_from_ground(self, point: GroundPoint) -> tuple[float, float]:
        """Return where a place on the floor is in the picture, as shares of its width and height."""
        x, y = self.pixels_from_ground(point)
        return x / self.width, y / self.height

    def pixels_per_meter(self, point: GroundPoint) -> float:
        """Return the size in the picture of one meter across the view at a place on the floor."""
        return self.focal_px / self.project(*point).depth

    def ground_from_pixels(
        self, x: NDArray[np.float64], y: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return x and y in meters of the floor seen at pixels; above the horizon, places farther than any wall."""
        cos, sin = self._tilt
        center_x, center_y = self._center_px
        right, down = (x - center_x) / self.focal_px, (y - center_y) / self.focal_px
        fall = down * cos + sin
        reach = self.height_m / np.maximum(fall, _HORIZON)
        return right * reach, (cos - down * sin) * reach
