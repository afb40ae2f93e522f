"""Reading TOML: runs and scenes."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from sightline.config.model import CameraConfig, Config, FacesConfig
from sightline.config.strict import convert
from sightline.errors import ConfigError, Fault
from sightline.rules import check_scene
from sightline.scene import Scene
from sightline.urls import name_of, scheme_of

if TYPE_CHECKING:
    import os


def load_config(path: str | os.PathLike[str]) -> Config:
    """Read a run's configuration; paths in it become relative to its folder, scene files are read too.

    Raises:
        ConfigError: With every fault and its path.
    """
    file = Path(path)
    config = convert(read_toml(file), Config)
    faults: list[Fault] = []
    cameras = [
        _completed(camera, file.parent, f"cameras[{index}]", faults)
        for index, camera in enumerate(config.cameras)
    ]
    _require_distinct("cameras", [camera.id or "" for camera in cameras], "id", faults)
    sinks = [sink.beside(file.parent) for sink in config.sinks]
    _require_distinct("sinks", [sink.called for sink in sinks], "name", faults)
    outbox = config.outbox
    if outbox.path is not None:
        outbox = msgspec.structs.replace(outbox, path=str(file.parent / outbox.path))
    operate = config.operate
    if operate.counts_file is not None:
        operate = msgspec.structs.replace(operate, counts_file=str(file.parent / operate.counts_file))
    if operate.token is not None:
        operate = msgspec.structs.replace(operate, token=operate.token.beside(file.parent))
    if faults:
        raise ConfigError(faults)
    detector = config.detector
    if detector.model:
        detector = msgspec.structs.replace(detector, model=_model(detector.model, file.parent))
    faces = config.faces
    if faces is not None:
        faces = FacesConfig(
            detector=_model(faces.detector, file.parent), masks=_model(faces.masks, file.parent)
        )
    return msgspec.structs.replace(
        config,
        cameras=cameras,
        sinks=sinks,
        outbox=outbox,
        operate=operate,
        detector=detector,
        faces=faces,
    )


def load_scene(path: str | os.PathLike[str]) -> Scene:
    """Read a scene file: `[[lines]]`, `[[zones]]`, `[[distances]]`.

    Raises:
        ConfigError: With every fault and its path.
    """
    scene = convert(read_toml(Path(path)), Scene)
    check_scene(scene)
    return scene


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file into plain values.

    Raises:
        ConfigError: No such file, not readable, or not TOML, with line and column where they are known.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file") from None
    except IsADirectoryError:
        raise ConfigError(f"{path}: is a directory; name a TOML file in it") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not a text in UTF-8 (byte {error.start})") from error
    except RecursionError:
        raise ConfigError(f"{path}: not valid TOML: nested too deeply") from None
    except ValueError as error:  # numbers of thousands of digits too
        raise ConfigError(f"{path}: not valid TOML: {error}") from error


def scene_of(camera: CameraConfig) -> Scene:
    """Return what a camera's configuration says of its scene."""
    return Scene(**{name: getattr(camera, name) for name in Scene.__struct_fields__})


def _completed(camera: CameraConfig, folder: Path, path: str, faults: list[Fault]) -> CameraConfig:
    """Fill in what the configuration leaves to be derived, and check the scene's geometry."""
    if camera.scene is not None:
        try:
            more = convert(read_toml(folder / camera.scene), Scene)
        except ConfigError as error:
            faults.extend(Fault(f"{path}.scene", str(fault)) for fault in error.faults)
        else:
            camera = msgspec.structs.replace(
                camera,
                lines=[*camera.lines, *more.lines],
                zones=[*camera.zones, *more.zones],
                distances=[*camera.distances, *more.distances],
                max_gap_s=camera.max_gap_s or more.max_gap_s,
                summary_s=camera.summary_s or more.summary_s,
                ground=camera.ground or more.ground,
            )
    try:
        check_scene(scene_of(camera))
    except ConfigError as error:
        faults.extend(Fault(f"{path}.{fault.path}", fault.message) for fault in error.faults)
    name = camera.id or name_of(camera.source)
    source = camera.source if scheme_of(camera.source) else str(folder / camera.source)
    ca_file = str(folder / camera.ca_file) if camera.ca_file else None
    return msgspec.structs.replace(camera, source=source, id=name, ca_file=ca_file)


def _model(name: str, folder: Path) -> str:
    """A model's file in the configuration's folder, or a name of the catalogue as it is."""
    return str(folder / name) if (folder / name).is_file() else name


def _require_distinct(items: str, names: list[str], field: str, faults: list[Fault]) -> None:
    seen: dict[str, int] = {}
    for index, name in enumerate(names):
        if name in seen:
            message = f"expected a name of its own, found {name!r} as in {items}[{seen[name]}]"
            faults.append(Fault(f"{items}[{index}].{field}", message))
        seen.setdefault(name, index)
