"""What sinks take: native events, and messages that are written already."""

from __future__ import annotations

from sightline.events.azure.message import AzureMessage
from sightline.events.cloudevents import encode
from sightline.events.types import Event

Outgoing = Event | AzureMessage
"""What a sink takes."""


def encoded(outgoing: Outgoing) -> bytes:
    """Return one line of JSON, without a line break at its end: an event as a CloudEvent, a message as it is."""
    return outgoing.body if isinstance(outgoing, AzureMessage) else encode(outgoing)
