"""A connection to an MQTT broker that is kept: made when needed, made again when lost, and never a queue.

What was not acknowledged is the caller's again; nothing waits in here while the broker is away.
"""

from __future__ import annotations

import importlib
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from sightline.errors import ConfigError, Refusal, SinkError
from sightline.sinks.wire.rhythm import pause_s

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Sequence

    from sightline.sinks.wire.paho import Connection

# A connection that lasted so long was a good one.
_LASTING_S = 30.0

Version = Literal["5", "3.1.1"]


class Publication(NamedTuple):
    """What is published.

    Attributes:
        topic: Where.
        body: The payload.
        qos: 0 at most once, 1 at least once, 2 exactly once on this connection.
        retain: Whether the broker keeps it for those who subscribe later.
        content_type: Media type of the body; MQTT 5 only.
        properties: User properties; MQTT 5 only.
    """

    topic: str
    body: bytes
    qos: int = 1
    retain: bool = False
    content_type: str | None = None
    properties: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Dial:
    """How to call a broker, this time.

    Attributes:
        host: Whom to call; its certificate is for this name.
        port: The port.
        tls: TLS; without it the connection is plain.
        client_id: Name of the session; the broker makes one up for an empty one.
        username: Name to log in with.
        password: Password to log in with.
        version: Of the protocol.
        keep_alive_s: A broker that says nothing for one and a half times as long is gone.
        timeout_s: For connecting, for TLS and for the broker's answer, each.
        will: What the broker publishes when we are gone without a word.
        max_bytes: The largest body that the broker takes; it may say less.
        renew_after_s: When to call again with a new password, seconds from now; None for never.
    """

    host: str
    port: int
    tls: ssl.SSLContext | None = None
    client_id: str = ""
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    version: Version = "3.1.1"
    keep_alive_s: int = 30
    timeout_s: float = 10.0
    will: Publication | None = None
    max_bytes: int = 268_435_455
    renew_after_s: float | None = None


class Outcome(NamedTuple):
    """What became of publications.

    Attributes:
        taken: Positions of those that were acknowledged.
        refused: Positions of those that the broker will never take, with its reason.
        error: Why the others were not taken; empty when there are none.
    """

    taken: set[int]
    refused: dict[int, str]
    error: str


class Listener(Protocol):
    """Somebody who listens on a connection."""

    def connected(self, connection: Connection) -> None:
        """Subscribe. Called on each new connection, before anything else is done with it.

        Raises:
            SinkError: When that fails; the connection is given up then.
        """
        ...

    def received(self, topic: str, body: bytes) -> None:
        """Take what was published to us. Runs in the connection's thread: be quick, and do not publish."""
        ...


class Link:
    """One connection at a time to a broker. Several threads may use it.

    Args:
        dial: Says how to call; asked before each connection, so that passwords can be new.
        keep: Whether it is connected from the beginning, and again whenever the connection is lost; if not, only when there
            is something to publish.
        farewell: What to publish before a connection is closed on purpose.
        in_flight: How many publications may wait for the broker's acknowledgement.
        ack_timeout_s: How long to wait for the next acknowledgement before the connection is given up.
    """

    def __init__(
        self,
        dial: Callable[[], Dial],
        *,
        keep: bool = False,
        farewell: Publication | None = None,
        in_flight: int = 64,
        ack_timeout_s: float = 30.0,
    ) -> None:
        self._dial = dial
        self._farewell = farewell
        self._in_flight = in_flight
        self._ack_timeout_s = ack_timeout_s
        self._listeners: list[Listener] = []
        self._connection: Connection | None = None
        self._renew_at: float | None = None
        self._lock = threading.RLock()
        self._stop = threading.Event()
        self._keeper: threading.Thread | None = None
        self.failures = 0
        self.error = ""
        if keep:
            self.keep()

    def keep(self) -> None:
        """Be connected from now on, in a thread of its own."""
        with self._lock:
            if self._keeper is None:
                self._keeper = threading.Thread(target=self._keep, name="mqtt-keeper", daemon=True)
                self._keeper.start()

    @property
    def connected(self) -> bool:
        """Whether there is a connection now."""
        connection = self._connection
        return connection is not None and not connection.ended.is_set()

    def listen(self, listener: Listener) -> None:
        """Let somebody listen, on this connection and those to come.

        Raises:
            SinkError: When the subscription is refused.
        """
        with self._lock:
            self._listeners.append(listener)
            if self._connection is not None and self.connected:
                listener.connected(self._connection)

    def connection(self) -> Connection:
        """Return the connection, made now if there is none.

        Raises:
            SinkError: When the broker cannot be reached or refuses us; the message says what to do.
        """
        with self._lock:
            if self._stop.is_set():
                raise SinkError("the sink is closed")
            if self._connection is not None and self.connected and not self._is_stale():
                return self._connection
            self._end()
            try:
                self._connection = self._connect()
            except SinkError as error:
                self.failures += 1
                self.error = str(error)
                raise
            self.failures = 0
            self.error = ""
            return self._connection

    def deliver(self, events: Sequence[object], publications: Sequence[Publication]) -> None:
        """Publish; return when all are acknowledged.

        Args:
            events: What the publications are of, in the same order; the error has them.
            publications: What to publish.

        Raises:
            SinkError: With the events that were not acknowledged, and those that the broker will never take.
        """
        with self._lock:
            try:
                connection = self.connection()
            except SinkError as error:
                raise SinkError(str(error), events) from error
            outcome = connection.deliver(
                publications, in_flight=self._in_flight, ack_timeout_s=self._ack_timeout_s
            )
            if outcome.error:
                self._end()
        done = outcome.taken | outcome.refused.keys()
        left = [event for index, event in enumerate(events) if index not in done]
        refused = [Refusal(events[index], reason) for index, reason in sorted(outcome.refused.items())]
        if left or refused:
            words = outcome.error or f"{len(refused)} refused: {refused[0].reason}"
            raise SinkError(words, left, refused=refused)

    def close(self) -> None:
        """Say farewell and disconnect. A second call does nothing."""
        self._stop.set()
        with self._lock:
            self._end(self._farewell)
        if self._keeper is not None:
            self._keeper.join()

    def _is_stale(self) -> bool:
        return self._renew_at is not None and time.monotonic() >= self._renew_at

    def _connect(self) -> Connection:
        try:
            dial = self._dial()
        except ConfigError as error:  # such as a secret whose file is gone for a while
            raise SinkError(str(error)) from error
        connection = _library(dial, self._received)
        try:
            for listener in self._listeners:
                listener.connected(connection)
        except SinkError:
            connection.close()
            raise
        self._renew_at = None if dial.renew_after_s is None else time.monotonic() + dial.renew_after_s
        return connection

    def _received(self, topic: str, body: bytes) -> None:
        for listener in tuple(self._listeners):
            listener.received(topic, body)

    def _end(self, farewell: Publication | None = None) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close(farewell)

    def _keep(self) -> None:
        lost_at_once = 0
        while not self._stop.is_set():
            try:
                connection = self.connection()
            except SinkError:
                self._stop.wait(pause_s(self.failures))
                continue
            renew_at, began = self._renew_at, time.monotonic()
            if connection.ended.wait(None if renew_at is None else max(0.0, renew_at - began)):
                # A broker that takes us and cuts us, as when another has the same identity, is not to be called without end.
                lasted = time.monotonic() - began >= _LASTING_S
                lost_at_once = 0 if lasted else lost_at_once + 1
                self._stop.wait(pause_s(max(0, lost_at_once - 1)))


def _library(dial: Dial, received: Callable[[str, bytes], None]) -> Connection:
    from sightline.sinks.wire.paho import Connection  # noqa: PLC0415 - paho is an extra

    return Connection(dial, received)


def require_library(extra: str) -> None:
    """Make sure that the MQTT library is there.

    Raises:
        ConfigError: When it is not, with the command that installs it.
    """
    try:
        importlib.import_module("sightline.sinks.wire.paho")
    except ImportError as error:
        raise ConfigError(
            f"this sink needs paho-mqtt 2: pip install 'sightline[{extra}]' ({error})"
        ) from error
