"""roboflow trackers' ByteTrack."""

import json
import sys

import numpy as np
import supervision as sv
from crowd import crowd, timed
from trackers import ByteTrackTracker


def main() -> None:
    job = json.load(sys.stdin)
    tracker = ByteTrackTracker()
    frames = [
        sv.Detections(xyxy=boxes[:, :4], confidence=boxes[:, 4], class_id=np.zeros(len(boxes), int))
        for boxes in crowd(job["objects"], job["frames"], job["seed"])
    ]
    print(json.dumps(timed(frames, tracker.update)))


if __name__ == "__main__":
    main()
