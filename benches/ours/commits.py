"""Commit messages of 1.6 kB to a disk for some seconds, through the outbox or by a bare SQLite loop; print how many."""

import json
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

from sightline.events import Message
from sightline.outbox import Outbox


def messages(count):
    body = json.dumps({"filler": "x" * 1585}).encode()
    return [
        Message(
            camera_id=f"camera-{number % 8}",
            event_id=f"5a0cf0f6-6a43-5a8e-9f57-{number:012d}",
            type="sightline.line.crossed.v1",
            subject=f"/cameras/camera-{number % 8}/lines/door/tracks/{number}",
            body=body,
        )
        for number in range(count)
    ]


def outbox(path, batch):
    box = Outbox(path)
    return lambda: box.emit(batch), box.close


def bare(path, batch):
    """What one would write: one table, one transaction for a batch, on the disk when it returns."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE events (seq INTEGER PRIMARY KEY, body BLOB NOT NULL)")
    rows = [(message.body,) for message in batch]

    def commit():
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO events (body) VALUES (?)", rows)
        connection.execute("COMMIT")

    return commit, connection.close


def main():
    job = json.load(sys.stdin)
    with tempfile.TemporaryDirectory(dir=job["folder"]) as folder:
        call, end = {"outbox": outbox, "bare": bare}[job["side"]](
            Path(folder) / "events.db", messages(job["batch"])
        )
        call()
        count, begun, cpu = 0, time.perf_counter(), time.process_time()
        while time.perf_counter() - begun < job["seconds"]:
            call()
            count += job["batch"]
        took, used = time.perf_counter() - begun, time.process_time() - cpu
        end()
    print(json.dumps({"events": count, "seconds": took, "cpu_s": used}))


if __name__ == "__main__":
    main()
