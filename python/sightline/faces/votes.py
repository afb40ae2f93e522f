"""Many looks at one person become one answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sightline.faces.mask import FaceMask

DECAY: Final = 0.7
"""What a vote is worth after each further look."""
PATIENCE: Final = 2
"""Looks in a row without a usable face after which nothing is said of it."""


@dataclass(frozen=True)
class Sighting:
    """What one look at a face gave.

    Attributes:
        masked: Whether it seemed to wear a mask.
        confidence: Of that, 0 to 1.
        box: Of the face: x1, y1, x2, y2 in source pixels.
        face_confidence: That it is a face, 0 to 1.
    """

    masked: bool
    confidence: float
    box: tuple[float, float, float, float]
    face_confidence: float


class Votes:
    """The looks at one person, as sums; no picture and nothing that describes the face.

    Each look that finds the face votes with its confidence for mask or no mask, and all earlier votes lose 30 %. The larger
    sum decides; its share of the looks' weight is the confidence. So after two looks that agree, one that is no more
    confident than they changes nothing, and whoever takes the mask off is seen without it after two looks of equal
    confidence: four at most, where every look's confidence is 0.5 or more. After two looks in a row without a face nothing is
    said until it is seen again; old votes go on losing weight meanwhile.
    """

    def __init__(self) -> None:
        self._mask = 0.0
        self._bare = 0.0
        self._weight = 0.0
        self._misses = 0
        self._last: Sighting | None = None

    def add(self, sighting: Sighting | None) -> None:
        """Count one look; `None` where it found no usable face."""
        self._mask *= DECAY
        self._bare *= DECAY
        self._weight *= DECAY
        if sighting is None:
            self._misses += 1
            return
        self._misses = 0
        self._last = sighting
        self._weight += 1.0
        if sighting.masked:
            self._mask += sighting.confidence
        else:
            self._bare += sighting.confidence

    def answer(self) -> FaceMask | None:
        """Return what the looks say together, or `None` while the face has not been usable lately."""
        if self._last is None or self._misses >= PATIENCE:
            return None
        masked = self._mask > self._bare
        return FaceMask(
            masked=masked,
            confidence=max(self._mask, self._bare) / self._weight,
            box=self._last.box,
            face_confidence=self._last.face_confidence,
        )
