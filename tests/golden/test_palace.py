"""The palace sequence: YOLOX detections and what the C++ port of ByteTrack made of them."""

import json

import numpy as np

from sightline import ByteTrack, Detections

FPS = 30


def rows_by_frame(path, key):
    frames = {}
    for row in json.loads(path.read_text())["results"]:
        frames.setdefault(int(row["frame_id"]), []).append(row)
    assert key in next(iter(frames.values()))[0]
    return frames


def box_of(row):
    x, y, width, height = (float(row[side]) for side in ("x", "y", "width", "height"))
    return [x, y, x + width, y + height]


def test_ids_are_identical_and_boxes_agree(fixtures):
    folder = fixtures / "tracking" / "palace"
    detections = rows_by_frame(folder / "detection_results.json", "prob")
    expected = rows_by_frame(folder / "tracking_results.json", "track_id")
    tracker = ByteTrack(
        mode="parity_cpp",
        track_high_thresh=0.5,
        track_low_thresh=0.0,
        new_track_thresh=0.6,
        match_thresh=0.8,
        lost_after_s=1.0,
        frame_rate=FPS,
        fuse_score=False,
    )
    compared = 0
    for frame in range(max(detections) + 1):
        rows = detections.get(frame, [])
        found = Detections.of(
            np.array([box_of(row) for row in rows], np.float32).reshape(-1, 4),
            confidence=[float(row["prob"]) for row in rows],
            pts_ns=frame * 1_000_000_000 // FPS,
        )
        tracks = tracker.update(found)
        wanted = expected.get(frame, [])
        assert tracks.track_id.tolist() == [int(row["track_id"]) for row in wanted], f"frame {frame}"
        for box, row in zip(tracks.xyxy, wanted, strict=True):
            # The file has six significant digits: 0.0005 below 1,000 pixels, 0.005 above, on input and output.
            np.testing.assert_allclose(box, box_of(row), atol=0.011)
            compared += 1
    assert compared > 6000
