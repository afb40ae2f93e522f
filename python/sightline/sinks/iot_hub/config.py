"""What a configuration says about an IoT Hub."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Self

from msgspec import Meta

from sightline.errors import ConfigError, Fault
from sightline.sinks.config import SinkConfig
from sightline.sinks.secrets import Secret
from sightline.sinks.wire.places import beside, faults_of_key

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.sinks.iot_hub.sink import IotHubSink

_Text = Annotated[str, Meta(min_length=1)]


class IotHubConfig(SinkConfig, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="iot_hub"):
    """Events to an IoT Hub, or through IoT Edge.

    Who we are is said in exactly one way: by `connection_string`, by `edge`, or by `host` and `device_id` with a certificate.

    Attributes:
        connection_string: That of the device or the module, `HostName=…;DeviceId=…;SharedAccessKey=…`.
        edge: We are a module of IoT Edge: its runtime says who we are, signs for us, and says whom to trust.
        host: Host name of the hub.
        device_id: The device.
        module_id: The module, if it is one.
        gateway: Host name of an IoT Edge gateway to call in the hub's stead.
        certificate_file: The device's X.509 certificate, PEM.
        key_file: Its key, PEM; in `certificate_file` when absent.
        ca_file: CAs to trust, PEM, and no others; the system's when absent.
        port: Port for MQTT over TLS.
        output: Name of the output that messages leave a module by.
        token_ttl_s: How long a token is valid; a new one is taken after four fifths.
        in_flight: How many messages may wait for the hub's acknowledgement.
        ack_timeout_s: How long to wait for one before connecting anew.
        timeout_s: For connecting, for TLS and for the hub's answer, each.
        keep_alive_s: A hub that says nothing for one and a half times as long is gone.
    """

    connection_string: Secret | None = None
    edge: bool = False
    host: _Text | None = None
    device_id: _Text | None = None
    module_id: _Text | None = None
    gateway: _Text | None = None
    certificate_file: _Text | None = None
    key_file: _Text | None = None
    ca_file: _Text | None = None
    port: Annotated[int, Meta(ge=1, le=65535)] = 8883
    output: Annotated[str, Meta(pattern="^[A-Za-z0-9._-]+$")] | None = None
    token_ttl_s: Annotated[float, Meta(ge=1, le=86_400)] = 3600.0
    in_flight: Annotated[int, Meta(ge=1, le=1000)] = 64
    ack_timeout_s: Annotated[float, Meta(gt=0, le=600)] = 30.0
    timeout_s: Annotated[float, Meta(gt=0, le=120)] = 10.0
    keep_alive_s: Annotated[int, Meta(ge=1, le=1770)] = 30

    def __post_init__(self) -> None:
        ways = [self.connection_string is not None, self.edge, self.host is not None]
        faults: list[Fault] = []
        if sum(ways) != 1:
            faults.append(
                Fault("", "expected exactly one of connection_string, edge = true, and host with device_id")
            )
        if self.host is not None:
            faults += [
                Fault(name, "is missing; it goes with host")
                for name in ("device_id", "certificate_file")
                if getattr(self, name) is None
            ]
        else:
            faults += [
                Fault(name, "goes with host; leave it out")
                for name in ("device_id", "module_id", "gateway")
                if getattr(self, name) is not None
            ]
        faults += faults_of_key(self.certificate_file, self.key_file)
        if self.edge and (self.ca_file or self.certificate_file):
            faults.append(Fault("edge", "says whom to trust itself; leave out ca_file and certificate_file"))
        if faults:
            raise ConfigError(faults)

    def beside(self, folder: Path) -> Self:
        """Return it with its paths relative to a folder."""
        return beside(self, folder, "connection_string", "certificate_file", "key_file", "ca_file")

    def open(self) -> IotHubSink:
        """Open the sink; nothing is connected yet.

        Raises:
            ConfigError: When a secret, a file or the MQTT library is missing.
        """
        from sightline.sinks.iot_hub.sink import IotHubSink  # noqa: PLC0415 - a sink needs its config

        return IotHubSink(self, os.environ)
