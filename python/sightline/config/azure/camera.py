"""One camera of a graph becomes a native one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightline.config.azure.notes import Use, below, shown
from sightline.config.azure.places import NodeSettings, calibration_of, ground_of
from sightline.config.azure.regions import RegionReader, Regions, camera_id
from sightline.config.azure.settings import SETTINGS, spelled
from sightline.config.azure.vehicles import VEHICLE_CLASSES, VEHICLE_FPS, parking_regions
from sightline.config.azure.video_url import is_file, source_of
from sightline.config.model import CameraConfig, StationaryConfig
from sightline.errors import SourceError
from sightline.events.azure import AzureCamera
from sightline.urls import scheme_of
from sightline.video import DEFAULT_FPS, open_source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal

    from sightline.config.azure.graphs import Instance
    from sightline.config.azure.values import Found, Values
    from sightline.scene import Ground

_CALIBRATOR = ("CAMERACALIBRATOR_NODE_CONFIG", "DETECTOR_NODE_CONFIG")
_CALIBRATION = ("CALIBRATION_CONFIG", *_CALIBRATOR)
_BY_NAME = spelled(SETTINGS)
_USUAL_ASPECT = 16 / 9
_MOST_WIDTH_PX = 16384
_MOST_S = 1e9
# Native settings of who never moves, the remover's and the tracker's names for them, and their ranges.
_STATIONARY = (
    (
        "distance_px",
        "bbox_dist_threshold-in_pixels",
        "stationary_objects_dist_threshold_in_pixels",
        0.01,
        1e4,
    ),
    ("window_s", "buffer_length_in_seconds", "stationary_objects_buffer_length_in_seconds", 1.0, 86400.0),
    ("ratio", "filter_ratio", "stationary_objects_filter_ratio", 0.0, 1.0),
)
_PEOPLE_ONLY = ("SPACEANALYTICS_CONFIG", "ENABLE_FACE_MASK_CLASSIFIER", "CAMERA_CONFIG")
_VEHICLES_ONLY = ("PARKING_REGIONS", "EVENT_OUTPUT_MODE", "PARKING_SPOT_METHOD")


class CameraReader:
    """Reads the cameras of one document; they get names of their own.

    Args:
        values: Reads values and takes faults and notes.
        folder: What relative paths are relative to.
        environment: Where `KEY_ENV` and `IV_ENV` are looked for first.
        schema_version: The edition of the messages' schema.
        once: Whether files are played once, whatever `VIDEO_IS_LIVE` says.
        started_at: Wall-clock time of each camera's first frame, RFC 3339, if known.
    """

    def __init__(
        self,
        values: Values,
        *,
        folder: Path,
        environment: Mapping[str, str],
        schema_version: Literal["1.0", "2.0"],
        once: bool,
        started_at: str | None,
    ) -> None:
        self._values, self._folder, self._environment = values, folder, environment
        self._schema_version: Literal["1.0", "2.0"] = schema_version
        self._once, self._started_at = once, started_at
        self._ids: set[str] = set()
        self.uses: list[Use] = []

    def read(self, instance: Instance) -> CameraConfig | None:
        """Return the native camera; None when something of it is at fault."""
        values, parameters, kind = self._values, instance.parameters, instance.operation.kind
        before = len(values.findings.faults)
        source_id = self._source_id(instance)
        source = self._source(instance)
        nodes = self._nodes(parameters)
        width_px = self._width(parameters)
        self._tell_out_of_place(instance)
        ground = None if kind.vehicles else ground_of(nodes, parameters, source_id, values, width_px=width_px)
        regions = self._regions(instance, source, ground)
        azure = self._azure(instance, source_id, nodes, regions, width_px)
        stationary = None if kind.vehicles else self._stationary(nodes)
        calibration = calibration_of(nodes, values)
        if len(values.findings.faults) > before or source is None or azure is None:
            return None
        self._tell_distances(instance, regions, ground)
        name = camera_id(source_id, self._ids)
        loops = self._loops(instance, source)
        self._tell_uses(name, instance, nodes, regions)
        return CameraConfig(
            source=source,
            id=name,
            started_at=self._started_at,
            loop=loops,
            paced=loops,
            lines=regions.lines,
            zones=regions.zones,
            distances=regions.distances,
            ground=ground,
            stationary=stationary,
            calibration=calibration,
            face_masks=not kind.vehicles and self._flag(parameters, "ENABLE_FACE_MASK_CLASSIFIER"),
            fps=VEHICLE_FPS if kind.vehicles else DEFAULT_FPS,
            classes=list(VEHICLE_CLASSES) if kind.vehicles else None,
            azure=azure,
        )

    def _source_id(self, instance: Instance) -> str:
        found = instance.parameters.get("VIDEO_SOURCE_ID")
        if found is not None:
            return str(found.value)
        if "VIDEO_SOURCE_ID" in instance.faulty:
            return instance.name
        self._values.findings.note(
            below(instance.parameters_path, "VIDEO_SOURCE_ID"),
            "warning",
            f"messages call the camera {shown(instance.name)}",
            "it is missing",
        )
        return instance.name

    def _source(self, instance: Instance) -> str | None:
        found = instance.parameters.get("VIDEO_URL")
        if found is None:
            path = below(instance.parameters_path, "VIDEO_URL")
            if "VIDEO_URL" not in instance.faulty:
                host = instance.operation.rendering != "container"
                who = "the retired host opened the camera; say here" if host else "it says"
                self._values.findings.fault(path, f"is missing; {who} where the video comes from")
            return None
        environment = {**instance.environment, **self._environment}
        return source_of(
            found.value.strip(),
            found.path,
            folder=self._folder,
            environment=environment,
            findings=self._values.findings,
        )

    def _nodes(self, parameters: Mapping[str, Found]) -> NodeSettings:
        """Read the parameters that hold JSON with fields of their own."""
        read: dict[str, Mapping[str, Found]] = {}
        for name, found in parameters.items():
            setting = _BY_NAME[name]
            if not setting.fields or setting.state in ("ignored", "not supported"):
                continue
            table = self._values.json_table(*found)
            if table is not None:
                read[name] = self._values.fields(table, found.path, setting.fields)
        return NodeSettings(read)

    def _width(self, parameters: Mapping[str, Found]) -> int | None:
        found = parameters.get("INPUT_VIDEO_WIDTH")
        return None if found is None else self._values.whole(*found, least=1, most=_MOST_WIDTH_PX)

    def _regions(self, instance: Instance, source: str | None, ground: Ground | None) -> Regions:
        kind, values = instance.operation.kind, self._values
        name = "PARKING_REGIONS" if kind.vehicles else "SPACEANALYTICS_CONFIG"
        found = instance.parameters.get(name)
        if found is None:
            if name not in instance.faulty:
                values.findings.fault(
                    below(instance.parameters_path, name), "is missing; it says what is watched"
                )
            return Regions()
        table = values.json_table(*found)
        if table is None:
            return Regions()
        if kind.vehicles:
            return parking_regions(table, found.path, kind, values)
        reader = RegionReader(
            values, kind, aspect=self._aspect(source, found.path), grounded=ground is not None
        )
        return reader.read(table, found.path)

    def _aspect(self, source: str | None, path: str) -> float:
        """Width over height of the camera's picture; of what cannot be looked at, the usual."""
        if source is not None and scheme_of(source) is None and is_file(Path(source)):
            try:
                info = open_source(source).info
            except SourceError as error:
                self._values.findings.note(path, "warning", "the video cannot be opened", str(error))
            else:
                return info.width / info.height
        self._values.findings.note(
            path,
            "changed",
            "thresholds are those of a picture 16:9; for another shape, scale `band`",
            "they are shares of the width, bands are of the height, and the video is not opened here",
        )
        return _USUAL_ASPECT

    def _azure(
        self,
        instance: Instance,
        source_id: str,
        nodes: NodeSettings,
        regions: Regions,
        width_px: int | None,
    ) -> AzureCamera | None:
        values = self._values
        every = nodes.find("calibration_event_frequency_seconds", *_CALIBRATION)
        event_s = None if every is None else values.number(*every, least=-1, most=_MOST_S)
        mode = instance.parameters.get("EVENT_OUTPUT_MODE")
        modes = {"on_change": "ON_CHANGE", "on_input_rate": "ON_INPUT_RATE"}
        every_frame = mode is not None and values.choice(*mode, modes) == "ON_INPUT_RATE"
        return AzureCamera(
            source_id=source_id,
            operation=instance.operation.id,
            reports=regions.reports,
            schema_version=self._schema_version,
            rendering=instance.operation.rendering,
            width_px=width_px,
            orientation=nodes.flag("enable_orientation", *_CALIBRATOR, default=True),
            speed=nodes.flag("enable_speed", "TRACKER_NODE_CONFIG", default=True),
            zone_placement=nodes.flag("enable_zone_placement", _CALIBRATOR[0], default=True),
            calibration_event_s=event_s if event_s is not None and event_s > 0 else None,
            every_frame=every_frame,
        )

    def _stationary(self, nodes: NodeSettings) -> StationaryConfig | None:
        remover, tracker = "STATIONARY_TARGET_REMOVER_CONFIG", "TRACKER_NODE_CONFIG"
        given: dict[str, Any] = {}
        for native, newer, older, least, most in _STATIONARY:
            found = nodes.find(newer, remover) or nodes.find(older, tracker)
            if found is not None:
                given[native] = self._values.number(*found, least=least, most=most)
        wanted = nodes.find("enable", remover) or nodes.find("remove_stationary_objects", tracker)
        if (wanted is not None and not wanted.value) or None in given.values():
            return None
        return StationaryConfig(**given)

    def _flag(self, parameters: Mapping[str, Found], name: str) -> bool:
        return name in parameters and bool(parameters[name].value)

    def _loops(self, instance: Instance, source: str) -> bool:
        """Whether the file starts again at its end."""
        found = instance.parameters.get("VIDEO_IS_LIVE")
        if found is not None:
            return not found.value and not self._once
        file = scheme_of(source) is None
        self._values.findings.note(
            below(instance.parameters_path, "VIDEO_IS_LIVE"),
            "warning",
            "a file, so it is played again for ever" if file else "a live camera",
            "it is missing; VIDEO_URL decides",
        )
        return file and not self._once

    def _tell_out_of_place(self, instance: Instance) -> None:
        """Note parameters that only the other kind of operation has."""
        vehicles = instance.operation.kind.vehicles
        for name in _PEOPLE_ONLY if vehicles else _VEHICLES_ONLY:
            if name in instance.parameters:
                self._values.findings.note(
                    instance.parameters[name].path,
                    "ignored",
                    "ignored",
                    f"operations for {'vehicles' if vehicles else 'people'} do not use it",
                )

    def _tell_distances(self, instance: Instance, regions: Regions, ground: Ground | None) -> None:
        if ground is None and any(report.event == "persondistance" for report in regions.reports):
            self._values.findings.note(
                instance.path,
                "decide",
                "distances stay unknown",
                "do_calibration is false, and no CAMERA_CONFIG says where the camera is",
            )

    def _tell_uses(self, camera: str, instance: Instance, nodes: NodeSettings, regions: Regions) -> None:
        for name, found in instance.parameters.items():
            setting = _BY_NAME[name]
            fields = nodes.by_parameter.get(name, {})
            for field in setting.fields:
                if field.name in fields:
                    value = shown(fields[field.name].value)
                    self.uses.append(
                        Use(camera, f"{name}.{field.name}", value, _meaning(field.state, field.here))
                    )
            if not fields and name not in ("SPACEANALYTICS_CONFIG", "PARKING_REGIONS"):
                value = "***" if name == "VISION_SUBSCRIPTION_KEY" else shown(found.value)
                self.uses.append(Use(camera, name, value, _meaning(setting.state, setting.here)))
        self.uses += [Use(camera, label, says, meaning) for label, says, meaning in regions.uses]


def _meaning(state: str, here: str) -> str:
    return here if state.startswith("used") else f"{state}: {here}"
