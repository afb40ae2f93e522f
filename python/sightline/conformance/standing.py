"""People as tracks: boxes that stand on places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sightline.tracks import Tracks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike


def standing(
    track_id: Sequence[int],
    places: ArrayLike,
    *,
    box_px: tuple[float, float],
    pts_ns: int,
    epoch: int = 0,
    removed: Sequence[int] = (),
) -> Tracks:
    """Return tracks whose boxes, all of one width and height, have the middle of their bottom edge at `places`, (N, 2)."""
    width, height = box_px
    corners = np.array([-width / 2, -height, width / 2, 0.0])
    count = len(track_id)
    return Tracks(
        track_id=np.array(track_id, np.uint64),
        xyxy=np.tile(np.asarray(places, np.float64).reshape(-1, 2), 2) + corners,
        confidence=np.full(count, 0.9, np.float32),
        class_id=np.zeros(count, np.int32),
        removed=np.array(removed, np.uint64),
        pts_ns=pts_ns,
        epoch=epoch,
    )
