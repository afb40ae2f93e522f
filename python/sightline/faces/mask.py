"""What is known of one person's face."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FaceMask:
    """A face, and whether it is covered by a mask.

    Attributes:
        masked: Whether it wears a mask.
        confidence: Of that, 0 to 1.
        box: Where the face is in the latest frame that showed it: x1, y1, x2, y2 in source pixels.
        face_confidence: That it is a face, 0 to 1.
    """

    masked: bool
    confidence: float
    box: tuple[float, float, float, float]
    face_confidence: float
