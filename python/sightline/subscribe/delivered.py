"""What Event Grid delivers, in each form in which it does, as typed events.

CloudEvents over HTTP: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote

import msgspec

from sightline.events import EVENT_TYPES, Event, decode
from sightline.events.azure import EVENT_TYPES as AZURE_TYPES
from sightline.events.azure import AzureEvent
from sightline.events.azure import decode as decode_azure

if TYPE_CHECKING:
    from collections.abc import Mapping

_OURS = frozenset(kind.type for kind in EVENT_TYPES)
_JSON = ("application/json", "text/json")
_AZURE = frozenset(f"spatialanalysis.{kind}" for kind in AZURE_TYPES)
# How IoT Hub publishes what its devices send: https://learn.microsoft.com/azure/iot-hub/iot-hub-event-grid
_TELEMETRY = "Microsoft.Devices.DeviceTelemetry"


class Delivered(msgspec.Struct, frozen=True, kw_only=True):
    """One event as it was delivered.

    Attributes:
        id: Its id; with `source` the same when the event is delivered again.
        source: Where it comes from: `/cameras/NAME`, the topic of a domain, or in Event Grid's schema the topic's resource id.
        type: Its type, such as `sightline.line.crossed.v1`, or `spatialanalysis.personLineEvent` for a message of Azure's.
        subject: What it is about, from broad to narrow; empty if it says nothing.
        time: Time of day, RFC 3339, if it says one.
        data: What it carries, JSON in UTF-8 unless the sender says otherwise.
        event: The typed event, if it is one of ours; None for others, whose `data` is to be read by whoever knows them.
        azure: The events of a message of Azure AI Vision Spatial Analysis, ours or the container's, of any edition: sent as
            `spatialanalysis.…`, or by IoT Hub as `Microsoft.Devices.DeviceTelemetry`; empty for others.
    """

    id: str
    source: str
    type: str
    subject: str = ""
    time: str | None = None
    data: bytes = b"null"
    event: Event | None = None
    azure: list[AzureEvent] = []

    def json(self) -> Any:  # noqa: ANN401 - anyone's data
        """Return the data as plain values.

        Raises:
            ValueError: When it is no JSON.
        """
        return msgspec.json.decode(self.data)


class _CloudEvent(msgspec.Struct, frozen=True, kw_only=True):
    specversion: Literal["1.0"]
    id: str
    source: str
    type: str
    subject: str | None = None
    time: str | None = None
    data: msgspec.Raw = msgspec.Raw(b"null")
    data_base64: str | None = None


class _GridEvent(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    id: str
    event_type: str
    subject: str = ""
    event_time: str | None = None
    topic: str = ""
    data: msgspec.Raw = msgspec.Raw(b"null")


def read(body: bytes, headers: Mapping[str, str]) -> list[Delivered]:
    """Return the events of one HTTP request.

    Takes CloudEvents one by one, in batches and in binary mode, and arrays of Event Grid's schema.

    Args:
        body: The request's body.
        headers: Its headers, names in lower case.

    Raises:
        ValueError: When it is none of those, or an event of a type of ours is not as that type is.
    """
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        if kind == "application/cloudevents-batch+json":
            return [_of_cloud_event(event) for event in msgspec.json.decode(body, type=list[_CloudEvent])]
        if kind == "application/cloudevents+json":
            return [_of_cloud_event(msgspec.json.decode(body, type=_CloudEvent))]
        if "ce-specversion" in headers:
            return [_of_headers(body, headers, kind)]
        if kind in _JSON:
            return [_of_grid_event(event) for event in msgspec.json.decode(body, type=list[_GridEvent])]
    except msgspec.DecodeError as error:
        raise ValueError(f"not what {kind} says it is: {error}") from error
    raise ValueError(
        f"content-type: expected application/cloudevents+json, application/cloudevents-batch+json, application/json or"
        f" CloudEvents in headers, found {kind or 'nothing'!r}"
    )


def of_fields(fields: Mapping[str, object]) -> Delivered:
    """Return the event of a CloudEvent's attributes and data as plain values.

    Raises:
        ValueError: When it is no CloudEvent, or of a type of ours and not as that type is.
    """
    try:
        return _of_cloud_event(msgspec.json.decode(msgspec.json.encode(fields), type=_CloudEvent))
    except (msgspec.DecodeError, TypeError) as error:
        raise ValueError(f"not a CloudEvent: {error}") from error


def _of_cloud_event(event: _CloudEvent) -> Delivered:
    data = bytes(event.data)
    if event.data_base64 is not None:
        try:
            data = base64.b64decode(event.data_base64, validate=True)
        except binascii.Error as error:
            raise ValueError(f"data_base64: {error}") from error
    return _delivered(
        Delivered(
            id=event.id,
            source=event.source,
            type=event.type,
            subject=event.subject or "",
            time=event.time,
            data=data,
        )
    )


def _of_grid_event(event: _GridEvent) -> Delivered:
    return _delivered(
        Delivered(
            id=event.id,
            source=event.topic,
            type=event.event_type,
            subject=event.subject,
            time=event.event_time,
            data=bytes(event.data),
        )
    )


def _of_headers(body: bytes, headers: Mapping[str, str], kind: str) -> Delivered:
    """Binary mode: attributes in headers, percent-encoded; the body is the data."""
    fields = {
        name.removeprefix("ce-"): unquote(value) for name, value in headers.items() if name.startswith("ce-")
    }
    event = msgspec.convert(fields, _CloudEvent)
    if kind in _JSON or kind.endswith("+json"):
        event = msgspec.structs.replace(event, data=msgspec.Raw(body))
        return _of_cloud_event(event)
    return msgspec.structs.replace(_of_cloud_event(event), data=body)


def _delivered(found: Delivered) -> Delivered:
    """Add the typed event, if it is one of ours, or those of a message of Azure Spatial Analysis."""
    if found.type in _AZURE:
        return msgspec.structs.replace(found, azure=decode_azure(found.data))
    if found.type == _TELEMETRY:
        return msgspec.structs.replace(found, azure=_of_telemetry(found.data))
    if found.type not in _OURS:
        return found
    fields = {
        "specversion": "1.0",
        "id": found.id,
        "source": found.source,
        "type": found.type,
        "time": found.time,
        "data": msgspec.Raw(found.data),
    }
    return msgspec.structs.replace(found, event=decode(msgspec.json.encode(fields)))


class _Telemetry(msgspec.Struct, frozen=True):
    """A device's message; its body is text in base64 where the device did not say that it is JSON."""

    body: msgspec.Raw = msgspec.Raw(b"null")


def _of_telemetry(data: bytes) -> list[AzureEvent]:
    """Return the events of a device's message; none where it is of another kind, since any device may send anything."""
    body = bytes(msgspec.json.decode(data, type=_Telemetry).body)
    try:
        if body.startswith(b'"'):
            body = base64.b64decode(msgspec.json.decode(body, type=str), validate=True)
        return decode_azure(body)
    except (ValueError, msgspec.DecodeError):
        return []
