"""Files and cameras become timed frames."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal

from sightline import _core
from sightline.urls import is_live, masked, name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

DEFAULT_FPS = 10.0
DEFAULT_TIMEOUT_S = 10.0

Transport = Literal["tcp", "udp", "auto"]
Clock = Literal["auto", "arrival", "camera"]


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
    """A file or a camera to watch. Iterating gives frames with pixels: a file's from its start, a camera's from now on.

    Attributes:
        uri: Path of the file, or the camera's address, in which `{env:NAME}` and `{file:PATH}` stand for secrets.
        source_id: Name of the camera; it comes back in every event.
        fps: Frames analyzed per second, chosen by presentation time; `None` for all.
        threads: Threads for decoding.
        started_at: Wall-clock time of the first frame, RFC 3339, if known; events then carry a time of day. A camera's is
            known once it was reached, and follows `clock`.
        loop: Whether the file starts again at its end, for ever. Each start is a new epoch; times and frame numbers go on.
        paced: Whether a pipeline gets its frames no faster than they were filmed; iterating does not wait.
        transport: How RTSP carries pictures: `tcp`, `udp`, or `auto`, which tries UDP where TCP is refused.
        open_timeout_s: How long reaching a camera may take.
        read_timeout_s: How long no picture may come before a camera is taken for lost, and reached anew.
        ca_file: PEM file of the authorities that a camera's certificate is checked against.
        clock: Which clock gives a camera's pictures their time of day: the `camera`'s, from RTCP sender reports; this machine's
            at their `arrival`; or `auto`, which believes a camera that says its pictures were taken at most 5 s before they came.
    """

    uri: str
    source_id: str
    fps: float | None = DEFAULT_FPS
    threads: int = 1
    started_at: str | None = None
    loop: bool = False
    paced: bool = False
    transport: Transport = "tcp"
    open_timeout_s: float = DEFAULT_TIMEOUT_S
    read_timeout_s: float = DEFAULT_TIMEOUT_S
    ca_file: str | None = None
    clock: Clock = "auto"
    _opened: _core.Source | None = field(default=None, repr=False, compare=False)

    def __repr__(self) -> str:
        shown = [f for f in fields(self) if f.repr and f.name != "uri"]
        return f"Source({', '.join([f'uri={masked(self.uri)!r}', *(f'{f.name}={getattr(self, f.name)!r}' for f in shown)])})"

    @property
    def is_live(self) -> bool:
        """Whether this is a camera: it has an address. What turns out to have a length is played to its end all the same."""
        return is_live(self.uri)

    @property
    def info(self) -> VideoInfo:
        """What the container says of its video. A camera is reached for it, in one attempt.

        Raises:
            SourceError: When the file cannot be opened or the camera not be reached.
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
        return {"source": self._settings(), "paced": self.paced}

    def _settings(self) -> dict[str, Any]:
        return {
            "uri": self.uri,
            "fps": self.fps,
            "threads": self.threads,
            "loop": self.loop,
            "transport": self.transport,
            "open_timeout_s": self.open_timeout_s,
            "read_timeout_s": self.read_timeout_s,
            "ca_file": self.ca_file,
            "clock": self.clock,
        }

    def _open(self) -> _core.Source:
        opened = _core.Source(self._settings())
        opened.connect()
        return opened


def open_source(
    uri: str | os.PathLike[str],
    *,
    source_id: str | None = None,
    fps: float | None = DEFAULT_FPS,
    threads: int = 1,
    started_at: str | None = None,
    loop: bool = False,
    paced: bool = False,
    transport: Transport = "tcp",
    open_timeout_s: float = DEFAULT_TIMEOUT_S,
    read_timeout_s: float = DEFAULT_TIMEOUT_S,
    ca_file: str | os.PathLike[str] | None = None,
    clock: Clock = "auto",
) -> Source:
    """Open a video file, or take the address of a camera, which is reached when its frames are asked for.

    Args:
        uri: Path of the file, or an address with rtsp, rtsps, http, https or rtmp. `{env:NAME}` and `{file:PATH}` in it stand
            for secrets, which are looked up at each connection.
        source_id: Name of the camera; the file's name without its ending, or the address's host and path, when absent.
        fps: Frames analyzed per second, chosen by presentation time; `None` for all.
        threads: Threads for decoding.
        started_at: Wall-clock time of the first frame, RFC 3339, if known.
        loop: Whether the file starts again at its end, for ever.
        paced: Whether a pipeline gets its frames no faster than they were filmed.
        transport: How RTSP carries pictures: `tcp`, `udp`, or `auto`, which tries UDP where TCP is refused.
        open_timeout_s: How long reaching a camera may take.
        read_timeout_s: How long no picture may come before a camera is taken for lost, and reached anew.
        ca_file: PEM file of the authorities that a camera's certificate is checked against.
        clock: Which clock gives a camera's pictures their time of day; see `Source`.

    Raises:
        SourceError: When the file cannot be opened; the message says what was found and what to do.
    """
    path = os.fspath(uri)
    source = Source(
        path,
        source_id or name_of(path),
        fps,
        threads,
        started_at,
        loop,
        paced,
        transport,
        open_timeout_s,
        read_timeout_s,
        None if ca_file is None else os.fspath(ca_file),
        clock,
    )
    if not source.is_live:
        _ = source.info
    return source
