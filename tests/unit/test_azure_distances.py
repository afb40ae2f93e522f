"""Azure's distance events: who stands too close or too far, and when that is told."""

import numpy as np
import pytest
from tests.support.azure_runs import (
    APART,
    CLOSE,
    COUNT,
    DISTANCE,
    GIVEN,
    GROUND,
    SIZE,
    camera,
    counts,
    distances,
    play,
)

from sightline.calibration import Calibration
from sightline.ground import GroundPlane


def test_distances_are_told_when_the_violation_changes_and_once_when_it_ends():
    walk = [APART] * 2 + [CLOSE] * 3 + [{**CLOSE, 3: (310, 255)}] * 2 + [APART] * 2
    run = play(walk, camera(DISTANCE))
    assert distances(run)[:3] == [(2, "TooClose", 2, 2), (5, "TooClose", 3, 3), (7, "TooClose", 0, 3)]
    (_, event, body), *_ = run.told("personDistanceEvent")
    first, second = (GROUND.locate([foot])[0] / 0.3048 for foot in CLOSE.values())
    assert event["properties"]["averageDistance"] == pytest.approx(
        float(np.hypot(*(first - second))), abs=5e-4
    )
    assert event["properties"]["minimumDistanceThreshold"] == 6.0
    assert event["properties"]["maximumDistanceThreshold"] == "Infinity"
    assert len(body["detections"]) == 2


def test_both_limits_broken_are_two_events_close_first():
    walk = [{1: (200, 250), 2: (215, 250), 3: (440, 250)}] * 2
    run = play(walk, camera({**DISTANCE, "maximum_ft": 8.0}))
    assert distances(run)[:2] == [(0, "TooClose", 2, 3), (0, "TooFar", 3, 3)]
    whom = [len(event["detectionIds"]) for _, event, _ in run.told("personDistanceEvent")]
    assert whom[:2] == [2, 3]
    assert run.told("personDistanceEvent")[1][1]["properties"]["maximumDistanceThreshold"] == 8.0


def test_distances_at_intervals_take_frames_together():
    # Ten frames to an interval: seven close, three apart. The first event is that of the first frame.
    walk = [APART] * 4 + [CLOSE] * 7
    beat = {**DISTANCE, "trigger": "interval", "interval_s": 1.0}
    mode = play(walk, camera({**beat, "aggregation": "mode"}))
    mean = play(walk, camera({**beat, "aggregation": "average"}))
    assert distances(mode) == [(0, "TooClose", 0, 2), (10, "TooClose", 2, 2)]
    # 14 of 10 frames is 1.4 people, rounded to one.
    assert distances(mean) == [(0, "TooClose", 0, 2), (10, "TooClose", 1, 2)]
    near, far = (
        float(np.hypot(*np.diff(GROUND.locate(list(feet.values())), axis=0)[0])) / 0.3048
        for feet in (CLOSE, APART)
    )
    said = [run.told("personDistanceEvent")[1][1]["properties"]["averageDistance"] for run in (mode, mean)]
    assert said == pytest.approx([near, 0.7 * near + 0.3 * far], abs=5e-4)


def test_a_violation_ends_with_the_stream():
    assert distances(play([CLOSE] * 3, camera(DISTANCE))) == [(0, "TooClose", 2, 2), (3, "TooClose", 0, 0)]


def test_the_most_frequent_state_is_told_and_of_equals_the_latest():
    crowd = {**CLOSE, 3: (310, 255)}
    beat = {**DISTANCE, "trigger": "interval", "interval_s": 1.0, "aggregation": "mode"}
    # The state that came last was there in three of ten frames; then each was there in five.
    often = play([CLOSE] * 8 + [crowd] * 3, camera(beat))
    assert distances(often)[1] == (10, "TooClose", 2, 2)
    equal = play([CLOSE] * 6 + [crowd] * 5, camera(beat))
    assert distances(equal)[1] == (10, "TooClose", 3, 3)


def test_distances_begin_anew_when_the_ground_is_lost_and_found():
    lost = Calibration("calibrating", progress=0.5)
    walk = [CLOSE] * 9
    known = [lost, GIVEN, GIVEN, lost, lost, GIVEN, GIVEN, GIVEN, GIVEN]
    assert distances(play(walk, camera(DISTANCE), calibrations=known))[:4] == [
        (0, "unknown", 0, 2),
        (1, "TooClose", 2, 2),
        (3, "unknown", 0, 2),
        (5, "TooClose", 2, 2),
    ]
    # Frames before the ground was lost do not count towards the next summary.
    walk = [APART] * 4 + [{**APART, 2: (200, 340)}] + [CLOSE] * 6
    known = [GIVEN] * 4 + [lost] + [GIVEN] * 6
    beat = {**DISTANCE, "trigger": "interval", "interval_s": 1.0, "aggregation": "average"}
    (_, _, violations, people) = distances(play(walk, camera(beat), calibrations=known))[1]
    assert (violations, people) == (2, 2)


def test_distances_without_a_violation_are_told_at_intervals_by_the_limit_that_there_is():
    beat = {"event": "persondistance", "region": "till", "trigger": "interval", "interval_s": 0.2}
    run = play([APART] * 3, camera({**beat, "maximum_ft": 90.0}))
    assert distances(run) == [(0, "TooFar", 0, 2), (2, "TooFar", 0, 2)]


def test_distances_are_unknown_until_the_camera_is_calibrated():
    calibrating = [Calibration("calibrating", progress=0.5)] * 5 + [
        Calibration("calibrated", ground=GROUND)
    ] * 3
    walk = [{}] + [CLOSE] * 7
    run = play(walk, camera(DISTANCE), calibrations=calibrating)
    assert distances(run)[:-1] == [(0, "unknown", 0, 0), (1, "unknown", 0, 2), (5, "TooClose", 2, 2)]
    beat = {**DISTANCE, "trigger": "interval", "interval_s": 0.4}
    run = play(walk, camera(beat), calibrations=calibrating)
    assert distances(run) == [(0, "unknown", 0, 0), (4, "unknown", 0, 2)]


def test_people_above_the_horizon_have_no_distance():
    level = GroundPlane.from_camera(height_m=3.0, tilt_deg=0.5, focal_px=400.0, size_px=SIZE)
    walk = [{1: (300, 120), 2: (310, 120), 3: (300, 300)}] * 2
    run = play(walk, camera(DISTANCE, COUNT), calibrations=Calibration("given", ground=level))
    assert distances(run) == []
    assert counts(run)[0] == (0, 3)
