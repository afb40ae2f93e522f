"""supervision's and shapely's answer."""

import json
import sys

import numpy as np
import shapely
import supervision as sv
from shapes import shapes, timed


def main() -> None:
    job = json.load(sys.stdin)
    polygons, points = shapes(job["zones"], job["points"], job["vertices"], job["seed"])
    if job["side"] == "shapely":
        prepared = [shapely.Polygon(polygon) for polygon in polygons]
        for polygon in prepared:
            shapely.prepare(polygon)
        print(json.dumps(timed(lambda: [shapely.contains_xy(polygon, points) for polygon in prepared])))
        return
    zones = [sv.PolygonZone(polygon.astype(int)) for polygon in polygons]
    boxes = np.concatenate([points - np.array([10, 40]), points + np.array([10, 0])], axis=1)
    found = sv.Detections(xyxy=boxes)
    print(json.dumps(timed(lambda: [zone.trigger(found) for zone in zones])))


if __name__ == "__main__":
    main()
