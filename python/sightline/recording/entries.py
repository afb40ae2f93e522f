"""What is in the blocks: the run, its cameras, and steps of frames with their detections, as MessagePack.

Numbers of many frames lie together as columns, times and numbers of frames as differences, and the bytes of float
columns apart by their place in the number: all that packs smaller.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import msgspec
import numpy as np
from msgspec import Meta

from sightline.detectors import Columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import DTypeLike, NDArray

MAX_CAMERAS = 10_000
_MAX_PTS_NS = 1 << 59
# Of the year 2116: within what dates can tell.
_MAX_CLOCK_NS = 1 << 62
_MAX_SIZE_PX = 1 << 16
_SIDES = 4
# In the place of a time of day that nobody said.
_NOT_KNOWN = 0

Kind = Literal["file", "looped", "live"]
Text = Annotated[str, Meta(max_length=1000)]
Natural = Annotated[int, Meta(ge=0, le=2**62)]
_SizePx = Annotated[int, Meta(ge=0, lt=_MAX_SIZE_PX)]
_CameraNumber = Annotated[int, Meta(ge=0, lt=MAX_CAMERAS)]
_Instant = Annotated[
    str, Meta(pattern=r"^(19[7-9]|20\d|21\d)\d-\d{2}-\d{2}[T ]\d{2}:\d{2}.{0,40}$", max_length=64)
]
_T = TypeVar("_T")


class RunEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What detected, with what.

    Attributes:
        sightline: The version that recorded.
        model: The detector's name.
        class_names: Words for class ids.
    """

    sightline: Text
    model: Text
    class_names: dict[Annotated[int, Meta(ge=-(2**31), lt=2**31)], Text]


class CameraEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A source; where it is, is not kept.

    Attributes:
        number: What its frames call it.
        id: Name of the camera.
        kind: A file, a file that starts again at its end, or a camera.
        started_at: Wall-clock time of the first frame, RFC 3339, if somebody said it.
        fps: Frames analyzed per second; None for all.
        width, height: Of the pictures, as the container said, pixels; 0 for a camera.
        codec, frame_rate, duration_ns, frames, rotation: As in `sightline.video.VideoInfo`.
    """

    number: _CameraNumber
    id: Annotated[str, Meta(min_length=1, max_length=1000)]
    kind: Kind
    started_at: _Instant | None = None
    fps: float | None = None
    width: _SizePx = 0
    height: _SizePx = 0
    codec: Text = ""
    frame_rate: float | None = None
    duration_ns: Natural | None = None
    frames: Natural | None = None
    rotation: Annotated[int, Meta(ge=0, lt=360)] = 0


class EndEntry(msgspec.Struct, frozen=True, kw_only=True):
    """How a source ended; see `sightline.pipeline.Ending`.

    Attributes:
        camera: Its number.
        error: Why it ended early, without its address; None at the end of the source.
    """

    camera: _CameraNumber
    frames_gated: Natural = 0
    decode_errors: Natural = 0
    truncated: bool = False
    reconnects: Natural = 0
    frames_dropped: Natural = 0
    warnings: Annotated[list[Text], Meta(max_length=100)] = []
    error: Text | None = None


class StartEntry(msgspec.Struct, frozen=True, kw_only=True):
    """When the times of a camera (not a file) began.

    Attributes:
        camera: Its number.
        started_at_ns: Wall clock at its `pts_ns` 0, nanoseconds since 1970.
    """

    camera: _CameraNumber
    started_at_ns: Annotated[int, Meta(ge=1, lt=2**62)]


@dataclass(frozen=True)
class RecordedFrame:
    """An analyzed frame.

    Attributes:
        camera: Number of its camera.
        index: Number of the frame in its source.
        epoch: Increases with each discontinuity of the source's clock.
        pts_ns: Presentation time, nanoseconds.
        size_px: Width and height.
        found: What the detector found, of all its classes, before anything was left out.
        captured_at_ns: Time of day at which a camera took it, nanoseconds since 1970; None of a file.
    """

    camera: int
    index: int
    epoch: int
    pts_ns: int
    size_px: tuple[int, int]
    found: Columns
    captured_at_ns: int | None = None


@dataclass(frozen=True)
class RecordedStep:
    """What one step of the pipeline brought.

    Attributes:
        frames: In the order in which they were analyzed.
        ended: Sources that ended after them.
        started: Cameras whose first frame is among these.
    """

    frames: Sequence[RecordedFrame]
    ended: Sequence[EndEntry] = ()
    started: Sequence[StartEntry] = field(default=())


class Steps(msgspec.Struct, frozen=True, array_like=True):
    """Some steps as columns, little-endian; see `pack_steps`."""

    frames_in: bytes
    camera: bytes
    index: bytes
    epoch: bytes
    pts_ns: bytes
    captured_at_ns: bytes
    width: bytes
    height: bytes
    rows: bytes
    xyxy: bytes
    confidence: bytes
    class_id: bytes
    ended: list[tuple[Natural, EndEntry]]
    started: list[tuple[Natural, StartEntry]]


class Damage(ValueError):  # noqa: N818 - it becomes an error where the place in the file is known
    """What an entry says is not possible."""


def unpacked(content: bytes, kind: type[_T]) -> _T:
    """Return an entry.

    Raises:
        Damage: When this is none.
    """
    try:
        return msgspec.msgpack.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, MemoryError) as error:
        raise Damage(str(error)) from error


def pack_steps(steps: Sequence[RecordedStep]) -> bytes:
    """Return steps as one block's content."""
    frames = [frame for step in steps for frame in step.frames]
    found = [frame.found for frame in frames]
    rows = _column([len(each.confidence) for each in found], "<u4")
    return msgspec.msgpack.encode(
        Steps(
            frames_in=_column([len(step.frames) for step in steps], "<u4").tobytes(),
            camera=_column([frame.camera for frame in frames], "<u2").tobytes(),
            index=_differences([frame.index for frame in frames]),
            epoch=_column([frame.epoch for frame in frames], "<u4").tobytes(),
            pts_ns=_differences([frame.pts_ns for frame in frames]),
            captured_at_ns=_differences([frame.captured_at_ns or _NOT_KNOWN for frame in frames]),
            width=_column([frame.size_px[0] for frame in frames], "<u4").tobytes(),
            height=_column([frame.size_px[1] for frame in frames], "<u4").tobytes(),
            rows=rows.tobytes(),
            xyxy=_apart(_joined([each.xyxy.reshape(-1) for each in found], "<f4")),
            confidence=_apart(_joined([each.confidence for each in found], "<f4")),
            class_id=_joined([each.class_id for each in found], "<i4").tobytes(),
            ended=[(place, each) for place, step in enumerate(steps) for each in step.ended],
            started=[(place, each) for place, step in enumerate(steps) for each in step.started],
        )
    )


def unpack_steps(content: bytes) -> Iterator[RecordedStep]:
    """Go through the steps of a block.

    Raises:
        Damage: When this is none, before the first step.
    """
    packed = unpacked(content, Steps)
    frames_in = _read(packed.frames_in, "<u4")
    count = int(frames_in.sum(dtype=np.int64))
    camera, epoch = _read(packed.camera, "<u2", count), _read(packed.epoch, "<u4", count)
    index, pts_ns = _sums(packed.index, count), _sums(packed.pts_ns, count)
    captured_at_ns = _sums(packed.captured_at_ns, count)
    width, height = _read(packed.width, "<u4", count), _read(packed.height, "<u4", count)
    rows = _read(packed.rows, "<u4", count)
    total = int(rows.sum(dtype=np.int64))
    xyxy = _together(packed.xyxy, _SIDES * total).reshape(-1, _SIDES)
    confidence, class_id = _together(packed.confidence, total), _read(packed.class_id, "<i4", total)
    if count and (
        index.min() < 0
        or np.abs(pts_ns.astype(np.float64)).max() > _MAX_PTS_NS
        or captured_at_ns.min() < _NOT_KNOWN
        or captured_at_ns.max() > _MAX_CLOCK_NS
        or min(width.min(), height.min()) < 1
        or max(width.max(), height.max()) >= _MAX_SIZE_PX
    ):
        raise Damage("a frame has a number, a time or a size that none can have")
    if any(place >= len(frames_in) for place, _ in [*packed.ended, *packed.started]):
        raise Damage("a source starts or ends after the last step")
    found = Columns(xyxy, confidence, class_id)
    columns = [
        column.tolist() for column in (camera, index, epoch, pts_ns, captured_at_ns, width, height, rows)
    ]
    return _steps(packed, frames_in.tolist(), _frames(columns, found))


def _frames(columns: Sequence[list[int]], found: Columns) -> Iterator[RecordedFrame]:
    begin = 0
    for camera, index, epoch, pts_ns, captured_at_ns, width, height, rows in zip(*columns, strict=True):
        end = begin + rows
        of_frame = Columns(found.xyxy[begin:end], found.confidence[begin:end], found.class_id[begin:end])
        taken_ns = None if captured_at_ns == _NOT_KNOWN else captured_at_ns
        yield RecordedFrame(camera, index, epoch, pts_ns, (width, height), of_frame, taken_ns)
        begin = end


def _steps(packed: Steps, frames_in: list[int], frames: Iterator[RecordedFrame]) -> Iterator[RecordedStep]:
    ended: dict[int, list[EndEntry]] = {}
    for place, end_entry in packed.ended:
        ended.setdefault(place, []).append(end_entry)
    started: dict[int, list[StartEntry]] = {}
    for place, start_entry in packed.started:
        started.setdefault(place, []).append(start_entry)
    for place, count in enumerate(frames_in):
        yield RecordedStep(list(islice(frames, count)), ended.get(place, ()), started.get(place, ()))


def _column(values: Sequence[int], dtype: DTypeLike) -> NDArray[Any]:
    return np.array(values, dtype)


def _joined(columns: Sequence[NDArray[Any]], dtype: DTypeLike) -> NDArray[Any]:
    return np.concatenate([np.empty(0, dtype), *columns]).astype(dtype, copy=False)


def _differences(values: Sequence[int]) -> bytes:
    """Each number less the one before: near constant, and so next to nothing once packed."""
    return np.diff(np.array(values, "<i8"), prepend=np.zeros(1, "<i8")).astype("<i8").tobytes()


def _sums(data: bytes, count: int) -> NDArray[np.int64]:
    return np.cumsum(_read(data, "<i8", count), dtype=np.int64)


def _apart(numbers: NDArray[Any]) -> bytes:
    """First the first byte of every number, then the second, and so on."""
    return numbers.view(np.uint8).reshape(-1, 4).T.tobytes()


def _together(data: bytes, count: int) -> NDArray[np.float32]:
    numbers = np.ascontiguousarray(_read(data, np.uint8, 4 * count).reshape(4, -1).T)
    return numbers.view("<f4").reshape(-1).astype(np.float32, copy=False)


def _read(data: bytes, dtype: DTypeLike, count: int | None = None) -> NDArray[Any]:
    size = np.dtype(dtype).itemsize
    expected = len(data) // size if count is None else count
    if len(data) != expected * size:
        raise Damage(f"expected {expected} numbers of {size} bytes, found {len(data)} bytes")
    return np.frombuffer(data, dtype)
