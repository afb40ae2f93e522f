"""Our ByteTrack, through its Python class."""

import json
import sys
from pathlib import Path

import sightline

sys.path.append(str(Path(__file__).resolve().parents[1] / "peers"))
from crowd import crowd, timed


def main() -> None:
    job = json.load(sys.stdin)
    tracker = sightline.ByteTrack(mode=job["mode"])
    frames = [
        sightline.Detections.of(boxes[:, :4], confidence=boxes[:, 4], pts_ns=number * 33_333_333)
        for number, boxes in enumerate(crowd(job["objects"], job["frames"], job["seed"]))
    ]

    def update(found: sightline.Detections) -> tuple:
        tracks = tracker.update(found)
        # Columns become arrays when they are asked for; the peers' are made anyway.
        return tracks.track_id, tracks.xyxy

    print(json.dumps(timed(frames, update)))


if __name__ == "__main__":
    main()
