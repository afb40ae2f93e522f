"""The workload API of IoT Edge: it signs for a module, and says whom the module shall trust."""

from __future__ import annotations

import base64
import binascii
import http
import http.client
import socket
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote, urlsplit

import msgspec

from sightline.errors import ConfigError, SinkError
from sightline.sinks.iot_hub.identity import Identity

if TYPE_CHECKING:
    from collections.abc import Mapping

_T = TypeVar("_T")

_TIMEOUT_S = 10.0
_MOST_BYTES = 1 << 20
_NEEDED = (
    "IOTEDGE_WORKLOADURI",
    "IOTEDGE_IOTHUBHOSTNAME",
    "IOTEDGE_DEVICEID",
    "IOTEDGE_MODULEID",
    "IOTEDGE_MODULEGENERATIONID",
    "IOTEDGE_APIVERSION",
)


class _Bundle(msgspec.Struct):
    certificate: str


class _Signed(msgspec.Struct):
    digest: str


class Workload:
    """Asks the workload API of the module that this process is.

    Args:
        environment: The environment variables that IoT Edge gives a module.

    Attributes:
        identity: The module, and the gateway that it calls.

    Raises:
        ConfigError: When this is no module of IoT Edge; the message names what is missing.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        missing = [name for name in _NEEDED if not environment.get(name)]
        if missing:
            raise ConfigError(
                f"edge: not in a module of IoT Edge: {', '.join(missing)} not set; use connection_string elsewhere"
            )
        self.identity = Identity(
            environment["IOTEDGE_IOTHUBHOSTNAME"],
            environment["IOTEDGE_DEVICEID"],
            environment["IOTEDGE_MODULEID"],
            environment.get("IOTEDGE_GATEWAYHOSTNAME") or None,
        )
        self._uri = urlsplit(environment["IOTEDGE_WORKLOADURI"])
        if self._uri.scheme not in ("unix", "http"):
            raise ConfigError(
                f"IOTEDGE_WORKLOADURI: expected unix:///PATH or http://HOST:PORT, found {self._uri.geturl()!r}"
            )
        self._generation = environment["IOTEDGE_MODULEGENERATIONID"]
        self._version = environment["IOTEDGE_APIVERSION"]

    def trust_bundle(self) -> str:
        """Return the certificates to trust, PEM.

        Raises:
            SinkError: When the workload API does not answer.
        """
        return self._ask("GET", "/trust-bundle", None, _Bundle).certificate

    def sign(self, text: bytes) -> bytes:
        """Return the HMAC-SHA256 of the text with the module's primary key.

        Raises:
            SinkError: When the workload API does not answer.
        """
        module = quote(self.identity.module_id or "", safe="")
        path = f"/modules/{module}/genid/{quote(self._generation, safe='')}/sign"
        body = msgspec.json.encode(
            {"keyId": "primary", "algo": "HMACSHA256", "data": base64.b64encode(text).decode()}
        )
        try:
            return base64.b64decode(self._ask("POST", path, body, _Signed).digest, validate=True)
        except binascii.Error:
            raise SinkError("the workload API of IoT Edge gave a signature that is not base64") from None

    def _ask(self, method: str, path: str, body: bytes | None, answer: type[_T]) -> _T:
        connection = self._connection()
        try:
            connection.request(
                method,
                f"{path}?api-version={quote(self._version, safe='')}",
                body,
                {"Content-Type": "application/json"} if body is not None else {},
            )
            response = connection.getresponse()
            text = response.read(_MOST_BYTES)
        except (OSError, http.client.HTTPException) as error:
            raise SinkError(
                f"the workload API of IoT Edge at {self._uri.geturl()} does not answer: {error}; does iotedged run?"
            ) from error
        finally:
            connection.close()
        if response.status != http.HTTPStatus.OK:
            raise SinkError(f"the workload API of IoT Edge answers {response.status} to {method} {path}")
        try:
            return msgspec.json.decode(text, type=answer)
        except msgspec.DecodeError as error:
            raise SinkError(
                f"the workload API of IoT Edge answers something else to {path}: {error}"
            ) from error

    def _connection(self) -> http.client.HTTPConnection:
        if self._uri.scheme == "unix":
            return _UnixConnection(self._uri.path)
        return http.client.HTTPConnection(
            self._uri.hostname or "localhost", self._uri.port, timeout=_TIMEOUT_S
        )


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=_TIMEOUT_S)
        self._path = path

    def connect(self) -> None:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(_TIMEOUT_S)
        try:
            connection.connect(self._path)
        except OSError:
            connection.close()
            raise
        self.sock = connection
