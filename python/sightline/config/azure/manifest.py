"""A document in any shape that configured the container becomes a native configuration."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

import msgspec

from sightline.config.azure.camera import CameraReader
from sightline.config.azure.graphs import Graph, graphs_from_twin, instances_of
from sightline.config.azure.json_text import JsonTextError, read_json_text
from sightline.config.azure.modules import environment_of, inside, tell_modules
from sightline.config.azure.notes import Findings, Note, Use, below
from sightline.config.azure.values import Values
from sightline.config.azure.vehicles import VEHICLE_CLASSES
from sightline.config.model import CameraConfig, Config, DetectorConfig
from sightline.errors import ConfigError, Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

_WORDS = (
    b'"modulesContent"',
    b'"moduleContent"',
    b'"properties.desired"',
    b'"graphs"',
    b'"operationId"',
    b'"OPERATION_ID"',
)
_LOOKED_AT = 65536
_LARGEST = 4 * 2**20
_PEOPLE = ["person"]


@dataclass(frozen=True)
class Deployment:
    """What a manifest is here.

    Attributes:
        config: One camera for each enabled camera of the manifest, and no sinks.
        notes: What is read otherwise than it stands there, or not at all, and why.
        uses: What each setting of each camera does here.
    """

    config: Config
    notes: list[Note] = field(default_factory=list[Note])
    uses: list[Use] = field(default_factory=list[Use])

    def __repr__(self) -> str:
        names = ", ".join(str(camera.id) for camera in self.config.cameras)
        return f"Deployment(cameras=[{names}], notes={len(self.notes)})"


def is_azure(path: str | os.PathLike[str]) -> bool:
    """Return whether a file is one for `load_azure`: its name ends in `.json`, or it begins as such a document.

    Never raises; a file that is not there is judged by its name.
    """
    file = Path(path)
    if file.suffix.lower() == ".json":
        return True
    try:
        if not file.is_file():
            return False
        with file.open("rb") as opened:
            start = opened.read(_LOOKED_AT)
    except OSError:
        return False
    return start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{") and any(
        word in start for word in _WORDS
    )


def load_azure(
    path: str | os.PathLike[str],
    *,
    schema_version: Literal["1.0", "2.0"] = "2.0",
    once: bool = False,
    started_at: str | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Deployment:
    """Read a deployment manifest, a module twin, a graph or an operation alone.

    Args:
        path: The JSON file; relative paths in it are relative to its folder.
        schema_version: The edition of the messages' schema.
        once: Whether files are played once, whatever `VIDEO_IS_LIVE` says.
        started_at: Wall-clock time of each camera's first frame, RFC 3339, if known.
        environment: Where `KEY_ENV` and `IV_ENV` are looked for before the module's own environment.

    Raises:
        ConfigError: With every fault and its path.
    """
    file = Path(path)
    findings = Findings()
    return _deployment(
        _read(file, findings),
        findings,
        where=str(file),
        folder=file.parent,
        environment=environment,
        schema_version=schema_version,
        once=once,
        started_at=started_at,
    )


def deployment_of(
    document: object,
    *,
    schema_version: Literal["1.0", "2.0"] = "2.0",
    started_at: str | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Deployment:
    """Read the desired properties of a module twin, or any other of the shapes, as plain values.

    Args:
        document: What JSON gives; relative paths in it are relative to the working directory.
        schema_version: The edition of the messages' schema.
        started_at: Wall-clock time of each camera's first frame, RFC 3339, if known.
        environment: Where `KEY_ENV` and `IV_ENV` are looked for.

    Raises:
        ConfigError: With every fault and its path.
    """
    return _deployment(
        document,
        Findings(),
        where="twin",
        folder=Path(),
        environment=environment,
        schema_version=schema_version,
        once=False,
        started_at=started_at,
    )


def _deployment(
    document: object,
    findings: Findings,
    *,
    where: str,
    folder: Path,
    environment: Mapping[str, str],
    schema_version: Literal["1.0", "2.0"],
    once: bool,
    started_at: str | None,
) -> Deployment:
    values = Values(findings)
    graphs = _graphs(document, where, values)
    reader = CameraReader(
        values,
        folder=folder,
        environment=environment,
        schema_version=schema_version,
        once=once,
        started_at=started_at,
    )
    cameras: list[CameraConfig] = []
    for graph in graphs:
        for instance in instances_of(graph, values):
            camera = reader.read(instance)
            if camera is not None:
                cameras.append(camera)
    if any(camera.classes is None for camera in cameras):
        findings.note(
            where,
            "changed",
            "10 frames a second of each camera are analyzed, whatever it sends",
            "the container looked at every frame, of cameras set to 15 a second; see `fps`",
        )
    if not cameras and not findings.faults:
        findings.fault(where, "expected a camera that is enabled, found none")
    if findings.faults:
        raise ConfigError(findings.faults)
    return Deployment(_config(cameras), findings.notes, reader.uses)


def _config(cameras: list[CameraConfig]) -> Config:
    """Return a configuration whose detector finds what all the cameras follow."""
    wanted = [camera.classes for camera in cameras]
    if all(classes is None for classes in wanted):
        return Config(cameras=cameras)
    if all(wanted):
        return Config(cameras=cameras, detector=DetectorConfig(classes=list(VEHICLE_CLASSES)))
    told = [
        camera if camera.classes else msgspec.structs.replace(camera, classes=list[str | int](_PEOPLE))
        for camera in cameras
    ]
    return Config(cameras=told, detector=DetectorConfig(classes=[*_PEOPLE, *VEHICLE_CLASSES]))


def _read(file: Path, findings: Findings) -> object:
    """Return what a file says.

    Raises:
        ConfigError: When it cannot be read or is not JSON.
    """
    where = str(file)
    try:
        if file.stat().st_size > _LARGEST:
            raise ConfigError([Fault(where, f"larger than {_LARGEST >> 20} MiB; no manifest is")])
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError([Fault(where, "no such file")]) from None
    except IsADirectoryError:
        raise ConfigError([Fault(where, "is a directory; name a JSON file in it")]) from None
    except OSError as error:
        raise ConfigError([Fault(where, f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([Fault(where, f"not a text in UTF-8 (byte {error.start})")]) from error
    try:
        read = read_json_text(text)
    except JsonTextError as error:
        raise ConfigError([Fault(where, f"not valid JSON at {error.place}: {error.message}")]) from None
    for place, what in read.forgiven:
        findings.note(where, "changed", "read all the same", f"{what} at {place}, which JSON does not allow")
    for keys, place in read.duplicates:
        findings.fault(below("", *keys), f"stands twice, again at {place}; keep one of them")
    return read.value


def _graphs(document: object, where: str, values: Values) -> list[Graph]:
    """Recognize the document's shape and return its graphs."""
    if not isinstance(document, dict):
        values.table(document, where)
        return []
    table, path = cast("dict[str, object]", document), ""
    content = table.get("content")
    if isinstance(content, dict) and not _is_manifest(table):
        table, path = cast("dict[str, object]", content), "content"
    if _is_manifest(table):
        return _from_manifest(table, path, values)
    for keys in (("properties", "desired"), ("properties.desired",), ("desired",)):
        inner = inside(table, *keys)
        if inner is not None:
            return graphs_from_twin(inner, below(path, *keys), {}, values)
    if "graphs" in table:
        return graphs_from_twin(table, path, {}, values)
    return _from_operation(table, path, where, values)


def _is_manifest(table: Mapping[str, object]) -> bool:
    return "modulesContent" in table or "moduleContent" in table


def _from_manifest(table: dict[str, object], path: str, values: Values) -> list[Graph]:
    key = "modulesContent" if "modulesContent" in table else "moduleContent"
    at = below(path, key)
    if key == "moduleContent":
        values.findings.note(
            at, "changed", "read as modulesContent", "one page of the documentation spells it so"
        )
    modules = values.table(table[key], at)
    if modules is None:
        return []
    graphs: list[Graph] = []
    found: list[str] = []
    for name, module in modules.items():
        keys = ("properties.desired",) if inside(module, "properties.desired") else ("properties", "desired")
        if inside(module, *keys, "graphs") is None:
            continue
        found.append(name)
        desired = inside(module, *keys)
        graphs += graphs_from_twin(desired, below(at, name, *keys), environment_of(name, modules), values)
    if not found:
        values.findings.fault(
            at, "expected a module whose properties.desired has graphs, such as spatialanalysis, found none"
        )
    tell_modules(modules, at, found, values.findings)
    return graphs


def _from_operation(table: dict[str, object], path: str, where: str, values: Values) -> list[Graph]:
    """Return the graph that a document is, or that its flat parameters make."""
    if "operationId" in table and ("parameters" in table or "instances" in table):
        return [Graph("operation", path, table)]
    names = {"operationid": "operationId", "operation_id": "operationId"}
    given = {key: names.get(key.lower(), "") for key in table}
    named = [key for key, name in given.items() if name]
    if not named:
        values.findings.fault(
            where,
            "expected a deployment manifest (modulesContent), a module twin (graphs) or an operation (operationId), found "
            f"none of them among {', '.join(sorted(table)[:5]) or 'no keys'}",
        )
        return []
    graph: dict[str, object] = {"operationId": table[named[0]]}
    graph["parameters"] = {key: value for key, value in table.items() if not given[key]}
    return [Graph("operation", path, graph, flat=True)]
