"""Events as JSON lines: CloudEvents, or the messages of Azure AI Vision Spatial Analysis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import msgspec

from sightline.errors import RecordingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

_LONGEST = 16 << 20
_NS = 1e9


class EventLines:
    """The events of a file.

    Args:
        path: JSON lines; empty lines are passed over.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def __iter__(self) -> Iterator[EventLine]:
        """Go through the lines.

        Raises:
            RecordingError: When the file cannot be read, or a line is no event.
        """
        try:
            with self._path.open("rb") as file:
                number = 0
                while line := file.readline(_LONGEST + 1):
                    number += 1
                    if len(line) > _LONGEST:
                        raise RecordingError(
                            f"{self._path}:{number}: expected an event, found a line of more than {_LONGEST} bytes"
                        )
                    if raw := line.strip():
                        yield self._event(number, raw)
        except OSError as error:
            raise RecordingError(f"{self._path}: cannot be read: {error.strerror}") from error

    def _event(self, number: int, raw: bytes) -> EventLine:
        try:
            said = msgspec.json.decode(raw, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise RecordingError(
                f"{self._path}:{number}: expected an event as a JSON object, found something else: {error}"
            ) from error
        return EventLine(number, raw, said)


class EventLine:
    """One event; an `Item`."""

    def __init__(self, number: int, raw: bytes, said: dict[str, Any]) -> None:
        self.place = f"line {number}"
        self.raw = raw
        self._said = said

    def sorts(self) -> Iterable[tuple[str, int]]:
        """Its types: of a message those of its events."""
        return [(name, 1) for name in self._types()]

    def title(self) -> str:
        """Type, camera, rule and track, media time, time of day."""
        said, data = self._said, _object(self._said.get("data"))
        source = _object(said.get("sourceInfo"))
        zones = [str(_object(event).get("zone")) for event in _list(said.get("events"))]
        pts_ns = data.get("pts_ns")
        words = [
            ", ".join(self._types()),
            said.get("subject") or said.get("source") or source.get("id"),
            ", ".join(zones),
            f"pts {pts_ns / _NS:.3f} s" if isinstance(pts_ns, int) else None,
            said.get("time") or source.get("timestamp"),
        ]
        return "  ".join(str(word) for word in words if word)

    def values(self) -> dict[str, Any]:
        """The event."""
        return self._said

    def _types(self) -> list[str]:
        types = [_object(event).get("type") for event in _list(self._said.get("events"))]
        types = types or [self._said.get("type")]
        return [each if isinstance(each, str) else "(no type)" for each in types]


def _object(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _list(value: object) -> Sequence[object]:
    return cast("Sequence[object]", value) if isinstance(value, list) else ()
