"""What happened, as typed events, and as CloudEvents 1.0 in JSON."""

from sightline.events.cloudevents import decode, encode, envelope, message_of
from sightline.events.conduct import (
    LoiteringEnded,
    LoiteringStarted,
    QueueChanged,
    QueueLeft,
    QueueWaitExceeded,
    SpeedExceeded,
    SpeedRestored,
    WrongWay,
    WrongWayCrossed,
)
from sightline.events.maker import EventMaker
from sightline.events.message import Encoding, Message
from sightline.events.types import (
    EVENT_TYPES,
    Event,
    LineCrossed,
    LineSummarized,
    PeopleCameClose,
    PeopleParted,
    ZoneCountChanged,
    ZoneDwelled,
    ZoneEntered,
    ZoneExited,
    ZoneOvercrowded,
    ZoneRelieved,
    ZoneSummarized,
)

__all__ = [
    "EVENT_TYPES",
    "Encoding",
    "Event",
    "EventMaker",
    "LineCrossed",
    "LineSummarized",
    "LoiteringEnded",
    "LoiteringStarted",
    "Message",
    "PeopleCameClose",
    "PeopleParted",
    "QueueChanged",
    "QueueLeft",
    "QueueWaitExceeded",
    "SpeedExceeded",
    "SpeedRestored",
    "WrongWay",
    "WrongWayCrossed",
    "ZoneCountChanged",
    "ZoneDwelled",
    "ZoneEntered",
    "ZoneExited",
    "ZoneOvercrowded",
    "ZoneRelieved",
    "ZoneSummarized",
    "decode",
    "encode",
    "envelope",
    "message_of",
]
