"""roboflow trackers' motion-only trackers on given detections."""

import json
import sys

import numpy as np
import supervision as sv
import trackers


def main() -> None:
    job = json.load(sys.stdin)
    makers = {
        "trackers 2.6.1 ByteTrack": trackers.ByteTrackTracker,
        "trackers 2.6.1 OC-SORT": trackers.OCSORTTracker,
        "trackers 2.6.1 SORT": trackers.SORTTracker,
    }
    print(json.dumps({name: follow(make(frame_rate=job["fps"]), job) for name, make in makers.items()}))


def follow(tracker, job: dict) -> list:
    rows = []
    for frame, boxes in enumerate(job["detections"]):
        found = np.array(boxes, np.float32).reshape(-1, 5)
        seen = tracker.update(
            sv.Detections(xyxy=found[:, :4], confidence=found[:, 4], class_id=np.zeros(len(found), int))
        )
        if seen.tracker_id is not None:
            pairs = zip(seen.tracker_id, seen.xyxy, strict=True)
            rows += [[frame, int(track), *map(float, box)] for track, box in pairs if track >= 0]
    return rows


if __name__ == "__main__":
    main()
