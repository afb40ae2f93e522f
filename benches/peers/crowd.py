"""The same simulated detections for every tracker: people at random, some missed, with noise."""

import statistics
import time

import numpy as np


def crowd(objects: int, frames: int, seed: int) -> list[np.ndarray]:
    """Return for each frame x1, y1, x2, y2, score, (N, 5) float32."""
    random = np.random.default_rng(seed)
    side = 300 * np.sqrt(objects)
    places = random.uniform(0, side, (objects, 2))
    speeds = random.normal(0, 3, (objects, 2))
    heights = random.uniform(80, 160, objects)
    result = []
    for _ in range(frames):
        places = places + speeds
        speeds = np.where((places < 0) | (places > side), -speeds, speeds)
        seen = random.uniform(size=objects) > 0.05
        centers = places[seen] + random.normal(0, 1, (seen.sum(), 2))
        size = np.stack([heights[seen] * 0.4, heights[seen]], axis=1)
        scores = random.uniform(0.3, 0.95, (seen.sum(), 1))
        result.append(
            np.concatenate([centers - size / 2, centers + size / 2, scores], axis=1).astype(np.float32)
        )
    return result


def timed(frames: list, update) -> dict:
    """Return the median and the 99th percentile of `update` over the frames, the first tenth left out."""
    taken = []
    for frame in frames:
        started = time.perf_counter()
        update(frame)
        taken.append((time.perf_counter() - started) * 1e6)
    warm = sorted(taken[len(taken) // 10 :])
    return {"median_us": statistics.median(warm), "p99_us": warm[int(len(warm) * 0.99)]}
