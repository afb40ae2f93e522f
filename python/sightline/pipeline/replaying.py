"""A recording in the place of sources and detector: the same frames in the same order, without pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from sightline import _core
from sightline.errors import RecordingError
from sightline.recording.reader import recorded

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from sightline.pipeline.camera import Camera
    from sightline.recording import EndEntry, RecordedStep, Recording

_INFO = ("width", "height", "codec", "frame_rate", "duration_ns", "frames", "rotation")


class RecordedBatch:
    """Some frames as they were recorded; what `_core.Batch` is to decoded ones."""

    def __init__(self, replaying: Replaying, step: RecordedStep) -> None:
        self._replaying = replaying
        of_stream = replaying.streams
        self._recorded = [frame for frame in step.frames if frame.camera in of_stream]
        self._streams = [of_stream[frame.camera] for frame in self._recorded]
        self._ended = [end for end in step.ended if end.camera in of_stream]

    def __len__(self) -> int:
        return len(self._recorded)

    @property
    def streams(self) -> list[int]:
        """Position of each frame's camera in the pipeline."""
        return self._streams

    @property
    def indices(self) -> list[int]:
        """Number of each frame in its source."""
        return [frame.index for frame in self._recorded]

    @property
    def epochs(self) -> list[int]:
        """Epoch of each frame."""
        return [frame.epoch for frame in self._recorded]

    @property
    def pts_ns(self) -> list[int]:
        """Presentation time of each frame, nanoseconds."""
        return [frame.pts_ns for frame in self._recorded]

    @property
    def captured_at_ns(self) -> list[int | None]:
        """Time of day at which each frame was taken, nanoseconds since 1970; None of a file."""
        return [frame.captured_at_ns for frame in self._recorded]

    @property
    def sizes_px(self) -> list[tuple[int, int]]:
        """Width and height of each frame."""
        return [frame.size_px for frame in self._recorded]

    def picture(self, image: int) -> NDArray[np.uint8] | None:
        """None: pictures are not recorded."""
        del image
        return None

    def ages_s(self) -> list[float]:
        """Nothing: what was recorded has waited for as long as one likes."""
        return [0.0] * len(self._recorded)

    @property
    def ended(self) -> list[dict[str, Any]]:
        """Sources that ended after these frames, as `_core.Batch.ended` says it."""
        return [
            {**msgspec.structs.asdict(end), "stream": self._replaying.streams[end.camera]}
            for end in self._ended
        ]

    def advance(self) -> _core.Step:
        """Take the frames through tracking and rules."""
        frames = [
            (stream, each.index, each.epoch, each.pts_ns, each.captured_at_ns, each.size_px, each.found)
            for stream, each in zip(self._streams, self._recorded, strict=True)
        ]
        return self._replaying.advance(frames, self._ended)


class Replaying:
    """Hands out what was recorded; to a pipeline it is what `_core.Engine` is.

    Args:
        recording: What was recorded.
        cameras: Those to replay, with the recording's sources.
        settings: What the core is told of each, see `_core.Engine`.

    Attributes:
        streams: Position in the pipeline, by number of the recording.

    Raises:
        RecordingError: When a camera's source is not the recording's.
    """

    def __init__(
        self, recording: Recording, cameras: Sequence[Camera], settings: Sequence[dict[str, Any]]
    ) -> None:
        entries = [recorded(camera.source).recorded for camera in cameras]
        known = [source.recorded for source in recording.sources]
        if strange := [entry.id for entry in entries if entry not in known]:
            raise RecordingError(
                f"{recording.path}: {', '.join(strange)}: expected sources of this recording, found some of another"
            )
        self.streams = {entry.number: position for position, entry in enumerate(entries)}
        infos = [{name: getattr(entry, name) for name in _INFO} for entry in entries]
        self._core = _core.Replay(list(zip(settings, infos, strict=True)))
        self._steps = recording.steps()
        self._stopped = False
        self._connections: list[dict[str, Any]] = [
            {
                "connected": True,
                "reconnects": 0,
                "frames_dropped": 0,
                "frames_waiting": 0,
                "started_at_ns": None,
                "last_error": None,
            }
            for _ in cameras
        ]

    def next_batch(self) -> RecordedBatch | None:
        """Return the next step's frames, or None at the end of the recording.

        Raises:
            RecordingError: When the recording is damaged here.
        """
        step = None if self._stopped else next(self._steps, None)
        if step is None:
            return None
        for start in step.started:
            if start.camera in self.streams:
                self._connections[self.streams[start.camera]]["started_at_ns"] = start.started_at_ns
        return RecordedBatch(self, step)

    def advance(self, frames: Sequence[Any], ended: Sequence[EndEntry]) -> _core.Step:
        """Take frames through tracking and rules, then end sources."""
        streams = [self.streams[end.camera] for end in ended]
        for stream, end in zip(streams, ended, strict=True):
            self._connections[stream] |= {
                "connected": False,
                "reconnects": end.reconnects,
                "frames_dropped": end.frames_dropped,
            }
        return self._core.advance(frames, streams)

    def stop(self) -> _core.Step:
        """End what goes on; what is open is closed."""
        self._stopped = True
        return self._core.stop()

    def info(self, stream: int) -> dict[str, Any]:
        """What was known of a camera's video."""
        return self._core.info(stream)

    def connection(self, stream: int) -> dict[str, Any]:
        """How a camera's connection was, as far as it is recorded."""
        return dict(self._connections[stream])

    def set_ground(self, stream: int, ground: _core.GroundPlane) -> None:
        """Say where the ground of a camera is that was to be found later."""
        self._core.set_ground(stream, ground)

    def counts(self, stream: int) -> dict[str, Any]:
        """What a camera's rules have counted so far."""
        return self._core.counts(stream)
