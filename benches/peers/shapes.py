"""The same polygons and points for every side."""

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


def timed(work, repeats: int = 30) -> dict:
    taken = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1e6)
    return {"median_us": statistics.median(taken)}
