"""Prior boxes of SSD models whose files leave them out: where each row of the outputs looks."""

from __future__ import annotations

import msgspec

_STRIDES = (8, 16, 32, 64)


class PriorBoxes(msgspec.Struct, frozen=True, kw_only=True):
    """Boxes of some shapes in every cell of five grids, the layout of AIZOO's face mask detectors.

    The first four grids have a cell for every 8, 16, 32 and 64 pixels of the input; the fifth is what an unpadded 3×3
    convolution leaves of the fourth. For 260×260 that makes 33, 17, 9, 5 and 3 cells a side, as the source has them
    (AIZOOTech/FaceMaskDetection, README and utils/anchor_generator.py, MIT).
    """

    sizes: tuple[tuple[float, ...], ...]
    """For each grid, sides of boxes as shares of the input."""
    ratios: tuple[float, ...]
    """Width over height. Every size has a box of the first ratio, and the first size one of every other."""

    def count(self, width: int, height: int) -> int:
        """Return how many boxes there are for an input of this width and height in pixels."""
        grids = zip(self.sizes, _grids(width, height), strict=True)
        return sum(columns * rows * len(self._shapes(sizes)) for sizes, (columns, rows) in grids)

    def boxes(self, width: int, height: int) -> list[list[float]]:
        """Return center x, center y, width and height of every box as shares of the input, in the order of the outputs."""
        return [
            [(column + 0.5) / columns, (row + 0.5) / rows, *shape]
            for sizes, (columns, rows) in zip(self.sizes, _grids(width, height), strict=True)
            for row in range(rows)
            for column in range(columns)
            for shape in self._shapes(sizes)
        ]

    def _shapes(self, sizes: tuple[float, ...]) -> list[tuple[float, float]]:
        chosen = [(size, self.ratios[0]) for size in sizes] + [(sizes[0], ratio) for ratio in self.ratios[1:]]
        return [(size * ratio**0.5, size / ratio**0.5) for size, ratio in chosen]


def _grids(width: int, height: int) -> list[tuple[int, int]]:
    grids = [(-(-width // stride), -(-height // stride)) for stride in _STRIDES]
    columns, rows = grids[-1]
    return [*grids, (max(0, columns - 2), max(0, rows - 2))]
