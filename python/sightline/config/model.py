"""One model of a run: what to watch, with what, and where events go."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sightline.events.azure import AzureCamera
from sightline.outbox import Limits
from sightline.scene import Distance, Ground, Line, Name, Positive, Share, Zone
from sightline.sinks import SinkConfig

CameraId = Annotated[str, Meta(min_length=1, max_length=100, pattern="^[A-Za-z0-9._-]+$")]
AtLeastOne = Annotated[int, Meta(ge=1)]
NotNegative = Annotated[float, Meta(ge=0)]
Instant = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$")]


class CameraConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A source and what is watched in it.

    Attributes:
        source: Path of a video file, relative to the configuration's folder.
        id: Name of the camera in events; the file's name without its ending when absent.
        fps: Frames analyzed per second, chosen by presentation time.
        threads: Threads for decoding.
        started_at: Wall-clock time of the first frame, RFC 3339, if known.
        scene: Path of a scene file with more lines, zones and distances.
        lines: Lines to count crossings of.
        zones: Zones to count people in.
        distances: Watches on people who come close.
        max_gap_s: A track that was not seen for longer than this is not bridged.
        summary_s: Every so many seconds each line and zone is summed up in an event.
        ground: Where the ground is; events then have places and speeds in metres.
        azure: What is reported in Azure's JSON, for sinks with `encoding = "azure"`; all lines and zones when absent.
    """

    source: Annotated[str, Meta(min_length=1)]
    id: CameraId | None = None
    fps: Annotated[float, Meta(gt=0, le=1000)] = 10.0
    threads: AtLeastOne = 1
    started_at: Instant | None = None
    scene: str | None = None
    lines: list[Line] = []
    zones: list[Zone] = []
    distances: list[Distance] = []
    max_gap_s: Positive | None = None
    summary_s: Positive | None = None
    ground: Ground | None = None
    azure: AzureCamera | None = None


class DetectorConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What finds people.

    Attributes:
        model: An ONNX file, a name of the catalogue, or `motion`; when absent, the catalogue's default if it was
            pulled, and `motion` otherwise.
        confidence: Least confidence of a detection.
        nms_iou: Boxes of one class that overlap by more than this are one object.
        classes: Names or numbers of the classes wanted.
        threads: Threads for the model; the cores this process may use, less one, when absent.
        input_size: Width and height in pixels, for a model that leaves them open.
    """

    model: Name | None = None
    confidence: Share = 0.25
    nms_iou: Share = 0.45
    classes: list[str | int] = msgspec.field(default_factory=lambda: ["person"])
    threads: AtLeastOne | None = None
    input_size: tuple[AtLeastOne, AtLeastOne] | None = None


class TrackerConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How detections become tracks; see `sightline.ByteTrack`, whose defaults by mode stand for what is absent.

    Attributes:
        mode: `improved`, or `parity` with the original implementation.
        track_high_thresh: Detections above it take part in the first stage.
        track_low_thresh: Detections below it are ignored.
        new_track_thresh: Score that a detection needs to start a track.
        match_thresh: Greatest cost of a match in the first stage.
        lost_after_s: Seconds that an unseen track is kept.
        fuse_score: Whether the first stage weighs IoU with the detection's score.
        time_step_s: Seconds between frames that the filter's noise is made for; 0 for one step a frame.
        uncertainty: How far boxes are widened before they are compared, in standard deviations of the prediction.
        doubt: How much larger the errors of a detection without confidence are taken to be, as a share.
        slow_down_s: Seconds in which a track that is not seen loses all but 1/e of its speed.
        observation_centric: Whether a track that is found again is followed along a straight line to where it is.
        buffered_iou: How much boxes are widened before they are compared, as a share of their size.
        per_class: Whether a track is only continued by detections of its class.
    """

    mode: Literal["improved", "parity", "parity_cpp"] = "improved"
    track_high_thresh: Share | None = None
    track_low_thresh: Share = 0.1
    new_track_thresh: Share | None = None
    match_thresh: Share | None = None
    lost_after_s: Positive = 1.0
    fuse_score: bool | None = None
    time_step_s: NotNegative | None = None
    uncertainty: NotNegative | None = None
    doubt: NotNegative | None = None
    slow_down_s: Positive | None = None
    observation_centric: bool = False
    buffered_iou: Share = 0.0
    per_class: bool = False


class OutboxConfig(Limits, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where events wait for sinks that may be away, and how many; see `sightline.outbox.Limits`.

    Attributes:
        path: The outbox's file, relative to the configuration's folder; `outbox.db` in the folder for state when absent.
    """

    path: Annotated[str, Meta(min_length=1)] | None = None


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A run.

    Attributes:
        cameras: What to watch, one or more.
        detector: What finds people.
        tracker: How they are followed.
        sinks: Where events go; standard output when empty.
        outbox: Where they wait for sinks that may be away.
        queue: Decoded frames of one camera that may wait.
    """

    cameras: Annotated[list[CameraConfig], Meta(min_length=1)]
    detector: DetectorConfig = DetectorConfig()
    tracker: TrackerConfig = TrackerConfig()
    sinks: list[SinkConfig] = []
    outbox: OutboxConfig = OutboxConfig()
    queue: Annotated[int, Meta(ge=1, le=64)] = 4
