"""How long things took, in numbers that do not grow: counts by bucket for ever, and the last few seconds exactly."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import deque
from typing import NamedTuple, Self

BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the buckets that durations are sorted into, seconds; one more is for what took longer."""

WINDOW_S = 10.0
"""Over how many seconds `Recent` looks back."""

_MOST = 512
_LEAST_SPAN_S = 1.0


class Histogram:
    """Durations by `BUCKETS_S`.

    Attributes:
        counts: Durations in each bucket, with one more for what took longer.
        sum_s: All of them together, seconds.
    """

    def __init__(self) -> None:
        self.counts = [0] * (len(BUCKETS_S) + 1)
        self.sum_s = 0.0

    def add(self, took_s: float) -> None:
        """Sort a duration in."""
        self.counts[bisect_left(BUCKETS_S, took_s)] += 1
        self.sum_s += took_s

    def copy(self) -> Self:
        """Return one that does not change with this one."""
        copy = type(self)()
        copy.counts, copy.sum_s = self.counts.copy(), self.sum_s
        return copy


class Pace(NamedTuple):
    """What the last `WINDOW_S` seconds were like.

    Attributes:
        fps: Frames a second; None while there is less than a second to judge by.
        latency_p50_s: Half of the frames were through sooner, seconds; None where there were none.
        latency_p99_s: Of a hundred frames 99 were through sooner, seconds.
    """

    fps: float | None = None
    latency_p50_s: float | None = None
    latency_p99_s: float | None = None


class Recent:
    """The newest frames, as far back as `WINDOW_S` and 512 of them reach."""

    def __init__(self) -> None:
        self._frames: deque[tuple[float, float]] = deque(maxlen=_MOST)

    def add(self, now_s: float, latency_s: float) -> None:
        """Take note of a frame that is through now, after so many seconds."""
        self._frames.append((now_s, latency_s))

    def pace(self, now_s: float) -> Pace:
        """Return what it was like until now."""
        if not self._frames:
            return Pace()
        within = [frame for frame in self._frames if now_s - frame[0] <= WINDOW_S]
        # Where no frame has left the window yet it begins at the first, which is none of those that came since.
        begins_at_frame = len(within) == len(self._frames)
        since_s = self._frames[0][0] if begins_at_frame else now_s - WINDOW_S
        span_s = now_s - since_s
        count = len(within) - 1 if begins_at_frame else len(within)
        latencies = sorted(latency_s for _, latency_s in within)
        return Pace(
            count / span_s if span_s >= _LEAST_SPAN_S else None,
            _share_of(latencies, 0.50),
            _share_of(latencies, 0.99),
        )


def _share_of(ordered: list[float], share: float) -> float | None:
    """Return the least value that this share of all does not exceed (nearest rank)."""
    if not ordered:
        return None
    return ordered[math.ceil(share * len(ordered)) - 1]
