"""The camera, the paths and the truth about crossings and visits, against sampling and hand-made numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.scene import Line, Zone
from sightline.synthetic import Camera, GroundPoint, Path, SyntheticScene, Waypoint, default_scene, walk
from sightline.synthetic.truth import line_crossings, zone_visits

# Square in the picture: one meter at ten meters' distance is a hundred pixels.
PLAIN = Camera(height_m=5.0, focal_px=1000.0, shift_px=320.0)


def orientation(start, end, point):
    return (end[0] - start[0]) * (point[1] - start[1]) - (end[1] - start[1]) * (point[0] - start[0])


def sampled_crossings(path, line, camera, step_s=0.001):
    """Yield (time, direction) by comparing sides at 1 kHz: slow, and nothing in common with the solver."""
    size = np.array([camera.width, camera.height])
    start, end = np.array(line.start) * size, np.array(line.end) * size
    times = np.arange(path.start_s, path.end_s, step_s)
    points = [camera.pixels_from_ground(path.place(time)) for time in times]
    for time, before, after in zip(times, points, points[1:], strict=False):
        first, second = orientation(start, end, before), orientation(start, end, after)
        beside = orientation(before, after, start) * orientation(before, after, end) < 0
        if (first >= 0) != (second >= 0) and beside:
            yield time, "in" if second >= 0 else "out"


def winding_inside(polygon, point):
    """Return whether the angles to the corners add up to a full turn."""
    corners = np.array(polygon) - np.array(point)
    angles = np.arctan2(corners[:, 1], corners[:, 0])
    turns = np.diff(angles, append=angles[0])
    return abs(np.sum((turns + np.pi) % (2 * np.pi) - np.pi)) > np.pi


def sampled_visits(path, zone, camera, step_s=0.001):
    polygon = [(x * camera.width, y * camera.height) for x, y in zone.polygon]
    times = np.arange(path.start_s, path.end_s, step_s)
    inside = [winding_inside(polygon, camera.pixels_from_ground(path.place(time))) for time in times]
    edges = np.flatnonzero(np.diff(np.array([False, *inside, False]).astype(int)))
    bounded = [times[min(edge, len(times) - 1)] for edge in edges]
    return list(zip(bounded[::2], bounded[1::2], strict=True))


def test_camera_projects_as_a_pinhole():
    assert PLAIN.pixels_from_ground(GroundPoint(0.0, 10.0)) == (640.0, 540.0)
    assert PLAIN.pixels_from_ground(GroundPoint(1.0, 10.0)) == (740.0, 540.0)
    assert PLAIN.project(0.0, 10.0, 5.0).point_px == (640.0, 40.0)  # as high as the lens: on the horizon
    assert PLAIN.pixels_per_meter(GroundPoint(3.0, 10.0)) == 100.0


def test_a_tilted_camera_sees_below_its_axis():
    camera = Camera(height_m=5.0, focal_px=800.0, tilt_deg=45.0, shift_px=0.0)
    assert camera.pixels_from_ground(GroundPoint(0.0, 5.0)) == pytest.approx((640.0, 360.0))


@given(x=st.floats(-8, 8), y=st.floats(4, 30), tilt=st.floats(0, 60), shift=st.floats(0, 300))
def test_ground_and_pixels_are_inverse(x, y, tilt, shift):
    camera = Camera(tilt_deg=tilt, shift_px=shift)
    pixel = camera.pixels_from_ground(GroundPoint(x, y))
    back_x, back_y = camera.ground_from_pixels(np.array([pixel[0]]), np.array([pixel[1]]))
    assert (back_x[0], back_y[0]) == pytest.approx((x, y), abs=1e-6)


def test_the_sky_is_farther_than_any_wall():
    _, far = PLAIN.ground_from_pixels(np.array([640.0]), np.array([39.0]))
    assert far[0] > 1e8


def test_walk_keeps_its_speed_and_path_interpolates():
    path = walk(1.0, [(0.0, 10.0), (3.0, 14.0), (3.0, 15.0)], speed_mps=(2.5, 0.5))
    assert (path.start_s, path.end_s) == (1.0, 5.0)
    assert path.place(2.0) == (1.5, 12.0)
    assert path.walked_m(4.0) == 5.5
    assert path.velocity(2.0) == pytest.approx((1.5, 2.0))
    assert path.place(0.0) == (0.0, 10.0)
    assert path.place(9.0) == (3.0, 15.0)


def test_paths_out_of_order_are_refused():
    here = GroundPoint(0.0, 9.0)
    with pytest.raises(ValueError, match=r"order of time: 1\.0 s follows 2\.0 s"):
        Path((Waypoint(2.0, here), Waypoint(1.0, here)))
    with pytest.raises(ValueError, match="at least 2 waypoints, found 1"):
        Path((Waypoint(2.0, here),))


def test_direction_in_is_from_the_left_of_start_to_end_to_its_right():
    downward = Line(
        "door", (0.5, 0.4), (0.5, 0.9)
    )  # facing down the picture, the right hand is at its left border
    leftward = walk(0.0, [(2.0, 10.0), (-2.0, 10.0)], speed_mps=1.0)
    (crossing,) = line_crossings(leftward, 7, downward, PLAIN)
    assert (crossing.direction, crossing.time_s, crossing.track_id, crossing.line) == ("in", 2.0, 7, "door")
    rightward = walk(0.0, [(-2.0, 10.0), (2.0, 10.0)], speed_mps=1.0)
    (crossing,) = line_crossings(rightward, 7, downward, PLAIN)
    assert crossing.direction == "out"


def test_time_follows_the_floor_and_not_the_picture():
    # From 5 m to 10 m away at 1 m/s; y = 40 + 5000 / distance passes 665 at 8 m, though not at 3/5 of the pixels.
    path = walk(0.0, [(0.0, 5.0), (0.0, 10.0)], speed_mps=1.0)
    line = Line("sill", (0.1, 665 / 720), (0.9, 665 / 720))
    (crossing,) = line_crossings(path, 1, line, PLAIN)
    assert crossing.time_s == pytest.approx(3.0, abs=1e-9)


def test_round_the_end_and_a_turn_before_are_no_crossings():
    line = Line("door", (0.5, 0.6), (0.5, 0.9))
    assert not list(line_crossings(walk(0.0, [(-3.0, 18.0), (3.0, 18.0)]), 1, line, PLAIN))
    assert not list(line_crossings(walk(0.0, [(-3.0, 10.0), (-0.1, 10.0), (-3.0, 10.0)]), 1, line, PLAIN))


def test_a_visit_may_begin_and_end_with_the_path():
    zone = Zone("all", [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)])
    path = walk(1.0, [(0.0, 10.0), (1.0, 10.0)], speed_mps=0.5)
    (visit,) = zone_visits(path, 3, zone, PLAIN)
    assert (visit.entered_s, visit.exited_s, visit.dwell_s) == (1.0, 3.0, 2.0)


places = st.tuples(st.floats(-5, 5), st.floats(8, 18))


@given(points=st.lists(places, min_size=2, max_size=4, unique=True), tilt=st.floats(0, 20))
def test_crossings_match_sampling(points, tilt):
    camera = Camera(tilt_deg=tilt)
    try:
        path = walk(0.0, points, speed_mps=12.0)
    except ValueError:
        return  # two places so close that no time passes between them
    line = Line("any", (0.31, 0.37), (0.62, 0.83))
    exact = list(line_crossings(path, 1, line, camera))
    sampled = list(sampled_crossings(path, line, camera))
    if len(exact) == len(sampled):  # a sample misses a line that is cut twice within it, at a turn
        for crossing, (time_s, direction) in zip(exact, sampled, strict=True):
            assert crossing.direction == direction
            assert crossing.time_s == pytest.approx(time_s, abs=0.002)
    else:
        assert (len(exact) - len(sampled)) % 2 == 0


@pytest.fixture(scope="module")
def scene() -> SyntheticScene:
    return default_scene()


@pytest.mark.slow
def test_default_crossings_agree_with_sampling(scene):
    truth = scene.truth()
    sampled = [
        (time_s, track_id, direction)
        for track_id, walker in enumerate(scene.walkers, start=1)
        for time_s, direction in sampled_crossings(walker.path, scene.lines[0], scene.camera)
        if time_s <= scene.duration_s
    ]
    assert len(sampled) == len(truth.crossings) >= 5
    for crossing, (time_s, track_id, direction) in zip(truth.crossings, sorted(sampled), strict=True):
        assert (crossing.track_id, crossing.direction) == (track_id, direction)
        assert crossing.time_s == pytest.approx(time_s, abs=0.002)


@pytest.mark.slow
def test_default_visits_agree_with_sampling(scene):
    sampled = [
        (entered_s, exited_s, track_id)
        for track_id, walker in enumerate(scene.walkers, start=1)
        for entered_s, exited_s in sampled_visits(walker.path, scene.zones[0], scene.camera, step_s=0.002)
    ]
    visits = scene.truth().visits
    assert len(sampled) == len(visits) >= 3
    for visit, (entered_s, exited_s, track_id) in zip(visits, sorted(sampled), strict=True):
        assert visit.track_id == track_id
        assert (visit.entered_s, visit.exited_s) == pytest.approx((entered_s, exited_s), abs=0.003)
