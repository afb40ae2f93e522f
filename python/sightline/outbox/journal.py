"""Messages in an SQLite file, and how far each sink is.

A journal is used by one thread; several of one file see the same messages. Times are given by the caller, nanoseconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Self

import msgspec

from sightline.events import Message
from sightline.outbox import schema

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    from sightline.events import Encoding

_COLUMNS = "seq, encoding, camera_id, event_id, type, subject, time, body"
_INSERT = (
    "INSERT INTO messages (created_ns, encoding, camera_id, event_id, type, subject, time, body)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
# Rows that one statement deletes, so that a lock is held for milliseconds.
_CHUNK = 512
# Every page of what was deleted is given back to the file system in steps of this many.
_VACUUM_PAGES = 256


class Progress(NamedTuple):
    """How far a sink is.

    Attributes:
        name: The sink.
        encoding: What it takes.
        active: Whether the running configuration has it.
        cursor: All messages up to this place are done with.
        waiting: Messages that it has not taken.
        oldest_ns: When the oldest of those came in; None for none.
        accepted: Messages that it took.
        retried: Times that it was asked again.
        dead_lettered: Messages that it refused for good; they are in the dead-letter file.
        dropped: Messages that gave way before it took them.
    """

    name: str
    encoding: Encoding
    active: bool
    cursor: int
    waiting: int
    oldest_ns: int | None
    accepted: int
    retried: int
    dead_lettered: int
    dropped: int


class Journal:
    """One connection to the outbox's file.

    Args:
        path: The file; made if missing.
        durable: Whether a commit returns only when it is on the disk.

    Raises:
        sqlite3.Error: When the file cannot be opened, is damaged, or is something else.
    """

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        self._connection = schema.connect(path, durable=durable)
        try:
            schema.prepare(self._connection)
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def append(self, messages: Sequence[Message], now_ns: int) -> None:
        """Commit messages: after it returns they survive a crash, all of them, in their order.

        Raises:
            sqlite3.Error: Such as a full disk; none of them is in the file then.
        """
        rows = [
            (now_ns, m.encoding, m.camera_id, m.event_id, m.type, m.subject, m.time, m.body) for m in messages
        ]
        with self._transaction():
            self._connection.executemany(_INSERT, rows)

    def read(self, encoding: Encoding, after: int, *, count: int) -> list[Message]:
        """Return messages of one encoding that come after a place, at most so many, oldest first."""
        query = f"SELECT {_COLUMNS} FROM messages WHERE seq > ? AND encoding = ? ORDER BY seq LIMIT ?"  # noqa: S608 - our own names
        return [_message(row) for row in self._connection.execute(query, (after, encoding, count))]

    def newest(self) -> int:
        """The place of the newest message there ever was; 0 for none."""
        row = self._connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'messages'").fetchone()
        return int(row[0]) if row else 0

    def enlist(self, sinks: Sequence[tuple[str, Encoding]]) -> None:
        """Say which sinks there are now.

        A new one begins with the next message. One that is not named any more keeps its place, but nothing is kept for it.
        """
        with self._transaction():
            self._connection.execute("UPDATE sinks SET active = 0")
            start = self.newest()
            for name, encoding in sinks:
                self._connection.execute(
                    "INSERT INTO sinks (name, encoding, active, cursor) VALUES (?, ?, 1, ?)"
                    " ON CONFLICT (name) DO UPDATE SET active = 1, encoding = excluded.encoding",
                    (name, encoding, start),
                )

    def cursor(self, sink: str) -> int:
        """The place up to which a sink is done."""
        (cursor,) = self._connection.execute("SELECT cursor FROM sinks WHERE name = ?", (sink,)).fetchone()
        return int(cursor)

    def ahead(self, sink: str) -> set[int]:
        """Places after the cursor that a sink is done with all the same."""
        (text,) = self._connection.execute("SELECT ahead FROM sinks WHERE name = ?", (sink,)).fetchone()
        return set(msgspec.json.decode(text, type=list[int]))

    def advance(
        self,
        sink: str,
        cursor: int,
        *,
        ahead: Collection[int] = (),
        accepted: int = 0,
        retried: int = 0,
        dead_lettered: int = 0,
    ) -> None:
        """Note how far a sink is, with which places after that it is done too, and what became of messages on the way."""
        text = msgspec.json.encode(sorted(ahead)).decode()
        self._connection.execute(
            "UPDATE sinks SET cursor = max(cursor, ?), ahead = ?, accepted = accepted + ?, retried = retried + ?,"
            " dead_lettered = dead_lettered + ? WHERE name = ?",
            (cursor, text, accepted, retried, dead_lettered, sink),
        )

    def rewind(self, sink: str, cursor: int) -> None:
        """Let a sink take everything after a place again."""
        self._connection.execute("UPDATE sinks SET cursor = ?, ahead = '[]' WHERE name = ?", (cursor, sink))

    def size(self) -> int:
        """How many bytes of the file are in use."""
        return size_of(self._connection)

    def forget_delivered(self, before_ns: int) -> int:
        """Delete what every active sink took and what came in before a time; return how many messages that were."""
        return self._delete(
            "created_ns < ? AND seq <= (SELECT coalesce(min(cursor), 9223372036854775807) FROM sinks"
            " WHERE active AND sinks.encoding = messages.encoding)",
            before_ns,
        )

    def drop_older(self, before_ns: int) -> int:
        """Drop what came in before a time, delivered or not; return how many messages that were."""
        return self._drop("created_ns < ?", before_ns)

    def drop_oldest(self, size: int) -> int:
        """Drop the oldest messages, delivered or not, that take so many bytes; return how many, 0 when there is none."""
        cutoff = 0
        for seq, length in self._connection.execute("SELECT seq, length(body) FROM messages ORDER BY seq"):
            cutoff, size = seq, size - length
            if size <= 0:
                break
        return self._drop("seq <= ?", cutoff)

    def give_back(self) -> None:
        """Give free pages back to the file system, some at a time."""
        self._connection.execute(f"PRAGMA incremental_vacuum({_VACUUM_PAGES})").fetchall()

    def leave_out(self, count: int) -> None:
        """Count messages that were not let in."""
        self._connection.execute("UPDATE left_out SET count = count + ?", (count,))

    def left_out(self) -> int:
        """How many messages were not let in."""
        (count,) = self._connection.execute("SELECT count FROM left_out").fetchone()
        return int(count)

    def progress(self) -> list[Progress]:
        """How far each sink is, by name."""
        return progress_of(self._connection)

    @staticmethod
    def messages(connection: sqlite3.Connection, encoding: Encoding | None, after: int) -> Iterator[Message]:
        """Yield messages of a connection after a place, oldest first, of one encoding or of all."""
        query = (
            f"SELECT {_COLUMNS} FROM messages WHERE seq > ?2 AND (?1 IS NULL OR encoding = ?1) ORDER BY seq"  # noqa: S608 - our own names
        )
        for row in connection.execute(query, (encoding, after)):
            yield _message(row)

    def _delete(self, condition: str, value: int) -> int:
        query = f"DELETE FROM messages WHERE seq IN ({_chosen(condition)})"  # noqa: S608 - our own words
        return self._connection.execute(query, (value,)).rowcount

    def _drop(self, condition: str, value: int) -> int:
        with self._transaction():
            self._connection.execute(
                "UPDATE sinks SET dropped = dropped + (SELECT count(*) FROM messages gone"  # noqa: S608 - our own words
                f" WHERE gone.seq IN ({_chosen(condition)})"
                " AND gone.seq > sinks.cursor AND gone.encoding = sinks.encoding)"
                f" - (SELECT count(*) FROM json_each(sinks.ahead) WHERE value IN ({_chosen(condition)}))"
                " WHERE active",
                (value, value),
            )
            return self._delete(condition, value)

    def _transaction(self) -> _Transaction:
        return _Transaction(self)

    def begin(self) -> None:
        """Take the write lock."""
        self._connection.execute("BEGIN IMMEDIATE")

    def end(self, *, whole: bool) -> None:
        """Commit, or take everything back."""
        if self._connection.in_transaction:
            self._connection.execute("COMMIT" if whole else "ROLLBACK")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Transaction:
    """All of it, or nothing."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def __enter__(self) -> None:
        self._journal.begin()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._journal.end(whole=False)
            return
        try:
            self._journal.end(whole=True)
        except BaseException:  # a commit that fails leaves the transaction open
            self._journal.end(whole=False)
            raise


def _chosen(condition: str) -> str:
    """A query for the oldest messages of a condition on one value."""
    return f"SELECT seq FROM messages WHERE {condition} ORDER BY seq LIMIT {_CHUNK}"  # noqa: S608 - our own words


def size_of(connection: sqlite3.Connection) -> int:
    """How many bytes of a file are in use."""
    pages, free, page = (
        int(connection.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * page


def progress_of(connection: sqlite3.Connection) -> list[Progress]:
    """How far each sink of a file is, by name."""
    rows = connection.execute(
        "SELECT name, encoding, active, cursor,"
        " (SELECT count(*) FROM messages m WHERE m.seq > sinks.cursor AND m.encoding = sinks.encoding)"
        " - (SELECT count(*) FROM json_each(sinks.ahead) done JOIN messages m ON m.seq = done.value),"
        " (SELECT min(created_ns) FROM messages m WHERE m.seq > sinks.cursor AND m.encoding = sinks.encoding),"
        " accepted, retried, dead_lettered, dropped FROM sinks ORDER BY name"
    )
    return [Progress(row[0], row[1], bool(row[2]), *row[3:]) for row in rows]


def _message(row: tuple[int, Encoding, str, str, str, str, str | None, bytes]) -> Message:
    seq, encoding, camera_id, event_id, kind, subject, time, body = row
    return Message(
        seq=seq,
        encoding=encoding,
        camera_id=camera_id,
        event_id=event_id,
        type=kind,
        subject=subject,
        time=time,
        body=body,
    )
