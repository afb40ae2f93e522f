"""Our answer, through the Python class."""

import json
import sys
from pathlib import Path

import sightline

sys.path.append(str(Path(__file__).resolve().parents[1] / "peers"))
from shapes import SIZE, shapes, timed


def main() -> None:
    job = json.load(sys.stdin)
    polygons, points = shapes(job["zones"], job["points"], job["vertices"], job["seed"])
    zones = [
        sightline.PolygonZone([tuple(corner) for corner in polygon], size_px=SIZE) for polygon in polygons
    ]
    print(json.dumps(timed(lambda: [zone.contains(points) for zone in zones])))


if __name__ == "__main__":
    main()
