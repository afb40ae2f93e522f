"""supervision's ByteTrack on given detections."""

import json
import sys

import numpy as np
import supervision as sv


def main() -> None:
    job = json.load(sys.stdin)
    print(json.dumps({"supervision 0.25.1 ByteTrack": follow(job)}))


def follow(job: dict) -> list:
    # Its memory is counted in frames of a thirtieth of a second: one second, as for the others.
    tracker = sv.ByteTrack(frame_rate=max(round(job["fps"]), 1), lost_track_buffer=30)
    rows = []
    for frame, boxes in enumerate(job["detections"]):
        found = np.array(boxes, np.float32).reshape(-1, 5)
        tracks = tracker.update_with_detections(
            sv.Detections(xyxy=found[:, :4], confidence=found[:, 4], class_id=np.zeros(len(found), int))
        )
        rows += [
            [frame, int(track), *map(float, box)]
            for track, box in zip(tracks.tracker_id, tracks.xyxy, strict=True)
        ]
    return rows


if __name__ == "__main__":
    main()
