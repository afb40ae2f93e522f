"""An annotated video of a run, written beside it as it goes."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Self

from sightline import _core
from sightline.render.annotator import Annotator
from sightline.render.views import Counts, LineCount, ZoneCount

if TYPE_CHECKING:
    import os
    from types import TracebackType

    import numpy as np
    from numpy.typing import NDArray

    from sightline.pipeline import Image, Pipeline, Step

_TRAIL_S = 2.0


class VideoRenderer:
    """Draws every analyzed frame of a pipeline that keeps pictures, and encodes them.

    With several cameras each gets a file of its own: `out.mp4` becomes `out-lobby.mp4`, `out-door.mp4`.

    Args:
        path: Of the MP4 file.
        pipeline: Made with `keep_pictures=True`.

    Raises:
        SourceError: When the file cannot be written.
    """

    def __init__(self, path: str | os.PathLike[str], pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._writers: dict[int, _core.VideoWriter] = {}
        self._annotators: dict[int, Annotator] = {}
        for number, camera in pipeline.cameras.items():
            info = camera.source.info
            fps = min(camera.source.fps or 1000.0, info.frame_rate or camera.source.fps or 25.0)
            rate = Fraction(fps).limit_denominator(1001)
            file = Path(path)
            if len(pipeline.cameras) > 1:
                file = file.with_stem(f"{file.stem}-{camera.source.source_id}")
            self._writers[number] = _core.VideoWriter(
                str(file), info.width, info.height, rate.numerator, rate.denominator
            )
            self._annotators[number] = Annotator(
                camera.scene,
                (info.width, info.height),
                trail_s=_TRAIL_S,
                class_names=pipeline.detector.class_names,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.finish()

    def write(self, step: Step) -> list[NDArray[np.uint8]]:
        """Draw and encode the step's images; return them as drawn."""
        return [self._write(image) for image in step.images]

    def finish(self) -> None:
        """Write what is left and close the files. A second call does nothing."""
        for writer in self._writers.values():
            writer.finish()

    def _write(self, image: Image) -> NDArray[np.uint8]:
        if image.pixels is None:
            raise ValueError("expected a pipeline made with keep_pictures=True")
        counts = self._counts(image)
        drawn = self._annotators[image.camera].annotate(image.pixels, image.tracks, counts)
        self._writers[image.camera].write(drawn)
        return drawn

    def _counts(self, image: Image) -> Counts:
        camera, counted = self._pipeline.cameras[image.camera], self._pipeline.counts(image.camera)
        lines = zip(camera.scene.lines, counted["lines"], strict=True)
        zones = zip(camera.scene.zones, counted["zones"], strict=True)
        return Counts(
            pts_ns=image.pts_ns,
            camera_id=camera.source.source_id,
            lines={line.name: LineCount(tally["in"], tally["out"]) for line, tally in lines},
            zones={zone.name: ZoneCount(tally["inside"], tally["entries"]) for zone, tally in zones},
        )
