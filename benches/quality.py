"""Tracks on PETS2009 S2.L1 scored against the truth, and line and zone counts beside those of the truth."""

import itertools
import math
from pathlib import Path

from benches.environment import fixture, say, worker
from benches.report import Result
from benches.scoring import Scene, result
from benches.simulated.detector import detections

# The truth is in pixels of 768×576, the video of 480×360; video frame i (from 0) is truth frame i + 1.
SCALE = 480 / 768
SIZE = (480, 360)
LINES = {
    "upright": (0.50, 0.98, 0.50, 0.30),
    "level": (0.15, 0.62, 0.85, 0.62),
    "oblique": (0.25, 0.92, 0.60, 0.40),
}
ZONES = {
    "center": [(0.36, 0.42), (0.64, 0.42), (0.64, 0.70), (0.36, 0.70)],
    "right": [(0.62, 0.45), (0.97, 0.45), (0.97, 0.97), (0.62, 0.97)],
}
MODELS = {"yolox_nano_416": None, "yolox_nano_dynamic": [640, 480]}


def truth_rows() -> list[list[float]]:
    """Return frame (from 0), id, x1, y1, x2, y2 in pixels of the video."""
    rows = []
    for line in (
        Path(fixture("truth", "pets2009-s2l1", "S2L1_gt_mot_with_world_m.derived.txt"))
        .read_text()
        .splitlines()
    ):
        frame, track, x, y, width, height = map(float, line.split(",")[:6])
        box = [x, y, x + width, y + height]
        rows.append([int(frame) - 1, int(track), *(SCALE * value for value in box)])
    return rows


def run(_rounds: int) -> Result:
    truth = truth_rows()
    job = {"video": fixture("videos", "vtest_480x360.avi"), "lines": LINES, "zones": ZONES, "size": SIZE}
    counted = {
        "truth, plain counter": plain_counts(truth),
        "truth, our rules": worker("ours/counts.py", {**job, "rows": truth}),
    }
    found = {}
    for model, size in MODELS.items():
        say(f"  {model}")
        found[model] = worker(
            "ours/quality.py", {**job, "model": fixture("models", f"{model}.onnx"), "input": size}
        )
        counted[model] = found[model]["counts"]
    vtest = Scene(truth, found["yolox_nano_416"]["detections"], 10)
    dancers = [dance_rows(name) for name in ("dancetrack0004", "dancetrack0035", "dancetrack0081")]
    sets = {
        "vtest, 10 fps": [vtest],
        "vtest, 5 fps": [vtest.every(2)],
        "vtest, 3.3 fps": [vtest.every(3)],
        "TUD-Campus, 25 fps": [Scene(*campus_rows(), 25)],
        "DanceTrack, 20 fps": [
            Scene(rows, detections(rows, seed), 20) for rows in dancers for seed in (21, 22)
        ],
    }
    notes = [
        "vtest is PETS2009 S2.L1, 795 frames, with detections of yolox_nano_416; TUD-Campus has 71 frames with the benchmark's own detections; of DanceTrack three sequences of the validation set, mean of two simulated detectors each (benches/simulated).",
        "vtest, TUD-Campus and the DanceTrack sequences (with other simulated detectors) were among the scenes that the default's settings were searched with. Peers have their own default settings, the frame rate and a second of memory.",
        "Counts of in/out for lines and entries for zones:",
    ]
    for name, counts in counted.items():
        notes.append(f"{name}: " + ", ".join(f"{rule} {count}" for rule, count in counts.items()))
    return result("quality", "Tracks of recorded scenes scored against the truth", sets, notes)


def campus_rows() -> tuple[list, list]:
    """Return truth and detections of TUD-Campus: frame (from 0), id, corners; and corners and score by frame."""
    folder = ("tracking", "tud-campus")
    truth, frames = [], {}
    for line in Path(fixture(*folder, "gt", "gt.txt")).read_text().splitlines():
        frame, track, x, y, width, height = map(float, line.split(",")[:6])
        truth.append([int(frame) - 1, int(track), x, y, x + width, y + height])
    for line in Path(fixture(*folder, "det", "det.txt")).read_text().splitlines():
        frame, _, x, y, width, height, score = map(float, line.split(",")[:7])
        frames.setdefault(int(frame) - 1, []).append([x, y, x + width, y + height, score])
    return truth, [frames.get(frame, []) for frame in range(max(row[0] for row in truth) + 1)]


def dance_rows(name: str) -> list:
    """Return the truth of a DanceTrack sequence: frame (from 0), id, corners."""
    rows = []
    for line in Path(fixture("tracking", "dancetrack", name, "gt.txt")).read_text().splitlines():
        frame, track, x, y, width, height = map(float, line.split(",")[:6])
        rows.append([int(frame) - 1, int(track), x, y, x + width, y + height])
    return rows


def plain_counts(rows: list[list[float]]) -> dict[str, str]:
    """Count in the simplest way there is: every step of a foot point against every line and zone."""
    tracks: dict[int, list[tuple[float, float]]] = {}
    for _, track, x1, _, x2, y2 in sorted(rows):
        tracks.setdefault(track, []).append(((x1 + x2) / 2 / SIZE[0], y2 / SIZE[1]))
    result = {}
    for name, (x1, y1, x2, y2) in LINES.items():
        steps = [
            _step((x1, y1), (x2, y2), a, b) for path in tracks.values() for a, b in itertools.pairwise(path)
        ]
        result[name] = f"{steps.count(1)}/{steps.count(-1)}"
    for name, polygon in ZONES.items():
        inside = [[_within(polygon, point) for point in path] for path in tracks.values()]
        entries = sum(b and not a for path in inside for a, b in zip([False, *path], path, strict=False))
        result[name] = str(entries)
    return result


def _side(a: tuple, b: tuple, p: tuple) -> float:
    return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])


def _step(a: tuple, b: tuple, p: tuple, q: tuple) -> int:
    before, after = _side(a, b, p) > 0, _side(a, b, q) > 0
    if before == after or (_side(p, q, a) > 0) == (_side(p, q, b) > 0):
        return 0
    return 1 if after else -1


def _within(polygon: list, point: tuple) -> bool:
    angle = 0.0
    for (x1, y1), (x2, y2) in zip(polygon, [*polygon[1:], polygon[0]], strict=True):
        turn = math.atan2(y2 - point[1], x2 - point[0]) - math.atan2(y1 - point[1], x1 - point[0])
        angle += (turn + math.pi) % (2 * math.pi) - math.pi
    return abs(angle) > math.pi
