"""Other libraries' answers to which points are in which polygons, and which moves cross which lines."""

import json
import sys

import cv2
import numpy as np
import shapely
import supervision as sv
from shapes import moves, shapes, timed

# A box of 20 by 40 that stands on its point.
BOX = np.array([-10.0, -40.0, 10.0, 0.0])


def shapely_tree(polygons, points):
    placed = shapely.points(points)
    tree = shapely.STRtree(placed)
    areas = shapely.polygons([np.asarray(polygon) for polygon in polygons])
    return lambda: tree.query(areas, predicate="contains").shape[1]


def shapely_broadcast(polygons, points):
    areas = shapely.polygons([np.asarray(polygon) for polygon in polygons])
    shapely.prepare(areas)
    x, y = points.T
    return lambda: int(shapely.contains_xy(areas[:, None], x[None, :], y[None, :]).sum())


def supervision_zones(polygons, points):
    zones = [sv.PolygonZone(polygon.astype(int)) for polygon in polygons]
    found = sv.Detections(xyxy=np.tile(points, 2) + BOX)
    return lambda: sum(int(zone.trigger(found).sum()) for zone in zones)


def savant_zones(polygons, points):
    from savant_rs.primitives.geometry import Point, PolygonalArea  # noqa: PLC0415 - for this side only

    areas = [PolygonalArea([Point(x, y) for x, y in polygon], None) for polygon in polygons]
    places = [Point(x, y) for x, y in points]
    return lambda: sum(sum(found) for found in PolygonalArea.points_positions(areas, places))


def opencv_zones(polygons, points):
    contours = [polygon.astype(np.float32)[:, None] for polygon in polygons]
    places = [tuple(map(float, point)) for point in points]
    return lambda: sum(
        cv2.pointPolygonTest(contour, place, measureDist=False) >= 0
        for contour in contours
        for place in places
    )


def numpy_lines(lines, before, after):
    start, end = lines[:, None, 0], lines[:, None, 1]

    def side(a, b, p):
        return (b[..., 0] - a[..., 0]) * (p[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (
            p[..., 0] - a[..., 0]
        )

    def count():
        apart = (side(start, end, before) >= 0) != (side(start, end, after) >= 0)
        between = (side(before, after, start) >= 0) != (side(before, after, end) >= 0)
        return int((apart & between).sum())

    return count


def shapely_lines(lines, before, after):
    drawn = shapely.linestrings(lines)
    steps = shapely.linestrings(np.stack([before, after], axis=1))
    tree = shapely.STRtree(drawn)
    return lambda: tree.query(steps, predicate="intersects").shape[1]


def supervision_lines(lines, before, after):
    doors = [
        sv.LineZone(sv.Point(*start), sv.Point(*end), triggering_anchors=[sv.Position.BOTTOM_CENTER])
        for start, end in lines
    ]
    frames = [
        sv.Detections(
            xyxy=np.tile(places, 2) + BOX,
            tracker_id=np.arange(1, len(places) + 1),
            class_id=np.zeros(len(places), int),
        )
        for places in (before, after)
    ]
    turn = [0]

    def count():
        turn[0] ^= 1
        return sum(int(sum(map(np.sum, door.trigger(frames[turn[0]])))) for door in doors)

    return count


SIDES = {
    "shapely tree": shapely_tree,
    "shapely broadcast": shapely_broadcast,
    "supervision zones": supervision_zones,
    "savant zones": savant_zones,
    "opencv zones": opencv_zones,
    "numpy lines": numpy_lines,
    "shapely lines": shapely_lines,
    "supervision lines": supervision_lines,
}


def main() -> None:
    job = json.load(sys.stdin)
    if job["kind"] == "lines":
        work = SIDES[job["side"]](*moves(job["shapes"], job["points"], job["seed"]))
    else:
        work = SIDES[job["side"]](*shapes(job["shapes"], job["points"], job["vertices"], job["seed"]))
    found = work()
    print(json.dumps({**timed(work), "found": int(found)}))


if __name__ == "__main__":
    main()
