"""Looking at an outbox from outside: what it holds, how far its sinks are, and sending something again."""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING, NamedTuple

from sightline.errors import SinkError
from sightline.outbox import schema
from sightline.outbox.journal import Journal, progress_of, size_of
from sightline.outbox.lock import locked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sightline.events import Encoding, Message
    from sightline.outbox.journal import Progress


class Content(NamedTuple):
    """What an outbox's file holds.

    Attributes:
        messages: How many messages.
        oldest_ns: When the oldest came in, nanoseconds since 1970; None for none.
        size_bytes: Bytes of the file in use.
        left_out: Messages that were not let in.
        sinks: How far each sink is.
    """

    messages: int
    oldest_ns: int | None
    size_bytes: int
    left_out: int
    sinks: list[Progress]


def content(path: Path) -> Content:
    """Say what a file holds; a run may be using it.

    Raises:
        SinkError: When there is no such file, or it is no outbox.
    """
    with _Reading(path) as connection:
        messages, oldest_ns = connection.execute("SELECT count(*), min(created_ns) FROM messages").fetchone()
        (left_out,) = connection.execute("SELECT count FROM left_out").fetchone()
        return Content(messages, oldest_ns, size_of(connection), left_out, progress_of(connection))


def messages_of(path: Path, encoding: Encoding | None = None, *, after: int = 0) -> Iterator[Message]:
    """Yield the messages that a file holds, oldest first; of a damaged file as many as can be read.

    Args:
        path: The file; a run may be using it.
        encoding: Only those; all when absent.
        after: Only those after this place.

    Raises:
        SinkError: When there is no such file, it is no outbox, or, after the messages before it, when a part is damaged.
    """
    with _Reading(path) as connection:
        yield from Journal.messages(connection, encoding, after)


def last(path: Path, count: int) -> list[Message]:
    """Return the newest messages of a file, oldest first.

    Raises:
        SinkError: When there is no such file, or it is no outbox.
    """
    with _Reading(path) as connection:
        (after,) = connection.execute(
            "SELECT coalesce(min(seq), 1) - 1 FROM (SELECT seq FROM messages ORDER BY seq DESC LIMIT ?)",
            (count,),
        ).fetchone()
        return list(Journal.messages(connection, None, after)) if count else []


def rewind(path: Path, sink: str, *, after: int) -> int:
    """Let a sink take everything after a place again; return how many messages wait for it then.

    Raises:
        SinkError: When there is no such file or sink, or a run is using it.
    """
    if not path.is_file():
        raise SinkError(f"{path}: no such outbox")
    lock = locked(path)
    try:
        with Journal(path) as journal:
            names = [progress.name for progress in journal.progress()]
            if sink not in names:
                known = ", ".join(names) or "it has none"
                raise SinkError(f"{path}: no sink {sink!r} in this outbox; expected one of: {known}")
            journal.rewind(sink, after)
            return next(progress.waiting for progress in journal.progress() if progress.name == sink)
    except sqlite3.Error as error:
        raise SinkError(f"{path}: the outbox cannot be read: {error}") from error
    finally:
        os.close(lock)


class _Reading:
    """A connection for reading, whose errors say which file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> sqlite3.Connection:
        if not self._path.is_file():
            raise SinkError(f"{self._path}: no such outbox")
        try:
            self._connection = schema.connect_to_read(self._path)
        except sqlite3.Error as error:
            raise SinkError(f"{self._path}: the outbox cannot be read: {error}") from error
        return self._connection

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self._connection.close()
        if isinstance(error, sqlite3.Error):
            raise SinkError(f"{self._path}: the outbox cannot be read: {error}") from error
