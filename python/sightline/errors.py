"""Everything that Sightline raises for a caller to act on.

    SightlineError
    ├── ConfigError      a configuration, scene or argument is at fault; `.faults` lists every place
    ├── SourceError      a video cannot be opened or read, or written
    ├── ModelError       a model cannot be found, read, recognized or run
    │   └── UnknownClassError   it has no class of a name or id; `.faults` lists every one
    ├── RecordingError   a recording of detections cannot be read, written or replayed
    └── SinkError        events could not be delivered; `.events` has them

Arguments of a wrong type or range raise Python's own `TypeError` and `ValueError`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class SightlineError(Exception):
    """The root: catch it to catch all of them."""


class Fault(NamedTuple):
    """One thing that is wrong in a configuration.

    Attributes:
        path: Where, such as `cameras[2].zones[0].polygon[3]`; empty for the whole.
        message: What was expected, what was found, and what to do.
    """

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class ConfigError(SightlineError):
    """A configuration, a scene or an argument is at fault.

    Attributes:
        faults: Every fault that was found, in the order of the text; at least one.
    """

    def __init__(self, faults: Sequence[Fault] | str) -> None:
        self.faults: list[Fault] = [Fault("", faults)] if isinstance(faults, str) else list(faults)
        super().__init__("\n".join(map(str, self.faults)))


class SourceError(SightlineError):
    """A video cannot be opened, read or written; the message says what was found and what to do.

    Attributes:
        stream: Position of the source in its pipeline; `None` outside of one.
    """

    stream: int | None = None


class ModelError(SightlineError):
    """A model cannot be found, read, recognized or run."""


class UnknownClassError(ModelError):
    """A model does not have classes that it was asked for.

    Attributes:
        faults: Each one's place in the list that was asked for, and what is the matter; at least one.
    """

    def __init__(self, faults: Sequence[tuple[int, str]]) -> None:
        self.faults: list[tuple[int, str]] = list(faults)
        super().__init__("\n".join(message for _, message in self.faults))


class RecordingError(SightlineError):
    """A recording of detections cannot be read, written or replayed; the message says where and what was found."""


class Refusal(NamedTuple):
    """An event that a sink will never take.

    Attributes:
        event: The event.
        reason: Why, in the receiver's words where it gave any.
    """

    event: Any
    reason: str


class SinkError(SightlineError):
    """Events could not be delivered.

    Attributes:
        events: The events that were not taken and may be tried again; they are the caller's again.
        refused: Those that will never be taken, with the reason.
        retry_after_s: How long the receiver asked to be left alone, seconds; None when it did not say.
    """

    def __init__(
        self,
        message: str,
        events: Sequence[Any] = (),
        *,
        refused: Sequence[Refusal] = (),
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.events: list[Any] = list(events)
        self.refused: list[Refusal] = list(refused)
        self.retry_after_s = retry_after_s
