"""What a configuration says about Event Grid."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Annotated, Literal, Self
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from sightline.errors import ConfigError
from sightline.sinks.config import SinkConfig
from sightline.sinks.secrets import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sightline.sinks.event_grid.sink import EventGridSink

Schema = Literal["cloudevents", "event_grid"]
Identity = Literal["default", "managed", "workload"]

_SCHEMAS: dict[str, Schema] = {"cloudevents": "cloudevents", "event_grid": "event_grid"}
# Of a request, and so of an event (Microsoft Learn, "Azure Event Grid quotas and limits").
LARGEST_BYTES = 1_048_576
# Events in a request to a topic or domain, and to a namespace topic.
MOST_EVENTS = 5000
MOST_EVENTS_IN_NAMESPACE = 1000

Bytes = Annotated[int, Meta(ge=1024, le=LARGEST_BYTES)]
Events = Annotated[int, Meta(ge=1, le=MOST_EVENTS)]
Parallel = Annotated[int, Meta(ge=1, le=32)]
Seconds = Annotated[float, Meta(gt=0, le=300)]


class EventGridConfig(SinkConfig, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="event_grid"):
    """Events to Azure Event Grid; see `sightline.sinks.EventGridSink`. One of `key`, `sas_token` and `identity` is given.

    Attributes:
        endpoint: URL of a topic or domain, as the portal shows it (`https://NAME.REGION-1.eventgrid.azure.net/api/events`), or of a
            namespace, without a path.
        namespace_topic: Name of the topic in the namespace, if the endpoint is one.
        domain_topic: The topic in the domain, if the endpoint is one; `{camera}` in it stands for the camera's name.
        schema: What the topic was made for: CloudEvents 1.0, or Event Grid's own.
        key: An access key.
        sas_token: A shared access signature that was made with a key, for topics and domains.
        identity: Microsoft Entra ID: `managed` identity, `workload` identity, or `default`, which looks for either and for
            what a developer is logged in with.
        client_id: Which identity, where there are several.
        ca_file: Certificates to trust instead of the public authorities', PEM.
        max_events: Events in a request.
        max_bytes: Bytes of a request.
        parallel: Requests under way at once; those of one camera go one after another.
        connect_timeout_s: How long to wait for a connection, seconds.
        read_timeout_s: How long to wait for an answer, seconds.
    """

    endpoint: Annotated[str, Meta(min_length=1)]
    namespace_topic: Annotated[str, Meta(pattern="^[A-Za-z0-9-]{1,50}$")] | None = None
    domain_topic: Annotated[str, Meta(min_length=1)] | None = None
    schema: Schema = "cloudevents"
    key: Secret | None = None
    sas_token: Secret | None = None
    identity: Identity | None = None
    client_id: str | None = None
    ca_file: str | None = None
    max_events: Events = 1000
    max_bytes: Bytes = 1_000_000
    parallel: Parallel = 4
    connect_timeout_s: Seconds = 5.0
    read_timeout_s: Seconds = 30.0

    def __post_init__(self) -> None:
        given = [name for name in ("key", "sas_token", "identity") if getattr(self, name) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "none of them"
            raise ConfigError(f"expected exactly one of key, sas_token and identity, found {found}")
        url_of(self.endpoint, self.namespace_topic)
        check_topic(self.namespace_topic, self.domain_topic, self.schema)

    def beside(self, folder: Path) -> Self:
        """Return it with its files relative to a folder."""
        places = {"key": self.key, "sas_token": self.sas_token}
        moved = {name: secret.beside(folder) for name, secret in places.items() if secret is not None}
        ca_file = None if self.ca_file is None else str(folder / self.ca_file)
        return msgspec.structs.replace(self, ca_file=ca_file, **moved)

    def open(self) -> EventGridSink:
        """Open the sink.

        Raises:
            ConfigError: When azure-core is missing, or a secret is not where it says.
        """
        from sightline.sinks.event_grid.sink import EventGridSink  # noqa: PLC0415 - it imports this

        return EventGridSink.from_config(self, os.environ)


def config_of_environment(environment: Mapping[str, str]) -> EventGridConfig:
    """Return what the environment variables `EVENTGRID_…` say.

    `EVENTGRID_ENDPOINT`, and where they are set `EVENTGRID_TOPIC_NAME` (a namespace's topic), `EVENTGRID_DOMAIN_TOPIC`,
    `EVENTGRID_SCHEMA`, `EVENTGRID_CA_FILE`; `EVENTGRID_KEY` or `EVENTGRID_SAS_TOKEN`, and without either the default identity.

    Raises:
        ConfigError: When the endpoint is not there.
    """
    endpoint = environment.get("EVENTGRID_ENDPOINT", "")
    if not endpoint:
        raise ConfigError(
            "EVENTGRID_ENDPOINT: expected the URL of a topic, domain or namespace, found nothing; set it to"
            " what the portal shows as the endpoint"
        )
    key, token = (
        Secret(env=name) if environment.get(name) else None
        for name in ("EVENTGRID_KEY", "EVENTGRID_SAS_TOKEN")
    )
    schema = _SCHEMAS.get(named := environment.get("EVENTGRID_SCHEMA", "cloudevents"))
    if schema is None:
        raise ConfigError(f"EVENTGRID_SCHEMA: expected cloudevents or event_grid, found {named!r}")
    return EventGridConfig(
        endpoint=endpoint,
        namespace_topic=environment.get("EVENTGRID_TOPIC_NAME"),
        domain_topic=environment.get("EVENTGRID_DOMAIN_TOPIC"),
        schema=schema,
        key=key,
        sas_token=token,
        identity="default" if key is None and token is None else None,
        ca_file=environment.get("EVENTGRID_CA_FILE"),
    )


def check_topic(namespace_topic: str | None, domain_topic: str | None, schema: Schema) -> None:
    """Raise ConfigError for a namespace's topic with what it does not take."""
    if namespace_topic is not None and (domain_topic is not None or schema != "cloudevents"):
        raise ConfigError(
            "a namespace topic takes CloudEvents only, and has no domain_topic; leave schema and domain_topic out"
        )


def url_of(endpoint: str, namespace_topic: str | None) -> str:
    """Return the URL that events are posted to.

    Raises:
        ConfigError: When the endpoint is no `https` URL, or has not the path that it needs.
    """
    if re.fullmatch(r"[A-Za-z0-9.-]+(:\d+)?", endpoint):
        endpoint = f"https://{endpoint}"  # the portal shows a namespace's host alone
    parts = urlsplit(endpoint)
    if parts.scheme != "https" or not parts.hostname or parts.username is not None:
        raise ConfigError(
            "endpoint: expected a URL that begins with https:// and has no user in it, such as"
            " https://people.westeurope-1.eventgrid.azure.net/api/events"
        )
    base = f"https://{parts.netloc}"
    if namespace_topic is not None:
        return f"{base}/topics/{namespace_topic}:publish?api-version=2024-06-01"
    return f"{base}{parts.path.rstrip('/') or '/api/events'}?api-version=2018-01-01"
