"""People who walk on the ground before a camera: boxes with identities, frame by frame."""

from dataclasses import dataclass

import numpy as np

FOCAL_PX, CENTER_PX = 1100.0, np.array([960.0, 540.0])
"""A camera of 1920×1080 pixels with a horizontal view of 82°."""


@dataclass(frozen=True)
class Crowd:
    """A scene: how many people walk where, and how they are watched.

    Speeds are those of pedestrians (mean 1.34 m/s, deviation 0.26: Weidmann, Transporttechnik der Fussgänger, 1993).
    """

    people: int
    frames: int
    fps: float
    side_m: float
    height_m: float = 6.0
    tilt_deg: float = 24.0
    seed: int = 0


def truth(crowd: Crowd) -> list[list[float]]:
    """Return frame (from 0), identity (from 1) and box x1, y1, x2, y2 of everybody in view, in pixels."""
    random = np.random.default_rng([crowd.seed, crowd.people])
    walkers = _Walkers(crowd, random)
    rows = []
    for frame in range(crowd.frames):
        walkers.step(1 / crowd.fps)
        boxes = _boxes(crowd, walkers)
        ahead = boxes[:, 3] > boxes[:, 1] + 8
        seen = ahead & (boxes[:, 2] > 0) & (boxes[:, 0] < 1920) & (boxes[:, 3] > 0) & (boxes[:, 1] < 1080)
        rows += [
            [frame, int(name) + 1, *box]
            for name, box in zip(np.flatnonzero(seen), boxes[seen].tolist(), strict=True)
        ]
    return rows


class _Walkers:
    """Everybody walks to a goal, waits there at times, then takes another; one in three walks beside a companion."""

    def __init__(self, crowd: Crowd, random: np.random.Generator):
        count, self.random, self.side = crowd.people, random, crowd.side_m
        self.places = random.uniform(0, self.side, (count, 2))
        self.goals = random.uniform(0, self.side, (count, 2))
        self.speeds = np.clip(random.normal(1.34, 0.26, count), 0.6, 2.2)
        self.velocities = np.zeros((count, 2))
        self.waits = np.zeros(count)
        self.statures = np.clip(random.normal(1.70, 0.09, count), 1.45, 1.95)
        self.widths = self.statures * random.uniform(0.26, 0.34, count)
        self.strides = random.uniform(0, 2 * np.pi, count)
        followers = np.arange(count)[random.uniform(size=count) < 1 / 3]
        self.leader = np.arange(count)
        self.leader[followers] = random.integers(0, count, len(followers))
        self.beside = random.normal(0, 0.55, (count, 2))

    def step(self, seconds: float) -> None:
        goals = self.goals.copy()
        follows = self.leader != np.arange(len(goals))
        goals[follows] = self.places[self.leader[follows]] + self.beside[follows]
        way = goals - self.places
        far = np.linalg.norm(way, axis=1)
        wanted = way / np.maximum(far, 1e-9)[:, None] * np.minimum(self.speeds, far * 2)[:, None]
        wanted[self.waits > 0] = 0
        wanted += self._apart()
        # People take about half a second to change their velocity (Helbing and Molnár, Phys. Rev. E 51, 1995).
        share = 1 - np.exp(-seconds / 0.5)
        self.velocities += share * (wanted - self.velocities)
        self.velocities += self.random.normal(0, 0.12 * np.sqrt(seconds), self.velocities.shape)
        self.places += self.velocities * seconds
        self.strides += np.linalg.norm(self.velocities, axis=1) * seconds / 0.7 * np.pi
        self.waits = np.maximum(self.waits - seconds, 0)
        arrived = (far < 0.5) & ~follows
        count = arrived.sum()
        self.goals[arrived] = self.random.uniform(0, self.side, (count, 2))
        self.waits[arrived] = np.where(
            self.random.uniform(size=count) < 0.4, self.random.exponential(4, count), 0
        )

    def _apart(self) -> np.ndarray:
        """Return what keeps people from walking through one another, in metres a second."""
        between = self.places[:, None] - self.places[None]
        far = np.linalg.norm(between, axis=2) + np.eye(len(self.places)) * 1e9
        push = 1.2 * np.exp(-far / 0.35)
        return (between / np.maximum(far, 1e-6)[..., None] * push[..., None]).sum(axis=1)


def _boxes(crowd: Crowd, walkers: _Walkers) -> np.ndarray:
    """Return everybody's box, cut nowhere; without height for those behind the camera."""
    ground = walkers.places - [crowd.side_m / 2, -4.0]
    feet = _project(crowd, ground, np.zeros(len(ground)))
    heads = _project(crowd, ground, walkers.statures)
    height = feet[:, 1] - heads[:, 1]
    # Legs swing as far as half of the width; the box of who walks across breathes with them.
    swing = 1 + 0.35 * np.abs(np.sin(walkers.strides)) * np.clip(
        np.linalg.norm(walkers.velocities, axis=1), 0, 1
    )
    width = height * walkers.widths / walkers.statures * swing
    center = (feet[:, 0] + heads[:, 0]) / 2
    boxes = np.stack([center - width / 2, heads[:, 1], center + width / 2, feet[:, 1]], axis=1)
    boxes[ground[:, 1] < 1.0] = 0
    return boxes


def _project(crowd: Crowd, ground: np.ndarray, heights: np.ndarray) -> np.ndarray:
    """Return the pixels of points `heights` above places on the ground: x to the right, y ahead, metres."""
    tilt = np.radians(crowd.tilt_deg)
    down = crowd.height_m - heights
    depth = ground[:, 1] * np.cos(tilt) + down * np.sin(tilt)
    below = -ground[:, 1] * np.sin(tilt) + down * np.cos(tilt)
    points = np.stack([ground[:, 0], below], axis=1) / np.maximum(depth, 0.1)[:, None]
    return CENTER_PX + FOCAL_PX * points
