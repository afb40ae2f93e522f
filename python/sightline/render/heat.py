"""A heat map as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

# From cold to hot, in equal steps; dark to light, so that it also reads without color.
_SCALE = np.array(
    [(10, 12, 30), (62, 20, 98), (138, 35, 105), (211, 66, 74), (248, 142, 44), (252, 240, 160)], np.float64
)


def heat_picture(
    seconds: NDArray[np.float32],
    *,
    size_px: tuple[int, int] | None = None,
    under: NDArray[np.uint8] | None = None,
) -> NDArray[np.uint8]:
    """Draw a heat map: linear from 0 to the time that one in twenty of the visited cells reaches, and full beyond.

    Args:
        seconds: (rows, columns), such as `HeatMap.seconds`.
        size_px: Width and height of the picture; eight pixels a cell when absent.
        under: A picture of that size, (height, width, 3) RGB, to be seen through where it is cold.

    Returns:
        (height, width, 3) RGB.
    """
    rows, columns = seconds.shape
    width, height = size_px or (8 * columns, 8 * rows)
    visited = seconds[seconds > 0]
    most = float(np.quantile(visited, 0.95)) if len(visited) else 1.0
    share = np.minimum(seconds / most, 1.0)
    at = share * (len(_SCALE) - 1)
    step = np.arange(len(_SCALE), dtype=np.float64)
    colors = np.empty((rows, columns, 3), np.uint8)
    for channel in range(3):
        colors[:, :, channel] = np.interp(at, step, _SCALE[:, channel]).round()
    small = Image.fromarray(colors)
    picture = np.asarray(small.resize((width, height), Image.Resampling.BICUBIC))
    if under is None:
        return picture
    veil = Image.fromarray((share * 255).astype(np.uint8)).resize((width, height), Image.Resampling.BICUBIC)
    opaque = 0.35 + 0.55 * np.asarray(veil, np.float64)[:, :, None] / 255
    return (under * (1 - opaque) + picture * opaque).round().astype(np.uint8)
