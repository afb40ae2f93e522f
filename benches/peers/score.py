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
    truth_ids, truth_boxes, truths = by_frame(job["truth"], frames)
    ids, boxes, tracks = by_frame(job["tracks"], frames)
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
    with contextlib.redirect_stdout(io.StringIO()):
        clear, identity, hota = (metric().eval_sequence(data) for metric in (CLEAR, Identity, HOTA))
    scores = {
        "MOTA": float(clear["MOTA"]),
        "IDF1": float(identity["IDF1"]),
        "HOTA": float(np.mean(hota["HOTA"])),
        "switches": int(clear["IDSW"]),
    }
    print(json.dumps(scores))


if __name__ == "__main__":
    main()
