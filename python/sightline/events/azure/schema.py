"""JSON Schema (2020-12) of Azure's messages: `python -m sightline.events.azure.schema FOLDER` writes the files.

Written by hand from the documentation's samples and tables, not from the types that write messages, so that each checks
the other. A frame's events share a message by kind, so the schema of an event's message names the others that may be
in it. All objects are closed.
"""

from __future__ import annotations

import json
from typing import Any

from sightline.events.azure.schema_parts import (
    calibration_info,
    closed,
    distinct,
    event,
    person_1,
    person_2,
    placement,
    source,
    vehicle,
)
from sightline.events.azure.schema_properties import PROPERTIES, properties_1
from sightline.events.schema import DIALECT, write

_GROUPS = {
    "states": ("personCountEvent", "personDistanceEvent"),
    "tracks": ("personLineEvent", "personZoneEnterExitEvent", "personZoneDwellTimeEvent"),
    "vehicles": ("vehicleCountEvent", "vehicleInPolygonEvent"),
}
PEOPLE = (*_GROUPS["states"], *_GROUPS["tracks"])
TYPES = (*PEOPLE, *_GROUPS["vehicles"], "cameraCalibrationEvent")
"""Every type of event."""

_DESCRIPTIONS = {
    "personCountEvent": "How many people are in a zone: at first, when that changes, or at intervals.",
    "personDistanceEvent": "How far apart people in a zone stand, and how many break a limit.",
    "personLineEvent": "Somebody crossed a line.",
    "personZoneEnterExitEvent": "Somebody came into a zone or left it.",
    "personZoneDwellTimeEvent": "Somebody left a zone, after how long.",
    "vehicleCountEvent": "How many vehicles are in a zone.",
    "vehicleInPolygonEvent": "A vehicle is in a parking space, or left it.",
    "cameraCalibrationEvent": "The camera's place above the ground became known, or is told again; a message without `events`.",
}


def schema_of(kind: str, version: str = "2.0") -> dict[str, Any]:
    """Return the schema of messages that hold an event of one type.

    Args:
        kind: One of `TYPES`.
        version: `2.0`, or `1.0` for events about people.
    """
    if kind == "cameraCalibrationEvent":
        body = closed(
            {
                "type": {"const": kind},
                "sourceInfo": source("calibration"),
                "zonePlacementInfo": placement(),
            },
            optional=("zonePlacementInfo",),
        )
    else:
        body = _message(kind, version)
    return {
        "$schema": DIALECT,
        "$id": f"urn:sightline:schema:azure:{kind}:{version}",
        "title": kind,
        "description": _DESCRIPTIONS[kind],
        **body,
    }


def inferences_schema() -> dict[str, Any]:
    """Return the schema of what hosts of Live Video Analytics and Azure Video Analyzer read."""
    share = {"type": "number", "minimum": 0, "maximum": 1}
    attribute = closed(
        {"name": {"enum": ["VehicleType", "FaceMask"]}, "value": {"type": "string"}, "confidence": share}
    )
    entity = closed(
        {
            "tag": closed({"value": {"enum": ["person", "vehicle"]}, "confidence": share}),
            "box": closed(dict.fromkeys("ltwh", share)),
            "attributes": {"type": "array", "minItems": 1, "maxItems": 1, "items": attribute},
        },
        optional=("attributes",),
    )
    related = distinct({"$ref": "#/$defs/id"})
    head = {"subtype": {"const": ""}, "inferenceId": {"$ref": "#/$defs/id"}}
    metadata = person_2(linked=None)["properties"]["metadata"]
    seen = closed(
        {
            "type": {"const": "entity"},
            **head,
            "relatedInferences": {"const": []},
            "entity": entity,
            "extensions": {"anyOf": [metadata, {"const": {}}]},
        }
    )
    told = [
        closed({"type": {"const": "event"}, **head, "relatedInferences": related, "event": _told(kind)})
        for kind in TYPES
    ]
    body = closed(
        {
            "timestamp": {"type": "integer", "minimum": 0, "description": "Unix time in ticks of 1/90000 s."},
            "inferences": {"type": "array", "minItems": 1, "items": {"anyOf": [seen, *told]}},
        }
    )
    return {
        "$schema": DIALECT,
        "$id": "urn:sightline:schema:azure:inferences",
        "title": "inferences",
        "description": "A message for hosts of Live Video Analytics and Azure Video Analyzer.",
        **closed({"body": body}),
        "$defs": _DEFS,
    }


def files() -> dict[str, str]:
    """Return each schema file's name and text."""
    schemas = {f"{kind}.json": schema_of(kind) for kind in TYPES}
    schemas |= {f"{kind}-1.0.json": schema_of(kind, "1.0") for kind in PEOPLE}
    schemas["inferences.json"] = inferences_schema()
    return {name: json.dumps(schema, indent=2, ensure_ascii=False) + "\n" for name, schema in schemas.items()}


_DEFS = {"id": {"type": "string", "pattern": "^[0-9a-f]{32}$"}}


def _message(kind: str, version: str) -> dict[str, Any]:
    (group,) = (name for name, kinds in _GROUPS.items() if kind in kinds)
    told = properties_1() if version == "1.0" else PROPERTIES
    objects = {each: event(each, told[each], group) for each in _GROUPS[group]}
    if group == "vehicles":
        detection = vehicle()
    else:
        detection = (person_1 if version == "1.0" else person_2)(linked=group == "tracks")
    events = {
        "type": "array",
        "minItems": 1,
        "items": {"anyOf": [{"$ref": f"#/$defs/{each}"} for each in objects]},
        "contains": {"$ref": f"#/$defs/{kind}"},
        "description": "What the frame has to say.",
    }
    detections = {
        **distinct({"$ref": "#/$defs/detection"}),
        **({"minItems": 1} if group == "tracks" else {}),
        "description": "Everybody whom the events are about, once.",
    }
    message = closed(
        {
            "events": events,
            "sourceInfo": source(group),
            "detections": detections,
            "schemaVersion": {"const": version},
        }
    )
    return {**message, "$defs": {**_DEFS, **objects, "detection": detection}}


def _told(kind: str) -> dict[str, Any]:
    """An event as an inference: every property is a string."""
    of_camera = kind == "cameraCalibrationEvent"
    said = calibration_info(calibrated=True) if of_camera else PROPERTIES[kind]
    properties: dict[str, Any] = {
        name: _as_text(field) for name, field in said["properties"].items() if name != "@type"
    }
    optional = [name for name in properties if name not in said["required"] or name == "side"]
    if not of_camera:
        properties["zone"] = {"type": "string", "minLength": 1}
    if kind in _GROUPS["states"]:
        properties["trigger"] = {"enum": ["event", "interval"]}
    return closed({"name": {"const": kind}, "properties": closed(properties, optional=optional)})


def _as_text(field: dict[str, Any]) -> dict[str, Any]:
    if "anyOf" in field:
        return {**field, "anyOf": [_as_text(option) for option in field["anyOf"]]}
    if field.get("type") == "integer":
        return {"type": "string", "pattern": r"^(0|[1-9][0-9]*)\.0$"}
    if field.get("type") == "number":
        return {"type": "string", "pattern": r"^-?(0|[1-9][0-9]*)\.[0-9]+$"}
    return field


if __name__ == "__main__":
    write(files())
