"""From a configuration to a pipeline, for every command that runs one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from sightline import detectors
from sightline.cli.console import say, warn
from sightline.cli.delivering import open_sinks
from sightline.config import Config, scene_of
from sightline.detectors import open_detector
from sightline.errors import SourceError
from sightline.pipeline import Camera, Pipeline
from sightline.tracks import ByteTrack
from sightline.video import open_source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.config import DetectorConfig
    from sightline.sinks import Sink

DEFAULT_MODEL = "yolox-nano"
MOTION = "motion"


def pipeline_from_config(config: Config, sinks: Sequence[Sink], *, keep_pictures: bool) -> Pipeline:
    """Open everything a configuration names; `sinks` come besides those of the configuration.

    Raises:
        SightlineError: What cannot be opened, with the camera's place in the configuration.
    """
    cameras: list[Camera] = []
    for index, camera in enumerate(config.cameras):
        try:
            source = open_source(
                camera.source,
                source_id=camera.id,
                fps=camera.fps,
                threads=camera.threads,
                started_at=camera.started_at,
            )
        except SourceError as error:
            if len(config.cameras) > 1:
                raise SourceError(f"cameras[{index}].source: {error}") from error
            raise
        cameras.append(Camera(source, scene_of(camera)))
    info = cameras[0].source.info
    detector = _open_detector(config.detector, (info.width, info.height))
    tracker = ByteTrack(**msgspec.structs.asdict(config.tracker))
    opened = open_sinks(config.sinks, config.outbox, report=warn)
    return Pipeline(
        cameras=cameras,
        detector=detector,
        tracker=tracker,
        sinks=[*sinks, *opened.native],
        keep_pictures=keep_pictures,
        queue=config.queue,
    )


def default_model() -> str:
    """Return the catalogue's default if it is on this machine, and `motion` otherwise."""
    return DEFAULT_MODEL if detectors.is_cached(detectors.find_entry(DEFAULT_MODEL)) else MOTION


def _open_detector(config: DetectorConfig, source_size: tuple[int, int]) -> detectors.Detector:
    model = config.model or default_model()
    if config.model is None and model == MOTION:
        say(
            f"no model given: using motion, which sees what moves; for people: sightline model pull {DEFAULT_MODEL}"
        )
    return open_detector(
        model,
        confidence=config.confidence,
        nms_iou=config.nms_iou,
        classes=config.classes,
        threads=config.threads,
        input_size=config.input_size,
        source_size=source_size,
    )
