"""Where a camera is above the ground, as `CAMERA_CONFIG` and the calibrator's settings say it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from sightline.calibration import CalibrationSettings
from sightline.config.azure.notes import below, shown
from sightline.config.azure.settings import Setting
from sightline.errors import ConfigError
from sightline.ground import METRES_PER_FOOT
from sightline.rules import check_scene
from sightline.scene import Ground, Scene

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sightline.config.azure.values import Found, Values

# The width that the container processed when focal lengths were measured (see the documentation's calibration sample).
_WIDTH_PX = 640
_MOST = 1e6
_MOST_S = 1e9
_MOST_BOXES = 1_000_000
# Native settings of later checks, and the container's names for them without what they all begin with.
_CHECKS = (
    ("check_s", "frequency_seconds"),
    ("collect_s", "sample_collect_frequency_seconds"),
    ("collect_n", "one_round_sample_collect_num"),
    ("queue_max", "queue_max_size"),
)
_CAMERA = (
    Setting("source_id", "text", "used", "whose entry it is"),
    Setting("camera_height", "number", "used", "feet"),
    Setting("camera_focal_length", "number", "used", "pixels"),
    Setting("camera_tiltup_angle", "number", "used", "radians from straight down"),
    Setting(
        "image_width", "whole", "used", "width that the focal length speaks of, pixels; an addition of ours"
    ),
)


@dataclass(frozen=True)
class NodeSettings:
    """What the JSON parameters of one camera say, by parameter and field; newer parameters win over older ones.

    Attributes:
        by_parameter: Fields of each parameter that is there and could be read.
    """

    by_parameter: Mapping[str, Mapping[str, Found]]

    def find(self, field: str, *parameters: str) -> Found | None:
        """Return a field from the first of the parameters that has it."""
        for parameter in parameters:
            found = self.by_parameter.get(parameter, {}).get(field)
            if found is not None:
                return found
        return None

    def flag(self, field: str, *parameters: str, default: bool) -> bool:
        """Return a field that is true or false."""
        found = self.find(field, *parameters)
        return default if found is None else bool(found.value)


def calibration_of(nodes: NodeSettings, values: Values) -> CalibrationSettings:
    """Return how a camera's place that was found from people is checked later on."""
    places = ("CALIBRATION_CONFIG", "CAMERACALIBRATOR_NODE_CONFIG", "DETECTOR_NODE_CONFIG")
    settings = CalibrationSettings(recalibrate=nodes.flag("enable_recalibration", *places, default=True))
    given: dict[str, float] = {}
    for native, name in _CHECKS:
        found = nodes.find(f"calibration_quality_check_{name}", *places)
        if found is None:
            continue
        number = (
            values.number(found.value, found.path, above=0, most=_MOST_S)
            if native.endswith("_s")
            else values.whole(found.value, found.path, least=1, most=_MOST_BOXES)
        )
        if number is not None:
            given[native] = number
    return msgspec.structs.replace(settings, **given)


def ground_of(
    nodes: NodeSettings,
    parameters: Mapping[str, Found],
    source_id: str,
    values: Values,
    *,
    width_px: int | None,
) -> Ground | None:
    """Return where the camera is above the ground: to be found from people, given, or not known.

    Args:
        nodes: What the JSON parameters say.
        parameters: The camera's parameters.
        source_id: `VIDEO_SOURCE_ID`, which `CAMERA_CONFIG` goes by.
        values: Reads values and takes faults and notes.
        width_px: `INPUT_VIDEO_WIDTH`, the width that focal lengths speak of.
    """
    given = parameters.get("CAMERA_CONFIG")
    if nodes.flag("do_calibration", "CAMERACALIBRATOR_NODE_CONFIG", "DETECTOR_NODE_CONFIG", default=True):
        if given is not None:
            values.findings.note(
                given.path,
                "decide",
                "not used; to use it, set do_calibration to false",
                "do_calibration is true, as it is by default, and the camera's place is found from people",
            )
        return Ground(auto=True)
    if given is None:
        return None
    entry = _entry(nodes, source_id, values)
    return None if entry is None else _ground(*entry, values, width_px=width_px)


def _entry(nodes: NodeSettings, source_id: str, values: Values) -> tuple[dict[str, object], str] | None:
    found = nodes.by_parameter.get("CAMERA_CONFIG", {}).get("cameras")
    if found is None:
        return None
    items = values.items(*found)
    if items is None:
        return None
    entries: list[tuple[dict[str, object], str, str]] = []
    for index, item in enumerate(items):
        path = below(found.path, index)
        table = values.table(item, path)
        if table is not None:
            entries.append((table, path, str(table.get("source_id", ""))))
    for table, path, name in entries:
        if source_id in (name, name.rpartition("+")[2]):
            return table, path
    if len(entries) == 1:
        table, path, name = entries[0]
        values.findings.note(
            path,
            "changed",
            f"used for {shown(source_id)}",
            f"it is the only entry, though it is for {shown(name)}",
        )
        return table, path
    values.findings.note(
        found.path,
        "decide",
        "the camera's place stays unknown",
        f"no source_id among {len(entries)} entries is {shown(source_id)}, or ends in it after a +",
    )
    return None


def _ground(table: dict[str, object], path: str, values: Values, *, width_px: int | None) -> Ground | None:
    fields = values.fields(table, path, _CAMERA, tell=False)

    def number(
        name: str, *, least: float | None = None, above: float | None = None, most: float = _MOST
    ) -> float | None:
        if name in fields:
            found = fields[name]
            return values.number(found.value, found.path, least=least, above=above, most=most)
        values.findings.fault(below(path, name), "is missing; without do_calibration it is needed")
        return None

    height = number("camera_height", above=0)
    focal = number("camera_focal_length", above=0)
    tilt = number("camera_tiltup_angle", least=0, most=math.pi)
    width = width_px or _WIDTH_PX
    if "image_width" in fields:
        width = values.whole(*fields["image_width"], least=1, most=100_000) or width
    if height is None or focal is None or tilt is None:
        return None
    pose: dict[str, Any] = {
        "height_m": round(height * METRES_PER_FOOT, 6),
        "tilt_deg": round(90.0 - math.degrees(tilt), 6),
        "view_deg": round(2 * math.degrees(math.atan(width / (2 * focal))), 6),
    }
    if not (pose["height_m"] > 0 and 0 < pose["view_deg"] < 180):  # noqa: PLR2004 - degrees
        values.findings.fault(
            path, "expected the height and focal length of a camera, found numbers that no camera has"
        )
        return None
    ground = Ground(**pose)
    try:
        check_scene(Scene(ground=ground))
    except ConfigError as error:
        values.findings.fault(path, error.faults[0].message)
        return None
    values.findings.note(
        path,
        "changed",
        f"height_m {ground.height_m:g}, tilt_deg {ground.tilt_deg:g} below the horizon, view_deg {ground.view_deg:g}",
        f"feet, radians from straight down and pixels of a picture {width} wide are metres and degrees here",
    )
    return ground
