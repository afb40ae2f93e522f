"""What happened, as typed events, and as CloudEvents 1.0 in JSON."""

from sightline.events.cloudevents import decode, encode, envelope
from sightline.events.maker import EventMaker
from sightline.events.types import (
    EVENT_TYPES,
    Event,
    LineCrossed,
    PeopleCameClose,
    PeopleParted,
    ZoneCountChanged,
    ZoneDwelled,
    ZoneEntered,
    ZoneExited,
)

__all__ = [
    "EVENT_TYPES",
    "Event",
    "EventMaker",
    "LineCrossed",
    "PeopleCameClose",
    "PeopleParted",
    "ZoneCountChanged",
    "ZoneDwelled",
    "ZoneEntered",
    "ZoneExited",
    "decode",
    "encode",
    "envelope",
]
