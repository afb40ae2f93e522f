"""The same polygons, lines and points for every side."""

import statistics
import time

import numpy as np

SIZE = (1920, 1080)


def shapes(zones: int, points: int, vertices: int, seed: int) -> tuple[list[np.ndarray], np.ndarray]:
    """Return star-shaped polygons, each (vertices, 2), and points, (N, 2), in pixels."""
    random = np.random.default_rng(seed)
    polygons = []
    for _ in range(zones):
        center = random.uniform((200, 200), (SIZE[0] - 200, SIZE[1] - 200))
        angles = np.arange(vertices) * 2 * np.pi / vertices
        radii = random.uniform(60, 190, vertices)
        polygons.append(center + np.stack([np.cos(angles), np.sin(angles)], axis=1) * radii[:, None])
    return polygons, random.uniform((0, 0), SIZE, (points, 2))


def moves(lines: int, points: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return lines (L, 2, 2) of 200 px, and from where to where people step, (N, 2) each, about 8 px."""
    random = np.random.default_rng(seed)
    start = random.uniform((200, 200), (SIZE[0] - 200, SIZE[1] - 200), (lines, 2))
    angles = random.uniform(0, 2 * np.pi, lines)
    end = start + 200 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    places = random.uniform((0, 0), SIZE, (points, 2))
    return np.stack([start, end], axis=1), places, places + random.normal(0, 6, places.shape)


def timed(work, seconds: float = 0.4) -> dict:
    """Return the median and the 99th percentile of `work`, after a warm-up, over at least 20 repeats."""
    work()
    taken: list[float] = []
    while len(taken) < 20 or (sum(taken) < seconds * 1e6 and len(taken) < 5000):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1e6)
    return {"median_us": statistics.median(taken), "p99_us": sorted(taken)[int(len(taken) * 0.99)]}
