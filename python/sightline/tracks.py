"""Detections become tracks: ByteTrack on numpy columns."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sightline import _core

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from sightline.detections import Detections


Tracks = _core.Tracks

# Beyond these a lost track is kept for ever.
_LONGEST_S = 9e9
_MOST_FRAMES = 2**32 - 1


_PARITY: dict[str, Any] = {
    "track_high_thresh": 0.5,
    "new_track_thresh": 0.6,
    "match_thresh": 0.8,
    "fuse_score": True,
    "time_step_s": 0.0,
    "uncertainty": 0.0,
    "doubt": 0.0,
    "slow_down_s": math.inf,
    "lean": 0.0,
    "fuse_new": False,
    "shared_shift": False,
}


def _improved() -> dict[str, Any]:
    """Return the core's defaults by the names and in the units of `ByteTrack`."""
    # Thresholds are of single precision in the core: six digits are what was written there.
    core = {
        name: round(value, 6) if isinstance(value, float) else value
        for name, value in _core.default_settings().items()
    }
    seconds = {
        "time_step_s": 0.0 if core["frame_ns"] is None else core["frame_ns"] / 1e9,
        "slow_down_s": math.inf if core["slow_down_ns"] is None else core["slow_down_ns"] / 1e9,
    }
    return {name: core[name] for name in _PARITY if name in core} | seconds


DEFAULTS: dict[str, dict[str, Any]] = {"improved": _improved(), "parity": _PARITY}
"""What is not said has these values, by mode; `parity_cpp` has those of `parity`."""


class ByteTrack:
    """ByteTrack for one stream: boxes of one frame after another become tracks with identities.

    The algorithm is that of Zhang et al., "ByteTrack: Multi-Object Tracking by Associating Every Detection Box", ECCV
    2022 (arXiv 2110.06864): detections are matched in two stages, confident ones first, by IoU with boxes that a Kalman
    filter predicts. Boxes go in and come out as corners x1, y1, x2, y2 in source pixels; time is media time.

    Args:
        mode: `improved` is the default: lost tracks take part in the second stage, a visible track is never dropped for
            an older lost one, unconfirmed tracks are predicted, and the filter follows media time. `parity` gives the ids
            and boxes of the original implementation, `parity_cpp` those of its C++ port (ncnn); both are for comparison.
        track_high_thresh: Detections above it take part in the first stage, 0…1 (0.42; parity 0.5).
        track_low_thresh: Detections below it are ignored, 0…1.
        new_track_thresh: Score that a detection needs to start a track, 0…1 (0.67; parity 0.6).
        match_thresh: Greatest cost, 1 − IoU, of a match in the first stage, 0…1 (0.85; parity 0.8).
        lost_after_s: Seconds that an unseen track is kept.
        frame_rate: Frames per second; given, the buffer is counted in frames as the original counts it, and
            otherwise in time.
        fuse_score: Whether the first and third stage weigh IoU with the detection's score (no; parity yes).
        time_step_s: Seconds between frames that the filter's noise is made for (1/30; parity 0). A prediction reaches as
            far as media time has passed, so that few frames a second, dropped frames and changes of rate don't read as
            speed; 0 for one step a frame, whatever time has passed.
        uncertainty: How far boxes are widened before they are compared, in standard deviations of where the filter places
            the track, by at most the box's size on each side (0.3; parity 0).
        doubt: How much larger the errors of a detection without confidence are taken to be than those of one with full
            confidence, as a share (0.55; parity 0; after the NSA filter of Du et al., StrongSORT, arXiv 2202.13514).
        slow_down_s: Seconds in which a track that is not seen loses all but 1/e of its speed; never when absent.
        lean: How far a box that is given out leans from the filter's toward the detection, as a share for one of full
            confidence, 0…1 (0.45; parity 0). It shows people nearer to where the detector sees them and does not change
            who is who.
        fuse_new: Whether the third stage, where new tracks find their second detection, weighs IoU with its score even
            without `fuse_score`, as the original does (yes; parity as `fuse_score`).
        shared_shift: Whether a step that most tracks take together is taken for the camera's, and all tracks follow it
            (yes; parity no): where at least eight are seen and four of five of them are off to one side by more than a
            fiftieth of their size. It mends a camera that sways or pans as long as boxes still overlap from frame to
            frame, and does nothing where people go their own ways; `move_camera` is for what is known, and for more.
        observation_centric: Whether a track that is found again goes back to its last sighting and follows a straight
            line to the new one (re-update of Cao et al., OC-SORT, CVPR 2023, arXiv 2203.14360).
        buffered_iou: How much boxes are widened on each side before they are compared, as a share of their size, 0…1,
            for fast people or few frames a second (Yang et al., C-BIoU, WACV 2023, arXiv 2211.14317).
        per_class: Whether a track is only continued by detections of its class.

    Where a default is given in parentheses, `None` stands for it: it depends on the mode. The last three are off unless
    asked for. What each does to tracks is measured in `python -m benches quality`.

    Raises:
        ValueError: When a setting is out of its range, with its name, the range and what was found; or `mode` is unknown.

    >>> import numpy as np
    >>> from sightline.detections import Detections
    >>> tracker = ByteTrack()
    >>> found = Detections.of([[10, 20, 50, 120]], confidence=[0.9], pts_ns=0)
    >>> tracker.update(found)
    Tracks([1] at 0.000 s)
    """

    def __init__(
        self,
        *,
        mode: Literal["improved", "parity", "parity_cpp"] = "improved",
        track_high_thresh: float | None = None,
        track_low_thresh: float = 0.1,
        new_track_thresh: float | None = None,
        match_thresh: float | None = None,
        lost_after_s: float = 1.0,
        frame_rate: float | None = None,
        fuse_score: bool | None = None,
        time_step_s: float | None = None,
        uncertainty: float | None = None,
        doubt: float | None = None,
        slow_down_s: float | None = None,
        lean: float | None = None,
        fuse_new: bool | None = None,
        shared_shift: bool | None = None,
        observation_centric: bool = False,
        buffered_iou: float = 0.0,
        per_class: bool = False,
    ) -> None:
        if not lost_after_s >= 0:
            raise ValueError(f"lost_after_s: expected 0 or more seconds, found {lost_after_s}")
        if frame_rate is not None and not 0 < frame_rate < math.inf:
            raise ValueError(f"frame_rate: expected a positive number of frames a second, found {frame_rate}")
        frames = None if frame_rate is None else int(min(frame_rate * lost_after_s, _MOST_FRAMES))
        given = {
            "track_high_thresh": track_high_thresh,
            "new_track_thresh": new_track_thresh,
            "match_thresh": match_thresh,
            "fuse_score": fuse_score,
            "time_step_s": time_step_s,
            "uncertainty": uncertainty,
            "doubt": doubt,
            "slow_down_s": slow_down_s,
            "lean": lean,
            "fuse_new": fuse_new,
            "shared_shift": shared_shift,
        }
        chosen = DEFAULTS["improved" if mode == "improved" else "parity"].copy()
        chosen |= {name: value for name, value in given.items() if value is not None}
        step_s, slow_s = chosen.pop("time_step_s"), chosen.pop("slow_down_s")
        self.settings: dict[str, Any] = {
            **chosen,
            "mode": mode,
            "track_low_thresh": track_low_thresh,
            "lost_after_ns": round(min(lost_after_s, _LONGEST_S) * 1e9),
            "lost_after_frames": frames,
            "frame_ns": round(step_s * 1e9) or None,
            "slow_down_ns": None if math.isinf(slow_s) else round(slow_s * 1e9),
            "observation_centric": observation_centric,
            "buffer": buffered_iou,
            "per_class": per_class,
        }
        self._core = _core.ByteTrack(self.settings)
        self._update = self._core.update

    def move_camera(self, matrix: ArrayLike) -> None:
        """Tell that the camera has moved since the last frame; every living track follows before the next one.

        Args:
            matrix: (2, 3): a pixel (x, y) of the last frame is at `matrix @ (x, y, 1)` in the next one. Shifts and zoom
                are exact; of a turn, positions and speeds are, while boxes stay upright.

        Raises:
            ValueError: When the numbers are not finite or the matrix has no inverse.
        """
        rows = np.asarray(matrix, np.float64)
        if rows.shape != (2, 3):
            raise ValueError(f"matrix: expected shape (2, 3), found {rows.shape}")
        self._core.move_camera(rows.tolist())

    def update(self, detections: Detections) -> Tracks:
        """Follow the objects into one more frame; call it for every frame, also when nothing was found.

        A change of `detections.epoch` forgets every track, since times before and after cannot be compared.

        Args:
            detections: N boxes: `xyxy` (N, 4) float32 in source pixels, `confidence` (N,) float32, `class_id` (N,) int32,
                and the frame's `pts_ns`. Boxes without area, or with a number that is not finite, are
                left out.

        Returns:
            The M confirmed tracks that are seen in this frame: `track_id` (M,) uint64, `xyxy` (M, 4) float64 in source
            pixels (the filter's boxes, leaning by `lean`), `confidence` (M,) float32, `class_id` (M,) int32, `detection` (M,) uint32 (the row of
            each track's box in `detections`), `age` (M,) uint32 in frames; and `removed` (K,) uint64, the identities that
            were given up.

        Raises:
            TypeError: When a column has another dtype; `Detections.of` makes the right ones.
            ValueError: When the time runs backwards within an epoch.
        """
        return self._update(
            detections.xyxy,
            detections.confidence,
            detections.class_id,
            detections.pts_ns,
            detections.epoch,
            detections.size_px,
        )
