"""A small web server for operators: reads only, one request at a time, each with a deadline."""

from __future__ import annotations

import hmac
import json
import logging
import re
import socket
import socketserver
import sys
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, NamedTuple, cast

from sightline.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sightline.operate.address import Address
    from sightline.sinks import Secret

# A client that is slower than this over its request, or over reading the answer, is hung up on; the next one waits.
_DEADLINE_S = 5.0
_WAITING = 32
# Of a Host header, without a port: names that lead to this machine only.
_LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]", "")
_PORT = re.compile(r":\d*$")
_log = logging.getLogger("sightline.operate")


class Page(NamedTuple):
    """What is answered."""

    status: int
    content_type: str
    body: bytes

    @classmethod
    def text(cls, status: int, text: str) -> Page:
        """Lines for people."""
        return cls(status, "text/plain; charset=utf-8", f"{text}\n".encode())

    @classmethod
    def json(cls, value: object) -> Page:
        """A document for programs."""
        return cls(HTTPStatus.OK, "application/json", json.dumps(value).encode())


class Server:
    """Serves pages in a thread of its own until it is closed.

    Args:
        address: Where to listen; anything but loopback needs a token.
        pages: What to answer, by path.
        token: What a client must say as `Authorization: Bearer …`; read anew for each request.

    Raises:
        ConfigError: When the address is taken or not this machine's, or the token is missing.
    """

    def __init__(
        self, address: Address, pages: Mapping[str, Callable[[], Page]], *, token: Secret | None = None
    ) -> None:
        if token is None and not address.is_loopback:
            raise ConfigError(
                f"{address} can be reached from other machines: name a file with a token"
                " ([operate] token = { file = … }, or --token-file), or listen on 127.0.0.1"
            )
        if token is not None:
            token.read()
        try:
            self._server = _Bound(address, pages, token)
        except OSError as error:
            raise ConfigError(
                f"cannot listen on {address}: {error.strerror or error}; choose another port or address"
            ) from error
        self.address = address._replace(port=self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, name="operate", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Answer the request that is under way, and no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Bound(socketserver.TCPServer):
    # Not `http.server.HTTPServer`: it looks up the machine's name when it binds, which may take as long as a dead resolver.
    allow_reuse_address = True
    request_queue_size = _WAITING

    def __init__(
        self, address: Address, pages: Mapping[str, Callable[[], Page]], token: Secret | None
    ) -> None:
        self.address_family = socket.AF_INET6 if address.is_ipv6 else socket.AF_INET
        self.host = f"[{address.host}]" if address.is_ipv6 else address.host
        self.pages = pages
        self.token = token
        super().__init__((address.host, address.port), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that go away; all else is a fault of ours, and no reason to end."""
        del request, client_address
        error = sys.exception()
        if not isinstance(error, OSError):
            _log.error("%s was asked and could not answer", self.server_address, exc_info=error)


class _Handler(BaseHTTPRequestHandler):
    server_version = "sightline"
    sys_version = ""
    timeout = _DEADLINE_S

    @property
    def _bound(self) -> _Bound:
        return cast("_Bound", self.server)

    def handle(self) -> None:
        """Serve one request, and hang up when it takes too long altogether."""
        timer = threading.Timer(_DEADLINE_S, self._hang_up)
        timer.daemon = True
        timer.start()
        try:
            super().handle()
        finally:
            timer.cancel()

    def _hang_up(self) -> None:
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it is closed already

    def do_GET(self) -> None:
        """Answer."""
        page = self._page()
        self.send_response(page.status)
        if page.status == HTTPStatus.UNAUTHORIZED:
            self.send_header("WWW-Authenticate", "Bearer")
        self.send_header("Content-Type", page.content_type)
        self.send_header("Content-Length", str(len(page.body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(page.body)

    do_HEAD = do_GET  # noqa: N815 - the name is the protocol's

    def _page(self) -> Page:
        try:
            refused = self._refused()
        except ConfigError as error:
            return Page.text(HTTPStatus.SERVICE_UNAVAILABLE, f"the token cannot be read: {error}")
        if refused is not None:
            return refused
        pages = self._bound.pages
        page = pages.get(self.path.partition("?")[0])
        if page is None:
            return Page.text(HTTPStatus.NOT_FOUND, f"expected one of {', '.join(pages)}")
        return page()

    def _refused(self) -> Page | None:
        """What is answered to who may not ask."""
        if self._bound.token is None:
            # A page in a browser can reach loopback under a name of its own that it makes point there ("DNS rebinding").
            host = _PORT.sub("", self.headers.get("Host", "")).lower()
            if host in (*_LOCAL_NAMES, self._bound.host):
                return None
            return Page.text(
                HTTPStatus.FORBIDDEN, f"expected a Host of this machine, such as {_LOCAL_NAMES[0]}"
            )
        given = self.headers.get("Authorization", "")
        expected = f"Bearer {self._bound.token.read()}"
        if hmac.compare_digest(given.encode("latin-1", "replace"), expected.encode()):
            return None
        return Page.text(HTTPStatus.UNAUTHORIZED, "expected Authorization: Bearer with the token")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base's
        """Say nothing: probes come every few seconds."""
