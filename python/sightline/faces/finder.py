"""Finds the faces in regions of a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sightline import _core
from sightline.detectors import Batch, Columns, Detector
from sightline.errors import ModelError
from sightline.faces.opening import open_face_detector

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class Faces(NamedTuple):
    """The faces of one region, one row each."""

    xyxy: NDArray[np.float64]
    """(F, 4): boxes in the picture's pixels."""
    confidence: NDArray[np.float64]
    """(F,): 0 to 1."""


class FaceFinder:
    """A face detector that is shown heads, several in one run where the model allows it.

    Args:
        model: An ONNX file or a name of the catalogue whose input size is open, or an open detector; of faces only.
        min_confidence: Least confidence of a face, 0…1.
        threads: Threads for one run; by default the cores this process may use, less one.

    Raises:
        ModelError: No such file or name, damaged, of unknown kind, or one that finds more than faces.
    """

    def __init__(
        self, model: str | Path | Detector, *, min_confidence: float, threads: int | None = None
    ) -> None:
        self._owned = isinstance(model, str | Path)
        self._detector = (
            open_face_detector(model, min_confidence=min_confidence, threads=threads)
            if isinstance(model, str | Path)
            else model
        )
        self._min_confidence = min_confidence
        if len(self._detector.class_names) > 1:
            found = ", ".join(list(self._detector.class_names.values())[:3])
            raise ModelError(
                f"{self._detector.name}: expected a model that finds faces and nothing else, found the classes {found} …"
            )

    def find(self, picture: NDArray[np.uint8], regions: NDArray[np.intp]) -> list[Faces]:
        """Return the faces of each region, in their order.

        Args:
            picture: (H, W, 3) RGB.
            regions: (R, 4): left, top, right, bottom, inside the picture and with area.
        """
        found: list[Faces] = []
        for first in range(0, len(regions), self._detector.max_batch):
            found += self._find_together(picture, regions[first : first + self._detector.max_batch])
        return found

    def close(self) -> None:
        """Give back the model, unless it was open before."""
        if self._owned:
            self._detector.close()

    def _find_together(self, picture: NDArray[np.uint8], regions: NDArray[np.intp]) -> list[Faces]:
        tensors: list[NDArray[np.float32]] = []
        placements: list[_core.Placement] = []
        for left, top, right, bottom in regions.tolist():
            converter = _core.Converter(self._detector.tensor_spec, right - left, bottom - top)
            tensors.append(converter.convert_rgb(np.ascontiguousarray(picture[top:bottom, left:right])))
            placements.append(converter.placement)
        batch = Batch(np.concatenate(tensors), range(len(tensors)), placements)
        return [
            self._in_picture(columns, region)
            for columns, region in zip(self._columns(batch), regions, strict=True)
        ]

    def _columns(self, batch: Batch) -> Sequence[Columns]:
        results = self._detector.infer(batch)
        decoder = self._detector.decoder
        if decoder is None:
            return [columns for columns in results if isinstance(columns, Columns)]
        outputs = [output for output in results if not isinstance(output, Columns)]
        return [
            Columns(*decoder.decode(outputs, number, placement))
            for number, placement in enumerate(batch.placements)
        ]

    def _in_picture(self, columns: Columns, region: NDArray[np.intp]) -> Faces:
        sure = columns.confidence >= self._min_confidence
        boxes = columns.xyxy[sure].astype(np.float64) + np.tile(region[:2], 2)
        return Faces(boxes, columns.confidence[sure].astype(np.float64))
