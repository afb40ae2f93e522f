"""Opening the two models that look at faces; open ones can be shared by the streams of one thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sightline.detectors import open_detector

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.detectors import Detector

MASK: Final = "face_mask"
"""The class of a face that wears a mask."""
NO_MASK: Final = "face_nomask"
"""The class of a face that does not."""

DEFAULT_MIN_CONFIDENCE: Final = 0.5
DEFAULT_MIN_FACE_CONFIDENCE: Final = 0.8
_INPUT_PX: Final = (160, 160)  # a head is half as wide as that, more than the model needs


def open_face_detector(
    model: str | Path, *, min_confidence: float = DEFAULT_MIN_FACE_CONFIDENCE, threads: int | None = None
) -> Detector:
    """Open what finds faces: an ONNX file or a name of the catalogue.

    Raises:
        ModelError: No such file or name, damaged, or of unknown kind.
    """
    return open_detector(
        model, confidence=min_confidence, classes=None, threads=threads, input_size=_INPUT_PX
    )


def open_mask_detector(
    model: str | Path, *, min_confidence: float = DEFAULT_MIN_CONFIDENCE, threads: int | None = None
) -> Detector:
    """Open what tells masks: an ONNX file or a name of the catalogue, with the classes `face_mask` and `face_nomask`.

    Raises:
        ModelError: No such file or name, damaged, of unknown kind, or without the two classes.
    """
    return open_detector(model, confidence=min_confidence, classes=(MASK, NO_MASK), threads=threads)
