"""Reports of people who stand too close together or too far apart: personDistanceEvent."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from sightline.events.azure.counts import rows_inside
from sightline.events.azure.reporting import Draft, Interval
from sightline.events.azure.rounding import FEET, number
from sightline.events.azure.wire import PersonDistance

if TYPE_CHECKING:
    from sightline.events.azure.options import AzureReport
    from sightline.events.azure.presence import Stay
    from sightline.events.azure.reporting import Group, Now
    from sightline.events.types import Event

Verdict = Literal["TooClose", "TooFar", "unknown"]
# A visible track: its row and its identity.
Row = tuple[int, int]


@dataclass(frozen=True)
class Spacing:
    """How people stand in one frame, or in several taken together.

    Attributes:
        people: People in the zone.
        average_ft: Mean distance over all pairs, feet; 0 for fewer than two.
        close: How many are nearer to somebody than the least distance.
        far: How many are farther from somebody than the greatest distance.
    """

    people: int
    average_ft: float
    close: int
    far: int

    @property
    def breaking(self) -> tuple[tuple[Verdict, int], ...]:
        """How many break each limit, in the order in which that is told."""
        return ("TooClose", self.close), ("TooFar", self.far)


_NOBODY: dict[Verdict, list[Row]] = {"TooClose": [], "TooFar": []}


class DistanceReport:
    """Tells distances on the ground between the people in a zone.

    With the trigger `event` a change of how many break a limit is told, with the numbers of that frame; when nobody does so
    any longer, once with none. With `interval` every so many seconds what the frames since then say together: their most
    frequent state, or their mean. While the ground is not known the verdict is `unknown`, told when the number of people
    changes, or every interval.
    """

    group: Group = "states"

    def __init__(self, report: AzureReport) -> None:
        self.report = report
        self._interval = Interval(report.interval_s) if report.trigger == "interval" else None
        self._since = _Aggregate(report.aggregation)
        self._told: dict[Verdict, int] = {"TooClose": 0, "TooFar": 0}
        self._unknown_people: int | None = None

    def take(self, event: Event, stay: Stay | None, now: Now) -> list[Draft]:
        """Tell nothing: distances are those of whole frames."""
        del event, stay, now
        return []

    def look(self, now: Now) -> list[Draft]:
        """Measure a frame and tell what follows."""
        people = now.presence.count(self.report.region)
        if not now.view.is_calibrated:
            return self._unknown(people, now)
        self._unknown_people = None
        spacing, whom = self._measured(people, now)
        if self._interval is None:
            return self._changes(spacing, whom, now)
        self._since.add(spacing)
        if not self._interval.is_due(now.elapsed_ns):
            return []
        return self._summary(self._since.take(), whom, now)

    def end(self, now: Now) -> list[Draft]:
        """Tell that a violation ended with the stream."""
        return [] if self._interval is not None else self._changes(Spacing(0, 0.0, 0, 0), _NOBODY, now)

    def _measured(self, people: int, now: Now) -> tuple[Spacing, dict[Verdict, list[Row]]]:
        """How people stand in a frame, and who breaks each limit."""
        inside = rows_inside(self.report.region, now)
        places = now.view.places_ft([row for row, _ in inside])
        placed = np.isfinite(places[:, 0] + places[:, 1])
        places = places[placed]
        apart = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
        others = ~np.eye(len(places), dtype=np.bool_)
        close = (others & (apart < (self.report.minimum_ft or 0.0))).any(axis=1)
        far = (others & (apart > (self.report.maximum_ft or math.inf))).any(axis=1)
        average_ft = float(apart[others].mean()) if len(places) > 1 else 0.0
        who = [each for each, has_place in zip(inside, placed, strict=True) if has_place]
        return Spacing(people, average_ft, int(close.sum()), int(far.sum())), {
            "TooClose": [each for each, is_close in zip(who, close, strict=True) if is_close],
            "TooFar": [each for each, is_far in zip(who, far, strict=True) if is_far],
        }

    def _unknown(self, people: int, now: Now) -> list[Draft]:
        changed, self._unknown_people = people != self._unknown_people, people
        due = changed if self._interval is None else self._interval.is_due(now.elapsed_ns)
        self._since.take()
        self._told = {"TooClose": 0, "TooFar": 0}
        inside = rows_inside(self.report.region, now)
        return [self._draft(Spacing(people, 0.0, 0, 0), "unknown", 0, inside, now)] if due else []

    def _changes(self, spacing: Spacing, whom: dict[Verdict, list[Row]], now: Now) -> list[Draft]:
        drafts: list[Draft] = []
        for verdict, count in spacing.breaking:
            if count != self._told[verdict]:
                self._told[verdict] = count
                about = whom[verdict] or rows_inside(self.report.region, now)
                drafts.append(self._draft(spacing, verdict, count, about, now))
        return drafts

    def _summary(self, spacing: Spacing, whom: dict[Verdict, list[Row]], now: Now) -> list[Draft]:
        drafts = [
            self._draft(spacing, verdict, count, whom[verdict], now)
            for verdict, count in spacing.breaking
            if count
        ]
        if drafts:
            return drafts
        only_far = self.report.minimum_ft is None and self.report.maximum_ft is not None
        inside = rows_inside(self.report.region, now)
        return [self._draft(spacing, "TooFar" if only_far else "TooClose", 0, inside, now)]

    def _draft(self, spacing: Spacing, verdict: Verdict, count: int, whom: list[Row], now: Now) -> Draft:
        maximum = self.report.maximum_ft
        properties = PersonDistance(
            person_count=spacing.people,
            average_distance=number(spacing.average_ft, FEET),
            minimum_distance_threshold=self.report.minimum_ft or 0.0,
            maximum_distance_threshold="Infinity" if maximum is None else maximum,
            event_name=verdict,
            distance_violation_person_count=count,
        )
        people = [now.view.unlinked(row, track_id) for row, track_id in whom]
        return Draft("personDistanceEvent", properties, people, self.report.trigger)


class _Aggregate:
    """Takes frames together: their most frequent state, the latest of equals, or their mean, counts rounded half up."""

    def __init__(self, method: Literal["mode", "average"]) -> None:
        self._method = method
        self._frames = 0
        # By state: how many frames, the sum of their mean distances, and the latest of them.
        self._states: dict[tuple[int, int, int], tuple[int, float, int]] = {}

    def add(self, spacing: Spacing) -> None:
        state = (spacing.people, spacing.close, spacing.far)
        frames, total_ft, _ = self._states.get(state, (0, 0.0, 0))
        self._frames += 1
        self._states[state] = (frames + 1, total_ft + spacing.average_ft, self._frames)

    def take(self) -> Spacing:
        """Return what the frames say together, and begin anew."""
        states, total = self._states, max(1, self._frames)
        self._states, self._frames = {}, 0
        if self._method == "mode" and states:
            (people, close, far), (frames, sum_ft, _) = max(
                states.items(), key=lambda item: (item[1][0], item[1][2])
            )
            return Spacing(people, sum_ft / frames, close, far)
        people, close, far = (
            math.floor(sum(state[place] * frames for state, (frames, _, _) in states.items()) / total + 0.5)
            for place in range(3)
        )
        return Spacing(people, sum(sum_ft for _, sum_ft, _ in states.values()) / total, close, far)
