"""People who walk about, as a detector with faults sees them: the same numbers give the same boxes."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """How many walk where, and how badly they are seen.

    Coordinates are random to the last bit on purpose: boxes on a grid, or two in the same place, make matchings that
    cost exactly the same, and which of those a solver takes is its own affair.
    """

    seed: int
    people: int = 10
    frames: int = 40
    size_px: tuple[int, int] = (1280, 720)
    height: float = 0.25
    """Of a person, as a share of the picture's."""
    speed: float = 0.1
    """Usual step between frames, in widths of a person."""
    jitter: float = 0.02
    """Deviation of a box's corners, in widths."""
    equal_scores: bool = False
    """Whether whoever is seen well has 0.9."""
    special_scores: tuple[float, ...] = ()
    """Scores that one box in five has instead of its own: thresholds, say."""
    unsure: float = 0.0
    """Share of the boxes with a score from nothing to 0.7; here and below 0…1."""
    leaving: float = 0.0
    """Chance in each frame that a person goes out of sight…"""
    absence: int = 3
    """…for so many frames, give or take two."""
    blackouts: float = 0.0
    """Chance in each frame that nobody is seen any more, for as long."""
    doubled: float = 0.0
    """Share of the boxes that come with another one nearly in the same place."""
    false_alarms: float = 0.0
    """Boxes without a person, in each frame and for each person."""

    def detections(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Corners (N, 4) and scores (N,), float32, of one frame after another."""
        rng = np.random.default_rng(self.seed)
        heights = self.height * self.size_px[1] * rng.uniform(0.7, 1.4, self.people)
        sizes = np.column_stack([heights * rng.uniform(0.3, 0.6, self.people), heights])
        places = rng.uniform(0, self.size_px, (self.people, 2))
        steps = rng.normal(0, self.speed, (self.people, 2)) * sizes[:, :1]
        scores = np.full(self.people, 0.9) if self.equal_scores else rng.uniform(0.5, 1, self.people)
        away, dark = np.zeros(self.people, int), 0
        for _ in range(self.frames):
            steps += rng.normal(0, 0.1 * self.speed, steps.shape) * sizes[:, :1]
            steps = np.where(
                places < 0, np.abs(steps), np.where(places > self.size_px, -np.abs(steps), steps)
            )
            places = places + steps
            leaves = (away <= 0) & (rng.random(self.people) < self.leaving)
            away = np.where(leaves, self.some_frames(rng, self.people), away - 1)
            goes_dark = dark <= 0 and rng.random() < self.blackouts
            dark = self.some_frames(rng, 1)[0] if goes_dark else dark - 1
            seen = (away <= 0) & (dark <= 0)
            corners = np.hstack([places - sizes / 2, places + sizes / 2])
            corners += rng.normal(0, self.jitter, corners.shape) * sizes[:, :1]
            yield self.with_faults(rng, corners[seen], scores[seen])

    def some_frames(self, rng: np.random.Generator, count: int) -> np.ndarray:
        return np.maximum(1, self.absence + rng.integers(-2, 3, count))

    def with_faults(self, rng, corners, scores) -> tuple[np.ndarray, np.ndarray]:
        """Add boxes that nobody is in, change scores, and bring all into some order."""
        again = rng.random(len(corners)) < self.doubled
        shifted = (
            corners[again]
            + rng.normal(0, 0.03, (again.sum(), 4)) * np.ptp(corners[again, ::2], axis=1)[:, None]
        )
        alarms = rng.poisson(self.false_alarms * len(corners))
        somewhere = rng.uniform(0, self.size_px, (alarms, 2))
        extent = self.height * self.size_px[1] * rng.uniform(0.3, 1.5, (alarms, 2))
        corners = np.vstack([corners, shifted, np.hstack([somewhere, somewhere + extent])])
        scores = np.concatenate([scores, scores[again], rng.uniform(0, 1, alarms)])
        if not self.equal_scores:
            scores = np.clip(scores + rng.normal(0, 0.05, len(scores)), 0.01, 1)
        scores = np.where(rng.random(len(scores)) < self.unsure, rng.uniform(0, 0.7, len(scores)), scores)
        if self.special_scores:
            special = rng.choice(self.special_scores, len(scores))
            scores = np.where(rng.random(len(scores)) < 0.2, special, scores)
        corners[:, 2:] = np.maximum(corners[:, 2:], corners[:, :2] + 1)
        order = rng.permutation(len(scores))
        return corners[order].astype(np.float32), scores[order].astype(np.float32)
