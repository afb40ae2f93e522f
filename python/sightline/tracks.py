"""Detections become tracks: ByteTrack on numpy columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from sightline import _core

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightline.detections import Detections


@dataclass(frozen=True, eq=False)
class Tracks:
    """The confirmed tracks seen in one frame.

    Attributes:
        track_id: Identities from 1, never reused by one tracker, (N,) uint64.
        xyxy: The filter's boxes in source pixels, (N, 4) float64.
        confidence: Of the detection matched in this frame, (N,) float32.
        class_id: (N,) int32.
        detection: Row of that detection in the frame's detections, (N,) uint32.
        age: Frames since the track was started, (N,) uint32.
        removed: Identities that died with this frame, (M,) uint64.
        pts_ns: Presentation time of the frame, nanoseconds.
        epoch: Count of discontinuities of the source's clock.
        size_px: Width and height of the frame, where known.
    """

    track_id: NDArray[np.uint64]
    xyxy: NDArray[np.float64]
    confidence: NDArray[np.float32]
    class_id: NDArray[np.int32]
    detection: NDArray[np.uint32]
    age: NDArray[np.uint32]
    removed: NDArray[np.uint64]
    pts_ns: int
    epoch: int = 0
    size_px: tuple[int, int] | None = None

    @classmethod
    def from_columns(
        cls,
        columns: _core.TrackColumns,
        *,
        removed: NDArray[np.uint64] | None = None,
        pts_ns: int,
        epoch: int,
        size_px: tuple[int, int] | None,
    ) -> Self:
        """Name the columns that the core returns."""
        died = np.empty(0, np.uint64) if removed is None else removed
        return cls(*columns, died, pts_ns, epoch, size_px)

    def __len__(self) -> int:
        return len(self.track_id)

    def __getitem__(self, rows: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Self:
        return type(self)(
            self.track_id[rows],
            self.xyxy[rows],
            self.confidence[rows],
            self.class_id[rows],
            self.detection[rows],
            self.age[rows],
            self.removed,
            self.pts_ns,
            self.epoch,
            self.size_px,
        )

    def __repr__(self) -> str:
        return f"Tracks({self.track_id.tolist()} at {self.pts_ns / 1e9:.3f} s)"


class ByteTrack:
    """ByteTrack (Zhang et al., ECCV 2022, arXiv 2110.06864) for one stream.

    Args:
        mode: `improved` is the default life cycle: lost tracks take part in the second stage, a visible track is
            never dropped for an older lost one, unconfirmed tracks are predicted. `parity` gives the ids and
            boxes of the original implementation, `parity_cpp` those of its C++ port (ncnn); both are for comparison.
        track_high_thresh: Detections above it take part in the first stage, 0…1.
        track_low_thresh: Detections below it are ignored, 0…1.
        new_track_thresh: Score that a detection needs to start a track, 0…1.
        match_thresh: Greatest cost, 1 − IoU × score, of a match in the first stage, 0…1.
        lost_after_s: Seconds that an unseen track is kept.
        frame_rate: Frames per second; given, the buffer is counted in frames as the original counts it, and
            otherwise in time.
        fuse_score: Whether the first stage weighs IoU with the detection's score.

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
        track_high_thresh: float = 0.5,
        track_low_thresh: float = 0.1,
        new_track_thresh: float = 0.6,
        match_thresh: float = 0.8,
        lost_after_s: float = 1.0,
        frame_rate: float | None = None,
        fuse_score: bool = True,
    ) -> None:
        frames = None if frame_rate is None else int(frame_rate * lost_after_s)
        self.settings: dict[str, Any] = {
            "mode": mode,
            "track_high_thresh": track_high_thresh,
            "track_low_thresh": track_low_thresh,
            "new_track_thresh": new_track_thresh,
            "match_thresh": match_thresh,
            "lost_after_ns": round(lost_after_s * 1e9),
            "lost_after_frames": frames,
            "fuse_score": fuse_score,
        }
        self._core = _core.ByteTrack(self.settings)
        self._epoch: int | None = None

    def update(self, detections: Detections) -> Tracks:
        """Follow the objects into one more frame; call it for every frame, also when nothing was found.

        A change of `detections.epoch` forgets every track, since times before and after cannot be compared.

        Raises:
            ValueError: When the time runs backwards within an epoch.
        """
        if self._epoch is not None and detections.epoch != self._epoch:
            self._core.reset()
        self._epoch = detections.epoch
        columns, removed = self._core.update(
            detections.xyxy, detections.confidence, detections.class_id, detections.pts_ns
        )
        return Tracks.from_columns(
            columns,
            removed=removed,
            pts_ns=detections.pts_ns,
            epoch=detections.epoch,
            size_px=detections.size_px,
        )
