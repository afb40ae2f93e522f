"""Which events were handled lately, so that each is handled once: Event Grid and the outbox deliver at least once."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from sightline.subscribe.delivered import Delivered

State = Literal["new", "under way", "handled"]


class Recent:
    """Remembers the last so many events by source and id. Several threads may use it.

    It is in memory: after a restart an event may be handled again. A handler that writes to a database can be wholly safe by
    making the id a key there.

    Args:
        capacity: How many are remembered, at least 1; each takes about 300 bytes.

    Raises:
        ValueError: When the capacity is less.
    """

    def __init__(self, capacity: int = 100_000) -> None:
        if capacity < 1:
            raise ValueError(f"capacity: expected at least 1, found {capacity}")
        self._capacity = capacity
        self._handled: dict[tuple[str, str], None] = {}
        self._under_way: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def begin(self, delivered: Delivered) -> State:
        """Say what is known of an event; one that is new is under way from now on."""
        key = delivered.source, delivered.id
        with self._lock:
            if key in self._handled:
                return "handled"
            if key in self._under_way:
                return "under way"
            self._under_way.add(key)
            return "new"

    def end(self, delivered: Delivered, *, handled: bool) -> None:
        """Note how handling an event ended; one that was not handled is new again."""
        key = delivered.source, delivered.id
        with self._lock:
            self._under_way.discard(key)
            if handled:
                self._handled[key] = None
                if len(self._handled) > self._capacity:
                    del self._handled[next(iter(self._handled))]

    def __len__(self) -> int:
        """How many handled events are remembered."""
        return len(self._handled)
