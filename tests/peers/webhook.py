"""Somebody's HTTPS endpoint for events: remembers what it got, and answers as a test says."""

import http.server
import json
import ssl
import threading
import time
from collections import deque
from typing import NamedTuple


class Request(NamedTuple):
    method: str
    path: str
    headers: dict
    body: bytes

    def numbers(self):
        found = json.loads(self.body)
        return [event["number"] for event in (found if isinstance(found, list) else [found])]


class Reply(NamedTuple):
    """What to answer; with `fault` it is done badly.

    Attributes:
        fault: `cut` closes the connection instead, `stall` waits first, `drip` sends a byte of a header every tenth of a second,
            `hang_up` closes the connection after the answer without having said so.
    """

    status: int = 200
    headers: tuple = ()
    body: bytes = b""
    fault: str = ""


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_):
        pass  # connections that a client gives up, and TLS that it refuses


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    disable_nagle_algorithm = True

    def setup(self):
        super().setup()
        self.server.peer.connections += 1

    def do_POST(self):
        peer = self.server.peer
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path, headers, body)
        reply = peer.judge(request) or (peer.replies.popleft() if peer.replies else Reply())
        peer.requests.append(request)
        self._answer(reply)

    do_OPTIONS = do_POST  # noqa: N815 - the library's name

    def _answer(self, reply):
        self.close_connection = reply.fault != ""
        if reply.fault == "cut":
            return
        if reply.fault == "stall":
            time.sleep(1.0)
        if reply.fault == "drip":
            for letter in b"HTTP/1.1 200 OK\r\nSlow: " + b"x" * 1000:
                self.wfile.write(bytes([letter]))
                time.sleep(0.1)
        self.send_response(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, *_):
        pass


class Webhook:
    """The peer.

    Attributes:
        replies: What to answer next, one after another; 200 afterwards.
        judge: Given a request, may say how to answer it, before `replies` are asked.
        connections: How many there were.
    """

    def __init__(self, authority=None, *, client_certificates=False, host="127.0.0.1"):
        self.requests = []
        self.replies = deque()
        self.judge = lambda _request: None
        self.connections = 0
        self._server = _Server((host, 0), _Handler)
        self._server.peer = self
        self.port = self._server.server_port
        if authority is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*authority.server("localhost", host))
            if client_certificates:
                context.load_verify_locations(authority.ca_file)
                context.verify_mode = ssl.CERT_REQUIRED
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def posted(self):
        return [request for request in self.requests if request.method == "POST"]

    def numbers(self):
        return [request.numbers() for request in self.posted()]
