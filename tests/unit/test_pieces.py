"""The pieces alone, on numpy arrays and anyone's detections."""

import numpy as np
import pytest

from sightline import ByteTrack, Detections, Line, LineZone, PolygonZone, Rules, Scene, Zone
from sightline.errors import ConfigError

SIZE = (640, 480)


def person(foot_x, foot_y, frame, *, score=0.9):
    """One standing person, 40 pixels wide and 100 tall, at 10 frames a second."""
    box = [[foot_x - 20, foot_y - 100, foot_x + 20, foot_y]]
    return Detections.of(box, confidence=[score], pts_ns=frame * 100_000_000, size_px=SIZE)


def test_detections_are_columns_that_filter_like_numpy():
    found = Detections.of([[0, 0, 10, 20], [5, 5, 30, 60]], confidence=[0.3, 0.8], pts_ns=0)
    sure = found[found.confidence > 0.5]
    assert len(sure) == 1
    assert sure.xyxy.tolist() == [[5, 5, 30, 60]]
    assert sure.class_id.tolist() == [0]


def test_columns_of_different_length_are_refused():
    with pytest.raises(ValueError, match="one length"):
        Detections.of([[0, 0, 1, 1]], confidence=[0.5, 0.6], pts_ns=0)


def test_a_track_keeps_its_identity_while_it_walks():
    tracker = ByteTrack()
    ids = [tracker.update(person(100 + 5 * frame, 300, frame)).track_id.tolist() for frame in range(20)]
    assert ids == [[1]] * 20


def test_a_lost_track_ends_after_its_time_and_its_number_is_not_used_again():
    tracker = ByteTrack(lost_after_s=0.5)
    for frame in range(5):
        tracker.update(person(100, 300, frame))
    nobody = [
        tracker.update(Detections.of(np.empty((0, 4)), confidence=[], pts_ns=frame * 100_000_000))
        for frame in range(5, 15)
    ]
    assert [track for tracks in nobody for track in tracks.removed] == [1]
    later = [tracker.update(person(100, 300, frame)).track_id.tolist() for frame in (15, 16, 17)]
    assert later[-1] == [2]


def test_time_that_runs_backwards_is_refused_and_a_new_epoch_is_not():
    tracker = ByteTrack()
    tracker.update(person(100, 300, 5))
    with pytest.raises(ValueError, match="pts_ns"):
        tracker.update(person(100, 300, 1))
    restarted = Detections.of([[80, 200, 120, 300]], confidence=[0.9], pts_ns=0, epoch=1)
    tracker.update(restarted)


def test_a_line_counts_both_ways():
    line, tracker = LineZone((0, 240), (640, 240), size_px=SIZE), ByteTrack()
    path = [*range(200, 290, 10), *range(290, 200, -10)]
    events = [
        event for frame, y in enumerate(path) for event in line.update(tracker.update(person(300, y, frame)))
    ]
    assert [event.direction for event in events] == ["in", "out"]
    assert (line.in_count, line.out_count) == (1, 1)


def test_a_zone_tells_who_came_stayed_and_went():
    zone = PolygonZone([(200, 100), (400, 100), (400, 400), (200, 400)], size_px=SIZE, dwell_s=1.0)
    tracker = ByteTrack()
    path = [*range(150, 300, 10), *[300] * 10, *range(300, 460, 10)]
    events = [
        event for frame, x in enumerate(path) for event in zone.update(tracker.update(person(x, 300, frame)))
    ]
    kinds = [event.type.split(".")[2] for event in events if event.type != "sightline.zone.count_changed.v1"]
    assert kinds == ["entered", "dwelled", "exited"]
    assert zone.current_count == 0


def test_two_zones_share_a_border_and_no_point():
    left = PolygonZone([(0, 0), (320, 0), (320, 480), (0, 480)], size_px=SIZE)
    right = PolygonZone([(320, 0), (640, 0), (640, 480), (320, 480)], size_px=SIZE)
    points = [(320, y) for y in range(1, 479)] + [(x, 200) for x in range(1, 639)]
    assert (left.contains(points).astype(int) + right.contains(points).astype(int) == 1).all()


def test_coordinates_in_pixels_are_told_what_to_do():
    with pytest.raises(ConfigError, match="from_pixels"):
        Line("door", (64, 300), (590, 300))
    with pytest.raises(ConfigError, match="from_pixels"):
        Zone("queue", [(0, 0), (640, 0), (640, 480)])
    assert Line.from_pixels("door", (64, 240), (576, 240), size=SIZE).start == (0.1, 0.5)


def test_rules_close_what_is_open_at_the_end():
    rules = Rules(Scene(zones=[Zone("all", [(0, 0), (1, 0), (1, 1), (0, 1)])]), size_px=SIZE)
    tracker = ByteTrack()
    for frame in range(5):
        rules.update(tracker.update(person(300, 300, frame)))
    (exited,) = [event for event in rules.finish() if event.type == "sightline.zone.exited.v1"]
    assert (exited.reason, exited.dwell_ms) == ("ended", 400)


def test_boxes_and_points_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"xyxy: expected shape \(N, 4\), found \(4, 3\)"):
        Detections.of(np.zeros((4, 3)), confidence=[0.9] * 3, pts_ns=0)
    zone = PolygonZone([(100, 100), (300, 100), (300, 300)], size_px=SIZE)
    with pytest.raises(ValueError, match=r"points: expected shape \(N, 2\), found \(2, 3\)"):
        zone.contains([[1, 2, 3], [4, 5, 6]])
    assert zone.contains((250, 150)).tolist() == [True]
    assert zone.contains([]).shape == (0,)


def test_a_picture_without_a_size_is_refused():
    for size in ((0, 480), (640, -1)):
        with pytest.raises(ConfigError, match="at least 1 px"):
            LineZone((0, 0), (10, 10), size_px=size)


@pytest.mark.parametrize(
    "option",
    [
        {"lost_after_s": float("nan")},
        {"lost_after_s": -1.0},
        {"frame_rate": 0.0},
        {"frame_rate": float("inf")},
    ],
    ids=["nan", "negative", "no-rate", "infinite-rate"],
)
def test_a_tracker_with_times_that_are_none_is_refused(option):
    with pytest.raises(ValueError, match=f"{next(iter(option))}: expected"):
        ByteTrack(**option)


def test_tracks_may_be_kept_for_ever():
    tracker = ByteTrack(lost_after_s=1e20)
    for frame in (0, 1, 10_000):
        tracks = tracker.update(person(300, 300, frame))
    assert tracks.track_id.tolist() == [1]
