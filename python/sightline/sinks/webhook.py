"""Events to a webhook: HTTPS, CloudEvents in batches or one by one, signed so that the receiver knows who sent them.

Signatures are those of Standard Webhooks (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md),
the handshake that of CloudEvents (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import time
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple, Self
from urllib.parse import urlsplit

from msgspec import Meta

from sightline.errors import ConfigError, Fault, Refusal, SinkError
from sightline.events import message_of
from sightline.sinks.config import SinkConfig
from sightline.sinks.secrets import Secret
from sightline.sinks.wire.batches import batches
from sightline.sinks.wire.http import Answer, HttpClient
from sightline.sinks.wire.places import beside, faults_of_key
from sightline.sinks.wire.tls import client_context, is_this_machine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from sightline.events import Event, Message

_Text = Annotated[str, Meta(min_length=1)]
_PORTS = {"https": 443, "http": 80}
_TYPES = {
    ("cloudevents", "batch"): "application/cloudevents-batch+json; charset=utf-8",
    ("cloudevents", "single"): "application/cloudevents+json; charset=utf-8",
    ("azure", "batch"): "application/json; charset=utf-8",
    ("azure", "single"): "application/json; charset=utf-8",
}
# What is wrong with the request itself: sent again it would meet the same, unless another part of it is to blame.
_NEVER = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)
_SHOWN = 200
_LONGEST_WAIT_S = 3600.0


class WebhookConfig(SinkConfig, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="webhook"):
    """Events to a webhook.

    Attributes:
        url: `https://…`; `http://` for a receiver on this machine only.
        mode: A JSON array of events in each request, or one event.
        max_events: Events in a request, in batches.
        max_bytes: Bytes of a request, in batches; one event that is larger goes alone.
        secret: Key for signatures, `whsec_` and base64; unsigned when absent.
        token: Sent as `Authorization: Bearer …`; not sent when absent.
        validate: Whether the receiver is asked first whether it wants events from us.
        origin: Who we say we are when asking.
        ca_file: CAs to trust, PEM, and no others; the system's when absent.
        certificate_file: Our own certificate, PEM.
        key_file: Its key, PEM; in `certificate_file` when absent.
        connect_timeout_s: For connecting and for TLS, each.
        timeout_s: For a request and its answer.
    """

    url: _Text
    mode: Literal["batch", "single"] = "batch"
    max_events: Annotated[int, Meta(ge=1, le=5000)] = 100
    max_bytes: Annotated[int, Meta(ge=1024, le=100_000_000)] = 1_000_000
    secret: Secret | None = None
    token: Secret | None = None
    validate: bool = False
    origin: Annotated[str, Meta(pattern="^[A-Za-z0-9.-]+$")] = "sightline"
    ca_file: _Text | None = None
    certificate_file: _Text | None = None
    key_file: _Text | None = None
    connect_timeout_s: Annotated[float, Meta(gt=0, le=120)] = 5.0
    timeout_s: Annotated[float, Meta(gt=0, le=600)] = 30.0

    def __post_init__(self) -> None:
        faults = [*_faults_of_url(self.url), *faults_of_key(self.certificate_file, self.key_file)]
        if faults:
            raise ConfigError(faults)

    def beside(self, folder: Path) -> Self:
        """Return it with its paths relative to a folder."""
        return beside(self, folder, "secret", "token", "certificate_file", "key_file", "ca_file")

    def open(self) -> WebhookSink:
        """Open the sink.

        Raises:
            ConfigError: When a secret, a file or a library is missing.
        """
        return WebhookSink(self, os.environ)


class _Item(NamedTuple):
    place: int
    message: Message

    @property
    def body(self) -> bytes:
        return self.message.body


class _Progress(NamedTuple):
    """What became of events so far, by their positions."""

    taken: set[int]
    refused: dict[int, str]


class WebhookSink:
    """Posts events, in order, one request after another. Events are taken when the answer is 200 to 299.

    A request that the receiver cannot read (400, 413, 415, 422) is cut in halves until what is to blame is alone; that is
    refused. After any other answer, or none, the events and all after them are the caller's again.

    Args:
        config: The receiver.
        environment: Environment variables, for secrets.
        clock: Seconds since 1970, for signatures and for dates in answers.

    Raises:
        ConfigError: When a secret or a file is not there or not what it should be.
    """

    def __init__(
        self,
        config: WebhookConfig,
        environment: Mapping[str, str],
        *,
        clock: Callable[[], float] = time.time,  # noqa: TID251 - a signature has the time of day
    ) -> None:
        self._config = config
        self._environment = environment
        self._clock = clock
        url = urlsplit(config.url)
        self._target = (url.path or "/") + (f"?{url.query}" if url.query else "")
        self._where = f"{url.scheme}://{url.netloc}{url.path}"  # a query may have a secret in it
        tls = None
        if url.scheme == "https":
            tls = client_context(
                ca_file=config.ca_file, certificate_file=config.certificate_file, key_file=config.key_file
            )
        self._client = HttpClient(
            url.hostname or "",
            url.port or _PORTS[url.scheme],
            tls,
            connect_timeout_s=config.connect_timeout_s,
            timeout_s=config.timeout_s,
        )
        self._welcome = not config.validate
        self._pause_s = 0.0
        self._next_at = 0.0
        self._closed = False
        self._headers(b"", "start")  # what is wrong with secrets is said at the start

    def emit(self, events: Sequence[Event | Message]) -> None:
        """Post events.

        Raises:
            SinkError: With those that were not taken, and those that the receiver will never take.
        """
        if self._closed:
            raise SinkError("the sink is closed", events)
        items = [_Item(index, message_of(event)) for index, event in enumerate(events)]
        progress = _Progress(set(), {})
        failure: SinkError | None = None
        try:
            if items and not self._welcome:
                self._ask_whether_welcome()
            for batch in self._batches(items):
                self._post(batch, progress)
        except SinkError as error:
            failure = error
        done = progress.taken | progress.refused.keys()
        left = [event for index, event in enumerate(events) if index not in done]
        refused = [Refusal(events[index], reason) for index, reason in sorted(progress.refused.items())]
        if left or refused:
            words = str(failure) if failure else f"{len(refused)} refused: {refused[0].reason}"
            wait_s = failure.retry_after_s if failure else None
            raise SinkError(words, left, refused=refused, retry_after_s=wait_s) from failure

    def flush(self) -> None:
        """Do nothing: what was taken is with the receiver."""

    def close(self) -> None:
        """Close the connection."""
        self._closed = True
        self._client.close()

    def __repr__(self) -> str:
        return f"WebhookSink({self._where!r})"

    def _batches(self, items: list[_Item]) -> Iterator[list[_Item]]:
        config = self._config
        most = config.max_events if config.mode == "batch" else 1
        return batches(items, max_events=most, max_bytes=config.max_bytes)

    def _post(self, batch: list[_Item], progress: _Progress) -> None:
        """Post events as one request, and as several where that is refused.

        Raises:
            SinkError: When some were not taken.
        """
        parts = [batch]
        while parts:
            part = parts.pop()
            answer = self._request(part)
            if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
                progress.taken.update(item.place for item in part)
            elif answer.status not in _NEVER:
                raise SinkError(self._words(answer), retry_after_s=self._retry_after_s(answer))
            elif len(part) > 1:
                middle = len(part) // 2
                parts += [part[middle:], part[:middle]]
            else:
                progress.refused[part[0].place] = self._words(answer)

    def _request(self, part: list[_Item]) -> Answer:
        if self._config.mode == "batch":
            body = b"[" + b",".join(item.body for item in part) + b"]"
        else:
            body = part[0].body
        # The same for the same events, so that a receiver can drop what comes twice.
        name = hashlib.sha256("\n".join(item.message.event_id for item in part).encode()).hexdigest()[:32]
        now = time.monotonic()
        if self._next_at > now:
            time.sleep(self._next_at - now)
        self._next_at = time.monotonic() + self._pause_s
        return self._client.ask("POST", self._target, body, self._signed(body, f"msg_{name}"))

    def _signed(self, body: bytes, name: str) -> dict[str, str]:
        try:
            return self._headers(body, name)
        except ConfigError as error:  # such as a secret whose file is gone for a while
            raise SinkError(str(error)) from error

    def _headers(self, body: bytes, name: str) -> dict[str, str]:
        config = self._config
        headers = {"Content-Type": _TYPES[config.encoding, config.mode], "User-Agent": "sightline"}
        if config.token is not None:
            headers["Authorization"] = f"Bearer {config.token.read(self._environment)}"
        if config.secret is not None:
            moment = str(int(self._clock()))
            key = _key(config.secret.read(self._environment))
            signed = hmac.new(key, f"{name}.{moment}.".encode() + body, hashlib.sha256).digest()
            headers["webhook-id"] = name
            headers["webhook-timestamp"] = moment
            headers["webhook-signature"] = f"v1,{base64.b64encode(signed).decode()}"
        return headers

    def _ask_whether_welcome(self) -> None:
        """Ask the receiver whether it wants events from us, and how many requests a minute.

        Raises:
            SinkError: When it does not say so.
        """
        headers = {**self._signed(b"", "validate"), "WebHook-Request-Origin": self._config.origin}
        headers.pop("Content-Type")
        answer = self._client.ask("OPTIONS", self._target, b"", headers)
        allowed = answer.headers.get("webhook-allowed-origin", "")
        if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES or allowed not in (
            "*",
            self._config.origin,
        ):
            raise SinkError(
                f"{self._where}: does not want events: it answers {answer.status} with WebHook-Allowed-Origin {allowed!r}"
                f" where {self._config.origin!r} or '*' is expected; set validate = false if it knows no such question"
            )
        rate = answer.headers.get("webhook-allowed-rate", "*")
        self._pause_s = 60.0 / int(rate) if rate.isdecimal() and int(rate) > 0 else 0.0
        self._welcome = True

    def _words(self, answer: Answer) -> str:
        said = answer.body[:_SHOWN].decode(errors="replace").strip()
        shown = "".join(letter if letter.isprintable() else " " for letter in said)
        moved = answer.headers.get("location", "") if answer.status // 100 == 3 else ""  # noqa: PLR2004 - redirections
        hint = ""
        if moved:
            hint = f"; redirections are not followed, set url to where it is now: {moved.partition('?')[0]}"
        elif answer.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            hint = "; are token, secret or certificate right?"
        return f"{self._where}: answers {answer.status}{hint}" + (f": {shown}" if shown else "")

    def _retry_after_s(self, answer: Answer) -> float | None:
        text = answer.headers.get("retry-after", "").strip()
        if text.isdecimal():
            return min(float(text), _LONGEST_WAIT_S)
        try:
            until = parsedate_to_datetime(text).timestamp()
        except (ValueError, OverflowError):
            return None
        return min(max(0.0, until - self._clock()), _LONGEST_WAIT_S)


def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(text.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        key = b""
    if not text.startswith("whsec_") or not 24 <= len(key) <= 64:  # noqa: PLR2004 - what Standard Webhooks asks for
        raise ConfigError(
            'secret: expected whsec_ and 24 to 64 bytes in base64; make one with: echo "whsec_$(openssl rand -base64 32)"'
        )
    return key


def _faults_of_url(text: str) -> list[Fault]:
    try:
        url = urlsplit(text)
        port, host = url.port, url.hostname
    except ValueError as error:
        return [Fault("url", f"is none: {error}")]
    if url.username is not None or url.password is not None:
        return [Fault("url", "has a user or a password in it; use token or secret instead")]
    if url.scheme not in _PORTS or not host or port == 0 or not text.isascii() or not text.isprintable():
        return [Fault("url", f"expected https://HOST/PATH, found {url.scheme}://{host}")]
    if url.scheme == "http" and not is_this_machine(host):
        return [Fault("url", f"http:// would send everything in the clear to {host}; use https://")]
    return []
