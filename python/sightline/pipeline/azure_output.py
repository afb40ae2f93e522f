"""The messages of Azure AI Vision Spatial Analysis of one camera of a pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightline.events.azure import AzureCamera, AzureEncoder, AzureReport, Frame
from sightline.faces import FaceMaskClassifier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.detectors import Detector
    from sightline.events import Event, Message
    from sightline.pipeline.camera import Camera
    from sightline.pipeline.results import Image
    from sightline.scene import Scene

# The time of pts 0 where nobody says it: messages always have a time, and the same recording the same.
_UNKNOWN_START = "1970-01-01T00:00:00Z"
_GENERIC = "cognitiveservices.vision.spatialanalysis"


class AzureOutput:
    """Makes the messages of one camera.

    Args:
        camera: What is reported; all lines and zones when it does not say.
        size_px: Width and height of its frames.
        started_at: Wall-clock time of pts 0, if known.
        face_models: What finds faces and what tells masks, if the camera looks at faces; they stay the caller's.

    Raises:
        ConfigError: When a report names what the scene does not have.
    """

    def __init__(
        self,
        camera: Camera,
        *,
        size_px: tuple[int, int],
        started_at: str | None,
        face_models: tuple[Detector, Detector] | None,
    ) -> None:
        source = camera.source
        self._encoder = AzureEncoder(
            camera.azure or report_all(camera.scene, source.source_id),
            camera_id=source.source_id,
            size_px=size_px,
            started_at=started_at or _UNKNOWN_START,
            scene=camera.scene,
            continuous=source.loop or source.is_live,
        )
        self._faces = None if face_models is None else FaceMaskClassifier(*face_models)

    def messages(self, image: Image, epoch: int) -> Sequence[Message]:
        """Return the messages of one analyzed frame; with faces, its picture is looked at."""
        if image.motions is None:
            raise ValueError("motions: expected those of the frame, found none; the camera must keep them")
        if self._faces is not None and image.pixels is not None:
            self._faces.update(image.pixels, image.tracks, image.pts_ns)
        frame = Frame(
            pts_ns=image.pts_ns,
            epoch=epoch,
            index=image.index,
            tracks=image.tracks,
            motions=image.motions,
            calibration=image.calibration,
            face_masks={} if self._faces is None else self._faces.face_masks,
            captured_at_ns=image.captured_at_ns,
        )
        return self._encoder.messages(frame, image.events)

    def finish(self, events: Sequence[Event]) -> Sequence[Message]:
        """Return the messages of what ended with the stream."""
        return self._encoder.finish(events)


def report_all(scene: Scene, source_id: str) -> AzureCamera:
    """Return reports of every line's crossings, and of every zone's count, entries, exits and stays."""
    reports = [AzureReport(event="linecrossing", region=line.name) for line in scene.lines]
    for zone in scene.zones:
        reports += [
            AzureReport(event="count", region=zone.name),
            AzureReport(event="zonecrossing", region=zone.name),
            AzureReport(event="zonedwelltime", region=zone.name),
        ]
    return AzureCamera(source_id=source_id, operation=_GENERIC, reports=reports)
