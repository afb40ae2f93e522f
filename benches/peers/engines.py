"""Lines and zones of other libraries, and of scripts, behind one face: who crosses, who comes and goes."""

from dataclasses import dataclass

import cv2
import numpy as np
import supervision as sv


def detections(people: list, box_px: tuple) -> sv.Detections:
    places = np.array([place for _, place in people], float).reshape(-1, 2)
    width, height = box_px
    return sv.Detections(
        xyxy=np.tile(places, 2) + np.array([-width / 2, -height, width / 2, 0]),
        confidence=np.full(len(people), 0.9),
        class_id=np.zeros(len(people), int),
        tracker_id=np.array([track for track, _ in people], int),
    )


class LineRule:
    """A line: `crossings` says who crossed which way in this frame."""

    def leave(self, _removed: list) -> list:
        return []

    def show(self, people: list, box_px: tuple) -> list:
        return [way for _, way in self.crossings(people, box_px)]


class SupervisionLine(LineRule):
    def __init__(self, start, end):
        ends = sv.Point(*start), sv.Point(*end)
        self.zone = sv.LineZone(*ends, triggering_anchors=[sv.Position.BOTTOM_CENTER])
        if ends[0].as_xy_int_tuple() == ends[1].as_xy_int_tuple():
            self.zone.trigger(detections([(1, start)], (20, 40)))

    def crossings(self, people, box_px):
        found = detections(people, box_px)
        ways = self.zone.trigger(found)
        # Its `in` is our `out`: the other side of the line.
        return [
            (int(track), word)
            for crossed, word in zip(ways, ("out", "in"), strict=True)
            for track in found.tracker_id[crossed]
        ]


class SideLine(LineRule):
    """A change of side between two sightings while the step cuts the segment."""

    def __init__(self, start, end):
        self.ends, self.last = (start, end), {}

    def crossings(self, people, _box_px):
        found = []
        for track, place in people:
            before = self.last.get(track)
            self.last[track] = place
            if before is not None and (way := cut(self.ends, before, place)):
                found.append((track, way))
        return found


class TwoLines(LineRule):
    """Both of two lines, 8 px to either side, are cut the same way in order."""

    def __init__(self, start, end):
        along = np.subtract(end, start)
        across = 8 * np.array([-along[1], along[0]]) / np.hypot(*along)
        shift = [tuple(tuple(np.add(point, way)) for point in (start, end)) for way in (-across, across)]
        self.lines, self.last, self.first = shift, {}, {}

    def crossings(self, people, _box_px):
        found = []
        for track, place in people:
            before = self.last.get(track)
            self.last[track] = place
            if before is None:
                continue
            cuts = [(number, cut(line, before, place)) for number, line in enumerate(self.lines)]
            cuts = [each for each in cuts if each[1]]
            for number, way in cuts if (cuts and cuts[0][1] == "in") else cuts[::-1]:
                if self.first.pop(track, None) == (1 - number, way):
                    found.append((track, way))
                else:
                    self.first[track] = (number, way)
        return found


def side(a, b, p) -> float:
    return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])


def cut(ends, before, after) -> str | None:
    a, b = ends
    was, now = side(a, b, before) >= 0, side(a, b, after) >= 0
    if was == now or (side(before, after, a) >= 0) == (side(before, after, b) >= 0):
        return None
    return "in" if now else "out"


class ZoneRule:
    """A zone asked each frame who is inside; entries and exits are changes of that."""

    def __init__(self):
        self.inside = set()

    def leave(self, removed: list) -> list:
        gone = self.inside & set(removed)
        self.inside -= gone
        return ["exited"] * len(gone)

    def show(self, people: list, box_px: tuple) -> list:
        words = []
        for (track, _), within in zip(people, self.contains(people, box_px), strict=True):
            if within != (track in self.inside):
                words.append("entered" if within else "exited")
                (self.inside.add if within else self.inside.discard)(track)
        return words


class SupervisionZone(ZoneRule):
    def __init__(self, polygon):
        super().__init__()
        corners = np.array(polygon).round().astype(int)
        self.zone = sv.PolygonZone(corners, triggering_anchors=[sv.Position.BOTTOM_CENTER])

    def contains(self, people, box_px):
        if not people:
            return []
        return [bool(within) for within in self.zone.trigger(detections(people, box_px))]


class SavantZone(ZoneRule):
    def __init__(self, polygon):
        from savant_rs.primitives.geometry import Point, PolygonalArea  # noqa: PLC0415 - for this side only

        super().__init__()
        self.point = Point
        self.area = PolygonalArea([Point(x, y) for x, y in polygon], None)

    def contains(self, people, _box_px):
        return [self.area.contains(self.point(*place)) for _, place in people]


class OpenCvZone(ZoneRule):
    def __init__(self, polygon):
        super().__init__()
        self.contour = np.array(polygon, np.float32)[:, None]

    def contains(self, people, _box_px):
        return [cv2.pointPolygonTest(self.contour, place, measureDist=False) >= 0 for _, place in people]


@dataclass
class Engine:
    line: type | None = None
    zone: type | None = None


ENGINES = {
    "supervision": Engine(SupervisionLine, SupervisionZone),
    "savant": Engine(zone=SavantZone),
    "opencv": Engine(zone=OpenCvZone),
    "side": Engine(SideLine),
    "two lines": Engine(TwoLines),
}
