"""The outbox's file: its tables, and how it is opened."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# Stored in the file's header (PRAGMA user_version); a file of another number is not ours to change.
VERSION = 1
# How long a statement waits for another connection's lock. Writers hold it for milliseconds.
_BUSY_S = 30.0
# The write-ahead log is folded into the file after so many pages of 4 KiB.
_CHECKPOINT_PAGES = 1000

_TABLES = """
CREATE TABLE messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    created_ns INTEGER NOT NULL,
    encoding TEXT NOT NULL,
    camera_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    type TEXT NOT NULL,
    subject TEXT NOT NULL,
    time TEXT,
    body BLOB NOT NULL
);
CREATE TABLE sinks (
    name TEXT PRIMARY KEY,
    encoding TEXT NOT NULL,
    active INTEGER NOT NULL,
    cursor INTEGER NOT NULL,
    ahead TEXT NOT NULL DEFAULT '[]',
    accepted INTEGER NOT NULL DEFAULT 0,
    retried INTEGER NOT NULL DEFAULT 0,
    dead_lettered INTEGER NOT NULL DEFAULT 0,
    dropped INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE left_out (count INTEGER NOT NULL);
INSERT INTO left_out VALUES (0);
"""


class DamagedError(sqlite3.DatabaseError):
    """The file is a database, and what is in it contradicts itself."""


class VersionError(sqlite3.DatabaseError):
    """The file is a database of somebody else, or of another version."""


def is_damage(error: sqlite3.Error) -> bool:
    """Say whether an error means that the file is damaged, or no database at all."""
    damage = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
    # The low byte is the primary code.
    code: int = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return isinstance(error, DamagedError) or code in damage


def connect(path: Path, *, durable: bool) -> sqlite3.Connection:
    """Open the file for one thread.

    Args:
        path: The file; made if missing.
        durable: Whether a commit returns only when it is on the disk. What is not durable (how far a sink is) costs
            duplicates after a power loss, never an event.

    Raises:
        sqlite3.Error: When the file cannot be opened or is no database.
    """
    connection = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        # It says what pages new files have, so it comes before the first table.
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Open a file that is there, to look at it only.

    Raises:
        sqlite3.Error: When there is none, or it is no database.
    """
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_BUSY_S)


def prepare(connection: sqlite3.Connection) -> None:
    """Make the tables of a new file, and check an old one.

    Raises:
        DamagedError: When it is damaged.
        VersionError: When it is not an outbox of this version.
        sqlite3.Error: When it is no database, or cannot be written.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == 0:
        connection.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {VERSION}; COMMIT;")
        return
    if version != VERSION:
        raise VersionError(f"it is of version {version}, and this is for version {VERSION}")
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise DamagedError(str(verdict))
