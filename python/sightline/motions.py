"""How people move, as columns beside those of their tracks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Motions:
    """How each track of a frame moves, row by row; NaN where that is not known.

    Attributes:
        ground_m: (N, 2) float64: where the feet are on the ground, metres, x to the right of the camera and y ahead.
        speed_mps: (N,) float64: speed on the ground over the last second or so, metres a second.
        heading_deg: (N,) float64: direction on the ground, degrees clockwise from its y axis, 0 to 360; NaN for who stands.
        image_heading_deg: (N,) float64: direction in the picture, degrees clockwise from up; NaN for who stands.
    """

    ground_m: NDArray[np.float64]
    speed_mps: NDArray[np.float64]
    heading_deg: NDArray[np.float64]
    image_heading_deg: NDArray[np.float64]
