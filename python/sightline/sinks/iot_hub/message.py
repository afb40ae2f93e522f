"""An event as a message to an IoT Hub: its topic, with what the hub routes by, and its body."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

if TYPE_CHECKING:
    from sightline.events import Message
    from sightline.sinks.iot_hub.identity import Identity

# The largest message that an IoT Hub takes, with its properties.
MOST_BYTES = 262_144
# https://learn.microsoft.com/azure/iot-hub/iot-hub-devguide-messages-construct
_LONGEST_ID = 128
_REGIONS = {"zones": "zone", "lines": "line", "distances": "distance"}
_VERSION = re.compile(r"\.v(\d+)$")


class _Versioned(msgspec.Struct):
    schemaVersion: str | None = None  # noqa: N815 - Azure's name


_VERSIONED = msgspec.json.Decoder(_Versioned)


def properties(message: Message) -> dict[str, str]:
    """Return what a message says beside its body, for routes of the hub and of IoT Edge.

    `eventType` and `sourceId` are in every message; `zone`, `line` or `distance` where it is about one, `schemaVersion` where
    its encoding has one. Names are percent-encoded as in the event's subject, since a hub takes only ASCII.
    """
    found = {"eventType": message.type, "sourceId": quote(message.camera_id, safe="")}
    parts = message.subject.split("/")
    # /cameras/lobby/zones/queue/…
    if len(parts) > 4 and parts[3] in _REGIONS:  # noqa: PLR2004 - the place of the region
        found[_REGIONS[parts[3]]] = parts[4]
    version = _schema_version(message)
    if version:
        found["schemaVersion"] = version
    return found


def topic(identity: Identity, message: Message, output: str | None) -> str:
    """Return where the message is published, with its system properties and its own."""
    bag = [("$.on", output)] if output else []
    bag += [("$.mid", message.event_id[:_LONGEST_ID]), ("$.ct", "application/json"), ("$.ce", "utf-8")]
    bag += properties(message).items()
    return identity.events_topic + "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in bag)


def _schema_version(message: Message) -> str | None:
    if message.encoding == "cloudevents":
        found = _VERSION.search(message.type)
        return found[1] if found else None
    try:
        return _VERSIONED.decode(message.body).schemaVersion
    except msgspec.DecodeError:
        return None


@lru_cache(maxsize=4096)
def _quoted(text: str) -> str:
    return quote(text, safe="")
