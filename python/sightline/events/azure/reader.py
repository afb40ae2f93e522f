"""Azure's messages become typed events: whatever the schema, and whichever of the documentation's spellings.

`decode` is for subscribers. It reads schema 1.0 and 2.0, the spellings of the samples and of the tables, calibration events, and
the inferences of Live Video Analytics and Azure Video Analyzer.
"""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import msgspec

from sightline.events.azure.reading import Node

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_UNIX = datetime(1970, 1, 1, tzinfo=UTC)
_TICKS_IN_S = 90_000
EVENT_TYPES = (
    "personCountEvent",
    "personLineEvent",
    "personZoneEnterExitEvent",
    "personZoneDwellTimeEvent",
    "personDistanceEvent",
    "vehicleCountEvent",
    "vehicleInPolygonEvent",
    "cameraCalibrationEvent",
    "personZoneEvent",
)
# The name of 2020.
_RENAMED = {"personZoneEvent": "personZoneEnterExitEvent"}


class AzureDetection(msgspec.Struct, frozen=True, kw_only=True):
    """A person or vehicle whom an event is about; None for what the message does not say, or says to be unknown.

    Attributes:
        id: The detection's id.
        kind: `person` or `vehicle`.
        box: Left, top, right, bottom, shares of the picture.
        confidence: Of the detection, 0 to 1.
        tracking_id: Pseudonym of the person.
        ground_ft: Where they stand: feet to the right of the camera and ahead; None for the 0, 0 of an uncalibrated one.
        ground_orientation_rad: Direction on the ground, clockwise from ahead.
        image_orientation_rad: Direction in the picture, clockwise from up.
        speed_fps: Feet a second; an uncalibrated camera's is 0.
        footprint: Where they stand in the picture, shares.
        labels: Attributes by label, such as `face_mask` or `Car`, with their confidence.
        face_box: Where the face is.
    """

    id: str
    kind: str
    box: tuple[float, float, float, float]
    confidence: float
    tracking_id: str | None = None
    ground_ft: tuple[float, float] | None = None
    ground_orientation_rad: float | None = None
    image_orientation_rad: float | None = None
    speed_fps: float | None = None
    footprint: tuple[float, float] | None = None
    labels: dict[str, float] = {}
    face_box: tuple[float, float, float, float] | None = None


class AzureCalibration(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the camera.

    Attributes:
        status: `Calibrated`, `Calibrating`, `Recalibrating`, or `Complete` (2020).
        progress: What follows the semicolon of the status.
        height_ft: Above the ground, feet; 0 while unknown.
        focal_px: Pixels of the frame as processed.
        tilt_rad: Radians from straight down.
        calibrated: When it was last found.
    """

    status: str
    progress: str = ""
    height_ft: float = 0.0
    focal_px: float = 0.0
    tilt_rad: float = 0.0
    calibrated: str | None = None


class AzureEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event, flat; None for what it does not say.

    Attributes:
        type: Such as `personCountEvent`, spelt as in the samples.
        event_id: The event's id; empty for calibration events.
        camera: `sourceInfo.id`; empty for inferences, which do not say.
        zone: Name of the zone or line; empty for calibration events.
        time: When, RFC 3339.
        frame: Number of the frame in its source.
        trigger: `event` or `interval`.
        status: CrossLeft, CrossRight, Enter, Exit, PARKED or EXITED.
        tracking_id: Whom it is about.
        side: Side of the zone that was crossed, from 1; None if none was seen crossed.
        orientation: Left, Right or Straight.
        count: People, or vehicles, in the zone.
        dwell_ms: Time in the zone.
        dwell_frames: Frames in the zone.
        facing_ms: How long they faced the zone's target side.
        average_speed_fps: Mean speed in the zone, feet a second.
        minimum_speed_fps: Least speed in the zone.
        verdict: TooClose, TooFar or unknown.
        violations: People who break the limit.
        average_ft: Mean distance of all pairs.
        minimum_ft: Least distance allowed.
        maximum_ft: Greatest distance allowed; None for none.
        calibration: What is known of the camera.
        detections: Whom it is about.
    """

    type: str
    event_id: str = ""
    camera: str = ""
    zone: str = ""
    time: str = ""
    frame: int | None = None
    trigger: str | None = None
    status: str | None = None
    tracking_id: str | None = None
    side: int | None = None
    orientation: str | None = None
    count: int | None = None
    dwell_ms: float | None = None
    dwell_frames: int | None = None
    facing_ms: float | None = None
    average_speed_fps: float | None = None
    minimum_speed_fps: float | None = None
    verdict: str | None = None
    violations: int | None = None
    average_ft: float | None = None
    minimum_ft: float | None = None
    maximum_ft: float | None = None
    calibration: AzureCalibration | None = None
    detections: list[AzureDetection] = []


def decode(body: bytes | str | Mapping[str, Any]) -> list[AzureEvent]:
    """Return the events of one message.

    Raises:
        ValueError: When it is no such message, with the path of what is wrong, such as `events[0].properties.personCount`.

    >>> (event,) = decode(
    ...     '{"events": [{"id": "5f", "type": "personCountEvent", "detectionIds": [], "properties": {"personCount": 2},'
    ...     ' "zone": "till"}], "sourceInfo": {"id": "east", "timestamp": "2026-02-11T09:30:15.240Z"}, "detections": []}'
    ... )
    >>> event.zone, event.count, event.time
    ('till', 2, '2026-02-11T09:30:15.240Z')
    """
    if isinstance(body, bytes | str):
        try:
            body = cast("Mapping[str, Any]", json.loads(body))
        except (ValueError, RecursionError) as error:
            raise ValueError(f"not JSON: {error}") from error
    root = Node("", body)
    root = root.get("body") or root
    if root.get("inferences") is not None:
        return list(_inferences(root))
    if root.get("events") is None and root.get("type") is not None:
        return [_calibration_event(root)]
    return list(_enveloped(root))


def _enveloped(root: Node) -> Iterator[AzureEvent]:
    source = root.need("sourceInfo")
    detections = {each.id: each for each in map(_detection, root.need("detections").items())}
    common: dict[str, Any] = {
        **_frame(source),
        "calibration": source.maybe(*_CALIBRATION, read=_calibration),
    }
    for node in root.need("events").items():
        kind = _kind(node.need("type"))
        ids = node.need("detectionIds", "detectionsId")
        yield AzureEvent(
            type=kind,
            event_id=node.need("id").text(),
            zone=node.need("zone").text(),
            trigger=node.maybe("trigger", read=Node.text) or None,
            detections=[each.key_of(detections) for each in ids.items()],
            **common,
            **_said(kind, node.need("properties")),
        )


def _calibration_event(root: Node) -> AzureEvent:
    source = root.need("sourceInfo")
    return AzureEvent(
        type=root.need("type").one_of("cameraCalibrationEvent"),
        calibration=_calibration(source.need(*_CALIBRATION)),
        **_frame(source),
    )


def _inferences(root: Node) -> Iterator[AzureEvent]:
    time = _unix_time(root.need("timestamp"))
    nodes = [
        (node.need("type").one_of("entity", "event", "other"), node)
        for node in root.need("inferences").items()
    ]
    detections = {each.id: each for each in (_entity(node) for kind, node in nodes if kind == "entity")}
    for node in (node for kind, node in nodes if kind == "event"):
        event = node.need("event")
        kind, properties = _kind(event.need("name")), event.need("properties")
        if kind == "cameraCalibrationEvent":
            yield AzureEvent(type=kind, time=time, calibration=_calibration(properties))
            continue
        related = node.maybe("relatedInferences", read=Node.items) or []
        yield AzureEvent(
            type=kind,
            event_id=node.need("inferenceId").text(),
            zone=properties.need("zone").text(),
            time=time,
            trigger=properties.maybe("trigger", read=Node.text),
            detections=[each.key_of(detections) for each in related],
            **_said(kind, properties),
        )


_CALIBRATION = ("cameraCalibrationInfo", "cameraCallibrationInfo")


def _kind(node: Node) -> str:
    kind = node.one_of(*EVENT_TYPES)
    return _RENAMED.get(kind, kind)


def _frame(source: Node) -> dict[str, Any]:
    return {
        "camera": source.need("id").text(),
        "time": source.need("timestamp").text(),
        "frame": source.maybe("frameId", read=Node.count),
    }


def _said(kind: str, node: Node) -> dict[str, Any]:
    """What an event says beyond whom, where and when."""
    match kind:
        case "personCountEvent":
            return {"count": node.need("personCount").count()}
        case "vehicleCountEvent":
            return {"count": node.need("detectionCount").count()}
        case "personDistanceEvent":
            return _distance(node)
        case "vehicleInPolygonEvent":
            return {"status": node.need("status").one_of("PARKED", "EXITED")}
        case "personLineEvent":
            return {
                "tracking_id": node.maybe(*_TRACKING, read=Node.text),
                "status": node.need("status").one_of("CrossLeft", "CrossRight"),
                "orientation": node.maybe(
                    "orientationDirection", read=lambda each: each.one_of("Left", "Right", "Straight")
                ),
            }
        case _:
            dwell = ("dwellTime", "durationMs")
            if kind == "personZoneDwellTimeEvent":
                node.need(*dwell)
            return {**_stay(node), "dwell_ms": node.maybe(*dwell, read=Node.number)}


_TRACKING = ("trackingId", "trackinId")


def _stay(node: Node) -> dict[str, Any]:
    return {
        "tracking_id": node.maybe(*_TRACKING, read=Node.text),
        "status": node.need("status").one_of("Enter", "Exit"),
        "side": node.maybe("side", read=lambda each: None if each.value == "" else each.count(least=1)),
        "dwell_frames": node.maybe("dwellFrames", read=Node.count),
        "facing_ms": node.maybe("dwellTimeForTargetSide", read=Node.number),
        "average_speed_fps": node.maybe("avgSpeed", read=Node.number),
        "minimum_speed_fps": node.maybe("minSpeed", read=Node.number),
    }


def _distance(node: Node) -> dict[str, Any]:
    return {
        "count": node.need("personCount").count(),
        "verdict": node.need("eventName").one_of("TooClose", "TooFar", "unknown"),
        "violations": node.need("distanceViolationPersonCount").count(),
        "average_ft": node.need("averageDistance").number(),
        "minimum_ft": node.maybe("minimumDistanceThreshold", read=Node.number),
        "maximum_ft": _finite(node.get("maximumDistanceThreshold")),
    }


def _detection(node: Node) -> AzureDetection:
    metadata = node.get("metadata")
    attributes = node.get("attributes") or (metadata and metadata.get("attributes"))
    return AzureDetection(
        id=node.need("id").text(),
        kind=node.need("type").one_of("person", "vehicle"),
        box=_box(node.need("region")),
        confidence=node.need("confidence").number(),
        labels=_labels(attributes),
        face_box=node.maybe("face", read=lambda face: _box(face.need("region"))),
        **_whereabouts(metadata, node.get("centerGroundPoint")),
    )


def _entity(node: Node) -> AzureDetection:
    entity = node.need("entity")
    tag, box = entity.need("tag"), entity.need("box")
    left, top, width, height = (box.need(side).number() for side in "ltwh")
    return AzureDetection(
        id=node.need("inferenceId").text(),
        kind=tag.need("value").one_of("person", "vehicle"),
        box=(left, top, left + width, top + height),
        confidence=tag.need("confidence").number(),
        labels=_labels(entity.get("attributes")),
        **_whereabouts(node.get("extensions"), None),
    )


def _whereabouts(metadata: Node | None, point: Node | None) -> dict[str, Any]:
    """Where somebody stands, looks and goes: strings in schema 2.0, numbers in 1.0."""
    known = metadata or Node("metadata", {})
    point = point or known.get("centerGroundPoint")
    if point is None:
        ground = _pair(known.get("centerGroundPointX"), known.get("centerGroundPointY"))
    else:
        ground = _pair(point.need("x"), point.need("y"))
    return {
        "tracking_id": known.maybe(*_TRACKING, read=Node.text),
        "ground_ft": None if ground == (0.0, 0.0) else ground,
        "ground_orientation_rad": _finite(known.get("groundOrientationAngle")),
        "image_orientation_rad": _finite(known.get("mappedImageOrientation")),
        "speed_fps": _finite(known.get("speed")),
        "footprint": _pair(known.get("footprintX"), known.get("footprintY")),
    }


def _labels(node: Node | None) -> dict[str, float]:
    """Attributes by label: a list in schema 2.0, a map in 1.0."""
    if node is None:
        return {}
    if isinstance(node.value, dict):
        pairs = [(name, each) for name, each in node.fields()]
    else:
        pairs = [(each.need("label", "value").text(), each.need("confidence")) for each in node.items()]
    # Two editions of the documentation spell one label in two ways.
    return {name.replace("face_noMask", "face_nomask"): each.number() for name, each in pairs}


def _box(region: Node) -> tuple[float, float, float, float]:
    points = region.need("points")
    corners = points.items()
    if len(corners) != 2:  # noqa: PLR2004 - top left and bottom right
        points.refuse("two corners, top left and bottom right", f"{len(corners)}")
    (left, top), (right, bottom) = ((each.need("x").number(), each.need("y").number()) for each in corners)
    return left, top, right, bottom


def _calibration(node: Node) -> AzureCalibration:
    status, _, progress = node.need("status").text().partition(";")
    return AzureCalibration(
        status=status,
        progress=progress,
        height_ft=node.maybe("cameraHeight", read=Node.number) or 0.0,
        focal_px=node.maybe("focalLength", read=Node.number) or 0.0,
        tilt_rad=node.maybe("tiltupAngle", "tiltUpAngle", read=Node.number) or 0.0,
        calibrated=node.maybe("lastCalibratedTime", read=Node.text),
    )


def _unix_time(node: Node) -> str:
    try:
        moment = _UNIX + timedelta(microseconds=node.count() * 1_000_000 // _TICKS_IN_S)
    except OverflowError:
        node.refuse("Unix time in ticks of 1/90000 s")
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _pair(x: Node | None, y: Node | None) -> tuple[float, float] | None:
    first, second = _finite(x), _finite(y)
    return None if first is None or second is None else (first, second)


def _finite(node: Node | None) -> float | None:
    value = None if node is None else node.measure()
    return None if value is None or not math.isfinite(value) else value
