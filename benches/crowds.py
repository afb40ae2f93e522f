"""Trackers on simulated crowds: people on the ground before a camera, and what a detector would make of them."""

import math

import numpy as np

from benches.report import Result
from benches.scoring import Scene, result
from benches.simulated.crowds import Crowd, truth
from benches.simulated.detector import detections

SEEDS = (21, 22, 23)
"""Others than those that the tracker's settings were searched with (0 to 2 and 11 to 13)."""


def run(_rounds: int) -> Result:
    sets: dict[str, list[Scene]] = {}
    for seed in SEEDS:
        of_50, of_50_slow, of_150 = (
            scene(Crowd(people, frames, fps, side_m=side_m, seed=seed))
            for people, frames, fps, side_m in ((50, 450, 30, 20), (50, 300, 10, 20), (150, 240, 30, 30))
        )
        for label, each in {
            "20 people, 30 fps": scene(Crowd(20, 600, 30, side_m=14, seed=seed)),
            "50, 30 fps": of_50,
            "50, 30 fps, 30 % of frames dropped": of_50.only(kept(len(of_50.detections), seed)),
            "50, 30 fps, camera sways": of_50.from_moving_camera(swaying(of_50)),
            "50, 10 fps": of_50_slow,
            "50, 5 fps": of_50_slow.every(2),
            "150, 30 fps": of_150,
            "150, 10 fps": scene(Crowd(150, 150, 10, side_m=30, seed=seed)),
        }.items():
            sets.setdefault(label, []).append(each)
    return result(
        "crowds",
        "Tracks of simulated crowds scored against the truth",
        sets,
        [
            f"Mean of {len(SEEDS)} crowds each. People walk to goals at 1.34 ± 0.26 m/s, wait, follow companions and keep apart; the camera is 6 m above the ground; the detector misses, errs and doubts more the more of somebody is hidden (benches/simulated).",
            "The settings of the default were searched with other crowds of the same simulator (and other seeds), and with vtest and TUD-Campus.",
            "Peers have their own default settings, the frame rate and a second of memory; roboflow's also the time of each frame.",
        ],
    )


def scene(crowd: Crowd) -> Scene:
    rows = truth(crowd)
    return Scene(rows, detections(rows, crowd.seed + 9), crowd.fps)


def swaying(of: Scene) -> list[tuple[float, float]]:
    """Return where the picture of each frame is: it swings 150 px to either side in four seconds, and nods a little."""
    turns = [2 * math.pi * frame / of.fps / 4 for frame in range(len(of.detections))]
    return [(150 * math.sin(turn), 20 * math.sin(2.7 * turn)) for turn in turns]


def kept(frames: int, seed: int) -> list[int]:
    """Return the seven frames of ten that are not dropped."""
    random = np.random.default_rng(seed)
    return np.flatnonzero(random.uniform(size=frames) >= 0.3).tolist()
