"""What each type of Azure's events says, as JSON Schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightline.events.azure.schema_parts import ID, closed, of, one_of

if TYPE_CHECKING:
    from sightline.events.azure.schema_parts import Schema


def _speed(which: str) -> Schema:
    return of(
        "number",
        f"{which} speed in the zone, feet a second, over the frames in which it was known; 0 if in none. At exits, with `enable_speed`.",
        minimum=0,
    )


_TRACKING = {**ID, "description": "Pseudonym of the person in this recording or run."}
_SIDE = of(
    "string",
    "Side of the zone that was crossed, 1 for the one from its first corner to its second; empty if none was seen crossed.",
    pattern="^([1-9][0-9]*)?$",
)
_SPEEDS = {"avgSpeed": _speed("Mean"), "minSpeed": _speed("Least")}
_FT = "feet on the ground"

PROPERTIES: dict[str, Schema] = {
    "personCountEvent": closed({"personCount": of("integer", "People in the zone.", minimum=0)}),
    "personDistanceEvent": closed(
        {
            "personCount": of("integer", "People in the zone.", minimum=0),
            "averageDistance": of(
                "number", f"Mean distance of all pairs, {_FT}; 0 for fewer than two people.", minimum=0
            ),
            "minimumDistanceThreshold": of(
                "number", f"The least distance allowed, {_FT}; 0 for none.", minimum=0
            ),
            "maximumDistanceThreshold": {
                "anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"const": "Infinity"}],
                "description": f"The greatest distance allowed, {_FT}; `Infinity` for none.",
            },
            "eventName": one_of(
                ["TooClose", "TooFar", "unknown"],
                "Which limit is broken, or was until now; `unknown` while the camera is not calibrated.",
            ),
            "distanceViolationPersonCount": of(
                "integer", "People who break that limit with somebody.", minimum=0
            ),
        }
    ),
    "personLineEvent": closed(
        {
            "trackingId": _TRACKING,
            "status": one_of(
                ["CrossLeft", "CrossRight"],
                "`CrossRight` is from left to right of somebody who stands at the line's start and faces its end.",
            ),
            "orientationDirection": one_of(
                ["Left", "Right", "Straight"],
                "Where they head beyond the line: `Straight` up to 45 degrees off its normal; absent for who stands.",
            ),
        },
        optional=("orientationDirection",),
    ),
    "personZoneEnterExitEvent": closed(
        {
            "trackingId": _TRACKING,
            "status": one_of(["Enter", "Exit"], "Which it was; who is lost inside leaves, too."),
            "side": _SIDE,
            **_SPEEDS,
        },
        optional=("avgSpeed", "minSpeed"),
    ),
    "personZoneDwellTimeEvent": closed(
        {
            "trackingId": _TRACKING,
            "status": {"const": "Exit", "description": "Always `Exit`."},
            "side": _SIDE,
            "dwellTime": of(
                "number", "Time in the zone, ms, up to the exit or the last sighting.", minimum=0
            ),
            "dwellFrames": of("integer", "Analyzed frames of the stay.", minimum=0),
            "dwellTimeForTargetSide": of(
                "number",
                "How long they faced the zone's `target_side`, ms: went within 45 degrees of its outward normal in the picture, or stopped having done so.",
                minimum=0,
            ),
            **_SPEEDS,
        },
        optional=("dwellTimeForTargetSide", "avgSpeed", "minSpeed"),
    ),
    "vehicleCountEvent": closed(
        {
            "@type": {
                "const": "type.googleapis.com/microsoft.rtcv.insights.VehicleCountEventMetadata",
                "description": "Always this.",
            },
            "detectionCount": of("integer", "Vehicles in the zone.", minimum=0),
        }
    ),
    "vehicleInPolygonEvent": closed(
        {
            "@type": {
                "const": "type.googleapis.com/microsoft.rtcv.insights.VehicleInPolygonEventMetadata",
                "description": "Always this.",
            },
            "status": one_of(["PARKED", "EXITED"], "Whether it is there, or left."),
        }
    ),
}
"""What each type of event says, schema 2.0."""


def properties_1() -> dict[str, Schema]:
    """Return the same for schema 1.0: a stay's time is there under its earlier name, too."""
    stay = PROPERTIES["personZoneDwellTimeEvent"]
    older = of("number", "The same as `dwellTime`, as it was called until 2021.", minimum=0)
    both = {**stay, "properties": {**stay["properties"], "durationMs": older}}
    both["required"] = [*stay["required"], "durationMs"]
    return {**PROPERTIES, "personZoneDwellTimeEvent": both}
