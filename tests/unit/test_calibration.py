"""A camera's place above the ground is found from people while frames come in, checked later, and never invented."""

import math

import msgspec
import numpy as np
import pytest

import sightline
from sightline.calibration import CalibrationSettings, Calibrator, calibrator_of, ground_plane
from sightline.detectors import Columns
from sightline.errors import ConfigError
from sightline.scene import Ground, GroundPoint

SIZE = (1920, 1080)
SECOND = 1_000_000_000
STEP_S = 0.5


def camera(**more) -> sightline.GroundPlane:
    numbers = {"height_m": 5.0, "tilt_deg": 30.0, "focal_px": 1200.0, "size_px": SIZE, **more}
    return sightline.GroundPlane.from_camera(**numbers)


class Crowd:
    """People of 1.70 m, more or less, at random places; each is there for ten frames."""

    def __init__(self, ground, *, seed=5, count=4, rows=(0, SIZE[1])):
        self._random = np.random.default_rng(seed)
        self._ground, self._count, self._rows = ground, count, rows
        self._frame = 0

    def frame(self, pts_ns, epoch=0):
        first = 1 + self._count * (self._frame // 10)
        ids = np.arange(first, first + self._count)
        self._frame += 1
        statures = 1.7 + 0.05 * np.sin(ids * 12.9898)
        feet = self._random.uniform((0, self._rows[0]), (SIZE[0], self._rows[1]), (self._count, 2))
        places = self._ground.locate(feet)
        heads = [
            self._ground.project([place], height_m=float(tall))[0]
            for place, tall in zip(places, statures, strict=True)
        ]
        heads = np.array(heads).reshape(-1, 2)
        tall = feet[:, 1] - heads[:, 1]
        boxes = np.column_stack([feet[:, 0] - 0.2 * tall, heads[:, 1], feet[:, 0] + 0.2 * tall, feet[:, 1]])
        seen = ~np.isnan(boxes).any(1) & (places[:, 1] < 60)
        return tracks_of(ids[seen], boxes[seen], pts_ns=pts_ns, epoch=epoch)


def tracks_of(ids, boxes, *, pts_ns=0, epoch=0, size_px=SIZE):
    return sightline.Tracks(
        np.asarray(ids, np.uint64),
        np.ascontiguousarray(boxes, np.float64).reshape(-1, 4),
        confidence=np.ones(len(ids), np.float32),
        class_id=np.zeros(len(ids), np.int32),
        pts_ns=pts_ns,
        epoch=epoch,
        size_px=size_px,
    )


def run(calibrator, crowd, seconds, *, start_s=0.0, step_s=STEP_S):
    """Show so many seconds; return the grounds that came, with their times, and each frame's progress."""
    grounds, progress = [], []
    for frame in range(round(seconds / step_s)):
        pts_ns = round((start_s + frame * step_s) * SECOND)
        ground = calibrator.update(pts_ns, crowd.frame(pts_ns))
        if ground is not None:
            grounds.append((pts_ns, ground))
        progress.append(calibrator.calibration.progress)
    return grounds, progress


def test_people_say_where_the_camera_is():
    calibrator = Calibrator(SIZE)
    assert calibrator.calibration == sightline.Calibration("calibrating")
    grounds, progress = run(calibrator, Crowd(camera(), count=1), 300)
    ((pts_ns, ground),) = grounds
    assert ground.height_m == pytest.approx(5.0, rel=0.1)
    assert ground.tilt_deg == pytest.approx(30.0, abs=2.0)
    assert ground.errors.distance <= 0.1
    assert pts_ns % (5 * SECOND) == 0
    known = calibrator.calibration
    assert (known.state, known.progress, known.ground) == ("calibrated", 1.0, ground)
    assert known.calibrated_pts_ns == pts_ns
    assert progress == sorted(progress)
    assert 0.0 < max(share for share in progress if share < 1.0) < 1.0


def test_the_same_frames_give_the_same_ground():
    (one,), (other,) = (run(Calibrator(SIZE), Crowd(camera()), 200)[0] for _ in range(2))
    assert one[0] == other[0]
    assert (one[1].height_m, one[1].tilt_deg, one[1].focal_px) == (
        other[1].height_m,
        other[1].tilt_deg,
        other[1].focal_px,
    )


@pytest.mark.parametrize(
    ("crowd", "most"),
    [
        (Crowd(camera(), rows=(700, 710)), 0.4),  # all in one row
        (Crowd(camera(height_m=2.5, tilt_deg=0.0)), 0.4),  # so level that the focal length stays open
        (Crowd(camera(), count=0), 0.0),
    ],
)
def test_nothing_is_invented_where_people_do_not_say(crowd, most):
    calibrator = Calibrator(SIZE)
    grounds, progress = run(calibrator, crowd, 600)
    assert grounds == []
    assert calibrator.calibration.state == "calibrating"
    assert calibrator.calibration.ground is None
    assert progress == sorted(progress)
    assert progress[-1] <= most + 1e-9


def test_a_few_people_are_not_believed_however_often_they_are_seen():
    ground = camera()
    calibrator = Calibrator(SIZE)
    crowd = Crowd(ground, count=7)
    for second in range(600):
        tracks = crowd.frame(second * SECOND)
        again = tracks_of(tracks.track_id % 7 + 1, tracks.xyxy, pts_ns=second * SECOND)
        assert calibrator.update(second * SECOND, again) is None
    assert calibrator.calibration.progress == pytest.approx(0.4 * 7 / 8)


def test_a_camera_that_was_moved_is_found_again():
    settings = CalibrationSettings(check_s=600, collect_s=5, collect_n=10)
    calibrator = Calibrator(SIZE, settings=settings)
    ((found_ns, old),) = run(calibrator, Crowd(camera()), 200)[0]
    grounds, _ = run(calibrator, Crowd(camera(height_m=3.0, tilt_deg=40.0), seed=8), 3600, start_s=200)
    assert [round(ground.height_m) for _, ground in grounds][-1] == 3
    first_ns = grounds[0][0]
    assert first_ns >= found_ns + 600 * SECOND
    assert calibrator.calibration.state == "calibrated"
    assert calibrator.calibration.ground is grounds[-1][1]
    assert old.height_m == pytest.approx(5.0, rel=0.1)


def test_while_it_is_found_again_the_old_ground_goes_on():
    settings = CalibrationSettings(check_s=600, collect_s=5, collect_n=10, queue_max=300)
    calibrator = Calibrator(SIZE, settings=settings)
    ((found_ns, old),) = run(calibrator, Crowd(camera()), 200)[0]
    crowd = Crowd(camera(height_m=3.0, tilt_deg=40.0), seed=8)
    seen = []
    for frame in range(2400):
        pts_ns = round((200 + frame * STEP_S) * SECOND)
        calibrator.update(pts_ns, crowd.frame(pts_ns))
        known = calibrator.calibration
        if known.state == "recalibrating":
            seen.append(known.progress)
            assert known.ground is old
            assert known.calibrated_pts_ns == found_ns
    assert seen
    assert seen == sorted(seen)
    assert seen[0] == 0.0


@pytest.mark.parametrize("recalibrate", [True, False])
def test_a_camera_that_stays_is_only_told_again_where_that_is_more_certain(recalibrate):
    settings = CalibrationSettings(recalibrate=recalibrate, check_s=100, collect_s=1, collect_n=4)
    calibrator = Calibrator(SIZE, settings=settings)
    grounds, _ = run(calibrator, Crowd(camera()), 3000)
    errors = [ground.errors.distance for _, ground in grounds]
    assert errors == sorted(errors, reverse=True)
    assert (len(errors) > 1) == recalibrate
    assert calibrator.calibration.state == "calibrated"
    assert calibrator.calibration.ground.height_m == pytest.approx(5.0, rel=0.05)


def test_a_jump_of_the_clock_is_no_time_that_passed():
    calibrator = Calibrator(SIZE)
    crowd = Crowd(camera())
    # Each epoch starts at zero again and lasts four seconds: after two of them eight have passed.
    for epoch in range(100):
        for frame in range(9):
            pts_ns = round(frame * STEP_S * SECOND)
            ground = calibrator.update(pts_ns, crowd.frame(pts_ns, epoch))
            if ground is not None:
                assert calibrator.calibration.calibrated_pts_ns == pts_ns
                return
    pytest.fail("never calibrated")


def test_memory_is_bounded():
    settings = CalibrationSettings(check_s=1e9, collect_s=0.5, collect_n=1000, queue_max=50)
    calibrator = Calibrator(SIZE, settings=settings)
    run(calibrator, Crowd(camera()), 200)
    run(calibrator, Crowd(camera(), count=30), 200, start_s=200)
    assert 0 < sum(map(len, calibrator._queue.samples)) <= 50


def test_what_a_scene_says_becomes_a_plane_or_a_search():
    given = ground_plane(Ground(height_m=4.0, tilt_deg=30.0, view_deg=90.0, roll_deg=2.0), SIZE)
    assert (given.height_m, given.focal_px) == pytest.approx((4.0, 960.0))
    points = [
        GroundPoint(at, metres)
        for at, metres in [((0, 0), (0, 9)), ((1, 0), (9, 9)), ((1, 1), (9, 0)), ((0, 1), (0, 0))]
    ]
    flat = ground_plane(Ground(points=points), SIZE)
    assert flat.locate([(960, 540)]) == pytest.approx(np.array([[4.5, 4.5]]))
    assert ground_plane(Ground(auto=True), SIZE) is None
    level = calibrator_of(Ground(auto=True, view_deg=2 * math.degrees(math.atan(0.8)), stature_m=3.4), SIZE)
    ((_, ground),) = run(level, Crowd(camera(height_m=2.5, tilt_deg=1.0)), 300)[0]
    # Twice the stature, twice the height.
    assert ground.height_m == pytest.approx(5.0, rel=0.1)
    assert ground.errors.focal_px == 0


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"auto": True, "height_m": 4.0}, "found height_m too"),
        ({"auto": True, "points": [], "roll_deg": 3.0}, "found points, roll_deg too"),
        ({"stature_m": 1.7}, r"expected auto = true beside it"),
        ({"view_deg": 60.0}, "or auto = true"),
    ],
)
def test_grounds_that_say_two_things_are_refused(fields, words):
    with pytest.raises(ConfigError, match=words):
        Ground(**fields)


def test_rules_are_told_the_ground():
    scene = sightline.Scene(
        distances=[sightline.Distance(name="apart", threshold_m=2.0)], ground=Ground(auto=True)
    )
    rules = sightline.Rules(scene, size_px=SIZE)
    ground = camera()
    feet = ground.project([[0.0, 8.0], [1.0, 8.0]])
    boxes = np.column_stack([feet[:, 0] - 20, feet[:, 1] - 100, feet[:, 0] + 20, feet[:, 1]])
    assert rules.update(tracks_of([1, 2], boxes)) == []
    assert np.isnan(rules.motions(tracks_of([1, 2], boxes)).ground_m).all()
    rules.set_ground(ground)
    (close,) = rules.update(tracks_of([1, 2], boxes, pts_ns=SECOND))
    assert close.apart_m == pytest.approx(1.0, abs=1e-3)
    motions = rules.motions(tracks_of([2, 1, 3], boxes[[1, 0, 0]], pts_ns=SECOND))
    assert motions.ground_m[:2] == pytest.approx(np.array([[1.0, 8.0], [0.0, 8.0]]))
    assert motions.speed_mps[:2].tolist() == [0.0, 0.0]
    assert np.isnan([motions.heading_deg, motions.image_heading_deg]).all()
    assert np.isnan(motions.speed_mps[2])
    given = sightline.Rules(sightline.Scene(), size_px=SIZE)
    with pytest.raises(ConfigError, match="ground: expected a ground that is found later"):
        given.set_ground(ground)


class Truth:
    """A detector that knows: the boxes of PETS2009 S2.L1, frame by frame, in a video of 480x360."""

    name = "truth"
    decoder = None
    max_batch = 1

    def __init__(self, rows, person="person"):
        self.tensor_spec = sightline._core.TensorSpec(width=32, height=24, channels="luma", dtype="u8")
        self.class_names = {0: person}
        self._rows, self._frame = rows, 0

    def infer(self, _batch):
        self._frame += 1
        rows = self._rows[self._rows[:, 0] == self._frame]
        boxes = np.column_stack([rows[:, 2:4], rows[:, 2:4] + rows[:, 4:6]]) * (480 / 768)
        return [
            Columns(
                boxes.astype(np.float32), np.full(len(rows), 0.9, np.float32), np.zeros(len(rows), np.int32)
            )
        ]

    def close(self):
        pass


@pytest.fixture(scope="module")
def pets(fixtures):
    path = fixtures / "truth" / "pets2009-s2l1" / "S2L1_gt_mot_with_world_m.derived.txt"
    return np.array([[float(v) for v in line.split(",")[:9]] for line in path.read_text().splitlines()])


# The focal length of the public calibration, 1195 px at 768, as a field of view.
PETS_VIEW_DEG = 2 * math.degrees(math.atan(768 / 2 / 1195))


def watched(fixtures, rows, ground, **more):
    scene = sightline.Scene(
        zones=[
            sightline.Zone(
                "all", [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)], speed_limit_mps=1.5, way_deg=90.0
            )
        ],
        distances=[sightline.Distance(name="apart", threshold_m=2.0)],
        ground=ground,
    )
    source = sightline.open_source(fixtures / "videos" / "vtest_480x360.avi", fps=10)
    return sightline.Pipeline(
        cameras=[sightline.Camera(source, scene, motions=True)], detector=Truth(rows, **more)
    )


@pytest.mark.slow
def test_a_recording_calibrates_while_it_runs(fixtures, pets):
    pipeline = watched(fixtures, pets, Ground(auto=True, view_deg=PETS_VIEW_DEG))
    states, progress, speeds = [], [], []
    for step in pipeline.steps():
        assert [event for image in step.images for event in image.events] == step.events[
            : sum(len(image.events) for image in step.images)
        ]
        for image in step.images:
            known = image.calibration
            # What is known after this frame counts from the next one on.
            before = states[-1] if states else "calibrating"
            assert (np.isfinite(image.motions.ground_m).any()) <= (before == "calibrated")
            if before == "calibrating":
                assert {event.type.split(".")[1] for event in image.events} <= {"zone"}
                assert all(
                    event.ground_m is event.speed_mps is event.heading_deg is None
                    for event in image.events
                    if isinstance(event, sightline.ZoneEntered)
                )
            states.append(known.state)
            progress.append(known.progress)
            speeds.extend(image.motions.speed_mps[np.isfinite(image.motions.speed_mps)])
            if known.state == "calibrated" and known.calibrated_pts_ns == image.pts_ns:
                ground = known.ground
    assert states == sorted(states, reverse=True)  # calibrating, then calibrated
    assert set(states) == {"calibrating", "calibrated"}
    assert progress == sorted(progress)
    assert states.index("calibrated") < 400
    # People walk; distances are those of the calibration by hand.
    assert 0.8 < np.median(speeds) < 2.0
    last = pets[(pets[:, 0] > 600) & (pets[:, 0] % 5 == 0)]
    apart, true = [], []
    for frame in np.unique(last[:, 0]):
        rows = last[last[:, 0] == frame]
        feet = np.column_stack([rows[:, 2] + rows[:, 4] / 2, rows[:, 3] + rows[:, 5]]) * (480 / 768)
        places = ground.locate(feet)
        apart.extend(np.hypot(*(places[1:] - places[:-1]).T))
        true.extend(np.hypot(*(rows[1:, 7:9] - rows[:-1, 7:9]).T))
    assert np.median(np.abs(np.array(apart) / np.array(true) - 1)) < 0.25
    counts = pipeline.counts()["distances"][0]
    assert counts["contacts"] > 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ground", "person"),
    [(Ground(auto=True), "person"), (Ground(auto=True, view_deg=PETS_VIEW_DEG), "car")],
)
def test_a_recording_that_does_not_say_stays_without_a_ground(fixtures, pets, ground, person):
    """So level a view leaves the focal length open; and cars are no people."""
    pipeline = watched(fixtures, pets, ground, person=person)
    for step in pipeline.steps():
        for image in step.images:
            assert image.calibration.state == "calibrating"
            assert image.calibration.ground is None
            assert image.calibration.progress <= 0.4
            assert np.isnan(image.motions.ground_m).all()
            assert np.isnan(image.motions.heading_deg).all()
        for event in step.events:
            assert event.type.startswith("sightline.zone.")
            assert getattr(event, "speed_mps", None) is None
    assert pipeline.counts()["distances"][0] == {
        "close": 0,
        "contacts": 0,
        "nearest_px": None,
        "nearest_m": None,
    }


def test_settings_are_part_of_a_configuration():
    settings = msgspec.convert({"check_s": 3600, "queue_max": 200}, CalibrationSettings)
    assert settings == CalibrationSettings(check_s=3600.0, queue_max=200)
    assert CalibrationSettings() == CalibrationSettings(
        recalibrate=True, check_s=86_400.0, collect_s=300.0, collect_n=10, queue_max=1000
    )
