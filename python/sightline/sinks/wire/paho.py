"""One connection to an MQTT broker, from CONNECT to its end, on paho-mqtt 2."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from sightline.errors import SinkError
from sightline.sinks.wire.mqtt import Outcome, Publication
from sightline.sinks.wire.tls import failure_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from paho.mqtt.reasoncodes import ReasonCode

    from sightline.sinks.wire.mqtt import Dial

_VERSIONS = {"5": MQTTProtocolVersion.MQTTv5, "3.1.1": MQTTProtocolVersion.MQTTv311}
# MQTT 5.0 section 3.4.2.1: what the same publication will meet again. Everything else may pass later.
_NEVER = {0x90: "topic name invalid", 0x95: "packet too large", 0x99: "payload format invalid"}
# MQTT 5.0 section 2.4: what a person has to mend, in CONNACK; MQTT 3.1.1 has three of these under other numbers.
_OUR_FAULT = {
    0x85: "it does not take the client id",
    0x86: "user name or password is wrong",
    0x87: "we are not allowed in; are user name, password, key or certificate right, and its clock and ours?",
    0x84: "it does not speak this version of MQTT; set version",
    0x8A: "we are banned there",
    0x9A: "it retains nothing; leave out availability_topic",
    0x8C: "the authentication method is wrong",
}
_NOT_ALLOWED = 0x87
_CLOSE_S = 2.0


class Connection:
    """Connected when it is made; once lost it stays so.

    Args:
        dial: Whom to call, and how.
        received: Is told topic and body of what is published to us, in the connection's own thread.

    Attributes:
        ended: Set once the connection is lost or closed.

    Raises:
        SinkError: When the broker cannot be reached or refuses us.
    """

    def __init__(self, dial: Dial, received: Callable[[str, bytes], None]) -> None:
        self.ended = threading.Event()
        self._dial = dial
        self._where = f"{dial.host}:{dial.port}"
        self._received = received
        self._reason = ""
        self._delivering = False
        self._max_packet = 268_435_455 + 5  # what MQTT's own lengths allow
        self._max_qos = 2
        self._receive_maximum = 65_535
        self._acks: SimpleQueue[tuple[int, ReasonCode] | None] = SimpleQueue()
        self._answers: SimpleQueue[ReasonCode | None] = SimpleQueue()
        self._subscribed: SimpleQueue[list[ReasonCode] | None] = SimpleQueue()
        self._client = self._prepared()
        self._open()

    def deliver(
        self, publications: Sequence[Publication], *, in_flight: int, ack_timeout_s: float
    ) -> Outcome:
        """Publish in order, so many at a time, and wait for the acknowledgements. One thread at a time.

        Nothing more is sent once something went wrong.
        """
        self._delivering = True
        try:
            return self._deliver(publications, in_flight, ack_timeout_s)
        finally:
            self._delivering = False

    def _deliver(self, publications: Sequence[Publication], in_flight: int, ack_timeout_s: float) -> Outcome:
        window = min(in_flight, self._receive_maximum)
        outcome = Outcome(set(), {}, "")
        waiting: dict[int, int] = {}
        error = ""
        for index, publication in enumerate(publications):
            if len(waiting) >= window:
                error = self._acknowledged(waiting, outcome, ack_timeout_s)
            if error:
                break
            if publication.qos > self._max_qos:
                error = (
                    f"{self._where}: the broker takes QoS {self._max_qos} at most; set qos = {self._max_qos}"
                )
                break
            limit = self._limit(publication)
            if limit is not None:
                outcome.refused[index] = f"larger than the {limit} bytes that the broker takes"
                continue
            info = self._publish(publication)
            if info.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
                error = self._lost()
                break
            waiting[info.mid] = index
        while waiting:
            # After an error too: what is under way is either acknowledged now or sent twice later.
            again = self._acknowledged(waiting, outcome, ack_timeout_s)
            error = error or again
            if again and self.ended.is_set():
                break
        return outcome._replace(error=error)

    def send(self, publication: Publication) -> None:
        """Publish without waiting for an acknowledgement. Any thread.

        Raises:
            SinkError: When the connection is lost.
        """
        if self._publish(publication).rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise SinkError(self._lost())

    def subscribe(self, *filters: str) -> None:
        """Subscribe, and wait until the broker agreed.

        Raises:
            SinkError: When it did not.
        """
        if self._dial.version == "5":
            self._client.subscribe([(text, SubscribeOptions(qos=0)) for text in filters])
        else:
            self._client.subscribe([(text, 0) for text in filters])
        try:
            granted = self._subscribed.get(timeout=self._dial.timeout_s)
        except Empty:
            raise SinkError(f"{self._where}: it does not answer a subscription") from None
        if granted is None:
            raise SinkError(self._lost())
        for code in granted:
            if code.is_failure:
                raise SinkError(f"{self._where}: a subscription is refused: {code}")

    def close(self, farewell: Publication | None = None) -> None:
        """Publish the farewell, disconnect, and wait for the thread, not for long. A second call does nothing."""
        if not self.ended.is_set():
            if farewell is not None:
                self.deliver([farewell], in_flight=1, ack_timeout_s=_CLOSE_S)
            self._client.disconnect()
            self.ended.wait(_CLOSE_S)
        self._give_up()

    def _prepared(self) -> mqtt.Client:
        dial = self._dial
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=dial.client_id,
            protocol=_VERSIONS[dial.version],
            clean_session=None if dial.version == "5" else True,
            reconnect_on_failure=False,
        )
        client.connect_timeout = dial.timeout_s
        client.max_inflight_messages = 65_535  # the window is kept here
        if dial.username is not None:
            client.username_pw_set(dial.username, dial.password)
        if dial.tls is not None:
            client.tls_set_context(dial.tls)  # pyright: ignore[reportUnknownMemberType] # paho's
        if dial.will is not None:
            client.will_set(dial.will.topic, dial.will.body, dial.will.qos, dial.will.retain)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        return client

    def _open(self) -> None:
        dial = self._dial
        try:
            if dial.version == "5":
                self._client.connect(dial.host, dial.port, dial.keep_alive_s, clean_start=True)
            else:
                self._client.connect(dial.host, dial.port, dial.keep_alive_s)
        except OSError as error:
            self._give_up()
            raise SinkError(failure_words(error, dial.host, dial.port)) from error
        self._client.loop_start()
        try:
            answer = self._answers.get(timeout=dial.timeout_s)
        except Empty:
            answer = None
            self._reason = "it does not answer CONNECT"
        if answer is None or answer.is_failure:
            self._give_up()
            words = self._reason if answer is None else _OUR_FAULT.get(answer.value, str(answer).lower())
            raise SinkError(f"{self._where}: the broker refuses: {words or 'it hung up'}")

    def _limit(self, publication: Publication) -> int | None:
        """Return the limit that the publication is beyond, if there is one."""
        if len(publication.body) > self._dial.max_bytes:
            return self._dial.max_bytes
        return self._max_packet if _packet_bytes(publication) > self._max_packet else None

    def _publish(self, publication: Publication) -> mqtt.MQTTMessageInfo:
        properties = None
        if self._dial.version == "5" and (publication.content_type or publication.properties):
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call] # paho's
            if publication.content_type:
                properties.ContentType = publication.content_type
            if publication.properties:
                properties.UserProperty = list(publication.properties)
        return self._client.publish(
            publication.topic, publication.body, publication.qos, publication.retain, properties
        )

    def _acknowledged(self, waiting: dict[int, int], outcome: Outcome, timeout_s: float) -> str:
        """Wait until one of those in flight is acknowledged; return what went wrong."""
        until = time.monotonic() + timeout_s
        while True:
            try:
                ack = self._acks.get(timeout=max(0.0, until - time.monotonic()))
            except Empty:
                self._reason = f"no acknowledgement for {timeout_s:g} s"
                self._hang_up()
                self.ended.wait(_CLOSE_S)
                self.ended.set()
                return self._lost()
            if ack is None:
                self._acks.put(None)  # for whoever asks next
                return self._lost()
            index = waiting.pop(ack[0], None)
            if index is None:
                continue  # of somebody who did not wait
            code = ack[1]
            if not code.is_failure:
                outcome.taken.add(index)
            elif code.value in _NEVER:
                outcome.refused[index] = _NEVER[code.value]
            else:
                hint = "; may we publish to that topic?" if code.value == _NOT_ALLOWED else ""
                return f"{self._where}: not taken: {str(code).lower()}{hint}"
            return ""

    def _lost(self) -> str:
        return f"{self._where}: the connection is lost" + (f": {self._reason}" if self._reason else "")

    def _give_up(self) -> None:
        """Cut the connection if there is one, wait for paho's thread, and close what it leaves open."""
        self._hang_up()
        self._client.loop_stop()
        self._client.reinitialise()
        self.ended.set()

    def _hang_up(self) -> None:
        """Cut the connection without a word; paho's thread sees that and ends."""
        found: Any = self._client.socket()
        if isinstance(found, socket.socket):
            with contextlib.suppress(OSError):
                socket.socket.shutdown(found, socket.SHUT_RDWR)

    def _on_connect(
        self,
        _client: mqtt.Client,
        _userdata: object,
        _flags: mqtt.ConnectFlags,
        code: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if properties is not None:
            self._max_packet = getattr(properties, "MaximumPacketSize", self._max_packet)
            self._max_qos = getattr(properties, "MaximumQoS", self._max_qos)
            self._receive_maximum = getattr(properties, "ReceiveMaximum", self._receive_maximum)
        self._answers.put(code)

    def _on_disconnect(
        self,
        _client: mqtt.Client,
        _userdata: object,
        _flags: mqtt.DisconnectFlags,
        code: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if not self._reason and code.is_failure and str(code) != "Unspecified error":
            self._reason = str(code).lower()
        self.ended.set()
        self._answers.put(None)
        self._acks.put(None)
        self._subscribed.put(None)

    def _on_publish(
        self,
        _client: mqtt.Client,
        _userdata: object,
        mid: int,
        code: ReasonCode,
        _properties: Properties,
    ) -> None:
        if self._delivering:
            self._acks.put((mid, code))

    def _on_subscribe(
        self,
        _client: mqtt.Client,
        _userdata: object,
        _mid: int,
        codes: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        self._subscribed.put(codes)

    def _on_message(self, _client: mqtt.Client, _userdata: object, message: mqtt.MQTTMessage) -> None:
        self._received(message.topic, bytes(message.payload))


def _packet_bytes(publication: Publication) -> int:
    """Size of the packet at most, with what MQTT puts around topic, properties and body."""
    properties = sum(len(name.encode()) + len(value.encode()) + 5 for name, value in publication.properties)
    extra = len((publication.content_type or "").encode()) + 3
    return len(publication.topic.encode()) + len(publication.body) + properties + extra + 16
