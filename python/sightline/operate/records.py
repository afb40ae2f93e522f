"""What a run's loop leaves behind with each step, for others to read: frames, events, people, how long it took.

The loop's thread writes and the server's reads, under one lock that neither holds for longer than it takes to copy numbers.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, get_args

from sightline.operate.histogram import Histogram, Pace, Recent
from sightline.operate.tracing import Span
from sightline.outbox import Outbox
from sightline.pipeline import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sightline.operate.tracing import Tracing
    from sightline.pipeline import Camera, Connection, Ending, Image, Pipeline, Step

CameraState = Literal["starting", "running", "reconnecting", "ended", "failed"]
CAMERA_STATES: tuple[CameraState, ...] = get_args(CameraState)
STAGES: tuple[Stage, ...] = get_args(Stage)


@dataclass
class CameraRecord:
    """What is known of a camera. Counts go on when another pipeline takes the camera over.

    Attributes:
        name: The camera.
        is_live: Whether it is a camera that may be lost and reached again, and no file.
        state: `starting` before its first frame, `running`, `reconnecting` while a camera that gave frames is away, `ended` at the
            end of its source, `failed` with an error.
        error: Why it failed, or is not reached; empty otherwise.
        analyzed: Frames that went through the detector.
        gated: Frames that were passed over because they were not due.
        decode_errors: Broken packets and frames.
        packets_lost: RTP packets that did not come, as far as FFmpeg says so: over UDP.
        visible: Tracks in its newest frame.
        calibration: What is known of its place above the ground, see `sightline.calibration.Calibration.state`.
        events: Events by type.
        connected: Whether frames come, or can come.
        reconnects: How often it was reached again after it was lost.
        dropped: Frames that newer ones replaced, since nobody took them in time.
        waiting: Decoded frames that wait for the detector.
        latencies: How long frames took from when they were decoded until their events were with the sinks.
        pace: What the last seconds were like.
        last_frame_s: When its newest frame was analyzed, on the observer's clock; None before the first.
    """

    name: str
    is_live: bool = False
    state: CameraState = "starting"
    error: str = ""
    analyzed: int = 0
    gated: int = 0
    decode_errors: int = 0
    packets_lost: int = 0
    visible: int = 0
    calibration: str = "off"
    events: Counter[str] = field(default_factory=Counter[str])
    connected: bool = False
    reconnects: int = 0
    dropped: int = 0
    waiting: int = 0
    latencies: Histogram = field(default_factory=Histogram)
    pace: Pace = field(default_factory=Pace)
    last_frame_s: float | None = None
    # Where the pipeline that has it now began, and the frame it was at.
    _gated_before: int = 0
    _reconnects_before: int = 0
    _dropped_before: int = 0
    _errors_before: int = 0
    _lost_before: int = 0
    _newest: int = -1
    _recent: Recent = field(default_factory=Recent)

    def begin(self, *, is_live: bool) -> None:
        """A pipeline takes it (over)."""
        self.is_live = is_live
        self.state, self.error, self.visible, self.last_frame_s = "starting", "", 0, None
        self._gated_before, self._newest = self.gated, -1
        self._reconnects_before, self._dropped_before = self.reconnects, self.dropped
        self._errors_before, self._lost_before = self.decode_errors, self.packets_lost
        self._recent = Recent()

    def see(self, image: Image, now_s: float, latency_s: float) -> None:
        """Take note of a frame that was decoded so many seconds ago."""
        self.state, self.error = "running", ""
        self.analyzed += 1
        self.gated += max(0, image.index - self._newest - 1)
        self._newest = image.index
        self.visible = len(image.tracks)
        self.calibration = image.calibration.state
        self.last_frame_s = now_s
        self.latencies.add(latency_s)
        self._recent.add(now_s, latency_s)

    def look(self, connection: Connection, now_s: float) -> None:
        """Take note of how it is connected, and of what the last seconds were like."""
        self.connected, self.waiting = connection.connected, connection.frames_waiting
        self.reconnects = self._reconnects_before + connection.reconnects
        self.dropped = self._dropped_before + connection.frames_dropped
        self.decode_errors = self._errors_before + connection.decode_errors
        self.packets_lost = self._lost_before + connection.packets_lost
        self.pace = self._recent.pace(now_s)
        if not self.is_live or self.has_ended:
            return
        self.error = "" if connection.connected else connection.last_error or ""
        if self.state != "starting":
            self.state = "running" if connection.connected else "reconnecting"
        if self.state == "reconnecting":
            self.visible = 0

    @property
    def has_ended(self) -> bool:
        """Whether its source gives no more frames."""
        return self.state in ("ended", "failed")

    def copy(self) -> CameraRecord:
        """Return one that does not change with this one."""
        return replace(self, events=self.events.copy(), latencies=self.latencies.copy())

    def end(self, ending: Ending) -> None:
        """Take note of its end; the source's own counts are exact."""
        self.state = "failed" if ending.error else "ended"
        self.error = ending.error or ""
        self.visible = 0
        self.gated = max(self.gated, self._gated_before + ending.frames_gated)
        self.decode_errors = max(self.decode_errors, self._errors_before + ending.decode_errors)


class Observer:
    """Is told of each step by a pipeline, and says how the run is doing.

    Args:
        clock: Monotonic seconds; for tests.
        tracing: Is handed the stages of each step, if there is one.

    Attributes:
        started_s: When it was made, on its clock.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, tracing: Tracing | None = None) -> None:
        self.clock = clock
        self.started_s = clock()
        self._lock = threading.Lock()
        self._cameras: dict[int, CameraRecord] = {}
        self._watched: Mapping[int, Camera] = {}
        self._outboxes: list[Outbox] = []
        self._pipeline: Pipeline | None = None
        self._endings = 0
        self._steps = Histogram()
        self._stages: dict[Stage, Histogram] = {stage: Histogram() for stage in STAGES}
        self._marks: list[tuple[Stage, float]] = []
        self._tracing = tracing
        self._started = False
        self._refusal: str | None = None
        self._configured_s = self.started_s
        self._busy_since_s: float | None = None

    def configured(self, refusal: str | None) -> None:
        """Another configuration was put in force, or refused with these words."""
        with self._lock:
            self._refusal = refusal
            if refusal is None:
                self._configured_s = self.clock()

    @property
    def refusal(self) -> str | None:
        """Why the newest configuration was refused, if it was."""
        return self._refusal

    @property
    def configured_s(self) -> float:
        """When the configuration that is in force was put there, on its clock."""
        return self._configured_s

    def start(self) -> None:
        """What is to run has been opened, or waits to be told what to open."""
        self._started = True

    def attach(self, pipeline: Pipeline | None) -> None:
        """Watch this pipeline from now on, or none, and what was watched before no longer."""
        self._busy_since_s, self._marks = None, []
        with self._lock:
            self._look(self.clock())
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
                record.begin(is_live=camera.source.is_live)
            self._cameras[number] = record

    def add_outboxes(self, outboxes: Iterable[Outbox]) -> None:
        """Tell of these too."""
        with self._lock:
            self._outboxes += [outbox for outbox in outboxes if outbox not in self._outboxes]

    def begin(self, stage: Stage) -> None:
        """Take note of what the loop is at."""
        now_s = self.clock()
        if stage == "wait":
            self._busy_since_s, self._marks = None, []
        elif stage == "infer":
            self._busy_since_s = now_s
        self._marks.append((stage, now_s))

    def observe(self, step: Step, latencies_s: Sequence[float]) -> None:
        """Take note of what a step brought, and how long it took."""
        now_s = self.clock()
        spans = spans_of(self._marks, now_s)
        with self._lock:
            by_name = {record.name: record for record in self._cameras.values()}
            for event in step.events:
                by_name[event.camera_id].events[event.type] += 1
            if self._pipeline is not None and self._pipeline.cameras is not self._watched:
                self._match(self._pipeline, by_name)
            for image, latency_s in zip(step.images, latencies_s, strict=True):
                self._cameras[image.camera].see(image, now_s, latency_s)
            if self._busy_since_s is not None and step.images:
                self._steps.add(now_s - self._busy_since_s)
                for span in spans:
                    self._stages[span.stage].add(span.end_s - span.begin_s)
            if self._pipeline is not None and len(self._pipeline.endings) != self._endings:
                self._end(self._pipeline.endings)
        if self._tracing is not None and step.images:
            names = [self._cameras[image.camera].name for image in step.images]
            self._tracing.trace(spans, cameras=names, events=len(step.events), latencies_s=latencies_s)

    def _end(self, endings: dict[int, Ending]) -> None:
        for camera, ending in endings.items():
            if not self._cameras[camera].has_ended:
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
            self._look(self.clock())
            return [record.copy() for record in self._cameras.values()]

    def _look(self, now_s: float) -> None:
        if self._pipeline is None:
            return
        for number, record in self._cameras.items():
            # It may have been removed since.
            with contextlib.suppress(IndexError):
                record.look(self._pipeline.connection(number), now_s)

    def outboxes(self) -> list[Outbox]:
        """The outboxes that the run has."""
        with self._lock:
            return list(self._outboxes)

    def steps(self) -> Histogram:
        """How long steps took, from having frames to having their events with the sinks."""
        with self._lock:
            return self._steps.copy()

    def stages(self) -> dict[Stage, Histogram]:
        """How long each stage of the steps took, and the waiting before them."""
        with self._lock:
            return {stage: taken.copy() for stage, taken in self._stages.items()}


def spans_of(marks: Sequence[tuple[Stage, float]], end_s: float) -> list[Span]:
    """Return from when to when each stage was under way."""
    ends_s = [begin_s for _, begin_s in marks[1:]] + [end_s]
    return [Span(stage, begin_s, at_s) for (stage, begin_s), at_s in zip(marks, ends_s, strict=True)]
