"""Trackers side by side on detections whose truth is known: MOTA, IDF1, HOTA and switches of each."""

from dataclasses import dataclass
from itertools import pairwise

from benches.environment import say, worker
from benches.report import Result
from sightline.tracks import DEFAULTS

LIFE_CYCLE = DEFAULTS["parity"]
"""The improved life cycle with the original's settings, and nothing else."""
TRACKERS = {
    "sightline (default)": {},
    "sightline, parity": {"mode": "parity"},
    "improved life cycle alone": LIFE_CYCLE,
    "default but one step a frame": {"time_step_s": 0.0},
    "default but uncertainty 0": {"uncertainty": 0.0},
    "default but doubt 0": {"doubt": 0.0},
    "default but boxes the filter's": {"lean": 0.0},
    "default but new tracks not fused": {"fuse_new": False},
    "default but no shared shift": {"shared_shift": False},
    "default but score fused": {"fuse_score": True},
    "default, slowing down in 7 s": {"slow_down_s": 7.0},
    "default, observation-centric": {"observation_centric": True},
    "default, buffered IoU 0.3": {"buffered_iou": 0.3},
    "default, per class": {"per_class": True},
    "default, told of the camera's motion": {"told": True},
}
METRICS = ("MOTA", "IDF1", "HOTA")


@dataclass
class Scene:
    """One sequence: rows of truth (frame from 0, id, corners) and detections.

    `times_s` has the time of each frame where they are not evenly spaced, `shifts` how far the picture has moved since
    the frame before, x and y, where the camera moves.
    """

    truth: list
    detections: list
    fps: float
    times_s: list[float] | None = None
    shifts: list[tuple[float, float]] | None = None

    def every(self, step: int) -> "Scene":
        """Return the scene as seen at a fraction of its rate."""
        rows = [[row[0] // step, *row[1:]] for row in self.truth if row[0] % step == 0]
        return Scene(rows, self.detections[::step], self.fps / step)

    def only(self, frames: list[int]) -> "Scene":
        """Return the scene with only these frames of it, at their times."""
        place = {frame: number for number, frame in enumerate(frames)}
        rows = [[place[row[0]], *row[1:]] for row in self.truth if row[0] in place]
        times = [frame / self.fps for frame in frames]
        return Scene(rows, [self.detections[frame] for frame in frames], self.fps, times)

    def from_moving_camera(self, places: list[tuple[float, float]]) -> "Scene":
        """Return the scene with the picture of each frame moved to a place, x and y in pixels."""

        def moved(box: list[float], place: tuple[float, float]) -> list[float]:
            return [value + place[axis % 2] for axis, value in enumerate(box)]

        rows = [[*row[:2], *moved(row[2:6], places[row[0]])] for row in self.truth]
        detections = [
            [[*moved(box[:4], place), box[4]] for box in frame]
            for frame, place in zip(self.detections, places, strict=True)
        ]
        steps = [(x - a, y - b) for (a, b), (x, y) in pairwise([places[0], *places])]
        return Scene(rows, detections, self.fps, shifts=steps)


def result(name: str, title: str, sets: dict[str, list[Scene]], notes: list[str]) -> Result:
    """Score every tracker on every set; a set of several scenes gives their mean."""
    columns = [scored(label, scenes) for label, scenes in sets.items()]
    names = list(columns[0])
    best = [
        max((column[row][metric], row) for row in names if not is_ours(row))
        for column in columns
        for metric in METRICS
    ]
    ours = [column[names[0]][metric] for column in columns for metric in METRICS]
    ahead = sum(mine >= theirs for mine, (theirs, _) in zip(ours, best, strict=True))
    rows = [[row, *(cell(column[row]) for column in columns)] for row in names]
    bests = [best[place : place + len(METRICS)] for place in range(0, len(best), len(METRICS))]
    rows.append(
        [
            "best of all peers, figure by figure",
            *(" / ".join(f"{v:.1f}" for v, _ in cells) for cells in bests),
        ]
    )
    notes = [
        "MOTA / IDF1 / HOTA (id switches) by TrackEval 1.3.0 at IoU 0.5 (HOTA: over thresholds).",
        f"The default is at least level with the best peer of each figure in {ahead} of {len(ours)} figures.",
        *notes,
    ]
    return Result(name, title, ["", *sets], rows, notes)


def is_ours(row: str) -> bool:
    return row in TRACKERS


def cell(score: dict) -> str:
    return " / ".join(f"{score[metric]:.1f}" for metric in METRICS) + f" ({score['switches']:.0f})"


def scored(label: str, scenes: list[Scene]) -> dict[str, dict[str, float]]:
    """Return every tracker's mean scores, in percent."""
    say(f"  {label}")
    each = [_scores(scene) for scene in scenes]
    return {
        row: {metric: sum(scores[row][metric] for scores in each) / len(each) for metric in scores_of}
        for row, scores_of in each[0].items()
    }


def _scores(scene: Scene) -> dict[str, dict[str, float]]:
    times = scene.times_s or [frame / scene.fps for frame in range(len(scene.detections))]
    job = {"detections": scene.detections, "fps": scene.fps, "times_s": times}
    tracks = worker("ours/track.py", {**job, "shifts": scene.shifts, "trackers": TRACKERS})
    for script, environment in (
        ("peers/track_trackers.py", "trackers"),
        ("peers/track_native.py", "native"),
        ("peers/track.py", "peers"),
    ):
        tracks |= worker(script, job, environment=environment)
    return worker("peers/score.py", {"truth": scene.truth, "tracks": tracks}, environment="peers")
