"""A white square that falls through a picture, what finds it, and the line that it crosses."""

from types import MappingProxyType

import numpy as np
from tests.peers.mp4 import Film, film_of

import sightline
from sightline import _core
from sightline.detectors import Columns

SIZE = (320, 240)
PICTURES = 30
CROSSES_S = 1.2
"""When the square's lower edge is at the line, from the first picture of ten a second."""
LINE = sightline.Line("middle", (0.0, 0.5), (1.0, 0.5))


class Whiteness:
    """A detector as a user would write one: it finds what is white, and knows nothing of Sightline's own classes."""

    name = "whiteness"
    tensor_spec = _core.TensorSpec(width=SIZE[0], height=SIZE[1], channels="luma", fit="stretch", dtype="u8")
    decoder = None
    class_names = MappingProxyType({0: "square"})
    max_batch = 4

    def infer(self, batch):
        return [self._columns(picture[0]) for picture in batch.tensor]

    def detect(self, rgb):
        return self._columns(rgb[..., 0])

    def close(self):
        pass

    def _columns(self, luma):
        ys, xs = np.nonzero(luma > 200)
        if not len(ys):
            return Columns(np.empty((0, 4), np.float32), np.empty(0, np.float32), np.empty(0, np.int32))
        box = np.array([[xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]], np.float32)
        return Columns(box, np.array([0.9], np.float32), np.zeros(1, np.int32))


def write_film(path, size=SIZE, *, codec: str | None = "libx264") -> Film:
    """Write an MP4 in which the square goes down the picture in three seconds, ten pictures a second.

    Raises:
        SourceError: When libav has no such encoder here.
    """
    writer = _core.VideoWriter(str(path), *size, 10, 1, codec=codec)
    noise = np.random.default_rng(7).integers(60, 120, (size[1], size[0], 3), np.uint8)
    for number in range(PICTURES):
        picture = noise.copy()
        y = 10 + number * 6
        picture[y : y + 40, 140:170] = 255
        writer.write(picture)
    writer.finish()
    return film_of(path)
