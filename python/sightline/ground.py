"""Pixels become places on the ground, in metres: from measured points, from a calibrated camera, or from people alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from sightline import _core
from sightline.geometry import as_points

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from sightline.tracks import Tracks

MEAN_STATURE_M = 1.70
"""Mean stature of adults with shoes, metres: 1.71 m for men and 1.59 m for women born in 1996 over the world (NCD Risk
Factor Collaboration, eLife 5:e13410, 2016), a little more in Europe, and 2 to 3 cm of shoes. Give your own where you know
better: all lengths scale with it."""
METRES_PER_FOOT = 0.3048
"""The international foot, exact since 1959."""


@dataclass(frozen=True)
class StandardErrors:
    """How far off an automatic calibration may be, given the mean stature.

    Attributes:
        height_m: Of the camera's height, metres.
        tilt_deg: Of its tilt, degrees.
        focal_px: Of its focal length, pixels; 0 where that was given.
        distance: Of a distance between people in view, as a share of it.
    """

    height_m: float
    tilt_deg: float
    focal_px: float
    distance: float


class GroundPlane:
    """Maps source pixels to metres on the ground, and back.

    Use one of the `from_…` methods. Ground axes are the calibration's own: for a camera by height and tilt, x is to its
    right and y ahead, from the point below it.

    Attributes:
        residual_m: How far measured points are missed, root mean square, metres; 0 for other calibrations.
        errors: Standard errors of an automatic calibration; None for others.

    >>> corners = [(100, 400), (540, 400), (620, 470), (20, 470)]
    >>> ground = GroundPlane.from_points(corners, [(0, 5), (4, 5), (4, 0), (0, 0)])
    >>> ground.locate([(320, 400)]).round(2).tolist()
    [[2.0, 5.0]]
    >>> round(float(ground.distance_m((100, 400), (620, 470))), 3)
    6.403
    >>> round(float(ground.distance_ft((100, 400), (620, 470))), 2)
    21.01
    """

    def __init__(
        self, core: _core.GroundPlane, *, residual_m: float = 0.0, errors: StandardErrors | None = None
    ) -> None:
        self._core = core
        self.residual_m = residual_m
        self.errors = errors

    @classmethod
    def from_points(cls, pixels: ArrayLike, metres: ArrayLike) -> Self:
        """Fit a homography to four or more places whose pixels are known (normalized DLT, Hartley and Zisserman 2004).

        Args:
            pixels: (N, 2), source pixels.
            metres: (N, 2), the same places on the ground, metres, in axes of your own.

        Raises:
            ValueError: When there are fewer than four pairs, or three of four lie on a line.
        """
        core, residual_m = _core.GroundPlane.from_points(_pairs(pixels), _pairs(metres))
        return cls(core, residual_m=residual_m)

    @classmethod
    def from_homography(cls, matrix: ArrayLike, *, visible: tuple[float, float]) -> Self:
        """Use a matrix (3, 3) that takes (x, y, 1) in source pixels to metres, given a pixel that shows ground.

        Raises:
            ValueError: When the matrix can't be inverted.
        """
        return cls(_core.GroundPlane.from_homography(np.asarray(matrix, np.float64).tolist(), visible))

    @classmethod
    def from_camera(
        cls,
        *,
        height_m: float,
        tilt_deg: float,
        focal_px: float,
        size_px: tuple[int, int],
        roll_deg: float = 0.0,
    ) -> Self:
        """Use a camera's height above the ground, its tilt below the horizon and its focal length.

        Args:
            height_m: Metres, positive.
            tilt_deg: Degrees below the horizon, 90 for straight down.
            focal_px: Pixels; half the picture's width over the tangent of half its horizontal field of view.
            size_px: Width and height of the frames; the principal point is their middle.
            roll_deg: Degrees clockwise about where it looks.

        Raises:
            ValueError: When a number is out of range.
        """
        width, height = size_px
        tilt, roll = math.radians(tilt_deg), math.radians(roll_deg)
        return cls(_core.GroundPlane.above(height_m, tilt, roll, focal_px, (width / 2, height / 2)))

    @classmethod
    def from_pinhole(
        cls,
        *,
        focal_px: tuple[float, float],
        center_px: tuple[float, float],
        rotation: ArrayLike,
        translation: ArrayLike,
        k1: float = 0.0,
        k2: float = 0.0,
    ) -> Self:
        """Use a camera's matrix, lens and pose, as OpenCV's calibration gives them, with the ground at z = 0.

        Args:
            focal_px: fx and fy.
            center_px: cx and cy.
            rotation: (3, 3): camera axes (right, down, forward) from world axes.
            translation: (3,), metres: a world point X is at `rotation @ X + translation`.
            k1: Radial distortion, of the square (Brown, 1966).
            k2: Of the fourth power.

        Raises:
            ValueError: When the rotation is none, or a number is out of range.
        """
        matrix = np.asarray(rotation, np.float64).reshape(3, 3).tolist()
        shift = np.asarray(translation, np.float64).reshape(3).tolist()
        return cls(_core.GroundPlane.from_pinhole(focal_px, center_px, (k1, k2), matrix, shift))

    @classmethod
    def from_tsai(
        cls,
        *,
        focal: float,
        kappa1: float,
        center_px: tuple[float, float],
        sx: float,
        pixel: tuple[float, float],
        translation: tuple[float, float, float],
        rotation: tuple[float, float, float],
        unit_m: float = 0.001,
    ) -> Self:
        """Use a calibration by Tsai's method (IEEE Journal of Robotics and Automation 3(4), 1987).

        Args:
            focal: Focal length, in the calibration's unit.
            kappa1: Radial distortion, per square of the unit.
            center_px: cx and cy, pixels.
            sx: Uncertainty of the horizontal scan.
            pixel: dpx and dpy, the size of a pixel.
            translation: tx, ty, tz.
            rotation: rx, ry, rz, radians.
            unit_m: Metres a unit; millimetres when absent.

        Raises:
            ValueError: When a number is out of range.
        """
        return cls(
            _core.GroundPlane.from_tsai(
                focal, kappa1, center_px, sx, pixel, list(translation), list(rotation), unit_m
            )
        )

    @property
    def height_m(self) -> float | None:
        """How high the camera is, metres, where it is known."""
        return self._core.camera and self._core.camera[0]

    @property
    def tilt_deg(self) -> float | None:
        """How far below the horizon the camera looks, degrees, where it is known."""
        return self._core.camera and math.degrees(self._core.camera[1])

    @property
    def focal_px(self) -> float | None:
        """The focal length, pixels, where it is known."""
        return self._core.camera and self._core.camera[2]

    def locate(self, pixels: ArrayLike) -> NDArray[np.float64]:
        """Say where pixels, (N, 2), lie on the ground: (N, 2) metres, NaN at and above the horizon."""
        return self._core.locate(as_points(pixels))

    def project(self, places: ArrayLike, *, height_m: float = 0.0) -> NDArray[np.float64]:
        """Say which pixels show places on the ground, (N, 2) metres, or points so far above them: (N, 2).

        NaN where there is none, and for points above the ground when only a homography is known.
        """
        return self._core.project(as_points(places), height_m)

    def distance_m(self, a: ArrayLike, b: ArrayLike) -> NDArray[np.float64]:
        """Say how far apart on the ground pixels are, (N, 2) or (2,) each: (N,) or () metres, NaN above the horizon."""
        first, second = np.asarray(a, np.float64), np.asarray(b, np.float64)
        apart = self.locate(first) - self.locate(second)
        metres = np.hypot(apart[:, 0], apart[:, 1])
        return metres.reshape(np.broadcast_shapes(first.shape, second.shape)[:-1])

    def distance_ft(self, a: ArrayLike, b: ArrayLike) -> NDArray[np.float64]:
        """Say the same in feet of exactly 0.3048 m: (N,) or (), NaN above the horizon."""
        return self.distance_m(a, b) / METRES_PER_FOOT

    @property
    def core(self) -> _core.GroundPlane:
        """The plane as the core takes it."""
        return self._core

    def metres_per_px(self, pixels: ArrayLike) -> NDArray[np.float64]:
        """Say how many metres of ground one pixel covers at most at these pixels, (N, 2): (N,), NaN above the horizon.

        It is the largest singular value of the map's derivative: what an error of one pixel costs.
        """
        return self._core.metres_per_px(as_points(pixels))

    def __repr__(self) -> str:
        if self.height_m is None or self.tilt_deg is None or self.focal_px is None:
            return f"GroundPlane(homography, residual_m={self.residual_m:.3f})"
        return f"GroundPlane(height_m={self.height_m:.2f}, tilt_deg={self.tilt_deg:.1f}, focal_px={self.focal_px:.0f})"


class AutoCalibration:
    """Finds a camera's height, tilt and focal length from the boxes of people who stand and walk in its picture.

    A person's head and feet are one stature apart, so the row of the head follows from that of the feet by the horizon, the
    nadir and the camera's height (Criminisi, Reid and Zisserman, IJCV 40(2), 2000; from people: Lv, Zhao and Nevatia, IEEE
    PAMI 28(9), 2006). The fit is robust (Tukey's bisquare); half hidden people do no harm. It supposes flat ground, square
    pixels, no roll, little distortion and the principal point in the middle. Memory is bounded.

    Args:
        size_px: Width and height of the frames.
        stature_m: Mean stature of the people in view, shoes included, metres.
        focal_px: The focal length where it is known, pixels; needed for cameras that look about level.

    Raises:
        ValueError: When a number is not positive.
    """

    def __init__(
        self,
        size_px: tuple[int, int],
        *,
        stature_m: float = MEAN_STATURE_M,
        focal_px: float | None = None,
    ) -> None:
        self._core = _core.PeopleFit(size_px, stature_m, focal_px)

    def __len__(self) -> int:
        return len(self._core)

    @property
    def people(self) -> int:
        """How many people the kept boxes are of; each is one witness."""
        return self._core.people

    def add(self, tracks: Tracks) -> None:
        """Take the people of one more frame; boxes of one track count as one witness.

        Boxes that touch the border, or are not 1.4 to 6 times as high as wide, are left out.
        """
        self._core.add(tracks.track_id, tracks.xyxy)

    def solve(self) -> GroundPlane:
        """Fit the camera to the people so far.

        Raises:
            ValueError: With the reason, when they don't determine the camera: too few, all in one row, a level camera of
                unknown focal length, or a standard error of more than a quarter.
        """
        core, (height_m, tilt_rad, focal_px, distance) = self._core.solve()
        errors = StandardErrors(height_m, math.degrees(tilt_rad), focal_px, distance)
        return GroundPlane(core, errors=errors)


def _pairs(points: ArrayLike) -> list[list[float]]:
    pairs: list[list[float]] = as_points(points).tolist()
    return pairs
