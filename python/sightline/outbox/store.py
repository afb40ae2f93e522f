"""What comes into the outbox: limits, a full disk, a damaged file."""

from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING, Literal

from sightline.errors import SinkError
from sightline.outbox.journal import Journal
from sightline.outbox.schema import is_damage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sightline.events import Encoding, Message
    from sightline.outbox.clock import Clock
    from sightline.outbox.journal import Progress
    from sightline.outbox.limits import Limits

State = Literal["open", "disk_full", "closed"]

# While the disk takes nothing, so many messages wait in memory.
_MOST_HELD = 10_000
# How often a full disk, or a full outbox that blocks, is tried again.
_RETRY_S = 0.25
# Beyond this share of the limit room is made, and sampling begins.
_NEARLY_FULL = 0.9
# Room is made down to this share of it, so that it is not made for every message; sampling ends.
_RELIEVED = 0.8
# While a full outbox samples, one message of so many is taken, of each camera.
_SAMPLED = 10
# What is old or delivered is looked for after so many commits.
_TIDY_EVERY = 64
# And this often where nothing comes in, seconds.
_TIDY_S = 60
_S = 1_000_000_000


class Store:
    """The journal's writing side. Several threads may use it.

    Args:
        path: The file.
        sinks: Names and encodings of the sinks there are.
        limits: How much it may hold.
        clock: Tells the time of day.
        report: Is told in words what somebody should know.

    Raises:
        SinkError: When the file cannot be opened.
    """

    def __init__(
        self,
        path: Path,
        sinks: Sequence[tuple[str, Encoding]],
        *,
        limits: Limits,
        clock: Clock,
        report: Callable[[str], None],
    ) -> None:
        self.path = path
        self.state: State = "open"
        self.set_aside: Path | None = None
        self.generation = 0
        self._sinks = list(sinks)
        self._limits = limits
        self._clock = clock
        self._report = report
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._held: list[Message] = []
        self._lost = 0
        self._commits = 0
        self._tidied_ns = clock.now_ns()
        self._sampling = False
        self._seen: dict[str, int] = {}
        self._journal = self._open()

    def put(self, messages: Sequence[Message]) -> None:
        """Commit messages; when the disk is full, hold them in memory. With the policy `block` wait for room.

        Raises:
            SinkError: When the store is closed, also while it waits.
        """
        with self._lock:
            if self.state == "closed":
                raise SinkError(f"{self.path}: the outbox is closed", messages)
            self._held.extend(messages)
            done = self._commit()
            while not done:
                self._changed.wait(_RETRY_S)
                if self._is_closed():  # by another thread, meanwhile
                    raise SinkError(f"{self.path}: the outbox was closed while it was full", list(self._held))
                done = self._commit(tidy=True)

    def settle(self) -> None:
        """Commit what is held, if that is possible now, and let old messages go."""
        with self._lock:
            if self.state != "closed":
                self._commit(tidy=True)

    def look_after(self) -> None:
        """Settle if that is due; for whoever has nothing else to do, since nothing may come in for days."""
        with self._lock:
            due = self._clock.now_ns() - self._tidied_ns >= _TIDY_S * _S
            if self.state != "closed" and (self._held or due):
                self._commit(tidy=due)

    def room_made(self) -> None:
        """Tell who waits that sinks have taken something."""
        with self._lock:
            self._changed.notify_all()

    def close(self) -> None:
        """Commit what is held, if that is possible now, and close the file."""
        with self._lock:
            if self.state == "closed":
                return
            self._commit()
            self.state = "closed"
            self._journal.close()
            self._changed.notify_all()

    def size_bytes(self) -> int:
        """Bytes of the file in use."""
        with self._lock:
            return self._journal.size()

    def held(self) -> int:
        """How many messages wait in memory."""
        return len(self._held)

    def left_out(self) -> int:
        """How many messages were not let in."""
        with self._lock:
            return self._journal.left_out() + self._lost

    def progress(self) -> list[Progress]:
        """How far each sink is."""
        with self._lock:
            return self._journal.progress()

    def _is_closed(self) -> bool:
        return self.state == "closed"

    def _commit(self, *, tidy: bool = False) -> bool:
        """Commit what is held; return False when the caller must wait and try again."""
        try:
            if tidy:
                self._tidy()
            if not self._make_room():
                return False
            taken = self._chosen()
            if taken:
                self._journal.append(taken, self._clock.now_ns())
            self._held.clear()
            self._recover()
            self._commits += 1
            if self._commits % _TIDY_EVERY == 0:
                self._tidy()
        except sqlite3.Error as error:
            if not is_damage(error):
                return self._hold(error)
            self._replace(error)
            return self._commit()
        return True

    def _make_room(self) -> bool:
        """Bring the file below its limit; return whether it is."""
        limit = self._limits.max_bytes
        coming = sum(len(message.body) for message in self._held)
        needed = self._needed(coming)
        if needed > _NEARLY_FULL * limit:
            while needed > _RELIEVED * limit and self._journal.forget_delivered(self._clock.now_ns()):
                needed = self._needed(coming)
        if self._limits.policy == "sample":
            self._sample(needed)
        if needed <= limit:
            return True
        if self._limits.policy == "block":
            return False
        lost = 0
        while (surplus := self._needed(coming) - round(_NEARLY_FULL * limit)) > 0:
            dropped = self._journal.drop_oldest(surplus)
            lost += dropped
            if dropped == 0:
                break
        self._report(f"{self.path}: the outbox is full; {lost} of its oldest messages were dropped")
        return True

    def _needed(self, coming: int) -> int:
        return self._journal.size() + coming

    def _sample(self, needed: int) -> None:
        """Begin or end sampling."""
        limit = self._limits.max_bytes
        if needed > _NEARLY_FULL * limit and not self._sampling:
            self._sampling = True
            self._report(
                f"{self.path}: the outbox is nearly full; of each camera one event in {_SAMPLED} is kept"
            )
        elif needed <= _RELIEVED * limit:
            self._sampling = False

    def _chosen(self) -> list[Message]:
        """What of the messages is taken: all, or while it samples a tenth."""
        if not self._sampling:
            self._seen.clear()
            return self._held
        taken: list[Message] = []
        for message in self._held:
            seen = self._seen.get(message.camera_id, 0)
            self._seen[message.camera_id] = seen + 1
            if seen % _SAMPLED == 0:
                taken.append(message)
        self._lost += len(self._held) - len(taken)
        return taken

    def _hold(self, error: sqlite3.Error) -> bool:
        """Keep in memory what the disk does not take; return False when the caller must wait and try again."""
        if self.state == "open":
            self.state = "disk_full"
            self._report(
                f"{self.path}: the outbox cannot be written ({error}); events wait in memory: make room on its disk"
            )
        surplus = len(self._held) - _MOST_HELD
        if surplus <= 0:
            return True
        if self._limits.policy == "block":
            return False
        self._lost += surplus
        del self._held[:surplus]
        return True

    def _recover(self) -> None:
        """Take note that the disk takes messages (again)."""
        if self._lost:
            self._journal.leave_out(self._lost)
        if self.state == "disk_full":
            self.state = "open"
            self._report(f"{self.path}: the outbox can be written again")
        self._lost = 0

    def _tidy(self) -> None:
        now_ns = self._tidied_ns = self._clock.now_ns()
        while self._journal.forget_delivered(now_ns - round(self._limits.keep_delivered_s * _S)):
            pass
        lost = 0
        while dropped := self._journal.drop_older(now_ns - round(self._limits.max_age_s * _S)):
            lost += dropped
        if lost:
            self._report(
                f"{self.path}: {lost} messages were older than the outbox keeps them and were dropped"
            )
        self._journal.give_back()

    def _open(self) -> Journal:
        """Open the file; a damaged one is put aside, loudly, and a new one begun."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            try:
                journal = Journal(self.path)
            except sqlite3.Error as error:
                if not is_damage(error):
                    raise
                self._put_aside(error)
                journal = Journal(self.path)
        except sqlite3.Error as error:
            raise SinkError(f"{self.path}: the outbox cannot be opened: {error}") from error
        except OSError as error:
            raise SinkError(f"{self.path}: the outbox cannot be opened: {error.strerror or error}") from error
        journal.enlist(self._sinks)
        return journal

    def _replace(self, error: sqlite3.Error) -> None:
        """Begin a new file while running; who reads the old one sees that the generation changed."""
        self._journal.close()
        self._put_aside(error)
        self._journal = self._open()
        self.generation += 1

    def _put_aside(self, error: sqlite3.Error) -> None:
        number = 1
        while (aside := self.path.with_name(f"{self.path.name}.damaged-{number}")).exists():
            number += 1
        for ending in ("", "-wal", "-shm"):
            part = self.path.with_name(self.path.name + ending)
            if part.exists():
                part.rename(aside.with_name(aside.name + ending))
        self.set_aside = aside
        self._report(
            f"{self.path}: the outbox is damaged ({error}); it was put aside as {aside.name} and a new one begun."
            f" What can still be read in it: sightline events export {aside}"
        )
