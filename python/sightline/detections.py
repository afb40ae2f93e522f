"""What a detector found in one frame, as columns."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, Self, cast

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_CORNERS = 4


class HasTime(Protocol):
    """A frame, as far as its detections need to know it."""

    @property
    def pts_ns(self) -> int:
        """Presentation time in nanoseconds."""
        ...

    @property
    def epoch(self) -> int:
        """Count of discontinuities of the source's clock."""
        ...

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """The picture, (height, width, 3)."""
        ...


class ForeignColumns(Protocol):
    """A `supervision.Detections`, as far as it is read here."""

    xyxy: NDArray[Any]
    confidence: NDArray[Any] | None
    class_id: NDArray[Any] | None


@dataclass(frozen=True, eq=False)
class Detections:
    """Boxes, confidences and classes of one frame.

    Attributes:
        xyxy: Corners x1, y1, x2, y2 in source pixels, (N, 4) float32.
        confidence: 0…1, (N,) float32.
        class_id: As the model numbers its classes, (N,) int32; 0 is a person in COCO order.
        pts_ns: Presentation time of the frame, nanoseconds.
        epoch: Count of discontinuities of the source's clock.
        size_px: Width and height of the frame; rules need it to place lines and zones.

    >>> found = Detections.of([[10, 20, 50, 120]], confidence=[0.9], pts_ns=0, size_px=(640, 480))
    >>> found
    Detections(1 at 0.000 s)
    >>> len(found[found.confidence > 0.95])
    0
    """

    xyxy: NDArray[np.float32]
    confidence: NDArray[np.float32]
    class_id: NDArray[np.int32]
    pts_ns: int
    epoch: int = 0
    size_px: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        rows = len(self.xyxy)
        if self.xyxy.shape != (rows, 4) or self.confidence.shape != (rows,) or self.class_id.shape != (rows,):
            raise ValueError(
                "expected xyxy (N, 4), confidence (N,) and class_id (N,) of one length, found "
                f"{self.xyxy.shape}, {self.confidence.shape} and {self.class_id.shape}"
            )

    @classmethod
    def of(
        cls,
        xyxy: ArrayLike,
        *,
        confidence: ArrayLike,
        class_id: ArrayLike | None = None,
        pts_ns: int,
        epoch: int = 0,
        size_px: tuple[int, int] | None = None,
    ) -> Self:
        """Build detections from anything that numpy reads; a missing `class_id` means people.

        Args:
            xyxy: Corners x1, y1, x2, y2 in source pixels, (N, 4), or (4,) for one box.
            confidence: 0…1, (N,).
            class_id: (N,).
            pts_ns: Presentation time of the frame, nanoseconds.
            epoch: Count of discontinuities of the source's clock.
            size_px: Width and height of the frame.

        Raises:
            ValueError: When the columns differ in length, or boxes have other than four corners.
        """
        boxes = np.ascontiguousarray(xyxy, np.float32)
        if boxes.size and boxes.shape[-1] != _CORNERS:
            raise ValueError(f"xyxy: expected shape (N, 4), found {boxes.shape}")
        boxes = boxes.reshape(-1, 4)
        classes = (
            np.zeros(len(boxes), np.int32) if class_id is None else np.ascontiguousarray(class_id, np.int32)
        )
        return cls(boxes, np.ascontiguousarray(confidence, np.float32), classes, pts_ns, epoch, size_px)

    @classmethod
    def in_frame(
        cls, frame: HasTime, xyxy: ArrayLike, *, confidence: ArrayLike, class_id: ArrayLike | None = None
    ) -> Self:
        """Build detections that take time and size from the frame they were found in."""
        height, width = frame.pixels.shape[:2]
        return cls.of(
            xyxy,
            confidence=confidence,
            class_id=class_id,
            pts_ns=frame.pts_ns,
            epoch=frame.epoch,
            size_px=(width, height),
        )

    @classmethod
    def from_supervision(
        cls, detections: ForeignColumns, *, pts_ns: int, size_px: tuple[int, int] | None = None
    ) -> Self:
        """Build detections from a `supervision.Detections`; a missing confidence counts as 1."""
        rows = len(detections.xyxy)
        confidence = np.ones(rows, np.float32) if detections.confidence is None else detections.confidence
        return cls.of(
            np.asarray(detections.xyxy),
            confidence=confidence,
            class_id=detections.class_id,
            pts_ns=pts_ns,
            size_px=size_px,
        )

    def to_supervision(self) -> ForeignColumns:
        """Return the same rows as a `supervision.Detections`.

        Raises:
            ModuleNotFoundError: When that package is not installed.
        """
        theirs = importlib.import_module("supervision").Detections
        return cast(
            "ForeignColumns", theirs(xyxy=self.xyxy, confidence=self.confidence, class_id=self.class_id)
        )

    def __len__(self) -> int:
        return len(self.xyxy)

    def __getitem__(self, rows: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Self:
        return type(self)(
            np.ascontiguousarray(self.xyxy[rows]),
            self.confidence[rows],
            self.class_id[rows],
            self.pts_ns,
            self.epoch,
            self.size_px,
        )

    def __repr__(self) -> str:
        return f"Detections({len(self)} at {self.pts_ns / 1e9:.3f} s)"
