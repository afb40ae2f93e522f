"""Events to an MQTT broker: 5 or 3.1.1, over TLS, each acknowledged; and whether we are there, as a retained message."""

from __future__ import annotations

import os
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Literal, Self
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from sightline.errors import ConfigError, Fault
from sightline.events import message_of
from sightline.events.base import segment
from sightline.events.cloudevents import Envelope
from sightline.sinks.config import SinkConfig
from sightline.sinks.secrets import Secret
from sightline.sinks.wire.mqtt import Dial, Link, Publication, require_library
from sightline.sinks.wire.places import beside, faults_of_key
from sightline.sinks.wire.tls import client_context, is_this_machine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sightline.events import Event, Message
    from sightline.sinks.wire.paho import Connection

_Text = Annotated[str, Meta(min_length=1)]
_PORTS = {"mqtts": 8883, "mqtt": 1883}
_PLACES = re.compile(r"\{([^{}]*)\}")
_KNOWN = ("camera", "kind", "type", "region")
_NATIVE = re.compile(r"^sightline\.(.+)\.v\d+$")
_STRUCTURED = {"cloudevents": "application/cloudevents+json; charset=utf-8", "azure": "application/json"}
_ENVELOPES = msgspec.json.Decoder(Envelope)


class MqttConfig(SinkConfig, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="mqtt"):
    """Events to an MQTT broker.

    Attributes:
        url: `mqtts://HOST:PORT`, and `mqtt://` for a broker on this machine only; ports are 8883 and 1883 when absent.
        topic: Where events are published; `{camera}`, `{kind}` (`line/crossed`), `{type}` and `{region}` (name of the zone or line,
            `-` without one) are replaced.
        version: Of MQTT.
        qos: 0 at most once, 1 at least once, 2 exactly once on a connection.
        mode: CloudEvents as one JSON text, or `binary`: the data alone, the rest in user properties (MQTT 5 only).
        availability_topic: Where `online` is retained while we are connected, and `offline` otherwise; nowhere when absent.
        client_id: Name of the session; made up when absent.
        username: Name to log in with.
        password: Password to log in with.
        ca_file: CAs to trust, PEM, and no others; the system's when absent.
        certificate_file: Our own certificate, PEM.
        key_file: Its key, PEM; in `certificate_file` when absent.
        in_flight: How many events may wait for the broker's acknowledgement.
        ack_timeout_s: How long to wait for one before connecting anew.
        timeout_s: For connecting, for TLS and for the broker's answer, each.
        keep_alive_s: A broker that says nothing for one and a half times as long is gone.
        max_bytes: Larger events are refused, for a broker of version 3.1.1, which cannot say what it takes.
    """

    url: _Text
    topic: _Text = "sightline/{camera}/{kind}"
    version: Literal["5", "3.1.1"] = "5"
    qos: Annotated[int, Meta(ge=0, le=2)] = 1
    mode: Literal["structured", "binary"] = "structured"
    availability_topic: _Text | None = None
    client_id: _Text | None = None
    username: _Text | None = None
    password: Secret | None = None
    ca_file: _Text | None = None
    certificate_file: _Text | None = None
    key_file: _Text | None = None
    in_flight: Annotated[int, Meta(ge=1, le=1000)] = 64
    ack_timeout_s: Annotated[float, Meta(gt=0, le=600)] = 30.0
    timeout_s: Annotated[float, Meta(gt=0, le=120)] = 10.0
    keep_alive_s: Annotated[int, Meta(ge=1, le=65_535)] = 30
    max_bytes: Annotated[int, Meta(ge=1024, le=268_435_455)] = 268_435_455

    def __post_init__(self) -> None:
        faults = [*_faults_of_url(self), *_faults_of_topics(self)]
        if self.mode == "binary" and self.version != "5":
            faults.append(Fault("mode", "binary needs user properties, which only version 5 has"))
        if self.mode == "binary" and self.encoding == "azure":
            faults.append(Fault("mode", "binary is for CloudEvents, and encoding is azure"))
        if self.password is not None and self.username is None:
            faults.append(Fault("username", "is missing; it goes with password"))
        faults += faults_of_key(self.certificate_file, self.key_file)
        if faults:
            raise ConfigError(faults)

    def beside(self, folder: Path) -> Self:
        """Return it with its paths relative to a folder."""
        return beside(self, folder, "password", "certificate_file", "key_file", "ca_file")

    def open(self) -> MqttSink:
        """Open the sink.

        Raises:
            ConfigError: When a secret, a file or a library is missing.
        """
        return MqttSink(self, os.environ)


class MqttSink:
    """Publishes each event. It is taken when the broker acknowledged it; with QoS 0, when it is written to the connection.

    Events go out in order over one connection, up to `in_flight` of them before the first is acknowledged; after a lost
    connection those that were not acknowledged are the caller's again.

    Args:
        config: The broker, and how events are written.
        environment: Environment variables, for the password.

    Attributes:
        link: The connection.

    Raises:
        ConfigError: When a secret or a file is not there or not what it should be, or paho-mqtt is not installed.
    """

    def __init__(self, config: MqttConfig, environment: Mapping[str, str]) -> None:
        require_library("mqtt")
        self._config = config
        self._environment = environment
        url = urlsplit(config.url)
        self._host, self._port = url.hostname or "", url.port or _PORTS[url.scheme]
        self._tls = None
        if url.scheme == "mqtts":
            self._tls = client_context(
                ca_file=config.ca_file, certificate_file=config.certificate_file, key_file=config.key_file
            )
        if config.password is not None:
            config.password.read(environment)  # what is missing is said at the start
        offline = self._availability(b"offline")
        self.link = Link(
            self._dial,
            farewell=offline,
            in_flight=config.in_flight,
            ack_timeout_s=config.ack_timeout_s,
        )
        if offline is not None:
            self.link.listen(self)
            self.link.keep()

    def emit(self, events: Sequence[Event | Message]) -> None:
        """Publish events; return when the broker has acknowledged each.

        Raises:
            SinkError: With those that were not acknowledged, and those that the broker will never take.
        """
        if events:
            self.link.deliver(events, [self._publication(message_of(event)) for event in events])

    def flush(self) -> None:
        """Do nothing: what was taken is with the broker."""

    def close(self) -> None:
        """Say `offline`, if anybody is told, and disconnect."""
        self.link.close()

    def connected(self, connection: Connection) -> None:
        """Say `online` on a new connection."""
        online = self._availability(b"online")
        if online is not None:
            connection.send(online)

    def received(self, topic: str, body: bytes) -> None:
        """Do nothing: we subscribe to nothing."""

    def __repr__(self) -> str:
        return f"MqttSink({self._host}:{self._port}, {self._config.topic!r})"

    def _availability(self, word: bytes) -> Publication | None:
        topic = self._config.availability_topic
        return None if topic is None else Publication(topic, word, qos=min(self._config.qos, 1), retain=True)

    def _dial(self) -> Dial:
        config = self._config
        return Dial(
            host=self._host,
            port=self._port,
            tls=self._tls,
            client_id=config.client_id or "",
            username=config.username,
            password=None if config.password is None else config.password.read(self._environment),
            version=config.version,
            keep_alive_s=config.keep_alive_s,
            timeout_s=config.timeout_s,
            will=self._availability(b"offline"),
            max_bytes=config.max_bytes,
        )

    def _publication(self, message: Message) -> Publication:
        config = self._config
        topic = _topic(config.topic, message.camera_id, message.type, _region(message.subject))
        if config.mode == "binary" and message.encoding == "cloudevents":
            return _binary(topic, message.body, config.qos)
        return Publication(topic, message.body, config.qos, content_type=_STRUCTURED[message.encoding])


def _binary(topic: str, body: bytes, qos: int) -> Publication:
    """Return a CloudEvent in binary mode (CloudEvents, MQTT protocol binding 1.0.2, section 3.1)."""
    event = _ENVELOPES.decode(body)
    names = ("specversion", "id", "source", "type", "subject", "time", "dataschema")
    found = ((name, getattr(event, name)) for name in names)
    return Publication(
        topic,
        bytes(event.data),
        qos,
        content_type=event.datacontenttype,
        properties=tuple((name, value) for name, value in found if value is not None),
    )


@lru_cache(maxsize=4096)
def _topic(template: str, camera: str, type_: str, region: str) -> str:
    native = _NATIVE.match(type_)
    values = {
        "camera": segment(camera),
        "kind": native[1].replace(".", "/") if native else segment(type_),
        "type": segment(type_),
        "region": region,
    }
    return _PLACES.sub(lambda place: values[place[1]], template)


def _region(subject: str) -> str:
    """Return the name of the zone or line, percent-encoded as it is in the subject `/cameras/lobby/zones/queue/…`."""
    parts = subject.split("/")
    return parts[4] if len(parts) > 4 and parts[4] else "-"  # noqa: PLR2004 - the place of the region


def _faults_of_url(config: MqttConfig) -> list[Fault]:
    try:
        url = urlsplit(config.url)
        port, host = url.port, url.hostname
    except ValueError as error:
        return [Fault("url", f"is none: {error}")]
    if url.username is not None or url.password is not None:
        return [Fault("url", "has a user or a password in it; write username and password instead")]
    if url.scheme not in _PORTS or not host or port == 0 or url.path.strip("/") or url.query:
        return [Fault("url", f"expected mqtts://HOST or mqtts://HOST:PORT, found {config.url!r}")]
    if url.scheme == "mqtt" and not is_this_machine(host):
        return [Fault("url", f"mqtt:// would send everything in the clear to {host}; use mqtts://")]
    return []


def _faults_of_topics(config: MqttConfig) -> list[Fault]:
    faults = [
        Fault(
            "topic", f"{{{place}}} is unknown; expected one of {', '.join(f'{{{name}}}' for name in _KNOWN)}"
        )
        for place in _PLACES.findall(config.topic)
        if place not in _KNOWN
    ]
    for field in ("topic", "availability_topic"):
        topic = getattr(config, field) or ""
        if re.search(r"[+#\0]", topic) or topic.startswith(("$", "/")) or len(topic.encode()) > 60_000:  # noqa: PLR2004 - MQTT's limit less room
            faults.append(Fault(field, "expected a topic without + and #, and without $ or / at its start"))
    return faults
