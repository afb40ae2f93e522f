"""A heat map drawn over the last picture of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightline.heat_map import HeatMap
from sightline.render import heat_picture, save_png

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from sightline.pipeline import Step


class HeatDrawing:
    """Collects where people are, and draws it in the end.

    Args:
        path: Where the PNG goes.

    Raises:
        OSError: When no file can be written there.
    """

    def __init__(self, path: Path) -> None:
        path.open("ab").close()
        self._path = path
        self._heat: HeatMap | None = None
        self._picture: NDArray[np.uint8] | None = None

    def write(self, step: Step) -> None:
        """Take what one step has seen."""
        for image in step.images:
            if image.pixels is None:
                continue
            height, width, _ = image.pixels.shape
            if self._picture is None or self._picture.shape != image.pixels.shape:
                self._heat = HeatMap((width, height))
            self._picture = image.pixels
            if self._heat is not None:
                self._heat.update(image.tracks)

    def finish(self) -> None:
        """Write the drawing, if anything was seen."""
        if self._heat is not None and self._picture is not None:
            height, width, _ = self._picture.shape
            picture = heat_picture(self._heat.seconds, size_px=(width, height), under=self._picture)
            save_png(self._path, picture)
