"""What one camera reports in the JSON of Azure AI Vision Spatial Analysis, as a configuration says it.

Names and defaults: Microsoft's page "Spatial Analysis operations", edition of January 2024; what it leaves open is decided in
docs/migrating-from-azure.md.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sightline.scene import Name, Positive

EventType = Literal[
    "count",
    "linecrossing",
    "zonecrossing",
    "zonedwelltime",
    "persondistance",
    "vehiclecount",
    "vehicleinpolygon",
]
AtLeastOne = Annotated[int, Meta(ge=1)]


class AzureReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One kind of event of one line or zone.

    Attributes:
        event: The kind, as `SPACEANALYTICS_CONFIG` spells it.
        region: The camera's line or zone that decides.
        name: What messages call it; `region` when absent. Several reports may share it.
        trigger: Whether each change is told, or the state every `interval_s`.
        output_frequency: Of so many events one is told, the first of them.
        interval_s: Seconds of media time from one event to the next with the trigger `interval`.
        minimum_ft: Two who are nearer are `TooClose`, feet on the ground.
        maximum_ft: Two who are farther apart are `TooFar`, feet on the ground.
        aggregation: What a distance event says of the frames since the last one: their most frequent state, or their mean.
        target_side: Side of the zone, from 0, that people face; how long they do is told at their exit.
        status: Tell only who enters, or only who leaves.
    """

    event: EventType
    region: Name
    name: Name | None = None
    trigger: Literal["event", "interval"] = "event"
    output_frequency: AtLeastOne = 1
    interval_s: Positive = 60.0
    minimum_ft: Positive | None = None
    maximum_ft: Positive | None = None
    aggregation: Literal["mode", "average"] = "average"
    target_side: Annotated[int, Meta(ge=0)] | None = None
    status: Literal["Enter", "Exit"] | None = None

    @property
    def zone(self) -> str:
        """What messages call the line or zone."""
        return self.name or self.region


class AzureCamera(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What one camera reports, and how.

    Attributes:
        source_id: The camera's name in messages (`VIDEO_SOURCE_ID`).
        operation: The operation it stands for (`operationId`).
        reports: What is told.
        schema_version: The edition of the messages' schema.
        rendering: `container`, or the inferences that Live Video Analytics and Azure Video Analyzer wrapped them in.
        width_px: Width that `sourceInfo` and the focal length speak of (`INPUT_VIDEO_WIDTH`); the video's when absent.
        orientation: Whether people's orientation is told (`enable_orientation`).
        speed: Whether people's speed is told (`enable_speed`).
        zone_placement: Whether calibration events say where zones are best placed (`enable_zone_placement`).
        calibration_event_s: Seconds between calibration events; only when the calibration changes when absent.
        every_frame: Whether vehicle events are told for every frame (`EVENT_OUTPUT_MODE` is `ON_INPUT_RATE`).
    """

    source_id: Annotated[str, Meta(min_length=1)]
    operation: Annotated[str, Meta(min_length=1)]
    reports: list[AzureReport] = []
    schema_version: Literal["1.0", "2.0"] = "2.0"
    rendering: Literal["container", "live_video_analytics"] = "container"
    width_px: AtLeastOne | None = None
    orientation: bool = True
    speed: bool = True
    zone_placement: bool = True
    calibration_event_s: Positive | None = None
    every_frame: bool = False
