"""supervision's ByteTrack on given detections."""

import json
import sys

import numpy as np
import supervision as sv


def main() -> None:
    tracker = sv.ByteTrack(frame_rate=10, track_activation_threshold=0.5, lost_track_buffer=30)
    rows = []
    for frame, boxes in enumerate(json.load(sys.stdin)["detections"]):
        found = np.array(boxes, np.float32).reshape(-1, 5)
        tracks = tracker.update_with_detections(
            sv.Detections(xyxy=found[:, :4], confidence=found[:, 4], class_id=np.zeros(len(found), int))
        )
        rows += [
            [frame, int(track), *map(float, box)]
            for track, box in zip(tracks.tracker_id, tracks.xyxy, strict=True)
        ]
    print(json.dumps({"tracks": rows}))


if __name__ == "__main__":
    main()
