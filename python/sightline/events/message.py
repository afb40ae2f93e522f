"""An event that is encoded already, with what sinks and filters need beside the text."""

from __future__ import annotations

from typing import Literal

import msgspec

Encoding = Literal["cloudevents", "azure"]


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One event, encoded.

    Attributes:
        seq: Its place in an outbox, from 1; 0 before it is in one.
        encoding: How `body` is written.
        camera_id: The camera; messages of one camera stay in order.
        event_id: The same for the same event of the same recording, so that a receiver can drop duplicates.
        type: Type of the event.
        subject: What it is about, from broad to narrow.
        time: Time of day, RFC 3339, if known.
        body: JSON in UTF-8.
    """

    seq: int = 0
    encoding: Encoding = "cloudevents"
    camera_id: str
    event_id: str
    type: str
    subject: str
    time: str | None = None
    body: bytes
