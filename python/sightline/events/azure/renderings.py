"""Facts become JSON: schema 2.0, schema 1.0, or the inferences of Live Video Analytics and Azure Video Analyzer.

Each writes the same facts; none computes one. The same facts give the same bytes on every machine.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from msgspec import UNSET

from sightline.events.azure import wire
from sightline.events.azure.facts import CalibrationEventFacts, time_text
from sightline.events.azure.rounding import FEET, SHARE, number, text
from sightline.events.azure.vehicles import TYPE_LABELS, type_label

if TYPE_CHECKING:
    from sightline.events.azure.facts import (
        Box,
        CalibrationFacts,
        DetectionFacts,
        EventFacts,
        MessageFacts,
        SourceFacts,
    )

_ENCODER = msgspec.json.Encoder()
_UNKNOWN = "inf"
_TICKS_IN_MS = 90
_UNIX = datetime(1970, 1, 1, tzinfo=UTC)


def render(
    facts: MessageFacts | CalibrationEventFacts,
    *,
    schema_version: Literal["1.0", "2.0"] = "2.0",
    rendering: Literal["container", "live_video_analytics"] = "container",
) -> bytes:
    """Return the message as JSON on one line."""
    if rendering == "live_video_analytics":
        return _ENCODER.encode(_inferences(facts))
    if isinstance(facts, CalibrationEventFacts):
        return _ENCODER.encode(_calibration_message(facts))
    if schema_version == "1.0" and not facts.vehicles:
        return _ENCODER.encode(_message_1(facts))
    return _ENCODER.encode(_message_2(facts))


def _message_2(facts: MessageFacts) -> wire.Message:
    return wire.Message(
        events=[_event(event) for event in facts.events],
        source_info=_source(facts.source),
        detections=[
            _person(detection, facts) if detection.vehicle is None else _vehicle(detection)
            for detection in facts.detections
        ],
    )


def _event(event: EventFacts) -> wire.EventObject:
    return wire.EventObject(
        id=event.id,
        type=event.type,
        detection_ids=event.detection_ids,
        properties=event.properties,
        zone=event.zone,
        trigger=UNSET if event.trigger is None else event.trigger,
    )


def _source(source: SourceFacts) -> wire.SourceInfo:
    return wire.SourceInfo(
        id=source.id,
        timestamp=source.timestamp,
        width=source.width,
        height=source.height,
        frame_id=str(source.index),
        camera_calibration_info=UNSET if source.calibration is None else _calibration(source.calibration),
    )


def _calibration(known: CalibrationFacts, calibrated: datetime | None = None) -> wire.CalibrationInfo:
    return wire.CalibrationInfo(
        status=known.status,
        camera_height=number(known.height_ft, FEET),
        focal_length=number(known.focal_px, FEET),
        tiltup_angle=number(known.tilt_rad, SHARE),
        last_calibrated_time=UNSET if calibrated is None else time_text(calibrated),
    )


def _rectangle(box: Box) -> wire.Rectangle:
    left, top, right, bottom = (number(share, SHARE) for share in box)
    return wire.Rectangle(points=(wire.Point(x=left, y=top), wire.Point(x=right, y=bottom)))


def _person(person: DetectionFacts, facts: MessageFacts) -> wire.PersonDetection:
    face = person.face
    attributes = None
    if face is not None:
        label: Literal["face_mask", "face_nomask"] = "face_mask" if face.masked else "face_nomask"
        attributes = [wire.Attribute(label=label, confidence=number(face.confidence, SHARE))]
    return wire.PersonDetection(
        id=person.id,
        region=_rectangle(person.box),
        confidence=number(person.confidence, SHARE),
        metadata=_metadata(person, facts),
        attributes=UNSET if attributes is None else attributes,
        face=UNSET
        if face is None
        else wire.Face(region=_rectangle(face.box), confidence=number(face.face_confidence, SHARE)),
    )


def _metadata(person: DetectionFacts, facts: MessageFacts) -> wire.Metadata:
    across, ahead = person.ground_ft or (0.0, 0.0)
    linked = person.tracking_id is not None
    turned = linked and facts.orientation
    foot_x, foot_y = person.foot or (None, None)
    return wire.Metadata(
        center_ground_point_x=text(across, FEET, unknown=_UNKNOWN),
        center_ground_point_y=text(ahead, FEET, unknown=_UNKNOWN),
        ground_orientation_angle=text(person.ground_rad, SHARE, unknown=_UNKNOWN)
        if facts.orientation
        else UNSET,
        mapped_image_orientation=text(person.image_rad, SHARE, unknown=_UNKNOWN) if turned else UNSET,
        tracking_id=UNSET if person.tracking_id is None else person.tracking_id,
        speed=text(person.speed_fps, FEET, unknown="0.0") if linked and facts.speed else UNSET,
        footprint_x=text(foot_x, SHARE, unknown=_UNKNOWN),
        footprint_y=text(foot_y, SHARE, unknown=_UNKNOWN),
    )


def _vehicle(vehicle: DetectionFacts) -> wire.VehicleDetection:
    left, top, right, bottom = (number(share, SHARE) for share in vehicle.box)
    confidence = number(vehicle.confidence, SHARE)
    label = type_label(vehicle.vehicle or "")
    return wire.VehicleDetection(
        id=vehicle.id,
        region=wire.VehicleRegion(
            points=(wire.VehiclePoint(x=left, y=top), wire.VehiclePoint(x=right, y=bottom))
        ),
        confidence=confidence,
        attributes=[
            wire.VehicleAttribute(label=each, confidence=confidence if each == label else 0.0)
            for each in TYPE_LABELS
        ],
    )


def _calibration_message(facts: CalibrationEventFacts) -> wire.CalibrationMessage:
    source, known = facts.source, facts.source.calibration
    assert known is not None, "a calibration event says what is known of the camera"  # noqa: S101 - made so
    return wire.CalibrationMessage(
        source_info=wire.CalibrationSource(
            id=source.id,
            timestamp=source.timestamp,
            width=source.width,
            height=source.height,
            frame_id=source.index,
            camera_calibration_info=_calibration(known, facts.calibrated),
        ),
        zone_placement_info=UNSET if facts.placement is None else facts.placement,
    )


def _message_1(facts: MessageFacts) -> dict[str, Any]:
    """Schema 1.0: ground points are numbers on the detection, attributes a map that is always there, dwell has two names."""
    return {
        "events": [_event_1(event) for event in facts.events],
        "sourceInfo": _source(facts.source),
        "detections": [_person_1(person, facts) for person in facts.detections],
        "schemaVersion": "1.0",
    }


def _event_1(event: EventFacts) -> wire.EventObject | dict[str, Any]:
    written = _event(event)
    if not isinstance(event.properties, wire.ZoneDwell):
        return written
    told: dict[str, Any] = msgspec.to_builtins(written)
    told["properties"]["durationMs"] = event.properties.dwell_time
    return told


def _person_1(person: DetectionFacts, facts: MessageFacts) -> dict[str, Any]:
    across, ahead = person.ground_ft or (0.0, 0.0)
    face, metadata = person.face, dict[str, Any]()
    metadata["attributes"] = (
        {}
        if face is None
        else {"face_mask" if face.masked else "face_nomask": number(face.confidence, SHARE)}
    )
    if facts.orientation and person.ground_rad is not None:
        metadata["groundOrientationAngle"] = number(person.ground_rad, SHARE)
    if person.tracking_id is not None:
        if facts.orientation and person.image_rad is not None:
            metadata["mappedImageOrientation"] = number(person.image_rad, SHARE)
        metadata["trackingId"] = person.tracking_id
        if facts.speed:
            metadata["speed"] = number(person.speed_fps or 0.0, FEET)
    written: dict[str, Any] = {
        "type": "person",
        "id": person.id,
        "region": _rectangle(person.box),
        "confidence": number(person.confidence, SHARE),
        "centerGroundPoint": wire.Point(x=number(across, FEET), y=number(ahead, FEET)),
        "metadata": metadata,
    }
    if face is not None:
        written["face"] = wire.Face(
            region=_rectangle(face.box), confidence=number(face.face_confidence, SHARE)
        )
    return written


def _inferences(facts: MessageFacts | CalibrationEventFacts) -> dict[str, Any]:
    """Inferences: entities and events; every property of an event is a string, whole numbers too are written `1.0`."""
    if isinstance(facts, CalibrationEventFacts):
        info = msgspec.to_builtins(_calibration_message(facts).source_info.camera_calibration_info)
        told = [_event_inference(facts.id, [], "cameraCalibrationEvent", info)]
    else:
        told = [_entity_inference(detection, facts) for detection in facts.detections]
        told += [_event_inference_of(event) for event in facts.events]
    since = facts.source.moment - _UNIX
    ms = (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000
    return {"body": {"timestamp": ms * _TICKS_IN_MS, "inferences": told}}


def _entity_inference(detection: DetectionFacts, facts: MessageFacts) -> dict[str, Any]:
    left, top, right, bottom = (number(share, SHARE) for share in detection.box)
    confidence = number(detection.confidence, SHARE)
    people = detection.vehicle is None
    entity: dict[str, Any] = {
        "tag": {"value": "person" if people else "vehicle", "confidence": confidence},
        "box": {
            "l": left,
            "t": top,
            "w": number(right - left, SHARE),
            "h": number(bottom - top, SHARE),
        },
    }
    if detection.vehicle is not None:
        label = type_label(detection.vehicle)
        entity["attributes"] = [{"name": "VehicleType", "value": label, "confidence": confidence}]
    elif detection.face is not None:
        label = "face_mask" if detection.face.masked else "face_nomask"
        sure = number(detection.face.confidence, SHARE)
        entity["attributes"] = [{"name": "FaceMask", "value": label, "confidence": sure}]
    return {
        "type": "entity",
        "subtype": "",
        "inferenceId": detection.id,
        "relatedInferences": [],
        "entity": entity,
        "extensions": _metadata(detection, facts) if people else dict[str, str](),
    }


def _event_inference_of(event: EventFacts) -> dict[str, Any]:
    properties: dict[str, Any] = msgspec.to_builtins(event.properties)
    properties.pop("@type", None)
    if event.trigger is not None:
        properties["trigger"] = event.trigger
    return _event_inference(event.id, event.detection_ids, event.type, {**properties, "zone": event.zone})


def _event_inference(
    inference_id: str, related: list[str], name: str, properties: dict[str, Any]
) -> dict[str, Any]:
    said = {
        key: value if isinstance(value, str) else text(value, SHARE, unknown=_UNKNOWN)
        for key, value in properties.items()
        if value != ""
    }
    return {
        "type": "event",
        "subtype": "",
        "inferenceId": inference_id,
        "relatedInferences": related,
        "event": {"name": name, "properties": said},
    }
