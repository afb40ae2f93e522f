"""What the program says while it runs: for people or as JSON, from a level up, and nothing over and over.

It goes through the standard library's `logging`, so that what other libraries have to say comes the same way.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from rich.markup import escape

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

LogFormat = Literal["human", "json"]
LogLevel = Literal["info", "warning", "error"]

BURST = 3
"""So often the same is said in a row; then it is counted until the minute is over."""

WINDOW_S = 60.0
"""Seconds over which repeats are counted."""

MOST = 500
"""Different lines in a minute; what comes beyond is counted only, but for what ends the program."""

log = logging.getLogger("sightline.cli")
"""What the program itself says. Not the package's: rooms below log what a program may want to hear, and people need not."""

_Key = tuple[int, str | None, str]
_BEYOND: _Key = (0, None, "")
_NUMBER = re.compile(r"\d+")
_STYLES = {logging.WARNING: "[yellow]warning:[/] ", logging.ERROR: "[red]error:[/] "}
# What a line of JSON has besides time, level and message.
_FIELDS = ("camera", "sink", "faults", "summary")


@dataclass
class _Said:
    since_s: float
    times: int = 0
    latest: logging.LogRecord | None = None


class Repeats:
    """Lets the first few of the same line through, then counts, and tells the count once a minute.

    Lines that differ in numbers only are the same if they are marked `alike`, or of another library; lines of different cameras
    never are.

    Args:
        clock: Monotonic seconds; for tests.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._said: dict[_Key, _Said] = {}

    def admit(self, record: logging.LogRecord) -> list[logging.LogRecord]:
        """Return what is to be said now: counts that are due, and the record if it is not one more of the same."""
        now_s = self._clock()
        due = self._due(now_s)
        text = record.getMessage()
        alike = getattr(record, "alike", record.name != log.name)
        key = (record.levelno, getattr(record, "camera", None), _NUMBER.sub("#", text) if alike else text)
        is_beyond = key not in self._said and len(self._said) >= MOST
        if is_beyond and record.levelno >= logging.ERROR and record.name == log.name:
            return [*due, record]
        said = self._said.setdefault(_BEYOND if is_beyond else key, _Said(now_s))
        said.times += 1
        if said.times <= BURST and not is_beyond:
            return [*due, record]
        said.latest = record
        return due

    def rest(self) -> list[logging.LogRecord]:
        """Return every count that has not been told."""
        return self._due(float("inf"))

    def _due(self, now_s: float) -> list[logging.LogRecord]:
        over = [key for key, said in self._said.items() if now_s - said.since_s >= WINDOW_S]
        told = [(key, self._said.pop(key)) for key in over]
        return [
            _counted(said.latest, said.times, is_beyond=key == _BEYOND)
            for key, said in told
            if said.latest is not None
        ]


def _counted(record: logging.LogRecord, times: int, *, is_beyond: bool) -> logging.LogRecord:
    words = f"the last of {times} lines that were left out" if is_beyond else f"said {times} times"
    record.msg, record.args = f"{record.getMessage()} ({words} in the last minute)", None
    return record


class Voice(logging.Handler):
    """Writes what is said to stderr.

    Args:
        console: Where words for people go.
        log_format: For whom.
        repeats: Keeps the same from being said over and over.
    """

    def __init__(self, console: Console, log_format: LogFormat, repeats: Repeats | None = None) -> None:
        super().__init__()
        self.log_format: LogFormat = log_format
        self._console = console
        self._repeats = repeats or Repeats()

    def emit(self, record: logging.LogRecord) -> None:
        """Say it, unless it is one more of the same."""
        for each in self._repeats.admit(record):
            self._write(each)

    def flush(self) -> None:
        """Tell what was counted."""
        self.acquire()
        try:
            for each in self._repeats.rest():
                self._write(each)
        finally:
            self.release()

    def _write(self, record: logging.LogRecord) -> None:
        if self.log_format == "json":
            sys.stderr.write(json_line(record) + "\n")
            sys.stderr.flush()
        else:
            self._console.print(_STYLES.get(record.levelno, "") + escape(record.getMessage()), soft_wrap=True)


def json_line(record: logging.LogRecord) -> str:
    """Return a record as a line of JSON."""
    moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    line = {
        "time": moment.replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "message": record.getMessage(),
    }
    line |= {name: value for name in _FIELDS if (value := getattr(record, name, None)) is not None}
    if record.name != log.name:
        line["logger"] = record.name
    if record.exc_info:
        line["exception"] = logging.Formatter().formatException(record.exc_info)
    return json.dumps(line, ensure_ascii=False)
