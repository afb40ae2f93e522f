"""supervision's ByteTrack."""

import json
import sys

import numpy as np
import supervision as sv
from crowd import crowd, timed


def main() -> None:
    job = json.load(sys.stdin)
    tracker = sv.ByteTrack()
    frames = [
        sv.Detections(xyxy=boxes[:, :4], confidence=boxes[:, 4], class_id=np.zeros(len(boxes), int))
        for boxes in crowd(job["objects"], job["frames"], job["seed"])
    ]
    print(json.dumps(timed(frames, tracker.update_with_detections)))


if __name__ == "__main__":
    main()
