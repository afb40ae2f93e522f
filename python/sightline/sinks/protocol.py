"""What a sink is: something that takes events, in order, and says so by returning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.events import Event, Message


@runtime_checkable
class Sink(Protocol):
    """Takes events. Any object with these methods works, nothing needs to be inherited.

    `emit` either takes all events or raises `SinkError`, which carries those that were not taken: they are the
    caller's again. Out of an outbox, and where messages of Azure's are written, it gets events that are encoded already, as
    `Message`; `sightline.events.encode` writes either. `flush` returns when what was taken is as safe as the sink makes it. After `close` no other
    method is called; a second `close` does nothing.
    """

    def emit(self, events: Sequence[Event | Message]) -> None:
        """Take events, oldest first.

        Raises:
            SinkError: When some could not be taken.
        """
        ...

    def flush(self) -> None:
        """Hand on what is held back.

        Raises:
            SinkError: When that fails.
        """
        ...

    def close(self) -> None:
        """Flush and give back what the sink holds."""
        ...
