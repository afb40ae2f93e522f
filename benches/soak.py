"""Cameras that fail for as long as you like: one process watches eight of them, and must neither grow nor miss or invent a crossing."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.square import CROSSES_S

from benches.environment import ROOT, say
from benches.failing_cameras import SERVERS, FailingCameras
from benches.report import Result

MINUTES = 60.0
FAULT_EVERY_S = 3.0
WARM_UP_SHARE = 0.05
CAMERAS = sum(map(len, SERVERS))
_EARLY_S, _LATE_S = (
    0.3,
    2.4,
)  # a crossing is seen so long before or after the moment that the film says, at most
_SETTLE_S, _REACHED_S = 60.0, 30.0
_GROWTH_MIB, _GROWTH_SHARE = 12.0, 0.1


@dataclass(frozen=True)
class Mark:
    """What the process had at a moment.

    Attributes:
        at_s: Seconds since the first fault.
        resident_mib: Its resident memory.
        files: Its open file descriptors.
        threads: Its threads.
        reconnects: How often a camera was reached again, all together.
        epochs: New epochs of all cameras, all together.
        dropped: Frames that newer ones replaced.
        frames: Frames analyzed.
        events: Events seen.
        faults: What had been done to the cameras.
    """

    at_s: float
    resident_mib: float
    files: int
    threads: int
    reconnects: int
    epochs: int
    dropped: int
    frames: int
    events: int
    faults: int


@dataclass
class Figures:
    """What a run brought.

    Attributes:
        marks: Before the first fault, after the warm-up, at each tenth, and when all cameras were well again.
        faults: What was done, by kind.
        plays: Undisturbed plays of the film.
        right: Of these, those in whose time exactly one crossing was seen, inward.
        missed: Those without a crossing.
        wrong: Those with several, or with one outward.
        unjudged: Plays that were undisturbed, but frames of which were dropped, since this machine had no time for them.
        crossings: Crossings of all cameras, those of disturbed plays included.
        repeated: Events whose id came twice.
        undelivered: Events that are not in the sink's file, in order.
        backward: Frames whose time was not later than that of the one before them.
        stuck: Cameras that were not well at the end, and why.
    """

    marks: list[Mark] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    plays: int = 0
    right: int = 0
    missed: int = 0
    wrong: int = 0
    unjudged: int = 0
    crossings: int = 0
    repeated: int = 0
    undelivered: int = 0
    backward: int = 0
    stuck: list[str] = field(default_factory=list)

    def complaints(self) -> Iterator[str]:
        """What is wrong, in words; nothing where all is well."""
        first, warm, last = self.marks[0], self.marks[1], self.marks[-1]
        grown = last.resident_mib - warm.resident_mib
        if grown > max(_GROWTH_MIB, warm.resident_mib * _GROWTH_SHARE):
            yield f"resident memory grew by {grown:.1f} MiB, from {warm.resident_mib:.1f}"
        if last.files > first.files:
            yield f"{last.files} file descriptors at the end, {first.files} at the start"
        if last.threads > first.threads:
            yield f"{last.threads} threads at the end, {first.threads} at the start"
        if self.plays <= self.unjudged:
            yield f"{self.plays} plays were judged, {self.unjudged} not: too little was checked"
        for count, what in (
            (self.missed, "undisturbed plays gave no crossing"),
            (self.wrong, "undisturbed plays gave several crossings, or one outward"),
            (self.repeated, "events with the id of another"),
            (self.undelivered, "events did not reach the file in order"),
            (self.backward, "frames went back in time"),
        ):
            if count:
                yield f"{count} {what}"
        yield from self.stuck


def run(minutes: float) -> Result:
    found = play(minutes * 60, seed=6)
    complaints = list(found.complaints())
    if complaints:
        say(str(found))
        raise SystemExit("\n".join(["the soak run failed:", *complaints]))
    last = found.marks[-1]
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(found.faults.items()))
    return Result(
        "soak",
        f"Soak: {CAMERAS} cameras that fail, {minutes:g} minutes",
        [
            "minute",
            "resident MiB",
            "file descriptors",
            "threads",
            "faults",
            "reconnects",
            "epochs",
            "frames",
            "dropped",
            "events",
        ],
        [_row(mark) for mark in found.marks],
        [
            f"One process with a `Pipeline` of {CAMERAS} RTSP cameras on loopback (320×240, 10 pictures a second, one over UDP, one of MPEG-4, the others H.264), a detector of a few lines, an outbox and a file. A fault every {FAULT_EVERY_S:g} s, and one camera that sends nothing but garbage throughout. The first row is before the first fault, the second after a warm-up that memory is compared with, the last when all cameras were well again.",
            f"Faults: {kinds}.",
            f"{found.plays:,} plays of the film were undisturbed from their first picture to their last: {found.right:,} gave exactly one crossing, inward; {found.missed} gave none, {found.wrong} others. {found.unjudged:,} more are not judged, since this shared machine was too busy and frames were dropped. With the disturbed ones, whose pictures may be garbled, there were {found.crossings:,} crossings. No frame went back in time, no event id came twice, and all {last.events:,} events reached the file in order.",
        ],
        options=f"--minutes {minutes:g}",
    )


def _row(mark: Mark) -> list[str]:
    return [
        f"{mark.at_s / 60:.1f}",
        f"{mark.resident_mib:.1f}",
        *(
            f"{count:,}"
            for count in (
                mark.files,
                mark.threads,
                mark.faults,
                mark.reconnects,
                mark.epochs,
                mark.frames,
                mark.dropped,
                mark.events,
            )
        ),
    ]


def play(seconds: float, *, seed: int, fault_every_s: float = FAULT_EVERY_S) -> Figures:
    """Let cameras fail for so long, and look at what became of the process that watches them."""
    figures = Figures()
    with tempfile.TemporaryDirectory() as folder:
        cameras = FailingCameras(Path(folder), seed)
        watcher = Watcher(Path(folder), cameras)
        try:
            if not watcher.wait_until_well(_REACHED_S):
                raise SystemExit(f"not all cameras were reached at the start: {watcher.stuck()}")
            figures.marks.append(watcher.mark(0.0, cameras))
            _let_fail(seconds, fault_every_s, cameras, watcher, figures)
            cameras.mend(everything=True)
            if not watcher.wait_until_well(_SETTLE_S):
                figures.stuck = watcher.stuck()
            figures.marks.append(watcher.mark(seconds, cameras))
        finally:
            watcher.end()
            cameras.close()
        figures.faults = cameras.faults
        _judge(watcher, cameras, figures)
    return figures


def _let_fail(
    seconds: float, fault_every_s: float, cameras: FailingCameras, watcher: "Watcher", figures: Figures
) -> None:
    begun_s = time.monotonic()
    warm_up_s = seconds * WARM_UP_SHARE
    marks_s = [warm_up_s, *(seconds * tenth / 10 for tenth in range(1, 10))]
    next_fault_s = 0.0
    cameras.begin()
    while (passed_s := time.monotonic() - begun_s) < seconds:
        watcher.check()
        if marks_s and passed_s >= marks_s[0]:
            marks_s.pop(0)
            mark = watcher.mark(passed_s, cameras)
            figures.marks.append(mark)
            say(
                f"  minute {passed_s / 60:.1f}: {mark.resident_mib:.1f} MiB, {mark.files} files, {mark.threads} threads, "
                f"{mark.faults} faults, {mark.reconnects} reconnects, {mark.events} events"
            )
        cameras.mend()
        if passed_s >= next_fault_s:
            cameras.fail()
            next_fault_s = passed_s + fault_every_s
        time.sleep(0.05)


class Watcher:
    """The process that is looked at."""

    def __init__(self, folder: Path, cameras: FailingCameras) -> None:
        self.events: list[dict] = []
        self.backward: list[object] = []
        self._file = folder / "events.jsonl"
        self._names = [camera["name"] for camera in cameras.cameras]
        self._health: list[dict] = []
        self._dropped: dict[str, list[tuple[float, int]]] = {name: [] for name in self._names}
        self._well: list[bool] = []
        self.ended_with = 0
        self._errors = (folder / "errors.txt").open("w+")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benches.ours.watcher"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        job = {
            "cameras": cameras.cameras,
            "events": str(self._file),
            "outbox": str(folder / "outbox.db"),
        }
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            told = json.loads(line)
            if "health" in told:
                self._health = told["health"]
                for name, camera in zip(self._names, self._health, strict=True):
                    self._dropped[name].append((told["at_s"], camera["dropped"]))
            elif "backward" in told:
                self.backward.append(told["backward"])
            else:
                self.events.append(told)

    def check(self) -> None:
        """End the run if the process has ended."""
        if (code := self._process.poll()) is not None:
            self._errors.seek(0)
            raise SystemExit(f"the watching process ended with {code}:\n{self._errors.read()[-4000:]}")

    def wait_until_well(self, seconds: float) -> bool:
        """Wait until every camera is connected and gave a second of pictures since now; return whether that came."""
        before = [camera["frames"] for camera in self._health]
        until_s = time.monotonic() + seconds
        while time.monotonic() < until_s:
            self.check()
            before = before or [camera["frames"] for camera in self._health]
            self._well = [
                camera["connected"] and camera["frames"] >= frames + 10
                for camera, frames in zip(self._health, before, strict=True)
            ]
            if before and all(self._well):
                return True
            time.sleep(0.1)
        return False

    def dropped(self, name: str, from_s: float, to_s: float) -> int:
        """How many frames of a camera were dropped between two moments, and in the second around each."""
        told = [count for at_s, count in self._dropped[name] if from_s - 1.5 <= at_s <= to_s + 1.5]
        return max(told) - min(told) if told else 0

    def stuck(self) -> list[str]:
        """Which cameras were not well the last time, in words."""
        well = zip(self._names, self._well, self._health, strict=True)
        return [f"camera {name} gives no pictures: {health}" for name, is_well, health in well if not is_well]

    def mark(self, at_s: float, cameras: FailingCameras) -> Mark:
        place = Path("/proc") / str(self._process.pid)
        samples = []
        for _ in range(10):
            files, threads = (len(list((place / what).iterdir())) for what in ("fd", "task"))
            samples.append((_resident_mib(place), files, threads))
            time.sleep(0.1)
        resident_mib, files, threads = zip(*samples, strict=True)
        # A camera that comes and goes changes these by the moment: what lasts shows in the least of a second.
        return Mark(
            at_s,
            statistics.median(resident_mib),
            min(files),
            min(threads),
            sum(camera["reconnects"] for camera in self._health),
            sum(max(camera["epoch"], 0) for camera in self._health),
            sum(camera["dropped"] for camera in self._health),
            sum(camera["frames"] for camera in self._health),
            len(self.events),
            sum(cameras.faults.values()),
        )

    def end(self) -> None:
        """Let the process end by itself, and read the rest of what it says."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise SystemExit("the watching process did not end within a minute") from None
        self._reader.join(10)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self.ended_with = self._process.returncode
        self._errors.close()

    def delivered(self) -> list[str]:
        """Ids of the events in the file, as they stand there."""
        return [json.loads(line)["id"] for line in self._file.read_text().splitlines()]


def _resident_mib(place: Path) -> float:
    pages = int((place / "statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def _judge(watcher: Watcher, cameras: FailingCameras, figures: Figures) -> None:
    crossings: dict[str, list[tuple[float, str]]] = {}
    for event in watcher.events:
        if event["type"] == "LineCrossed":
            crossings.setdefault(event["camera"], []).append((event["seen_s"], event["direction"]))
    for undisturbed in cameras.plays:
        crosses_s = undisturbed.begun_s + CROSSES_S
        if watcher.dropped(undisturbed.name, undisturbed.begun_s, crosses_s):
            figures.unjudged += 1
            continue
        seen = [
            (round(seen_s - undisturbed.begun_s, 2), direction)
            for seen_s, direction in crossings.get(undisturbed.name, [])
            if crosses_s - _EARLY_S <= seen_s <= crosses_s + _LATE_S
        ]
        is_right = [direction for _, direction in seen] == ["in"]
        figures.plays += 1
        figures.right += is_right
        figures.missed += not seen
        figures.wrong += bool(seen) and not is_right
        if not is_right:
            before = [
                f"{kind} {undisturbed.begun_s - at_s:.1f} s before"
                for at_s, name, kind in cameras.history
                if name == undisturbed.name and -3 < undisturbed.begun_s - at_s < 20
            ]
            say(f"  {undisturbed}: crossings after {seen}; {before}")
    figures.crossings = sum(map(len, crossings.values()))
    figures.backward = len(watcher.backward)
    ids = [event["id"] for event in watcher.events]
    figures.repeated = len(ids) - len(set(ids))
    delivered = watcher.delivered()
    figures.undelivered = sum(seen != arrived for seen, arrived in zip(ids, delivered, strict=False)) + abs(
        len(ids) - len(delivered)
    )
    if watcher.ended_with != 0:
        figures.stuck.append(f"the watching process ended with {watcher.ended_with}")
