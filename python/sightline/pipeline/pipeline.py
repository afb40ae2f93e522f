"""Sources, a detector, a tracker and rules become a series of events, and sinks get each of them first."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self, cast

from sightline import _core
from sightline.detectors import Batch, Columns
from sightline.errors import ConfigError
from sightline.pipeline.camera import USUAL_SIZE_PX, Camera
from sightline.pipeline.changes import Change, Planned, Wanted, carried_counts, change_to
from sightline.pipeline.delivery import Delivery
from sightline.pipeline.engines import AnyBatch, StreamSettings, open_engine
from sightline.pipeline.keeping import Keeping
from sightline.pipeline.replaying import RecordedBatch
from sightline.pipeline.results import Connection, Ending, Image, Stage, Step, Watch
from sightline.pipeline.watched import Watched, size_of, without_pixels
from sightline.recording import Recording
from sightline.scene import Scene
from sightline.tracks import ByteTrack

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import TracebackType

    import numpy as np
    from numpy.typing import NDArray

    from sightline.detectors import Detector
    from sightline.events import Event, Message
    from sightline.recording import DetectionRecorder
    from sightline.sinks import Sink
    from sightline.video import Source


class Pipeline:
    """One run over one or more sources. Iterating gives typed events; every sink has taken an event before you see it.

    Args:
        source: What to watch; for several, give `cameras` instead.
        scene: Lines and zones of `source`.
        cameras: Sources with their scenes.
        detector: What finds people; see `open_detector`. Or a recording of what one found, see `open_recording`: then the
            sources are the recording's.
        tracker: The settings of the tracker that each source gets one of.
        sinks: Where events go, before they are yielded.
        azure_sinks: Where the messages of Azure AI Vision Spatial Analysis go; see `Camera.azure`.
        face_models: What finds faces and what tells masks, open, for cameras with `face_masks`; see
            `sightline.faces.FaceMaskClassifier`.
        keep_pictures: Whether each `Image` carries its pixels.
        recorder: Takes down what the detector finds, to be replayed; it is closed with the pipeline.
        batch: Frames that go through the detector together, at most; by default one of each camera, if the detector takes so many.
        queue: Decoded frames of one source that may wait, at least 1.

    Attributes:
        cameras: What is watched, by number; see `reconfigure`. A number is never given to another camera.
        endings: How sources ended, by number.
        watch: Is told of each step, if there is one.

    Raises:
        ConfigError: When a scene is at fault, or the detector has no class that a camera asks for, with every fault's path.
        RecordingError: When only one of detector and sources is of a recording, or the recorder's file is there already.
        OSError: When the recorder's file cannot be made.
        SourceError: When a file cannot be opened. A camera that cannot be reached is tried again for ever; see `connection`.
    """

    def __init__(
        self,
        *,
        source: Source | None = None,
        scene: Scene | None = None,
        cameras: Sequence[Camera] = (),
        detector: Detector | Recording,
        tracker: ByteTrack | None = None,
        sinks: Sequence[Sink] = (),
        azure_sinks: Sequence[Sink] = (),
        face_models: tuple[Detector, Detector] | None = None,
        keep_pictures: bool = False,
        recorder: DetectionRecorder | None = None,
        batch: int | None = None,
        queue: int = 4,
    ) -> None:
        if (source is None) == (not cameras):
            raise ValueError("expected either source=… (with scene=…) or cameras=[…]")
        watched = list(cameras) if source is None else [Camera(source, scene or Scene())]
        self.cameras: Mapping[int, Camera] = dict(enumerate(watched))
        self.detector = detector
        self.endings: dict[int, Ending] = {}
        self.watch: Watch | None = None
        self._delivery = Delivery(sinks, azure_sinks)
        self._keeps_pictures = keep_pictures
        self._face_models = face_models
        self._tracker = tracker or ByteTrack()
        self._most = batch
        self._settings = StreamSettings(
            keep_pictures=keep_pictures,
            looks_at_faces=face_models is not None and bool(azure_sinks),
            azure=bool(azure_sinks),
            keep_detections=recorder is not None,
        )
        streams = self._settings.of(watched, detector, self._tracker)
        batch = self._batch(watched, detector)
        self._engine = open_engine(detector, watched, streams, batch=batch, queue=queue)
        self._watched = {number: self._watch_camera(number, camera) for number, camera in enumerate(watched)}
        self._planned = Planned()
        # Held while what is watched changes: counts and scenes do not fit together meanwhile.
        self._changing = threading.Lock()
        self._closed = False
        self._keeping = None if recorder is None else Keeping(recorder, self)

    def __iter__(self) -> Iterator[Event]:
        for step in self.steps():
            yield from step.events

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def steps(self) -> Iterator[Step]:
        """Go on frame by frame, for progress and pictures; the events are the same as from iterating.

        Raises:
            ModelError: When the detector fails.
            SinkError: When a sink cannot take events; they are in the error.
        """
        while (found := self._next_step()) is not None:
            yield found
        self._delivery.flush()
        self._begins("wait")

    def reconfigure(
        self,
        cameras: Sequence[Camera],
        *,
        detector: Detector | None = None,
        tracker: ByteTrack | None = None,
    ) -> Change:
        """Watch these cameras from the next step on; any thread may say so, at any time.

        Cameras are known by their `source_id`. One that is the same goes on as if nothing had happened. One of which something
        else is watched keeps its connection and its people; its unchanged lines, zones and distances keep their counts and
        what they know, and whoever is in a zone that is gone or changed leaves it, with reason `ended`. One with another
        source is reached anew and counts on where a rule is unchanged. New ones are opened, and the others are ended.
        Events of what ends come with the next step. Where nothing is left to watch, `steps` ends; with what is watched anew
        after that, it can be asked for again. A `started_at` counts from when its source is opened; to change it alone
        changes nothing.

        Args:
            cameras: All that are to be watched.
            detector: What finds people from then on; the present one when absent. It must want the same input. The one before
                is closed.
            tracker: The settings of the tracker from then on; the present ones when absent. With others, everybody is followed
                anew.

        Returns:
            What becomes of each camera. A file that cannot be opened when the time comes is in `endings`, with the error.

        Raises:
            ConfigError: When something is at fault, with every fault's path; nothing changes then. So in a replay, and while
                detections are recorded.
        """
        engine, wanted = self._changeable(), Wanted(list(cameras), detector, tracker)
        change = change_to(cameras, self.cameras)
        self._check(wanted)
        self._planned.plan(wanted)
        engine.nudge()
        return change

    @property
    def is_changing(self) -> bool:
        """Whether a change waits for the next step."""
        return self._planned.is_there

    def count_on(self, camera: int, counts: Mapping[str, Sequence[Mapping[str, Any] | None]]) -> None:
        """Let a camera's rules count on from what was counted elsewhere, such as before a restart; see `Rules.count_on`."""
        self._changeable().count_on(camera, counts)

    def stop(self) -> list[Event]:
        """End early: sources are closed, and what is open (people inside a zone) ends with its events."""
        events = self._ended(self._engine.stop())
        self._delivery.flush()
        return events

    def close(self) -> None:
        """End early if the sources go on, flush and close every sink, and free the detector. A second call does nothing."""
        if self._closed:
            return
        self._closed = True
        self.stop()
        if self._keeping is not None:
            self._keeping.close()
        self._delivery.close()
        self.detector.close()
        for model in self._face_models or ():
            model.close()

    def counts(self, camera: int = 0) -> dict[str, Any]:
        """What the camera's lines, zones and distances have counted so far."""
        return self._engine.counts(camera)

    def counted(self) -> list[tuple[Camera, dict[str, Any]]]:
        """What every camera has counted, with the scene that it belongs to; may be asked from another thread."""
        with self._changing:
            return [(camera, self.counts(number)) for number, camera in self.cameras.items()]

    def frames_analyzed(self, camera: int = 0) -> int:
        """How many of the camera's frames went through the detector so far."""
        return self._watched[camera].analyzed

    def connection(self, camera: int = 0) -> Connection:
        """How the camera's connection is now; may be asked from another thread."""
        return Connection(**self._engine.connection(camera))

    @property
    def all_sinks(self) -> list[Sink]:
        """Each sink once, also one that takes both events and messages, as an outbox does."""
        return self._delivery.all_sinks

    def _next_step(self) -> Step | None:
        """Do what is planned, or take the next batch through; `None` at the end of every source."""
        while True:
            if (wanted := self._planned.take()) is not None:
                with self._changing:
                    events = self._apply(wanted)
                return self._observed(Step([], events), [])
            self._begins("wait")
            batch = self._engine.next_batch()
            self._begins("infer")
            if batch is not None and (len(batch) or batch.ended):
                return self._observed(self._take(batch), batch.ages_s())
            if batch is not None:
                self._advance(batch)
            elif not self._planned.is_there:
                return None

    def _begins(self, stage: Stage) -> None:
        if self.watch is not None:
            self.watch.begin(stage)

    def _observed(self, step: Step, latencies_s: Sequence[float]) -> Step:
        if self.watch is not None:
            self.watch.observe(step, latencies_s)
        return step

    def _take(self, batch: AnyBatch) -> Step:
        """Take a batch through detection, tracking, rules and sinks."""
        step = self._advance(batch)
        self._begins("deliver")
        if self._keeping is not None:
            self._keeping.keep(batch, step)
        images = [self._image(batch, step, position) for position in range(len(batch))]
        events = self._events(step)
        for fact, event in zip(step.facts, events, strict=True):
            if fact.image is not None:
                images[fact.image].events.append(event)
        for ended in batch.ended:
            number: int = ended["stream"]
            self.endings[number] = self._watched[number].ending(ended)
        self._delivery.deliver(events, self._messages(images, batch.epochs, step.facts, events))
        shown = images if self._keeps_pictures else [without_pixels(image) for image in images]
        return Step(shown, events)

    def _advance(self, batch: AnyBatch) -> _core.Step:
        if isinstance(batch, RecordedBatch):
            return batch.advance()
        engine, detector = cast("_core.Engine", self._engine), cast("Detector", self.detector)
        if len(batch) == 0:
            return engine.advance_detections(batch, [])
        output = detector.infer(Batch(batch.tensor, batch.streams, batch.placements))
        self._begins("advance")
        if detector.decoder is None:
            return engine.advance_detections(batch, cast("Sequence[Columns]", output))
        return engine.advance(batch, cast("Sequence[NDArray[np.float32]]", output), detector.decoder)

    def _image(self, batch: AnyBatch, step: _core.Step, position: int) -> Image:
        number = batch.streams[position]
        watched = self._watched[number]
        started_at = self._started_at(number, watched.camera) if watched.is_new else None
        watched.look_at(batch.sizes_px[position], started_at)
        image, ground = watched.image(batch, step, position)
        if ground is not None:
            self._engine.set_ground(number, ground.core)
        return image

    def _events(self, step: _core.Step) -> list[Event]:
        return [self._watched[fact.stream].event(fact) for fact in step.facts]

    def _ended(self, step: _core.Step) -> list[Event]:
        """Deliver what the end of sources, or of what was watched in them, concluded."""
        events = self._events(step)
        self._delivery.deliver(events, self._messages([], [], step.facts, events))
        return events

    def _messages(
        self,
        images: Sequence[Image],
        epochs: Sequence[int],
        facts: Sequence[_core.Fact],
        events: Sequence[Event],
    ) -> list[Message]:
        """Return what a step brought in Azure's words: each image's, then what the end of a source concluded."""
        if not self._delivery.azure_sinks:
            return []
        messages: list[Message] = []
        for image, epoch in zip(images, epochs, strict=True):
            messages += self._watched[image.camera].messages(image, epoch)
        last: dict[int, list[Event]] = {}
        for fact, event in zip(facts, events, strict=True):
            if fact.image is None:
                last.setdefault(fact.stream, []).append(event)
        for camera, ended in last.items():
            messages += self._watched[camera].last_messages(ended)
        return messages

    def _watch_camera(self, number: int, camera: Camera) -> Watched:
        size_px, started_at = size_of(self._engine.info(number)), self._started_at(number, camera)
        return self._watched_as(number, camera, self.detector, size_px, started_at)

    def _watched_as(
        self,
        number: int,
        camera: Camera,
        detector: Detector | Recording,
        size_px: tuple[int, int],
        started_at: str | None,
    ) -> Watched:
        return Watched(
            camera,
            number,
            class_names=detector.class_names,
            size_px=size_px,
            started_at=started_at,
            azure=bool(self._delivery.azure_sinks),
            face_models=self._face_models,
        )

    def _started_at(self, number: int, camera: Camera) -> str | None:
        reached = self.connection(number).started_at if camera.source.is_live else None
        return reached or camera.source.started_at

    def _batch(self, cameras: Sequence[Camera], detector: Detector | Recording) -> int:
        """Images that go through the detector together, at most."""
        wanted = self._most or max(1, len(cameras))
        return wanted if isinstance(detector, Recording) else min(wanted, detector.max_batch)

    def _changeable(self) -> _core.Engine:
        """Return the engine if what it watches can be changed.

        Raises:
            ConfigError: In a replay, and while detections are recorded.
        """
        if not isinstance(self._engine, _core.Engine):
            raise ConfigError(
                "cameras: a replay watches what was recorded; start another one for other cameras"
            )
        if self._keeping is not None:
            raise ConfigError(
                "cameras: cannot be changed while detections are recorded; end the recording first"
            )
        return self._engine

    def _check(self, wanted: Wanted) -> None:
        """Raise what is at fault with what is wanted next, so that nothing is when the loop gets to it."""
        now, then = cast("Detector", self.detector), wanted.detector or cast("Detector", self.detector)
        if then.tensor_spec != now.tensor_spec:
            raise ConfigError(
                "detector.model: the new model wants another input than the one that runs; start anew for it"
            )
        _core.Engine.check(self._settings.of(wanted.cameras, then, wanted.tracker or self._tracker))
        for camera in wanted.cameras:
            self._watched_as(0, camera, then, USUAL_SIZE_PX, camera.source.started_at)

    def _apply(self, wanted: Wanted) -> list[Event]:
        """Watch what is wanted; return the events of what ends with that."""
        engine, change = self._changeable(), change_to(wanted.cameras, self.cameras)
        if wanted.detector is not None:
            self.detector.close()
            self.detector = wanted.detector
        self._tracker = wanted.tracker or self._tracker
        cameras = dict(self.cameras)
        events: list[Event] = []
        for number in [*change.removed, *change.restarted]:
            counts = self.counts(number)
            events += self._ended(engine.remove(number))
            self.endings.pop(number, None)
            del self._watched[number]
            before = cameras.pop(number)
            if number in change.restarted:
                camera = change.restarted[number]
                self._open(camera, cameras, carried_counts(counts, before.scene, camera.scene))
        going_on = change.changed
        if wanted.detector is not None or wanted.tracker is not None:
            going_on = {**going_on, **{number: cameras[number] for number in change.unchanged}}
        for number, camera in sorted(going_on.items()):
            cameras[number] = replace(camera, source=cameras[number].source)
            events += self._change(number, cameras[number], afresh=number in change.changed)
        for camera in change.added:
            self._open(camera, cameras, None)
        engine.set_batch(self._batch(list(cameras.values()), self.detector))
        self.cameras = cameras
        return events

    def _change(self, number: int, camera: Camera, *, afresh: bool) -> list[Event]:
        """Watch for something else in a source that goes on; what Azure's messages tell of people is not carried over."""
        [stream] = self._settings.of([camera], self.detector, self._tracker)
        afresh = afresh and bool(self._delivery.azure_sinks)
        events = self._ended(self._changeable().change(number, stream, afresh=afresh))
        self._watched[number].change(camera, self.detector.class_names)
        return events

    def _open(self, camera: Camera, cameras: dict[int, Camera], counts: dict[str, Any] | None) -> None:
        """Open one more source; where that fails, its camera has ended with that."""
        engine = self._changeable()
        [stream] = self._settings.of([camera], self.detector, self._tracker)
        number = engine.add(stream)
        if counts is not None:
            engine.count_on(number, counts)
        cameras[number] = camera
        self._watched[number] = self._watch_camera(number, camera)
