"""Who we are to an IoT Hub: a device or a module, and where the hub is."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote

from sightline.errors import ConfigError

# The version that azure-iot-device 2.14 asks for, of the hub and of edgeHub alike; later ones add nothing that is used here.
_API_VERSION = "2019-10-01"
_KNOWN = ("HostName", "DeviceId", "ModuleId", "SharedAccessKey", "GatewayHostName", "x509")


class Identity(NamedTuple):
    """A device, or a module of one.

    Attributes:
        hub: Host name of the IoT Hub, such as `shop.azure-devices.net`.
        device_id: The device.
        module_id: The module, if it is one.
        gateway: Host name of the IoT Edge gateway that is called in the hub's stead, if there is one.
    """

    hub: str
    device_id: str
    module_id: str | None = None
    gateway: str | None = None

    @property
    def host(self) -> str:
        """Whom to call."""
        return self.gateway or self.hub

    @property
    def client_id(self) -> str:
        """`device` or `device/module`."""
        return f"{self.device_id}/{self.module_id}" if self.module_id else self.device_id

    @property
    def username(self) -> str:
        """What the hub wants as the user name; it has no secret."""
        return f"{self.hub}/{self.client_id}/?api-version={_API_VERSION}&DeviceClientType=sightline"

    @property
    def resource(self) -> str:
        """What a token is for."""
        module = f"/modules/{self.module_id}" if self.module_id else ""
        return quote(f"{self.hub}/devices/{self.device_id}{module}", safe="")

    @property
    def events_topic(self) -> str:
        """Where messages are published; their properties follow."""
        module = f"/modules/{self.module_id}" if self.module_id else ""
        return f"devices/{self.device_id}{module}/messages/events/"


class ConnectionString(NamedTuple):
    """What a connection string says; never shows its key.

    Attributes:
        identity: Who we are.
        key: The shared access key in base64; None with `x509=true`.
    """

    identity: Identity
    key: str | None

    def __repr__(self) -> str:
        return f"ConnectionString({self.identity!r}, key=…)"


def parse_connection_string(text: str) -> ConnectionString:
    """Return what the connection string of a device or a module says.

    Raises:
        ConfigError: When it is none; the message never has the text itself, which holds a key.
    """
    pairs = [part.partition("=") for part in text.strip().split(";") if part]
    found = {name.strip(): value.strip() for name, _, value in pairs}
    strange = sorted(found.keys() - set(_KNOWN))
    missing = [name for name in ("HostName", "DeviceId") if not found.get(name)]
    if "SharedAccessKeyName" in strange:
        raise ConfigError(
            "connection_string: is that of the hub (it has SharedAccessKeyName); take the device's or the module's"
        )
    if strange or missing:
        wrong = f"{missing[0]} is missing" if missing else "it has a part that none has"
        raise ConfigError(
            f"connection_string: {wrong}; expected HostName=…;DeviceId=…;SharedAccessKey=… as `az iot hub device-identity connection-string show` writes it"
        )
    certified = found.get("x509", "").lower() == "true"
    key = found.get("SharedAccessKey")
    if certified == bool(key):
        raise ConfigError("connection_string: expected either SharedAccessKey=… or x509=true")
    identity = Identity(
        found["HostName"], found["DeviceId"], found.get("ModuleId"), found.get("GatewayHostName")
    )
    return ConnectionString(identity, key)
