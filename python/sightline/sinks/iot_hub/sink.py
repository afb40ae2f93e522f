"""Events as messages to an IoT Hub or to IoT Edge: MQTT over TLS, each acknowledged."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sightline.errors import Refusal, SinkError
from sightline.events import message_of
from sightline.sinks.iot_hub.credentials import Certified, EdgeKey, SharedKey
from sightline.sinks.iot_hub.identity import Identity, parse_connection_string
from sightline.sinks.iot_hub.message import MOST_BYTES, topic
from sightline.sinks.iot_hub.workload import Workload
from sightline.sinks.wire.mqtt import Dial, Link, Publication, require_library
from sightline.sinks.wire.tls import client_context

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping, Sequence

    from sightline.events import Event, Message
    from sightline.sinks.iot_hub.config import IotHubConfig
    from sightline.sinks.iot_hub.credentials import Credential

_RENEWAL = 0.8


class IotHubSink:
    """Sends each event as a message to an IoT Hub or to edgeHub.

    An event is taken when its PUBACK is there. Messages go out in order over one connection, up to `in_flight` of them before
    the first is acknowledged; after a lost connection those that were not acknowledged are the caller's again.

    Args:
        config: The hub and who we are.
        environment: Environment variables, for secrets and for what IoT Edge tells a module.
        clock: Seconds since 1970, for tokens.

    Attributes:
        link: The connection; a twin shares it, since a hub allows one connection for an identity.
        identity: Who we are.

    Raises:
        ConfigError: When a secret or a file is not there or not what it should be, or paho-mqtt is not installed.
    """

    def __init__(
        self,
        config: IotHubConfig,
        environment: Mapping[str, str],
        *,
        clock: Callable[[], float] = time.time,  # noqa: TID251 - a token is valid until a time of day
    ) -> None:
        require_library("iot-hub")
        self._config = config
        self._clock = clock
        self.identity, self._credential, self._tls = _who_we_are(config, environment)
        self.link = Link(self._dial, in_flight=config.in_flight, ack_timeout_s=config.ack_timeout_s)

    def emit(self, events: Sequence[Event | Message]) -> None:
        """Send events; return when the hub has acknowledged each.

        Raises:
            SinkError: With those that were not acknowledged, and those that are too large for any hub.
        """
        fitting: list[Event | Message] = []
        publications: list[Publication] = []
        refused: list[Refusal] = []
        for event in events:
            message = message_of(event)
            where = topic(self.identity, message, self._config.output)
            size = len(message.body) + len(where) - len(self.identity.events_topic)
            if size > MOST_BYTES:
                refused.append(Refusal(event, f"{size} bytes; a hub takes at most {MOST_BYTES}"))
            else:
                fitting.append(event)
                publications.append(Publication(where, message.body))
        left: list[Event | Message] = []
        words = f"{len(refused)} too large for a hub" if refused else ""
        try:
            if fitting:
                self.link.deliver(fitting, publications)
        except SinkError as error:
            left, words = error.events, str(error)
            refused += error.refused
        if left or refused:
            raise SinkError(words, left, refused=refused)

    def flush(self) -> None:
        """Do nothing: what was taken is with the hub."""

    def close(self) -> None:
        """Disconnect."""
        self.link.close()

    def __repr__(self) -> str:
        return f"IotHubSink({self.identity.client_id!r} at {self.identity.host!r})"

    def _dial(self) -> Dial:
        config, identity = self._config, self.identity
        password = self._credential.password(identity, int(self._clock() + config.token_ttl_s))
        return Dial(
            host=identity.host,
            port=config.port,
            tls=self._tls(),
            client_id=identity.client_id,
            username=identity.username,
            password=password,
            keep_alive_s=config.keep_alive_s,
            timeout_s=config.timeout_s,
            renew_after_s=None if password is None else config.token_ttl_s * _RENEWAL,
        )


def _who_we_are(
    config: IotHubConfig, environment: Mapping[str, str]
) -> tuple[Identity, Credential, Callable[[], ssl.SSLContext]]:
    """Return who we are, how we prove it, and what gives the TLS of a connection."""
    if config.edge:
        workload = Workload(environment)

        def trusted() -> ssl.SSLContext:
            # Asked anew each time: its CA may be another, and the runtime may come up after us.
            return client_context(ca_text=workload.trust_bundle())

        return workload.identity, EdgeKey(workload), trusted
    tls = client_context(
        ca_file=config.ca_file, certificate_file=config.certificate_file, key_file=config.key_file
    )
    if config.connection_string is None:
        identity = Identity(config.host or "", config.device_id or "", config.module_id, config.gateway)
        return identity, Certified(), lambda: tls
    found = parse_connection_string(config.connection_string.read(environment))
    return found.identity, Certified() if found.key is None else SharedKey.of(found.key), lambda: tls
