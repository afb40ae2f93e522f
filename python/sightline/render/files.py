"""Pictures as files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    import os

    import numpy as np
    from numpy.typing import NDArray


def save_png(path: str | os.PathLike[str], rgb: NDArray[np.uint8]) -> None:
    """Write a (height, width, 3) RGB picture as PNG.

    Raises:
        OSError: When the file cannot be written.
    """
    Image.fromarray(rgb).save(path, format="PNG", optimize=True)
