"""The Rust core of Sightline: decoding, tensors, tracking and rules.

Private: use the names of `sightline` instead. Arrays are C-contiguous; boxes are x1, y1, x2, y2 in source pixels.
Bad arguments raise `ValueError` (or `TypeError` for a wrong dtype or layout) and name the argument.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias, final

import numpy as np
from numpy.typing import NDArray

VERSION: Final[str]

_Columns: TypeAlias = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int32]]

@final
class TensorSpec:
    """What a model wants as input for one image.

    A value of the tensor is (channel − mean) / std with channels in 0…255; `pad` is in 0…255 too.
    """

    def __new__(
        cls,
        *,
        width: int,
        height: int,
        channels: Literal["rgb", "bgr", "luma"] = "rgb",
        fit: Literal["letterbox_top_left", "letterbox_center", "stretch"] = "letterbox_center",
        pad: float = 114.0,
        mean: Sequence[float] = ...,
        std: Sequence[float] = ...,
        dtype: Literal["f32", "u8"] = "f32",
    ) -> TensorSpec: ...
    @property
    def width(self) -> int:
        """Pixels."""
    @property
    def height(self) -> int:
        """Pixels."""
    @property
    def shape(self) -> tuple[int, int, int]:
        """(channels, height, width)."""
    @property
    def dtype(self) -> str:
        """`f32` or `u8`."""
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class Placement:
    """Where a picture lies in a tensor: tensor = source × scale + offset, in continuous pixel coordinates."""

    @property
    def scale(self) -> tuple[float, float]:
        """Horizontal and vertical factor."""
    @property
    def offset(self) -> tuple[float, float]:
        """Tensor position of the picture's top left corner, pixels."""
    @property
    def source(self) -> tuple[int, int]:
        """Width and height of the picture, pixels."""

@final
class Converter:
    """Fills model tensors from packed RGB pictures of one size."""

    def __new__(cls, spec: TensorSpec, width: int, height: int) -> Converter: ...
    @property
    def placement(self) -> Placement:
        """Where the picture lies in the tensor."""
    def convert_rgb(self, rgb: NDArray[np.uint8]) -> NDArray[Any]:
        """Return (1, channels, height, width) from a (height, width, 3) RGB picture."""

@final
class Decoder:
    """Turns a model's raw outputs into detections.

    `options` are what only some families need: class_offset (int), decoded (bool), strides (list of int), reg_max (int),
    anchor_offset (float), priors (list of four floats each), variances (two floats), activation (`identity`, `sigmoid`,
    `softmax`), background (`absent`, `first`, `last`), box_unit (`normalized`, `input_pixels`, `source_pixels`).
    """

    def __new__(
        cls,
        *,
        family: Literal["yolox", "yolov5", "yolov8", "detr", "end_to_end", "ssd", "nanodet", "fastestdet"],
        input_width: int,
        input_height: int,
        num_classes: int,
        confidence: float = 0.25,
        nms_iou: float = 0.45,
        classes: Sequence[int] | None = None,
        max_detections: int = 300,
        options: Mapping[str, Any] | None = None,
    ) -> Decoder: ...
    def decode(self, outputs: Sequence[NDArray[np.float32]], image: int, placement: Placement) -> _Columns:
        """Return xyxy (N, 4), confidence (N,) and class_id (N,) of one image of a batch.

        Raises:
            ModelError: When the outputs' shapes do not fit the family.
        """

_Point: TypeAlias = Sequence[float] | tuple[float, float]

@final
class GroundPlane:
    """Maps source pixels to metres on the ground."""

    @staticmethod
    def from_homography(matrix: Sequence[Sequence[float]], visible: _Point) -> GroundPlane:
        """From a matrix, given a pixel that shows ground."""
    @staticmethod
    def from_points(pixels: Sequence[_Point], metres: Sequence[_Point]) -> tuple[GroundPlane, float]:
        """From pairs of points; also return by how much they are missed, metres."""
    @staticmethod
    def above(
        height_m: float, tilt_rad: float, roll_rad: float, focal_px: float, center_px: _Point
    ) -> GroundPlane:
        """From a camera of known height, tilt and roll (radians) and focal length."""
    @staticmethod
    def from_pinhole(
        focal_px: tuple[float, float],
        center_px: _Point,
        distortion: tuple[float, float],
        rotation: Sequence[Sequence[float]],
        translation: Sequence[float],
    ) -> GroundPlane:
        """From a camera's matrix, lens and pose."""
    @staticmethod
    def from_tsai(
        focal: float,
        kappa1: float,
        center_px: tuple[float, float],
        sx: float,
        pixel: tuple[float, float],
        translation: Sequence[float],
        rotation: Sequence[float],
        unit_m: float,
    ) -> GroundPlane:
        """From Tsai's numbers."""
    def locate(self, pixels: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where pixels lie on the ground, metres: (N, 2), NaN above the horizon."""
    def project(self, places: NDArray[np.float64], height_m: float) -> NDArray[np.float64]:
        """The pixels that show points so many metres above the ground: (N, 2), NaN where there is none."""
    def metres_per_px(self, pixels: NDArray[np.float64]) -> NDArray[np.float64]:
        """Metres of ground that a pixel covers at most: (N,), NaN above the horizon."""
    @property
    def camera(self) -> tuple[float, float, float] | None:
        """Height (m), tilt (rad) and focal length (px) of the camera, where it is known."""

@final
class PeopleFit:
    """Collects people's boxes until they determine the camera."""

    def __new__(cls, size_px: tuple[int, int], stature_m: float, focal_px: float | None) -> PeopleFit: ...
    def __len__(self) -> int: ...
    @property
    def people(self) -> int:
        """How many people the kept boxes are of."""
    def add(self, track_id: NDArray[np.uint64], xyxy: NDArray[np.float64]) -> None:
        """Take boxes, (N, 4), of people by identity, (N,)."""
    def solve(self) -> tuple[GroundPlane, tuple[float, float, float, float]]:
        """Fit the camera; return the plane and the errors of height, tilt, focal length and distances."""

@final
class MotionDetector:
    """Finds what moves before a fixed camera; one for each stream."""

    def __new__(cls, width: int, height: int) -> MotionDetector: ...
    def detect(self, luma: NDArray[np.uint8], placement: Placement) -> _Columns:
        """Learn from one luma picture, (height, width), and return what moves."""

@final
class Tracks:
    """The confirmed tracks seen in one frame, as columns of N rows; each is a new array whenever it is asked for."""

    def __new__(
        cls,
        track_id: NDArray[np.uint64],
        xyxy: NDArray[np.float64],
        *,
        confidence: NDArray[np.float32],
        class_id: NDArray[np.int32],
        pts_ns: int,
        detection: NDArray[np.uint32] | None = None,
        age: NDArray[np.uint32] | None = None,
        removed: NDArray[np.uint64] | None = None,
        epoch: int = 0,
        size_px: tuple[int, int] | None = None,
    ) -> Tracks: ...
    def __len__(self) -> int: ...
    def __getitem__(self, rows: NDArray[np.bool_] | NDArray[np.intp] | slice, /) -> Tracks:
        """Pick rows by a mask, an array of rows or a slice."""
    @property
    def track_id(self) -> NDArray[np.uint64]:
        """Identities from 1, never reused by one tracker, (N,)."""
    @property
    def xyxy(self) -> NDArray[np.float64]:
        """The filter's boxes, leaning toward the detections as the tracker was told, in source pixels, (N, 4)."""
    @property
    def confidence(self) -> NDArray[np.float32]:
        """Of the detection matched in this frame, (N,)."""
    @property
    def class_id(self) -> NDArray[np.int32]:
        """Class of that detection, (N,)."""
    @property
    def detection(self) -> NDArray[np.uint32]:
        """Row of that detection in the frame's detections, (N,)."""
    @property
    def age(self) -> NDArray[np.uint32]:
        """Frames since the track was started, (N,)."""
    @property
    def removed(self) -> NDArray[np.uint64]:
        """Identities that died with this frame, (M,)."""
    @property
    def pts_ns(self) -> int:
        """Presentation time of the frame, nanoseconds."""
    @property
    def epoch(self) -> int:
        """Count of discontinuities of the source's clock."""
    @property
    def size_px(self) -> tuple[int, int] | None:
        """Width and height of the frame, where known."""

@final
class ByteTrack:
    """ByteTrack for one stream; see `sightline.ByteTrack` for the settings."""

    def __new__(cls, settings: Mapping[str, Any]) -> ByteTrack: ...
    def update(
        self,
        xyxy: NDArray[np.float32],
        confidence: NDArray[np.float32],
        class_id: NDArray[np.int32],
        pts_ns: int,
        epoch: int,
        size_px: tuple[int, int] | None,
    ) -> Tracks:
        """Return the visible tracks and the ids that died; another epoch forgets every track first."""
    def move_camera(self, matrix: Sequence[Sequence[float]]) -> None:
        """Tell that the camera has moved: (2, 3), pixels of the next frame from those of the last."""

def default_settings() -> dict[str, Any]:
    """Return the settings that the default tracker of the core has, as `ByteTrack` takes them."""

@final
class PolygonSet:
    """Polygons with an index."""

    def __new__(
        cls, polygons: Sequence[Sequence[tuple[float, float]]], *, even_odd: bool = False
    ) -> PolygonSet: ...
    def __len__(self) -> int: ...
    def contains(self, points: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Say for each of N points, float64 (N, 2), which of M polygons contain it: bool (N, M)."""

@final
class SegmentSet:
    """Directed line segments with an index."""

    def __new__(cls, segments: Sequence[tuple[tuple[float, float], tuple[float, float]]]) -> SegmentSet: ...
    def __len__(self) -> int: ...
    def crossings(self, start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.int8]:
        """Say for each of N moves, float64 (N, 2) from and to, which of M segments it crosses: int8 (N, M)."""

@final
class Fact:
    """What a rule concluded."""

    @property
    def kind(self) -> str:
        """Such as `line_crossed` or `zone_entered`."""
    @property
    def stream(self) -> int:
        """Position of the stream in the engine."""
    @property
    def image(self) -> int | None:
        """Position in the batch of the frame in which it was concluded; None for what a stream's end concluded."""
    @property
    def time_ns(self) -> int | None:
        """Time of day at which it happened, nanoseconds since 1970, of a camera; None of a file."""
    @property
    def rule(self) -> int:
        """Position of the rule in its list in the scene."""
    @property
    def track_id(self) -> int | None:
        """Whom it is about; None when it is about a zone as a whole."""
    @property
    def other_id(self) -> int | None:
        """The other one of a pair."""
    @property
    def epoch(self) -> int:
        """Count of discontinuities of the source's clock."""
    @property
    def pts_ns(self) -> int:
        """When it happened, interpolated between frames."""
    @property
    def confirmed_pts_ns(self) -> int:
        """Time of the frame in which it was certain."""
    @property
    def bridged_ns(self) -> int:
        """Length of the detection gap that was interpolated over; 0 for none."""
    @property
    def direction(self) -> str | None:
        """`in` or `out`, of a crossing."""
    @property
    def reason(self) -> str | None:
        """`entered`, `appeared`, `exited`, `lost`, `ended` or `slowed`."""
    @property
    def side(self) -> int | None:
        """The side of a zone's polygon over which somebody came or went, from 1."""
    @property
    def dwell_ns(self) -> int | None:
        """Time spent in the zone, or close to one another, so far; of a queue, its longest wait."""
    @property
    def unseen_ns(self) -> int | None:
        """How much of `dwell_ns` the track was not seen."""
    @property
    def count(self) -> int | None:
        """People in the zone now."""
    @property
    def previous(self) -> int | None:
        """People in the zone before."""
    @property
    def distance_px(self) -> float | None:
        """Distance of a pair."""
    @property
    def distance_m(self) -> float | None:
        """Distance of a pair on the ground, metres."""
    @property
    def ground_m(self) -> tuple[float, float] | None:
        """Where the feet are on the ground, metres."""
    @property
    def speed_mps(self) -> float | None:
        """Speed on the ground, metres a second."""
    @property
    def heading_deg(self) -> float | None:
        """Direction, degrees clockwise from ahead, or from up in the picture."""
    @property
    def off_deg(self) -> float | None:
        """By how much the direction is off where it is the wrong way, degrees."""
    @property
    def limit_mps(self) -> float | None:
        """The speed that is allowed, metres a second."""
    @property
    def top_mps(self) -> float | None:
        """The highest speed of somebody who was too fast, metres a second."""
    @property
    def figures(self) -> dict[str, int] | None:
        """Counts of a summary, times in nanoseconds."""
    @property
    def mean(self) -> float | None:
        """How many were inside on average over time."""
    @property
    def xyxy(self) -> tuple[float, float, float, float] | None:
        """The box that decided, pixels."""
    @property
    def anchor(self) -> tuple[float, float] | None:
        """The point of the box that decided, pixels."""
    @property
    def class_id(self) -> int | None:
        """Class of the track."""
    @property
    def confidence(self) -> float | None:
        """Confidence of the detection that decided."""

@final
class Scene:
    """The rules of one stream with their state."""

    def __new__(cls, scene: Mapping[str, Any], width: int, height: int) -> Scene: ...
    def update(self, tracks: Tracks) -> list[Fact]:
        """Take one frame's visible tracks, and the ids that died, and return what follows."""
    def reload(self, scene: Mapping[str, Any]) -> list[Fact]:
        """Change the rules; those that stay the same go on."""
    def set_ground(self, ground: GroundPlane) -> None:
        """Say where the ground is that was to be found later."""
    def motions(self, tracks: Tracks) -> dict[str, NDArray[np.float64]]:
        """How the tracks of the last update move, row by row: columns by name."""
    def finish(self) -> list[Fact]:
        """Close what is open at the end of a stream."""
    def count_on(self, counts: Mapping[str, Sequence[Mapping[str, Any] | None]]) -> None:
        """Count on from what was counted elsewhere, in the shape of `counts`."""
    def counts(self) -> dict[str, Any]:
        """What has been counted so far."""

@final
class Frame:
    """A decoded frame."""

    @property
    def index(self) -> int:
        """Number in the source, from 0, frames that were passed over included."""
    @property
    def epoch(self) -> int:
        """Count of discontinuities of the source's clock."""
    @property
    def pts_ns(self) -> int:
        """Presentation time, nanoseconds from the start of the source; a looped file's goes on over its starts."""
    @property
    def captured_at_ns(self) -> int | None:
        """Time of day at which a camera took the picture, nanoseconds since 1970; None of a file."""
    @property
    def pixels(self) -> NDArray[np.uint8]:
        """(height, width, 3) RGB, upright."""

@final
class Source:
    """An open file, or a camera.

    The settings are a mapping with uri, fps and threads, and, where they are wanted, loop, transport (`tcp`, `udp`, `auto`),
    open_timeout_s, read_timeout_s, clock (`auto`, `arrival`, `camera`) and ca_file.
    """

    def __new__(cls, settings: Mapping[str, Any]) -> Source: ...
    def connect(self) -> None:
        """Reach a camera, in one attempt; a file is open already."""
    def info(self) -> dict[str, Any]:
        """What the container says: width, height, codec, frame_rate, duration_ns, frames, rotation."""
    def stats(self) -> dict[str, Any]:
        """What was read so far, with warnings."""
    def next_frame(self) -> Frame | None:
        """Return the next frame that is due, or None at the end, which a looped file has none of."""

@final
class VideoWriter:
    """Encodes packed RGB pictures into an MP4 file."""

    def __new__(
        cls, path: str, width: int, height: int, fps_num: int, fps_den: int = 1, *, codec: str | None = None
    ) -> VideoWriter: ...
    def write(self, rgb: NDArray[np.uint8]) -> None:
        """Append a (height, width, 3) RGB picture."""
    def finish(self) -> None:
        """Write what is left and close the file; a second call does nothing."""

@final
class Engine:
    """Several sources on their way from frames to facts.

    Each stream is a mapping with source (the settings of `Source`), scene, tracker, keep_pictures and motions, and, where they are
    wanted, paced, classes (the ids that tracker and rules see), stationary (distance_px, window_s, ratio) and keep_detections.
    """

    def __new__(
        cls, tensor: TensorSpec, streams: Sequence[Mapping[str, Any]], *, batch: int = 1, queue: int = 4
    ) -> Engine: ...
    @staticmethod
    def check(streams: Sequence[Mapping[str, Any]]) -> None:
        """Raise what is at fault with streams, with their position; sources are not opened."""
    def add(self, stream: Mapping[str, Any]) -> int:
        """Open one more source, start its thread, and return its number; one that cannot be opened has ended with the reason."""
    def remove(self, stream: int) -> Step:
        """End a stream and forget it; its rules close what is open."""
    def change(self, stream: int, settings: Mapping[str, Any], afresh: bool) -> Step:
        """Watch for something else behind the detector; unchanged rules go on, or, with `afresh`, only their counts."""
    def count_on(self, stream: int, counts: Mapping[str, Sequence[Mapping[str, Any] | None]]) -> None:
        """Let a stream's rules count on from what was counted elsewhere, in the shape of `counts`."""
    def set_batch(self, most: int) -> None:
        """Let batches hold so many images at most from now on."""
    def nudge(self) -> None:
        """Let whoever waits for the next batch go on now, with an empty one; any thread may call it."""
    def next_batch(self) -> Batch | None:
        """Wait for the next batch; None once every stream has ended."""
    def advance(self, batch: Batch, outputs: Sequence[NDArray[np.float32]], decoder: Decoder) -> Step:
        """Take raw model outputs, the batch as first axis, through decoding, tracking and rules."""
    def advance_detections(self, batch: Batch, detections: Sequence[_Columns]) -> Step:
        """Take detections, one set an image, through tracking and rules."""
    def stop(self) -> Step:
        """End every stream and close what the rules have open."""
    def info(self, stream: int) -> dict[str, Any]:
        """What the container of a stream says of its video."""
    def connection(self, stream: int) -> dict[str, Any]:
        """How a stream's connection is: the fields of `sightline.pipeline.Connection`. Never waits."""
    def set_ground(self, stream: int, ground: GroundPlane) -> None:
        """Say where the ground of a stream is that was to be found later."""
    def counts(self, stream: int) -> dict[str, Any]:
        """What a stream's rules have counted so far."""

@final
class Batch:
    """Some frames on their way through the model."""

    def __len__(self) -> int: ...
    @property
    def tensor(self) -> NDArray[Any]:
        """(images, channels, height, width), read-only view of the batch's memory."""
    @property
    def streams(self) -> list[int]:
        """Stream of each image."""
    @property
    def indices(self) -> list[int]:
        """Frame number of each image in its source."""
    @property
    def epochs(self) -> list[int]:
        """Epoch of each image."""
    @property
    def pts_ns(self) -> list[int]:
        """Presentation time of each image."""
    @property
    def captured_at_ns(self) -> list[int | None]:
        """Time of day at which a camera took each picture, nanoseconds since 1970; None of a file."""
    @property
    def sizes_px(self) -> list[tuple[int, int]]:
        """Width and height of each image's source."""
    @property
    def placements(self) -> list[Placement]:
        """Where each source picture lies in the tensor."""
    def ages_s(self) -> list[float]:
        """For how long each image has been decoded (or due, of a paced file) by now, seconds."""
    def picture(self, image: int) -> NDArray[np.uint8] | None:
        """Return (height, width, 3) RGB of an image, if its stream keeps pictures."""
    @property
    def ended(self) -> list[dict[str, Any]]:
        """Streams that ended after these frames: stream, error, and what was read."""

@final
class Step:
    """What came of one batch."""

    @property
    def facts(self) -> list[Fact]:
        """Everything concluded, in order."""
    def tracks(self, image: int, pts_ns: int, epoch: int, size_px: tuple[int, int]) -> Tracks:
        """Return the visible tracks of an image, given when and where it was seen."""
    def motions(self, image: int) -> dict[str, NDArray[np.float64]] | None:
        """How these move, row by row, if the stream keeps that: columns by name."""
    def detections(self, image: int) -> _Columns | None:
        """What the detector found in an image, before anything is left out, if the stream keeps that."""
    @property
    def people(self) -> list[int]:
        """Number of visible tracks of each image."""

@final
class Replay:
    """Several recorded streams on their way from detections to facts.

    Each stream is a mapping as `Engine` takes it, whose source is not opened, with what `Engine.info` said of it.
    """

    def __new__(cls, streams: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> Replay: ...
    def advance(
        self,
        frames: Sequence[tuple[int, int, int, int, int | None, tuple[int, int], _Columns]],
        ended: Sequence[int],
    ) -> Step:
        """Take recorded frames (stream, index, epoch, pts_ns, captured_at_ns, size_px, detections) through tracking and rules, then end streams."""
    def stop(self) -> Step:
        """End every stream that goes on, and close what the rules have open."""
    def info(self, stream: int) -> dict[str, Any]:
        """What was known of a stream's video."""
    def set_ground(self, stream: int, ground: GroundPlane) -> None:
        """Say where the ground of a stream is that was to be found later."""
    def counts(self, stream: int) -> dict[str, Any]:
        """What a stream's rules have counted so far."""
