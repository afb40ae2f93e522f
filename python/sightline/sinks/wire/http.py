"""HTTP requests to one server, one after another over a connection that is kept, each bounded in time and size.

The standard library's client: it costs 5 µs an event in batches of a hundred where requests takes 17 and azure-core's pipeline 19
(http.client 92 µs for one event a request, the others 600 and more). It bounds each read but not the whole answer; that is done
here.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from sightline.errors import SinkError
from sightline.sinks.wire.tls import failure_words

if TYPE_CHECKING:
    from collections.abc import Mapping

_PIECE = 1 << 16
# Of an answer; more of it is not read.
_MOST_BYTES = 1 << 16

# How a connection ends that the server has closed, with TLS and without.
_CUT = (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError)


class Answer(NamedTuple):
    """What a server answered.

    Attributes:
        status: The status code.
        headers: The headers, names in lower case.
        body: The first 64 KiB of the body.
    """

    status: int
    headers: dict[str, str]
    body: bytes


class HttpClient:
    """Asks one server.

    Args:
        host: The server; its certificate is for this name.
        port: The port.
        tls: TLS; without it the connection is plain.
        connect_timeout_s: For connecting and for TLS, each.
        timeout_s: From the first byte of a request to the last one of its answer.
    """

    def __init__(
        self, host: str, port: int, tls: ssl.SSLContext | None, *, connect_timeout_s: float, timeout_s: float
    ) -> None:
        self._host, self._port, self._tls = host, port, tls
        self._connect_timeout_s = connect_timeout_s
        self._timeout_s = timeout_s
        self._connection: tuple[http.client.HTTPConnection, _Bounded] | None = None

    def ask(self, method: str, target: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send a request and return the answer.

        A connection that was kept and turns out to be closed is replaced once.

        Raises:
            SinkError: When there is no answer; the message says why. The server may have taken the request all the same.
        """
        kept = self._connection is not None
        try:
            return self._ask(method, target, body, headers)
        except _CUT as error:
            self.close()
            if not kept:
                raise SinkError(self._words(error)) from error
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise SinkError(self._words(error)) from error
        return self.ask(method, target, body, headers)  # with a new connection

    def close(self) -> None:
        """Close the connection. The next request makes another."""
        if self._connection is not None:
            self._connection[0].close()
            self._connection = None

    def _ask(self, method: str, target: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        connection, bounded = self._connection or self._connect()
        bounded.until = time.monotonic() + self._timeout_s
        connection.request(method, target, body, dict(headers))
        response = connection.getresponse()
        text = response.read(_MOST_BYTES)
        if not response.isclosed():  # there is more: rather a new connection than reading it
            response.close()
            self.close()
        elif response.will_close:
            self.close()
        found = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, found, text)

    def _connect(self) -> tuple[http.client.HTTPConnection, _Bounded]:
        plain = socket.create_connection((self._host, self._port), self._connect_timeout_s)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        secured = plain
        if self._tls is not None:
            try:
                secured = self._tls.wrap_socket(plain, server_hostname=self._host)
            except BaseException:
                plain.close()
                raise
        default = http.client.HTTPS_PORT if self._tls is not None else http.client.HTTP_PORT
        # The host as the request's Host header has it.
        host = f"[{self._host}]" if ":" in self._host else self._host
        connection = http.client.HTTPConnection(host if self._port == default else f"{host}:{self._port}")
        bounded = _Bounded(secured)
        connection.sock = bounded
        self._connection = connection, bounded
        return self._connection

    def _words(self, error: Exception) -> str:
        if isinstance(error, TimeoutError):
            return f"{self._host}:{self._port}: no answer in time"
        if isinstance(error, http.client.RemoteDisconnected | ssl.SSLEOFError):
            hint = "; does it want a certificate of ours?" if self._tls is not None else ""
            return f"{self._host}:{self._port}: hung up without an answer{hint}"
        if isinstance(error, http.client.HTTPException):
            return f"{self._host}:{self._port}: answers something that is not HTTP, or only a part: {type(error).__name__}"
        if isinstance(error, OSError):
            return failure_words(error, self._host, self._port)
        return f"{self._host}:{self._port}: {error}"


class _Bounded:
    """What http.client needs of a socket, with one deadline for everything until the next is set.

    Attributes:
        until: The deadline, on the monotonic clock.
    """

    def __init__(self, inner: socket.socket) -> None:
        self._inner = inner
        self._readers = 0
        self._closed = False
        self.until = 0.0

    def sendall(self, text: bytes) -> None:
        view = memoryview(text)
        while view:
            self._hurry()
            view = view[self._inner.send(view[:_PIECE]) :]

    def makefile(self, *_: Any) -> io.BufferedReader:  # noqa: ANN401 - as a socket's
        self._readers += 1
        return io.BufferedReader(_Reader(self))

    def receive_into(self, buffer: Any) -> int:  # noqa: ANN401 - any buffer
        self._hurry()
        return self._inner.recv_into(buffer)

    def close(self) -> None:
        """Close the socket, or let its last reader do that, as sockets do."""
        self._closed = True
        if self._readers == 0:
            self._inner.close()

    def reader_closed(self) -> None:
        self._readers -= 1
        if self._closed:
            self.close()

    def _hurry(self) -> None:
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._inner.settimeout(left)


class _Reader(io.RawIOBase):
    """Reads from a socket until its deadline."""

    def __init__(self, bounded: _Bounded) -> None:
        super().__init__()
        self._bounded = bounded

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any buffer
        return self._bounded.receive_into(buffer)

    def close(self) -> None:
        if not self.closed:
            super().close()
            self._bounded.reader_closed()
