"""What a sink refuses for good: kept in a file, with the reason, so that it holds up nothing and is not lost."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import msgspec

from sightline.sinks import JsonLinesSink

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sightline.errors import Refusal
    from sightline.events import Message

# A receiver that refuses everything must not fill the disk.
_ROTATE_BYTES = 16 << 20
_ROTATE_KEEP = 4


class DeadLetters:
    """A JSON-lines file of `{"sink", "reason", "event"}`; made with the first one, at most 80 MiB with its rotations.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._sink: JsonLinesSink | None = None
        self._lock = threading.Lock()

    def add(self, sink: str, refusals: Sequence[Refusal]) -> None:
        """Append messages that a sink refused; it is on the disk afterwards.

        Raises:
            SinkError: When the file cannot be written.
        """
        if not refusals:
            return
        lines = [_letter(sink, refusal.event, refusal.reason) for refusal in refusals]
        with self._lock:
            if self._sink is None:
                self._sink = JsonLinesSink(
                    self.path, fsync="always", rotate_bytes=_ROTATE_BYTES, rotate_keep=_ROTATE_KEEP
                )
            self._sink.emit(lines)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._sink is not None:
                self._sink.close()
                self._sink = None


def _letter(sink: str, message: Message, reason: str) -> Message:
    letter = {"sink": sink, "reason": reason, "event": _readable(message.body)}
    return msgspec.structs.replace(message, body=msgspec.json.encode(letter))


def _readable(body: bytes) -> msgspec.Raw | str:
    """The body as it is, or as a text: what is refused may be no JSON."""
    try:
        msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return body.decode("utf-8", "replace")
    return msgspec.Raw(body)
