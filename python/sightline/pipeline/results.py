"""What a pipeline hands out: frames with what was concluded in them, and how a source ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, Protocol

from sightline.calibration import Calibration

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from sightline.events import Event
    from sightline.motions import Motions
    from sightline.tracks import Tracks

_NOT_ASKED = Calibration()

Stage = Literal["wait", "infer", "advance", "deliver"]
"""What the loop is at: waiting for frames; the detector; decoding, tracking and rules in the core; making events and handing them to the sinks."""


@dataclass(frozen=True)
class Image:
    """One analyzed frame, for whoever wants to look.

    Attributes:
        camera: Position of the camera in the pipeline.
        pts_ns: Presentation time, nanoseconds.
        index: Number of the frame in its source.
        tracks: Who is visible.
        pixels: (height, width, 3) RGB uint8, if the pipeline keeps pictures.
        motions: How each of the tracks moves, row by row, if the camera keeps that.
        calibration: What is known of the camera's place above the ground, this frame included.
        events: What was concluded in this frame, in order; part of the step's events.
        captured_at_ns: Time of day at which a camera took it, nanoseconds since 1970; None of a file.
    """

    camera: int
    pts_ns: int
    index: int
    tracks: Tracks
    pixels: NDArray[np.uint8] | None
    motions: Motions | None = None
    calibration: Calibration = _NOT_ASKED
    events: list[Event] = field(default_factory=list["Event"])
    captured_at_ns: int | None = None


@dataclass(frozen=True)
class Step:
    """What one batch of frames brought.

    Attributes:
        images: The frames.
        events: All that was concluded, in order: each image's, and what the end of a source concluded.
    """

    images: list[Image]
    events: list[Event]


class Watch(Protocol):
    """Is told how a pipeline's loop gets on, in the loop's thread: every stage in order, then what came of it."""

    def begin(self, stage: Stage) -> None:
        """This stage begins, and the one before it is over. Nothing is waited for any more with `infer`, also where only a source has ended."""

    def observe(self, step: Step, latencies_s: Sequence[float]) -> None:
        """This came of the batch, and every sink has it: so many seconds after each image was decoded (or due, of a paced file)."""


@dataclass(frozen=True)
class Ending:
    """How a source ended.

    Attributes:
        frames_analyzed: Frames that went through the detector.
        frames_gated: Frames passed over because they were not due.
        decode_errors: Broken packets and frames that were left out.
        truncated: Whether the file ends before its index says.
        reconnects: How often a camera was reached again after it was lost.
        frames_dropped: Frames of a camera that newer ones replaced, since nobody took them in time.
        warnings: What was odd, in words.
        error: Why it ended early; `None` at the end of the source.
    """

    frames_analyzed: int
    frames_gated: int
    decode_errors: int
    truncated: bool
    warnings: list[str]
    error: str | None
    reconnects: int = 0
    frames_dropped: int = 0


@dataclass(frozen=True)
class Connection:
    """How a source's connection is now.

    Attributes:
        connected: Whether frames come, or can come; a file is connected as long as it is read.
        reconnects: How often a camera was reached again after it was lost.
        frames_dropped: Frames of a camera that newer ones replaced, since nobody took them in time.
        frames_waiting: Decoded frames that wait for the detector now.
        started_at_ns: Wall clock at a camera's `pts_ns` 0, nanoseconds since 1970, from when it was reached first; None before, and
            for a file.
        last_error: Why the camera was not reached, or was lost, the last time; secrets are struck out.
        clock: Which clock gives a camera's pictures their time of day now, `arrival` or `camera`; None before the first one, and
            for a file.
        clock_offset_ns: By how much the camera's clock is ahead of this machine's when its pictures arrive (negative where
            behind), if it sends it by RTCP: what they need to come makes it less.
        frames_decoded: Frames that came out of the decoder.
        frames_gated: Frames that were not due at `fps`, decoded or not.
        decode_errors: Broken packets, and frames with damaged parts.
        packets_lost: RTP packets lost on the network, as far as FFmpeg says so: over UDP.
        warnings: How many warnings there were; an `Ending` has one of each kind.
        last_warning: The latest of them, with the stream's time.
    """

    connected: bool
    reconnects: int
    frames_dropped: int
    frames_waiting: int
    started_at_ns: int | None
    last_error: str | None
    clock: Literal["arrival", "camera"] | None = None
    clock_offset_ns: int | None = None
    frames_decoded: int = 0
    frames_gated: int = 0
    decode_errors: int = 0
    packets_lost: int = 0
    warnings: int = 0
    last_warning: str | None = None

    @property
    def started_at(self) -> str | None:
        """`started_at_ns` in RFC 3339."""
        if self.started_at_ns is None:
            return None
        moment = datetime.fromtimestamp(self.started_at_ns / 1e9, UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
