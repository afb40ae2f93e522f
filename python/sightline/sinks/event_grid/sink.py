"""Events to Azure Event Grid: topics, domains and namespace topics."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Self

from sightline.errors import ConfigError, Refusal, SinkError
from sightline.sinks.event_grid.config import (
    MOST_EVENTS_IN_NAMESPACE,
    check_topic,
    config_of_environment,
    url_of,
)
from sightline.sinks.event_grid.lane import Outcome, Parcel, deliver
from sightline.sinks.event_grid.wire import CONTENT_TYPES, write
from sightline.sinks.wire.batches import batches

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from azure.core.credentials import AzureKeyCredential, AzureSasCredential, TokenCredential

    from sightline.events import Event, Message
    from sightline.sinks.event_grid.config import EventGridConfig, Schema
    from sightline.sinks.event_grid.credentials import SecretCredential


class EventGridSink:
    """Publishes events, many in a request and several requests at once; those of one camera stay in order.

    It asks once and says what became of each event; an outbox before it asks again. What the endpoint cannot take now is in the
    error's `events`; what it will never take is in `refused`, with its reason: a request is refused as a whole (400, 413), so it is
    cut in halves until the event that is at fault is alone. When an answer is lost the events are sent again, so a
    subscriber drops duplicates by event id.

    Args:
        endpoint: URL of a topic, a domain or a namespace.
        credential: azure-core's `AzureKeyCredential` or `AzureSasCredential`, or one of azure-identity's.
        namespace_topic: Name of the topic, if the endpoint is a namespace.
        domain_topic: The topic, if the endpoint is a domain; `{camera}` in it stands for the camera's name.
        schema: What the topic was made for.
        ca_file: Certificates to trust instead of the public authorities', PEM.
        max_events: Events in a request, at most 5,000, and 1,000 for a namespace.
        max_bytes: Bytes of a request, at most 1 MiB.
        parallel: Requests under way at once.
        connect_timeout_s: How long to wait for a connection, seconds.
        read_timeout_s: How long to wait for an answer, seconds.

    Raises:
        ConfigError: When an argument is at fault, or azure-core is missing.
    """

    def __init__(
        self,
        endpoint: str,
        credential: AzureKeyCredential | AzureSasCredential | TokenCredential | SecretCredential,
        *,
        namespace_topic: str | None = None,
        domain_topic: str | None = None,
        schema: Schema = "cloudevents",
        ca_file: str | None = None,
        max_events: int = 1000,
        max_bytes: int = 1_000_000,
        parallel: int = 4,
        connect_timeout_s: float = 5.0,
        read_timeout_s: float = 30.0,
    ) -> None:
        check_topic(namespace_topic, domain_topic, schema)
        try:
            from sightline.sinks.event_grid.connection import Connection  # noqa: PLC0415 - needs an extra
        except ModuleNotFoundError as error:
            raise ConfigError("event_grid: needs azure-core: pip install 'sightline[azure]'") from error
        namespace = namespace_topic is not None
        self._url = url_of(endpoint, namespace_topic)
        self._schema: Schema = schema
        self._domain_topic = domain_topic
        self._max_events = min(max_events, MOST_EVENTS_IN_NAMESPACE) if namespace else max_events
        self._max_bytes = max_bytes
        self._parallel = parallel
        self._proven = False
        self._closed = False
        self._threads: ThreadPoolExecutor | None = None
        self._connection = Connection(
            self._url,
            content_type=CONTENT_TYPES[schema],
            credential=credential,
            namespace=namespace,
            ca_file=ca_file,
            connect_timeout_s=connect_timeout_s,
            read_timeout_s=read_timeout_s,
        )

    @classmethod
    def from_config(cls, config: EventGridConfig, environment: Mapping[str, str]) -> Self:
        """Open the sink that a configuration describes.

        Raises:
            ConfigError: When something in it is at fault, or a secret is not where it says.
        """
        try:
            from sightline.sinks.event_grid.credentials import credential_of  # noqa: PLC0415 - needs an extra
        except ModuleNotFoundError as error:
            raise ConfigError("event_grid: needs azure-core: pip install 'sightline[azure]'") from error
        return cls(
            config.endpoint,
            credential_of(config, environment),
            namespace_topic=config.namespace_topic,
            domain_topic=config.domain_topic,
            schema=config.schema,
            ca_file=config.ca_file,
            max_events=config.max_events,
            max_bytes=config.max_bytes,
            parallel=config.parallel,
            connect_timeout_s=config.connect_timeout_s,
            read_timeout_s=config.read_timeout_s,
        )

    @classmethod
    def from_env(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Open the sink that the variables `EVENTGRID_ENDPOINT`, `EVENTGRID_KEY`, … describe.

        With `EVENTGRID_TOPIC_NAME` the endpoint is a namespace. Without `EVENTGRID_KEY` and `EVENTGRID_SAS_TOKEN` the identity is
        azure-identity's default. Also: `EVENTGRID_DOMAIN_TOPIC`, `EVENTGRID_SCHEMA`, `EVENTGRID_CA_FILE`.

        Raises:
            ConfigError: When something is missing or at fault.
        """
        return cls.from_config(config_of_environment(environment), environment)

    def emit(self, events: Sequence[Event | Message]) -> None:
        """Publish events, oldest first.

        Raises:
            SinkError: When some were not taken: `events` has those to try again, `refused` those that will never be taken.
        """
        if self._closed:
            raise SinkError(f"{self._name}: the sink is closed", events)
        parcels, refused = self._packed(events)
        outcomes = self._run(self._lanes(parcels))
        self._proven = self._proven or any(outcome.taken for outcome in outcomes)
        refused += [refusal for outcome in outcomes for refusal in outcome.refused]
        left = sorted(parcel for outcome in outcomes for parcel in outcome.left)
        if left or refused:
            self._raise(left, refused, outcomes)

    def flush(self) -> None:
        """Do nothing: what `emit` took was answered for."""

    def close(self) -> None:
        """Close the connections. A second call does nothing."""
        if self._closed:
            return
        self._closed = True
        if self._threads is not None:
            self._threads.shutdown()
        self._connection.close()

    def __repr__(self) -> str:
        return f"EventGridSink({self._name!r})"

    @property
    def _name(self) -> str:
        return self._url.partition("?")[0]

    def _packed(self, events: Sequence[Event | Message]) -> tuple[list[Parcel], list[Refusal]]:
        """Events as they are sent, and those that cannot be."""
        parcels: list[Parcel] = []
        refused: list[Refusal] = []
        for number, event in enumerate(events):
            try:
                body = write(event, self._schema, self._domain_topic)
            except ValueError as error:
                refused.append(Refusal(event, str(error)))
                continue
            parcels.append(Parcel(number, event, event.camera_id, body))
        return parcels, refused

    def _lanes(self, parcels: Sequence[Parcel]) -> list[list[Parcel]]:
        """Spread cameras over as many lanes as there would be requests, evenly by bytes."""
        requests = sum(1 for _ in batches(parcels, max_events=self._max_events, max_bytes=self._max_bytes))
        sizes: dict[str, int] = {}
        for parcel in parcels:
            sizes[parcel.camera_id] = sizes.get(parcel.camera_id, 0) + len(parcel.body)
        count = min(self._parallel, requests, len(sizes))
        if count <= 1:
            return [list(parcels)] if parcels else []
        loads = [0] * count
        lane_of: dict[str, int] = {}
        for camera_id, size in sorted(sizes.items(), key=lambda item: -item[1]):
            lane = loads.index(min(loads))
            lane_of[camera_id] = lane
            loads[lane] += size
        lanes: list[list[Parcel]] = [[] for _ in range(count)]
        for parcel in parcels:
            lanes[lane_of[parcel.camera_id]].append(parcel)
        return lanes

    def _run(self, lanes: Sequence[Sequence[Parcel]]) -> list[Outcome]:
        if len(lanes) == 1:
            return [self._deliver(lanes[0])]
        if lanes and self._threads is None:
            self._threads = ThreadPoolExecutor(self._parallel, thread_name_prefix="event-grid")
        return list(self._threads.map(self._deliver, lanes)) if self._threads else []

    def _deliver(self, lane: Sequence[Parcel]) -> Outcome:
        return deliver(
            lane,
            self._connection.post,
            max_events=self._max_events,
            max_bytes=self._max_bytes,
            proven=self._proven,
        )

    def _raise(self, left: list[Parcel], refused: list[Refusal], outcomes: list[Outcome]) -> None:
        failures = dict.fromkeys(outcome.failure for outcome in outcomes if outcome.failure)
        parts = [f"{len(left)} of the events not taken: {'; '.join(failures)}"] if left else []
        if refused:
            parts.append(f"{len(refused)} refused: {refused[0].reason}")
        pauses = [outcome.retry_after_s for outcome in outcomes if outcome.retry_after_s is not None]
        raise SinkError(
            f"{self._name}: {'; '.join(parts)}",
            [parcel.event for parcel in left],
            refused=refused,
            retry_after_s=max(pauses, default=None),
        )
