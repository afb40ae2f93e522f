"""Messages of schema 2.0 as types: fields stand in the order in which Microsoft's samples write them.

What a message may leave out is `UNSET` here. Numbers inside `metadata` are strings, everywhere else they are numbers.
"""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType


class Wire(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What every object of a message has in common: names in camel case."""


class Point(Wire, frozen=True, kw_only=True):
    """A point of the picture in shares of its size, or of the ground in feet."""

    x: float
    y: float


class Rectangle(Wire, frozen=True, kw_only=True):
    """A box: its top left and its bottom right corner, shares of the picture."""

    type: Literal["RECTANGLE"] = "RECTANGLE"
    points: tuple[Point, Point]


class PersonCount(Wire, frozen=True, kw_only=True):
    """Properties of a personCountEvent."""

    person_count: int


class LineCrossing(Wire, frozen=True, kw_only=True):
    """Properties of a personLineEvent."""

    tracking_id: str
    status: Literal["CrossLeft", "CrossRight"]
    orientation_direction: Literal["Left", "Right", "Straight"] | UnsetType = UNSET


class ZoneCrossing(Wire, frozen=True, kw_only=True):
    """Properties of a personZoneEnterExitEvent; speeds, feet a second, at exits only."""

    tracking_id: str
    status: Literal["Enter", "Exit"]
    side: str
    avg_speed: float | UnsetType = UNSET
    min_speed: float | UnsetType = UNSET


class ZoneDwell(Wire, frozen=True, kw_only=True):
    """Properties of a personZoneDwellTimeEvent; times in ms, speeds in feet a second."""

    tracking_id: str
    status: Literal["Exit"] = "Exit"
    side: str
    dwell_time: float
    dwell_frames: int
    dwell_time_for_target_side: float | UnsetType = UNSET
    avg_speed: float | UnsetType = UNSET
    min_speed: float | UnsetType = UNSET


class PersonDistance(Wire, frozen=True, kw_only=True):
    """Properties of a personDistanceEvent; distances in feet."""

    person_count: int
    average_distance: float
    minimum_distance_threshold: float
    maximum_distance_threshold: float | Literal["Infinity"]
    event_name: Literal["TooClose", "TooFar", "unknown"]
    distance_violation_person_count: int


_RTCV = "type.googleapis.com/microsoft.rtcv.insights."


class VehicleCount(Wire, frozen=True, kw_only=True):
    """Properties of a vehicleCountEvent."""

    kind: str = msgspec.field(default=_RTCV + "VehicleCountEventMetadata", name="@type")
    detection_count: int


class VehicleInPolygon(Wire, frozen=True, kw_only=True):
    """Properties of a vehicleInPolygonEvent."""

    kind: str = msgspec.field(default=_RTCV + "VehicleInPolygonEventMetadata", name="@type")
    status: Literal["PARKED", "EXITED"]


Properties = (
    PersonCount | LineCrossing | ZoneCrossing | ZoneDwell | PersonDistance | VehicleCount | VehicleInPolygon
)


class EventObject(Wire, frozen=True, kw_only=True):
    """One of a message's events."""

    id: str
    type: str
    detection_ids: list[str]
    properties: Properties
    zone: str
    trigger: str | UnsetType = UNSET


class CalibrationInfo(Wire, frozen=True, kw_only=True):
    """What is known of the camera's place: height in feet, focal length in pixels, tilt in radians from straight down."""

    status: str
    camera_height: float
    focal_length: float
    tiltup_angle: float
    last_calibrated_time: str | UnsetType = UNSET


class SourceInfo(Wire, frozen=True, kw_only=True):
    """The camera and the frame."""

    id: str
    timestamp: str
    width: int
    height: int
    frame_id: str
    camera_calibration_info: CalibrationInfo | UnsetType = UNSET
    image_path: str = ""


class Metadata(Wire, frozen=True, kw_only=True):
    """Where a person stands, looks and goes; every number is a string."""

    center_ground_point_x: str
    center_ground_point_y: str
    ground_orientation_angle: str | UnsetType = UNSET
    mapped_image_orientation: str | UnsetType = UNSET
    tracking_id: str | UnsetType = UNSET
    speed: str | UnsetType = UNSET
    footprint_x: str
    footprint_y: str


class Attribute(Wire, frozen=True, kw_only=True):
    """What a classifier says of a person's face."""

    label: Literal["face_mask", "face_nomask"]
    confidence: float
    task: str = ""


class Face(Wire, frozen=True, kw_only=True):
    """Where the face is: in no sample of Microsoft's, but among what its privacy page lists."""

    region: Rectangle
    confidence: float


class PersonDetection(Wire, frozen=True, kw_only=True):
    """A person whom an event is about."""

    type: Literal["person"] = "person"
    id: str
    region: Rectangle
    confidence: float
    metadata: Metadata
    attributes: list[Attribute] | UnsetType = UNSET
    face: Face | UnsetType = UNSET


class VehiclePoint(Wire, frozen=True, kw_only=True):
    """A corner of a vehicle's box."""

    x: float
    y: float
    visible: bool = False
    label: str = ""


class VehicleRegion(Wire, frozen=True, kw_only=True):
    """A vehicle's box."""

    type: Literal["RECTANGLE"] = "RECTANGLE"
    points: tuple[VehiclePoint, VehiclePoint]
    name: str = ""
    normalization_type: str = "UNSPECIFIED_NORMALIZATION"


class VehicleAttribute(Wire, frozen=True, kw_only=True):
    """How sure it is that a vehicle is of one type."""

    task: Literal["VehicleType"] = "VehicleType"
    label: str
    confidence: float


class VehicleMetadata(msgspec.Struct, frozen=True, kw_only=True):
    """Always empty."""

    tracking_id: str = ""


class VehicleDetection(Wire, frozen=True, kw_only=True):
    """A vehicle that an event is about."""

    type: Literal["vehicle"] = "vehicle"
    id: str
    region: VehicleRegion
    confidence: float
    attributes: list[VehicleAttribute]
    metadata: VehicleMetadata = VehicleMetadata()


class Message(Wire, frozen=True, kw_only=True):
    """What one frame has to say."""

    events: list[EventObject]
    source_info: SourceInfo
    detections: list[PersonDetection | VehicleDetection]
    schema_version: Literal["2.0"] = "2.0"


class CalibrationSource(Wire, frozen=True, kw_only=True):
    """The camera and the frame of a calibration event: its frame is a number."""

    id: str
    timestamp: str
    width: int
    height: int
    frame_id: int
    camera_calibration_info: CalibrationInfo


class Polygon(Wire, frozen=True, kw_only=True):
    """A part of the picture."""

    type: Literal["POLYGON"] = "POLYGON"
    points: list[Point]
    name: Literal["optimal_zone_region", "fair_zone_region"]


class ZonePlacement(Wire, frozen=True, kw_only=True):
    """Where zones are best placed."""

    optimal_zone_region: Polygon
    fair_zone_region: Polygon
    uniformly_spaced_person_bounding_boxes: list[Rectangle]
    person_bounding_box_ground_points: list[Point]


class CalibrationMessage(Wire, frozen=True, kw_only=True):
    """A cameraCalibrationEvent: a message of its own, without an envelope."""

    type: Literal["cameraCalibrationEvent"] = "cameraCalibrationEvent"
    source_info: CalibrationSource
    zone_placement_info: ZonePlacement | UnsetType = UNSET
