"""One endpoint of Event Grid, through azure-core's pipeline: bytes go out, and what became of them comes back.

The SDK's own publisher spends half a millisecond an event on its serializer, and its client for topics ignores the time-outs and the
authority that it is given; the pipeline beneath it is public, and does neither.
"""

from __future__ import annotations

import contextlib
import email.utils
import math
import os
import queue
import socket
import ssl
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import msgspec
from azure.core import PipelineClient
from azure.core.exceptions import AzureError, ClientAuthenticationError
from azure.core.pipeline.policies import ProxyPolicy, RequestIdPolicy, UserAgentPolicy
from azure.core.pipeline.transport import RequestsTransport
from azure.core.rest import HttpRequest

from sightline.errors import ConfigError
from sightline.sinks.event_grid.credentials import policy_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from sightline.sinks.event_grid.credentials import Credential, SecretCredential

# A receiver that asks for longer is asked again then.
_LONGEST_RETRY_AFTER_S = 3600.0
_LONGEST_REASON = 500


class Answer(NamedTuple):
    """What became of a request.

    Attributes:
        status: The HTTP status; 0 when no answer came, and whether the events arrived is not known.
        reason: In words: the receiver's, or why there is no answer.
        retry_after_s: How long the receiver asked to be left alone, seconds.
    """

    status: int
    reason: str = ""
    retry_after_s: float | None = None


class Connection:
    """Posts bodies to one URL. Several threads may use it; each request has a client of its own, and clients stay connected.

    Args:
        url: Where to.
        content_type: What the bodies are.
        credential: Who sends them.
        namespace: Whether the URL is a namespace's.
        ca_file: Certificates to trust instead of the public authorities', PEM.
        connect_timeout_s: How long to wait for a connection, seconds.
        read_timeout_s: How long to wait for an answer, seconds.

    Raises:
        ConfigError: When the file cannot be read, or the endpoint does not take such a credential.
    """

    def __init__(
        self,
        url: str,
        *,
        content_type: str,
        credential: SecretCredential | Credential,
        namespace: bool,
        ca_file: str | None,
        connect_timeout_s: float,
        read_timeout_s: float,
    ) -> None:
        self._url = url
        self._headers = {"Content-Type": content_type}
        self._verify = trusted(ca_file)
        self._timeouts = {"connection_timeout": connect_timeout_s, "read_timeout": read_timeout_s}
        self._policy: Callable[[], Any] = lambda: policy_of(credential, namespace=namespace)
        self._policy()
        self._clients: queue.LifoQueue[PipelineClient[Any, Any]] = queue.LifoQueue()

    def post(self, body: bytes) -> Answer:
        """Post one body, once."""
        request = HttpRequest("POST", self._url, headers=self._headers, content=body)
        try:
            with self._client() as client:
                response = client.send_request(request)
        except ConfigError as error:
            return Answer(401, str(error))
        except ClientAuthenticationError as error:
            return Answer(401, _short(f"no token: {error.message}"))
        except AzureError as error:
            return Answer(0, _no_answer(error, self._verify))
        reason = "" if response.status_code == 200 else _reason(response.content)  # noqa: PLR2004 - HTTP's
        return Answer(response.status_code, reason, _retry_after_s(response.headers))

    def close(self) -> None:
        """Close all connections; none may be in use."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._clients.get_nowait().close()

    @contextlib.contextmanager
    def _client(self) -> Generator[PipelineClient[Any, Any]]:
        """The client that was used last, so that few requests need few connections; a new one if all are in use."""
        try:
            client = self._clients.get_nowait()
        except queue.Empty:
            client = self._new_client()
        try:
            yield client
        finally:
            self._clients.put(client)

    def _new_client(self) -> PipelineClient[Any, Any]:
        # Without the environment's settings a .netrc cannot replace our authorization; proxies are taken from it below.
        transport = RequestsTransport(
            connection_verify=self._verify, use_env_settings=False, **self._timeouts
        )
        policies = [
            RequestIdPolicy(),
            UserAgentPolicy("sightline"),
            ProxyPolicy(proxies=_proxies(self._url)),
            self._policy(),
        ]
        return PipelineClient(self._url, policies=policies, transport=transport)


def trusted(ca_file: str | None) -> str | bool:
    """What certificates are checked against: the file, else the one `REQUESTS_CA_BUNDLE` names, else the public authorities.

    Raises:
        ConfigError: When the file cannot be read, or has no certificates.
    """
    if ca_file is None:
        return os.environ.get("REQUESTS_CA_BUNDLE") or True
    try:
        ssl.create_default_context(cafile=str(Path(ca_file)))
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(
            f"ca_file: expected certificates in PEM, and {ca_file} cannot be read as such: {error.strerror or error}"
        ) from error
    return ca_file


def _proxies(url: str) -> dict[str, str]:
    """The proxies of the environment, unless it says that the host needs none."""
    host = urlsplit(url).netloc
    return {} if urllib.request.proxy_bypass(host) else urllib.request.getproxies()


def _retry_after_s(headers: Any) -> float | None:  # noqa: ANN401 - azure-core's headers
    """Seconds, or a date, which is read by the receiver's own clock (RFC 9110, 10.2.3); None where it is no time to wait."""
    text = headers.get("Retry-After")
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            until, now = (email.utils.parsedate_to_datetime(t) for t in (text, headers.get("Date", "")))
            seconds = (until - now).total_seconds()
        except (ValueError, TypeError):
            return None
    return min(seconds, _LONGEST_RETRY_AFTER_S) if math.isfinite(seconds) and seconds > 0 else None


class _Fault(msgspec.Struct):
    code: str = ""
    message: str = ""


class _Body(msgspec.Struct):
    error: _Fault


def _reason(body: bytes) -> str:
    """What the receiver says, from Event Grid's error body or as it is."""
    try:
        fault = msgspec.json.decode(body, type=_Body).error
    except msgspec.DecodeError:
        return _short(body.decode("utf-8", "replace"))
    return _short(f"{fault.code}: {fault.message}" if fault.code else fault.message)


def _no_answer(error: BaseException, verify: str | bool) -> str:  # noqa: FBT001 - as azure-core has it
    """Say in a person's words why there was no answer."""
    causes = list(_causes(error))
    for cause in causes:
        match cause:
            case ssl.SSLCertVerificationError():
                known = "the public authorities" if verify is True else str(verify)
                return (
                    f"its certificate is not trusted ({cause.verify_message}), checked against {known};"
                    " if it is signed by an authority of your own, name that one's certificate in ca_file"
                )
            case socket.gaierror():
                return "its name cannot be found; check the endpoint, and this machine's DNS"
            case ConnectionRefusedError():
                return "it refuses connections; check the endpoint, its port, and firewalls between"
            case ConnectionResetError() | BrokenPipeError():
                return "the connection was cut before an answer came"
            case _:
                continue
    words = " ".join(str(cause) for cause in causes).lower()
    if "timed out" in words or "timeout" in words:
        return "no answer in time"
    return _short(str(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and everything that it came from, in whichever way the libraries keep it."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        current = waiting.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        kept = (
            getattr(current, name, None) for name in ("__cause__", "__context__", "inner_exception", "reason")
        )
        linked = (*kept, *current.args)
        waiting.extend(found for found in linked if isinstance(found, BaseException))


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _LONGEST_REASON else words[: _LONGEST_REASON - 1] + "…"
