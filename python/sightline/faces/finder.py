"""Finds faces in regions of a picture, four regions in one run of the model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from sightline import _core
from sightline.detectors import Detector, open_detector
from sightline.errors import ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightline.detectors import Columns

MASK: Final = "face_mask"
"""The class of a face that wears a mask."""
NO_MASK: Final = "face_nomask"
"""The class of a face that does not."""

_ACROSS: Final = 2  # regions side by side, and one above the other, in the model's input
_GRAY: Final = 114  # between pictures, as letterboxes have it


class Faces(NamedTuple):
    """The faces of one region, one row each."""

    xyxy: NDArray[np.float64]
    """(F, 4): boxes in the picture's pixels."""
    confidence: NDArray[np.float64]
    """(F,): 0 to 1."""
    masked: NDArray[np.bool_]
    """(F,): whether it wears a mask."""


class FaceFinder:
    """A model that finds faces and says of each whether it wears a mask.

    Four heads share one run, two by two in the model's input: it finds small faces in whole scenes, so a head needs only a part
    of its input, and costs a fourth. What is found was as good as with a run for each head.

    Args:
        model: An ONNX file, a name of the catalogue, or an open detector; with the classes `face_mask` and `face_nomask`.
        min_confidence: Least confidence of a face, 0…1.
        threads: Threads for one run; by default the cores this process may use, less one.

    Raises:
        ModelError: No such file or name, damaged, of unknown kind, or without the two classes.
    """

    def __init__(
        self, model: str | Path | Detector, *, min_confidence: float, threads: int | None = None
    ) -> None:
        self._owned = isinstance(model, str | Path)
        self._detector = (
            open_detector(model, confidence=min_confidence, classes=(MASK, NO_MASK), threads=threads)
            if isinstance(model, str | Path)
            else model
        )
        ids = {word: number for number, word in self._detector.class_names.items()}
        if not ids.keys() >= {MASK, NO_MASK}:
            raise ModelError(
                f"{self._detector.name}: expected a model with the classes {MASK} and {NO_MASK}, found "
                f"{', '.join(sorted(ids)) or 'no class names'}"
            )
        self._classes = (ids[MASK], ids[NO_MASK])
        self._min_confidence = min_confidence
        spec = self._detector.tensor_spec
        self._tile = (spec.width // _ACROSS, spec.height // _ACROSS)
        self._tile_spec = _core.TensorSpec(
            width=self._tile[0], height=self._tile[1], fit="letterbox_center", pad=_GRAY, dtype="u8"
        )

    def find(self, picture: NDArray[np.uint8], regions: NDArray[np.intp]) -> list[Faces]:
        """Return the faces of each region, in their order.

        Args:
            picture: (H, W, 3) RGB.
            regions: (R, 4): left, top, right, bottom, inside the picture and with area.
        """
        found: list[Faces] = []
        together = _ACROSS * _ACROSS
        for first in range(0, len(regions), together):
            found += self._find_together(picture, regions[first : first + together])
        return found

    def close(self) -> None:
        """Give back the model, unless it was open before."""
        if self._owned:
            self._detector.close()

    def _find_together(self, picture: NDArray[np.uint8], regions: NDArray[np.intp]) -> list[Faces]:
        width, height = self._tile
        sheet = np.full((_ACROSS * height, _ACROSS * width, 3), _GRAY, np.uint8)
        placements: list[_core.Placement] = []
        for number, (left, top, right, bottom) in enumerate(regions.tolist()):
            converter = _core.Converter(self._tile_spec, right - left, bottom - top)
            tile = converter.convert_rgb(np.ascontiguousarray(picture[top:bottom, left:right]))
            row, column = divmod(number, _ACROSS)
            y, x = row * height, column * width
            sheet[y : y + height, x : x + width] = tile[0].transpose(1, 2, 0)
            placements.append(converter.placement)
        seen = self._detector.detect(sheet)
        return [
            self._in_tile(seen, number, placement, region)
            for number, (placement, region) in enumerate(zip(placements, regions, strict=True))
        ]

    def _in_tile(
        self, seen: Columns, number: int, placement: _core.Placement, region: NDArray[np.intp]
    ) -> Faces:
        row, column = divmod(number, _ACROSS)
        corner = np.array([column * self._tile[0], row * self._tile[1]], np.float64)
        middles = (seen.xyxy[:, :2] + seen.xyxy[:, 2:]) / 2 - corner
        inside = ((middles >= 0) & (middles < self._tile)).all(axis=1)
        inside &= np.isin(seen.class_id, self._classes) & (seen.confidence >= self._min_confidence)
        points = seen.xyxy[inside].astype(np.float64).reshape(-1, 2, 2) - corner
        in_picture = (points - placement.offset) / placement.scale + region[:2]
        return Faces(
            in_picture.reshape(-1, 4),
            seen.confidence[inside].astype(np.float64),
            seen.class_id[inside] == self._classes[0],
        )
