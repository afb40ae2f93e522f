"""From what a person writes for a model to a detector."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sightline.detectors.catalogue import cached_path, entries, find_entry
from sightline.detectors.motion import MotionDetector
from sightline.detectors.onnxruntime_detector import (
    DEFAULT_CONFIDENCE,
    DEFAULT_NMS_IOU,
    PERSON,
    OnnxDetector,
)
from sightline.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.detectors.catalogue import Entry
    from sightline.detectors.protocol import Detector

MOTION: Final = "motion"


def open_detector(
    model: str | Path,
    *,
    confidence: float = DEFAULT_CONFIDENCE,
    nms_iou: float = DEFAULT_NMS_IOU,
    classes: Sequence[str | int] | None = PERSON,
    threads: int | None = None,
    at_once: int = 1,
    input_size: tuple[int, int] | None = None,
    source_size: tuple[int, int] | None = None,
) -> Detector:
    """Return a detector.

    A file is taken before a name of the catalogue. Nothing is downloaded: a model of the catalogue must have been pulled.

    Args:
        model: An ONNX file, a name of the catalogue, or `motion` for the detector without a model.
        confidence: Least confidence of a detection, 0…1.
        nms_iou: Boxes of one class that overlap by more than this, 0…1, are one object.
        classes: Names or ids of the classes wanted; `None` for all.
        threads: Threads for one run; by default the cores this process may use, less one.
        at_once: Pictures that are run at the same time, each on a thread of its own: the number of cameras, say. At most as many
            as threads, or as cores. Above 1 an ONNX model is held twice.
        input_size: Width and height in pixels, for a model that leaves them open.
        source_size: Width and height of the streams in pixels; only `motion` uses it.

    Raises:
        ModelError: No such file or name, not pulled yet, damaged, or of unknown or ambiguous kind.
    """
    if model == MOTION:
        return MotionDetector(source_size or (640, 360))
    path, entry = _located(model)
    return OnnxDetector(
        path,
        confidence=confidence,
        nms_iou=nms_iou,
        classes=classes,
        threads=threads,
        at_once=at_once,
        input_size=input_size,
        class_names=entry.class_names if entry else (),
        sha256=entry.sha256 if entry else None,
    )


def _located(model: str | Path) -> tuple[Path, Entry | None]:
    path = Path(model)
    if isinstance(model, Path) or path.suffix.lower() == ".onnx" or os.sep in model or path.is_file():
        return path, None
    names = [entry.name for entry in entries()]
    if model not in names:
        raise ModelError(
            f"{model!r} is neither a file nor a model of the catalogue. "
            f"Expected an ONNX file, {MOTION}, or one of: {', '.join(names)}."
        )
    entry = find_entry(model)
    cached = cached_path(entry)
    if not cached.is_file():
        raise ModelError(f"{model}: not on this machine yet. Run: sightline model pull {model}")
    return cached, entry
