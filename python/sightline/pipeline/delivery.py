"""Where what a pipeline concludes goes: events to some sinks, Azure's messages to others, and each of them is asked once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.events import Event, Message
    from sightline.sinks import Sink


class Delivery:
    """The sinks of a pipeline.

    Args:
        sinks: Where events go.
        azure_sinks: Where the messages of Azure AI Vision Spatial Analysis go.
    """

    def __init__(self, sinks: Sequence[Sink], azure_sinks: Sequence[Sink]) -> None:
        self.sinks, self.azure_sinks = list(sinks), list(azure_sinks)

    @property
    def all_sinks(self) -> list[Sink]:
        """Each sink once, also one that takes both events and messages, as an outbox does."""
        return [*self.sinks, *(sink for sink in self.azure_sinks if sink not in self.sinks)]

    def deliver(self, events: Sequence[Event], messages: Sequence[Message]) -> None:
        """Hand over, in this order."""
        if events:
            for sink in self.sinks:
                sink.emit(events)
        if messages:
            for sink in self.azure_sinks:
                sink.emit(messages)

    def flush(self) -> None:
        """Let every sink hand on what it holds back."""
        for sink in self.all_sinks:
            sink.flush()

    def close(self) -> None:
        """Flush and close every sink."""
        for sink in self.all_sinks:
            sink.close()
