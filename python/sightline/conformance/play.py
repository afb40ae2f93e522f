"""Cases are played through the rules, and what follows is compared with what must."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sightline.conformance.lines import LINE_CASES
from sightline.conformance.standing import standing
from sightline.conformance.walk import SIZE_PX, Case, Frame, Walk
from sightline.conformance.zones import ZONE_CASES
from sightline.errors import ConfigError
from sightline.events import LineCrossed, ZoneDwelled, ZoneEntered, ZoneExited
from sightline.rules import Rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.events import Event
    from sightline.tracks import Tracks

CASES: list[Case] = [*LINE_CASES, *ZONE_CASES]
"""Every line and zone case, in order."""

_INTO = ("entered", "appeared")


@dataclass(frozen=True)
class Verdict:
    """How one case went.

    Attributes:
        case: The case.
        faults: What was answered wrong, a sentence each; empty when all is right.
    """

    case: Case
    faults: list[str]

    @property
    def passed(self) -> bool:
        """Whether every walk of the case was answered right."""
        return not self.faults


@dataclass
class _Camera:
    """The rules of one camera and what they have concluded so far."""

    rules: Rules
    words: dict[str, list[str]]
    bridged: int = 0
    dwell_ms: list[float] = field(default_factory=list[float])

    def show(self, frame: Frame, box_px: tuple[float, float]) -> None:
        if frame.scene is not None:
            self.take(self.rules.reload(frame.scene))
        self.take(self.rules.update(_seen(frame, box_px)))

    def take(self, events: Sequence[Event]) -> None:
        for event in events:
            match event:
                case LineCrossed():
                    self.words.setdefault(event.line, []).append(event.direction)
                case ZoneEntered() | ZoneExited():
                    self.words.setdefault(event.zone, []).append(event.reason)
                case ZoneDwelled():
                    self.words.setdefault(event.zone, []).append("dwelled")
                case _:
                    continue
            self.bridged += event.bridged
            if isinstance(event, ZoneExited):
                self.dwell_ms.append(event.dwell_ms)


def judge(case: Case) -> Verdict:
    """Play every walk of a case through the rules and compare."""
    return Verdict(case, [fault for walk in case.walks for fault in _faults(walk)])


def agrees(found: list[str], expected: list[str]) -> bool:
    """Say whether words are those expected; `alternating` asks for ways in and out in turn only."""
    if expected == ["alternating"]:
        ways = [word in _INTO for word in found]
        return len(ways) > 0 and all(way == (number % 2 == 0) for number, way in enumerate(ways))
    return found == expected


def _faults(walk: Walk) -> list[str]:
    if walk.refused is not None:
        return _faults_of_refusal(walk, walk.refused)
    camera = _camera(walk, walk.words)
    beside = _camera(walk, walk.beside_words)
    for number in range(max(len(walk.frames), len(walk.beside))):
        for of, frames in ((camera, walk.frames), (beside, walk.beside)):
            if number < len(frames):
                of.show(frames[number], walk.box_px)
    quality = _quality(camera.rules)
    if walk.ends:
        camera.take(camera.rules.finish())
    return [
        *_faults_of_words(camera.words, walk.words),
        *_faults_of_words(beside.words, walk.beside_words),
        *_faults_of_details(walk, camera, quality),
    ]


def _camera(walk: Walk, words: dict[str, list[str]]) -> _Camera:
    return _Camera(Rules(walk.scene, size_px=(SIZE_PX, SIZE_PX)), {name: [] for name in words})


def _faults_of_refusal(walk: Walk, place: str) -> list[str]:
    try:
        Rules(walk.scene, size_px=(SIZE_PX, SIZE_PX))
    except ConfigError as error:
        found = [fault.path for fault in error.faults]
        return [] if found == [place] else [f"expected a fault at {place}, found {', '.join(found)}"]
    return [f"expected to be refused at {place}, but was taken"]


def _faults_of_words(found: dict[str, list[str]], expected: dict[str, list[str]]) -> list[str]:
    return [
        f"{name}: expected {', '.join(words) or 'nothing'}, found {', '.join(found.get(name, [])) or 'nothing'}"
        for name, words in expected.items()
        if not agrees(found.get(name, []), words)
    ]


def _faults_of_details(walk: Walk, camera: _Camera, quality: dict[str, int]) -> list[str]:
    faults: list[str] = []
    if walk.bridged is not None and camera.bridged != walk.bridged:
        faults.append(f"expected {walk.bridged} bridged, found {camera.bridged}")
    for name, count in walk.quality.items():
        if quality.get(name) != count:
            faults.append(f"expected {name} {count}, found {quality.get(name)}")
    if walk.dwell_ms is not None:
        found = camera.dwell_ms
        near = len(found) == len(walk.dwell_ms) and all(
            abs(a - b) <= walk.tolerance_ms for a, b in zip(found, walk.dwell_ms, strict=True)
        )
        if not near:
            faults.append(f"expected stays of {walk.dwell_ms} ms, found {found}")
    return faults


def _quality(rules: Rules) -> dict[str, int]:
    counts = rules.counts()
    names = [rule.name for rule in rules.scene.lines] + [rule.name for rule in rules.scene.zones]
    tallies = zip(names, [*counts["lines"], *counts["zones"]], strict=True)
    return {f"{name}.{what}": count for name, tally in tallies for what, count in tally.items()}


def _seen(frame: Frame, box_px: tuple[float, float]) -> Tracks:
    tracks, places = zip(*frame.people, strict=True) if frame.people else ((), ())
    return standing(
        tracks, places, box_px=box_px, pts_ns=frame.pts_ns, epoch=frame.epoch, removed=frame.removed
    )
