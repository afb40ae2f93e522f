"""The ground as Azure's messages tell it: published numbers of real cameras, in feet, and where zones are best placed."""

import math

import numpy as np
import pytest
from tests.support.azure_runs import GROUND, SIZE, camera, check

from sightline import Tracks
from sightline.calibration import Calibration
from sightline.events import ZoneEntered
from sightline.events.azure import AzureEncoder, Frame
from sightline.events.azure.placement import zone_placement
from sightline.geometry import PolygonSet
from sightline.ground import GroundPlane
from sightline.motions import Motions
from sightline.rules import Rules
from sightline.scene import Scene, Zone

FOOT_M = 0.3048
SAMPLE = ((608, 342), 401.2800598, 12.9940825, 1.05767000)
PEOPLE = [
    ((0.39988, 0.27193, 0.50515, 0.64884), (-1.464, 18.297), (0.457, 0.623)),
    ((0.52003, 0.28754, 0.64575, 0.61833), (2.631, 18.636), (0.577, 0.613)),
]


def ground_of(size, focal_px, height_ft, tilt_rad):
    """A camera by the container's numbers: feet, and radians from straight down."""
    tilt_deg = math.degrees(math.pi / 2 - tilt_rad)
    return GroundPlane.from_camera(
        height_m=height_ft * FOOT_M, tilt_deg=tilt_deg, focal_px=focal_px, size_px=size
    )


def test_the_calibration_samples_first_box_stands_where_it_says():
    ground = ground_of((640, 360), 372.0000305, 13.2941513, 0.95818645)
    across, ahead = ground.locate([(0.10015649 * 640, 0.27576602 * 360)])[0] / FOOT_M
    assert (across, ahead) == (pytest.approx(-22.944, rel=0.01), pytest.approx(31.488, rel=0.01))


@pytest.mark.parametrize(("box", "place_ft", "shown_at"), PEOPLE)
def test_the_distance_samples_people_stand_in_their_boxes(box, place_ft, shown_at):
    (width, height), *_ = SAMPLE
    x, y = ground_of(*SAMPLE).project([np.array(place_ft) * FOOT_M])[0]
    assert (x / width, y / height) == pytest.approx(shown_at, abs=1e-3)
    assert box[0] < x / width < box[2]
    assert box[1] < y / height < box[3]


def test_the_distance_sample_is_told_again():
    size, focal_px, height_ft, tilt_rad = SAMPLE
    ground = ground_of(*SAMPLE)
    scene = Scene(zones=[Zone("lounge", [(0.01, 0.01), (0.99, 0.01), (0.99, 0.99), (0.01, 0.99)])])
    count = len(PEOPLE)
    tracks = Tracks(
        np.arange(1, count + 1, dtype=np.uint64),
        np.array([box for box, *_ in PEOPLE]) * np.array([*size, *size]),
        confidence=np.full(count, 0.9, np.float32),
        class_id=np.zeros(count, np.int32),
        pts_ns=0,
        size_px=size,
    )
    events = Rules(scene, size_px=size, camera_id="east").update(tracks)
    assert [type(event) for event in events][:2] == [ZoneEntered, ZoneEntered]
    places = np.array([place for _, place, _ in PEOPLE]) * FOOT_M
    unknown = np.full(count, math.nan)
    frame = Frame(
        0, 0, 0, tracks, Motions(places, unknown, unknown, unknown), Calibration("given", ground=ground)
    )
    options = camera({"event": "persondistance", "region": "lounge", "minimum_ft": 6.0})
    made = AzureEncoder(
        options, camera_id="east", size_px=size, started_at="2020-08-24T06:17:25Z", scene=scene
    )
    _, message = made.messages(frame, events)
    body = check(message)
    said, info = body["events"][0]["properties"], body["sourceInfo"]["cameraCalibrationInfo"]
    assert (said["eventName"], said["distanceViolationPersonCount"]) == ("TooClose", 2)
    assert said["averageDistance"] == pytest.approx(4.109, abs=1e-3)
    assert info["cameraHeight"] == pytest.approx(height_ft, abs=5e-4)
    assert info["focalLength"] == pytest.approx(focal_px, abs=5e-4)
    assert info["tiltupAngle"] == pytest.approx(tilt_rad, abs=1e-6)
    told = [
        tuple(float(d["metadata"][f"centerGroundPoint{axis}"]) for axis in "XY") for d in body["detections"]
    ]
    assert told == [place for _, place, _ in PEOPLE]


def placement(ground=GROUND, size=SIZE):
    return zone_placement(ground, size)


def test_boxes_stand_on_an_even_grid_with_the_ground_at_their_corner():
    advice = placement()
    boxes = np.array(
        [[(p.x, p.y) for p in box.points] for box in advice.uniformly_spaced_person_bounding_boxes]
    )
    corners = np.array([(p.x, p.y) for p in advice.person_bounding_box_ground_points])
    assert len(boxes) == len(corners) > 10
    assert GROUND.locate(boxes[:, 1] * SIZE) / FOOT_M == pytest.approx(corners, abs=5e-3)
    feet = np.stack([boxes[:, :, 0].mean(axis=1), boxes[:, 1, 1]], axis=1) * SIZE
    grid = GROUND.locate(feet) / 2.0
    assert np.abs(grid - grid.round()).max() < 1e-3
    heads = GROUND.project(GROUND.locate(feet), height_m=1.7)
    assert heads[:, 1] / SIZE[1] == pytest.approx(boxes[:, 0, 1], abs=1e-5)
    assert boxes.min() >= 0
    assert boxes.max() <= 1


def test_regions_are_where_people_are_seen_well():
    advice = placement()
    optimal, fair = (
        [(p.x, p.y) for p in region.points]
        for region in (advice.optimal_zone_region, advice.fair_zone_region)
    )
    assert PolygonSet([fair]).contains(np.array(optimal) * 0.98 + 0.01).all()
    rng = np.random.default_rng(7)
    points = rng.random((2000, 2))
    feet = points * SIZE
    heads = GROUND.project(GROUND.locate(feet), height_m=1.7)
    share = (feet[:, 1] - heads[:, 1]) / SIZE[1]
    places = GROUND.locate(feet)
    depression = np.degrees(np.arctan2(3.5, np.hypot(*places.T)))
    whole = ((heads >= 0) & (heads <= SIZE)).all(axis=1)
    good = whole & (share >= 0.2) & (depression >= 20)
    found = PolygonSet([optimal]).contains(points)[:, 0]
    # They agree but for a rim as wide as the grid that regions are found on.
    assert (good == found).mean() > 0.96
    assert 0.2 < good.mean() < 0.9


def test_a_high_camera_gives_few_boxes():
    ground = GroundPlane.from_camera(height_m=25.0, tilt_deg=45.0, focal_px=3000.0, size_px=(1920, 1080))
    far = GroundPlane.from_camera(height_m=12.0, tilt_deg=40.0, focal_px=900.0, size_px=(1920, 1080))
    for advice in (placement(ground, (1920, 1080)), placement(far, (1920, 1080))):
        assert len(advice.uniformly_spaced_person_bounding_boxes) <= 13 * 13


def test_a_camera_that_shows_nobody_well_has_regions_without_points():
    sky = GroundPlane.from_camera(height_m=3.0, tilt_deg=-60.0, focal_px=400.0, size_px=SIZE)
    advice = placement(sky)
    assert advice.optimal_zone_region.points == advice.fair_zone_region.points == []
    assert advice.uniformly_spaced_person_bounding_boxes == []
