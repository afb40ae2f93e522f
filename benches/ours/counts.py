"""Our rules on given boxes with identities."""

import json
import sys

import numpy as np

import sightline


def scene_of(job: dict) -> sightline.Scene:
    return sightline.Scene(
        lines=[sightline.Line(name, (x1, y1), (x2, y2)) for name, (x1, y1, x2, y2) in job["lines"].items()],
        zones=[
            sightline.Zone(name, [tuple(point) for point in polygon])
            for name, polygon in job["zones"].items()
        ],
    )


def words_of(job: dict, counts: dict) -> dict[str, str]:
    words = {
        name: f"{tally['in']}/{tally['out']}"
        for name, tally in zip(job["lines"], counts["lines"], strict=True)
    }
    return words | {
        name: str(tally["entries"]) for name, tally in zip(job["zones"], counts["zones"], strict=True)
    }


def main() -> None:
    job = json.load(sys.stdin)
    rules = sightline.Rules(scene_of(job), size_px=tuple(job["size"]))
    rows = np.array(job["rows"])
    last = {int(track): int(rows[rows[:, 1] == track, 0].max()) for track in np.unique(rows[:, 1])}
    for frame in range(int(rows[:, 0].max()) + 1):
        now = rows[rows[:, 0] == frame]
        gone = [track for track, end in last.items() if end == frame - 1]
        rules.update(
            sightline.Tracks(
                track_id=now[:, 1].astype(np.uint64),
                xyxy=np.ascontiguousarray(now[:, 2:6]),
                confidence=np.ones(len(now), np.float32),
                class_id=np.zeros(len(now), np.int32),
                removed=np.array(gone, np.uint64),
                pts_ns=frame * 100_000_000,
            )
        )
    rules.finish()
    print(json.dumps(words_of(job, rules.counts())))


if __name__ == "__main__":
    main()
