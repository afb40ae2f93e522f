"""Our answer, through the Python classes."""

import json
import sys
from pathlib import Path

import sightline

sys.path.append(str(Path(__file__).resolve().parents[1] / "peers"))
from shapes import moves, shapes, timed


def main() -> None:
    job = json.load(sys.stdin)
    if job["kind"] == "lines":
        lines, before, after = moves(job["shapes"], job["points"], job["seed"])
        doors = sightline.LineSet([(tuple(start), tuple(end)) for start, end in lines])
        answer = doors.crossings(before, after)
        figures = timed(lambda: doors.crossings(before, after))
    else:
        polygons, points = shapes(job["shapes"], job["points"], job["vertices"], job["seed"])
        zones = sightline.PolygonSet([[tuple(corner) for corner in polygon] for polygon in polygons])
        answer = zones.contains(points)
        figures = timed(lambda: zones.contains(points))
    print(json.dumps({**figures, "found": int(abs(answer).sum())}))


if __name__ == "__main__":
    main()
