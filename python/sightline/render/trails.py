"""Where people came from: the last places of each identity."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sightline.render.views import TracksLike


class Trails:
    """The bottom centers of every identity's boxes in the last seconds; they go with the identity.

    Args:
        length_s: How long a place is kept, seconds; 0 keeps none.
    """

    def __init__(self, length_s: float) -> None:
        self._length_ns = round(length_s * 1e9)
        self._places: dict[int, deque[tuple[int, float, float]]] = {}

    def extend(self, tracks: TracksLike, pts_ns: int) -> None:
        """Take in one frame, and forget what is too old or, after a jump back in time, not yet."""
        if self._length_ns <= 0:
            return
        for track_id, (x0, _, x1, y1) in zip(tracks.track_id.tolist(), tracks.xyxy.tolist(), strict=True):
            self._places.setdefault(track_id, deque()).append((pts_ns, (x0 + x1) / 2, y1))
        for track_id, places in list(self._places.items()):
            while places and not 0 <= pts_ns - places[0][0] <= self._length_ns:
                places.popleft()
            if not places:
                del self._places[track_id]

    def of(self, track_id: int, pts_ns: int) -> Iterator[tuple[float, float, float]]:
        """Yield x, y in pixels and the freshness from 0 (about to be forgotten) to 1 (now) of each place."""
        for seen_ns, x, y in self._places.get(track_id, ()):
            yield x, y, 1 - (pts_ns - seen_ns) / self._length_ns

    def __len__(self) -> int:
        return len(self._places)
