"""Our answer, through the Python classes."""

import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import sightline

sys.path.append(str(Path(__file__).resolve().parents[1] / "peers"))
from shapes import moves, shapes, timed


def arithmetic_of(duration_us: float) -> Callable[[], int]:
    """Return plain arithmetic that takes about so long: its spread is the machine's."""
    terms = range(1000)
    return partial(
        sum, range(int(1000 * duration_us / timed(partial(sum, terms), seconds=0.02)["median_us"]))
    )


def main() -> None:
    job = json.load(sys.stdin)
    if job["kind"] == "lines":
        lines, before, after = moves(job["shapes"], job["points"], job["seed"])
        doors = sightline.LineSet([(tuple(start), tuple(end)) for start, end in lines])
        answer = doors.crossings(before, after)
        work = partial(doors.crossings, before, after)
    else:
        polygons, points = shapes(job["shapes"], job["points"], job["vertices"], job["seed"])
        zones = sightline.PolygonSet([[tuple(corner) for corner in polygon] for polygon in polygons])
        answer = zones.contains(points)
        work = partial(zones.contains, points)
    figures = timed(work)
    control = timed(arithmetic_of(figures["median_us"]))
    figures["control_p99_of_median"] = control["p99_us"] / control["median_us"]
    print(json.dumps({**figures, "found": int(abs(answer).sum())}))


if __name__ == "__main__":
    main()
