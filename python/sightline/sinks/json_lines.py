"""Events in a file, one line of JSON each: appended, whole lines only, rotated by size."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

import msgspec
from msgspec import Meta

from sightline.errors import SinkError
from sightline.events import encode
from sightline.sinks.config import SinkConfig

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.events import Event, Message

_TAIL = 1 << 16

Fsync = Literal["never", "batch", "always"]


class JsonLinesSink:
    """Appends each event as a line to a file.

    A line is either whole or not there: what a crash left torn at the end is cut off when the file is opened
    again, and what a full disk tears is cut off at once.

    Args:
        path: The file; made if missing.
        fsync: When the file is forced to the disk: `never` (the system decides), `batch` (at each flush), or `always`
            (after each batch of events).
        rotate_bytes: Once the file would grow beyond this, it becomes `PATH.1`, the older ones move up, and a new one is begun;
            `None` for never.
        rotate_keep: How many rotated files are kept, at least 1.

    Raises:
        SinkError: When the file cannot be opened.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        fsync: Fsync = "batch",
        rotate_bytes: int | None = None,
        rotate_keep: int = 5,
    ) -> None:
        self._path = Path(path)
        self._fsync: Fsync = fsync
        self._rotate_bytes = rotate_bytes
        self._rotate_keep = rotate_keep
        self._file: int | None = None
        self._size = 0
        self._open()

    def emit(self, events: Sequence[Event | Message]) -> None:
        """Append the events, all or none of each batch between two rotations.

        Raises:
            SinkError: When the file cannot be written; the events that are not in it are in the error.
        """
        lines = [encode(event) + b"\n" for event in events]
        done = 0
        while done < len(lines):
            count = self._fitting(lines[done:])
            if count == 0:
                self._rotate(events[done:])
                count = max(1, self._fitting(lines[done:]))
            self._append(b"".join(lines[done : done + count]), events[done:])
            done += count
        if self._fsync == "always":
            self._sync()

    def flush(self) -> None:
        """Force the file to the disk, unless the policy is `never`.

        Raises:
            SinkError: When the disk refuses.
        """
        if self._fsync != "never":
            self._sync()

    def close(self) -> None:
        """Flush and close the file. A second call does nothing."""
        if self._file is None:
            return
        self.flush()
        os.close(self._file)
        self._file = None

    def _open(self) -> None:
        try:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
            self._size = _cut_torn_line(self._file)
        except OSError as error:
            raise SinkError(
                f"{self._path}: cannot be opened for appending: {error.strerror or error}"
            ) from error

    def _fitting(self, lines: Sequence[bytes]) -> int:
        """How many of the lines fit before the next rotation."""
        if self._rotate_bytes is None:
            return len(lines)
        room = self._rotate_bytes - self._size
        for count, line in enumerate(lines):
            room -= len(line)
            if room < 0:
                return count
        return len(lines)

    def _append(self, text: bytes, events: Sequence[Event | Message]) -> None:
        file = self._opened(events)
        written = 0
        try:
            while written < len(text):
                written += os.write(file, text[written:])
        except OSError as error:
            with contextlib.suppress(OSError):
                os.ftruncate(file, self._size)
            raise SinkError(f"{self._path}: cannot be written: {error.strerror or error}", events) from error
        self._size += len(text)

    def _sync(self) -> None:
        if self._file is None:
            return
        try:
            os.fsync(self._file)
        except OSError as error:
            raise SinkError(
                f"{self._path}: cannot be forced to the disk: {error.strerror or error}"
            ) from error

    def _rotate(self, events: Sequence[Event | Message]) -> None:
        if self._size == 0:
            return
        os.close(self._opened(events))
        self._file = None
        try:
            for number in range(self._rotate_keep - 1, 0, -1):
                older = self._numbered(number)
                if older.exists():
                    older.replace(self._numbered(number + 1))
            self._path.replace(self._numbered(1))
        except OSError as error:
            raise SinkError(f"{self._path}: cannot be rotated: {error.strerror or error}", events) from error
        self._open()

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")

    def _opened(self, events: Sequence[Event | Message]) -> int:
        if self._file is None:
            raise SinkError(f"{self._path}: the sink is closed", events)
        return self._file


def _cut_torn_line(file: int) -> int:
    """Cut what follows the last line break, and return the size that is left."""
    size = end = os.lseek(file, 0, os.SEEK_END)
    whole = 0
    while end > 0:
        start = max(0, end - _TAIL)
        position = os.pread(file, end - start, start).rfind(b"\n")
        if position >= 0:
            whole = start + position + 1
            break
        end = start
    if whole != size:
        os.ftruncate(file, whole)
    return whole


class FileConfig(SinkConfig, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="file"):
    """Events in a JSON-lines file; see `JsonLinesSink`.

    Attributes:
        path: The file, relative to the configuration's folder.
        fsync: When the file is forced to the disk.
        rotate_bytes: Size at which a new file is begun; never when absent.
        rotate_keep: How many rotated files are kept.
    """

    durable: ClassVar[bool] = False

    path: Annotated[str, Meta(min_length=1)]
    fsync: Fsync = "batch"
    rotate_bytes: Annotated[int, Meta(ge=1024)] | None = None
    rotate_keep: Annotated[int, Meta(ge=1)] = 5

    def beside(self, folder: Path) -> Self:
        """Return it with its path relative to a folder."""
        return msgspec.structs.replace(self, path=str(folder / self.path))

    def open(self) -> JsonLinesSink:
        """Open the file.

        Raises:
            SinkError: When it cannot be opened.
        """
        return JsonLinesSink(
            self.path, fsync=self.fsync, rotate_bytes=self.rotate_bytes, rotate_keep=self.rotate_keep
        )
