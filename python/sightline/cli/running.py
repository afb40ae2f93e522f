"""From a configuration to a pipeline, for every command that runs one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from sightline import detectors
from sightline.cli.console import report, say, warn
from sightline.cli.delivering import Sinks, open_sinks
from sightline.config import CameraConfig, Config, scene_of
from sightline.detectors import open_detector
from sightline.detectors.onnx_model import cores
from sightline.errors import ConfigError, Fault, SourceError, UnknownClassError
from sightline.faces import open_face_detector, open_mask_detector
from sightline.pipeline import USUAL_SIZE_PX, Camera, Pipeline
from sightline.tracks import ByteTrack
from sightline.urls import name_of
from sightline.video import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.pipeline import Change
    from sightline.recording import DetectionRecorder

DEFAULT_MODEL = "yolox-nano"
MOTION = "motion"
# Parts of a configuration that are opened once, for as long as it runs.
_FIXED = ("sinks", "outbox", "faces", "operate", "queue")


def pipeline_from_config(
    config: Config, sinks: Sinks, *, keep_pictures: bool, recorder: DetectionRecorder | None = None
) -> Pipeline:
    """Open everything a configuration names; `sinks` come besides those of the configuration.

    Raises:
        SightlineError: What cannot be opened, with the camera's place in the configuration.
        OSError: When the recorder's file cannot be made.
    """
    cameras = _cameras(config, known=())
    detector = _open_detector(config, _size_px(cameras[0]))
    tracker = _tracker(config)
    face_models = _face_models(config)
    opened = open_sinks(config.sinks, config.outbox, report=report)
    return Pipeline(
        cameras=cameras,
        detector=detector,
        tracker=tracker,
        sinks=[*sinks.native, *opened.native],
        azure_sinks=[*sinks.azure, *opened.azure],
        face_models=face_models,
        keep_pictures=keep_pictures,
        recorder=recorder,
        queue=config.queue,
    )


def change_pipeline(pipeline: Pipeline, before: Config, after: Config) -> Change:
    """Let a pipeline that runs by one configuration go on by another; see `Pipeline.reconfigure`.

    Raises:
        SightlineError: What is at fault, or cannot be changed while it runs; nothing changes then.
    """
    faults = [
        Fault(name, "cannot be changed while cameras run; restart for it")
        for name in _FIXED
        if getattr(before, name) != getattr(after, name)
    ]
    if faults:
        raise ConfigError(faults)
    cameras = _cameras(after, known=[camera.source for camera in pipeline.cameras.values()])
    tracker = None if before.tracker == after.tracker else _tracker(after)
    if not _finds_otherwise(before, after):
        return pipeline.reconfigure(cameras, tracker=tracker)
    detector = _open_detector(after, _size_px(cameras[0]))
    try:
        return pipeline.reconfigure(cameras, detector=detector, tracker=tracker)
    except BaseException:
        detector.close()
        raise


def _finds_otherwise(before: Config, after: Config) -> bool:
    """Whether another detector has to be opened: for other classes or settings, or for more pictures side by side."""
    side_by_side = [min(len(config.cameras), cores()) for config in (before, after)]
    classes = [_wanted_classes(config).keys() for config in (before, after)]
    return before.detector != after.detector or classes[0] != classes[1] or side_by_side[0] != side_by_side[1]


def _cameras(config: Config, *, known: Sequence[Source]) -> list[Camera]:
    """What is watched; sources are looked at before anything is opened, but for those that are `known` to run."""
    # A camera that does not choose sees the detector's classes, and not those that others ask it for.
    others = config.detector.classes if any(camera.classes for camera in config.cameras) else None
    cameras: list[Camera] = []
    for index, camera in enumerate(config.cameras):
        try:
            source = _source(camera, known)
        except SourceError as error:
            if len(config.cameras) > 1:
                raise SourceError(f"cameras[{index}].source: {error}") from error
            raise
        cameras.append(
            Camera(
                source,
                scene_of(camera),
                classes=camera.classes or others,
                stationary=camera.stationary,
                calibration=camera.calibration,
                azure=camera.azure,
                face_masks=camera.face_masks,
            )
        )
    return cameras


def _source(camera: CameraConfig, known: Sequence[Source]) -> Source:
    source = Source(
        camera.source,
        camera.id or name_of(camera.source),
        fps=camera.fps,
        threads=camera.threads,
        started_at=camera.started_at,
        loop=camera.loop,
        paced=camera.paced,
        transport=camera.transport,
        open_timeout_s=camera.open_timeout_s,
        read_timeout_s=camera.read_timeout_s,
        ca_file=camera.ca_file,
        clock=camera.clock,
    )
    runs = any(replace(other, started_at=source.started_at) == source for other in known)
    if not runs and not source.is_live:
        _ = source.info
    return source


def _tracker(config: Config) -> ByteTrack:
    return ByteTrack(**msgspec.structs.asdict(config.tracker))


def _size_px(camera: Camera) -> tuple[int, int]:
    """The size of a camera's pictures, for models that leave theirs open; a usual one where it has to be reached first."""
    if camera.source.is_live:
        return USUAL_SIZE_PX
    info = camera.source.info
    return info.width, info.height


def default_model() -> str:
    """Return the catalogue's default if it is on this machine, and `motion` otherwise."""
    return DEFAULT_MODEL if detectors.is_cached(detectors.find_entry(DEFAULT_MODEL)) else MOTION


def _open_detector(config: Config, source_size: tuple[int, int]) -> detectors.Detector:
    detector = config.detector
    model = detector.model or default_model()
    if detector.model is None and model == MOTION:
        say(
            f"no model given: using motion, which sees what moves; for people: sightline model pull {DEFAULT_MODEL}"
        )
    wanted = _wanted_classes(config)
    try:
        return open_detector(
            model,
            confidence=detector.confidence,
            nms_iou=detector.nms_iou,
            classes=list(wanted),
            threads=detector.threads,
            at_once=len(config.cameras),
            input_size=detector.input_size,
            source_size=source_size,
        )
    except UnknownClassError as error:
        places = list(wanted.values())
        raise ConfigError(
            [Fault(path, message) for place, message in error.faults for path in places[place]]
        ) from error


def _face_models(config: Config) -> tuple[detectors.Detector, detectors.Detector] | None:
    """Open what looks at faces, if a camera asks for it; no face model is touched otherwise."""
    asked = [f"cameras[{index}]" for index, camera in enumerate(config.cameras) if camera.face_masks]
    if not asked:
        return None
    if config.faces is None:
        warn(
            f"{', '.join(asked)}: face masks are asked for, and no models are named, so none are told;"
            " name them in [faces], or with --face-model and --mask-model"
        )
        return None
    threads = config.detector.threads
    return (
        open_face_detector(config.faces.detector, threads=threads),
        open_mask_detector(config.faces.masks, threads=threads),
    )


def _wanted_classes(config: Config) -> dict[str | int, list[str]]:
    """Return what the detector has to find for all cameras together, with the places in the configuration that say so."""
    wanted: dict[str | int, list[str]] = {}
    for index, camera in enumerate(config.cameras):
        path = f"cameras[{index}].classes" if camera.classes else "detector.classes"
        for place, name in enumerate(camera.classes or config.detector.classes):
            paths = wanted.setdefault(name, [])
            if (said := f"{path}[{place}]") not in paths:
                paths.append(said)
    return wanted
