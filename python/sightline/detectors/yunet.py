"""The outputs of YuNet, put into the rows that YOLOX has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

STRIDES: Final = (8, 16, 32)
OUTPUTS: Final = {
    f"{what}_{stride}": (stride, columns)
    for what, columns in (("bbox", 4), ("obj", 1), ("cls", 1))
    for stride in STRIDES
}
"""The outputs that make a box, with stride and columns, in the order that `yolox_rows` takes; landmarks are left out."""


def yolox_rows(outputs: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
    """Return one row a cell: x, y, log width and log height in strides from its corner, objectness, score.

    YuNet (Wu et al., "YuNet: A Tiny Millisecond-level Face Detector", 2023) puts boxes as YOLOX does but takes the root of
    score times objectness, both cut to 0…1 (OpenCV's face_detect.cpp): here each is its root, so that their product is that.

    Args:
        outputs: `OUTPUTS`, each (B, cells, 4) or (B, cells, 1).

    Returns:
        (B, cells of all levels, 6)
    """
    levels = len(STRIDES)
    boxes, objectness, score = (
        np.concatenate(outputs[first : first + levels], axis=1) for first in range(0, len(OUTPUTS), levels)
    )
    roots = np.sqrt(np.clip(np.concatenate([objectness, score], axis=2), 0.0, 1.0))
    return np.concatenate([boxes, roots], axis=2, dtype=np.float32)
