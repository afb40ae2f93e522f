"""Reading a recording: what it says of its run and cameras at once, its steps block by block."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

from sightline.errors import RecordingError, SourceError
from sightline.recording.blocks import Blocks, check_first_line
from sightline.recording.entries import (
    MAX_CAMERAS,
    CameraEntry,
    Damage,
    RecordedStep,
    RunEntry,
    unpack_steps,
    unpacked,
)
from sightline.video import Source, VideoInfo

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping

    from sightline import _core
    from sightline.recording.blocks import Place

_T = TypeVar("_T")


@dataclass(repr=False)
class RecordedSource(Source):
    """A source as it was recorded: what it is, without pictures. Only a pipeline whose detector is the recording takes it.

    Attributes:
        entry: What was recorded of it.
    """

    entry: CameraEntry | None = None

    @property
    def recorded(self) -> CameraEntry:
        """What was recorded of it."""
        if self.entry is None:
            raise ValueError("expected a source of open_recording(…), found one that was made by hand")
        return self.entry

    @property
    def is_live(self) -> bool:
        """Whether a camera was recorded."""
        return self.recorded.kind == "live"

    @property
    def info(self) -> VideoInfo:
        """What the container said of its video; width and height are 0 for a camera."""
        entry = self.recorded
        return VideoInfo(
            width=entry.width,
            height=entry.height,
            codec=entry.codec,
            frame_rate=entry.frame_rate,
            duration_ns=entry.duration_ns,
            frames=entry.frames,
            rotation=entry.rotation,
        )

    def __iter__(self) -> Iterator[_core.Frame]:
        raise SourceError(f"{self.uri}: a recording of detections has no pictures")


class Recording:
    """A recording of detections. It stands for a pipeline's detector, and can be replayed any number of times.

    Args:
        path: The file.

    Attributes:
        path: The file.
        run: What detected.
        sources: What was watched, in the order of the recording.
        frames: Number of frames, known where the recording was closed.
        truncated_at: Where the file breaks off, bytes from its start, if it does: its run was killed, or goes on.

    Raises:
        RecordingError: When the file cannot be read, is no recording, or its beginning is damaged.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.sources: list[RecordedSource] = []
        self.frames: int | None = None
        self.truncated_at: int | None = None
        self._numbers: set[int] = set()
        run: RunEntry | None = None
        with self._open() as file:
            blocks = Blocks(file, str(path))
            for place in self._sound(blocks):
                if place.kind == b"RUN.":
                    run = self._entry(blocks, place, RunEntry)
                elif place.kind == b"CAM.":
                    self._add(self._entry(blocks, place, CameraEntry), place)
                elif place.kind == b"END.":
                    self.frames = self._entry(blocks, place, dict[str, int]).get("frames")
            if self.frames is None:
                self.truncated_at = blocks.torn_at if blocks.torn_at is not None else file.seek(0, 2)
        if run is None:
            raise RecordingError(
                f"{path}: the recording ends before it says what was recorded; nothing in it can be replayed"
            )
        self.run = run

    @property
    def name(self) -> str:
        """The name of the detector that found what is in it."""
        return self.run.model

    @property
    def class_names(self) -> Mapping[int, str]:
        """Words for class ids."""
        return self.run.class_names

    def source(self, source_id: str | None = None) -> RecordedSource:
        """Return the source of a name, or the only one.

        Raises:
            RecordingError: When there is none, or several and no name is given.
        """
        found = [each for each in self.sources if source_id in (None, each.source_id)]
        if len(found) == 1:
            return found[0]
        there = ", ".join(each.source_id for each in self.sources) or "none"
        wanted = "the name of one of its cameras" if source_id is None else f"a camera {source_id!r}"
        raise RecordingError(f"{self.path}: expected {wanted}; it has: {there}")

    def steps(self) -> Iterator[RecordedStep]:
        """Go through what was recorded, in its order.

        Raises:
            RecordingError: When the file is damaged, at the place where it is; what comes before has been given.
        """
        known: set[int] = set()
        with self._open() as file:
            blocks = Blocks(file, str(self.path))
            for place in blocks:
                if place.kind == b"CAM.":
                    known.add(self._entry(blocks, place, CameraEntry).number)
                elif place.kind == b"STEP":
                    yield from self._steps(blocks, place, known)

    def close(self) -> None:
        """Do nothing; it is here as a detector's is."""

    def _steps(self, blocks: Blocks, place: Place, known: set[int]) -> Iterator[RecordedStep]:
        try:
            steps = unpack_steps(blocks.content(place))
        except Damage as error:
            raise self._damaged(place, str(error)) from error
        for step in steps:
            numbers = {frame.camera for frame in step.frames}
            numbers |= {end.camera for end in step.ended} | {start.camera for start in step.started}
            if not numbers <= known:
                raise self._damaged(
                    place, f"it has frames of a camera {min(numbers - known)} that is not named"
                )
            yield step

    def _sound(self, blocks: Blocks) -> Iterator[Place]:
        """Go through the blocks as far as there are any; damage farther on is told by who comes there."""
        places = iter(blocks)
        while True:
            try:
                place = next(places, None)
            except RecordingError:
                return
            if place is None:
                return
            yield place

    def _add(self, camera: CameraEntry, place: Place) -> None:
        if camera.number in self._numbers:
            raise self._damaged(place, f"camera {camera.number} is named twice")
        if len(self.sources) >= MAX_CAMERAS:
            raise self._damaged(place, f"it names more than {MAX_CAMERAS} cameras")
        if camera.started_at is not None and not _is_instant(camera.started_at):
            raise self._damaged(place, f"started_at: found {camera.started_at!r}, which is no time")
        self._numbers.add(camera.number)
        self.sources.append(
            RecordedSource(
                uri=str(self.path),
                source_id=camera.id,
                fps=camera.fps,
                started_at=camera.started_at,
                loop=camera.kind == "looped",
                entry=camera,
            )
        )

    def _entry(self, blocks: Blocks, place: Place, kind: type[_T]) -> _T:
        try:
            return unpacked(blocks.content(place), kind)
        except Damage as error:
            raise self._damaged(place, str(error)) from error

    def _damaged(self, place: Place, why: str) -> RecordingError:
        return RecordingError(f"{self.path}: damaged at byte {place.offset}: {why}")

    def _open(self) -> IO[Any]:
        try:
            file = self.path.open("rb")
        except OSError as error:
            raise RecordingError(f"{self.path}: cannot be read: {error.strerror}") from error
        try:
            check_first_line(file, str(self.path))
        except BaseException:
            file.close()
            raise
        return file


def open_recording(path: str | os.PathLike[str]) -> Recording:
    """Open a recording of detections, to be replayed.

    >>> recording = open_recording("lobby.detections")  # doctest: +SKIP
    >>> Pipeline(source=recording.source(), scene=scene, detector=recording)  # doctest: +SKIP

    Args:
        path: The file, as `sightline record-detections` or `DetectionRecorder` wrote it.

    Raises:
        RecordingError: When the file cannot be read, is no recording or one of another version, or its beginning is damaged.
    """
    return Recording(path)


def recorded(source: Source) -> RecordedSource:
    """Return it typed.

    Raises:
        RecordingError: When it is a video.
    """
    if isinstance(source, RecordedSource):
        return source
    raise RecordingError(
        f"{source.source_id}: expected a source of the recording, found a video; use recording.source({source.source_id!r})"
    )


def _is_instant(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
