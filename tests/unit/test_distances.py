"""Distances in metres, and groups that are no breach: through the Python API and the configuration."""

import json

import numpy as np
import pytest

import sightline
from sightline.config import load_config, load_scene
from sightline.errors import ConfigError
from sightline.events import encode

SIZE = (1000, 1000)
# 4 m up, 20 degrees down, 60 degrees wide.
GROUND = sightline.Ground(height_m=4.0, tilt_deg=20.0, view_deg=60.0)
FOCAL_PX = 500 / np.tan(np.radians(30))
PLANE = sightline.GroundPlane.from_camera(height_m=4.0, tilt_deg=20.0, focal_px=FOCAL_PX, size_px=SIZE)
GROUND_TOML = "ground = { height_m = 4, tilt_deg = 20, view_deg = 60 }\n"
CAMERA = '[[cameras]]\nsource = "lobby.mp4"\n'


def watched(distance: sightline.Distance, frames: list[dict[int, tuple[float, float]]]) -> tuple[list, dict]:
    """Show feet in pixels by track, ten frames a second; return all events, and the counts before the end."""
    rules = sightline.Rules(sightline.Scene(distances=[distance], ground=GROUND), size_px=SIZE)
    events = []
    for frame, feet in enumerate(frames):
        boxes = [(x - 10, y - 60, x + 10, y) for x, y in feet.values()]
        events += rules.update(
            sightline.Tracks(
                np.array(list(feet), np.uint64),
                np.array(boxes, np.float64).reshape(-1, 4),
                confidence=np.full(len(feet), 0.9, np.float32),
                class_id=np.zeros(len(feet), np.int32),
                pts_ns=frame * 100_000_000,
            )
        )
    counts = rules.counts()["distances"][0]
    return events + rules.finish(), counts


def standing(*metres: tuple[float, float]) -> dict[int, tuple[float, float]]:
    """Where people are seen who stand on the ground."""
    return {n: (float(x), float(y)) for n, (x, y) in enumerate(PLANE.project(np.array(metres)), start=1)}


def test_metres_are_measured_on_the_ground():
    frames = [standing((0, 10), (gap, 10)) for gap in (2.5, 1.5, 1.2, 1.5, 2.5)]
    (close, parted), counts = watched(sightline.Distance(name="apart", threshold_m=2.0), frames)
    assert isinstance(close, sightline.PeopleCameClose)
    assert isinstance(parted, sightline.PeopleParted)
    assert (close.apart_m, parted.minimum_apart_m) == (1.5, 1.2)
    assert (close.pts_ns, parted.pts_ns) == pytest.approx((50_000_000, 350_000_000), abs=2)
    assert counts["nearest_m"] == pytest.approx(2.5)
    assert counts["contacts"] == 1
    data = json.loads(encode(close))["data"]
    assert data["apart_m"] == 1.5
    assert data["apart"] == pytest.approx(counts["nearest_px"] * 1.5 / 2.5 / 1000, abs=1e-6)


def test_as_many_pixels_far_away_are_no_breach_and_neither_is_the_sky():
    side_by_side = {1: (400.0, 900.0), 2: (500.0, 900.0), 3: (400.0, 250.0), 4: (500.0, 250.0)}
    sky = {5: (400.0, 100.0), 6: (401.0, 100.0)}
    events, _ = watched(sightline.Distance(name="apart", threshold_m=2.0), [{**side_by_side, **sky}])
    assert [(event.track_id, event.other_id) for event in events] == [(1, 2), (1, 2)]
    events, _ = watched(sightline.Distance(name="apart", threshold=0.11), [{**side_by_side, **sky}])
    came = [event for event in events if isinstance(event, sightline.PeopleCameClose)]
    assert [(e.track_id, e.other_id, e.apart_m is None) for e in came] == [
        (1, 2, False),
        (3, 4, False),
        (5, 6, True),
    ]


def test_without_a_ground_there_are_no_metres():
    rules = sightline.Rules(
        sightline.Scene(distances=[sightline.Distance(name="apart", threshold=0.1)]), size_px=SIZE
    )
    two = sightline.Tracks(
        np.array([1, 2], np.uint64),
        np.array([(0, 0, 20, 60), (30, 0, 50, 60)], np.float64),
        confidence=np.ones(2, np.float32),
        class_id=np.zeros(2, np.int32),
        pts_ns=0,
    )
    [close] = rules.update(two)
    assert (close.apart, close.apart_m) == (0.03, None)
    assert rules.counts()["distances"][0]["nearest_m"] is None
    [parted] = rules.finish()
    assert parted.minimum_apart_m is None


@pytest.mark.parametrize(
    ("group_s", "exclude", "pairs"),
    [
        (None, False, {(1, 2), (1, 3), (2, 3)}),
        (None, True, {(1, 3), (2, 3)}),
        (3.5, True, set()),
    ],
    ids=["everybody", "two-seconds", "three-and-a-half"],
)
def test_who_came_together_is_no_breach(group_s, exclude, pairs):
    # Two come together, and three seconds later somebody comes to them.
    frames = [standing((0, 10), (1, 10))] * 30 + [standing((0, 10), (1, 10), (0.5, 10))] * 30
    keep = sightline.Distance(name="apart", threshold_m=2.0, exclude_groups=exclude, group_s=group_s)
    events, _ = watched(keep, frames)
    assert {(event.track_id, event.other_id) for event in events} == pairs
    # Who came last could have joined the two through somebody else until four seconds after they came.
    late = [e for e in events if isinstance(e, sightline.PeopleCameClose) and e.other_id == 3]
    certain = 4_100_000_000 if exclude else 3_000_000_000
    assert {(event.pts_ns, event.confirmed_pts_ns) for event in late} <= {(3_000_000_000, certain)}


@pytest.mark.parametrize(
    ("ground", "distance", "at", "message"),
    [
        ("", "threshold_m = 2", "distances[0].threshold_m", "say where the ground is, or give threshold"),
        ("", "", "distances[0].apart.threshold", "found neither"),
        ("", "threshold = 0.1\nthreshold_m = 2", "distances[0].apart.threshold", "found both"),
        ("", "threshold_m = 0", "distances[0].threshold_m", "more than 0"),
        (GROUND_TOML, 'threshold_m = 2\nanchor = "center"', "distances[0].anchor", "only feet"),
        ("", "threshold = 0.1\ngroup_s = 3", "distances[0].apart.group_s", "exclude_groups = true beside it"),
        ("", "threshold = 0.1\nexclude_groups = 1", "distances[0].exclude_groups", "true or false"),
    ],
    ids=["no-ground", "neither", "both", "nothing", "heads", "no-groups", "no-bool"],
)
def test_what_makes_no_distance_says_why(tmp_path, ground, distance, at, message):
    file = tmp_path / "scene.toml"
    file.write_text(f'{ground}[[distances]]\nname = "apart"\n{distance}\n')
    with pytest.raises(ConfigError) as caught:
        load_scene(file)
    [fault] = caught.value.faults
    assert fault.path == at
    assert message in fault.message


def test_a_camera_takes_metres_where_the_scene_file_has_the_ground(tmp_path):
    (tmp_path / "scene.toml").write_text(GROUND_TOML)
    distance = '[[cameras.distances]]\nname = "apart"\nthreshold_m = 1.83\nexclude_groups = true\n'
    run = tmp_path / "run.toml"
    run.write_text(f'{CAMERA}scene = "scene.toml"\n{distance}')
    [camera] = load_config(run).cameras
    [keep] = camera.distances
    assert (keep.threshold, keep.threshold_m, keep.exclude_groups, keep.group_s) == (None, 1.83, True, None)
    run.write_text(f"{CAMERA}{distance}")
    with pytest.raises(ConfigError, match=r"cameras\[0\]\.distances\[0\]\.threshold_m"):
        load_config(run)
