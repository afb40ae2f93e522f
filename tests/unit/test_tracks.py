"""The tracks of a frame as columns: anyone's can be put in, and rows can be picked."""

import math

import numpy as np
import pytest

import sightline
from sightline import _core


def columns(rows: int = 3) -> dict:
    return {
        "track_id": np.arange(1, rows + 1, dtype=np.uint64),
        "xyxy": np.arange(rows * 4, dtype=np.float64).reshape(rows, 4),
        "confidence": np.linspace(0.5, 0.9, rows, dtype=np.float32),
        "class_id": np.zeros(rows, np.int32),
    }


def test_columns_come_out_as_they_went_in():
    given = columns()
    more = {"detection": np.array([2, 0, 1], np.uint32), "age": np.array([9, 8, 7], np.uint32)}
    tracks = sightline.Tracks(
        **given, **more, removed=np.array([7], np.uint64), pts_ns=5, epoch=2, size_px=(64, 48)
    )
    for name, column in {**given, **more}.items():
        found = getattr(tracks, name)
        assert found.dtype == column.dtype
        assert (found == column).all()
    assert tracks.removed.tolist() == [7]
    assert (tracks.pts_ns, tracks.epoch, tracks.size_px) == (5, 2, (64, 48))
    assert repr(tracks) == "Tracks([1, 2, 3] at 0.000 s)"


@pytest.mark.parametrize(
    ("rows", "ids"),
    [
        (np.array([True, False, True]), [1, 3]),
        (np.array([2, 0]), [3, 1]),
        (slice(1, None), [2, 3]),
        (slice(0, 0), []),
    ],
)
def test_rows_are_picked_as_numpy_picks_them(rows, ids):
    tracks = sightline.Tracks(**columns(), pts_ns=5)
    assert tracks[rows].track_id.tolist() == ids
    assert tracks[tracks.confidence > 0.6].track_id.tolist() == [2, 3]
    assert tracks[rows].pts_ns == 5


def test_columns_of_other_lengths_are_refused():
    wrong = {**columns(), "confidence": np.zeros(2, np.float32)}
    with pytest.raises(ValueError, match=r"\(N,\) for N = 3 identities, found \[3, 4\] and \[2, 3, 3, 3\]"):
        sightline.Tracks(**wrong, pts_ns=0)
    with pytest.raises(TypeError):
        sightline.Tracks(**{**columns(), "track_id": np.zeros(3)}, pts_ns=0)
    with pytest.raises(TypeError, match="mask, an array of rows or a slice"):
        sightline.Tracks(**columns(), pts_ns=0)[1]


def walk(tracker: sightline.ByteTrack, places: dict[int, float], class_id: int = 0) -> list[int]:
    """Return who is seen at these frames and places."""
    ids = []
    for frame, x in places.items():
        found = sightline.Detections.of(
            [[x, 50, x + 40, 150]], confidence=[0.9], class_id=[class_id], pts_ns=frame * 100_000_000
        )
        ids += tracker.update(found).track_id.tolist()
    return ids


FRAMES = {"time_step_s": 0.0, "uncertainty": 0.0, "doubt": 0.0, "slow_down_s": math.inf}
"""One step a frame, and nothing else beyond the improved life cycle."""


@pytest.mark.parametrize(
    ("options", "places"),
    [
        # Frames 20 to 23 are dropped by the source.
        ({"time_step_s": 0.1}, {frame: 12.0 * frame for frame in [*range(20), *range(24, 30)]}),
        # A width a frame.
        ({"uncertainty": 3.0}, {frame: 42.0 * frame for frame in range(10)}),
        # More than a width a frame.
        ({"buffered_iou": 0.5}, {frame: 46.0 * frame for frame in range(10)}),
    ],
)
def test_options_keep_an_identity_that_is_lost_without(options, places):
    always = [1] * len(places)
    assert walk(sightline.ByteTrack(**(FRAMES | options)), places) == always
    assert walk(sightline.ByteTrack(**FRAMES), places) != always


def test_the_default_keeps_them_too():
    for places in (
        {frame: 12.0 * frame for frame in [*range(20), *range(24, 30)]},
        # Two frames a second, at a normal pace of nearly a width a frame.
        {frame: 7.0 * frame for frame in range(0, 50, 5)},
    ):
        assert walk(sightline.ByteTrack(), places) == [1] * len(places)


def test_the_default_is_the_cores():
    assert sightline.ByteTrack().settings == pytest.approx(_core.default_settings())


def test_boxes_lean_toward_the_detections():
    box = {"xyxy": [[10, 10, 50, 90]], "confidence": [0.8]}
    moved = {"xyxy": [[18, 10, 58, 90]], "confidence": [0.8]}
    left = {}
    for lean in (0.0, 1.0):
        tracker = sightline.ByteTrack(lean=lean)
        tracker.update(sightline.Detections.of(**box, pts_ns=0))
        left[lean] = tracker.update(sightline.Detections.of(**moved, pts_ns=100_000_000)).xyxy[0, 0]
    assert left[1.0] == pytest.approx(left[0.0] + 0.8 * (18 - left[0.0]))


def test_a_camera_that_sways_loses_nobody():
    for shared_shift, kept in ((None, True), (False, False)):
        tracker = sightline.ByteTrack(shared_shift=shared_shift)
        for frame in range(60):
            swing = 30 * math.sin(frame - 15) if frame >= 15 else 0
            x = 100.0 + 120 * np.arange(10) + swing
            boxes = np.stack([x, np.full(10, 50), x + 50, np.full(10, 150)], axis=1)
            found = sightline.Detections.of(boxes, confidence=[0.9] * 10, pts_ns=frame * 100_000_000)
            tracks = tracker.update(found)
        assert (sorted(tracks.track_id.tolist()) == list(range(1, 11))) == kept


def test_parity_has_the_settings_of_the_original_unless_told_otherwise():
    plain = sightline.ByteTrack(mode="parity").settings
    assert (plain["track_high_thresh"], plain["new_track_thresh"], plain["match_thresh"]) == (0.5, 0.6, 0.8)
    assert (plain["frame_ns"], plain["uncertainty"], plain["slow_down_ns"]) == (None, 0.0, None)
    told = sightline.ByteTrack(mode="parity", match_thresh=0.9, time_step_s=0.1).settings
    assert (told["match_thresh"], told["frame_ns"]) == (0.9, 100_000_000)


def test_classes_are_told_apart_when_asked():
    for per_class, last in ((False, 1), (True, 2)):
        tracker = sightline.ByteTrack(per_class=per_class)
        walk(tracker, dict.fromkeys(range(3), 100.0))
        assert walk(tracker, dict.fromkeys(range(3, 6), 100.0), class_id=16)[-1] == last


def test_a_moving_camera_takes_everybody_along():
    for told, last in ((True, 1), (False, 2)):
        tracker = sightline.ByteTrack(observation_centric=True)
        walk(tracker, dict.fromkeys(range(5), 100.0))
        if told:
            tracker.move_camera([[1, 0, 300], [0, 1, 0]])
        assert walk(tracker, dict.fromkeys(range(5, 8), 400.0))[-1] == last


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        (np.eye(3), r"expected shape \(2, 3\), found \(3, 3\)"),
        ([[1, 2, 0], [2, 4, 0]], "invertible"),
        ([[1, 0, float("nan")], [0, 1, 0]], "finite"),
    ],
)
def test_a_motion_that_is_none_is_refused(matrix, words):
    with pytest.raises(ValueError, match=words):
        sightline.ByteTrack().move_camera(matrix)


@pytest.mark.parametrize(
    "option",
    [
        {"time_step_s": -1.0},
        {"uncertainty": -1.0},
        {"doubt": math.nan},
        {"slow_down_s": 0.0},
        {"lean": 1.1},
        {"buffered_iou": 1.5},
    ],
)
def test_options_out_of_range_are_refused(option):
    with pytest.raises(ValueError, match="expected"):
        sightline.ByteTrack(**option)


def test_another_epoch_forgets_every_track_and_says_so():
    tracker = sightline.ByteTrack()
    box = {"xyxy": [[10, 10, 50, 90]], "confidence": [0.9]}
    for pts_ns in (0, 100_000_000):
        tracks = tracker.update(sightline.Detections.of(**box, pts_ns=pts_ns))
    assert (tracks.track_id.tolist(), tracks.removed.tolist()) == ([1], [])
    tracks = tracker.update(sightline.Detections.of(**box, pts_ns=0, epoch=1))
    assert (tracks.track_id.tolist(), tracks.removed.tolist()) == ([2], [1])


@pytest.mark.parametrize(
    ("xyxy", "words"),
    [
        (np.zeros((3, 4)), "xyxy: expected a float32 array with 2 axes, found float64 with 2"),
        (np.zeros(12, np.float32), "found float32 with 1"),
        (np.zeros((4, 3), np.float32).T, "xyxy: expected a C-contiguous array"),
        ([[0.0, 0.0, 1.0, 1.0]] * 3, "found <class 'list'>"),
    ],
    ids=["float64", "flat", "transposed", "list"],
)
def test_columns_of_another_kind_are_refused_with_what_they_are(xyxy, words):
    tracker = sightline.ByteTrack()
    with pytest.raises(TypeError, match=words):
        tracker._core.update(xyxy, np.zeros(3, np.float32), np.zeros(3, np.int32), 0, 0, None)
