"""Where people spend their time: seconds for each cell of the picture or of the ground."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightline.ground import GroundPlane
    from sightline.tracks import Tracks

LONGEST_STEP_S = 1.0
"""Time between two frames that counts at most: what lies in a longer gap was not seen."""


class HeatMap:
    """Seconds that people's feet (the middle of a box's bottom edge) spent in each cell.

    Each frame adds the time since the frame before, at most one second, to the cell of everybody in it; a jump of the
    clock adds nothing. Nobody is told from anybody else, and memory is that of the cells.

    Args:
        size_px: Width and height of the frames.
        columns: Cells across the picture; rows follow, so that cells are about square.
        ground: A ground plane; cells are then squares on the ground.
        bounds_m: What part of the ground: least x and y, greatest x and y, metres; needed with a ground plane.
        cell_m: Side of a cell on the ground, metres.

    Raises:
        ValueError: When a number is out of range, or a ground plane has no bounds.

    >>> heat = HeatMap((640, 480), columns=32)
    >>> heat.seconds.shape
    (24, 32)
    """

    def __init__(
        self,
        size_px: tuple[int, int],
        *,
        columns: int = 64,
        ground: GroundPlane | None = None,
        bounds_m: tuple[float, float, float, float] | None = None,
        cell_m: float = 0.25,
    ) -> None:
        width, height = size_px
        if min(width, height, columns) < 1 or not cell_m > 0:
            raise ValueError(
                f"expected a size, columns and cell_m above 0, found {size_px}, {columns} and {cell_m:g}"
            )
        self._ground = ground
        if ground is None:
            self._low, self._cell = (0.0, 0.0), width / columns
            shape = (math.ceil(height / self._cell), columns)
        else:
            x1, y1, x2, y2 = bounds_m or (0.0, 0.0, 0.0, 0.0)
            if not (x1 < x2 and y1 < y2):
                raise ValueError(
                    f"bounds_m: expected least x and y below greatest x and y, metres, found {bounds_m}"
                )
            self._low, self._cell = (x1, y1), cell_m
            shape = (math.ceil((y2 - y1) / cell_m), math.ceil((x2 - x1) / cell_m))
        self._seconds = np.zeros(shape, np.float32)
        self._last: tuple[int, int] | None = None

    @property
    def seconds(self) -> NDArray[np.float32]:
        """Seconds for each cell, (rows, columns) float32: as the picture is, or with the ground's greatest y on top."""
        return self._seconds.copy() if self._ground is None else self._seconds[::-1].copy()

    def update(self, tracks: Tracks) -> None:
        """Take one more frame; call it for every frame, also when nobody was seen."""
        last, self._last = self._last, (tracks.epoch, tracks.pts_ns)
        if last is None or last[0] != tracks.epoch or len(tracks) == 0:
            return
        step_s = min((tracks.pts_ns - last[1]) / 1e9, LONGEST_STEP_S)
        boxes = tracks.xyxy
        feet = np.column_stack([(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]])
        places = feet if self._ground is None else self._ground.locate(feet)
        with np.errstate(invalid="ignore"):
            cells = np.floor((places - self._low) / self._cell)
            rows, columns = self._seconds.shape
            inside = ((cells >= 0) & (cells < (columns, rows))).all(axis=1)
        column, row = cells[inside].astype(np.intp).T
        np.add.at(self._seconds, (row, column), step_s)
