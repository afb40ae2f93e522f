"""Pixels become metres: from points, cameras and people; what can't be known is refused with the reason."""

import math

import numpy as np
import pytest

import sightline

SIZE = (1920, 1080)


def camera(**more) -> sightline.GroundPlane:
    numbers = {"height_m": 5.0, "tilt_deg": 30.0, "focal_px": 1200.0, "size_px": SIZE, **more}
    return sightline.GroundPlane.from_camera(**numbers)


def test_a_camera_locates_and_projects():
    ground = camera()
    ahead = ground.locate([(960, 540)])
    assert ahead == pytest.approx(np.array([[0.0, 5 / math.tan(math.radians(30))]]))
    assert np.isnan(ground.locate([(960, -400)])).all()
    places = np.array([[1.0, 8.0], [-2.0, 12.0]])
    assert ground.locate(ground.project(places)) == pytest.approx(places)
    heads, feet = ground.project(places, height_m=1.7), ground.project(places)
    assert (feet[:, 1] - heads[:, 1] > 100).all()
    assert (ground.height_m, ground.tilt_deg, ground.focal_px) == pytest.approx((5.0, 30.0, 1200.0))
    assert repr(ground) == "GroundPlane(height_m=5.00, tilt_deg=30.0, focal_px=1200)"


def test_distances_and_scale_are_in_metres():
    ground = camera()
    a, b = ground.project([[0.0, 8.0], [3.0, 12.0]])
    assert float(ground.distance_m(a, b)) == pytest.approx(5.0)
    assert ground.distance_m([a, a], [b, a]).tolist() == pytest.approx([5.0, 0.0])
    assert ground.distance_ft([a, a], [b, a]).tolist() == pytest.approx([5.0 / 0.3048, 0.0])
    assert np.isnan(ground.distance_ft(a, (960, -400)))
    near, far = ground.metres_per_px(ground.project([[0.0, 5.0], [0.0, 20.0]]))
    assert 0.003 < near < far < 0.2


def test_points_find_what_a_camera_sees():
    truth = camera(roll_deg=3.0)
    metres = np.array([[-3.0, 6.0], [3.0, 6.0], [4.0, 14.0], [-4.0, 14.0], [0.0, 10.0]])
    ground = sightline.GroundPlane.from_points(truth.project(metres), metres)
    probe = [(900.0, 700.0), (1200.0, 400.0)]
    assert ground.locate(probe) == pytest.approx(truth.locate(probe))
    assert ground.residual_m < 1e-9
    assert ground.height_m is None
    assert np.isnan(ground.project(metres, height_m=1.7)).all()
    matrix = [[0.01, 0, 0], [0, 0.01, 0], [0, 0, 1]]
    assert sightline.GroundPlane.from_homography(matrix, visible=(5, 5)).locate([(200, 300)]).tolist() == [
        [2.0, 3.0]
    ]


def test_a_pinhole_with_a_lens_is_undone():
    sin, cos = math.sin(0.5), math.cos(0.5)
    ground = sightline.GroundPlane.from_pinhole(
        focal_px=(1200, 1200),
        center_px=(960, 540),
        rotation=[[1, 0, 0], [0, -sin, -cos], [0, cos, -sin]],
        translation=[0, 4 * cos, 4 * sin],
        k1=-0.15,
        k2=0.02,
    )
    places = np.array([[0.5, 6.0], [-2.0, 9.0]])
    assert ground.locate(ground.project(places)) == pytest.approx(places)
    assert ground.height_m == pytest.approx(4.0)


def people(ground: sightline.GroundPlane, *, seed: int = 3, count: int = 150) -> list[sightline.Tracks]:
    """People of 1.70 m, more or less, at random places in the picture, a frame each."""
    random = np.random.default_rng(seed)
    frames = []
    for person in range(1, count + 1):
        stature = random.normal(1.7, 0.08)
        feet = random.uniform((0, 0), SIZE, (8, 2))
        places = ground.locate(feet)
        seen = ~np.isnan(places[:, 0]) & (places[:, 1] < 60)
        feet, heads = feet[seen], ground.project(places[seen], height_m=float(stature))
        tall = feet[:, 1] - heads[:, 1]
        boxes = np.column_stack([feet[:, 0] - 0.2 * tall, heads[:, 1], feet[:, 0] + 0.2 * tall, feet[:, 1]])
        boxes[:, 1::2] += random.normal(0, 0.02, (len(tall), 2)) * tall[:, None]
        frames.append(
            sightline.Tracks(
                np.full(len(tall), person, np.uint64),
                boxes,
                confidence=np.full(len(tall), 0.9, np.float32),
                class_id=np.zeros(len(tall), np.int32),
                pts_ns=0,
            )
        )
    return frames


def test_people_calibrate_the_camera():
    calibration = sightline.AutoCalibration(SIZE, stature_m=1.7)
    for frame in people(camera()):
        calibration.add(frame)
    found = calibration.solve()
    assert found.errors is not None
    assert found.height_m == pytest.approx(5.0, abs=4 * found.errors.height_m)
    assert found.tilt_deg == pytest.approx(30.0, abs=4 * found.errors.tilt_deg)
    assert found.focal_px == pytest.approx(1200.0, abs=4 * found.errors.focal_px)
    assert found.errors.distance < 0.1
    a, b = camera().project([[0.0, 8.0], [3.0, 12.0]])
    assert float(found.distance_m(a, b)) == pytest.approx(5.0, rel=0.1)


def test_a_level_camera_needs_its_focal_length():
    level = camera(height_m=2.5, tilt_deg=1.0)
    with pytest.raises(ValueError, match=r"people don.t determine the camera: .*focal_px"):
        calibrate(level, count=60)
    known = calibrate(level, count=60, focal_px=1200.0)
    assert known.height_m == pytest.approx(2.5, abs=0.15)
    assert known.errors.focal_px == 0


def calibrate(ground, *, count, focal_px=None):
    calibration = sightline.AutoCalibration(SIZE, focal_px=focal_px)
    for frame in people(ground, count=count):
        calibration.add(frame)
    return calibration.solve()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (
            lambda: sightline.GroundPlane.from_points([(0, 0)] * 3, [(0, 0)] * 3),
            "four or more pairs of points, found 3",
        ),
        (
            lambda: sightline.GroundPlane.from_points(
                [(0, 0), (1, 1), (2, 2), (0, 1)], [(0, 0), (1, 0), (1, 1), (0, 1)]
            ),
            "no three may lie on a line",
        ),
        (lambda: sightline.GroundPlane.from_homography(np.zeros((3, 3)), visible=(0, 0)), "has no inverse"),
        (lambda: camera(height_m=-1.0), "height_m: expected a positive number of metres, found -1"),
        (lambda: sightline.AutoCalibration((0, 5)), "size_px: expected a positive width and height"),
        (
            lambda: sightline.AutoCalibration(SIZE).solve(),
            "expected 30 or more whole, standing people, found 0",
        ),
    ],
)
def test_refusals_say_what_to_do(make, words):
    with pytest.raises(ValueError, match=words):
        make()
