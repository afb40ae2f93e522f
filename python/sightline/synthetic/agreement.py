"""How a run's events agree with the truth of a made scene: what was found, missed, or made up, and how late."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sightline.events import LineCrossed, ZoneEntered, ZoneExited

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sightline.events import Event
    from sightline.synthetic.truth import Truth


class Moment(NamedTuple):
    """Something that happens once: what, at which line or zone, and when."""

    what: str
    place: str
    time_s: float


@dataclass(frozen=True)
class Match:
    """A moment of the truth with the event that reports it."""

    truth: Moment
    reported_s: float | None

    @property
    def error_s(self) -> float | None:
        """How far the reported time is from the true one, seconds; `None` when it was missed."""
        return None if self.reported_s is None else self.reported_s - self.truth.time_s


@dataclass(frozen=True)
class Agreement:
    """Every moment of the truth with its event, and the events that report nothing true."""

    matches: tuple[Match, ...]
    extra: tuple[Moment, ...]

    @property
    def is_complete(self) -> bool:
        """Whether everything was reported and nothing else."""
        return not self.extra and all(match.reported_s is not None for match in self.matches)

    @property
    def worst_error_s(self) -> float:
        """Greatest distance in time of a reported moment, seconds."""
        return max((abs(match.error_s) for match in self.matches if match.error_s is not None), default=0.0)


def compare(truth: Truth, events: Iterable[Event], *, tolerance_s: float) -> Agreement:
    """Pair each true moment with the nearest event of its kind within `tolerance_s`, each event once."""
    reported = sorted(moments_of_events(events), key=lambda moment: moment.time_s)
    matches: list[Match] = []
    for moment in moments_of_truth(truth):
        near = [
            other
            for other in reported
            if other[:2] == moment[:2] and abs(other.time_s - moment.time_s) <= tolerance_s
        ]
        if not near:
            matches.append(Match(moment, None))
            continue
        nearest = min(near, key=lambda other: abs(other.time_s - moment.time_s))
        reported.remove(nearest)
        matches.append(Match(moment, nearest.time_s))
    return Agreement(tuple(matches), tuple(reported))


def moments_of_truth(truth: Truth) -> list[Moment]:
    """Return all crossings, entries and exits in order of time."""
    moments = [
        Moment(f"crossed {crossing.direction}", crossing.line, crossing.time_s)
        for crossing in truth.crossings
    ]
    for visit in truth.visits:
        moments.append(Moment("entered", visit.zone, visit.entered_s))
        moments.append(Moment("exited", visit.zone, visit.exited_s))
    return sorted(moments, key=lambda moment: moment.time_s)


def moments_of_events(events: Iterable[Event]) -> list[Moment]:
    """Return what the events say of crossings, entries and exits."""
    moments: list[Moment] = []
    for event in events:
        time_s = event.pts_ns / 1e9
        if isinstance(event, LineCrossed):
            moments.append(Moment(f"crossed {event.direction}", event.line, time_s))
        elif isinstance(event, ZoneEntered):
            moments.append(Moment("entered", event.zone, time_s))
        elif isinstance(event, ZoneExited):
            moments.append(Moment("exited", event.zone, time_s))
    return moments
