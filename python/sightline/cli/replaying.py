"""`sightline run --detections`: a recording in the place of videos and a model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from sightline.cli.console import say, warn
from sightline.cli.options import config_of, is_toml, refuse, scene_of_options
from sightline.config import CameraConfig, Config, DetectorConfig, OperateConfig, scene_of
from sightline.config.azure import is_azure
from sightline.detectors import class_ids
from sightline.errors import ConfigError, Fault, UnknownClassError
from sightline.pipeline import Camera, Pipeline
from sightline.tracks import ByteTrack

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sightline.cli.delivering import Sinks
    from sightline.cli.options import Options
    from sightline.recording import Recording


def refuse_of_video(
    options: Options, *, render: Path | None, heat_map: Path | None, record_detections: Path | None
) -> None:
    """Refuse options that are about videos and models.

    Raises:
        ConfigError: With each of them.
    """
    pictures = {"--render": render, "--heat-map": heat_map}
    refuse(pictures.items(), "a recording of detections has no pictures to draw on; run the video itself")
    decided = {
        "--model": options.model,
        "--fps": options.fps,
        "--confidence": options.confidence,
        "--threads": options.threads,
        "--once": options.once or None,
        "--face-model": options.face_model,
        "--mask-model": options.mask_model,
        "--record-detections": record_detections,
    }
    refuse(decided.items(), "this was decided when the detections were recorded; leave it out")


def replayed_config(target: str | None, options: Options, recording: Recording) -> Config:
    """Return what is to be replayed, without the sinks and the address of a configuration: those are of the run itself.

    Raises:
        ConfigError: With every fault.
    """
    if recording.truncated_at is not None:
        warn(
            f"{recording.path}: breaks off at byte {recording.truncated_at}, since its run was killed or goes on; what is whole is replayed"
        )
    if target is None:
        return _of_recording(options, recording)
    if not is_toml(target) and not is_azure(target):
        raise ConfigError(
            f"{target}: expected a CONFIG.toml, a MANIFEST.json or nothing beside --detections, which has the frames"
        )
    config = config_of(target, options)
    if config.sinks:
        say(f"{target}: its sinks get nothing of a replay; say where events go with --sink")
    _check_cameras(config, recording)
    return msgspec.structs.replace(config, sinks=[], operate=OperateConfig(), faces=None)


def replaying_pipeline(config: Config, recording: Recording, sinks: Sinks) -> Pipeline:
    """Open a pipeline over what was recorded.

    Raises:
        ConfigError: When a camera asks for a class that the detector did not have.
    """
    faced = [str(camera.id) for camera in config.cameras if camera.face_masks]
    if faced:
        warn(f"{', '.join(faced)}: face masks need pictures, so a replay tells none")
    cameras: list[Camera] = []
    for index, camera in enumerate(config.cameras):
        source = recording.source(camera.id)
        cameras.append(
            Camera(
                replace(source, started_at=camera.started_at or source.started_at),
                scene_of(camera),
                classes=_classes(config, index, recording),
                stationary=camera.stationary,
                calibration=camera.calibration,
                azure=camera.azure,
            )
        )
    return Pipeline(
        cameras=cameras,
        detector=recording,
        tracker=ByteTrack(**msgspec.structs.asdict(config.tracker)),
        sinks=sinks.native,
        azure_sinks=sinks.azure,
    )


def _of_recording(options: Options, recording: Recording) -> Config:
    """The recording's cameras, with what was drawn on the command line for the only one of them."""
    names = [source.source_id for source in recording.sources]
    drawn = {"--line": options.line, "--zone": options.zone, "--scene": options.scene}
    if len(names) != 1:
        there = ", ".join(names) or "none"
        refuse(
            drawn.items(),
            f"expected a recording of one camera, found {len(names)}: {there}; give a CONFIG.toml with a [[cameras]] for each",
        )
    if not names:
        raise ConfigError(f"{recording.path}: the recording breaks off before it names a camera")
    scene = msgspec.structs.asdict(scene_of_options(options))
    cameras = [
        CameraConfig(
            source=str(recording.path),
            id=name,
            started_at=options.started_at,
            **scene,
        )
        for name in names
    ]
    # Whoever names no classes follows all that were recorded.
    return Config(cameras=cameras, detector=DetectorConfig(classes=[]))


def _check_cameras(config: Config, recording: Recording) -> None:
    """Find every camera of the configuration in the recording, and say which of the recording's nobody asks for."""
    there = [source.source_id for source in recording.sources]
    asked = [camera.id for camera in config.cameras]
    faults = [
        Fault(
            f"cameras[{index}].id",
            f"expected a camera of {recording.path}, which has {', '.join(there) or 'none'}; found {name!r}; call it as it was called in the recording",
        )
        for index, name in enumerate(asked)
        if name not in there
    ]
    if faults:
        raise ConfigError(faults)
    if left := [name for name in there if name not in asked]:
        warn(f"{recording.path}: {', '.join(left)}: not in the configuration, so left out")


def _classes(config: Config, index: int, recording: Recording) -> Sequence[str | int] | None:
    """The classes that a camera follows, as in a run; all that were recorded where nobody chose and there is no such."""
    camera, default = config.cameras[index], DetectorConfig().classes
    chosen = camera.classes or config.detector.classes
    if not chosen:
        return None
    try:
        class_ids(chosen, recording.class_names, num_classes=0)
    except UnknownClassError as error:
        if chosen == default:
            return None
        path = f"cameras[{index}].classes" if camera.classes else "detector.classes"
        raise ConfigError([Fault(f"{path}[{place}]", message) for place, message in error.faults]) from error
    return chosen
