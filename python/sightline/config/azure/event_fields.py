"""The fields of messages, for the tables of docs/migrating-from-azure.md, until the encoder of messages lists them itself."""

from __future__ import annotations

from typing import NamedTuple


class EventField(NamedTuple):
    """One field of a message.

    Attributes:
        where: The part of the message: the envelope, an event's type, a detection.
        name: As it is on the wire.
        kind: Its JSON type and unit.
        meaning: What it says here.
    """

    where: str
    name: str
    kind: str
    meaning: str


_ENVELOPE = "every message"
_EVENT = "every event"
_SOURCE = "`sourceInfo`"
_CALIBRATION = "`cameraCalibrationInfo`"
_DETECTION = "`detections[]`"
_COUNT = "`personCountEvent`"
_LINE = "`personLineEvent`"
_ZONE = "`personZoneEnterExitEvent`"
_DWELL = "`personZoneDwellTimeEvent`"
_DISTANCE = "`personDistanceEvent`"
_PLACEMENT = "`cameraCalibrationEvent`"

EVENT_FIELDS: tuple[EventField, ...] = (
    EventField(_ENVELOPE, "events", "list", "what happened in one frame of one camera"),
    EventField(_ENVELOPE, "sourceInfo", "object", "the camera and the frame"),
    EventField(_ENVELOPE, "detections", "list", "the people that the events speak of"),
    EventField(_ENVELOPE, "schemaVersion", "text", "`2.0`, or `1.0` when asked for"),
    EventField(_EVENT, "id", "32 hexadecimal digits", "the same for the same recording and configuration"),
    EventField(_EVENT, "type", "text", "the types below"),
    EventField(_EVENT, "detectionIds", "list of texts", "which detections"),
    EventField(_EVENT, "properties", "object", "by type, below"),
    EventField(_EVENT, "zone", "text", "name of the zone or the line"),
    EventField(_EVENT, "trigger", "text", "`event` or `interval`; of count and distance events only"),
    EventField(_COUNT, "personCount", "whole number", "people in the zone"),
    EventField(_LINE, "trackingId", "32 hexadecimal digits", "who; a pseudonym"),
    EventField(
        _LINE,
        "status",
        "text",
        "`CrossRight` is from left to right of who stands at `start` and faces `end`, `CrossLeft` the other way",
    ),
    EventField(
        _LINE,
        "orientationDirection",
        "text",
        "`Left`, `Right` or `Straight`: where the person heads; with `enable_orientation`",
    ),
    EventField(_ZONE, "trackingId", "32 hexadecimal digits", "who"),
    EventField(_ZONE, "status", "text", "`Enter` or `Exit`"),
    EventField(_ZONE, "side", "text", "side that was crossed, from 1; empty when none was seen crossed"),
    EventField(_DWELL, "trackingId", "32 hexadecimal digits", "who"),
    EventField(_DWELL, "status", "text", "`Exit`"),
    EventField(_DWELL, "side", "text", "as above"),
    EventField(
        _DWELL, "dwellTime", "milliseconds", "from entry to exit, or to when the person was last seen"
    ),
    EventField(_DWELL, "dwellFrames", "whole number", "analyzed frames of the stay"),
    EventField(
        _DWELL, "dwellTimeForTargetSide", "milliseconds", "how long the person headed for `target_side`"
    ),
    EventField(_DWELL, "avgSpeed", "feet a second", "on the ground; with `enable_speed`"),
    EventField(_DWELL, "minSpeed", "feet a second", "on the ground; with `enable_speed`"),
    EventField(_DISTANCE, "personCount", "whole number", "people in the zone"),
    EventField(_DISTANCE, "averageDistance", "feet", "mean distance of all pairs on the ground"),
    EventField(_DISTANCE, "minimumDistanceThreshold", "feet", "as configured"),
    EventField(_DISTANCE, "maximumDistanceThreshold", "feet or `Infinity`", "as configured"),
    EventField(
        _DISTANCE,
        "eventName",
        "text",
        "`TooClose`, `TooFar`, or `unknown` before the camera's place is known",
    ),
    EventField(_DISTANCE, "distanceViolationPersonCount", "whole number", "people who take part in a breach"),
    EventField(_SOURCE, "id", "text", "`VIDEO_SOURCE_ID`"),
    EventField(
        _SOURCE,
        "timestamp",
        "UTC, milliseconds, `Z`",
        "when the frame was captured, not when the message was written",
    ),
    EventField(
        _SOURCE,
        "width, height",
        "pixels",
        "`INPUT_VIDEO_WIDTH` and the height that goes with it, or the video's",
    ),
    EventField(
        _SOURCE,
        "frameId",
        "text",
        "the frame's number in its source; the same for all operations of one camera",
    ),
    EventField(_SOURCE, "imagePath", "text", "empty: no picture is kept"),
    EventField(
        _CALIBRATION,
        "status",
        "text",
        "`Calibrated`, or `Calibrating` or `Recalibrating` with the progress after a semicolon",
    ),
    EventField(_CALIBRATION, "cameraHeight", "feet", "above the ground"),
    EventField(_CALIBRATION, "focalLength", "pixels", "of a picture as wide as `width`"),
    EventField(_CALIBRATION, "tiltupAngle", "radians", "from straight down"),
    EventField(_CALIBRATION, "lastCalibratedTime", "text", "of calibration events only"),
    EventField(_DETECTION, "type", "text", "`person`, or `vehicle`"),
    EventField(
        _DETECTION,
        "id",
        "32 hexadecimal digits",
        "of line and zone events the tracking id; of others made for the frame, so that nobody can be followed",
    ),
    EventField(
        _DETECTION, "region", "`RECTANGLE`", "top left and bottom right corner, shares of the picture"
    ),
    EventField(_DETECTION, "confidence", "0 to 1", "the detector's"),
    EventField(
        _DETECTION,
        "metadata.centerGroundPointX, centerGroundPointY",
        "feet, as texts",
        "to the right of the camera, and ahead of it; `0.0` while its place is not known",
    ),
    EventField(
        _DETECTION,
        "metadata.groundOrientationAngle",
        "radians, as a text",
        "direction of motion on the ground, clockwise from away from the camera; `inf` for who stands",
    ),
    EventField(
        _DETECTION,
        "metadata.mappedImageOrientation",
        "radians, as a text",
        "direction of motion in the picture, clockwise from up",
    ),
    EventField(_DETECTION, "metadata.trackingId", "32 hexadecimal digits", "of line and zone events only"),
    EventField(_DETECTION, "metadata.speed", "feet a second, as a text", "on the ground"),
    EventField(
        _DETECTION,
        "metadata.footprintX, footprintY",
        "shares of the picture, as texts",
        "the middle of the box's bottom edge",
    ),
    EventField(
        _DETECTION,
        "attributes",
        "list",
        "`face_mask` or `face_nomask` with a confidence, where a face can be seen",
    ),
    EventField(
        _PLACEMENT, "zonePlacementInfo", "object", "where zones are best placed; with `enable_zone_placement`"
    ),
)
