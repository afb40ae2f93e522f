"""MOTA, IDF1 and HOTA by TrackEval's metrics (Luiten et al., IJCV 2021)."""

import contextlib
import io
import json
import sys

import numpy as np
from trackeval.metrics import CLEAR, HOTA, Identity


def by_frame(rows: list, frames: int) -> tuple[list, list, int]:
    rows = np.array(rows, float).reshape(-1, 6)
    names, numbers = np.unique(rows[:, 1], return_inverse=True)
    ids, boxes = [], []
    for frame in range(frames):
        here = rows[:, 0] == frame
        ids.append(numbers[here])
        boxes.append(rows[here, 2:6])
    return ids, boxes, len(names)


def iou(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    common = np.prod(np.clip(high - low, 0, None), axis=2)
    area = [np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) for boxes in (a, b)]
    return common / (area[0][:, None] + area[1][None, :] - common)


def main() -> None:
    job = json.load(sys.stdin)
    frames = int(max(row[0] for row in job["truth"])) + 1
    truth = by_frame(job["truth"], frames)
    with contextlib.redirect_stdout(io.StringIO()):
        metrics = CLEAR(), Identity(), HOTA()
        scores = {
            name: scored(metrics, truth, by_frame(rows, frames), frames)
            for name, rows in job["tracks"].items()
        }
    print(json.dumps(scores))


def scored(metrics: tuple, truth: tuple, found: tuple, frames: int) -> dict[str, float]:
    """Return a tracker's scores, in percent, and its switches."""
    (truth_ids, truth_boxes, truths), (ids, boxes, tracks) = truth, found
    data = {
        "num_timesteps": frames,
        "num_gt_ids": truths,
        "num_tracker_ids": tracks,
        "num_gt_dets": sum(map(len, truth_ids)),
        "num_tracker_dets": sum(map(len, ids)),
        "gt_ids": truth_ids,
        "tracker_ids": ids,
        "similarity_scores": [iou(a, b) for a, b in zip(truth_boxes, boxes, strict=True)],
    }
    clear, identity, hota = (metric.eval_sequence(data) for metric in metrics)
    return {
        "MOTA": 100 * float(clear["MOTA"]),
        "IDF1": 100 * float(identity["IDF1"]),
        "HOTA": 100 * float(np.mean(hota["HOTA"])),
        "switches": int(clear["IDSW"]),
    }


if __name__ == "__main__":
    main()
