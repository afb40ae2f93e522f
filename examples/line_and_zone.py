"""Track boxes from a MOT-format file, and count them over a line and in a zone: python examples/line_and_zone.py FILE."""

import sys

import numpy as np

import sightline

rows = np.loadtxt(sys.argv[1], delimiter=",")  # frame, id, x, y, width, height, score, …
tracker = sightline.ByteTrack()
line = sightline.LineZone((320, 0), (320, 480), size_px=(640, 480))
zone = sightline.PolygonZone([(0, 240), (640, 240), (640, 480), (0, 480)], size_px=(640, 480))
for number in range(int(rows[:, 0].max()) + 1):
    here = rows[rows[:, 0] == number]
    boxes = np.column_stack([here[:, 2:4], here[:, 2:4] + here[:, 4:6]])
    found = sightline.Detections.of(boxes, confidence=here[:, 6], pts_ns=number * 40_000_000)
    tracks = tracker.update(found)
    for event in line.update(tracks) + zone.update(tracks):
        print(event)
print(f"line: {line.in_count} in, {line.out_count} out; zone: {zone.current_count} inside", file=sys.stderr)
