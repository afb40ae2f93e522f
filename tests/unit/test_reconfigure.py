"""Cameras that come, go and change while a pipeline runs: what is the same goes on."""

import threading
from dataclasses import replace

import pytest
from tests.unit.test_pipeline import FRAMES, LINE, SIZE, Whiteness, write_ball

import sightline
from sightline import _core
from sightline.errors import ConfigError

UPPER = sightline.Line("upper", (0.0, 0.3), (1.0, 0.3))
WHOLE = sightline.Zone("everywhere", [(0, 0), (1, 0), (1, 1), (0, 1)])


@pytest.fixture
def ball(tmp_path):
    return write_ball(tmp_path / "ball.mp4")


def camera(path, name="a", *, lines=(LINE,), zones=(), **options):
    source = sightline.open_source(path, source_id=name, **options)
    return sightline.Camera(source, sightline.Scene(lines=list(lines), zones=list(zones)))


def take(steps, count):
    """Take so many frames; return the events that came with them."""
    events = []
    while count:
        step = next(steps)
        events += step.events
        count -= len(step.images)
    return events


class TestReconfigure:
    def test_adds_a_camera_while_others_go_on(self, ball, tmp_path):
        other = write_ball(tmp_path / "other.mp4", downwards=False)
        with sightline.Pipeline(cameras=[camera(ball)], detector=Whiteness()) as pipeline:
            steps = pipeline.steps()
            events = take(steps, 10)
            change = pipeline.reconfigure([camera(ball), camera(other, "b")])
            events += [event for step in steps for event in step.events]
            assert [new.source.source_id for new in change.added] == ["b"]
            assert change.unchanged == [0]
            assert pipeline.frames_analyzed(0) == pipeline.frames_analyzed(1) == FRAMES
        assert {(event.camera_id, event.direction) for event in events} == {("a", "in"), ("b", "out")}

    def test_leaves_unchanged_cameras_with_the_same_events(self, ball, tmp_path):
        alone = list(sightline.Pipeline(cameras=[camera(ball, zones=[WHOLE])], detector=Whiteness()))
        other = write_ball(tmp_path / "other.mp4")
        with sightline.Pipeline(
            cameras=[camera(ball, zones=[WHOLE]), camera(other, "b")], detector=Whiteness()
        ) as pipeline:
            steps = pipeline.steps()
            events = take(steps, 30)
            pipeline.reconfigure([camera(ball, zones=[WHOLE])])
            events += [event for step in steps for event in step.events]
        assert [event for event in events if event.camera_id == "a"] == alone

    def test_ends_a_camera_that_is_gone(self, ball, tmp_path):
        other = write_ball(tmp_path / "other.mp4")
        cameras = [camera(ball), camera(other, "b", zones=[WHOLE])]
        with sightline.Pipeline(cameras=cameras, detector=Whiteness()) as pipeline:
            steps = pipeline.steps()
            take(steps, 20)
            assert pipeline.reconfigure(cameras[:1]).removed == [1]
            gone = next(steps)
            assert [type(event).__name__ for event in gone.events] == ["ZoneExited", "ZoneCountChanged"]
            assert gone.events[0].reason == "ended"
            assert set(pipeline.cameras) == {0}
            assert {image.camera for step in steps for image in step.images} == {0}

    def test_keeps_people_and_counts_of_what_is_still_watched(self, ball):
        with sightline.Pipeline(cameras=[camera(ball)], detector=Whiteness()) as pipeline:
            steps = pipeline.steps()
            (crossed,) = take(steps, 30)
            change = pipeline.reconfigure([camera(ball, lines=[UPPER, LINE], zones=[WHOLE])])
            assert list(change.changed) == [0]
            events = [event for step in steps for event in step.events]
            counts = pipeline.counts()
        assert [line["in"] for line in counts["lines"]] == [0, 1]
        entered = next(event for event in events if isinstance(event, sightline.ZoneEntered))
        assert (entered.track_id, entered.reason) == (crossed.track_id, "appeared")

    def test_counts_on_where_the_source_is_another(self, ball, tmp_path):
        again = write_ball(tmp_path / "again.mp4")
        with sightline.Pipeline(
            cameras=[camera(ball, lines=[LINE, UPPER])], detector=Whiteness()
        ) as pipeline:
            steps = pipeline.steps()
            take(steps, 40)
            change = pipeline.reconfigure([camera(again, lines=[LINE])])
            assert list(change.restarted) == [0]
            for _ in steps:
                pass
            assert list(pipeline.cameras) == [1]
            assert pipeline.counts(1)["lines"][0]["in"] == 2

    def test_may_end_everything_and_begin_anew(self, ball):
        with sightline.Pipeline(cameras=[camera(ball)], detector=Whiteness()) as pipeline:
            steps = pipeline.steps()
            take(steps, 5)
            pipeline.reconfigure([])
            assert [len(step.images) for step in steps] == [0]
            pipeline.reconfigure([camera(ball, "b")])
            events = list(pipeline)
        assert [event.camera_id for event in events] == ["b"]

    def test_follows_people_anew_with_another_tracker(self, ball):
        with sightline.Pipeline(cameras=[camera(ball, zones=[WHOLE])], detector=Whiteness()) as pipeline:
            steps = pipeline.steps()
            take(steps, 10)
            pipeline.reconfigure([camera(ball, zones=[WHOLE])], tracker=sightline.ByteTrack(lost_after_s=3.0))
            events = [event for step in steps for event in step.events]
            assert pipeline.counts()["zones"][0]["entries"] == 2
        kinds = [(type(event).__name__, event.track_id) for event in events if hasattr(event, "track_id")]
        assert kinds[:2] == [("ZoneExited", 1), ("ZoneEntered", 2)]

    def test_closes_the_detector_that_another_one_replaces(self, ball):
        class Closing(Whiteness):
            closed = False

            def close(self):
                self.closed = True

        before, after = Closing(), Closing()
        with sightline.Pipeline(cameras=[camera(ball)], detector=before) as pipeline:
            steps = pipeline.steps()
            take(steps, 10)
            pipeline.reconfigure([camera(ball)], detector=after)
            events = [event for step in steps for event in step.events]
            assert (before.closed, after.closed) == (True, False)
        assert [event.direction for event in events] == ["in"]

    def test_is_heard_while_the_pipeline_waits_for_frames(self, ball, tmp_path):
        slow = camera(ball, paced=True, fps=0.2)
        with sightline.Pipeline(cameras=[slow], detector=Whiteness()) as pipeline:
            steps = pipeline.steps()
            take(steps, 1)
            timer = threading.Timer(0.2, lambda: pipeline.reconfigure([]))
            timer.start()
            assert [len(step.images) for step in steps] == [0]

    def test_that_comes_twice_before_a_step_takes_the_second(self, ball, tmp_path):
        other = write_ball(tmp_path / "other.mp4")
        with sightline.Pipeline(cameras=[camera(ball)], detector=Whiteness()) as pipeline:
            steps = pipeline.steps()
            take(steps, 5)
            pipeline.reconfigure([camera(ball), camera(other, "b")])
            pipeline.reconfigure([camera(ball), camera(other, "c")])
            next(steps)
            names = [watched.source.source_id for watched in pipeline.cameras.values()]
        assert names == ["a", "c"]


def test_counts_and_scenes_that_are_asked_for_meanwhile_fit_together(ball):
    scenes = [[LINE], [UPPER, LINE], []]
    with sightline.Pipeline(cameras=[camera(ball, loop=True)], detector=Whiteness()) as pipeline:
        faults, end = [], threading.Event()

        def look():
            while not end.is_set():
                for watched, counts in pipeline.counted():
                    if len(counts["lines"]) != len(watched.scene.lines):
                        faults.append(counts)

        thread = threading.Thread(target=look)
        thread.start()
        steps = pipeline.steps()
        for turn in range(60):
            cameras = [camera(ball, lines=scenes[turn % 3], loop=True)]
            pipeline.reconfigure(cameras if turn % 4 else [*cameras, camera(ball, "b", loop=True)])
            take(steps, 2)
        end.set()
        thread.join()
    assert faults == []


class TestARefusal:
    """Whatever is at fault, nothing changes."""

    @pytest.mark.parametrize(
        ("wanted", "fault"),
        [
            (lambda good: [good, good], r"cameras\[1\]\.id: expected a name of its own"),
            (
                lambda good: [replace(good, scene=sightline.Scene(lines=[LINE, LINE]))],
                r"lines\[1\]\.name",
            ),
            (lambda good: [replace(good, classes=["unicorn"])], r"cameras\[0\]\.classes\[0\]"),
        ],
    )
    def test_names_what_is_at_fault(self, ball, wanted, fault):
        with sightline.Pipeline(cameras=[camera(ball)], detector=Whiteness()) as pipeline:
            steps = pipeline.steps()
            take(steps, 10)
            with pytest.raises(ConfigError, match=fault):
                pipeline.reconfigure(wanted(camera(ball)))
            assert [event.direction for step in steps for event in step.events] == ["in"]
            assert pipeline.frames_analyzed() == FRAMES

    def test_of_a_model_that_wants_another_input(self, ball):
        class Smaller(Whiteness):
            tensor_spec = _core.TensorSpec(width=32, height=24, channels="luma", fit="stretch", dtype="u8")

        with (
            sightline.Pipeline(cameras=[camera(ball)], detector=Whiteness()) as pipeline,
            pytest.raises(ConfigError, match=r"detector\.model"),
        ):
            pipeline.reconfigure([camera(ball)], detector=Smaller())


def test_a_file_that_is_gone_when_its_time_comes_has_ended(ball, tmp_path):
    other = write_ball(tmp_path / "other.mp4")
    with sightline.Pipeline(cameras=[camera(ball)], detector=Whiteness()) as pipeline:
        steps = pipeline.steps()
        take(steps, 5)
        added = camera(other, "b")
        other.unlink()
        pipeline.reconfigure([camera(ball), added])
        for _ in steps:
            pass
        assert "no such file" in pipeline.endings[1].error
        assert pipeline.frames_analyzed(0) == FRAMES


def test_a_scene_counts_on_from_what_was_counted_before(ball):
    scene = sightline.Scene(lines=[LINE, UPPER], zones=[WHOLE])
    before = {
        "lines": [{"in": 5, "out": 2, "lost_at_line": 1, "flips_suppressed": 0, "gaps_bridged": 3}, None],
        "zones": [
            {
                "inside": 2,
                "entries": 9,
                "exits": 7,
                "born_inside": 1,
                "flips_suppressed": 0,
                "gaps_bridged": 0,
                "queue": None,
            }
        ],
        "distances": [],
    }
    rules = sightline.Rules(scene, size_px=SIZE)
    rules.count_on(before)
    counts = rules.counts()
    assert counts["lines"][0] == before["lines"][0]
    assert counts["lines"][1]["in"] == 0
    # Whoever was inside is not known any more: they are seen again, or have gone.
    assert counts["zones"][0] == {**before["zones"][0], "inside": 0, "exits": 9}
    rules.count_on(rules.counts())
    assert rules.counts()["lines"][0]["in"] == 10


@pytest.mark.parametrize("wrong", [-1, 2**64, "many"])
def test_counts_that_are_none_are_refused(wrong):
    rules = sightline.Rules(sightline.Scene(lines=[LINE]), size_px=SIZE)
    counts = rules.counts()
    counts["lines"][0]["in"] = wrong
    with pytest.raises((OverflowError, TypeError)):
        rules.count_on(counts)
    assert rules.counts()["lines"][0]["out"] == 0
