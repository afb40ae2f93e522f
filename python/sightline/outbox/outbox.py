"""The durable journal between events and sinks: what was taken is on the disk, and goes when every sink has it."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sightline.errors import SinkError
from sightline.events import message_of
from sightline.outbox.clock import SteadyClock
from sightline.outbox.courier import Courier, Delivery, Route
from sightline.outbox.dead_letters import DeadLetters
from sightline.outbox.limits import Limits
from sightline.outbox.lock import locked
from sightline.outbox.store import State, Store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sightline.events import Event, Message
    from sightline.outbox.clock import Clock
    from sightline.outbox.journal import Progress

# A request that is cut off may have been taken, and comes twice then: so long it may go on after the end.
_LAST_REQUEST_S = 5.0


class Stats(NamedTuple):
    """How an outbox is doing.

    Attributes:
        state: `disk_full` while the disk takes nothing; what comes waits in memory then.
        size_bytes: Bytes of the file in use.
        held: Messages that wait in memory.
        left_out: Messages that were not let in: sampled out, or too many for memory while the disk was full.
        set_aside: Where a damaged file was put, if there was one.
        sinks: How far each sink is.
        deliveries: How each running sink is doing, by name.
    """

    state: State
    size_bytes: int
    held: int
    left_out: int
    set_aside: Path | None
    sinks: list[Progress]
    deliveries: dict[str, Delivery]


class Outbox:
    """Takes events as a sink does, commits them to a file, and brings them to other sinks, each at its own pace.

    When `emit` returns, the events survive a crash and a power loss. Each sink gets every event at least once, those of one
    camera in order; one that is slow or away holds neither the others nor the caller. Several threads may call `emit`.

    Args:
        path: The file; made if missing. Beside it lie `-wal` and `-shm` while it is open, `.lock`, and `.refused.jsonl` once a
            sink refused something for good.
        routes: The sinks that events are brought to; the outbox closes them.
        limits: How much it may hold.
        clock: Tells the time of day; for tests.
        report: Is told in words what somebody should know: a full disk, a damaged file, a sink that fails, lost events.

    Raises:
        SinkError: When the file cannot be opened, or another process has it.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        routes: Sequence[Route] = (),
        *,
        limits: Limits | None = None,
        clock: Clock | None = None,
        report: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.path = Path(path)
        self._report = report
        self._lock_file = locked(self.path)
        try:
            self._store = Store(
                self.path,
                [(route.name, route.encoding) for route in routes],
                limits=limits or Limits(),
                clock=clock or SteadyClock(),
                report=report,
            )
        except BaseException:
            os.close(self._lock_file)
            raise
        self._closed = False
        self._dead_letters = DeadLetters(self.path.with_name(f"{self.path.name}.refused.jsonl"))
        self._couriers = [
            Courier(route, self.path, self._store, self._dead_letters, report) for route in routes
        ]
        for courier in self._couriers:
            courier.start()

    def emit(self, events: Sequence[Event | Message]) -> None:
        """Commit events, oldest first.

        While the disk is full they wait in memory, and are committed by a later call. With the policy `block` it returns only
        when there is room.

        Raises:
            SinkError: When the outbox is closed.
        """
        self._store.put([message_of(event) for event in events])
        for courier in self._couriers:
            courier.wake()

    def flush(self) -> None:
        """Commit what waits in memory, if the disk takes it, and let old messages go."""
        self._store.settle()

    def close(self, *, drain_s: float = 5.0) -> None:
        """Let the sinks take what waits for them for so many seconds, close them, and close the file; the rest stays in it.

        A request that is under way then has five seconds more, all sinks together.
        """
        if self._closed:
            return
        self._closed = True
        self._store.settle()
        for courier in self._couriers:
            courier.drain()
        until = time.monotonic() + drain_s
        for courier in self._couriers:
            courier.stop(max(0.0, until - time.monotonic()))
        until = time.monotonic() + _LAST_REQUEST_S
        for courier in self._couriers:
            courier.close(max(0.0, until - time.monotonic()))
        self._dead_letters.close()
        with contextlib.suppress(sqlite3.Error):  # a damaged file is the next run's to tell
            self._tell_what_waits()
        self._store.close()
        os.close(self._lock_file)

    def _tell_what_waits(self) -> None:
        for progress in self._store.progress():
            if progress.active and progress.waiting:
                self._report(
                    f"{self.path}: {progress.waiting} events wait for {progress.name}; the next run with this outbox brings them"
                )

    def stats(self) -> Stats:
        """How it is doing.

        Raises:
            SinkError: When it is closed.
        """
        if self._closed:
            raise SinkError(f"{self.path}: the outbox is closed")
        return Stats(
            state=self._store.state,
            size_bytes=self._store.size_bytes(),
            held=self._store.held(),
            left_out=self._store.left_out(),
            set_aside=self._store.set_aside,
            sinks=self._store.progress(),
            deliveries={courier.route.name: courier.delivery for courier in self._couriers},
        )
