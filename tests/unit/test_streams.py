"""What a camera's stream is asked for besides its rules: to start again, to follow some classes only, to leave out what stands."""

import itertools
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from tests.unit.test_pipeline import FRAMES, LINE, Whiteness, write_ball

import sightline
import sightline.events
from sightline.cli.delivering import Sinks
from sightline.cli.running import pipeline_from_config
from sightline.config import CameraConfig, Config, DetectorConfig, StationaryConfig, load_config
from sightline.detectors import Columns
from sightline.errors import ConfigError, SourceError

EVERYWHERE = sightline.Zone("everywhere", [(0, 0), (1, 0), (1, 1), (0, 1)])
TENTH_NS = 100_000_000


@pytest.fixture
def ball(tmp_path):
    return write_ball(tmp_path / "ball.mp4")


class Street(Whiteness):
    """Finds the square that moves, and a car and a dog that were never in the picture."""

    class_names = MappingProxyType({0: "person", 2: "car", 16: "dog"})
    car = (10.0, 150.0, 80.0, 200.0)
    dog = (250.0, 150.0, 300.0, 180.0)

    def _columns(self, luma):
        ball = super()._columns(luma)
        return Columns(
            np.vstack([ball.xyxy, np.float32([self.car, self.dog])]),
            np.append(ball.confidence, np.float32([0.9, 0.8])),
            np.append(ball.class_id, np.int32([2, 16])),
        )


class TestLooping:
    def test_every_play_is_a_new_epoch_and_times_and_numbers_go_on(self, ball):
        source = sightline.open_source(ball, loop=True)
        frames = list(itertools.islice(source, 2 * FRAMES + 10))
        assert [frame.index for frame in frames] == list(range(2 * FRAMES + 10))
        assert [frame.epoch for frame in frames] == [number // FRAMES for number in range(2 * FRAMES + 10)]
        assert [frame.pts_ns for frame in frames] == [number * TENTH_NS for number in range(2 * FRAMES + 10)]
        assert np.array_equal(frames[3].pixels, frames[FRAMES + 3].pixels)

    def test_a_pipeline_counts_on_and_nobody_is_the_same_in_two_plays(self, ball):
        source = sightline.open_source(ball, loop=True, started_at="2026-01-05T08:00:00Z")
        scene = sightline.Scene(lines=[LINE], zones=[EVERYWHERE])
        with sightline.Pipeline(source=source, scene=scene, detector=Whiteness()) as pipeline:
            events = [
                event for step in itertools.islice(pipeline.steps(), 3 * FRAMES) for event in step.events
            ]
            (line,) = pipeline.counts()["lines"]
            assert line["in"] == 3
        crossed = [event for event in events if isinstance(event, sightline.LineCrossed)]
        assert [event.epoch for event in crossed] == [0, 1, 2]
        assert len({event.track_id for event in crossed}) == len({event.event_id for event in crossed}) == 3
        assert [event.time[11:17] for event in crossed] == ["08:00:", "08:00:", "08:00:"]
        assert [float(event.time[17:23]) for event in crossed] == [
            pytest.approx(event.pts_ns / 1e9, abs=0.001) for event in crossed
        ]
        apart = {
            round((after.pts_ns - before.pts_ns) / TENTH_NS) for before, after in itertools.pairwise(crossed)
        }
        assert apart == {FRAMES}
        # Whoever is inside at the seam is lost in the last frame of the play.
        exited = [event for event in events if isinstance(event, sightline.ZoneExited)]
        assert [(event.epoch, event.reason) for event in exited] == [(0, "lost"), (1, "lost")]
        assert [round(event.pts_ns / TENTH_NS) for event in exited] == [FRAMES - 1, 2 * FRAMES - 1]

    def test_the_first_play_gives_the_events_of_a_file_that_is_not_looped(self, ball):
        def events_of(source):
            with sightline.Pipeline(
                source=source, scene=sightline.Scene(lines=[LINE]), detector=Whiteness()
            ) as pipeline:
                steps = itertools.islice(pipeline.steps(), FRAMES)
                return [event for step in steps for event in step.events]

        once, again = (events_of(sightline.open_source(ball, loop=loop)) for loop in (False, True))
        assert once == again
        assert once

    def test_an_interval_that_the_seam_lies_in_is_told_in_two_parts(self, ball):
        source, scene = sightline.open_source(ball, loop=True), sightline.Scene(lines=[LINE], summary_s=4)
        with sightline.Pipeline(source=source, scene=scene, detector=Whiteness()) as pipeline:
            steps = itertools.islice(pipeline.steps(), 2 * FRAMES + 1)
            told = [
                (event.epoch, event.start_pts_ns / 1e9, event.pts_ns / 1e9, event.crossed_in)
                for step in steps
                for event in step.events
                if isinstance(event, sightline.LineSummarized)
            ]
        assert told == [(0, 0, 4, 1), (0, 4, 5.9, 0), (1, 6, 8, 0), (1, 8, 11.9, 1)]

    def test_a_file_that_vanishes_ends_its_camera_and_no_other(self, ball, tmp_path):
        other = write_ball(tmp_path / "other.mp4", downwards=False)
        cameras = [
            sightline.Camera(sightline.open_source(path, loop=True), sightline.Scene())
            for path in (ball, other)
        ]
        with sightline.Pipeline(cameras=cameras, detector=Whiteness()) as pipeline:
            steps = pipeline.steps()
            next(steps)
            ball.unlink()
            for _ in itertools.takewhile(lambda _: 0 not in pipeline.endings, steps):
                pass
            assert "no such file" in pipeline.endings[0].error
            assert "played 1 time(s)" in pipeline.endings[0].error
            seen = [next(steps).images[0].camera for _ in range(2 * FRAMES)]
        assert seen == [1] * (2 * FRAMES)

    def test_a_reader_hears_that_a_file_vanished(self, ball):
        frames = iter(sightline.open_source(ball, loop=True))
        next(frames)
        ball.unlink()
        with pytest.raises(SourceError, match=r"can't be started again.*no such file"):
            list(frames)

    def test_ctrl_c_ends_it(self, ball, tmp_path):
        (tmp_path / "run.toml").write_text(
            f"""
            [[cameras]]
            source = "{ball.name}"
            loop = true
            lines = [{{ name = "middle", from = [0.0, 0.5], to = [1.0, 0.5] }}]
            [detector]
            model = "motion"
            """
        )
        # A shell without job control lets what it starts in the background ignore Ctrl-C, and that is inherited.
        heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
        command = [
            sys.executable,
            "-c",
            f"{heard}; from sightline.cli import main; main()",
            "run",
            "run.toml",
        ]
        child = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path, env=os.environ
        )
        lines = [child.stdout.readline() for _ in range(3)]
        child.send_signal(signal.SIGINT)
        _, words = child.communicate(timeout=60)
        assert child.returncode == 130, words
        assert "Traceback" not in words
        assert [sightline.events.decode(line).epoch for line in lines] == [0, 1, 2]


class TestClasses:
    def entered(self, classes, cameras=1):
        path = self.path
        watched = [
            sightline.Camera(
                sightline.open_source(path, source_id=f"c{number}"),
                sightline.Scene(zones=[EVERYWHERE]),
                classes=of,
            )
            for number, of in enumerate([classes] if cameras == 1 else classes)
        ]
        events = sightline.Pipeline(cameras=watched, detector=Street())
        return {
            (event.camera_id, event.object_class)
            for event in events
            if isinstance(event, sightline.ZoneEntered)
        }

    @pytest.fixture(autouse=True)
    def _film(self, ball):
        self.path = ball

    def test_a_camera_follows_the_classes_that_it_asks_for(self):
        assert self.entered(None) == {("c0", "person"), ("c0", "car"), ("c0", "dog")}
        assert self.entered(["Car"]) == {("c0", "car")}
        assert self.entered([16, "person"]) == {("c0", "person"), ("c0", "dog")}

    def test_cameras_beside_each_other_follow_their_own(self):
        assert self.entered([["car"], None, ["dog", "car"]], cameras=3) == {
            ("c0", "car"),
            *(("c1", name) for name in ("person", "car", "dog")),
            *(("c2", name) for name in ("dog", "car")),
        }

    def test_every_unknown_class_is_told_with_its_place(self):
        with pytest.raises(ConfigError) as error:
            self.entered([["car"], ["cat", "dog", "tram"], []], cameras=3)
        assert [fault.path for fault in error.value.faults] == [
            "cameras[1].classes[0]",
            "cameras[1].classes[2]",
            "cameras[2].classes",
        ]
        assert "Did you mean car?" in error.value.faults[0].message

    def config(self, *classes, detector=None):
        cameras = [
            CameraConfig(source=str(self.path), id=f"c{place}", classes=of)
            for place, of in enumerate(classes)
        ]
        return Config(cameras=cameras, detector=detector or DetectorConfig())

    def test_the_detector_is_asked_for_what_all_cameras_want(self, fixtures):
        model = str(fixtures / "models" / "yolox_nano_416.onnx")
        for classes, expected in [
            ((None, None), ["person", "dog"]),
            ((["car"], None), ["car", "person", "dog"]),
            ((["car"], [2, "truck"]), ["car", 2, "truck"]),
        ]:
            config = self.config(*classes, detector=DetectorConfig(model=model, classes=["person", "dog"]))
            with pipeline_from_config(config, Sinks([], []), keep_pictures=False) as pipeline:
                found = decoder_classes(pipeline.detector)
                assert found == set(
                    sightline.detectors.class_ids(expected, pipeline.detector.class_names, num_classes=80)
                )
                wanted = [camera.classes for camera in pipeline.cameras.values()]
                own = any(of is not None for of in classes)
                assert wanted == [of or (["person", "dog"] if own else None) for of in classes]

    def test_an_unknown_class_is_told_with_every_place_that_asks_for_it(self, fixtures):
        model = str(fixtures / "models" / "yolox_nano_416.onnx")
        detector = DetectorConfig(model=model, classes=["person", "tram"])
        for classes, paths in [
            ((["car"], ["bus", "carr"]), ["cameras[1].classes[1]"]),
            ((["carr"], ["bus", "carr"]), ["cameras[0].classes[0]", "cameras[1].classes[1]"]),
            ((None, ["car"], None), ["detector.classes[1]"]),
        ]:
            with pytest.raises(ConfigError) as error:
                pipeline_from_config(
                    self.config(*classes, detector=detector), Sinks([], []), keep_pictures=False
                )
            assert [fault.path for fault in error.value.faults] == paths

    def test_the_motion_detector_knows_people_only(self):
        config = self.config(None, ["car"], detector=DetectorConfig(model="motion"))
        with pytest.raises(ConfigError, match=r"cameras\[1\]\.classes\[0\]: The model has no class 'car'"):
            pipeline_from_config(config, Sinks([], []), keep_pictures=False)


def decoder_classes(detector):
    """The classes that a detector's decoder lets through, asked with one sure box of every class."""
    rows = np.zeros((1, 3549, 85), np.float32)
    for number in range(80):
        # Cells far apart, so that no box hides another.
        rows[0, number * 9, :4] = 0.5, 0.5, 0.0, 0.0
        rows[0, number * 9, 4] = rows[0, number * 9, 5 + number] = 1.0
    placement = sightline._core.Converter(detector.tensor_spec, 416, 416).placement
    return set(detector.decoder.decode([rows], 0, placement)[2].tolist())


class TestStationary:
    def left(self, ball, stationary):
        camera = sightline.Camera(
            sightline.open_source(ball), sightline.Scene(zones=[EVERYWHERE]), stationary=stationary
        )
        events = sightline.Pipeline(cameras=[camera], detector=Street())
        return [
            (event.object_class, event.reason, round(event.pts_ns / TENTH_NS))
            for event in events
            if isinstance(event, sightline.ZoneExited)
        ]

    def test_what_stands_is_lost_after_the_share_and_what_moves_is_not(self, ball):
        last = FRAMES - 1
        at_the_end = [(name, "ended", last) for name in ("person", "car", "dog")]
        assert sorted(self.left(ball, None)) == sorted(at_the_end)
        assert sorted(self.left(ball, StationaryConfig())) == sorted(at_the_end)
        # A fifth of 10 seconds is over after 2.0 s.
        assert sorted(self.left(ball, StationaryConfig(window_s=10))) == sorted(
            [("car", "lost", 20), ("dog", "lost", 20), ("person", "ended", last)]
        )

    def test_a_distance_beyond_its_steps_takes_the_walker_too(self, ball):
        # The square goes 3 pixels a frame: for somebody 200 pixels wide that would be standing.
        left = self.left(ball, StationaryConfig(window_s=10, distance_px=200))
        assert {(name, reason) for name, reason, _ in left} == {
            (name, "lost") for name in ("person", "car", "dog")
        }

    def test_settings_are_checked_when_they_are_read(self, ball, tmp_path):
        file = tmp_path / "run.toml"
        file.write_text(
            f"""
            [[cameras]]
            source = "{ball.name}"
            loop = 1
            classes = []
            stationary = {{ distance_px = 0.0, window_s = 0.5, ratio = 1.5, buffer = 3 }}
            """
        )
        with pytest.raises(ConfigError) as error:
            load_config(file)
        assert {fault.path for fault in error.value.faults} == {
            "cameras[0].loop",
            "cameras[0].classes",
            "cameras[0].stationary.buffer",
            "cameras[0].stationary.distance_px",
            "cameras[0].stationary.window_s",
            "cameras[0].stationary.ratio",
        }
        file.write_text(
            f"""
            [[cameras]]
            source = "{ball.name}"
            loop = true
            classes = ["car", 0]
            [cameras.stationary]
            window_s = 60
            """
        )
        (camera,) = load_config(file).cameras
        assert (camera.loop, camera.classes) == (True, ["car", 0])
        assert camera.stationary == StationaryConfig(distance_px=5, window_s=60, ratio=0.2)

    def test_settings_that_were_not_read_from_a_file_are_checked_too(self, ball):
        with pytest.raises(ValueError, match=r"stationary\.window_s: expected 1 to 86400 seconds, found 0"):
            self.left(ball, StationaryConfig(window_s=0))


@pytest.mark.slow
def test_a_lamp_post_taken_for_a_person_goes_and_people_stay(fixtures):
    """On the real street, what is lost to the filter is a post: one box at one place for as long as the film lasts."""
    video = Path(fixtures) / "videos" / "vtest_480x360.avi"
    model = fixtures / "models" / "yolox_nano_416.onnx"

    post = np.float32([18, 66, 30, 88])

    def followed(stationary):
        """Seconds in which the post was a track, and how many boxes there were of others."""
        camera = sightline.Camera(sightline.open_source(video), sightline.Scene(), stationary=stationary)
        seconds, others = [], 0
        with sightline.Pipeline(
            cameras=[camera],
            detector=sightline.OnnxDetector(model, confidence=0.1),
            tracker=sightline.ByteTrack(new_track_thresh=0.5),
        ) as pipeline:
            for step in itertools.islice(pipeline.steps(), 300):
                for image in step.images:
                    is_post = np.abs(image.tracks.xyxy - post).max(axis=1) < 6
                    seconds += [image.pts_ns / 1e9] * int(is_post.sum())
                    others += int((~is_post).sum())
        return seconds, others

    always, others = followed(None)
    assert always[0] < 3
    assert always[-1] > 29
    until, others_filtered = followed(StationaryConfig(window_s=60))
    # Twelve seconds of it, from the first frame on, are the share. Now and then the box is cut otherwise, which is a spot of its own.
    assert [second for second in until if second < 12] == [second for second in always if second < 12]
    assert sum(second > 12.1 for second in until) < 0.05 * sum(second > 12.1 for second in always)
    assert others_filtered == pytest.approx(others, rel=0.02)
