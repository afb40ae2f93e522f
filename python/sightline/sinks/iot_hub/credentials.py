"""How we prove who we are: tokens signed with a key, tokens that IoT Edge signs, or a certificate."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote

from sightline.errors import ConfigError

if TYPE_CHECKING:
    from sightline.sinks.iot_hub.identity import Identity
    from sightline.sinks.iot_hub.workload import Workload


class Credential(Protocol):
    """Gives the password of a connection."""

    def password(self, identity: Identity, expires_at_s: int) -> str | None:
        """Return the password, valid until that time in seconds since 1970; None where the certificate says it all.

        Raises:
            SinkError: When it cannot be had now.
        """
        ...


@dataclass(frozen=True)
class SharedKey:
    """A symmetric key. Its repr does not show it.

    Args:
        key: The key's bytes.
    """

    key: bytes = field(repr=False)

    @classmethod
    def of(cls, text: str) -> SharedKey:
        """Return the key of its base64 text.

        Raises:
            ConfigError: When it is not base64; the message does not have it.
        """
        try:
            return cls(base64.b64decode(text, validate=True))
        except binascii.Error:
            raise ConfigError("connection_string: SharedAccessKey is not base64; was it cut?") from None

    def password(self, identity: Identity, expires_at_s: int) -> str:
        """Sign a token."""
        text = f"{identity.resource}\n{expires_at_s}".encode()
        return token(identity, expires_at_s, hmac.new(self.key, text, hashlib.sha256).digest())


@dataclass(frozen=True)
class EdgeKey:
    """The module's key in IoT Edge, which never leaves its keeper.

    Args:
        workload: The runtime's workload API.
    """

    workload: Workload

    def password(self, identity: Identity, expires_at_s: int) -> str:
        """Let IoT Edge sign a token.

        Raises:
            SinkError: When the workload API does not.
        """
        text = f"{identity.resource}\n{expires_at_s}".encode()
        return token(identity, expires_at_s, self.workload.sign(text))


class Certified:
    """An X.509 certificate, which TLS shows."""

    def password(self, identity: Identity, expires_at_s: int) -> None:
        """Return None."""


def token(identity: Identity, expires_at_s: int, signature: bytes) -> str:
    """Return a shared access signature."""
    text = quote(base64.b64encode(signature), safe="")
    return f"SharedAccessSignature sr={identity.resource}&sig={text}&se={expires_at_s}"
