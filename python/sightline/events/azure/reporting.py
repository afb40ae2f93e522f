"""What reports have in common: a frame's context, an event that is about to be told, and when it is due."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from sightline.events.azure.facts import DetectionFacts
    from sightline.events.azure.options import AzureCamera, AzureReport
    from sightline.events.azure.presence import Presence, Stay
    from sightline.events.azure.view import Ids, View
    from sightline.events.azure.wire import Properties
    from sightline.events.types import Event

# Events of one group share an envelope: those of `states` know the camera's calibration and nobody's identity, those of
# `tracks` the other way round.
Group = Literal["states", "tracks", "vehicles"]


@dataclass(frozen=True)
class Now:
    """A frame's context.

    Attributes:
        view: The frame.
        elapsed_ns: Its media time, which never goes back.
        presence: Who is inside, after the events that were taken so far.
        options: What the camera reports, and how.
        ids: Makes ids.
    """

    view: View
    elapsed_ns: int
    presence: Presence
    options: AzureCamera
    ids: Ids


@dataclass(frozen=True)
class Draft:
    """An event that is about to be told, unless it is one of those that are left out.

    Attributes:
        type: Such as `personCountEvent`.
        properties: What it says.
        detections: Whom it is about.
        trigger: What made it be sent; None for events that do not say.
    """

    type: str
    properties: Properties
    detections: list[DetectionFacts]
    trigger: str | None = None


class Reporter(Protocol):
    """Tells one kind of event of one line or zone."""

    report: AzureReport
    group: Group

    def take(self, event: Event, stay: Stay | None, now: Now) -> list[Draft]:
        """Take an event of the report's region, in order, with the stay that it ended."""
        ...

    def look(self, now: Now) -> list[Draft]:
        """Look at a frame, once its events are taken."""
        ...


class Interval:
    """Says when something is due: at the first frame, and every so many seconds of media time after it.

    The beat is kept: a frame that comes late does not put off the next time.

    Args:
        interval_s: Seconds, positive.

    >>> interval = Interval(1.0)
    >>> [interval.is_due(ms * 1_000_000) for ms in (0, 900, 1100, 1900, 2000, 5500, 6000)]
    [True, False, True, False, True, True, True]
    """

    def __init__(self, interval_s: float) -> None:
        self._interval_ns = max(1, round(interval_s * 1e9))
        self._due_ns: int | None = None

    def is_due(self, now_ns: int) -> bool:
        """Say whether it is due at a frame; times must not go back."""
        if self._due_ns is None:
            self._due_ns = now_ns
        if now_ns < self._due_ns:
            return False
        self._due_ns += (1 + (now_ns - self._due_ns) // self._interval_ns) * self._interval_ns
        return True


class Frequency:
    """Keeps one event of every so many, the first of them.

    >>> frequency = Frequency(3)
    >>> [frequency.keeps() for _ in range(7)]
    [True, False, False, True, False, False, True]
    """

    def __init__(self, every: int) -> None:
        self._every = every
        self._since = 0

    def keeps(self) -> bool:
        """Take one more event and say whether it is kept."""
        kept = self._since == 0
        self._since = (self._since + 1) % self._every
        return kept
