"""The objects that JSON Schemas of Azure's messages are put together from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

Schema = dict[str, Any]

ID: Schema = {"$ref": "#/$defs/id"}
"""An id, as each schema defines it."""

_SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
_NUMBER_TEXT = r"-?(0|[1-9][0-9]*)\.[0-9]+"
_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}"


def closed(properties: Schema, *, optional: Iterable[str] = ()) -> Schema:
    """Return an object that has these properties and no others; all but the optional ones must be there."""
    left_out = set(optional)
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in left_out],
        "additionalProperties": False,
    }


def distinct(items: Schema) -> Schema:
    """Return an array without repeats."""
    return {"type": "array", "items": items, "uniqueItems": True}


def of(kind: str, description: str, **more: object) -> Schema:
    """Return a field of one type."""
    return {"type": kind, **more, "description": description}


def one_of(values: list[str], description: str) -> Schema:
    """Return a field that has one of these values."""
    return {"enum": values, "description": description}


def event(kind: str, properties: Schema, group: str) -> Schema:
    """Return one of a message's events."""
    ids = distinct(ID)
    if group == "tracks" or kind == "vehicleInPolygonEvent":
        ids |= {"minItems": 1, "maxItems": 1}
    trigger = {
        "states": {"trigger": one_of(["event", "interval"], "What made it be sent.")},
        "vehicles": {"trigger": {"const": "", "description": "Not used."}},
    }.get(group, {})
    return closed(
        {
            "id": {**ID, "description": "The event's own id."},
            "type": {"const": kind, "description": "Type of the event."},
            "detectionIds": {**ids, "description": "Ids of `detections` that it is about."},
            "properties": properties,
            "zone": of("string", "Name of the zone or line.", minLength=1),
            **trigger,
        }
    )


def calibration_info(*, calibrated: bool = False) -> Schema:
    """Return what is known of the camera."""
    when = {
        "lastCalibratedTime": of("string", "When it became known, UTC, without `Z`.", pattern=f"^{_TIME}$")
    }
    return closed(
        {
            "status": of(
                "string",
                "`Calibrated`; or `Calibrating` or `Recalibrating` with the progress, 0 to 1, after a semicolon.",
                pattern=r"^(Calibrated|(Calibrating|Recalibrating);(0\.[0-9]{2}|1\.00))$",
            ),
            "cameraHeight": of("number", "Above the ground, feet; 0 while unknown.", minimum=0),
            "focalLength": of("number", "Pixels of a picture of `width`; 0 while unknown.", minimum=0),
            "tiltupAngle": of(
                "number", "Radians from straight down; 0 while unknown.", minimum=0, maximum=3.15
            ),
            **(when if calibrated else {}),
        }
    )


def source(group: str) -> Schema:
    """Return the camera and the frame, as messages of a group tell them."""
    calibration: Schema = {}
    optional: tuple[str, ...] = ()
    if group in {"states", "calibration"}:
        known = calibration_info(calibrated=group == "calibration")
        calibration = {
            "cameraCalibrationInfo": {
                **known,
                "description": "What is known of the camera; absent if calibration is off.",
            }
        }
        optional = ("cameraCalibrationInfo",) if group == "states" else ()
    frame_id = (
        of("integer", "Number of the frame in its source.", minimum=0)
        if group == "calibration"
        else of("string", "Number of the frame in its source, as a string.", pattern="^(0|[1-9][0-9]*)$")
    )
    fields = {
        "id": of("string", "`VIDEO_SOURCE_ID`.", minLength=1),
        "timestamp": of("string", "Time of the frame, UTC, milliseconds.", pattern=f"^{_TIME}Z$"),
        "width": of("integer", "Pixels: `INPUT_VIDEO_WIDTH`, or the video's.", minimum=1),
        "height": of("integer", "Pixels, in proportion.", minimum=1),
        "frameId": frame_id,
        **calibration,
    }
    if group != "calibration":
        fields["imagePath"] = {"const": "", "description": "Always empty."}
    return closed(fields, optional=optional)


def person_2(*, linked: bool | None) -> Schema:
    """Return a person of schema 2.0: one whom the message identifies, one whom it does not, or (None) either."""
    attribute = closed(
        {
            "label": one_of(["face_mask", "face_nomask"], "Whether the face is covered."),
            "confidence": {**_SHARE, "description": "Of that."},
            "task": {"const": "", "description": "Always empty."},
        }
    )
    person = _person(
        {
            "metadata": _metadata_2(linked=linked),
            "attributes": {
                "type": "array",
                "minItems": 1,
                "maxItems": 1,
                "items": attribute,
                "description": "With `ENABLE_FACE_MASK_CLASSIFIER`, when a face was seen.",
            },
        }
    )
    return closed(person, optional=("attributes", "face"))


def person_1(*, linked: bool) -> Schema:
    """Return a person of schema 1.0."""
    angle = {"type": "number", "minimum": 0, "maximum": 6.283186}
    known: Schema = {
        "attributes": closed(
            {"face_mask": _SHARE, "face_nomask": _SHARE}, optional=("face_mask", "face_nomask")
        ),
        "groundOrientationAngle": angle,
    }
    known["attributes"]["maxProperties"] = 1
    optional = ["groundOrientationAngle", "mappedImageOrientation", "speed"]
    if linked:
        known["mappedImageOrientation"] = angle
        known["trackingId"] = ID
        known["speed"] = {"type": "number", "minimum": 0}
    point = closed({"x": {"type": "number"}, "y": {"type": "number"}})
    person = _person({"centerGroundPoint": point, "metadata": closed(known, optional=optional)})
    return closed(person, optional=("face",))


def vehicle() -> Schema:
    """Return a vehicle."""
    labels = (
        "Bicycle",
        "Bus",
        "Car",
        "Motorcycle",
        "Pickup_Truck",
        "SUV",
        "Truck",
        "Van/Minivan",
        "type_other",
    )
    corner = closed({"x": _SHARE, "y": _SHARE, "visible": {"const": False}, "label": {"const": ""}})
    region = _rectangle(corner)
    region["properties"] |= {
        "name": {"const": ""},
        "normalizationType": {"const": "UNSPECIFIED_NORMALIZATION"},
    }
    attributes = [
        closed({"task": {"const": "VehicleType"}, "label": {"const": label}, "confidence": _SHARE})
        for label in labels
    ]
    return closed(
        {
            "type": {"const": "vehicle", "description": "What it is."},
            "id": {**ID, "description": "Id of the detection, of this frame alone."},
            "region": {
                **closed(region["properties"]),
                "description": "Its box, shares of the picture: top left, bottom right.",
            },
            "confidence": {**_SHARE, "description": "Of the detection."},
            "attributes": {
                "type": "array",
                "prefixItems": attributes,
                "items": False,
                "minItems": len(labels),
                "description": "Every label of `VehicleType`: the detector's class with its confidence, the others with 0.",
            },
            "metadata": {**closed({"tracking_id": {"const": ""}}), "description": "Always empty."},
        }
    )


def placement() -> Schema:
    """Return where zones are best placed."""
    point = closed({"x": _SHARE, "y": _SHARE})

    def region(name: str, description: str) -> Schema:
        points = {"type": "array", "items": point}
        shape = closed({"type": {"const": "POLYGON"}, "points": points, "name": {"const": name}})
        return {**shape, "description": description}

    boxes = {
        "type": "array",
        "items": _rectangle(point),
        "description": "People who stand evenly spread over the floor where that is fair.",
    }
    corners = {
        "type": "array",
        "items": closed({"x": {"type": "number"}, "y": {"type": "number"}}),
        "description": "For each of these boxes the ground at its bottom right corner, feet to the right and ahead.",
    }
    advice = closed(
        {
            "optimalZoneRegion": region(
                "optimal_zone_region", "Where zones work best; without points if nowhere."
            ),
            "fairZoneRegion": region("fair_zone_region", "Where zones work."),
            "uniformlySpacedPersonBoundingBoxes": boxes,
            "personBoundingBoxGroundPoints": corners,
        }
    )
    return {**advice, "description": "Where zones are best placed, with `enable_zone_placement`."}


def _metadata_2(*, linked: bool | None) -> Schema:
    known = {"type": "string", "pattern": f"^{_NUMBER_TEXT}$"}
    unknown = {"type": "string", "pattern": f"^(inf|{_NUMBER_TEXT})$"}
    fields: Schema = {
        "centerGroundPointX": {
            **known,
            "description": "Feet to the right of the camera; `0.0` while uncalibrated.",
        },
        "centerGroundPointY": {**known, "description": "Feet ahead of the camera; `0.0` while uncalibrated."},
        "groundOrientationAngle": {
            **unknown,
            "description": "Direction on the ground, radians clockwise from ahead; `inf` for who stands. With `enable_orientation`.",
        },
    }
    if linked is not False:
        fields |= {
            "mappedImageOrientation": {
                **unknown,
                "description": "Direction in the picture, radians clockwise from up. In line and zone events.",
            },
            "trackingId": {**ID, "description": "The same as `id`. In line and zone events."},
            "speed": {
                "type": "string",
                "pattern": r"^(0|[1-9][0-9]*)\.[0-9]+$",
                "description": "Feet a second. In line and zone events, with `enable_speed`.",
            },
        }
    fields |= {
        "footprintX": {
            **unknown,
            "description": "Middle of the box's bottom edge, share of the width; `inf` while uncalibrated.",
        },
        "footprintY": {**unknown, "description": "The same, share of the height."},
    }
    optional = ["groundOrientationAngle", "mappedImageOrientation", "speed"]
    return closed(fields, optional=optional if linked else [*optional, "trackingId"])


def _person(more: Schema) -> Schema:
    point = closed({"x": _SHARE, "y": _SHARE})
    face = closed({"region": _rectangle(point), "confidence": _SHARE})
    return {
        "type": {"const": "person", "description": "What it is."},
        "id": {
            **ID,
            "description": "Id of the detection: the tracking id in line and zone events, one of this frame alone in the others.",
        },
        "region": {
            **_rectangle(point),
            "description": "Their box, shares of the picture: top left, bottom right.",
        },
        "confidence": {**_SHARE, "description": "Of the detection."},
        **more,
        "face": {
            **face,
            "description": "Where the face is, beside `attributes`; in no sample of Microsoft's.",
        },
    }


def _rectangle(corner: Schema) -> Schema:
    points = {"type": "array", "items": corner, "minItems": 2, "maxItems": 2}
    return closed({"type": {"const": "RECTANGLE"}, "points": points})
