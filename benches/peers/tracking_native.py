"""ByteTrack of packages with a native core: visiontrack-cpp, ioutrack_rs, trackforge."""

import json
import sys

import numpy as np
from crowd import crowd, timed


def visiontrack(frames):
    import visiontrack_cpp  # noqa: PLC0415 - one side a process

    tracker = visiontrack_cpp.ByteTracker(visiontrack_cpp.TrackerConfig())
    columns = [
        (np.ascontiguousarray(boxes[:, :4], np.float64), np.ascontiguousarray(boxes[:, 4], np.float64))
        for boxes in frames
    ]
    return columns, lambda frame: tracker.update(*frame)


def ioutrack(frames):
    import ioutrack  # noqa: PLC0415

    return frames, ioutrack.ByteTrack().update


def trackforge(frames):
    import trackforge  # noqa: PLC0415

    tracker = trackforge.BYTETRACK()

    def update(boxes):
        sizes = boxes[:, 2:4] - boxes[:, :2]
        rows = zip(np.hstack([boxes[:, :2], sizes]).tolist(), boxes[:, 4].tolist(), strict=True)
        return tracker.update([(box, score, 0) for box, score in rows])

    return frames, update


def main() -> None:
    job = json.load(sys.stdin)
    sides = {"visiontrack": visiontrack, "ioutrack": ioutrack, "trackforge": trackforge}
    frames, update = sides[job["side"]](crowd(job["objects"], job["frames"], job["seed"]))
    print(json.dumps(timed(frames, update)))


if __name__ == "__main__":
    main()
