"""What brings a pipeline its frames: the core's engine with its decoders, or a recording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from sightline import _core
from sightline.errors import RecordingError
from sightline.pipeline.camera import classes_of
from sightline.pipeline.replaying import RecordedBatch, Replaying
from sightline.recording import RecordedSource, Recording
from sightline.rules import core_scene

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.detectors import Detector
    from sightline.pipeline.camera import Camera
    from sightline.tracks import ByteTrack

AnyBatch = _core.Batch | RecordedBatch


class StreamSettings:
    """Says what an engine has to know of cameras.

    Args:
        keep_pictures: Whether pictures are handed out.
        looks_at_faces: Whether there are models for cameras that look at faces.
        azure: Whether Azure's messages are wanted, which tell how people move.
        keep_detections: Whether what the detector found is handed out.
    """

    def __init__(
        self, *, keep_pictures: bool, looks_at_faces: bool, azure: bool, keep_detections: bool
    ) -> None:
        self._keep_pictures = keep_pictures
        self._looks_at_faces = looks_at_faces
        self._azure = azure
        self._keep_detections = keep_detections

    def of(
        self, cameras: Sequence[Camera], detector: Detector | Recording, tracker: ByteTrack
    ) -> list[dict[str, Any]]:
        """Return the settings of each camera.

        Raises:
            ConfigError: When the detector has no class that a camera asks for.
        """
        return [
            {
                **camera.source.core_arguments(),
                "classes": wanted,
                "stationary": msgspec.structs.asdict(camera.stationary) if camera.stationary else None,
                "scene": core_scene(camera.scene),
                "tracker": tracker.settings,
                "keep_pictures": self._keep_pictures or (camera.face_masks and self._looks_at_faces),
                "motions": camera.motions or self._azure,
                "keep_detections": self._keep_detections,
            }
            for camera, wanted in zip(cameras, classes_of(cameras, detector), strict=True)
        ]


def open_engine(
    detector: Detector | Recording,
    cameras: Sequence[Camera],
    streams: list[dict[str, Any]],
    *,
    batch: int,
    queue: int,
) -> _core.Engine | Replaying:
    """Start the sources' decoders, or make a recording ready.

    Raises:
        SourceError: When a file cannot be opened.
        RecordingError: When a source is a recording's and the detector is not, or the other way round.
    """
    if isinstance(detector, Recording):
        return Replaying(detector, cameras, streams)
    if recorded := [
        camera.source.source_id for camera in cameras if isinstance(camera.source, RecordedSource)
    ]:
        raise RecordingError(
            f"{', '.join(recorded)}: expected the recording as the detector, found {detector.name}; give detector=recording"
        )
    return _core.Engine(detector.tensor_spec, streams, batch=batch, queue=queue)
