"""Is it alive, is it ready, has it started: three questions of an orchestrator, each answered with reasons."""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING, NamedTuple

from sightline.errors import SinkError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sightline.operate.records import Observer
    from sightline.outbox import Outbox, Stats


class Patience(NamedTuple):
    """For how long something may be wrong before it is said to be.

    Attributes:
        stall_s: The longest step of a loop that is alive, seconds.
        sink_s: For how long a sink may fail in a row while the run is ready, seconds.
    """

    stall_s: float = 60.0
    sink_s: float = 60.0


class Verdict(NamedTuple):
    """An answer.

    Attributes:
        reasons: Why not; empty for yes.
    """

    reasons: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether the answer is yes."""
        return not self.reasons


class Health:
    """Answers for one observer.

    Args:
        observer: Is told by the loop how it gets on.
        patience: How soon something is said to be wrong.
    """

    def __init__(self, observer: Observer, patience: Patience) -> None:
        self._observer = observer
        self._patience = patience

    def live(self) -> Verdict:
        """Whether the loop gets on: it waits for frames, or its step is not older than it may be.

        A camera that gives nothing is no reason to begin again: it would not give more to another process.
        """
        busy_s = self._observer.busy_s
        if busy_s <= self._patience.stall_s:
            return Verdict(())
        return Verdict(
            (f"the loop is at one step for {busy_s:.0f} s; {self._patience.stall_s:g} s are allowed",)
        )

    def started(self) -> Verdict:
        """Whether cameras, detector and sinks have been opened."""
        return Verdict(() if self._observer.is_started else ("cameras, detector and sinks are being opened",))

    def ready(self) -> Verdict:
        """Whether every camera has given a frame or has ended, and every sink takes events, or has failed for a short time only."""
        if not self._observer.is_started:
            return self.started()
        return Verdict((*self._missing_cameras(), *self._failing_sinks()))

    def _missing_cameras(self) -> Iterator[str]:
        records = self._observer.cameras()
        if not records:
            yield "no camera is named yet"
        for record in records:
            if record.state == "starting":
                why = f": {record.error}" if record.error else ""
                yield f"camera {record.name}: no frame yet{why}"

    def _failing_sinks(self) -> Iterator[str]:
        now_s = time.monotonic()
        for outbox in self._observer.outboxes():
            stats = stats_of(outbox)
            if stats is None:
                continue
            for name, delivery in stats.deliveries.items():
                if delivery.failing_since_s is None:
                    continue
                failing_s = now_s - delivery.failing_since_s
                if failing_s > self._patience.sink_s:
                    yield f"sink {name}: fails for {failing_s:.0f} s: {delivery.error}"
            if stats.state == "disk_full":
                yield f"outbox {outbox.path}: cannot be written; events wait in memory"


def stats_of(outbox: Outbox) -> Stats | None:
    """How an outbox is doing; None when it is closed or cannot be read just now."""
    try:
        return outbox.stats()
    except (SinkError, sqlite3.Error):
        return None
