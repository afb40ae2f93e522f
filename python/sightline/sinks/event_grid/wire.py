"""An event as it is written to Event Grid: CloudEvents or Event Grid's schema, plain or to a topic of a domain.

Schemas: https://learn.microsoft.com/azure/event-grid/event-schema and
https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from sightline.events import message_of
from sightline.events.base import segment

if TYPE_CHECKING:
    from sightline.events import Event, Message
    from sightline.sinks.event_grid.config import Schema

CONTENT_TYPES: dict[Schema, str] = {
    "cloudevents": "application/cloudevents-batch+json; charset=utf-8",
    "event_grid": "application/json; charset=utf-8",
}
AZURE_PREFIX = "spatialanalysis."
"""What the types of Azure Spatial Analysis' messages begin with."""

_ENCODER = msgspec.json.Encoder()
_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_VERSION = re.compile(r"\.v(\d+)$")
# The original's messages have this version in their `schemaVersion`.
_AZURE_VERSION = "2.0"


def write(event: Event | Message, schema: Schema, domain_topic: str | None = None) -> bytes:
    """Return one event as an element of a request's array.

    Args:
        event: The event.
        schema: What the topic takes.
        domain_topic: The topic in the domain, if it is one; `{camera}` stands for the camera's name.

    Raises:
        ValueError: When the body of a message is no JSON object, or no CloudEvent.
    """
    message = message_of(event)
    topic = None if domain_topic is None else topic_of(domain_topic, message.camera_id)
    if schema == "event_grid":
        return _event_grid(message, topic)
    if message.encoding == "azure":
        return _ENCODER.encode(_wrapped(message, topic))
    if topic is None:
        return message.body
    # "Source is mapped to the domain topic": https://github.com/Azure/azure-sdk-for-net/issues/25510
    return _ENCODER.encode({**_fields(message), "source": topic})


def topic_of(domain_topic: str, camera_id: str) -> str:
    """Return a domain topic's name for a camera: letters, digits and hyphens, at least 3 and at most 50.

    >>> topic_of("cam-{camera}", "lobby_2.north")
    'cam-lobby-2-north'
    """
    name = re.sub("[^A-Za-z0-9-]", "-", domain_topic.replace("{camera}", camera_id))
    return name.ljust(3, "-")[:50]


def _wrapped(message: Message, topic: str | None) -> dict[str, object]:
    """A message of Azure Spatial Analysis as the data of a CloudEvent."""
    wrapped: dict[str, object] = {
        "specversion": "1.0",
        "id": message.event_id,
        "source": topic or f"/cameras/{segment(message.camera_id)}",
        "type": AZURE_PREFIX + message.type,
        "subject": message.subject,
    }
    if message.time is not None:
        wrapped["time"] = message.time
    return {**wrapped, "datacontenttype": "application/json", "data": msgspec.Raw(message.body)}


def _event_grid(message: Message, topic: str | None) -> bytes:
    azure = message.encoding == "azure"
    version = _VERSION.search(message.type)
    fields: dict[str, object] = {
        "id": message.event_id,
        "subject": message.subject,
        "eventType": AZURE_PREFIX + message.type if azure else message.type,
        # The schema demands a time; where the source's start is not known it is that of sending.
        "eventTime": message.time or datetime.now(tz=UTC).isoformat(),  # noqa: TID251 - see above
        "dataVersion": _AZURE_VERSION if azure else f"{version[1] if version else 1}.0",
        "data": msgspec.Raw(message.body) if azure else _fields(message).get("data", None),
    }
    return _ENCODER.encode(fields if topic is None else {"topic": topic, **fields})


def _fields(message: Message) -> dict[str, msgspec.Raw]:
    try:
        return _FIELDS.decode(message.body)
    except msgspec.DecodeError as error:
        raise ValueError(f"not a CloudEvent in JSON: {error}") from error
