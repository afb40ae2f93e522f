"""Our tracker in every mode and with every option, on detections that were made before."""

import json
import sys

import sightline


def main() -> None:
    job = json.load(sys.stdin)
    print(json.dumps({name: follow(job, **options) for name, options in job["trackers"].items()}))


def follow(job: dict, *, told: bool = False, **options) -> list:
    """Return the tracks' rows; `told` tells the tracker how the camera moves, where it does."""
    tracker = sightline.ByteTrack(**options)
    rows = []
    for frame, (found, time_s) in enumerate(zip(job["detections"], job["times_s"], strict=True)):
        detections = sightline.Detections.of(
            [row[:4] for row in found],
            confidence=[row[4] for row in found],
            pts_ns=round(time_s * 1e9),
        )
        if told and job["shifts"]:
            across, down = job["shifts"][frame]
            tracker.move_camera([[1, 0, across], [0, 1, down]])
        seen = tracker.update(detections)
        rows += [
            [frame, int(track), *map(float, box)] for track, box in zip(seen.track_id, seen.xyxy, strict=True)
        ]
    return rows


if __name__ == "__main__":
    main()
