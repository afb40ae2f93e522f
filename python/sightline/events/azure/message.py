"""A message as Azure AI Vision Spatial Analysis sent it, with what a sink needs to know of it."""

from __future__ import annotations

from sightline.events.message import Encoding, Message


class AzureMessage(Message, frozen=True, kw_only=True):
    """One message of Azure's; sinks take it beside native events.

    `event_id` is a UUIDv5 of what it says: the same recording and configuration give the same. `type` is that of its first
    event, such as `personCountEvent`; `subject` goes from broad to narrow, such as `/cameras/lobby/zones/queue`; `time` is
    that of its frame; `body` is JSON in UTF-8 on one line, without a line break at its end.
    """

    encoding: Encoding = "azure"
