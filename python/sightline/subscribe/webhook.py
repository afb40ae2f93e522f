"""An ASGI application that Event Grid pushes events to: `uvicorn module:app`, or mounted in Starlette, FastAPI, Litestar, ….

The validation of a subscription: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md (CloudEvents), and
https://learn.microsoft.com/azure/event-grid/webhook-event-delivery (Event Grid's schema).
"""

from __future__ import annotations

import asyncio
import hmac
import inspect
import logging
import os
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs

import msgspec

from sightline.subscribe.delivered import Delivered, read
from sightline.subscribe.recent import Recent

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping, Sequence

    from sightline.sinks import Secret

Handler = Callable[[Delivered], Awaitable[None] | None]
"""Takes one event; a plain function runs in a thread of its own. What it raises makes Event Grid deliver the event again."""

ASGIReceive = Callable[[], Awaitable["MutableMapping[str, Any]"]]
ASGISend = Callable[["MutableMapping[str, Any]"], Awaitable[None]]

# Event Grid delivers at most 1 MiB of events in a request; the array around them adds little.
_MOST_BYTES = 1_572_864
_VALIDATION = "Microsoft.EventGrid.SubscriptionValidationEvent"
_LOG = logging.getLogger(__name__)


class _Reply(NamedTuple):
    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


class _Validation(msgspec.Struct, rename="camel"):
    validation_code: str


class Webhook:
    """The application; see `webhook`."""

    def __init__(
        self,
        handler: Handler,
        *,
        allowed_origins: Sequence[str],
        secrets: Sequence[Secret],
        recent: Recent,
        environment: Mapping[str, str],
    ) -> None:
        self._handler = handler
        self._origins = frozenset(origin.lower() for origin in allowed_origins)
        self._secrets = list(secrets)
        self._environment = environment
        self._recent = recent
        for secret in secrets:
            secret.read(environment)

    async def __call__(self, scope: MutableMapping[str, Any], receive: ASGIReceive, send: ASGISend) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        if scope["type"] != "http":
            raise ValueError(f"expected a request over HTTP, found {scope['type']}")
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        reply = await self._reply(scope, headers, receive)
        sent = [(name.encode(), value.encode("latin-1")) for name, value in reply.headers]
        sent.append((b"content-length", str(len(reply.body)).encode()))
        await send({"type": "http.response.start", "status": reply.status, "headers": sent})
        await send({"type": "http.response.body", "body": reply.body})

    async def _reply(
        self, scope: MutableMapping[str, Any], headers: Mapping[str, str], receive: ASGIReceive
    ) -> _Reply:
        if scope["method"] == "OPTIONS":
            return self._consent(headers)
        if scope["method"] != "POST":
            return _Reply(405, headers=(("allow", "POST, OPTIONS"),))
        body = await _body(receive)
        if body is None:
            return _refusal(413, f"expected at most {_MOST_BYTES} bytes")
        return await self._take(scope, headers, body)

    async def _take(self, scope: MutableMapping[str, Any], headers: Mapping[str, str], body: bytes) -> _Reply:
        try:
            delivered = read(body, headers)
            code = _validation_code(delivered)
        except ValueError as error:
            return _refusal(400, str(error))
        if code is not None:
            answer = msgspec.json.encode({"validationResponse": code})
            return _Reply(200, answer, (("content-type", "application/json"),))
        if not self._knows(scope, headers):
            return _refusal(401, "expected the subscription's secret")
        return await self._handle(delivered)

    def _consent(self, headers: Mapping[str, str]) -> _Reply:
        """Answer whether somebody may deliver here; it is the headers that say yes, not the status."""
        origin = headers.get("webhook-request-origin", "")
        allow = ("allow", "POST, OPTIONS")
        if not origin or not ({origin.lower(), "*"} & self._origins):
            return _Reply(403 if origin else 200, headers=(allow,))
        rate = headers.get("webhook-request-rate", "*")
        return _Reply(
            200, headers=(allow, ("webhook-allowed-origin", origin), ("webhook-allowed-rate", rate))
        )

    def _knows(self, scope: MutableMapping[str, Any], headers: Mapping[str, str]) -> bool:
        """Whether the request has the secret: in the header that the subscription adds, or in the URL's query."""
        if not self._secrets:
            return True
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        given = headers.get("webhook-secret") or query.get("secret", [""])[0]
        known = [secret.read(self._environment) for secret in self._secrets]
        return any(hmac.compare_digest(given.encode(), secret.encode()) for secret in known)

    async def _handle(self, delivered: Sequence[Delivered]) -> _Reply:
        for event in delivered:
            state = self._recent.begin(event)
            if state == "under way":
                return _refusal(503, f"{event.id} is being handled; deliver again")
            if state == "handled":
                continue
            handled = False
            try:
                await self._call(event)
                handled = True
            except Exception:  # noqa: BLE001 - a handler may be anyone's; whatever it raises, the event comes again
                _LOG.exception(
                    "the handler of %s %s failed; Event Grid delivers it again", event.type, event.id
                )
                return _refusal(503, f"{event.id} could not be handled; deliver again")
            finally:
                self._recent.end(event, handled=handled)
        return _Reply(200)

    async def _call(self, event: Delivered) -> None:
        if inspect.iscoroutinefunction(self._handler):
            await self._handler(event)
            return
        result = await asyncio.to_thread(self._handler, event)
        if inspect.isawaitable(result):
            await result


def webhook(
    handler: Handler,
    *,
    allowed_origins: Sequence[str] = ("eventgrid.azure.net",),
    secrets: Sequence[Secret] = (),
    recent: Recent | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Webhook:
    """Return an ASGI application that gives each event that Event Grid delivers to a handler, once, in the order of the request.

    It answers both validations of a subscription by itself: `OPTIONS` with `WebHook-Request-Origin` and Event Grid's
    `SubscriptionValidationEvent`. An event is acknowledged when the handler returned; when it raises, Event Grid delivers that one
    and what came after it again. What is no event is answered 400, which Event Grid does not try again.

    Args:
        handler: Takes one event.
        allowed_origins: Who may deliver, as `WebHook-Request-Origin` names them; `*` for anybody.
        secrets: Deliveries must have one of these in the header `WebHook-Secret` (a delivery property of the subscription, marked
            secret) or in the URL's query as `secret`; nothing is asked for when empty. Several let a secret be changed: Event
            Grid does not try again what is answered 401.
        recent: Remembers what was handled; give the same to several applications or to `pull` to share it.
        environment: Environment variables, where secrets may be.

    Raises:
        ConfigError: When a secret is not where it says.
    """
    return Webhook(
        handler,
        allowed_origins=allowed_origins,
        secrets=secrets,
        recent=Recent() if recent is None else recent,
        environment=environment,
    )


def _validation_code(delivered: Sequence[Delivered]) -> str | None:
    if len(delivered) != 1 or delivered[0].type != _VALIDATION:
        return None
    return msgspec.json.decode(delivered[0].data, type=_Validation).validation_code


def _refusal(status: int, reason: str) -> _Reply:
    return _Reply(status, reason.encode(), (("content-type", "text/plain; charset=utf-8"),))


async def _body(receive: ASGIReceive) -> bytes | None:
    """The request's body; None when it is too large."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > _MOST_BYTES:
            return None
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


async def _live(receive: ASGIReceive, send: ASGISend) -> None:
    """Start and stop when the server does; there is nothing to do."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
