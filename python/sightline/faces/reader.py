"""Tells faces with a mask from faces without, four in one run of the model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from sightline import _core
from sightline.errors import ModelError
from sightline.faces.opening import MASK, NO_MASK, open_mask_detector

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightline.detectors import Columns, Detector

_AROUND: Final = 3.0  # side of what is shown, in sides of the face: the model was trained on faces in scenes
_ACROSS: Final = 2  # faces side by side, and one above the other, in the model's input
_GRAY: Final = 114  # between pictures, as letterboxes have it
_SAME_FACE: Final = 0.25  # least intersection over union with the face that was asked about


class MaskReader:
    """A model that finds faces with and without masks, shown one known face at a time.

    It finds small faces in whole scenes, so a face with its surroundings needs only a quarter of its input, and four share a
    run: on the photos of `python -m benches faces` that was as right as a run each, for a fourth of the time. It is not asked where faces are: it takes the backs of heads for
    faces with masks.

    Args:
        model: An ONNX file, a name of the catalogue, or an open detector; with the classes `face_mask` and `face_nomask`.
        min_confidence: Least confidence, 0…1.
        threads: Threads for one run; by default the cores this process may use, less one.

    Raises:
        ModelError: No such file or name, damaged, of unknown kind, or without the two classes.
    """

    def __init__(
        self, model: str | Path | Detector, *, min_confidence: float, threads: int | None = None
    ) -> None:
        self._owned = isinstance(model, str | Path)
        self._detector = (
            open_mask_detector(model, min_confidence=min_confidence, threads=threads)
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

    def read(self, picture: NDArray[np.uint8], faces: NDArray[np.float64]) -> list[tuple[bool, float] | None]:
        """Say of each face whether it is masked, and how sure that is, 0…1; `None` where the model sees no such face.

        Args:
            picture: (H, W, 3) RGB.
            faces: (F, 4): boxes in the picture's pixels.
        """
        together = _ACROSS * _ACROSS
        answers: list[tuple[bool, float] | None] = []
        for first in range(0, len(faces), together):
            answers += self._read_together(picture, faces[first : first + together])
        return answers

    def close(self) -> None:
        """Give back the model, unless it was open before."""
        if self._owned:
            self._detector.close()

    def _read_together(
        self, picture: NDArray[np.uint8], faces: NDArray[np.float64]
    ) -> list[tuple[bool, float] | None]:
        width, height = self._tile
        sheet = np.full((_ACROSS * height, _ACROSS * width, 3), _GRAY, np.uint8)
        in_sheet = np.zeros((len(faces), 4))
        for number, (face, region) in enumerate(zip(faces, _around(faces, picture), strict=True)):
            left, top, right, bottom = region.tolist()
            converter = _core.Converter(self._tile_spec, right - left, bottom - top)
            tile = converter.convert_rgb(np.ascontiguousarray(picture[top:bottom, left:right]))
            row, column = divmod(number, _ACROSS)
            y, x = row * height, column * width
            sheet[y : y + height, x : x + width] = tile[0].transpose(1, 2, 0)
            points = (face.reshape(2, 2) - [left, top]) * converter.placement.scale
            in_sheet[number] = (points + converter.placement.offset + [x, y]).reshape(4)
        seen = self._detector.detect(sheet)
        return [self._answer(seen, face) for face in in_sheet]

    def _answer(self, seen: Columns, face: NDArray[np.float64]) -> tuple[bool, float] | None:
        fits = np.isin(seen.class_id, self._classes) & (seen.confidence >= self._min_confidence)
        fits &= _overlaps(seen.xyxy.astype(np.float64), face) >= _SAME_FACE
        if not fits.any():
            return None
        best = int(np.argmax(np.where(fits, seen.confidence, -1.0)))
        return bool(seen.class_id[best] == self._classes[0]), float(seen.confidence[best])


def _around(faces: NDArray[np.float64], picture: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Return squares around faces, cut to the picture, (F, 4) in whole pixels; at least a pixel wide and high."""
    height, width = picture.shape[:2]
    middles = (faces[:, :2] + faces[:, 2:]) / 2
    reach = (faces[:, 2:] - faces[:, :2]).max(axis=1, initial=0.0, keepdims=True) * _AROUND / 2
    first = np.clip(np.floor(middles - reach), 0, [width - 1, height - 1])
    last = np.clip(np.ceil(middles + reach), first + 1, [width, height])
    return np.concatenate([first, last], axis=1).astype(np.intp)


def _overlaps(boxes: NDArray[np.float64], box: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the intersection over union of each box, (F, 4), with one."""
    sides = np.minimum(boxes[:, 2:], box[2:]) - np.maximum(boxes[:, :2], box[:2])
    shared = np.clip(sides, 0.0, None).prod(axis=1)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1) + (box[2:] - box[:2]).prod()
    return np.asarray(shared / np.maximum(areas - shared, np.finfo(np.float64).tiny))
