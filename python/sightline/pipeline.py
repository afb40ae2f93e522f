"""Sources, a detector, a tracker and rules become a series of events, and sinks get each of them first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, cast

import msgspec

from sightline import _core
from sightline.detectors import Batch, Columns, class_ids
from sightline.errors import ConfigError, Fault, ModelError, UnknownClassError
from sightline.events import EventMaker
from sightline.rules import core_scene
from sightline.scene import Scene
from sightline.tracks import ByteTrack, Tracks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

    import numpy as np
    from numpy.typing import NDArray

    from sightline.config import StationaryConfig
    from sightline.detectors import Detector
    from sightline.events import Event
    from sightline.sinks import Sink
    from sightline.video import Source


@dataclass(frozen=True)
class Camera:
    """A source with the lines, zones and distances that are watched in it.

    Attributes:
        source: What to watch.
        scene: What is watched in it.
        classes: Names or ids of the classes that are followed, of those that the detector was opened for; `None` for all of these.
        stationary: What is taken for a mannequin or a poster and left out of tracking; `None` leaves nothing out.
    """

    source: Source
    scene: Scene
    classes: Sequence[str | int] | None = None
    stationary: StationaryConfig | None = None


@dataclass(frozen=True)
class Image:
    """One analyzed frame, for whoever wants to look.

    Attributes:
        camera: Position of the camera in the pipeline.
        pts_ns: Presentation time, nanoseconds.
        index: Number of the frame in its source.
        tracks: Who is visible.
        pixels: (height, width, 3) RGB uint8, if the pipeline keeps pictures.
    """

    camera: int
    pts_ns: int
    index: int
    tracks: Tracks
    pixels: NDArray[np.uint8] | None


@dataclass(frozen=True)
class Step:
    """What one batch of frames brought."""

    images: list[Image]
    events: list[Event]


@dataclass(frozen=True)
class Ending:
    """How a source ended.

    Attributes:
        frames_analyzed: Frames that went through the detector.
        frames_gated: Frames passed over because they were not due.
        decode_errors: Broken packets and frames that were left out.
        truncated: Whether the file ends before its index says.
        warnings: What was odd, in words.
        error: Why it ended early; `None` at the end of the source.
    """

    frames_analyzed: int
    frames_gated: int
    decode_errors: int
    truncated: bool
    warnings: list[str]
    error: str | None


class Pipeline:
    """One run over one or more sources. Iterating gives typed events; every sink has taken an event before you see it.

    Args:
        source: What to watch; for several, give `cameras` instead.
        scene: Lines and zones of `source`.
        cameras: Sources with their scenes.
        detector: What finds people; see `open_detector`.
        tracker: The settings of the tracker that each source gets one of.
        sinks: Where events go, before they are yielded.
        keep_pictures: Whether each `Image` carries its pixels.
        batch: Frames that go through the detector together, at most; on a CPU more than one gains nothing.
        queue: Decoded frames of one source that may wait, at least 1.

    Raises:
        ConfigError: When a scene is at fault, or the detector has no class that a camera asks for, with every fault's path.
        SourceError: When a source cannot be opened.
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
        keep_pictures: bool = False,
        batch: int = 1,
        queue: int = 4,
    ) -> None:
        if (source is None) == (not cameras):
            raise ValueError("expected either source=… (with scene=…) or cameras=[…]")
        self.cameras = list(cameras) if source is None else [Camera(source, scene or Scene())]
        self.detector = detector
        self.sinks = list(sinks)
        self.endings: dict[int, Ending] = {}
        settings = (tracker or ByteTrack()).settings
        classes = _classes_of(self.cameras, detector)
        streams = [
            {
                **camera.source.core_arguments(),
                "classes": wanted,
                "stationary": msgspec.structs.asdict(camera.stationary) if camera.stationary else None,
                "scene": core_scene(camera.scene),
                "tracker": settings,
                "keep_pictures": keep_pictures,
            }
            for camera, wanted in zip(self.cameras, classes, strict=True)
        ]
        self._engine = _core.Engine(
            detector.tensor_spec, streams, batch=min(batch, detector.max_batch), queue=queue
        )
        self._makers = [self._event_maker(position) for position in range(len(self.cameras))]
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
        while (batch := self._engine.next_batch()) is not None:
            step = self._advance(batch)
            images = [self._image(batch, step, position) for position in range(len(batch))]
            for ended in batch.ended:
                self._end(ended)
            yield Step(images, self._deliver(step))
        for sink in self.sinks:
            sink.flush()

    def stop(self) -> list[Event]:
        """End early: sources are closed, and what is open (people inside a zone) ends with its events."""
        events = self._deliver(self._engine.stop())
        for sink in self.sinks:
            sink.flush()
        return events

    def close(self) -> None:
        """End early if the sources go on, flush and close every sink, and free the detector. A second call does nothing."""
        if self._closed:
            return
        self._closed = True
        self.stop()
        for sink in self.sinks:
            sink.close()
        self.detector.close()

    def counts(self, camera: int = 0) -> dict[str, Any]:
        """What the camera's lines, zones and distances have counted so far."""
        return self._engine.counts(camera)

    def frames_analyzed(self, camera: int = 0) -> int:
        """How many of the camera's frames went through the detector so far."""
        return self._analyzed[camera]

    def _event_maker(self, position: int) -> EventMaker:
        camera = self.cameras[position]
        info = self._engine.info(position)
        return EventMaker(
            camera.scene,
            camera_id=camera.source.source_id,
            size_px=(info["width"], info["height"]),
            started_at=camera.source.started_at,
            continuous=camera.source.loop,
            class_names=self.detector.class_names,
        )

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
        return Image(camera, pts_ns, batch.indices[position], tracks, batch.picture(position))

    def _end(self, ended: dict[str, Any]) -> None:
        camera: int = ended["stream"]
        self.endings[camera] = Ending(
            frames_analyzed=self._analyzed[camera],
            frames_gated=ended["frames_gated"],
            decode_errors=ended["decode_errors"],
            truncated=ended["truncated"],
            warnings=ended["warnings"],
            error=ended["error"],
        )

    def _deliver(self, step: _core.Step) -> list[Event]:
        events = [self._makers[fact.stream].event(fact) for fact in step.facts]
        if events:
            for sink in self.sinks:
                sink.emit(events)
        return events


def _classes_of(cameras: Sequence[Camera], detector: Detector) -> list[list[int] | None]:
    """Return the class ids that each camera asks for; the detector's names say what they are called."""
    found: list[list[int] | None] = []
    faults: list[Fault] = []
    for position, camera in enumerate(cameras):
        path = f"cameras[{position}].classes"
        try:
            found.append(class_ids(camera.classes, detector.class_names, num_classes=0))
        except UnknownClassError as error:
            faults += [Fault(f"{path}[{place}]", message) for place, message in error.faults]
        except ModelError:
            faults.append(Fault(path, f"expected names or ids, or None for all; found {camera.classes!r}"))
    if faults:
        raise ConfigError(faults)
    return found
