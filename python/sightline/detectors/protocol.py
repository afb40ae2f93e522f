"""What a detector is: pictures go in as a tensor, boxes come out as columns.

`Detector` is a `Protocol`: any object with these attributes works, nothing needs to be inherited. A detector either names an
output decoder (then `infer` returns the model's raw outputs, which the engine decodes in Rust) or has none (then `infer`
returns finished detections, one `Columns` a picture).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sightline import _core

F32 = NDArray[np.float32]
I32 = NDArray[np.int32]
U8 = NDArray[np.uint8]


class Columns(NamedTuple):
    """The detections of one picture, one row an object."""

    xyxy: F32
    """Corners x1, y1, x2, y2 in source pixels, shape (N, 4); not rounded, not clipped."""
    confidence: F32
    """Confidence, 0…1, shape (N,)."""
    class_id: I32
    """Class as the model numbers it, shape (N,); `Detector.class_names` gives the words."""


class Batch(NamedTuple):
    """Pictures ready for a model, with what is needed to bring its boxes back."""

    tensor: NDArray[Any]
    """One picture a row, shape (B, C, H, W), as the detector's `tensor_spec` says."""
    streams: Sequence[int]
    """The stream each picture is from, length B. A detector with a memory keeps one per stream."""
    placements: Sequence[_core.Placement]
    """Where each source picture lies in its tensor, length B."""


@runtime_checkable
class Detector(Protocol):
    """Finds objects in pictures.

    The engine converts frames as `tensor_spec` says, calls `infer` with at most `max_batch` of them, and decodes the outputs with
    `decoder`. `infer` is called from one thread at a time. After `close` no other method is called.
    """

    @property
    def name(self) -> str:
        """A short name for people: the model's file name or `motion`."""
        ...

    @property
    def tensor_spec(self) -> _core.TensorSpec:
        """The tensor that `infer` wants."""
        ...

    @property
    def decoder(self) -> _core.Decoder | None:
        """What turns raw outputs into boxes; `None` if `infer` returns boxes itself."""
        ...

    @property
    def class_names(self) -> Mapping[int, str]:
        """The words for class ids; an id without a word is missing."""
        ...

    @property
    def max_batch(self) -> int:
        """The most pictures `infer` takes at once, at least 1."""
        ...

    def infer(self, batch: Batch) -> Sequence[F32] | Sequence[Columns]:
        """Return the model's outputs for the batch, or one `Columns` a picture where `decoder` is `None`.

        Raises:
            ModelError: the model cannot take this batch, or failed on it.
        """
        ...

    def detect(self, rgb: U8) -> Columns:
        """Return what is in one picture, shape (H, W, 3), without an engine."""
        ...

    def close(self) -> None:
        """Give back memory and threads. A second call does nothing."""
        ...
