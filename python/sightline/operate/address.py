"""An address to listen on, as a person writes it: `127.0.0.1:9464`, `[::1]:9464`, `0.0.0.0:9464`."""

from __future__ import annotations

import ipaddress
from typing import NamedTuple, Self

from sightline.errors import ConfigError

DEFAULT_LISTEN = "127.0.0.1:9464"
_MOST_PORTS = 65_535


class Address(NamedTuple):
    """Where to listen.

    Attributes:
        host: An IP address.
        port: 0 for one that is free.
    """

    host: str
    port: int

    @classmethod
    def of(cls, text: str) -> Self:
        """Read what a person wrote.

        >>> Address.of("[::1]:9464")
        Address(host='::1', port=9464)

        Raises:
            ConfigError: When it is no IP address with a port.
        """
        host, _, port = text.rpartition(":")
        host = host.removeprefix("[").removesuffix("]")
        if host == "localhost":
            host = "127.0.0.1"
        try:
            ipaddress.ip_address(host)
        except ValueError:
            host = ""
        if not (host and port.isascii() and port.isdigit() and int(port) <= _MOST_PORTS):
            raise ConfigError(f"expected an IP address and a port, such as {DEFAULT_LISTEN}; found {text!r}")
        return cls(host, int(port))

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return ipaddress.ip_address(self.host).is_loopback

    @property
    def is_ipv6(self) -> bool:
        """Whether it is of IP version 6."""
        return ":" in self.host

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if self.is_ipv6 else f"{self.host}:{self.port}"
