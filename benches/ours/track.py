"""Our tracker in every mode and with every option, on detections that were made before."""

import json
import sys

import sightline


def main() -> None:
    job = json.load(sys.stdin)
    tracks = {name: follow(sightline.ByteTrack(**options), job) for name, options in job["trackers"].items()}
    print(json.dumps(tracks))


def follow(tracker: sightline.ByteTrack, job: dict) -> list:
    rows = []
    for frame, (found, time_s) in enumerate(zip(job["detections"], job["times_s"], strict=True)):
        detections = sightline.Detections.of(
            [row[:4] for row in found],
            confidence=[row[4] for row in found],
            pts_ns=round(time_s * 1e9),
        )
        seen = tracker.update(detections)
        rows += [
            [frame, int(track), *map(float, box)] for track, box in zip(seen.track_id, seen.xyxy, strict=True)
        ]
    return rows


if __name__ == "__main__":
    main()
