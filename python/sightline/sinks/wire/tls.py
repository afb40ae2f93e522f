"""TLS of a client: 1.2 or newer, the peer's certificate and name always verified."""

from __future__ import annotations

import ipaddress
import ssl
from pathlib import Path

from sightline.errors import ConfigError


class _ClosedOnFailure(ssl.SSLSocket):
    """Closes itself when the handshake fails; paho leaves that to the garbage collector."""

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002 - the library's signature
        try:
            super().do_handshake(block)
        except BaseException:
            self.close()
            raise


def client_context(
    *,
    ca_file: str | None = None,
    ca_text: str | None = None,
    certificate_file: str | None = None,
    key_file: str | None = None,
) -> ssl.SSLContext:
    """Return a context that trusts one CA, or the system's where none is named.

    Args:
        ca_file: PEM file of the CAs to trust, and no others.
        ca_text: The same as a text.
        certificate_file: PEM file of the client's certificate, with those that lead to its CA.
        key_file: PEM file of its key; in `certificate_file` when absent.

    Raises:
        ConfigError: When a file cannot be read or is not what it should be.
    """
    for path in (ca_file, certificate_file, key_file):
        _readable(path)
    try:
        context = ssl.create_default_context(cafile=ca_file, cadata=ca_text)
    except (ssl.SSLError, ValueError):
        raise ConfigError(f"{ca_file or 'the trust bundle'}: is no list of certificates in PEM") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslsocket_class = _ClosedOnFailure
    if certificate_file is not None:
        try:
            # A key under a pass phrase would ask on the terminal: refuse it by an empty one.
            context.load_cert_chain(certificate_file, key_file, password="")
        except (ssl.SSLError, ValueError):
            where = f"{certificate_file} and {key_file}" if key_file else certificate_file
            raise ConfigError(
                f"{where}: expected a certificate and its key in PEM, the key without a pass phrase"
            ) from None
    return context


def _readable(path: str | None) -> None:
    if path is None:
        return
    try:
        with Path(path).open("rb"):
            pass
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror or error}") from error


def failure_words(error: OSError, host: str, port: int) -> str:
    """Return what went wrong when somebody was called, and what to do about it."""
    where = f"{host}:{port}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{where}: its certificate is not trusted: {error.verify_message}; name its CA with ca_file"
    if isinstance(error, ssl.SSLError):
        return f"{where}: TLS failed: {error.reason or error}; is that its port for TLS, and does it take our certificate?"
    if isinstance(error, TimeoutError):
        return f"{where}: no answer in time; is there a firewall between?"
    if isinstance(error, ConnectionRefusedError):
        return f"{where}: nobody listens there"
    return f"{where}: cannot be reached: {error.strerror or error}"


def is_this_machine(host: str) -> bool:
    """Say whether a host is this machine for sure: localhost, or a loopback address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
