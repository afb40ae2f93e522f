"""Questions to a twin over MQTT and their answers, each with a time-out."""

from __future__ import annotations

import itertools
import threading
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs

import msgspec

from sightline.errors import SinkError
from sightline.sinks.wire.mqtt import Publication

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.sinks.iot_hub.document import Document
    from sightline.sinks.wire.mqtt import Link
    from sightline.sinks.wire.paho import Connection

_ANSWERS = "$iothub/twin/res/"
_CHANGES = "$iothub/twin/PATCH/properties/desired/"
_OK, _NO_CONTENT = 200, 204
_THROTTLED = 429


class _Answer(NamedTuple):
    status: int
    body: bytes


class Twin(msgspec.Struct):
    """A twin as the hub has it.

    Attributes:
        desired: What somebody wants; has `$version`.
        reported: What we said last.
    """

    desired: dict[str, object]
    reported: dict[str, object] = {}


class Conversation:
    """Asks the hub for the twin, and tells it what changed, over a connection that is shared.

    Args:
        link: The connection.
        changed: Is told that the twin may have changed: a patch came, or the connection is a new one. It must be quick.
        timeout_s: How long to wait for an answer.
    """

    def __init__(self, link: Link, changed: Callable[[], None], timeout_s: float) -> None:
        self._link = link
        self._changed = changed
        self._timeout_s = timeout_s
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._waiting: dict[str, SimpleQueue[_Answer]] = {}

    def connected(self, connection: Connection) -> None:
        """Subscribe to answers and changes. What changed while nobody listened is not told: ask anew."""
        connection.subscribe(f"{_ANSWERS}#", f"{_CHANGES}#")
        self._changed()

    def received(self, topic: str, body: bytes) -> None:
        """Hand an answer to whoever waits for it; take a change as a hint, not as what changed."""
        if topic.startswith(_CHANGES):
            self._changed()
            return
        path, _, query = topic.removeprefix(_ANSWERS).partition("/?")
        number = parse_qs(query).get("$rid", [""])[0]
        with self._lock:
            waiting = self._waiting.pop(number, None)
        if waiting is not None and path.isdigit():
            waiting.put(_Answer(int(path), body))

    def twin(self) -> Twin:
        """Return the twin.

        Raises:
            SinkError: When the hub does not give it.
        """
        answer = self._ask("$iothub/twin/GET/", b"", _OK)
        try:
            return msgspec.json.decode(answer.body, type=Twin)
        except msgspec.DecodeError as error:
            raise SinkError(f"the twin that the hub gave is none: {error}") from error

    def report(self, patch: Document) -> None:
        """Change the reported properties.

        Raises:
            SinkError: When the hub does not take it.
        """
        self._ask("$iothub/twin/PATCH/properties/reported/", msgspec.json.encode(patch), _NO_CONTENT)

    def _ask(self, topic: str, body: bytes, expected: int) -> _Answer:
        number = str(next(self._numbers))
        answers: SimpleQueue[_Answer] = SimpleQueue()
        connection = self._link.connection()
        with self._lock:
            self._waiting[number] = answers
        try:
            connection.send(Publication(f"{topic}?$rid={number}", body, qos=0))
            answer = answers.get(timeout=self._timeout_s)
        except Empty:
            raise SinkError(f"the hub did not answer about the twin within {self._timeout_s:g} s") from None
        finally:
            with self._lock:
                self._waiting.pop(number, None)
        if answer.status not in (expected, _OK, _NO_CONTENT):
            why = ": too many requests" if answer.status == _THROTTLED else ""
            raise SinkError(f"the hub answers {answer.status} about the twin{why}")
        return answer
