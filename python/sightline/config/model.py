"""One model of a run: what to watch, with what, and where events go."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sightline.calibration import CalibrationSettings
from sightline.events.azure import AzureCamera
from sightline.outbox import Limits
from sightline.scene import Distance, Ground, Line, Name, Positive, Share, Zone
from sightline.sinks import Secret, SinkConfig
from sightline.urls import masked

CameraId = Annotated[str, Meta(min_length=1, max_length=100, pattern="^[A-Za-z0-9._-]+$")]
AtLeastOne = Annotated[int, Meta(ge=1)]
NotNegative = Annotated[float, Meta(ge=0)]
Timeout = Annotated[float, Meta(gt=0, le=3600)]
Instant = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$")]


class StationaryConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is taken for a mannequin or a poster: a detection whose box stood at one spot for a share of the time.

    Attributes:
        distance_px: Boxes are at one spot when their centers, and their sizes, are nearer than so many source pixels.
        window_s: How far the filter looks back, seconds of media time.
        ratio: Share of the window, 0…1; what was seen at a spot for longer is left out of tracking.
    """

    distance_px: Annotated[float, Meta(gt=0, le=10_000)] = 5.0
    window_s: Annotated[float, Meta(ge=1, le=86_400)] = 3600.0
    ratio: Share = 0.2


class CameraConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A source and what is watched in it.

    Attributes:
        source: Path of a video file, relative to the configuration's folder, or a camera's address (rtsp, rtsps, http, https,
            rtmp), in which `{env:NAME}` and `{file:PATH}` stand for secrets; a URL's secrets do not show in `repr`.
        id: Name of the camera in events; the file's name without its ending, or the address's host and path, when absent.
        fps: Frames analyzed per second, chosen by presentation time.
        threads: Threads for decoding.
        started_at: Wall-clock time of the first frame, RFC 3339, if known.
        loop: Whether the file starts again at its end, for ever.
        paced: Whether frames of a file come no faster than they were filmed.
        transport: How RTSP carries pictures: `tcp`, `udp`, or `auto`, which tries UDP where TCP is refused.
        open_timeout_s: How long reaching a camera may take.
        read_timeout_s: How long no picture may come before a camera is taken for lost, and reached anew.
        ca_file: PEM file of the authorities that a camera's certificate (rtsps, https) is checked against.
        clock: Which clock gives a camera's pictures their time of day: `camera`, `arrival`, or `auto`.
        classes: Names or numbers of the detector's classes that are followed here; those of `DetectorConfig` when absent.
        stationary: What is taken for a mannequin or a poster and left out; nothing when absent.
        scene: Path of a scene file with more lines, zones and distances.
        lines: Lines to count crossings of.
        zones: Zones to count people in.
        distances: Watches on people who come close.
        max_gap_s: A track that was not seen for longer than this is not bridged.
        summary_s: Every so many seconds each line and zone is summed up in an event.
        ground: Where the ground is; events then have places and speeds in metres.
        face_masks: Whether faces are looked at for masks.
        calibration: How a ground that is found from people is checked later on.
        azure: What is reported in Azure's JSON, for sinks with `encoding = "azure"`; all lines and zones when absent.
    """

    source: Annotated[str, Meta(min_length=1)]
    id: CameraId | None = None
    fps: Annotated[float, Meta(gt=0, le=1000)] = 10.0
    threads: AtLeastOne = 1
    started_at: Instant | None = None
    loop: bool = False
    paced: bool = False
    transport: Literal["tcp", "udp", "auto"] = "tcp"
    open_timeout_s: Timeout = 10.0
    read_timeout_s: Timeout = 10.0
    ca_file: Annotated[str, Meta(min_length=1)] | None = None
    clock: Literal["auto", "arrival", "camera"] = "auto"
    classes: Annotated[list[str | int], Meta(min_length=1)] | None = None
    stationary: StationaryConfig | None = None
    scene: str | None = None
    lines: list[Line] = []
    zones: list[Zone] = []
    distances: list[Distance] = []
    max_gap_s: Positive | None = None
    summary_s: Positive | None = None
    ground: Ground | None = None
    face_masks: bool = False
    calibration: CalibrationSettings = CalibrationSettings()
    azure: AzureCamera | None = None

    def __repr__(self) -> str:
        fields = [(name, getattr(self, name)) for name in self.__struct_fields__ if name != "source"]
        shown = [f"{name}={value!r}" for name, value in fields]
        return f"CameraConfig({', '.join([f'source={masked(self.source)!r}', *shown])})"


class DetectorConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What finds people.

    Attributes:
        model: An ONNX file, a name of the catalogue, or `motion`; when absent, the catalogue's default if it was
            pulled, and `motion` otherwise.
        confidence: Least confidence of a detection.
        nms_iou: Boxes of one class that overlap by more than this are one object.
        classes: Names or numbers of the classes that are followed on cameras that do not say so themselves.
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
        lean: How far boxes lean from the filter's toward the detections, as a share for one of full confidence.
        fuse_new: Whether the third stage weighs IoU with the score even without `fuse_score`.
        shared_shift: Whether a step that most tracks take together is taken for the camera's.
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
    lean: Share | None = None
    fuse_new: bool | None = None
    shared_shift: bool | None = None
    observation_centric: bool = False
    buffered_iou: Share = 0.0
    per_class: bool = False


class FacesConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What looks at faces, for cameras with `face_masks`; see `sightline.faces.FaceMaskClassifier`.

    Attributes:
        detector: What finds faces: an ONNX file, such as YuNet's.
        masks: What tells masks: an ONNX file, such as AIZOO's.
    """

    detector: Name
    masks: Name


class OutboxConfig(Limits, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where events wait for sinks that may be away, and how many; see `sightline.outbox.Limits`.

    Attributes:
        path: The outbox's file, relative to the configuration's folder; `outbox.db` in the folder for state when absent.
    """

    path: Annotated[str, Meta(min_length=1)] | None = None


class OperateConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What whoever operates a run may ask of it.

    Attributes:
        listen: Address and port for metrics, health and status, such as `127.0.0.1:9464`; nowhere when absent.
        token: What clients must say as a bearer token; needed where other machines can reach `listen`.
        stall_s: A step of the loop that takes longer means that the run is not alive.
        sink_grace_s: A sink that fails for longer means that the run is not ready.
        counts_file: Where counts are kept over a restart, relative to the configuration's folder; nowhere when absent.
        counts_max_age_s: Counts that are older at a start are not gone on with.
        traces: URL of an OpenTelemetry collector (OTLP/HTTP) that steps are sent to, or `env` for what `OTEL_EXPORTER_OTLP_…` says.
        traces_ratio: Share of the steps that are traced, 0…1; when absent what `OTEL_TRACES_SAMPLER` says, else 0.01.
    """

    listen: Annotated[str, Meta(min_length=1)] | None = None
    token: Secret | None = None
    stall_s: Positive = 60.0
    sink_grace_s: NotNegative = 60.0
    counts_file: Annotated[str, Meta(min_length=1)] | None = None
    counts_max_age_s: Positive = 3600.0
    traces: Annotated[str, Meta(min_length=1)] | None = None
    traces_ratio: Annotated[float, Meta(ge=0, le=1)] | None = None


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A run.

    Attributes:
        cameras: What to watch, one or more.
        detector: What finds people.
        tracker: How they are followed.
        faces: What looks at faces, for cameras that ask for it.
        sinks: Where events go; standard output when empty.
        outbox: Where they wait for sinks that may be away.
        operate: What whoever operates the run may ask of it.
        queue: Decoded frames of one camera that may wait.
    """

    cameras: Annotated[list[CameraConfig], Meta(min_length=1)]
    detector: DetectorConfig = DetectorConfig()
    tracker: TrackerConfig = TrackerConfig()
    faces: FacesConfig | None = None
    sinks: list[SinkConfig] = []
    outbox: OutboxConfig = OutboxConfig()
    operate: OperateConfig = OperateConfig()
    queue: Annotated[int, Meta(ge=1, le=64)] = 4
