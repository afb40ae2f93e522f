"""One camera of a pipeline behind the detector: its facts become events and messages, and its ground is looked for."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from sightline.events import EventMaker
from sightline.motions import Motions
from sightline.pipeline.azure_output import AzureOutput
from sightline.pipeline.camera import USUAL_SIZE_PX
from sightline.pipeline.ground_of import GroundOf
from sightline.pipeline.results import Ending, Image

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sightline import _core
    from sightline.detectors import Detector
    from sightline.events import Event, Message
    from sightline.ground import GroundPlane
    from sightline.pipeline.camera import Camera
    from sightline.pipeline.engines import AnyBatch

_PERSON = "person"


class Watched:
    """What a pipeline knows of one camera besides what the core knows.

    Args:
        camera: What is watched.
        number: The camera's number in the pipeline.
        class_names: The detector's words for class ids.
        size_px: Width and height of its frames; of a camera that was not reached yet, a usual one until its first frame.
        started_at: Wall-clock time of pts 0, if known.
        azure: Whether Azure's messages are wanted.
        face_models: What looks at its faces, if anything does.

    Attributes:
        analyzed: Frames that went through the detector.
    """

    def __init__(
        self,
        camera: Camera,
        number: int,
        *,
        class_names: Mapping[int, str],
        size_px: tuple[int, int],
        started_at: str | None,
        azure: bool,
        face_models: tuple[Detector, Detector] | None,
    ) -> None:
        self.camera = camera
        self.number = number
        self.analyzed = 0
        self._class_names = class_names
        self._wants_azure = azure
        self._face_models = face_models
        self._seen = False
        self._begin(size_px, started_at)

    def _begin(self, size_px: tuple[int, int], started_at: str | None) -> None:
        """Make what depends on the size of the frames, and on when they began."""
        self._size_px, self._started_at = size_px, started_at
        self._maker = self._event_maker()
        people = [class_id for class_id, name in self._class_names.items() if name == _PERSON]
        self._ground = GroundOf(self.camera, people, size_px)
        self._azure = self._azure_output()

    def _event_maker(self) -> EventMaker:
        source = self.camera.source
        return EventMaker(
            self.camera.scene,
            camera_id=source.source_id,
            size_px=self._size_px,
            started_at=self._started_at,
            continuous=source.loop or source.is_live,
            class_names=self._class_names,
            live=source.is_live,
        )

    def _azure_output(self) -> AzureOutput | None:
        if not self._wants_azure:
            return None
        return AzureOutput(
            self.camera,
            size_px=self._size_px,
            started_at=self._started_at,
            face_models=self._face_models if self.camera.face_masks else None,
        )

    @property
    def is_new(self) -> bool:
        """Whether no frame of it was seen yet."""
        return not self._seen

    def look_at(self, size_px: tuple[int, int], started_at: str | None) -> None:
        """Take note of a frame's size: of a camera's first frame, whose start is known now, and of one that is another than before."""
        if self.is_new and self.camera.source.is_live:
            self._begin(size_px, started_at)
        elif size_px != self._size_px:
            self._size_px = size_px
            self._maker.resize(size_px)
        self._seen = True

    def change(self, camera: Camera, class_names: Mapping[int, str]) -> None:
        """Watch for what this camera says from now on; it has the same source."""
        before, self.camera, self._class_names = self.camera, camera, class_names
        self._maker = self._event_maker()
        if (before.scene.ground, before.calibration) != (camera.scene.ground, camera.calibration):
            self._begin(self._size_px, self._started_at)
        elif before != camera:
            self._azure = self._azure_output()

    def image(self, batch: AnyBatch, step: _core.Step, position: int) -> tuple[Image, GroundPlane | None]:
        """Return what is known of an image of a batch, and where the ground is if that is new."""
        self.analyzed += 1
        pts_ns, epoch = batch.pts_ns[position], batch.epochs[position]
        tracks = step.tracks(position, pts_ns, epoch, batch.sizes_px[position])
        motions = step.motions(position)
        found = self._ground.update(tracks)
        image = Image(
            self.number,
            pts_ns,
            batch.indices[position],
            tracks,
            batch.picture(position),
            motions=None if motions is None else Motions(**motions),
            calibration=self._ground.calibration,
            captured_at_ns=batch.captured_at_ns[position],
        )
        return image, found

    def ending(self, ended: Mapping[str, Any]) -> Ending:
        """Return how the source ended, of what the core says."""
        names = [field.name for field in fields(Ending) if field.name != "frames_analyzed"]
        return Ending(frames_analyzed=self.analyzed, **{name: ended[name] for name in names})

    def event(self, fact: _core.Fact) -> Event:
        """Return the fact as an event."""
        return self._maker.event(fact)

    def messages(self, image: Image, epoch: int) -> list[Message]:
        """Return the messages of a frame with its events."""
        return [] if self._azure is None else list(self._azure.messages(image, epoch))

    def last_messages(self, events: list[Event]) -> list[Message]:
        """Return the messages of what ended with the source, or with what was watched in it."""
        return [] if self._azure is None else list(self._azure.finish(events))


def without_pixels(image: Image) -> Image:
    """Return the image without its picture."""
    return image if image.pixels is None else replace(image, pixels=None)


def size_of(info: dict[str, int]) -> tuple[int, int]:
    """Return the width and height that a container tells; a usual one where it has to be reached first."""
    return (info["width"], info["height"]) if info["width"] else USUAL_SIZE_PX
