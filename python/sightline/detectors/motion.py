"""The detector that needs no model: it reports what moves before a fixed camera.

It learns each stream's background and finds connected regions that differ from it. It does not know what a person is: anything
of a person's size that moves is reported, people who stand still fade into the background, and a camera that is moved needs to
learn anew. Good for a first look and for tests; use a trained model to count people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sightline import _core
from sightline.detectors.coco import COCO_80
from sightline.detectors.protocol import U8, Batch, Columns
from sightline.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONG_SIDE: Final = 640
_SHAPE_STEP: Final = 8
_MAX_BATCH: Final = 8
_STANDALONE: Final = -1  # the stream of pictures given to `detect`


class MotionDetector:
    """Reports what moves, one memory a stream. A `Detector` whose `infer` returns boxes itself.

    Args:
        source_size: Width and height of the streams in pixels; decides the shape of the small picture that is looked at. Streams
            of another shape are stretched to it.

    Raises:
        ModelError: A size below 1.
    """

    def __init__(self, source_size: tuple[int, int] = (640, 360)) -> None:
        if min(source_size) < 1:
            raise ModelError(
                f"source_size: expected a width and a height of at least 1 pixel, found {source_size}"
            )
        self._size: Final = looked_at_size(source_size)
        width, height = self._size
        self._tensor_spec: Final = _core.TensorSpec(
            width=width, height=height, channels="luma", fit="stretch", dtype="u8"
        )
        self._streams: dict[int, _core.MotionDetector] = {}
        self._converter: tuple[tuple[int, int], _core.Converter] | None = None

    @property
    def name(self) -> str:
        """Always `motion`."""
        return "motion"

    @property
    def tensor_spec(self) -> _core.TensorSpec:
        """Luma, 0…255, at most 640 pixels on its longer side."""
        return self._tensor_spec

    @property
    def decoder(self) -> None:
        """None: `infer` returns boxes."""
        return

    @property
    def class_names(self) -> Mapping[int, str]:
        """All that moves is taken for a person."""
        return {0: COCO_80[0]}

    @property
    def max_batch(self) -> int:
        """Pictures are looked at one by one, so this is only a bound."""
        return _MAX_BATCH

    def infer(self, batch: Batch) -> list[Columns]:
        """Learn from each picture and return what moves in it.

        Pictures of one stream must come in the order of their time.

        Raises:
            ModelError: Another tensor than `tensor_spec` says.
        """
        width, height = self._size
        if batch.tensor.dtype != np.uint8 or batch.tensor.shape[1:] != (1, height, width):
            raise ModelError(
                f"motion: expected a uint8 tensor (B, 1, {height}, {width}), "
                f"found {batch.tensor.dtype} {batch.tensor.shape}"
            )
        pictures = batch.tensor[:, 0]
        return [
            Columns(*self._stream(stream).detect(luma, placement))
            for luma, stream, placement in zip(pictures, batch.streams, batch.placements, strict=True)
        ]

    def detect(self, rgb: U8) -> Columns:
        """Learn from one picture, shape (H, W, 3), and return what moves; the pictures are those of one camera, in order."""
        height, width = rgb.shape[:2]
        if self._converter is None or self._converter[0] != (width, height):
            self._converter = ((width, height), _core.Converter(self._tensor_spec, width, height))
        converter = self._converter[1]
        batch = Batch(
            converter.convert_rgb(np.ascontiguousarray(rgb)), (_STANDALONE,), (converter.placement,)
        )
        return self.infer(batch)[0]

    def forget(self, stream: int) -> None:
        """Drop what was learnt of a stream: it ended, or its picture jumped."""
        self._streams.pop(stream, None)

    def close(self) -> None:
        """Drop what was learnt of every stream."""
        self._streams.clear()

    def __repr__(self) -> str:
        return f"MotionDetector({self._size[0]}x{self._size[1]})"

    def _stream(self, stream: int) -> _core.MotionDetector:
        found = self._streams.get(stream)
        if found is None:
            found = self._streams[stream] = _core.MotionDetector(*self._size)
        return found


def looked_at_size(source_size: tuple[int, int]) -> tuple[int, int]:
    """Return the size of the small picture for a source: its shape, at most 640 on the longer side, in steps of 8 pixels.

    >>> looked_at_size((1920, 1080)), looked_at_size((768, 576)), looked_at_size((320, 240))
    ((640, 360), (640, 480), (320, 240))
    """
    scale = min(1.0, _LONG_SIDE / max(source_size))
    width, height = (
        max(_SHAPE_STEP, round(side * scale / _SHAPE_STEP) * _SHAPE_STEP) for side in source_size
    )
    return width, height
