"""Pull delivery: events of a subscription of a namespace topic, asked for, handled and acknowledged."""

from __future__ import annotations

import base64
import logging
import random
import threading
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from sightline.errors import ConfigError, SourceError
from sightline.subscribe.delivered import Delivered, of_fields
from sightline.subscribe.recent import Recent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from types import TracebackType

    from azure.core.credentials import AzureKeyCredential, TokenCredential
    from azure.core.messaging import CloudEvent

_LOG = logging.getLogger(__name__)
# Seconds beyond the wait for events, after which the service is taken for dead.
_GRACE_S = 20.0
_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 60.0


class Received(NamedTuple):
    """An event and its lock.

    Attributes:
        delivered: The event.
        lock_token: Names the lock; it runs out after the subscription's lock duration, and the event is delivered again.
        delivery_count: How often it was delivered, this time included.
    """

    delivered: Delivered
    lock_token: str
    delivery_count: int


class Pull:
    """A subscription that is asked for events; see `pull`. It is used by one thread, except for `stop`."""

    def __init__(self, client: Any, recent: Recent) -> None:  # noqa: ANN401 - azure-eventgrid is an extra
        self._client = client
        self._recent = recent
        self._stopped = threading.Event()

    def receive(self, *, max_events: int = 100, max_wait_s: int = 10) -> list[Received]:
        """Wait for events and lock them. One that is no event is rejected, which means dead-lettered, and left out.

        Args:
            max_events: Events at most, 1 to 100.
            max_wait_s: How long to wait for the first, whole seconds, 10 to 120.

        Raises:
            SourceError: When the service cannot be asked.
        """
        found = self._ask("receive", max_events=max_events, max_wait_time=max_wait_s)
        received: list[Received] = []
        broken: list[str] = []
        for detail in found:
            token = str(detail.broker_properties.lock_token)
            try:
                delivered = of_fields(_fields(detail.event))
            except ValueError as error:
                _LOG.warning("an event was rejected: %s", error)
                broken.append(token)
                continue
            received.append(Received(delivered, token, int(detail.broker_properties.delivery_count)))
        self._settle("reject", broken)
        return received

    def acknowledge(self, received: Sequence[Received]) -> None:
        """Say that events were handled; they are not delivered again, unless their locks had run out.

        Raises:
            SourceError: When the service cannot be asked.
        """
        self._settle("acknowledge", [one.lock_token for one in received])

    def release(self, received: Sequence[Received]) -> None:
        """Give events back; they are delivered again.

        Raises:
            SourceError: When the service cannot be asked.
        """
        self._settle("release", [one.lock_token for one in received])

    def reject(self, received: Sequence[Received]) -> None:
        """Say that events will never be handled; the service dead-letters them, or drops them.

        Raises:
            SourceError: When the service cannot be asked.
        """
        self._settle("reject", [one.lock_token for one in received])

    def run(
        self, handler: Callable[[Delivered], None], *, max_events: int = 100, max_wait_s: int = 10
    ) -> None:
        """Give each event to a handler, once, until `stop` is called; what it raises makes the event be delivered again.

        A service that cannot be asked is asked again, for ever, with growing pauses.

        Args:
            handler: Takes one event.
            max_events: Events asked for at a time, 1 to 100.
            max_wait_s: How long to wait for the first, whole seconds, 10 to 120.
        """
        failures = 0
        while not self._stopped.is_set():
            try:
                self._handle(self.receive(max_events=max_events, max_wait_s=max_wait_s), handler)
                failures = 0
            except SourceError as error:
                _LOG.warning("%s; asked again", error)
                longest = min(_FIRST_PAUSE_S * 2.0**failures, _LONGEST_PAUSE_S)
                failures = min(failures + 1, 30)
                self._stopped.wait(random.uniform(0.1, 1.0) * longest)  # noqa: S311 - it only spreads attempts

    def stop(self) -> None:
        """Let `run` return after what it is at; any thread may call it."""
        self._stopped.set()

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _handle(self, received: Sequence[Received], handler: Callable[[Delivered], None]) -> None:
        done: list[Received] = []
        failed: list[Received] = []
        for one in received:
            state = self._recent.begin(one.delivered)
            if state != "new":
                (done if state == "handled" else failed).append(one)
                continue
            handled = False
            try:
                handler(one.delivered)
                handled = True
            except Exception:  # noqa: BLE001 - a handler may be anyone's; whatever it raises, the event comes again
                _LOG.exception("the handler of %s failed; it is delivered again", one.delivered.id)
            finally:
                self._recent.end(one.delivered, handled=handled)
            (done if handled else failed).append(one)
        self.acknowledge(done)
        self.release(failed)

    def _settle(self, operation: str, lock_tokens: list[str]) -> None:
        if lock_tokens:
            self._ask(operation, lock_tokens=lock_tokens)

    def _ask(self, operation: str, **options: object) -> Any:  # noqa: ANN401 - azure-eventgrid is an extra
        from azure.core.exceptions import AzureError  # noqa: PLC0415 - an extra

        try:
            return getattr(self._client, operation)(**options)
        except AzureError as error:
            raise SourceError(f"the subscription cannot be asked to {operation}: {error.message}") from error


def pull(
    endpoint: str,
    *,
    topic: str,
    subscription: str,
    credential: AzureKeyCredential | TokenCredential,
    ca_file: str | None = None,
    recent: Recent | None = None,
) -> Pull:
    """Open a subscription of a namespace topic for pull delivery.

    Args:
        endpoint: URL of the namespace, without a path.
        topic: Name of the topic.
        subscription: Name of the subscription.
        credential: azure-core's `AzureKeyCredential`, or one of azure-identity's.
        ca_file: Certificates to trust instead of the public authorities', PEM.
        recent: Remembers what was handled.

    Raises:
        ConfigError: When azure-eventgrid is missing, or the file cannot be read.
    """
    try:
        from azure.eventgrid import EventGridConsumerClient  # noqa: PLC0415 - an extra

        from sightline.sinks.event_grid.connection import trusted  # noqa: PLC0415 - needs the same extra
    except ModuleNotFoundError as error:
        raise ConfigError("pull delivery: needs azure-eventgrid: pip install 'sightline[azure]'") from error
    client = EventGridConsumerClient(
        endpoint,
        credential,
        namespace_topic=topic,
        subscription=subscription,
        connection_verify=trusted(ca_file),
        connection_timeout=5.0,
        read_timeout=120 + _GRACE_S,
    )
    return Pull(client, Recent() if recent is None else recent)


def _fields(event: CloudEvent[Any]) -> dict[str, object]:
    """The attributes and the data of the SDK's CloudEvent."""
    fields: dict[str, object] = {
        "specversion": event.specversion,
        "id": event.id,
        "source": event.source,
        "type": event.type,
        "subject": event.subject,
        "time": None if event.time is None else _rfc3339(event.time),
    }
    data: object = event.data
    if isinstance(data, bytes):
        return {**fields, "data_base64": base64.b64encode(data).decode()}
    return {**fields, "data": data}


def _rfc3339(time: datetime) -> str:
    """The time as our events write it; the SDK has read it already."""
    precision = "microseconds" if time.microsecond % 1000 else "milliseconds"
    return time.isoformat(timespec=precision).replace("+00:00", "Z")
