"""Writing a recording while a pipeline runs."""

from __future__ import annotations

import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

import msgspec

from sightline.errors import RecordingError
from sightline.recording.blocks import first_line, packed
from sightline.recording.entries import CameraEntry, RecordedStep, RunEntry, pack_steps

if TYPE_CHECKING:
    import os
    from collections.abc import Callable
    from types import TracebackType

    from sightline.recording.blocks import Kind

# A kill costs at most what came within so long, and a fast run writes blocks that pack well.
_BLOCK_S = 1.0
_BLOCK_BYTES = 256 << 10
_FRAME_BYTES = 34
_ROW_BYTES = 24


class DetectionRecorder:
    """Writes what a detector finds into a file, frame by frame, without pictures; give it to a `Pipeline`.

    The file is appended to about once a second, so that of a run that was killed all but the last second can be replayed.

    Args:
        path: The file, which must not be there yet; it is made when the recording begins.
        clock: Monotonic seconds; for tests.

    Attributes:
        frames: Frames that were recorded.
        detections: Detections in them.
        bytes_written: Size of the file so far.
    """

    def __init__(self, path: str | os.PathLike[str], *, clock: Callable[[], float] = time.monotonic) -> None:
        self.path = Path(path)
        self.frames = self.detections = self.bytes_written = 0
        self._clock = clock
        self._steps: list[RecordedStep] = []
        self._waiting_bytes = 0
        self._since_s = 0.0
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def begin(self, run: RunEntry) -> None:
        """Make the file and say what detects, once, before all else.

        Raises:
            RecordingError: When there is such a file.
            OSError: When it cannot be made or written.
        """
        try:
            self._file = self.path.open("xb", buffering=0)
        except FileExistsError:
            raise RecordingError(f"{self.path}: there is such a file; remove it, or name another") from None
        self._write(first_line())
        self._block(b"RUN.", msgspec.msgpack.encode(run))

    def add(self, camera: CameraEntry) -> None:
        """Say what a camera is, before its first frame."""
        self.flush()
        self._block(b"CAM.", msgspec.msgpack.encode(camera))

    def record(self, step: RecordedStep) -> None:
        """Take a step; it is in the file about a second later, or after `flush`.

        Raises:
            RecordingError: When there is more in it than the format can hold.
            OSError: When the file cannot be written.
        """
        if not self._steps:
            self._since_s = self._clock()
        self._steps.append(step)
        rows = sum(len(frame.found.confidence) for frame in step.frames)
        self.frames += len(step.frames)
        self.detections += rows
        self._waiting_bytes += _FRAME_BYTES * (1 + len(step.frames)) + _ROW_BYTES * rows
        if self._waiting_bytes >= _BLOCK_BYTES or self._clock() - self._since_s >= _BLOCK_S:
            self.flush()

    def flush(self) -> None:
        """Write what waits.

        Raises:
            RecordingError: When there is more in a step than the format can hold.
            OSError: When the file cannot be written.
        """
        steps, self._steps, self._waiting_bytes = self._steps, [], 0
        if steps:
            self._block(b"STEP", pack_steps(steps))

    def close(self) -> None:
        """Write what waits, and that nothing more comes. A second call does nothing."""
        if self._file is None or self._file.closed:
            return
        try:
            self.flush()
            self._block(b"END.", msgspec.msgpack.encode({"frames": self.frames}))
        finally:
            self._file.close()

    def _block(self, kind: Kind, content: bytes) -> None:
        self._write(packed(kind, content))

    def _write(self, data: bytes) -> None:
        if self._file is None:
            raise ValueError("expected begin(…) before all else")
        view = memoryview(data)
        try:
            while view:
                view = view[self._file.write(view) :]
        except OSError as error:
            raise OSError(
                error.errno, f"the recording cannot be written: {error.strerror}", str(self.path)
            ) from error
        self.bytes_written += len(data)
