"""A message as Azure AI Vision Spatial Analysis sent it, with what a sink needs to know of it."""

from __future__ import annotations

import msgspec


class AzureMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One message.

    Attributes:
        event_id: UUIDv5 of what it says; the same recording and configuration give the same.
        camera_id: The camera's name in the configuration.
        type: Type of its first event, such as `personCountEvent`.
        subject: What it is about, from broad to narrow: `/cameras/lobby/zones/queue`.
        time: Time of its frame, RFC 3339.
        body: The message: JSON in UTF-8 on one line, without a line break at its end.
    """

    event_id: str
    camera_id: str
    type: str
    subject: str
    time: str
    body: bytes
