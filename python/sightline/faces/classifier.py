"""Whether each person of a stream wears a mask, from looks at their heads every few frames."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.faces.finder import FaceFinder
from sightline.faces.heads import head_regions, whose
from sightline.faces.opening import DEFAULT_MIN_CONFIDENCE, DEFAULT_MIN_FACE_CONFIDENCE
from sightline.faces.reader import MaskReader
from sightline.faces.votes import Sighting, Votes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from sightline.detectors import Detector
    from sightline.faces.finder import Faces
    from sightline.faces.mask import FaceMask
    from sightline.tracks import Tracks

DEFAULT_EVERY: Final = 5
DEFAULT_MIN_FACE_PX: Final = 20.0
_FORGET_NS: Final = 10_000_000_000
_RGB: Final = 3


_Face = tuple[tuple[float, float, float, float], float]
"""A box and its confidence."""


@dataclass(slots=True)
class _Person:
    looked_at: int
    """Number of the frame of the latest look."""
    seen_ns: int
    """When the track was visible last."""
    votes: Votes = field(default_factory=Votes)


class FaceMaskClassifier:
    """Says of the people of one stream whether they wear a mask, and where their faces are.

    A face detector looks at the top of each person's box, and a second model tells mask from no mask where it found a face. The
    second finds faces too, but takes the backs of heads for masked ones, so it is not asked that. Looks at one person are `every` frames apart at most and those of different people are spread over the frames; `Votes` says how looks become an
    answer. Pixels are used during `update` only: what stays of a person is a handful of sums and the latest box.

    Nothing is said of a face that is turned away, covered, blurred or smaller than `min_face_px`.

    Args:
        detector_model: What finds faces: an ONNX file or a name of the catalogue of the kind `yunet`, or any detector of faces
            alone that is open already; open ones can be shared by the streams of one thread.
        mask_model: What tells masks: an ONNX file or a name of the catalogue of the kind `face_mask`, or any detector with the
            classes `face_mask` and `face_nomask` that is open already.
        every: Frames between two looks at a person, at least 1.
        min_face_px: Least width and height of a face in source pixels. Below 20 masks are guessed.
        min_face_confidence: Least confidence that it is a face, 0…1. Heads from behind get up to 0.8.
        min_confidence: Least confidence of mask or no mask, 0…1. From 0.5 on a mask taken off is noticed within four looks.
        threads: Threads for one run; by default the cores this process may use, less one.

    Raises:
        ModelError: A model cannot be opened, or is not of its kind.
        ValueError: A number is out of range.
    """

    def __init__(
        self,
        detector_model: str | Path | Detector,
        mask_model: str | Path | Detector,
        *,
        every: int = DEFAULT_EVERY,
        min_face_px: float = DEFAULT_MIN_FACE_PX,
        min_face_confidence: float = DEFAULT_MIN_FACE_CONFIDENCE,
        min_confidence: float = DEFAULT_MIN_CONFIDENCE,
        threads: int | None = None,
    ) -> None:
        if every < 1:
            raise ValueError(f"every: expected at least 1 frame, found {every}")
        if not min_face_px >= 1:
            raise ValueError(f"min_face_px: expected at least 1 pixel, found {min_face_px}")
        for name, value in (
            ("min_face_confidence", min_face_confidence),
            ("min_confidence", min_confidence),
        ):
            if not 0 <= value <= 1:
                raise ValueError(f"{name}: expected 0 to 1, found {value}")
        self._finder = FaceFinder(detector_model, min_confidence=min_face_confidence, threads=threads)
        self._reader = MaskReader(mask_model, min_confidence=min_confidence, threads=threads)
        self._every = every
        self._min_face_px = min_face_px
        self._frame = 0
        self._epoch: int | None = None
        self._people: dict[int, _Person] = {}
        self._face_masks: dict[int, FaceMask] = {}

    @property
    def face_masks(self) -> Mapping[int, FaceMask]:
        """What is known of the faces of the latest `update`'s tracks, by track id; those without a usable face are missing."""
        return self._face_masks

    @property
    def remembered(self) -> int:
        """How many people are remembered: the visible ones, and those gone for less than ten seconds."""
        return len(self._people)

    def update(self, picture: NDArray[np.uint8], tracks: Tracks, pts_ns: int) -> None:
        """Look at whoever is due, and make `face_masks` that of this frame.

        Args:
            picture: (H, W, 3) RGB, the frame; read during the call only.
            tracks: The people visible in it, and the ids that were given up. Leave other classes out.
            pts_ns: Presentation time of the frame, nanoseconds.

        Raises:
            ValueError: When the picture has another shape or type.
            ModelError: When a model fails.
        """
        if picture.ndim != _RGB or picture.shape[2] != _RGB or picture.dtype != np.uint8:
            raise ValueError(
                f"picture: expected (height, width, 3) uint8, found {picture.shape} {picture.dtype}"
            )
        self._forget(tracks, pts_ns)
        ids: list[int] = tracks.track_id.tolist()
        due: list[int] = []
        for row, track_id in enumerate(ids):
            person = self._people.get(track_id)
            if person is None or self._is_due(track_id, person):
                person = self._people.setdefault(track_id, _Person(self._frame, pts_ns))
                person.looked_at = self._frame
                due.append(row)
            person.seen_ns = pts_ns
        for row, sighting in zip(due, self._look(picture, tracks.xyxy, due), strict=True):
            self._people[ids[row]].votes.add(sighting)
        answers = {track_id: self._people[track_id].votes.answer() for track_id in ids}
        self._face_masks = {track_id: answer for track_id, answer in answers.items() if answer is not None}
        self._frame += 1

    def close(self) -> None:
        """Give back the models' memory, unless they were open before, and forget everybody."""
        self._people.clear()
        self._face_masks = {}
        self._finder.close()
        self._reader.close()

    def _is_due(self, track_id: int, person: _Person) -> bool:
        slot = (self._frame + track_id) % self._every == 0
        return slot or self._frame - person.looked_at >= self._every

    def _forget(self, tracks: Tracks, pts_ns: int) -> None:
        if tracks.epoch != self._epoch:
            self._people.clear()
            self._epoch = tracks.epoch
        for track_id in tracks.removed.tolist():
            self._people.pop(track_id, None)
        self._people = {
            track_id: person
            for track_id, person in self._people.items()
            if pts_ns - person.seen_ns <= _FORGET_NS
        }

    def _look(
        self, picture: NDArray[np.uint8], people: NDArray[np.float64], due: list[int]
    ) -> list[Sighting | None]:
        height, width = picture.shape[:2]
        regions = head_regions(people[due], (width, height))
        # A face is never wider than its person, so who is narrower than the least face need not be looked at.
        worth = np.flatnonzero((regions[:, 2:] - regions[:, :2] >= self._min_face_px).all(axis=1))
        found = self._finder.find(picture, regions[worth])
        own = [
            (place, *face)
            for place, faces in zip(worth.tolist(), found, strict=True)
            if (face := self._face_of(faces, people, due[place])) is not None
        ]
        boxes = np.array([box for _, box, _ in own]).reshape(-1, 4)
        sightings: list[Sighting | None] = [None] * len(due)
        for (place, box, face_confidence), answer in zip(own, self._reader.read(picture, boxes), strict=True):
            if answer is not None:
                sightings[place] = Sighting(*answer, box, face_confidence)
        return sightings

    def _face_of(self, faces: Faces, people: NDArray[np.float64], row: int) -> _Face | None:
        boxes = faces.xyxy
        fit = faces.confidence - whose(boxes, people, row)
        fit[(boxes[:, 2:] - boxes[:, :2]).min(axis=1, initial=np.inf) < self._min_face_px] = -np.inf
        if not np.isfinite(fit).any():
            return None
        best = int(np.argmax(fit))
        x1, y1, x2, y2 = boxes[best].tolist()
        return (x1, y1, x2, y2), float(faces.confidence[best])
