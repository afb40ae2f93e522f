"""A scene that is made rather than filmed: its pictures, its video, and the truth about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Protocol

import numpy as np

from sightline.synthetic.backdrop import Backdrop, paint_backdrop
from sightline.synthetic.figure import Figure, Walker, figure_at
from sightline.synthetic.shapes import Bounds, draw
from sightline.synthetic.texture import Grain
from sightline.synthetic.truth import Truth, TruthTracks, line_crossings, zone_visits

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from sightline.scene import Line, Zone
    from sightline.synthetic.camera import Camera

# Deepest darkening of the floor below a person; more would be a thing of its own to a detector of motion.
_SHADOW = np.float32(0.13)


class FrameWriter(Protocol):
    """What encodes pictures into a video."""

    def write(self, rgb: NDArray[np.uint8], /) -> None:
        """Append a (height, width, 3) RGB picture."""

    def finish(self) -> None:
        """Write what is left and close the file."""


class WriterFactory(Protocol):
    """What makes a writer, such as the class `sightline._core.VideoWriter`."""

    def __call__(self, path: str, width: int, height: int, fps_num: int, fps_den: int, /) -> FrameWriter:
        """Open a file for writing."""
        ...


@dataclass(frozen=True)
class SyntheticScene:
    """People who walk through a lobby before a fixed camera.

    Everything follows from the parameters: the same scene has the same bytes in every frame, on every machine.

    Attributes:
        camera: Where the scene is seen from.
        walkers: Who walks through; their identities are 1, 2, … in this order.
        lines: To be crossed, in unit space.
        zones: To be visited, in unit space.
        duration_s: Length of the video, seconds.
        fps: Frames per second of the video.
        backdrop: The empty scene.
        seed: Another seed, another noise of the sensor.
    """

    camera: Camera
    walkers: tuple[Walker, ...]
    lines: tuple[Line, ...] = ()
    zones: tuple[Zone, ...] = ()
    duration_s: float = 40.0
    fps: int = 25
    backdrop: Backdrop = field(default_factory=Backdrop)
    seed: int = 1

    @property
    def frame_count(self) -> int:
        """Number of frames."""
        return round(self.duration_s * self.fps)

    @cached_property
    def background(self) -> NDArray[np.uint8]:
        """The empty scene without noise, (height, width, 3) RGB, read-only."""
        background = paint_backdrop(self.backdrop, self.camera)
        background.setflags(write=False)
        return background

    @cached_property
    def _grain(self) -> Grain:
        return Grain(self.camera.width * self.camera.height, self.seed)

    def figures(self, frame: int) -> dict[int, Figure]:
        """Return by identity how everybody who is in the picture looks in a frame."""
        self._check_frame(frame)
        time_s = frame / self.fps
        present = {
            track_id: figure_at(walker, self.camera, time_s)
            for track_id, walker in enumerate(self.walkers, start=1)
            if walker.path.start_s <= time_s <= walker.path.end_s
        }
        return {track_id: figure for track_id, figure in present.items() if self._visibility(figure.box) > 0}

    def render_frame(self, frame: int, *, noise: bool = True) -> NDArray[np.uint8]:
        """Return a frame, (height, width, 3) RGB.

        Args:
            frame: Number from 0 to below `frame_count`.
            noise: Whether the sensor's noise is added.

        Raises:
            IndexError: When there is no such frame.
        """
        picture = self.background.copy()
        figures = sorted(self.figures(frame).values(), key=lambda figure: -figure.depth_m)
        for figure in figures:
            _cast_shadow(picture, figure)
        for figure in figures:
            _draw_figure(picture, figure)
        if noise:
            self._grain.add_to(picture, frame)
        return picture

    def frames(self) -> Iterator[NDArray[np.uint8]]:
        """Yield every frame in order."""
        return map(self.render_frame, range(self.frame_count))

    def truth(self) -> Truth:
        """Return what happens in the scene, while the video lasts."""
        last_s = (self.frame_count - 1) / self.fps
        paths = [(track_id, walker.path) for track_id, walker in enumerate(self.walkers, start=1)]
        crossings = [
            crossing
            for track_id, path in paths
            for line in self.lines
            for crossing in line_crossings(path, track_id, line, self.camera)
            if crossing.time_s <= last_s
        ]
        visits = [
            type(visit)(visit.entered_s, min(visit.exited_s, last_s), visit.zone, track_id)
            for track_id, path in paths
            for zone in self.zones
            for visit in zone_visits(path, track_id, zone, self.camera)
            if visit.entered_s <= last_s
        ]
        return Truth(
            self._tracks(),
            tuple(sorted(crossings, key=lambda crossing: (crossing.time_s, crossing.track_id))),
            tuple(sorted(visits, key=lambda visit: (visit.entered_s, visit.track_id))),
            self.fps,
        )

    def write(
        self,
        path: str | os.PathLike[str],
        writer_factory: WriterFactory | None = None,
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """Encode the whole scene into a video file.

        Args:
            path: Of the file to write.
            writer_factory: What encodes; the core's own writer when absent.
            progress: Called after each frame with the number of frames done and that of all.

        Raises:
            SourceError: When the file cannot be written.
        """
        factory = _core_writer if writer_factory is None else writer_factory
        writer = factory(str(FilePath(path)), self.camera.width, self.camera.height, self.fps, 1)
        for frame, rgb in enumerate(self.frames()):
            writer.write(rgb)
            if progress is not None:
                progress(frame + 1, self.frame_count)
        writer.finish()

    def write_truth(self, path: str | os.PathLike[str]) -> None:
        """Write the truth as JSON, or as MOT Challenge text where the file's name ends in `.txt`."""
        self.truth().write(FilePath(path))

    def _check_frame(self, frame: int) -> None:
        if not 0 <= frame < self.frame_count:
            raise IndexError(f"expected a frame from 0 to {self.frame_count - 1}, found {frame}")

    def _visibility(self, box: Bounds) -> float:
        wide = min(box.right, self.camera.width) - max(box.left, 0.0)
        tall = min(box.bottom, self.camera.height) - max(box.top, 0.0)
        if wide <= 0 or tall <= 0:
            return 0.0
        return wide * tall / ((box.right - box.left) * (box.bottom - box.top))

    def _tracks(self) -> TruthTracks:
        rows = [
            (frame, track_id, figure.box, figure.place, self._visibility(figure.box))
            for frame in range(self.frame_count)
            for track_id, figure in self.figures(frame).items()
        ]
        return TruthTracks(
            np.array([row[0] for row in rows], np.int32),
            np.array([row[1] for row in rows], np.int32),
            np.array([row[2] for row in rows], np.float64).reshape(-1, 4),
            np.array([row[3] for row in rows], np.float64).reshape(-1, 2),
            np.array([row[4] for row in rows], np.float64),
        )


def _core_writer(path: str, width: int, height: int, fps_num: int, fps_den: int, /) -> FrameWriter:
    # Scenes can be made and drawn without the extension; only encoding needs it.
    from sightline import _core  # noqa: PLC0415

    return _core.VideoWriter(path, width, height, fps_num, fps_den)


def _patch(picture: NDArray[np.uint8], box: Bounds) -> tuple[slice, slice]:
    height, width, _ = picture.shape
    left, right = (min(max(int(edge), 0), width) for edge in (box.left - 2, box.right + 3))
    top, bottom = (min(max(int(edge), 0), height) for edge in (box.top - 2, box.bottom + 3))
    return slice(top, bottom), slice(left, right)


def _draw_figure(picture: NDArray[np.uint8], figure: Figure) -> None:
    rows, columns = _patch(picture, figure.box)
    region = picture[rows, columns]
    canvas = region.transpose(2, 0, 1).astype(np.float32)
    for shape in figure.shapes:
        draw(canvas, (columns.start, rows.start), shape)
    region[:] = np.clip(canvas + np.float32(0.5), 6, 249).astype(np.uint8).transpose(1, 2, 0)


def _cast_shadow(picture: NDArray[np.uint8], figure: Figure) -> None:
    (x, y), (wide, tall) = figure.foot_px, figure.shadow_px
    rows, columns = _patch(picture, Bounds(x - wide, y - tall, x + wide, y + tall))
    region = picture[rows, columns]
    across = (np.arange(columns.start, columns.stop, dtype=np.float32) + np.float32(0.5 - x)) / np.float32(
        wide
    )
    down = (np.arange(rows.start, rows.stop, dtype=np.float32) + np.float32(0.5 - y)) / np.float32(tall)
    inside = np.clip(1 - (across * across)[None, :] - (down * down)[:, None], 0, 1, dtype=np.float32)
    light = 1 - _SHADOW * inside
    region[:] = (region * light[:, :, None] + np.float32(0.5)).astype(np.uint8)
