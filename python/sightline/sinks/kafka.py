"""Events to Kafka: each camera's in one partition, in order, acknowledged by all replicas, never twice by a repetition."""

from __future__ import annotations

import os
import re
import time
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from sightline.errors import ConfigError, Fault, Refusal, SinkError
from sightline.events import message_of
from sightline.events.base import segment
from sightline.events.cloudevents import SCHEMA_BASE, Envelope
from sightline.sinks.config import SinkConfig
from sightline.sinks.secrets import Secret
from sightline.sinks.wire.places import beside, faults_of_key
from sightline.sinks.wire.tls import client_context, is_this_machine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sightline.events import Event, Message
    from sightline.sinks.wire.kafka import Record, Sender

_Text = Annotated[str, Meta(min_length=1)]
_PLACES = re.compile(r"\{([^{}]*)\}")
_KNOWN = ("camera", "kind", "type")
_NATIVE = re.compile(r"^sightline\.(.+)\.v\d+$")
_NO_TOPIC = re.compile(r"[^A-Za-z0-9._-]")
_LONGEST_TOPIC = 249
_STRUCTURED = {"cloudevents": "application/cloudevents+json; charset=UTF-8", "azure": "application/json"}
_ENVELOPES = msgspec.json.Decoder(Envelope)
# Events that are under way at once.
_ROUND = 1000


class KafkaConfig(SinkConfig, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="kafka"):
    """Events to Kafka.

    Attributes:
        servers: `HOST:PORT` of some of the cluster's brokers; they say where the others are.
        topic: Where events go; `{camera}`, `{kind}` (`line.crossed`) and `{type}` are replaced, and what a topic's name may not
            have becomes `_`. A camera's events keep their order within a topic.
        mode: CloudEvents as one JSON text, or `binary`: the data alone. The attributes are in headers either way.
        compression: Of what is sent together.
        tls: TLS; without it on this machine only.
        ca_file: CAs to trust, PEM, and no others; the system's when absent.
        certificate_file: Our own certificate, PEM.
        key_file: Its key, PEM; in `certificate_file` when absent.
        mechanism: How to log in by SASL.
        username: Name to log in with; no login without.
        password: Password to log in with.
        client_id: Name in the brokers' logs and quotas.
        delivery_timeout_s: How long events may take until all replicas have them, with repetitions.
        max_bytes: Larger events are refused; what the brokers take, their `message.max.bytes`.
    """

    servers: Annotated[list[_Text], Meta(min_length=1)]
    topic: _Text = "sightline"
    mode: Literal["structured", "binary"] = "structured"
    compression: Literal["none", "gzip", "snappy", "lz4", "zstd"] = "lz4"
    tls: bool = True
    ca_file: _Text | None = None
    certificate_file: _Text | None = None
    key_file: _Text | None = None
    mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    username: _Text | None = None
    password: Secret | None = None
    client_id: _Text = "sightline"
    delivery_timeout_s: Annotated[float, Meta(ge=1, le=600)] = 30.0
    max_bytes: Annotated[int, Meta(ge=1024, le=100_000_000)] = 1_000_000

    def __post_init__(self) -> None:
        faults = [*_faults_of_servers(self), *_faults_of_topic(self.topic)]
        if self.mode == "binary" and self.encoding == "azure":
            faults.append(Fault("mode", "binary is for CloudEvents, and encoding is azure"))
        if (self.username is None) != (self.password is None):
            missing, given = ("username", "password") if self.username is None else ("password", "username")
            faults.append(Fault(missing, f"is missing; it goes with {given}"))
        faults += faults_of_key(self.certificate_file, self.key_file)
        if not self.tls and (self.ca_file or self.certificate_file):
            faults.append(Fault("tls", "is false, and there are files for TLS"))
        if faults:
            raise ConfigError(faults)

    def beside(self, folder: Path) -> Self:
        """Return it with its paths relative to a folder."""
        return beside(self, folder, "password", "certificate_file", "key_file", "ca_file")

    def open(self) -> KafkaSink:
        """Open the sink.

        Raises:
            ConfigError: When a secret, a file or a library is missing.
        """
        return KafkaSink(self, os.environ)


class KafkaSink:
    """Sends each event as a record whose key is the camera. It is taken when all replicas in sync have it.

    The producer is idempotent: a repetition after a lost acknowledgement is dropped by the broker. `emit` returns after
    `delivery_timeout_s` at the latest, and two seconds to take back what is not acknowledged. That is the caller's again; what of
    it was under way may be there all the same, and comes twice when it is sent again. A partition has no gaps: nothing of a camera
    is sent after something of it that failed, except after what is refused.

    A batch that the broker refuses for a record in it is cut in halves until that is alone; it is refused.

    Args:
        config: The cluster, and how events are written.
        environment: Environment variables, for the password.

    Raises:
        ConfigError: When a secret or a file is not there or not what it should be, or confluent-kafka is not installed.
    """

    def __init__(self, config: KafkaConfig, environment: Mapping[str, str]) -> None:
        self._config = config
        self._environment = environment
        self._closed = False
        if config.tls:
            # librdkafka reads the files itself; what is wrong with them is said here, in our words.
            client_context(
                ca_file=config.ca_file, certificate_file=config.certificate_file, key_file=config.key_file
            )
        settings = _settings(config)
        if config.password is not None:
            password = config.password.read(environment)
            settings |= {
                "sasl.mechanism": config.mechanism,
                "sasl.username": config.username,
                "sasl.password": password,
            }
        self._sender = _sender(settings)

    def emit(self, events: Sequence[Event | Message]) -> None:
        """Send events; return when all replicas in sync have each.

        Raises:
            SinkError: With those that are not acknowledged, and those that the cluster will never take.
        """
        if self._closed:
            raise SinkError("the sink is closed", events)
        until = time.monotonic() + self._config.delivery_timeout_s
        refused: dict[int, str] = {}
        left: set[int] = set(range(len(events)))
        failure = self._login() if events else ""
        records = [] if failure else [self._record(message_of(event)) for event in events]
        parts = [range(start, min(start + _ROUND, len(records))) for start in range(0, len(records), _ROUND)]
        stack: list[Sequence[int]] = list(reversed(parts))
        while stack and not failure:
            part = stack.pop()
            outcome = self._sender.send([records[place] for place in part], until=until)
            refused |= {part[place]: reason for place, reason in outcome.refused.items()}
            left -= {part[place] for place in outcome.taken} | refused.keys()
            rest = [place for place in part if place in left]
            if outcome.suspected and len(rest) == 1:
                refused[rest[0]] = outcome.failure
                left.remove(rest[0])
            elif outcome.suspected:
                stack += [rest[len(rest) // 2 :], rest[: len(rest) // 2]]
            else:
                failure = outcome.failure
        if left or refused:
            words = f"{self!r}: {failure or f'{len(refused)} refused: {next(iter(refused.values()))}'}"
            raise SinkError(
                words,
                [events[place] for place in sorted(left)],
                refused=[Refusal(events[place], reason) for place, reason in sorted(refused.items())],
            )

    def flush(self) -> None:
        """Do nothing: what was taken is with the cluster."""

    def close(self) -> None:
        """Disconnect."""
        if not self._closed:
            self._closed = True
            self._sender.close()

    def __repr__(self) -> str:
        return f"KafkaSink({','.join(self._config.servers)}, {self._config.topic!r})"

    def _login(self) -> str:
        """Say the password anew, since it may have changed; return what is wrong with it."""
        config = self._config
        if config.username is None or config.password is None:
            return ""
        try:
            self._sender.log_in_with(config.username, config.password.read(self._environment))
        except ConfigError as error:  # such as a secret whose file is gone for a while
            return str(error)
        return ""

    def _record(self, message: Message) -> Record:
        from sightline.sinks.wire.kafka import Record  # noqa: PLC0415 - it needs confluent-kafka

        topic = _topic(self._config.topic, message.camera_id, message.type)
        key = message.camera_id.encode()
        if message.encoding == "azure":
            return Record(topic, key, message.body, _headers({"content-type": _STRUCTURED["azure"]}))
        if self._config.mode == "binary":
            event = _ENVELOPES.decode(message.body)
            said = {"content-type": event.datacontenttype or "application/json"}
            names = ("specversion", "id", "source", "type", "subject", "time", "dataschema")
            said |= {f"ce_{name}": getattr(event, name) for name in names}
            return Record(topic, key, bytes(event.data), _headers(said))
        attributes = {
            "content-type": _STRUCTURED["cloudevents"],
            "ce_specversion": "1.0",
            "ce_id": message.event_id,
            "ce_source": f"/cameras/{segment(message.camera_id)}",
            "ce_type": message.type,
            "ce_subject": message.subject,
            "ce_time": message.time,
            "ce_dataschema": SCHEMA_BASE + message.type,
        }
        return Record(topic, key, message.body, _headers(attributes))


def _sender(settings: dict[str, Any]) -> Sender:
    try:
        from sightline.sinks.wire.kafka import Sender  # noqa: PLC0415 - it needs confluent-kafka
    except ImportError as error:
        raise ConfigError(
            f"this sink needs confluent-kafka: pip install 'sightline[kafka]' ({error})"
        ) from error
    try:
        return Sender(settings)
    except ValueError as error:
        raise ConfigError(f"librdkafka does not take these settings: {error}") from error


def _settings(config: KafkaConfig) -> dict[str, Any]:
    """Return librdkafka's settings (https://github.com/confluentinc/librdkafka/blob/master/CONFIGURATION.md)."""
    whole_ms = int(config.delivery_timeout_s * 1000)
    part_ms = max(500, whole_ms // 3)  # so that there is time for a second and a third attempt
    protocol = ("SASL_" if config.username else "") + ("SSL" if config.tls else "PLAINTEXT")
    settings = {
        "bootstrap.servers": ",".join(config.servers),
        "client.id": config.client_id,
        "security.protocol": protocol,
        "ssl.ca.location": config.ca_file,
        "ssl.certificate.location": config.certificate_file,
        "ssl.key.location": config.key_file or config.certificate_file,
        "enable.ssl.certificate.verification": True,
        "ssl.endpoint.identification.algorithm": "https",
        "acks": "all",
        "enable.idempotence": True,
        # Of a partition one request at a time, and none after one that failed: nothing overtakes, whatever the broker checks.
        "enable.gapless.guarantee": True,
        "max.in.flight.requests.per.connection": 1,
        "compression.type": config.compression,
        "partitioner": "murmur2_random",  # the Java client's, so that other producers agree where a camera is
        "message.max.bytes": config.max_bytes,
        "linger.ms": 1,  # an emit is handed over at once; there is nothing more to wait for
        "batch.size": min(config.max_bytes, 1_000_000),
        "queue.buffering.max.kbytes": 2_000_000,
        "message.timeout.ms": 0,  # `Sender` says when it is too late, for all at once
        "request.timeout.ms": min(part_ms, 30_000),
        "socket.timeout.ms": min(part_ms, 60_000),
        "socket.connection.setup.timeout.ms": max(1000, min(part_ms, 30_000)),
        "reconnect.backoff.max.ms": min(part_ms, 10_000),
        "topic.metadata.propagation.max.ms": part_ms,
        "enable.metrics.push": False,
        "log.connection.close": False,
        "log_level": 3,  # errors; below are warnings about what is set above on purpose
    }
    return {name: value for name, value in settings.items() if value is not None}


def _headers(said: Mapping[str, str | None]) -> list[tuple[str, str | bytes | None]]:
    """Return headers (CloudEvents, Kafka protocol binding 1.0.2, section 3)."""
    return [(name, value.encode()) for name, value in said.items() if value is not None]


@lru_cache(maxsize=4096)
def _topic(template: str, camera: str, type_: str) -> str:
    native = _NATIVE.match(type_)
    values = {"camera": camera, "kind": native[1] if native else type_, "type": type_}
    name = _NO_TOPIC.sub("_", _PLACES.sub(lambda place: values[place[1]], template))[:_LONGEST_TOPIC]
    return "_" if name in (".", "..") else name


def _faults_of_servers(config: KafkaConfig) -> list[Fault]:
    faults: list[Fault] = []
    for index, server in enumerate(config.servers):
        place = f"servers[{index}]"
        try:
            url = urlsplit(f"//{server}")
            host, port = url.hostname, url.port
        except ValueError:
            host, port = None, None
        if not host or not port or not re.fullmatch(r"[A-Za-z0-9._:\[\]-]+", server):
            faults.append(Fault(place, f"expected HOST:PORT, found {server.rpartition('@')[2]!r}"))
        elif not config.tls and not is_this_machine(host):
            faults.append(Fault(place, f"tls is false: everything would go in the clear to {host}"))
    return faults


def _faults_of_topic(topic: str) -> list[Fault]:
    faults = [
        Fault(
            "topic", f"{{{place}}} is unknown; expected one of {', '.join(f'{{{name}}}' for name in _KNOWN)}"
        )
        for place in _PLACES.findall(topic)
        if place not in _KNOWN
    ]
    fixed = _PLACES.sub("", topic)
    if _NO_TOPIC.search(fixed) or topic in (".", "..") or len(fixed) > _LONGEST_TOPIC:
        faults.append(
            Fault("topic", f"expected letters, digits, '.', '_' and '-', at most {_LONGEST_TOPIC} of them")
        )
    return faults
