"""What zones, lines and their events may say, and what it does here; the reader and the guide's tables go by these lists."""

from __future__ import annotations

from sightline.config.azure.settings import Setting

REGION_SETTINGS: tuple[Setting, ...] = (
    Setting("name", "text", "used", "comes back as `zone` in messages, also for lines"),
    Setting(
        "polygon",
        "list",
        "used",
        "zones: corners as shares of the picture; the first may be repeated at the end; sides that cross are read even-odd",
    ),
    Setting("line", "object", "used", "lines: `start` and `end`, each with `x` and `y`"),
    Setting("events", "list", "used", "what is told; without it what the operation's name says"),
    Setting(
        "threshold",
        "number",
        "used differently",
        "as in `config`, for all events of the region that have none",
    ),
    Setting(
        "target_side", "whole", "used", "zones: side from 0 whose facing time `zonedwelltime` events tell"
    ),
)
EVENT_SETTINGS: tuple[Setting, ...] = (
    Setting(
        "type",
        "text",
        "used",
        "`count`, `linecrossing`, `zonecrossing`, `zonedwelltime` or `persondistance`, or an older spelling",
    ),
    Setting("config", "object", "used", "below; its fields may stand in the event itself too"),
)
CONFIG_SETTINGS: tuple[Setting, ...] = (
    Setting(
        "trigger",
        "text",
        "used",
        "`event`, the default, or `interval`, which only count and distance know; elsewhere it is `event`",
    ),
    Setting("output_frequency", "whole", "used", "of so many events the first is told; default 1"),
    Setting(
        "threshold",
        "number",
        "used differently",
        "up to 1 a share of the picture's width, above it pixels of a picture 640 wide; becomes the native `band`, and counts for "
        "entering and leaving alike; default 0.025, for `zonecrossing` 0.075",
    ),
    Setting(
        "focus",
        "text",
        "used differently",
        "`center`; `bottom_center` and `footprint`, the default, are both the middle of the box's bottom edge",
    ),
    Setting("minimum_distance_threshold", "number", "used", "feet; nearer is `TooClose`"),
    Setting(
        "maximum_distance_threshold", "number", "used", "feet; farther apart is `TooFar`; `Infinity` for none"
    ),
    Setting("aggregation_method", "text", "used", "`average`, the default, or `mode`"),
    Setting("target_side", "whole", "used", "as in the zone"),
    Setting(
        "interval",
        "number",
        "used differently",
        "seconds between events of the trigger `interval`, default 60; in 2020 it was the time that counts were aggregated over",
    ),
)
