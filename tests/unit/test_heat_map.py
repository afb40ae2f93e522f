"""Heat maps: seconds for each cell, of the picture or of the ground, and as a picture."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import sightline
from sightline.render import heat_picture, save_png


def size_of(path: Path) -> tuple[int, int]:
    with Image.open(path) as picture:
        return picture.size


def frame(
    number: int, feet: list[tuple[float, float]], *, epoch: int = 0, fps: float = 10
) -> sightline.Tracks:
    boxes = [(x - 10, y - 60, x + 10, y) for x, y in feet]
    return sightline.Tracks(
        np.arange(1, len(feet) + 1, dtype=np.uint64),
        np.array(boxes, np.float64).reshape(-1, 4),
        confidence=np.full(len(feet), 0.9, np.float32),
        class_id=np.zeros(len(feet), np.int32),
        pts_ns=round(number * 1e9 / fps),
        epoch=epoch,
    )


def test_cells_have_the_seconds_that_people_stood_in_them():
    heat = sightline.HeatMap((640, 480), columns=4)
    for number in range(11):
        heat.update(frame(number, [(80, 240), (600, 470), (600, 470)]))
    expected = np.zeros((3, 4), np.float32)
    expected[1, 0], expected[2, 3] = 1.0, 2.0
    assert heat.seconds == pytest.approx(expected)


def test_gaps_jumps_and_people_outside_add_nothing_wrong():
    heat = sightline.HeatMap((640, 480), columns=4)
    heat.update(frame(0, [(80, 80)]))
    heat.update(frame(600, [(80, 80)]))  # a minute later
    assert heat.seconds.sum() == pytest.approx(1.0)
    heat.update(frame(0, [(80, 80)], epoch=1))
    heat.update(frame(1, [(80, 700), (-5, 80)], epoch=1))
    heat.update(frame(2, [], epoch=1))
    assert heat.seconds.sum() == pytest.approx(1.0)


def test_the_ground_has_square_cells():
    ground = sightline.GroundPlane.from_camera(height_m=5, tilt_deg=40, focal_px=600, size_px=(640, 480))
    heat = sightline.HeatMap((640, 480), ground=ground, bounds_m=(-2, 4, 2, 10), cell_m=1.0)
    [feet] = ground.project([(1.5, 9.5)])
    for number in range(11):
        heat.update(frame(number, [tuple(feet), (320, -4000)]))
    assert heat.seconds.shape == (6, 4)
    # The farthest row is on top.
    assert heat.seconds[0, 3] == pytest.approx(1.0)
    assert heat.seconds.sum() == pytest.approx(1.0)


def test_a_picture_is_lightest_where_people_were_longest(tmp_path):
    seconds = np.zeros((3, 4), np.float32)
    seconds[1, 2] = 5.0
    picture = heat_picture(seconds, size_px=(400, 300))
    assert picture.shape == (300, 400, 3)
    assert picture[150, 250].sum() > 500
    assert picture[20, 20].sum() < 150
    under = np.full((300, 400, 3), 200, np.uint8)
    assert heat_picture(seconds, size_px=(400, 300), under=under)[20, 20].sum() > picture[20, 20].sum()
    assert heat_picture(np.zeros((2, 2), np.float32)).shape == (16, 16, 3)
    save_png(tmp_path / "heat.png", picture)
    assert size_of(tmp_path / "heat.png") == (400, 300)


@pytest.mark.parametrize("more", [{"columns": 0}, {"cell_m": 0.0}])
def test_numbers_out_of_range_are_refused(more):
    with pytest.raises(ValueError, match="above 0"):
        sightline.HeatMap((640, 480), **more)


def test_a_ground_needs_bounds():
    ground = sightline.GroundPlane.from_camera(height_m=5, tilt_deg=40, focal_px=600, size_px=(640, 480))
    with pytest.raises(ValueError, match="bounds_m: expected least x and y below"):
        sightline.HeatMap((640, 480), ground=ground)


def test_the_command_draws_one_over_the_last_picture(sightline, tmp_path, fixtures):
    video = fixtures / "videos" / "one-by-one-person-detection.mp4"
    done = sightline(
        "run",
        video,
        "--model",
        "motion",
        "--zone",
        "all:0,0,1,0,1,1,0,1",
        "--heat-map",
        tmp_path / "heat.png",
        "--fps",
        "2",
    )
    assert done.returncode == 0, done.stderr
    assert size_of(tmp_path / "heat.png") == (768, 432)
