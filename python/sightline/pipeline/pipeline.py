"""Sources, a detector, a tracker and rules become a series of events, and sinks get each of them first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self, cast

import msgspec

from sightline import _core
from sightline.detectors import Batch, Columns
from sightline.events import EventMaker
from sightline.motions import Motions
from sightline.pipeline.azure_output import AzureOutput
from sightline.pipeline.camera import USUAL_SIZE_PX, Camera, classes_of
from sightline.pipeline.ground_of import GroundOf
from sightline.pipeline.results import Connection, Ending, Image, Step, Watch
from sightline.rules import core_scene
from sightline.scene import Scene
from sightline.tracks import ByteTrack

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

    import numpy as np
    from numpy.typing import NDArray

    from sightline.detectors import Detector
    from sightline.events import Event, Message
    from sightline.sinks import Sink
    from sightline.video import Source

_PERSON = "person"


class Pipeline:
    """One run over one or more sources. Iterating gives typed events; every sink has taken an event before you see it.

    Args:
        source: What to watch; for several, give `cameras` instead.
        scene: Lines and zones of `source`.
        cameras: Sources with their scenes.
        detector: What finds people; see `open_detector`.
        tracker: The settings of the tracker that each source gets one of.
        sinks: Where events go, before they are yielded.
        azure_sinks: Where the messages of Azure AI Vision Spatial Analysis go; see `Camera.azure`.
        face_models: What finds faces and what tells masks, open, for cameras with `face_masks`; see
            `sightline.faces.FaceMaskClassifier`.
        keep_pictures: Whether each `Image` carries its pixels.
        batch: Frames that go through the detector together, at most; on a CPU more than one gains nothing.
        queue: Decoded frames of one source that may wait, at least 1.

    Attributes:
        watch: Is told of each step, if there is one.

    Raises:
        ConfigError: When a scene is at fault, or the detector has no class that a camera asks for, with every fault's path.
        SourceError: When a file cannot be opened. A camera that cannot be reached is tried again for ever; see `connection`.
    """

    def __init__(
        self,
        *,
        source: Source | None = None,
        scene: Scene | None = None,
        cameras: Sequence[Camera] = (),
        detector: Detector,
        tracker: ByteTrack | None = None,
        sinks: Sequence[Sink] = (),
        azure_sinks: Sequence[Sink] = (),
        face_models: tuple[Detector, Detector] | None = None,
        keep_pictures: bool = False,
        batch: int = 1,
        queue: int = 4,
    ) -> None:
        if (source is None) == (not cameras):
            raise ValueError("expected either source=… (with scene=…) or cameras=[…]")
        self.cameras = list(cameras) if source is None else [Camera(source, scene or Scene())]
        self.detector = detector
        self.sinks, self.azure_sinks = list(sinks), list(azure_sinks)
        self.endings: dict[int, Ending] = {}
        self.watch: Watch | None = None
        self._keeps_pictures = keep_pictures
        self._face_models = face_models
        self._engine = _core.Engine(
            detector.tensor_spec,
            self._streams((tracker or ByteTrack()).settings),
            batch=min(batch, detector.max_batch),
            queue=queue,
        )
        self._sizes_px: dict[int, tuple[int, int]] = {}
        self._makers: dict[int, EventMaker] = {}
        self._grounds: dict[int, GroundOf] = {}
        self._azure: dict[int, AzureOutput] = {}
        for position in range(len(self.cameras)):
            self._begin(position)
        self._analyzed = [0] * len(self.cameras)
        self._closed = False

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
        while (batch := self._next_batch()) is not None:
            step = self._advance(batch)
            self._look_at_sizes(batch)
            events = self._events(step)
            images = [self._image(batch, step, position) for position in range(len(batch))]
            for fact, event in zip(step.facts, events, strict=True):
                if fact.image is not None:
                    images[fact.image].events.append(event)
            for ended in batch.ended:
                self._end(ended)
            self._deliver(events, self._messages(images, batch.epochs, step.facts, events))
            found = Step([self._shown(image) for image in images], events)
            if self.watch is not None:
                self.watch.observe(found)
            yield found
        for sink in self.all_sinks:
            sink.flush()
        if self.watch is not None:
            self.watch.waiting()

    def stop(self) -> list[Event]:
        """End early: sources are closed, and what is open (people inside a zone) ends with its events."""
        step = self._engine.stop()
        events = self._events(step)
        self._deliver(events, self._messages([], [], step.facts, events))
        for sink in self.all_sinks:
            sink.flush()
        return events

    def close(self) -> None:
        """End early if the sources go on, flush and close every sink, and free the detector. A second call does nothing."""
        if self._closed:
            return
        self._closed = True
        self.stop()
        for sink in self.all_sinks:
            sink.close()
        self.detector.close()
        for model in self._face_models or ():
            model.close()

    def counts(self, camera: int = 0) -> dict[str, Any]:
        """What the camera's lines, zones and distances have counted so far."""
        return self._engine.counts(camera)

    def frames_analyzed(self, camera: int = 0) -> int:
        """How many of the camera's frames went through the detector so far."""
        return self._analyzed[camera]

    def connection(self, camera: int = 0) -> Connection:
        """How the camera's connection is now; may be asked from another thread."""
        return Connection(**self._engine.connection(camera))

    def _begin(self, position: int, size_px: tuple[int, int] | None = None) -> None:
        """Make what depends on a camera's size; one that was not reached yet has a usual one until its first frame."""
        camera = self.cameras[position]
        if size_px is None:
            info = self._engine.info(position)
            size_px = (info["width"], info["height"]) if info["width"] else USUAL_SIZE_PX
        started_at = camera.source.started_at
        if camera.source.is_live:
            started_at = self.connection(position).started_at or started_at
        self._makers[position] = self._event_maker(camera, size_px, started_at)
        self._grounds[position] = GroundOf(camera, self._people, size_px)
        if self.azure_sinks:
            models = self._face_models if self._looks_at_faces(camera) else None
            self._azure[position] = AzureOutput(
                camera, size_px=size_px, started_at=started_at, face_models=models
            )

    def _look_at_sizes(self, batch: _core.Batch) -> None:
        """Take note of a camera's first frame, and of one whose size is another than before."""
        for position, size_px in zip(batch.streams, batch.sizes_px, strict=True):
            known = self._sizes_px.get(position)
            if known is None and self.cameras[position].source.is_live:
                self._begin(position, size_px)
            elif known is not None and known != size_px:
                self._makers[position].resize(size_px)
            self._sizes_px[position] = size_px

    def _event_maker(self, camera: Camera, size_px: tuple[int, int], started_at: str | None) -> EventMaker:
        return EventMaker(
            camera.scene,
            camera_id=camera.source.source_id,
            size_px=size_px,
            started_at=started_at,
            continuous=camera.source.loop or camera.source.is_live,
            class_names=self.detector.class_names,
            live=camera.source.is_live,
        )

    @property
    def _people(self) -> list[int]:
        names = self.detector.class_names
        return [class_id for class_id, name in names.items() if name == _PERSON]

    def _next_batch(self) -> _core.Batch | None:
        if self.watch is None:
            return self._engine.next_batch()
        self.watch.waiting()
        batch = self._engine.next_batch()
        self.watch.working()
        return batch

    def _advance(self, batch: _core.Batch) -> _core.Step:
        if len(batch) == 0:
            return self._engine.advance_detections(batch, [])
        output = self.detector.infer(Batch(batch.tensor, batch.streams, batch.placements))
        if self.detector.decoder is None:
            return self._engine.advance_detections(batch, cast("Sequence[Columns]", output))
        return self._engine.advance(
            batch, cast("Sequence[NDArray[np.float32]]", output), self.detector.decoder
        )

    def _image(self, batch: _core.Batch, step: _core.Step, position: int) -> Image:
        camera, pts_ns, epoch = batch.streams[position], batch.pts_ns[position], batch.epochs[position]
        self._analyzed[camera] += 1
        tracks = step.tracks(position, pts_ns, epoch, batch.sizes_px[position])
        motions = step.motions(position)
        found = self._grounds[camera].update(tracks)
        if found is not None:
            self._engine.set_ground(camera, found.core)
        return Image(
            camera,
            pts_ns,
            batch.indices[position],
            tracks,
            batch.picture(position),
            motions=None if motions is None else Motions(**motions),
            calibration=self._grounds[camera].calibration,
            captured_at_ns=batch.captured_at_ns[position],
        )

    def _end(self, ended: dict[str, Any]) -> None:
        camera: int = ended["stream"]
        self.endings[camera] = Ending(
            frames_analyzed=self._analyzed[camera],
            frames_gated=ended["frames_gated"],
            decode_errors=ended["decode_errors"],
            truncated=ended["truncated"],
            reconnects=ended["reconnects"],
            frames_dropped=ended["frames_dropped"],
            warnings=ended["warnings"],
            error=ended["error"],
        )

    def _events(self, step: _core.Step) -> list[Event]:
        return [self._makers[fact.stream].event(fact) for fact in step.facts]

    def _messages(
        self,
        images: Sequence[Image],
        epochs: Sequence[int],
        facts: Sequence[_core.Fact],
        events: Sequence[Event],
    ) -> list[Message]:
        """Return what a step brought in Azure's words: each image's, then what the end of a source concluded."""
        if not self._azure:
            return []
        messages: list[Message] = []
        for image, epoch in zip(images, epochs, strict=True):
            messages += self._azure[image.camera].messages(image, epoch)
        last: dict[int, list[Event]] = {}
        for fact, event in zip(facts, events, strict=True):
            if fact.image is None:
                last.setdefault(fact.stream, []).append(event)
        for camera, ended in last.items():
            messages += self._azure[camera].finish(ended)
        return messages

    def _deliver(self, events: Sequence[Event], messages: Sequence[Message]) -> None:
        if events:
            for sink in self.sinks:
                sink.emit(events)
        if messages:
            for sink in self.azure_sinks:
                sink.emit(messages)

    @property
    def all_sinks(self) -> list[Sink]:
        """Each sink once, also one that takes both events and messages, as an outbox does."""
        return [*self.sinks, *(sink for sink in self.azure_sinks if sink not in self.sinks)]

    def _streams(self, tracker: dict[str, Any]) -> list[dict[str, Any]]:
        """What the engine needs to know of each camera."""
        return [
            {
                **camera.source.core_arguments(),
                "classes": wanted,
                "stationary": msgspec.structs.asdict(camera.stationary) if camera.stationary else None,
                "scene": core_scene(camera.scene),
                "tracker": tracker,
                "keep_pictures": self._keeps_pictures or self._looks_at_faces(camera),
                "motions": camera.motions or bool(self.azure_sinks),
            }
            for camera, wanted in zip(self.cameras, classes_of(self.cameras, self.detector), strict=True)
        ]

    def _looks_at_faces(self, camera: Camera) -> bool:
        return camera.face_masks and self._face_models is not None and bool(self.azure_sinks)

    def _shown(self, image: Image) -> Image:
        """Return the image with its picture only if that was asked for."""
        if self._keeps_pictures or image.pixels is None:
            return image
        return replace(image, pixels=None)
