"""Files and cameras become timed frames."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sightline import _core

if TYPE_CHECKING:
    from collections.abc import Iterator

DEFAULT_FPS = 10.0


@dataclass(frozen=True)
class VideoInfo:
    """What a container says of its video.

    Attributes:
        width: Upright width, pixels.
        height: Upright height, pixels.
        codec: As FFmpeg names it, such as `h264`.
        frame_rate: Nominal frames per second, if known.
        duration_ns: If known.
        frames: Number of frames, if known.
        rotation: Degrees clockwise by which pictures are turned to stand upright: 0, 90, 180 or 270.
    """

    width: int
    height: int
    codec: str
    frame_rate: float | None
    duration_ns: int | None
    frames: int | None
    rotation: int


@dataclass
class Source:
    """A file to watch. Iterating decodes it from its start and gives frames with pixels.

    Attributes:
        uri: Path of the file.
        source_id: Name of the camera; it comes back in every event.
        fps: Frames analyzed per second, chosen by presentation time; `None` for all.
        threads: Threads for decoding.
        started_at: Wall-clock time of the first frame, RFC 3339, if known; events then carry a time of day.
        loop: Whether the file starts again at its end, for ever. Each start is a new epoch; times and frame numbers go on.
        paced: Whether a pipeline gets its frames no faster than they were filmed; iterating does not wait.
    """

    uri: str
    source_id: str
    fps: float | None = DEFAULT_FPS
    threads: int = 1
    started_at: str | None = None
    loop: bool = False
    paced: bool = False
    _opened: _core.Source | None = field(default=None, repr=False, compare=False)

    @property
    def info(self) -> VideoInfo:
        """What the container says of its video.

        Raises:
            SourceError: When the file cannot be opened.
        """
        if self._opened is None:
            self._opened = self._open()
        return VideoInfo(**self._opened.info())

    def __iter__(self) -> Iterator[_core.Frame]:
        opened, self._opened = self._opened or self._open(), None
        while (frame := opened.next_frame()) is not None:
            yield frame

    def core_arguments(self) -> dict[str, Any]:
        """What the engine needs to open the source itself."""
        return {
            "uri": self.uri,
            "fps": self.fps,
            "threads": self.threads,
            "loop": self.loop,
            "paced": self.paced,
        }

    def _open(self) -> _core.Source:
        return _core.Source(self.uri, fps=self.fps, threads=self.threads, loop=self.loop)


def open_source(
    uri: str | os.PathLike[str],
    *,
    source_id: str | None = None,
    fps: float | None = DEFAULT_FPS,
    threads: int = 1,
    started_at: str | None = None,
    loop: bool = False,
    paced: bool = False,
) -> Source:
    """Open a video file.

    Args:
        uri: Path of the file.
        source_id: Name of the camera; the file's name without its ending when absent.
        fps: Frames analyzed per second, chosen by presentation time; `None` for all.
        threads: Threads for decoding.
        started_at: Wall-clock time of the first frame, RFC 3339, if known.
        loop: Whether the file starts again at its end, for ever.
        paced: Whether a pipeline gets its frames no faster than they were filmed.

    Raises:
        SourceError: When the file cannot be opened; the message says what was found and what to do.
    """
    path = os.fspath(uri)
    name = source_id or os.path.splitext(os.path.basename(path))[0]  # noqa: PTH119, PTH122 - not every source is a path
    source = Source(path, name, fps, threads, started_at, loop, paced)
    _ = source.info
    return source
