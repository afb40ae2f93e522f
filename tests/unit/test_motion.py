"""Places, speeds and directions on events, through the Python API and the configuration."""

import numpy as np
import pytest

import sightline
from sightline.config.toml import load_config, scene_of
from sightline.errors import ConfigError
from sightline.scene import Ground, GroundPoint

SIZE = (1000, 1000)
DOOR = sightline.Line("door", (0.0, 0.5), (1.0, 0.5))


def crossing(ground: Ground | None) -> sightline.LineCrossed:
    """Walk down over the door, 10 px a frame at ten frames a second."""
    rules = sightline.Rules(sightline.Scene(lines=[DOOR], ground=ground), size_px=SIZE)
    events = []
    for frame in range(40):
        y = 300.0 + 10 * frame
        tracks = sightline.Tracks(
            np.array([7], np.uint64),
            np.array([[380.0, y - 100, 420.0, y]]),
            confidence=np.array([0.9], np.float32),
            class_id=np.zeros(1, np.int32),
            pts_ns=frame * 100_000_000,
        )
        events += rules.update(tracks)
    [event] = events
    return event


def test_measured_points_give_places_and_speeds():
    corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
    points = [GroundPoint((x, y), (10 * x, 10 - 10 * y)) for x, y in corners]
    event = crossing(Ground(points=points))
    assert event.ground_m == (4.0, 5.0)
    assert (event.speed_mps, event.heading_deg) == (1.0, 180.0)


def test_a_camera_gives_places_and_speeds():
    event = crossing(Ground(height_m=4.0, tilt_deg=35.0, view_deg=70.0))
    plane = sightline.GroundPlane.from_camera(
        height_m=4.0, tilt_deg=35.0, focal_px=500 / np.tan(np.radians(35)), size_px=SIZE
    )
    assert event.ground_m == pytest.approx(plane.locate([(400, 500)])[0], abs=0.001)
    assert 0.5 < event.speed_mps < 3.0
    assert event.heading_deg == pytest.approx(180.0, abs=15)


def test_without_a_ground_there_is_a_direction_in_the_picture():
    event = crossing(None)
    assert (event.ground_m, event.speed_mps, event.heading_deg) == (None, None, 180.0)


@pytest.mark.parametrize(
    ("ground", "words"),
    [
        ("height_m = 4", "either points, or height_m, tilt_deg and view_deg together"),
        ("height_m = -4\ntilt_deg = 30\nview_deg = 60", r"cameras\[0\].ground.height_m"),
        ("points = [{ at = [0, 0], metres = [0, 0] }]", "four or more pairs of points, found 1"),
        ("points = []\nheight_m = 4", "either points"),
    ],
)
def test_a_ground_that_is_none_is_a_fault(tmp_path, ground, words):
    (tmp_path / "run.toml").write_text(f'[[cameras]]\nsource = "a.mp4"\n[cameras.ground]\n{ground}\n')
    with pytest.raises(ConfigError, match=words):
        load_config(tmp_path / "run.toml")


def test_a_ground_is_configured_by_file(tmp_path):
    text = '[[cameras]]\nsource = "a.mp4"\n[cameras.ground]\nheight_m = 4.2\ntilt_deg = 30\nview_deg = 60\n'
    (tmp_path / "run.toml").write_text(text)
    scene = scene_of(load_config(tmp_path / "run.toml").cameras[0])
    assert scene.ground == Ground(height_m=4.2, tilt_deg=30, view_deg=60)
