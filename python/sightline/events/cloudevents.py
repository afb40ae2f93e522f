"""Events as CloudEvents 1.0 in JSON, and back.

The specification: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from sightline.events.base import segment
from sightline.events.message import Message
from sightline.events.types import EVENT_TYPES, Event

SCHEMA_BASE = "urn:sightline:schema:"
_TYPES = {kind.type: kind for kind in EVENT_TYPES}
# Fields that stand in the envelope; the camera also begins the data.
ENVELOPED = ("event_id", "camera_id", "time")
_ENCODER = msgspec.json.Encoder()


class Envelope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A CloudEvent in the JSON format."""

    specversion: Literal["1.0"]
    id: str
    source: str
    type: str
    subject: str | None = None
    time: str | None = None
    datacontenttype: str | None = None
    dataschema: str | None = None
    data: msgspec.Raw = msgspec.Raw(b"null")


_DECODER = msgspec.json.Decoder(Envelope)


def envelope(event: Event) -> dict[str, Any]:
    """Return the event as a CloudEvent, keys in the order in which they are written."""
    wrapped: dict[str, Any] = {
        "specversion": "1.0",
        "id": event.event_id,
        "source": f"/cameras/{segment(event.camera_id)}",
        "type": event.type,
        "subject": event.subject,
    }
    if event.time is not None:
        wrapped["time"] = event.time
    wrapped["datacontenttype"] = "application/json"
    wrapped["dataschema"] = SCHEMA_BASE + event.type
    data = {"camera_id": event.camera_id}
    data.update((name, getattr(event, name)) for name in event.__struct_fields__ if name not in ENVELOPED)
    wrapped["data"] = data
    return wrapped


def encode(event: Event | Message) -> bytes:
    """Return the event as one line of JSON, without a line break at its end.

    The same event gives the same bytes on every machine. A message is encoded already.
    """
    return event.body if isinstance(event, Message) else _ENCODER.encode(envelope(event))


def message_of(event: Event | Message) -> Message:
    """Return the event encoded, with what sinks and filters need beside the text."""
    if isinstance(event, Message):
        return event
    return Message(
        camera_id=event.camera_id,
        event_id=event.event_id,
        type=event.type,
        subject=event.subject,
        time=event.time,
        body=encode(event),
    )


def decode(text: bytes | str) -> Event:
    """Return the typed event of a CloudEvent that `encode` wrote.

    Raises:
        ValueError: When it is not a CloudEvent, or of a type that is unknown here.
    """
    try:
        wrapped = _DECODER.decode(text)
    except msgspec.DecodeError as error:
        raise ValueError(f"not a CloudEvent in JSON: {error}") from error
    if wrapped.type not in _TYPES:
        raise ValueError(f"type: expected one of {', '.join(_TYPES)}, found {wrapped.type!r}")
    try:
        data = msgspec.json.decode(wrapped.data, type=dict[str, Any])
        fields = {**data, "event_id": wrapped.id, "time": wrapped.time}
        return msgspec.convert(fields, _TYPES[wrapped.type])
    except msgspec.DecodeError as error:
        raise ValueError(f"data of {wrapped.type}: {error}") from error
