"""The drawn scene: the same bytes every time, and people where the truth says they are."""

import hashlib
import itertools
import json
import subprocess
import sys

import numpy as np
import pytest

from sightline.synthetic import Camera, GroundPoint, Outfit, SyntheticScene, Walker, default_scene, walk

# The darkest that a shadow makes the floor; what differs more is a person.
SHADOW = 0.13


@pytest.fixture(scope="module")
def scene() -> SyntheticScene:
    return default_scene()


@pytest.fixture(scope="module")
def truth(scene):
    return scene.truth()


def people_mask(scene, frame):
    """Return where a frame shows something else than floor, wall or shadow."""
    background = scene.background.astype(int)
    picture = scene.render_frame(frame, noise=False).astype(int)
    darkest = background * (1 - SHADOW) - 2
    return ((picture < darkest) | (picture > background + 2)).any(axis=2)


def test_the_default_scene_shows_what_it_promises(scene, truth):
    assert scene.frame_count == 1050
    assert {crossing.direction for crossing in truth.crossings} == {"in", "out"}
    crossed = {crossing.track_id for crossing in truth.crossings}
    assert crossed == {1, 3, 5, 6, 8}
    round_the_end, turned_back = scene.walkers[1].path, scene.walkers[3].path
    line_x = -1.5
    assert round_the_end.waypoints[0].place.x_m < line_x < round_the_end.waypoints[-1].place.x_m
    assert turned_back.waypoints[0].place == pytest.approx(turned_back.waypoints[-1].place, abs=2.0)
    assert max(visit.dwell_s for visit in truth.visits) > 8
    assert all(walker.path.start_s > 2.5 for walker in scene.walkers), "the empty scene is shown first"


def test_people_keep_apart_where_events_happen(truth):
    """Two who touch are one to a detector of motion: not within half a second of an event of either."""
    tracks = truth.tracks
    moments = [(crossing.track_id, crossing.time_s) for crossing in truth.crossings]
    moments += [(v.track_id, time) for v in truth.visits for time in (v.entered_s, v.exited_s)]
    checked = 0
    for track_id, time_s in moments:
        for frame in range(round((time_s - 0.5) * truth.fps), round((time_s + 0.5) * truth.fps)):
            rows = tracks.frame == frame
            (mine,) = tracks.xyxy[rows & (tracks.track_id == track_id)]
            for other in tracks.xyxy[rows & (tracks.track_id != track_id)]:
                gap_x = max(mine[0], other[0]) - min(mine[2], other[2])
                gap_y = max(mine[1], other[1]) - min(mine[3], other[3])
                assert max(gap_x, gap_y) > 6, (track_id, time_s, frame)
                checked += 1
    assert checked > 100


def test_two_people_pass_each_other(truth):
    tracks = truth.tracks
    overlapping = set()
    for frame in range(0, 1050, 5):
        rows = np.flatnonzero(tracks.frame == frame)
        for one, other in itertools.combinations(rows, 2):
            a, b = tracks.xyxy[one], tracks.xyxy[other]
            if (np.maximum(a[:2], b[:2]) < np.minimum(a[2:], b[2:])).all():
                overlapping.add((int(tracks.track_id[one]), int(tracks.track_id[other])))
    assert (7, 9) in overlapping


def test_boxes_stand_on_the_projected_place(scene, truth):
    tracks = truth.tracks
    projected = [scene.camera.pixels_from_ground(GroundPoint(*place)) for place in tracks.ground_m]
    assert len(tracks) > 2000
    assert np.abs(tracks.foot_px - projected).max() < 1e-9
    assert (tracks.xyxy[:, 2] > tracks.xyxy[:, 0]).all()
    assert ((tracks.visibility > 0) & (tracks.visibility <= 1)).all()
    keys = list(zip(tracks.frame.tolist(), tracks.track_id.tolist(), strict=True))
    assert keys == sorted(set(keys))


def test_boxes_are_as_high_as_people(scene, truth):
    tracks = truth.tracks
    for row in range(0, len(tracks), 97):
        walker = scene.walkers[tracks.track_id[row] - 1]
        meter = scene.camera.pixels_per_meter(GroundPoint(*tracks.ground_m[row]))
        height_m = (tracks.xyxy[row, 3] - tracks.xyxy[row, 1]) / meter
        assert height_m == pytest.approx(walker.height_m, abs=0.02)


@pytest.mark.parametrize("frame", [120, 275, 500, 650, 730, 940])
def test_figures_are_drawn_where_truth_says(scene, truth, frame):
    mask = people_mask(scene, frame)
    allowed = np.zeros_like(mask)
    boxes = truth.tracks.xyxy[truth.tracks.frame == frame]
    assert len(boxes)
    for box in boxes:
        left, top = (max(int(np.floor(edge)) - 2, 0) for edge in box[:2])
        right, bottom = (int(np.ceil(edge)) + 2 for edge in box[2:])
        allowed[top:bottom, left:right] = True
    assert not (mask & ~allowed).any()


def test_boxes_touch_the_figures_drawn(scene, truth):
    """Alone and within the picture, the silhouette reaches the box's top, bottom and at least one side."""
    tracks, checked = truth.tracks, 0
    for frame in range(100, 1050, 45):
        mask = people_mask(scene, frame)
        for row in np.flatnonzero(tracks.frame == frame):
            x0, y0, x1, y1 = tracks.xyxy[row]
            if tracks.visibility[row] < 1 or not 10 < y0 < y1 < 710:
                continue
            part = mask[round(y0) - 10 : round(y1) + 10, max(round(x0) - 10, 0) : round(x1) + 10]
            rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
            others = tracks.xyxy[(tracks.frame == frame) & (tracks.track_id != tracks.track_id[row])]
            if any((np.abs(other[0] + other[2] - x0 - x1) < 240) for other in others):
                continue
            top, bottom = rows[0] + round(y0) - 10, rows[-1] + 1 + round(y0) - 10
            left, right = columns[0] + max(round(x0) - 10, 0), columns[-1] + 1 + max(round(x0) - 10, 0)
            assert (top, bottom) == pytest.approx((y0, y1), abs=2.0)
            assert min(abs(left - x0), abs(right - x1)) < 2.5
            assert abs((left + right) / 2 - (x0 + x1) / 2) < 0.12 * (y1 - y0)
            checked += 1
    assert checked >= 15


def test_frames_are_the_same_in_another_process(scene):
    program = (
        "import hashlib; from sightline.synthetic import default_scene;"
        "print(hashlib.sha256(default_scene().render_frame(275).tobytes()).hexdigest())"
    )
    other = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert hashlib.sha256(scene.render_frame(275).tobytes()).hexdigest() == other.stdout.strip()


def test_noise_is_small_changes_and_repeats(scene):
    clean = scene.render_frame(10, noise=False).astype(int)
    noisy = scene.render_frame(10).astype(int)
    assert set(np.unique(noisy - clean)) == {-2, -1, 0, 1, 2}
    assert abs((noisy - clean).mean()) < 0.01
    assert (scene.render_frame(10) == noisy).all()
    assert (scene.render_frame(11) != noisy).any()
    assert (clean == scene.background).all(), "nobody is there yet"


def test_nearer_people_cover_farther_ones():
    far, near = Outfit((240, 20, 20)), Outfit((20, 20, 240))
    still = (1.0, [(0.0, 14.0), (0.0, 14.001)]), (1.0, [(0.0, 12.0), (0.0, 12.001)])
    walkers = [
        Walker(walk(*path, speed_mps=0.0001), outfit) for path, outfit in zip(still, (far, near), strict=True)
    ]
    for order in (walkers, walkers[::-1]):
        scene = SyntheticScene(
            Camera(focal_px=500.0, shift_px=160.0, width=640, height=360), tuple(order), duration_s=4.0
        )
        figure = scene.figures(50)[order.index(walkers[1]) + 1]
        x, chest_y = (
            round(figure.foot_px[0]),
            round(figure.foot_px[1] - 0.7 * (figure.foot_px[1] - figure.box.top)),
        )
        red, _, blue = scene.render_frame(50, noise=False)[chest_y, x].tolist()
        assert blue > 200 > red


def test_frames_outside_the_video_are_refused(scene):
    for frame in (-1, 1050):
        with pytest.raises(IndexError, match=f"expected a frame from 0 to 1049, found {frame}"):
            scene.render_frame(frame)


def test_events_after_the_end_are_not_true():
    whole = default_scene()
    short = SyntheticScene(whole.camera, whole.walkers, whole.lines, whole.zones, duration_s=12.0)
    truth = short.truth()
    assert [crossing.track_id for crossing in truth.crossings] == [1, 3]
    assert [visit.exited_s for visit in truth.visits] == [pytest.approx(11.96)]


def test_the_view_is_the_same_at_another_size(truth):
    small = default_scene(width=640, height=360).truth()
    for one, other in zip(small.crossings, truth.crossings, strict=True):
        assert one.time_s == pytest.approx(other.time_s, abs=1e-9)
    assert np.abs(small.tracks.xyxy * 2 - truth.tracks.xyxy).max() < 1e-6


def test_truth_is_written_as_json_and_mot(scene, truth, tmp_path):
    scene.write_truth(tmp_path / "truth.json")
    document = json.loads((tmp_path / "truth.json").read_bytes())
    assert document["fps"] == 25
    assert len(document["crossings"]) == len(truth.crossings)
    assert document["crossings"][0].keys() == {"time_s", "line", "track_id", "direction"}
    assert np.allclose(document["tracks"]["xyxy"], truth.tracks.xyxy)

    scene.write_truth(tmp_path / "gt.txt")
    rows = np.loadtxt(tmp_path / "gt.txt", delimiter=",")
    assert rows.shape == (len(truth.tracks), 9)
    assert (rows[:, 0] == truth.tracks.frame + 1).all()
    assert np.abs(rows[:, 2:4] + rows[:, 4:6] - truth.tracks.xyxy[:, 2:]).max() < 0.002


class RecordingWriter:
    opened = None

    def __init__(self, path, width, height, fps_num, fps_den):
        RecordingWriter.opened = self
        self.arguments = (path, width, height, fps_num, fps_den)
        self.frames = []
        self.finished = False

    def write(self, rgb):
        assert not self.finished
        self.frames.append(hashlib.sha256(rgb.tobytes()).digest())

    def finish(self):
        self.finished = True


def test_write_encodes_every_frame_and_tells_its_progress(tmp_path):
    whole = default_scene(width=320, height=180)
    scene = SyntheticScene(whole.camera, whole.walkers, duration_s=0.4)
    progress = []
    scene.write(tmp_path / "scene.mp4", RecordingWriter, progress=lambda *step: progress.append(step))
    writer = RecordingWriter.opened
    assert writer.arguments == (str(tmp_path / "scene.mp4"), 320, 180, 25, 1)
    assert writer.finished
    assert progress == [(number, 10) for number in range(1, 11)]
    assert writer.frames == [
        hashlib.sha256(scene.render_frame(frame).tobytes()).digest() for frame in range(10)
    ]
