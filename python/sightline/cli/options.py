"""From what a person types after `sightline run` to a configuration: a video, a TOML file, or an Azure manifest."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from sightline.cli.arguments import scene_from_arguments
from sightline.cli.console import say, warn
from sightline.config import (
    CameraConfig,
    Config,
    DetectorConfig,
    FacesConfig,
    Instant,
    load_config,
    load_scene,
)
from sightline.config.azure import is_azure, load_azure
from sightline.errors import ConfigError, Fault
from sightline.urls import name_of
from sightline.video import DEFAULT_FPS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sightline.cli.choices import AzureSchema
    from sightline.config.azure import Deployment
    from sightline.events import Encoding
    from sightline.scene import Scene


@dataclass(frozen=True, kw_only=True)
class Options:
    """The options of `sightline run`; None for what was not given. `replayed` is for times that a recording has."""

    model: str | None
    line: list[str] | None
    zone: list[str] | None
    scene: Path | None
    fps: float | None
    confidence: float | None
    threads: int | None
    once: bool
    started_at: str | None
    azure_schema: AzureSchema | None
    face_model: str | None
    mask_model: str | None
    replayed: bool = False


def config_of(target: str, options: Options) -> Config:
    """Return what is to be run.

    Raises:
        ConfigError: With every fault.
    """
    _check_start(options.started_at)
    if is_toml(target):
        config = _of_toml(target, options)
    elif is_azure(target):
        config = _of_manifest(target, options)
    else:
        config = _of_video(target, options)
    return config if options.started_at is None else _started(config, options.started_at)


def default_encoding(target: str) -> Encoding:
    """How events are written where nobody says it."""
    return "azure" if not is_toml(target) and is_azure(target) else "cloudevents"


def is_toml(target: str) -> bool:
    """Whether this names a configuration."""
    return target.endswith(".toml")


def _of_toml(path: str, options: Options) -> Config:
    given = {
        "--model": options.model,
        "--line": options.line,
        "--zone": options.zone,
        "--scene": options.scene,
        "--fps": options.fps,
        "--confidence": options.confidence,
        "--threads": options.threads,
        "--azure-schema": options.azure_schema,
        "--face-model": options.face_model,
        "--mask-model": options.mask_model,
    }
    refuse(given.items(), f"say this in {path} instead")
    config = load_config(path)
    if not options.once:
        return config
    cameras = [msgspec.structs.replace(camera, loop=False, paced=False) for camera in config.cameras]
    return msgspec.structs.replace(config, cameras=cameras)


def _of_manifest(path: str, options: Options) -> Config:
    given = {"--line": options.line, "--zone": options.zone, "--scene": options.scene}
    refuse(given.items(), f"{path} says what is watched; `sightline migrate` makes a file of it to add to")
    deployment = load_azure(path, schema_version=options.azure_schema or "2.0", once=options.once)
    if rest := tell(deployment):
        say(f"{path}: {rest} settings mean something else or nothing here; see `sightline migrate {path}`")
    config = with_models(
        deployment.config,
        model=options.model,
        confidence=options.confidence,
        threads=options.threads,
        faces=faces_of(options.face_model, options.mask_model),
    )
    if options.fps is not None:
        cameras = [msgspec.structs.replace(camera, fps=options.fps) for camera in config.cameras]
        config = msgspec.structs.replace(config, cameras=cameras)
    said = options.started_at is not None or options.replayed
    return config if said else _started(config, now())


def _of_video(path: str, options: Options) -> Config:
    scene = scene_of_options(options)
    camera = CameraConfig(
        source=path,
        id=_camera_id(path),
        fps=DEFAULT_FPS if options.fps is None else options.fps,
        **msgspec.structs.asdict(scene),
    )
    share = DetectorConfig().confidence if options.confidence is None else options.confidence
    detector = DetectorConfig(model=options.model, confidence=share, threads=options.threads)
    return Config(cameras=[camera], detector=detector)


def scene_of_options(options: Options) -> Scene:
    """Return what was drawn on the command line, with what a scene file adds.

    Raises:
        ConfigError: With every fault.
    """
    drawn = scene_from_arguments(options.line or [], options.zone or [])
    if options.scene is None:
        return drawn
    more = load_scene(options.scene)
    return msgspec.structs.replace(more, lines=[*drawn.lines, *more.lines], zones=[*drawn.zones, *more.zones])


def _camera_id(target: str) -> str:
    """The name of a file or an address, with what a name may not have made a dash."""
    return "".join(char if char.isalnum() or char in "._-" else "-" for char in name_of(target)) or "camera"


def faces_of(detector: str | None, masks: str | None) -> FacesConfig | None:
    """Return what looks at faces; None when nothing was named.

    Raises:
        ConfigError: When one of both was named.
    """
    if detector is None and masks is None:
        return None
    if detector is None or masks is None:
        raise ConfigError("--face-model, --mask-model: expected both or neither, found one")
    return FacesConfig(detector=detector, masks=masks)


def with_models(
    config: Config,
    *,
    model: str | None,
    confidence: float | None,
    threads: int | None,
    faces: FacesConfig | None,
) -> Config:
    """Return a manifest's configuration with what looks at its pictures, which it cannot say itself."""
    given = {"model": model, "confidence": confidence, "threads": threads}
    wanted = {name: value for name, value in given.items() if value is not None}
    detector = msgspec.structs.replace(config.detector, **wanted)
    return msgspec.structs.replace(config, detector=detector, faces=faces)


def tell(deployment: Deployment) -> int:
    """Say what somebody has to look at, and return how many notes are left for `sightline migrate`."""
    urgent = [note for note in deployment.notes if note.severity in ("warning", "decide")]
    for note in urgent:
        warn(str(note))
    return len(deployment.notes) - len(urgent)


def _started(config: Config, started_at: str) -> Config:
    """Fill in the time of the first frame where a camera does not say it."""
    cameras = [
        msgspec.structs.replace(camera, started_at=camera.started_at or started_at)
        for camera in config.cameras
    ]
    return msgspec.structs.replace(config, cameras=cameras)


def now() -> str:
    """The wall clock's time, as the container wrote it for files: messages must have one."""
    now = dt.datetime.now(dt.UTC)  # noqa: TID251 - the start of the run, told once
    return now.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _check_start(started_at: str | None) -> None:
    if started_at is None:
        return
    try:
        msgspec.convert(started_at, Instant)
    except msgspec.ValidationError:
        message = f"expected RFC 3339 with a time zone, such as 2026-02-11T09:30:00Z, found {started_at!r}"
        raise ConfigError([Fault("--started-at", message)]) from None


def refuse(given: Iterable[tuple[str, object]], why: str) -> None:
    """Raise `ConfigError` with each option that was given."""
    faults = [Fault(option, why) for option, value in given if value is not None]
    if faults:
        raise ConfigError(faults)
