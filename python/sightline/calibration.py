"""Where a camera is above the ground: given by the configuration, or found from the people it sees while it runs."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import numpy as np
from msgspec import Meta

from sightline.ground import MEAN_STATURE_M, AutoCalibration, GroundPlane

if TYPE_CHECKING:
    from sightline.scene import Ground
    from sightline.tracks import Tracks

Seconds = Annotated[float, Meta(gt=0.0)]
AtLeastOne = Annotated[int, Meta(ge=1)]

_NS = 1_000_000_000
# How often people are looked at while they are collected: two boxes of one person a moment apart say the same.
_SAMPLE_NS = _NS // 2
# How often the collection is asked for the camera; a fit takes some 30 ms.
_SOLVE_NS = 5 * _NS
# Fewest people and boxes of theirs that a camera is believed to.
_FEWEST_PEOPLE = 8
_FEWEST_BOXES = 30
# Greatest standard error of a distance that is believed, as a share. Errors of more than a quarter are not even told.
_BELIEVED = 0.1
_TOLD = 0.25
# Two fits that are farther apart than so many standard errors are of two poses.
_MOVED = 4.0


class CalibrationSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a camera's place that was found from people is checked later on; seconds of media time.

    Attributes:
        recalibrate: Whether it is checked at all.
        check_s: From one check to the next.
        collect_s: From one round of collecting new boxes to the next.
        collect_n: Boxes that a round takes at least.
        queue_max: Boxes that are kept for the checks at most, the newest.
    """

    recalibrate: bool = True
    check_s: Seconds = 86_400.0
    collect_s: Seconds = 300.0
    collect_n: AtLeastOne = 10
    queue_max: AtLeastOne = 1000


@dataclass(frozen=True)
class Calibration:
    """What is known of a camera's place above the ground.

    Attributes:
        state: `off` when nobody asked, `given` by the configuration, or found from people: `calibrating`, `calibrated`,
            `recalibrating`.
        progress: How far it is while it calibrates, 0 to 1; it never falls meanwhile.
        ground: The ground plane, once there is one.
        calibrated_pts_ns: When it was last found, media time; None unless it was found from people.
    """

    state: Literal["off", "given", "calibrating", "calibrated", "recalibrating"] = "off"
    progress: float = 0.0
    ground: GroundPlane | None = None
    calibrated_pts_ns: int | None = None


class Calibrator:
    """Finds a camera's place above the ground from its tracks, frame by frame, and checks it later on.

    People are looked at twice a second. Every five seconds they are asked for the camera, until eight or more of them say
    it with a standard error of at most a tenth of a distance; progress is 0.4 for people enough, and from there the error
    that is allowed over the error so far. Nothing is said before.

    From then on some boxes are kept every `collect_s`, and every `check_s` they are asked again. Where their camera is
    another one by more than four standard errors, it was moved: the calibration starts afresh, with the old ground until
    the new one is known. Otherwise the one of the two that is more certain goes on. Time is that of the media; after a jump
    of its clock the time that passed counts as none. Memory is bounded.

    Args:
        size_px: Width and height of the frames.
        stature_m: Mean stature of the people in view, shoes included, metres.
        focal_px: The focal length where it is known, pixels; needed for cameras that look about level.
        settings: How it is checked later on.

    Raises:
        ValueError: When a number is not positive.
    """

    def __init__(
        self,
        size_px: tuple[int, int],
        *,
        stature_m: float = MEAN_STATURE_M,
        focal_px: float | None = None,
        settings: CalibrationSettings | None = None,
    ) -> None:
        self._camera = (size_px, stature_m, focal_px)
        self._settings = settings or CalibrationSettings()
        self._fit = self._empty_fit()
        self._queue = _Queue(self._settings.queue_max)
        self._calibration = Calibration("calibrating")
        self._last: tuple[int, int] | None = None
        # Media time that has passed, and when the next of each is due, nanoseconds.
        self._now_ns = 0
        self._sample_ns = 0
        self._solve_ns = _SOLVE_NS
        self._round_ns = 0
        self._wanted = 0

    @property
    def calibration(self) -> Calibration:
        """What is known now."""
        return self._calibration

    def update(self, pts_ns: int, tracks: Tracks) -> GroundPlane | None:
        """Take one more frame, of which `tracks` are the people; return the ground if it is new or another one."""
        self._pass_time(pts_ns, tracks.epoch)
        if self._calibration.state == "calibrated":
            return self._check(pts_ns, tracks)
        if self._is_sample_due():
            self._fit.add(tracks)
        if self._now_ns < self._solve_ns:
            return None
        self._solve_ns = self._now_ns + _SOLVE_NS
        return self._find(pts_ns)

    def _pass_time(self, pts_ns: int, epoch: int) -> None:
        if self._last is not None and self._last[0] == epoch:
            self._now_ns += max(0, pts_ns - self._last[1])
        self._last = (epoch, pts_ns)

    def _is_sample_due(self) -> bool:
        due = self._now_ns >= self._sample_ns
        if due:
            self._sample_ns = self._now_ns + _SAMPLE_NS
        return due

    def _find(self, pts_ns: int) -> GroundPlane | None:
        people = min(self._fit.people / _FEWEST_PEOPLE, len(self._fit) / _FEWEST_BOXES, 1.0)
        progress = people * _BELIEVED / _TOLD
        ground = _solved(self._fit) if people == 1.0 else None
        if ground is not None:
            progress = max(progress, min(1.0, _BELIEVED / _distance_error(ground)))
            if _distance_error(ground) <= _BELIEVED:
                return self._found(ground, pts_ns)
        known = self._calibration
        progress = max(known.progress, min(progress, 0.99))
        self._calibration = Calibration(known.state, progress, known.ground, known.calibrated_pts_ns)
        return None

    def _found(self, ground: GroundPlane, pts_ns: int) -> GroundPlane:
        self._calibration = Calibration("calibrated", 1.0, ground, pts_ns)
        self._fit = self._empty_fit()
        self._queue.clear()
        self._solve_ns = self._now_ns + round(self._settings.check_s * _NS)
        self._round_ns = self._now_ns
        return ground

    def _check(self, pts_ns: int, tracks: Tracks) -> GroundPlane | None:
        """Collect people for the next check, and judge what was found by them when that is due."""
        if not self._settings.recalibrate:
            return None
        if self._now_ns >= self._round_ns:
            self._round_ns = self._now_ns + round(self._settings.collect_s * _NS)
            self._wanted = self._settings.collect_n
        if self._wanted > 0 and self._is_sample_due():
            self._wanted -= self._queue.add(tracks)
        if self._now_ns < self._solve_ns:
            return None
        self._solve_ns = self._now_ns + round(self._settings.check_s * _NS)
        fit = self._empty_fit()
        for sample in self._queue.samples:
            fit.add(sample)
        now, before = _solved(fit), self._calibration.ground
        if now is None or before is None or fit.people < _FEWEST_PEOPLE:
            return None
        if _is_elsewhere(before, now):
            self._calibration = Calibration("recalibrating", 0.0, before, self._calibration.calibrated_pts_ns)
            self._fit = self._empty_fit()
            self._solve_ns = self._now_ns + _SOLVE_NS
            return None
        return self._found(now, pts_ns) if _distance_error(now) < _distance_error(before) else None

    def _empty_fit(self) -> AutoCalibration:
        size_px, stature_m, focal_px = self._camera
        return AutoCalibration(size_px, stature_m=stature_m, focal_px=focal_px)


class _Queue:
    """The newest people, frame by frame, as many as are kept."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._boxes = 0
        self.samples: deque[Tracks] = deque()

    def add(self, tracks: Tracks) -> int:
        """Take a frame's people, as many as are kept at all; return how many they were."""
        sample = tracks[: self._most]
        if len(sample) > 0:
            self.samples.append(sample)
            self._boxes += len(sample)
        while self._boxes > self._most:
            self._boxes -= len(self.samples.popleft())
        return len(sample)

    def clear(self) -> None:
        self.samples.clear()
        self._boxes = 0


def ground_plane(ground: Ground, size_px: tuple[int, int]) -> GroundPlane | None:
    """Return the plane that a scene gives, for frames of this size; None where it is found from people.

    Raises:
        ValueError: When the numbers make none.
    """
    width, height = size_px
    if ground.points is not None:
        pixels = np.array([point.at for point in ground.points]) * (width, height)
        return GroundPlane.from_points(pixels, [point.metres for point in ground.points])
    if ground.height_m is None or ground.tilt_deg is None or ground.view_deg is None:
        return None
    return GroundPlane.from_camera(
        height_m=ground.height_m,
        tilt_deg=ground.tilt_deg,
        roll_deg=ground.roll_deg,
        focal_px=_focal_px(ground.view_deg, width),
        size_px=size_px,
    )


def calibrator_of(
    ground: Ground, size_px: tuple[int, int], settings: CalibrationSettings | None = None
) -> Calibrator:
    """Return what finds a scene's ground from people, given what the scene says of the camera."""
    focal_px = None if ground.view_deg is None else _focal_px(ground.view_deg, size_px[0])
    stature_m = ground.stature_m or MEAN_STATURE_M
    return Calibrator(size_px, stature_m=stature_m, focal_px=focal_px, settings=settings)


def _focal_px(view_deg: float, width_px: int) -> float:
    return width_px / 2 / math.tan(math.radians(view_deg) / 2)


def _solved(fit: AutoCalibration) -> GroundPlane | None:
    """Return the camera that people say, or None when they don't say it well enough to tell."""
    try:
        return fit.solve()
    except ValueError:
        return None


def _distance_error(ground: GroundPlane) -> float:
    return math.inf if ground.errors is None else ground.errors.distance


def _is_elsewhere(before: GroundPlane, now: GroundPlane) -> bool:
    """Say whether two calibrations are of two poses: one number at least is another by more than chance."""
    if before.errors is None or now.errors is None:
        return False
    numbers = [
        (before.height_m, now.height_m, before.errors.height_m, now.errors.height_m),
        (before.tilt_deg, now.tilt_deg, before.errors.tilt_deg, now.errors.tilt_deg),
        (before.focal_px, now.focal_px, before.errors.focal_px, now.errors.focal_px),
    ]
    return any(
        one is not None
        and other is not None
        and abs(one - other) > _MOVED * max(math.hypot(error, other_error), 1e-9)
        for one, other, error, other_error in numbers
    )
