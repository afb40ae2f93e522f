"""An Event Grid of our own on loopback: topics, a domain and namespace topics over TLS, strict, with faults to order.

It checks what the service documents: path, api-version, content type, credential, size, number and form of the events, and answers for a
request as a whole. Pull delivery of a namespace topic hands out locks. It runs in a thread of its own.
"""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import re
import socket
import ssl
import threading
import urllib.parse
import uuid
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import NamedTuple

from msgspec.json import decode as parse

LARGEST = 1_048_576
TOPIC_TYPES = {
    "application/cloudevents-batch+json; charset=utf-8": "cloudevents",
    "application/json; charset=utf-8": "event_grid",
}
_NAME = re.compile("[a-z0-9]{1,20}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_STALL_S = 60


@dataclass
class Fault:
    """What goes wrong with one request.

    Attributes:
        status: The answer; 0 for none.
        headers: Headers of it.
        accept: Whether the events are taken all the same.
        stall: Whether the connection stays open without an answer; otherwise no answer means that it is reset.
    """

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    accept: bool = False
    stall: bool = False


class Request(NamedTuple):
    """A request as it came; `connection` counts connections from 1."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    size: int
    count: int
    status: int
    connection: int


class _Came(NamedTuple):
    """A request as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    connection: int


class Accepted(NamedTuple):
    """An event that was taken; `request` counts requests from 0, `answered` says whether the publisher can know."""

    event: dict
    request: int
    answered: bool
    connection: int


class EventGridPeer:
    """The endpoint. Use it as a context manager, and `url`, or `namespace_url`.

    Args:
        context: A server's TLS context.
        key: The access key, base64.
        token: A bearer token that is valid.
        schema: What topics take.
        domain: Whether it is a domain, whose events name their topic.
        max_bytes: Largest request.
        keep: Whether events and requests are remembered.
        port: Where to listen; 0 for any.
    """

    def __init__(
        self,
        context,
        *,
        key="c2VjcmV0LWtleS1vZi1hLXRlc3Q=",
        token="token-of-a-test",  # noqa: S107 - it is none
        schema="cloudevents",
        domain=False,
        max_bytes=LARGEST,
        keep=True,
        port=0,
    ):
        self.key, self.token, self.schema, self.domain = key, token, schema, domain
        self.max_bytes, self.keep = max_bytes, keep
        self.faults = deque()
        self.choose_fault = None
        self.requests, self.accepted = [], []
        self.count = 0
        self.changed = threading.Condition()
        self.queues = defaultdict(deque)
        self.locked = {}
        self._subscriptions = set()
        self._context = context
        self.connections = 0
        self._writers = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.port = port
        self._server = None
        self.open()

    @property
    def url(self):
        return f"https://localhost:{self.port}/api/events"

    @property
    def namespace_url(self):
        return f"https://localhost:{self.port}"

    def subscribe(self, topic, name):
        """Make a subscription of a namespace topic."""
        self._subscriptions.add((topic, name))

    def open(self):
        """Listen, on the same port as before."""
        self._server = self._do(self._listen())
        self.port = self._server.sockets[0].getsockname()[1]

    def shut(self):
        """Go away: connections are reset, and new ones refused."""
        self._do(self._away())

    def close(self):
        self.shut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def wait_for(self, holds, timeout_s=30.0):
        with self.changed:
            assert self.changed.wait_for(holds, timeout_s), f"{self.count} events after {timeout_s} s"

    def ids(self):
        return [found.event["id"] for found in self.accepted]

    def _do(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    async def _listen(self):
        return await asyncio.start_server(
            self._serve, "localhost", self.port, family=socket.AF_INET, ssl=self._context, limit=1 << 22
        )

    async def _away(self):
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.sleep(0)

    async def _serve(self, reader, writer):
        self.connections += 1
        connection = self.connections
        self._writers.add(writer)
        gone = (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError, asyncio.CancelledError)
        try:
            while await self._exchange(reader, writer, connection):
                pass
        except gone:
            pass
        finally:
            self._writers.discard(writer)
            writer.transport.abort()

    async def _exchange(self, reader, writer, connection):
        """Take one request and answer it; return whether the connection goes on."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ")
        headers = {
            name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)
        }
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        parts = urllib.parse.urlsplit(target)
        query = dict(urllib.parse.parse_qsl(parts.query))
        fault = self._fault()
        answered = fault is None or fault.status > 0
        if fault is None or fault.accept:
            came = _Came(method, parts.path, query, headers, body, connection)
            status, extra, answer, events = self._answer(came, answered=answered)
        else:
            status, extra, events = fault.status, fault.headers, []
            answer = _error(fault.status, "ordered by the test")
        with self.changed:
            if self.keep:
                self.requests.append(
                    Request(parts.path, query, headers, len(body), len(events), status, connection)
                )
            self.changed.notify_all()
        if fault is not None and fault.status == 0:
            if fault.stall:
                await asyncio.sleep(_STALL_S)
            writer.transport.abort()
            return False
        text = b"" if answer is None else json.dumps(answer).encode()
        lines = [f"HTTP/1.1 {status} -", f"Content-Length: {len(text)}", "Content-Type: application/json"]
        lines += [f"{name}: {value}" for name, value in extra.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode() + text)
        await writer.drain()
        return True

    def _fault(self):
        with self.changed:
            if self.faults:
                return self.faults.popleft()
        return self.choose_fault() if self.choose_fault else None

    def _answer(self, came, *, answered):
        """Status, headers, answer and the events that were taken."""
        method, path, query, headers, body, connection = came
        namespace = re.fullmatch(r"/topics/([\w-]+)(?:/eventsubscriptions/([\w-]+))?:(\w+)", path)
        if path != "/api/events" and namespace is None:
            return 404, {}, _error(404, f"no such resource: {path}"), []
        refusal = self._unauthorized(headers, namespace is not None)
        version = "2024-06-01" if namespace else "2018-01-01"
        if method != "POST" or query.get("api-version") != version:
            refusal = 400, f"expected POST and api-version {version}"
        if refusal is None and namespace and namespace[2]:
            answer = self._pull(namespace[1], namespace[2], namespace[3], query, body)
            return 200, {}, answer, []
        if refusal is None:
            events, refusal = self._events(headers, body, namespace is not None)
        if refusal is not None:
            return refusal[0], {}, _error(*refusal), []
        with self.changed:
            self.count += len(events)
            if self.keep:
                number = len(self.requests)
                self.accepted += [Accepted(event, number, answered, connection) for event in events]
            for topic, name in self._subscriptions:
                if namespace and topic == namespace[1]:
                    self.queues[topic, name].extend((event, 1) for event in events)
        return 200, {}, {} if namespace else None, events

    def _unauthorized(self, headers, namespace):
        given = headers.get("authorization", "")
        if given == f"Bearer {self.token}":
            return None
        if namespace:
            valid = given == f"SharedAccessKey {self.key}"
        else:
            valid = headers.get("aeg-sas-key") == self.key or self._signed(headers.get("aeg-sas-token", ""))
        return None if valid else (401, "The request's credential is not valid.")

    def _signed(self, token):
        unsigned, _, signature = token.partition("&s=")
        wanted = hmac.digest(base64.b64decode(self.key), unsigned.encode(), hashlib.sha256)
        return hmac.compare_digest(urllib.parse.unquote(signature).encode(), base64.b64encode(wanted))

    def _events(self, headers, body, namespace):
        """The events of a request, or why it is refused."""
        if len(body) > self.max_bytes:
            return [], (413, f"The maximum size ({self.max_bytes}) has been exceeded.")
        schema = TOPIC_TYPES.get(headers.get("content-type", ""))
        if schema != self.schema:
            return [], (400, f"This resource is configured to receive event in '{self.schema}' schema.")
        try:
            events = parse(body)
        except ValueError as error:
            return [], (400, f"not JSON: {error}")
        most = 1000 if namespace else 5000
        if not isinstance(events, list) or not 0 < len(events) <= most:
            return [], (400, f"expected 1 to {most} events")
        for event in events:
            wrong = _cloud_event(event) if schema == "cloudevents" else _grid_event(event)
            topic = event.get("source" if schema == "cloudevents" else "topic") if not wrong else None
            if not wrong and self.domain and not re.fullmatch("[A-Za-z0-9-]{3,50}", str(topic)):
                wrong = f"Required property 'topic' should be the name of the domain topic. Found: {topic}"
            if wrong:
                return [], (
                    400,
                    f"This resource is configured to receive event in '{schema}' schema. {wrong}",
                )
        return events, None

    def _pull(self, topic, subscription, operation, query, body):
        found = self.queues[topic, subscription]
        if operation == "receive":
            value = []
            while found and len(value) < int(query.get("maxEvents", "1")):
                event, deliveries = found.popleft()
                token = uuid.uuid4().hex
                self.locked[token] = (event, deliveries)
                value.append(
                    {"brokerProperties": {"lockToken": token, "deliveryCount": deliveries}, "event": event}
                )
            return {"value": value}
        done, failed = [], []
        for token in parse(body)["lockTokens"]:
            if token not in self.locked:
                failed.append({"lockToken": token, "error": {"code": "TokenLost", "message": "lost"}})
                continue
            event, deliveries = self.locked.pop(token)
            done.append(token)
            if operation == "release":
                found.append((event, deliveries + 1))
        return {"succeededLockTokens": done, "failedLockTokens": failed}


def _error(status, message):
    code = {400: "BadRequest", 401: "Unauthorized", 404: "NotFound", 413: "PayloadTooLarge"}.get(
        status, "Error"
    )
    return {"error": {"code": code, "message": message}}


def _cloud_event(event):
    """What is wrong with a CloudEvent; empty for nothing."""
    if not isinstance(event, dict) or event.get("specversion") != "1.0":
        return "Required property 'specversion' was not set to 1.0."
    for name in ("id", "source", "type"):
        if not isinstance(event.get(name), str) or not event[name]:
            return f"Required property '{name}' was not set."
    if not all(_NAME.fullmatch(name) or name == "data_base64" for name in event):
        return f"Names are lower-case letters and digits. Found: {sorted(event)}"
    if "time" in event and not _TIME.fullmatch(str(event["time"])):
        return f"Property 'time' is no RFC 3339 time. Found: {event['time']}"
    return ""


def _grid_event(event):
    """What is wrong with an event of Event Grid's schema; empty for nothing."""
    if not isinstance(event, dict):
        return "An event is an object."
    for name in ("id", "subject", "eventType", "eventTime", "dataVersion"):
        if not isinstance(event.get(name), str) or not event[name]:
            return f"Required property '{name}' was not set."
    if "data" not in event or not _TIME.fullmatch(event["eventTime"]):
        return "Required property 'data' was not set, or 'eventTime' is no time."
    return ""


def signature(key, url, expires="12/31/2099 11:59:59 PM"):
    """A shared access signature as the SDK's `generate_sas` makes them."""
    quote = urllib.parse.quote_plus
    unsigned = f"r={quote(url)}&e={quote(expires)}"
    signed = base64.b64encode(hmac.digest(base64.b64decode(key), unsigned.encode(), hashlib.sha256))
    return f"{unsigned}&s={quote(signed.decode())}"


@contextlib.contextmanager
def refusing_port():
    """A port on loopback where nobody listens."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]
