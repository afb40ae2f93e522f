"""What a run's loop leaves behind with each step, for others to read: frames, events, people, how long it took.

The loop's thread writes and the server's reads, under one lock that neither holds for longer than it takes to copy numbers.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from sightline.outbox import Outbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sightline.pipeline import Camera, Ending, Image, Pipeline, Step

CameraState = Literal["starting", "running", "ended", "failed"]
CAMERA_STATES: tuple[CameraState, ...] = ("starting", "running", "ended", "failed")

BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the buckets that steps are sorted into, seconds; one more is for what took longer."""


@dataclass
class CameraRecord:
    """What is known of a camera. Counts go on when another pipeline takes the camera over.

    Attributes:
        name: The camera.
        state: `starting` before its first frame, `running`, `ended` at the end of its source, `failed` with an error.
        error: Why it failed; empty otherwise.
        analyzed: Frames that went through the detector.
        gated: Frames that were passed over because they were not due.
        decode_errors: Broken packets and frames; known when its source has ended.
        visible: Tracks in its newest frame.
        calibration: What is known of its place above the ground, see `sightline.calibration.Calibration.state`.
        events: Events by type.
        last_frame_s: When its newest frame was analyzed, on the observer's clock; None before the first.
    """

    name: str
    state: CameraState = "starting"
    error: str = ""
    analyzed: int = 0
    gated: int = 0
    decode_errors: int = 0
    visible: int = 0
    calibration: str = "off"
    events: Counter[str] = field(default_factory=Counter[str])
    last_frame_s: float | None = None
    # Where the pipeline that has it now began, and the frame it was at.
    _gated_before: int = 0
    _newest: int = -1

    def begin(self) -> None:
        """A pipeline takes it (over)."""
        self.state, self.error, self.visible, self.last_frame_s = "starting", "", 0, None
        self._gated_before, self._newest = self.gated, -1

    def see(self, image: Image, now_s: float) -> None:
        """Take note of a frame."""
        self.state = "running"
        self.analyzed += 1
        self.gated += max(0, image.index - self._newest - 1)
        self._newest = image.index
        self.visible = len(image.tracks)
        self.calibration = image.calibration.state
        self.last_frame_s = now_s

    def end(self, ending: Ending) -> None:
        """Take note of its end; the source's own counts are exact."""
        self.state = "failed" if ending.error else "ended"
        self.error = ending.error or ""
        self.visible = 0
        self.gated = max(self.gated, self._gated_before + ending.frames_gated)
        self.decode_errors += ending.decode_errors


class Steps(NamedTuple):
    """How long steps took: detection, tracking, rules, and handing events to the sinks.

    Attributes:
        counts: Steps by `BUCKETS_S`, each in one, with one more for what took longer.
        sum_s: All of them together, seconds.
    """

    counts: tuple[int, ...]
    sum_s: float


class Observer:
    """Is told of each step by a pipeline, and says how the run is doing.

    Args:
        clock: Monotonic seconds; for tests.

    Attributes:
        started_s: When it was made, on its clock.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.started_s = clock()
        self._lock = threading.Lock()
        self._cameras: dict[int, CameraRecord] = {}
        self._watched: Mapping[int, Camera] = {}
        self._outboxes: list[Outbox] = []
        self._pipeline: Pipeline | None = None
        self._endings = 0
        self._counts = [0] * (len(BUCKETS_S) + 1)
        self._sum_s = 0.0
        self._started = False
        self._busy_since_s: float | None = None

    def start(self) -> None:
        """What is to run has been opened, or waits to be told what to open."""
        self._started = True

    def attach(self, pipeline: Pipeline | None) -> None:
        """Watch this pipeline from now on, or none, and what was watched before no longer."""
        self._busy_since_s = None
        with self._lock:
            known = {record.name: record for record in self._cameras.values()}
            self._cameras = {}
            self._watched = {}
            if pipeline is not None:
                self._match(pipeline, known)
            self._endings = 0
            self._pipeline = pipeline
        if pipeline is not None:
            self.add_outboxes(sink for sink in pipeline.all_sinks if isinstance(sink, Outbox))
            pipeline.watch = self
        self.start()

    def _match(self, pipeline: Pipeline, known: Mapping[str, CameraRecord]) -> None:
        """Have a record of each camera that the pipeline has now; what a camera of the same name had counted goes on."""
        before, self._watched = self._cameras, pipeline.cameras
        self._cameras = {}
        for number, camera in self._watched.items():
            name = camera.source.source_id
            record = before.get(number)
            if record is None:
                record = known.get(name) or CameraRecord(name)
                record.begin()
            self._cameras[number] = record

    def add_outboxes(self, outboxes: Iterable[Outbox]) -> None:
        """Tell of these too."""
        with self._lock:
            self._outboxes += [outbox for outbox in outboxes if outbox not in self._outboxes]

    def waiting(self) -> None:
        """The loop waits for frames."""
        self._busy_since_s = None

    def working(self) -> None:
        """The loop has frames and works on them."""
        self._busy_since_s = self.clock()

    def observe(self, step: Step) -> None:
        """Take note of what a step brought."""
        now_s = self.clock()
        with self._lock:
            by_name = {record.name: record for record in self._cameras.values()}
            for event in step.events:
                by_name[event.camera_id].events[event.type] += 1
            if self._pipeline is not None and self._pipeline.cameras is not self._watched:
                self._match(self._pipeline, by_name)
            for image in step.images:
                self._cameras[image.camera].see(image, now_s)
            if self._busy_since_s is not None and step.images:
                took_s = now_s - self._busy_since_s
                self._counts[bisect_left(BUCKETS_S, took_s)] += 1
                self._sum_s += took_s
            if self._pipeline is not None and len(self._pipeline.endings) != self._endings:
                self._end(self._pipeline.endings)

    def _end(self, endings: dict[int, Ending]) -> None:
        for camera, ending in endings.items():
            if self._cameras[camera].state in ("starting", "running"):
                self._cameras[camera].end(ending)
        self._endings = len(endings)

    @property
    def is_started(self) -> bool:
        """Whether what is to run has been opened."""
        return self._started

    @property
    def busy_s(self) -> float:
        """For how long the loop has been at its present step; 0 while it waits for frames."""
        since_s = self._busy_since_s
        return 0.0 if since_s is None else self.clock() - since_s

    def cameras(self) -> list[CameraRecord]:
        """What is known of each camera, in order; copies."""
        with self._lock:
            return [replace(record, events=record.events.copy()) for record in self._cameras.values()]

    def outboxes(self) -> list[Outbox]:
        """The outboxes that the run has."""
        with self._lock:
            return list(self._outboxes)

    def steps(self) -> Steps:
        """How long steps took."""
        with self._lock:
            return Steps(tuple(self._counts), self._sum_s)
