"""Where a person's head is looked for, and whose a face is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SIDE: Final = 1.2  # of the person's width: a box with an arm stretched out still has its head inside
_RISE: Final = 0.12  # of the person's width, above the box: detectors cut hair
_TALLEST: Final = 1.3  # of the person's height: a box cut by the picture's edge is wider than high
_FACE_BELOW_TOP: Final = 0.35  # of the person's width: where a face's middle usually is
_FARTHEST: Final = 0.75  # of the person's width, from there


def head_regions(xyxy: NDArray[np.float64], size_px: tuple[int, int]) -> NDArray[np.intp]:
    """Return the square at the top of each person's box, cut to the picture.

    Args:
        xyxy: (N, 4): people's boxes, source pixels.
        size_px: Width and height of the picture.

    Returns:
        (N, 4): left, top, right, bottom in whole pixels; without area where a box is outside the picture, or has no area or
        a number that is not finite.
    """
    boxes = np.where(np.isfinite(xyxy).all(axis=1, keepdims=True), xyxy, 0.0)
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    side = np.minimum(_SIDE * width, _TALLEST * height)
    middle, top = (boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 1] - _RISE * width
    corners = np.column_stack([middle - side / 2, top, middle + side / 2, top + side])
    limits = np.array([*size_px, *size_px], np.float64)
    return np.round(np.clip(corners, 0.0, limits)).astype(np.intp)


def whose(faces: NDArray[np.float64], people: NDArray[np.float64], row: int) -> NDArray[np.float64]:
    """Return how far faces are from where a person's should be, in widths of the person; infinite if they are not theirs.

    A face found in one person's head region may be that of somebody behind or in front. It belongs to whose box has its head
    nearest to it, each measured by the own width, so that everybody in the frame takes part, looked at or not.

    Args:
        faces: (F, 4): boxes, source pixels.
        people: (N, 4): everybody's boxes, source pixels.
        row: The person, 0 to N - 1.

    Returns:
        (F,)
    """
    middles = (faces[:, None, :2] + faces[:, None, 2:]) / 2
    heads = np.column_stack([(people[:, 0] + people[:, 2]) / 2, people[:, 1]])
    widths = np.maximum(people[:, 2] - people[:, 0], 1.0)
    heads[:, 1] += _FACE_BELOW_TOP * widths
    apart: NDArray[np.float64] = np.hypot(*np.moveaxis(middles - heads, -1, 0)) / widths
    apart[(apart > _FARTHEST) | ~np.isfinite(apart)] = np.inf
    own = apart[:, row]
    return np.where(own <= apart.min(axis=1, initial=np.inf), own, np.inf)
