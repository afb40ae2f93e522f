"""Noise that is the same everywhere: an integer hash, smooth noise from it, and a sensor's grain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# The bank of grain is longer than a picture by this; where in it a frame starts is random.
_SPARE_PIXELS = 1 << 16


def hashed(x: NDArray[np.int64], y: NDArray[np.int64] | int, seed: int) -> NDArray[np.float64]:
    """Return a number from 0 to below 1 for each pair of whole numbers, without visible pattern."""
    state = (x.astype(np.uint32) * np.uint32(0x85EBCA6B)) ^ (
        np.asarray(y).astype(np.uint32) * np.uint32(0xC2B2AE35)
    )
    state = state ^ np.uint32(seed * 0x9E3779B1 & 0xFFFFFFFF)
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        state = (state ^ (state >> np.uint32(shift))) * np.uint32(factor)
    state ^= state >> np.uint32(16)
    return state.astype(np.float64) / 2.0**32


def smooth_noise(x: NDArray[np.float64], y: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """Return noise from −1 to 1 that varies over about one unit of x and y."""
    left, top = np.floor(x), np.floor(y)
    column, row = left.astype(np.int64), top.astype(np.int64)
    first_column, first_row = int(column.min()), int(row.min())
    columns = np.arange(first_column, int(column.max()) + 2)
    rows = np.arange(first_row, int(row.max()) + 2)
    # Far fewer lattice points than pixels: hash them once, and look up.
    lattice = hashed(columns[None, :], rows[:, None], seed) * 2 - 1
    column, row = column - first_column, row - first_row
    across, down = _eased(x - left), _eased(y - top)
    upper = lattice[row, column] * (1 - across) + lattice[row, column + 1] * across
    lower = lattice[row + 1, column] * (1 - across) + lattice[row + 1, column + 1] * across
    return upper * (1 - down) + lower * down


def _eased(share: NDArray[np.float64]) -> NDArray[np.float64]:
    return share * share * (3 - 2 * share)


class Grain:
    """The noise of a camera's sensor, another one in every frame.

    Args:
        pixels: Of a picture.
        seed: Another seed, another noise.
    """

    def __init__(self, pixels: int, seed: int) -> None:
        self._pixels = pixels
        self._seed = seed
        index = np.arange(pixels + _SPARE_PIXELS, dtype=np.int64)
        # The sum of two even distributions: −2…2, mostly near 0, the same in the three channels.
        grain = np.floor(hashed(index, 0, seed) * 3) + np.floor(hashed(index, 1, seed) * 3) - 2
        # As unsigned bytes, adding wraps around to the right result while pictures keep two levels from both ends.
        self._bank: NDArray[np.uint8] = np.repeat(grain.astype(np.int8).view(np.uint8), 3)

    def add_to(self, picture: NDArray[np.uint8], frame: int) -> None:
        """Add the noise of a frame to a contiguous (height, width, 3) picture with values in 2…253."""
        start = int(hashed(np.array([frame]), 2, self._seed)[0] * _SPARE_PIXELS) * 3
        flat = picture.reshape(-1)
        np.add(flat, self._bank[start : start + 3 * self._pixels], out=flat)
