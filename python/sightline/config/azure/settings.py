"""Every parameter that the container's documentation and samples name, and what it does here.

Both the reader and the tables of docs/migrating-from-azure.md go by this list. Sources: Microsoft's page "Spatial Analysis
operations", editions of 2020 to January 2024, "Vehicle analysis", "Telemetry and logging", and the deployment manifests and topologies
of Azure-Samples and Azure/video-analyzer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "bool", "whole", "number", "object", "list"]
State = Literal["used", "used differently", "ignored", "not supported"]


@dataclass(frozen=True)
class Setting:
    """One parameter, or one field of a parameter that holds JSON.

    Attributes:
        name: As manifests spell it.
        kind: What its value is.
        state: Whether it is used here.
        here: What it does here; what differs, or why it is ignored.
        fields: What an object holds; empty when that is read elsewhere.
        aliases: Other spellings that documents and samples have.
    """

    name: str
    kind: Kind
    state: State
    here: str
    fields: tuple[Setting, ...] = ()
    aliases: tuple[str, ...] = ()


_GPU = Setting("gpu_index", "whole", "ignored", "the detector's configuration says what it runs on")
_BREAKPAD = Setting(
    "enable_breakpad", "bool", "ignored", "there are no crash dumps, and nothing is uploaded to anybody"
)
_DO_CALIBRATION = Setting(
    "do_calibration",
    "bool",
    "used",
    "default true: the camera's place is found from the people it sees (`ground.auto`); false: `CAMERA_CONFIG` gives it",
)
_ORIENTATION = Setting(
    "enable_orientation",
    "bool",
    "used differently",
    (
        "default true: a person's direction of motion is told, and nothing for who stands; no skeleton is looked for"
    ),
)
_ENABLE_RECALIBRATION = Setting(
    "enable_recalibration",
    "bool",
    "used",
    "`calibration.recalibrate`, default true: whether the place is checked again",
)
_CHECKS = (
    Setting(
        "calibration_quality_check_frequency_seconds",
        "whole",
        "used",
        "`calibration.check_s`, default 86400",
        aliases=("quality_check_frequency_seconds",),
    ),
    Setting(
        "calibration_quality_check_sample_collect_frequency_seconds",
        "whole",
        "used",
        "`calibration.collect_s`, default 300",
        aliases=("quality_check_sample_collect_frequency_seconds",),
    ),
    Setting(
        "calibration_quality_check_one_round_sample_collect_num",
        "whole",
        "used",
        "`calibration.collect_n`, default 10",
        aliases=("quality_check_one_round_sample_collect_num",),
    ),
    Setting(
        "calibration_quality_check_queue_max_size",
        "whole",
        "used",
        "`calibration.queue_max`, default 1000",
        aliases=("quality_check_queue_max_size",),
    ),
)
_CALIBRATION_EVENT = Setting(
    "calibration_event_frequency_seconds",
    "number",
    "used",
    "seconds between calibration events (`azure.calibration_event_s`); −1, the default: only when the calibration changes",
)
_DEBUG_VIDEO = Setting(
    "show_debug_video", "bool", "ignored", "there is no window; `sightline run --render` draws a file"
)

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "VIDEO_URL",
        "text",
        "used differently",
        "`source`: a file's path, relative to the manifest's folder, or a camera's address with rtsp, rtsps, http or https; "
        "AES-encrypted when `KEY_ENV` and `IV_ENV` are in the environment or the module's `env`",
    ),
    Setting(
        "VIDEO_SOURCE_ID",
        "text",
        "used",
        "`azure.source_id`, and with other characters than `A-Za-z0-9._-` made dashes `id`",
    ),
    Setting(
        "VIDEO_IS_LIVE",
        "bool",
        "used",
        "false: a file is played again for ever (`loop`), unless it is asked to be played once",
    ),
    Setting("VIDEO_DECODE_GPU_INDEX", "whole", "ignored", "frames are decoded on the CPU"),
    Setting(
        "INPUT_VIDEO_WIDTH",
        "whole",
        "used differently",
        "`azure.width_px`: the width that `sourceInfo` and focal lengths speak of; frames keep the size that the detector needs",
    ),
    Setting(
        "SPACEANALYTICS_CONFIG",
        "object",
        "used",
        "zones, lines and what they tell, below",
        aliases=("SPACEANALYSIS_CONFIG",),
    ),
    Setting(
        "ENABLE_FACE_MASK_CLASSIFIER",
        "bool",
        "used",
        "`face_masks`; works at every `INPUT_VIDEO_WIDTH`, and in every operation for people",
    ),
    Setting(
        "DETECTOR_NODE_CONFIG",
        "object",
        "used differently",
        "what it says of calibration and orientation counts where the newer parameters below say nothing",
        fields=(
            _GPU,
            _BREAKPAD,
            Setting("batch_size", "whole", "ignored", "frames of all cameras are batched as they come"),
            _DO_CALIBRATION,
            _ORIENTATION,
            _ENABLE_RECALIBRATION,
            *_CHECKS,
            _CALIBRATION_EVENT,
            _DEBUG_VIDEO,
        ),
    ),
    Setting(
        "TRACKER_NODE_CONFIG",
        "object",
        "used",
        "speed, and people who never move",
        fields=(
            Setting("enable_speed", "bool", "used", "default true: speed on the ground (`azure.speed`)"),
            Setting(
                "remove_stationary_objects",
                "bool",
                "used",
                "default true: `stationary`; false: nobody is left out",
            ),
            Setting(
                "stationary_objects_dist_threshold_in_pixels",
                "number",
                "used",
                "`stationary.distance_px`, default 5",
            ),
            Setting(
                "stationary_objects_buffer_length_in_seconds",
                "number",
                "used",
                "`stationary.window_s`, default 3600",
            ),
            Setting("stationary_objects_filter_ratio", "number", "used", "`stationary.ratio`, default 0.2"),
            _GPU,
        ),
    ),
    Setting(
        "STATIONARY_TARGET_REMOVER_CONFIG",
        "object",
        "used",
        "the same as in `TRACKER_NODE_CONFIG`, and it wins over it",
        fields=(
            Setting("enable", "bool", "used", "`stationary`; false: nobody is left out"),
            Setting(
                "bbox_dist_threshold-in_pixels",
                "number",
                "used",
                "`stationary.distance_px`, default 5",
                aliases=("bbox_dist_threshold_in_pixels",),
            ),
            Setting("buffer_length_in_seconds", "number", "used", "`stationary.window_s`, default 3600"),
            Setting("filter_ratio", "number", "used", "`stationary.ratio`, default 0.2"),
        ),
    ),
    Setting(
        "CAMERACALIBRATOR_NODE_CONFIG",
        "object",
        "used",
        "whether the camera's place is found from people, and what is told of them",
        fields=(
            _GPU,
            _DO_CALIBRATION,
            _ORIENTATION,
            Setting(
                "enable_zone_placement",
                "bool",
                "used",
                "default true: calibration events say where zones are best placed",
            ),
            _BREAKPAD,
            _ENABLE_RECALIBRATION,
            *_CHECKS,
            _CALIBRATION_EVENT,
        ),
    ),
    Setting(
        "CALIBRATION_CONFIG",
        "object",
        "used",
        "how a place that was found from people is checked later on, and how often calibration events come",
        fields=(_ENABLE_RECALIBRATION, *_CHECKS, _CALIBRATION_EVENT),
    ),
    Setting(
        "CAMERA_CONFIG",
        "object",
        "used",
        "with `do_calibration` false: the camera's place (`ground.height_m`, `tilt_deg`, `view_deg`), from feet, pixels and "
        "radians from straight down",
        fields=(
            Setting(
                "cameras",
                "list",
                "used",
                "the entry whose `source_id` is `VIDEO_SOURCE_ID`, or ends in it after a `+`",
            ),
        ),
    ),
    Setting(
        "PARKING_REGIONS",
        "object",
        "used",
        "one zone for each region, with the anchor `center`; vehicle operations only",
    ),
    Setting(
        "EVENT_OUTPUT_MODE",
        "text",
        "used",
        "vehicle operations: `ON_CHANGE`, the default, or `ON_INPUT_RATE` for every analyzed frame (`azure.every_frame`)",
    ),
    Setting(
        "PARKING_SPOT_METHOD",
        "text",
        "used differently",
        "`PROJECTION` and `BOX` are both the middle of the vehicle's box in the region",
    ),
    Setting(
        "VISUALIZER_NODE_CONFIG",
        "object",
        "ignored",
        "there is no window; `sightline run --render` draws a file",
        fields=(_DEBUG_VIDEO,),
    ),
    Setting(
        "SINK_CONFIG",
        "object",
        "not supported",
        "frames without events give no messages; the setting was never documented",
        fields=(Setting("raw_output", "bool", "not supported", "frames without events give no messages"),),
    ),
    Setting(
        "BINDING_ADDRESS", "text", "ignored", "the camera is opened here; nobody sends pictures over gRPC"
    ),
    Setting(
        "VICA_NODE_CONFIG",
        "object",
        "ignored",
        "a node of the first release that was never described",
        fields=(_GPU,),
    ),
    Setting(
        "ENABLE_PERSONATTRIBUTESCLASSIFICATION",
        "bool",
        "not supported",
        "people are not classified any further",
    ),
    Setting(
        "VISION_ENDPOINT_URL",
        "text",
        "not supported",
        "no picture leaves this machine, so no remote model is asked",
    ),
    Setting(
        "VISION_MODEL_ID",
        "text",
        "not supported",
        "no picture leaves this machine, so no remote model is asked",
    ),
    Setting(
        "VISION_SUBSCRIPTION_KEY",
        "text",
        "not supported",
        "no remote model is asked; remove the key from the manifest",
    ),
    Setting(
        "ENABLE_PERSONATTRIBUTES_TRAININGIMAGECOLLECTION",
        "bool",
        "not supported",
        "pictures of people are never collected",
    ),
)

# What stands around the parameters.
GRAPH_SETTINGS: tuple[Setting, ...] = (
    Setting("operationId", "text", "used", "which operation, above"),
    Setting("version", "whole", "ignored", "all versions are read alike"),
    Setting("enabled", "bool", "used", "default true: false leaves the graph out"),
    Setting(
        "parameters",
        "object",
        "used",
        "for all cameras of the graph, where neither an instance nor a shared node says more",
    ),
    Setting("sharedNodes", "object", "used", "parameters that instances share"),
    Setting("instances", "object", "used", "one camera each; without it the graph is one camera"),
    Setting("nodesLogLevel", "text", "ignored", "logging is set where the program is started"),
    Setting("platformLogLevel", "text", "ignored", "logging is set where the program is started"),
)
INSTANCE_SETTINGS: tuple[Setting, ...] = (
    Setting("enabled", "bool", "used", "default true: false leaves the camera out"),
    Setting("sharedNodeMap", "object", "used", "whose shared parameters count for this camera"),
    Setting("parameters", "object", "used", "of this camera; they win over all others"),
)
SHARED_NODE_SETTINGS: tuple[Setting, ...] = (
    Setting("node", "text", "used", "which node's parameters these are; `/` and `.` are both read"),
    Setting("parameters", "object", "used", "for the instances that map to it"),
)


def spelled(settings: tuple[Setting, ...]) -> dict[str, Setting]:
    """Return settings by every name that they may have."""
    return {name: setting for setting in settings for name in (setting.name, *setting.aliases)}
