"""One thread for each sink: brings it what the outbox holds, at the sink's own pace."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from sightline.errors import Refusal, SinkError
from sightline.outbox.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from sightline.events import Encoding, Message
    from sightline.outbox.dead_letters import DeadLetters
    from sightline.outbox.store import Store
    from sightline.sinks import Sink

# Messages that a sink is given at once. A sink makes requests of its own size of them.
_BATCH = 1000
# Nobody tells of a file that is replaced, a disk that takes messages again, or time that passes: look that often.
_IDLE_S = 5.0
# Pauses between attempts: a random time up to the first, doubled with each attempt up to the longest ("full jitter", M.
# Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 60.0


@dataclass(frozen=True)
class Route:
    """A sink, and what it is brought.

    Attributes:
        name: What it is called in the outbox; its place is kept under this name.
        sink: Takes the messages.
        encoding: Which messages.
    """

    name: str
    sink: Sink
    encoding: Encoding = "cloudevents"


class Delivery(NamedTuple):
    """How a sink is doing.

    Attributes:
        failures: Attempts in a row that failed; 0 when the last one went well.
        error: What the last one said; empty when it went well.
        failing_since_s: When the first of these failed, by `time.monotonic()`; None when the last one went well.
    """

    failures: int = 0
    error: str = ""
    failing_since_s: float | None = None


@dataclass
class Courier:
    """Brings messages to one sink until it is stopped. One that fails is asked again, for ever, with growing pauses.

    Attributes:
        route: The sink.
        path: The outbox's file.
        store: Is told when something was taken.
        dead_letters: Keeps what the sink refuses for good.
        report: Is told in words when the sink begins to fail, and when it takes messages again.
    """

    route: Route
    path: Path
    store: Store
    dead_letters: DeadLetters
    report: Callable[[str], None]
    delivery: Delivery = field(default_factory=Delivery)
    # Attempts in a row of which nothing was taken. A receiver that takes a part each time fails too, and is not away.
    _fruitless: int = 0
    _news: threading.Event = field(default_factory=threading.Event)
    _stop: threading.Event = field(default_factory=threading.Event)
    _drain: threading.Event = field(default_factory=threading.Event)
    # Nobody waits any more for the request that is under way.
    _left: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin."""
        name = f"outbox-{self.route.name}"
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Tell that there are messages."""
        self._news.set()

    def drain(self) -> None:
        """Let it stop once everything was taken."""
        self._drain.set()
        self._news.set()

    def stop(self, timeout_s: float) -> None:
        """Wait until it has drained, at most so long; then it begins no other request."""
        if self._thread is not None:
            self._thread.join(timeout_s)
        self._stop.set()
        self._news.set()

    def close(self, timeout_s: float) -> None:
        """Wait for the request that is under way, at most so long, and close the sink.

        One that takes longer is left alone. What it brings counts as not taken, so that the next run brings it again.
        """
        if self._thread is None:
            return
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            self._left.set()
            self.report(
                f"sink {self.route.name}: does not answer; what it was being brought may come to it twice"
            )
        if not self._thread.is_alive():
            self.route.sink.close()

    def _run(self) -> None:
        self._deliver_all()
        if self._left.is_set():
            self.route.sink.close()

    def _deliver_all(self) -> None:
        while not self._stop.is_set():
            generation = self.store.generation
            try:
                with Journal(self.path, durable=False) as journal:
                    if self._follow(journal, generation):
                        return
            except sqlite3.Error as error:
                # The store finds out at its next commit whether the file is damaged, and replaces it.
                self._fail(f"the outbox cannot be read: {error}")
                self._stop.wait(_FIRST_PAUSE_S)

    def _follow(self, journal: Journal, generation: int) -> bool:
        """Deliver from one file; return whether that was all, False when the file was replaced."""
        while not self._stop.is_set():
            self._news.clear()
            cursor = journal.cursor(self.route.name)
            messages = journal.read(self.route.encoding, cursor, count=_BATCH)
            if messages:
                self._deliver(journal, messages, journal.ahead(self.route.name))
            elif self._drain.is_set():
                return True
            elif self.store.generation != generation:
                return False
            elif not self._news.wait(_IDLE_S):
                self.store.look_after()
        return True

    def _deliver(self, journal: Journal, messages: Sequence[Message], ahead: set[int]) -> None:
        """Bring messages to the sink until it has taken or refused each, or the courier is stopped.

        Args:
            journal: Where to note how far it is.
            messages: What comes next, at least one.
            ahead: Places that the sink is done with already.
        """
        left = [message for message in messages if message.seq not in ahead]
        if not left:
            self._note(journal, messages[-1].seq)
        while left and not self._stop.is_set():
            before = len(left)
            pause_s: float | None = None
            refused: list[Refusal] = []
            try:
                self.route.sink.emit(left)
                left = []
            except SinkError as error:
                left, refused = self._sorted_out(error, left)
                pause_s = self._pause_s(error, progressed=len(left) < before)
                self._fail(str(error))
            except Exception as error:  # noqa: BLE001 - a sink may be anyone's; whatever it raises, its events are not lost
                pause_s = self._pause_s(None, progressed=False)
                self._fail(f"{type(error).__name__}: {error}")
            if self._left.is_set():  # the outbox is closed, and may be another process's already
                return
            left, refused = self._buried(refused, left)
            done = before - len(left) - len(refused)
            cursor = left[0].seq - 1 if left else messages[-1].seq
            waiting = {message.seq for message in left}
            ahead = {m.seq for m in messages if m.seq > cursor and m.seq not in waiting}
            counts = {"accepted": done, "retried": int(bool(left)), "dead_lettered": len(refused)}
            self._note(journal, cursor, ahead, **counts)
            self.store.room_made()
            if left and pause_s:
                self._stop.wait(pause_s)
            elif not left:
                self._succeed()

    def _buried(self, refused: list[Refusal], left: list[Message]) -> tuple[list[Message], list[Refusal]]:
        """Keep what was refused in the file for it; what that cannot take, such as on a full disk, is brought again."""
        try:
            self.dead_letters.add(self.route.name, refused)
        except SinkError as error:
            self._fail(str(error))
            return sorted([*left, *(refusal.event for refusal in refused)], key=lambda m: m.seq), []
        return left, refused

    def _note(self, journal: Journal, cursor: int, ahead: Collection[int] = (), **counts: int) -> None:
        """Note how far the sink is. While the disk takes nothing wait, or the same messages would be brought over and over.

        Raises:
            sqlite3.Error: When the file is damaged, or the courier is stopped meanwhile.
        """
        while True:
            try:
                journal.advance(self.route.name, cursor, ahead=ahead, **counts)
            except sqlite3.OperationalError as error:
                if self._stop.wait(_FIRST_PAUSE_S):
                    raise
                self._fail(f"how far it is cannot be noted: {error}")
            else:
                return

    def _sorted_out(self, error: SinkError, given: list[Message]) -> tuple[list[Message], list[Refusal]]:
        """What is to be brought again, in order, and what never."""
        refused = [refusal for refusal in error.refused if refusal.event in given]
        gone = {refusal.event.seq for refusal in refused}
        again = {message.seq for message in error.events} - gone
        return [message for message in given if message.seq in again], refused

    def _pause_s(self, error: SinkError | None, *, progressed: bool) -> float:
        before = 0 if progressed else self._fruitless
        self._fruitless = 0 if progressed else before + 1
        if error is not None and error.retry_after_s is not None:
            return error.retry_after_s
        longest = min(_FIRST_PAUSE_S * 2.0 ** min(before, 30), _LONGEST_PAUSE_S)
        return random.uniform(0.1, 1.0) * longest  # noqa: S311 - it only spreads attempts

    def _fail(self, message: str) -> None:
        if self.delivery.failures == 0:
            self.report(f"sink {self.route.name}: {message}; what it does not take waits in the outbox")
        before = self.delivery
        since_s = time.monotonic() if before.failing_since_s is None else before.failing_since_s
        self.delivery = Delivery(before.failures + 1, message, since_s)

    def _succeed(self) -> None:
        if self.delivery.failures:
            self.report(f"sink {self.route.name}: takes events again")
        self.delivery = Delivery()
        self._fruitless = 0
