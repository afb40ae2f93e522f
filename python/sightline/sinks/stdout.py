"""Events on standard output, one line of JSON each."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, BinaryIO, ClassVar

from sightline.errors import SinkError
from sightline.events import encode
from sightline.sinks.config import SinkConfig

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.events import Event, Message


class StdoutSink:
    """Writes each event as a line and flushes, so that a reader down the pipe sees it at once.

    Attributes:
        reader_gone: Whether the reader closed the pipe; later events go nowhere, and the run may end.
    """

    def __init__(self, stream: BinaryIO | None = None) -> None:
        self._stream = stream or sys.stdout.buffer
        self.reader_gone = False

    def emit(self, events: Sequence[Event | Message]) -> None:
        """Write the events.

        Raises:
            SinkError: When standard output cannot be written, such as a full disk behind it.
        """
        if self.reader_gone:
            return
        try:
            self._stream.write(b"".join(encode(event) + b"\n" for event in events))
            self._stream.flush()
        except BrokenPipeError:
            self._let_go()
        except OSError as error:
            raise SinkError(f"standard output: {error.strerror or error}", events) from error

    def flush(self) -> None:
        """Do nothing: every event was flushed already."""

    def close(self) -> None:
        """Do nothing: standard output is not ours to close."""

    def _let_go(self) -> None:
        """Point standard output nowhere, so that the interpreter's own flush at exit does not complain."""
        self.reader_gone = True
        if self._stream is sys.stdout.buffer:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)


class StdoutConfig(SinkConfig, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="stdout"):
    """Events on standard output."""

    durable: ClassVar[bool] = False

    def open(self) -> StdoutSink:
        """Open it."""
        return StdoutSink()
