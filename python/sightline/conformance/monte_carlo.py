"""Random walkers through one line: how many get both directions exactly right."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sightline.conformance.standing import standing
from sightline.conformance.walkers import END, FRAME_NS, SIZE_PX, START, Walker, walkers
from sightline.events import LineCrossed
from sightline.rules import Rules
from sightline.scene import Line, Scene

if TYPE_CHECKING:
    from sightline.tracks import Tracks

_BOX_PX = (20.0, 40.0)


@dataclass(frozen=True)
class Score:
    """How a rule did with random walkers.

    Attributes:
        walkers: Walkers of each kind.
        wrong: Those of each kind whose crossings were not exactly right in both directions.
    """

    walkers: dict[str, int]
    wrong: dict[str, int]

    @property
    def share(self) -> float:
        """Share of the walkers that were right, 0…1."""
        return 1 - sum(self.wrong.values()) / max(1, sum(self.walkers.values()))


def score(count: int = 2000, seed: int = 0) -> Score:
    """Let walkers cross one line of the rules, all at once, and compare each one's crossings with the truth."""
    crowd = walkers(count, seed)
    found: Counter[tuple[int, str]] = Counter()
    rules = Rules(Scene(lines=[Line.from_pixels("line", START, END, size=SIZE_PX)]), size_px=SIZE_PX)
    for number in range(max(len(walker.seen) for walker in crowd)):
        for event in rules.update(_frame(crowd, number)):
            if isinstance(event, LineCrossed):
                found[event.track_id, event.direction] += 1
    return compare(crowd, dict(found))


def compare(crowd: list[Walker], found: dict[tuple[int, str], int]) -> Score:
    """Compare crossings by track, from 1, and direction, `in` or `out`, with the truth."""
    counts: Counter[str] = Counter(walker.kind for walker in crowd)
    wrong: Counter[str] = Counter()
    for track, walker in enumerate(crowd, 1):
        right = (found.get((track, "in"), 0), found.get((track, "out"), 0)) == walker.crossings
        wrong[walker.kind] += not right
    return Score(dict(counts), dict(wrong))


def _frame(crowd: list[Walker], number: int) -> Tracks:
    here = [
        (track, walker.places[number])
        for track, walker in enumerate(crowd, 1)
        if number < len(walker.seen) and walker.seen[number]
    ]
    tracks, places = zip(*here, strict=True) if here else ((), ())
    return standing(tracks, places, box_px=_BOX_PX, pts_ns=number * FRAME_NS)
