"""What sinks take: events, and messages that are encoded already."""

from __future__ import annotations

from sightline.events.cloudevents import encode
from sightline.events.message import Message
from sightline.events.types import Event

Outgoing = Event | Message
"""What sinks take."""


def encoded(outgoing: Outgoing) -> bytes:
    """Return what goes out, as one line of JSON in UTF-8, without a line break at its end."""
    return outgoing.body if isinstance(outgoing, Message) else encode(outgoing)


def message_of(outgoing: Outgoing) -> Message:
    """Return it encoded, with what sinks and filters need beside the text."""
    if isinstance(outgoing, Message):
        return outgoing
    return Message(
        camera_id=outgoing.camera_id,
        event_id=outgoing.event_id,
        type=outgoing.type,
        subject=outgoing.subject,
        time=outgoing.time,
        body=encode(outgoing),
    )
