"""Trackers with a native core on given detections, each with its own default settings and a second of memory."""

import json
import sys

import ioutrack
import numpy as np
import trackforge
import visiontrack_cpp


def main() -> None:
    job = json.load(sys.stdin)
    memory = max(round(job["fps"]), 1)
    sides = {
        "visiontrack-cpp 0.1 ByteTrack": visiontrack(
            visiontrack_cpp.ByteTracker(visiontrack_cpp.TrackerConfig(max_age=memory))
        ),
        "ioutrack_rs 0.4 ByteTrack": plain(ioutrack.ByteTrack(max_age=memory)),
        "trackforge 0.4 ByteTrack": tuples(trackforge.BYTETRACK(track_buffer=memory)),
        "trackforge 0.4 OC-SORT": tuples(trackforge.OCSORT(max_age=memory)),
    }
    print(json.dumps({name: follow(update, job) for name, update in sides.items()}))


def visiontrack(tracker):
    def update(found: np.ndarray) -> list:
        ids, boxes, _, _ = tracker.update(
            np.ascontiguousarray(found[:, :4], np.float64), np.ascontiguousarray(found[:, 4], np.float64)
        )
        return list(zip(ids.tolist(), boxes.tolist(), strict=True))

    return update


def plain(tracker):
    def update(found: np.ndarray) -> list:
        tracks = tracker.update(found.astype(np.float32))
        return [(int(row[4]), row[:4].tolist()) for row in tracks]

    return update


def tuples(tracker):
    def update(found: np.ndarray) -> list:
        rows = [(tuple(row[:2]) + tuple(row[2:4] - row[:2]), float(row[4]), 0) for row in found]
        return [(track, [x, y, x + w, y + h]) for track, (x, y, w, h), *_ in tracker.update(rows)]

    return update


def follow(update, job: dict) -> list:
    rows = []
    for frame, boxes in enumerate(job["detections"]):
        found = np.array(boxes, float).reshape(-1, 5)
        rows += [[frame, int(track), *map(float, box)] for track, box in update(found)]
    return rows


if __name__ == "__main__":
    main()
