"""roboflow trackers' motion-only trackers on given detections, each with its own default settings."""

import json
import sys

import numpy as np
import supervision as sv
import trackers

MAKERS = {
    "trackers 2.6.1 ByteTrack": trackers.ByteTrackTracker,
    "trackers 2.6.1 C-BIoU": trackers.CBIoUTracker,
    "trackers 2.6.1 BoT-SORT": lambda **words: trackers.BoTSORTTracker(**words, enable_cmc=False),
    "trackers 2.6.1 OC-SORT": trackers.OCSORTTracker,
    "trackers 2.6.1 SORT": trackers.SORTTracker,
}


def main() -> None:
    job = json.load(sys.stdin)
    print(json.dumps({name: follow(make(frame_rate=job["fps"]), job) for name, make in MAKERS.items()}))


def follow(tracker, job: dict) -> list:
    rows = []
    for frame, (boxes, time) in enumerate(zip(job["detections"], job["times_s"], strict=True)):
        found = np.array(boxes, np.float32).reshape(-1, 5)
        seen = tracker.update(
            sv.Detections(xyxy=found[:, :4], confidence=found[:, 4], class_id=np.zeros(len(found), int)),
            timestamp=time,
        )
        if seen.tracker_id is not None:
            pairs = zip(seen.tracker_id, seen.xyxy, strict=True)
            rows += [[frame, int(track), *map(float, box)] for track, box in pairs if track >= 0]
    return rows


if __name__ == "__main__":
    main()
