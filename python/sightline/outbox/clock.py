"""Time of day for the outbox: it starts at the wall clock's, and then no change of that clock moves it."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time and waits; a test has its own."""

    def now_ns(self) -> int:
        """Time since 1970, nanoseconds."""
        ...


class SteadyClock:
    """The wall clock's time at the start, and as much later as has passed since.

    A clock that is set while it runs would make everything in the outbox too old, or young for ever.
    """

    def __init__(self) -> None:
        self._offset_ns = time.time_ns() - time.monotonic_ns()

    def now_ns(self) -> int:
        """Time since 1970, nanoseconds."""
        return self._offset_ns + time.monotonic_ns()
