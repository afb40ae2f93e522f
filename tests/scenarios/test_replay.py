"""Detections are recorded once, and a replay of them gives the events of the run, byte for byte."""

import json
import signal
import subprocess
import sys
import time
from types import MappingProxyType

import pytest
from tests.peers.rtsp import RtspServer
from tests.scenarios.test_live import QUICK, run_until, write_film
from tests.unit.test_pipeline import LINE, Whiteness, write_ball

import sightline as package
from sightline import Camera, DetectionRecorder, Pipeline, Scene, Zone, open_recording, open_source
from sightline.events.azure import AzureCamera, AzureReport
from sightline.sinks import JsonLinesSink

DRAWN = ("--line", "middle:0,0.5,1,0.5", "--zone", "low:0,0.5,1,0.5,1,1,0,1")
LOW = Zone("low", [(0, 0.5), (1, 0.5), (1, 1), (0, 1)], dwell_s=0.5)
SCENE = Scene(lines=[LINE], zones=[LOW], summary_s=1.0)


@pytest.fixture
def ball(tmp_path):
    return write_ball(tmp_path / "ball.mp4")


@pytest.fixture
def recorded(sightline, ball, tmp_path):
    """A recording of the ball, and the events of the run while it was made."""
    result = sightline("run", ball, "--model", "motion", *DRAWN, "--record-detections", "ball.detections")
    assert result.returncode == 0, result.stderr
    assert len(result.stdout.splitlines()) >= 3
    return tmp_path / "ball.detections", result.stdout


def two_cameras(ball, tmp_path, *, sinks=""):
    write_ball(tmp_path / "up.mp4", downwards=False)
    file = tmp_path / "two.toml"
    file.write_text(
        f"""
        [[cameras]]
        source = "{ball.name}"
        id = "down"
        fps = 5
        started_at = "2026-05-01T08:00:00Z"
        lines = [{{ name = "middle", from = [0.0, 0.75], to = [1.0, 0.75] }}]
        [[cameras]]
        source = "up.mp4"
        id = "up"
        lines = [{{ name = "middle", from = [0.0, 0.5], to = [1.0, 0.5] }}]
        zones = [{{ name = "all", polygon = [[0, 0], [1, 0], [1, 1], [0, 1]], dwell_s = 1 }}]
        [detector]
        model = "motion"
        {sinks}
        """
    )
    return file


class TestAReplay:
    def test_gives_the_bytes_of_the_run_that_was_recorded(self, sightline, recorded):
        file, events = recorded
        again = sightline("run", "--detections", file, *DRAWN)
        assert again.returncode == 0, again.stderr
        assert again.stdout == events

    def test_needs_neither_video_nor_model(self, sightline, recorded, ball):
        file, events = recorded
        ball.unlink()
        assert sightline("run", "--detections", file, *DRAWN).stdout == events

    def test_of_what_was_only_recorded_is_the_same(self, sightline, recorded, ball):
        _, events = recorded
        made = sightline("record-detections", ball, "--model", "motion", "-o", "only.detections", "--json")
        told = json.loads(made.stdout)
        assert (told["frames"], told["stopped"]) == (60, False)
        assert told["bytes"] == (ball.parent / "only.detections").stat().st_size
        assert sightline("run", "--detections", "only.detections", *DRAWN).stdout == events

    def test_may_have_other_lines_and_zones(self, sightline, recorded, ball):
        file, _ = recorded
        other = ("--line", "lower:0,0.7,1,0.7")
        live = sightline("run", ball, "--model", "motion", *other)
        again = sightline("run", "--detections", file, *other)
        assert len(live.stdout.splitlines()) == 1
        assert again.stdout == live.stdout

    def test_of_two_cameras_keeps_their_order(self, sightline, ball, tmp_path):
        config = two_cameras(ball, tmp_path)
        live = sightline("run", config, "--record-detections", "two.detections")
        assert live.returncode == 0, live.stderr
        assert {json.loads(line)["source"] for line in live.stdout.splitlines()} == {
            "/cameras/down",
            "/cameras/up",
        }
        assert sightline("run", config, "--detections", "two.detections").stdout == live.stdout

    def test_sends_nothing_to_the_sinks_of_the_configuration(self, sightline, ball, tmp_path):
        config = two_cameras(ball, tmp_path, sinks='[[sinks]]\ntype = "file"\npath = "real.jsonl"')
        assert sightline("run", config, "--record-detections", "two.detections").returncode == 0
        real = tmp_path / "real.jsonl"
        events = real.read_text()
        again = sightline("run", config, "--detections", "two.detections")
        assert "its sinks get nothing of a replay" in again.stderr
        assert (again.stdout, real.read_text()) == (events, events)

    def test_writes_the_messages_of_azure_too(self, sightline, ball, tmp_path):
        config = two_cameras(ball, tmp_path)
        azure = ("--encoding", "azure")
        live = sightline("run", config, *azure, "--record-detections", "two.detections")
        assert len(live.stdout.splitlines()) >= 4
        assert sightline("run", config, *azure, "--detections", "two.detections").stdout == live.stdout

    def test_has_the_times_that_the_run_was_told(self, sightline, ball):
        start = ("--started-at", "2026-05-01T08:00:00Z")
        live = sightline("run", ball, "--model", "motion", *DRAWN, *start, "--record-detections", "timed")
        assert '"time":"2026-05-01T08:00:0' in live.stdout
        assert sightline("run", "--detections", "timed", *DRAWN).stdout == live.stdout
        later = sightline("run", "--detections", "timed", *DRAWN, "--started-at", "2026-05-01T09:00:00Z")
        assert later.stdout == live.stdout.replace("2026-05-01T08", "2026-05-01T09")

    @pytest.mark.slow
    def test_of_a_real_video_and_model(self, sightline, fixtures):
        video = fixtures / "videos" / "one-by-one-person-detection.mp4"
        model = fixtures / "models" / "fastestdet_352.onnx"
        live = sightline("run", video, "--model", model, *DRAWN, "--record-detections", "real.detections")
        assert len(live.stdout.splitlines()) > 10
        assert sightline("run", "--detections", "real.detections", *DRAWN).stdout == live.stdout


class TestAReplayInPython:
    def events_of(self, tmp_path, name, **pipeline):
        file, messages = tmp_path / f"{name}.jsonl", tmp_path / f"{name}.azure"
        with Pipeline(
            **pipeline, sinks=[JsonLinesSink(file)], azure_sinks=[JsonLinesSink(messages)]
        ) as running:
            for _ in running:
                pass
        return file.read_bytes(), messages.read_bytes()

    def test_gives_the_same_events_and_messages_in_batches_of_any_size(self, ball, tmp_path):
        up = write_ball(tmp_path / "up.mp4", downwards=False)
        sources = [open_source(ball, source_id="a", fps=4), open_source(up, source_id="b")]
        for batch in (1, 4):
            recorder = DetectionRecorder(tmp_path / f"{batch}.detections")
            cameras = [Camera(source, SCENE) for source in sources]
            live = self.events_of(
                tmp_path,
                f"live{batch}",
                cameras=cameras,
                detector=Whiteness(),
                recorder=recorder,
                batch=batch,
            )
            recording = open_recording(recorder.path)
            assert recording.frames == recorder.frames == 84
            cameras = [Camera(recording.source(name), SCENE) for name in "ab"]
            again = self.events_of(tmp_path, f"again{batch}", cameras=cameras, detector=recording)
            assert again == live
            assert all(len(each.splitlines()) >= 4 for each in live)

    def test_of_a_looped_file_goes_on_over_its_epochs(self, ball, tmp_path):
        source = open_source(ball, loop=True, started_at="2026-05-01T08:00:00Z")
        recorder = DetectionRecorder(tmp_path / "looped.detections")
        sink = JsonLinesSink(tmp_path / "live.jsonl")
        with Pipeline(
            source=source, scene=SCENE, detector=Whiteness(), sinks=[sink], recorder=recorder
        ) as pipeline:
            run_until(pipeline, lambda steps: len(steps) >= 150)
        live = (tmp_path / "live.jsonl").read_bytes()
        assert b'"epoch":2' in live
        recording = open_recording(recorder.path)
        camera = Camera(recording.source(), SCENE)
        again, _ = self.events_of(tmp_path, "again", cameras=[camera], detector=recording)
        assert again == live

    def test_ends_what_was_open_when_the_run_was_stopped(self, ball, tmp_path):
        recorder = DetectionRecorder(tmp_path / "early.detections")
        sink = JsonLinesSink(tmp_path / "live.jsonl")
        with Pipeline(
            source=open_source(ball), scene=SCENE, detector=Whiteness(), sinks=[sink], recorder=recorder
        ) as pipeline:
            run_until(pipeline, lambda steps: len(steps) >= 30)
        live = (tmp_path / "live.jsonl").read_bytes()
        assert b'"reason":"ended"' in live
        recording = open_recording(recorder.path)
        camera = Camera(recording.source(), SCENE)
        again, _ = self.events_of(tmp_path, "again", cameras=[camera], detector=recording)
        assert again == live

    def test_may_follow_other_classes_and_another_tracker(self, ball, tmp_path):
        class Shapes(Whiteness):
            class_names = MappingProxyType({0: "square", 1: "circle"})

        def crossings(pipeline):
            with pipeline:
                return sum(isinstance(event, package.LineCrossed) for event in pipeline)

        recorder = DetectionRecorder(tmp_path / "ball.detections")
        camera = Camera(open_source(ball), SCENE, classes=["circle"])
        assert crossings(Pipeline(cameras=[camera], detector=Shapes(), recorder=recorder)) == 0
        # What the run left out is in the recording all the same.
        recording = open_recording(recorder.path)
        for classes, expected in ((None, 1), (["Square"], 1), ([0], 1), (["circle"], 0)):
            camera = Camera(recording.source(), SCENE, classes=classes)
            assert crossings(Pipeline(cameras=[camera], detector=recording)) == expected
        sure = package.ByteTrack(new_track_thresh=0.95)
        assert (
            crossings(Pipeline(source=recording.source(), scene=SCENE, detector=recording, tracker=sure)) == 0
        )
        with pytest.raises(package.ConfigError, match="no class 'star'"):
            Pipeline(cameras=[Camera(recording.source(), SCENE, classes=["star"])], detector=recording)

    def test_and_its_sources_belong_together(self, ball, tmp_path):
        recorder = DetectionRecorder(tmp_path / "ball.detections")
        with Pipeline(source=open_source(ball), detector=Whiteness(), recorder=recorder) as pipeline:
            list(pipeline)
        recording = open_recording(recorder.path)
        with pytest.raises(package.RecordingError, match="ball: expected the recording as the detector"):
            Pipeline(source=recording.source(), detector=Whiteness())
        with pytest.raises(
            package.RecordingError, match="ball: expected a source of the recording, found a video"
        ):
            Pipeline(source=open_source(ball), detector=recording)
        with pytest.raises(package.SourceError, match="has no pictures"):
            list(recording.source())
        with pytest.raises(package.RecordingError, match="expected a camera 'hall'; it has: ball"):
            recording.source("hall")
        with pytest.raises(package.RecordingError, match="there is such a file"):
            Pipeline(
                source=open_source(ball), detector=Whiteness(), recorder=DetectionRecorder(recorder.path)
            )


class TestALiveCamera:
    @pytest.fixture
    def server(self, film):
        server = RtspServer({"door": film})
        yield server
        server.close()

    def replayed(self, recorder, tmp_path, azure):
        recording = open_recording(recorder.path)
        sinks = {
            "sinks": [JsonLinesSink(tmp_path / "again.jsonl")],
            "azure_sinks": [JsonLinesSink(tmp_path / "again.azure")],
        }
        camera = Camera(recording.source(), SCENE, azure=azure)
        with Pipeline(cameras=[camera], detector=recording, **sinks) as pipeline:
            list(pipeline)
            started_at = pipeline.connection().started_at
        return started_at, [(tmp_path / f"again.{end}").read_bytes() for end in ("jsonl", "azure")]

    @pytest.mark.slow
    def test_has_the_same_ids_and_times_again_over_losses_and_changes_of_size(self, server, film, tmp_path):
        azure = AzureCamera(
            source_id="door", operation="x", reports=[AzureReport(event="linecrossing", region="middle")]
        )
        source = open_source(server.url("door", user="viewer:pass@"), source_id="door", fps=None, **QUICK)
        recorder = DetectionRecorder(tmp_path / "door.detections")
        with Pipeline(
            cameras=[Camera(source, SCENE, azure=azure)],
            detector=Whiteness(),
            sinks=[JsonLinesSink(tmp_path / "live.jsonl")],
            azure_sinks=[JsonLinesSink(tmp_path / "live.azure")],
            recorder=recorder,
        ) as pipeline:
            run_until(pipeline, lambda steps: sum(len(step.events) for step in steps) >= 4)
            server.films["door"] = write_film(tmp_path / "wide.mp4", (480, 240))
            run_until(
                pipeline,
                lambda steps: any(i.tracks.size_px == (480, 240) for step in steps for i in step.images),
            )
            server.films["door"] = film
            server.cut()
            run_until(
                pipeline, lambda steps: any(event.epoch == 1 for step in steps for event in step.events)
            )
            started_at = pipeline.connection().started_at
        live = [(tmp_path / f"live.{end}").read_bytes() for end in ("jsonl", "azure")]
        assert [each.count(b"\n") >= least for each, least in zip(live, (4, 1), strict=True)] == [True, True]
        assert self.replayed(recorder, tmp_path, azure) == (started_at, live)
        kept = recorder.path.read_bytes()
        assert b"viewer" not in kept
        assert b"pass" not in kept

    @pytest.mark.slow
    def test_is_recorded_until_ctrl_c(self, server, tmp_path):
        heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
        code = f"{heard}; from sightline.cli import main; main()"
        arguments = ["record-detections", server.url("door"), "--model", "motion", "-o", "door.detections"]
        child = subprocess.Popen(
            [sys.executable, "-c", code, *arguments], cwd=tmp_path, stderr=subprocess.PIPE
        )
        file = tmp_path / "door.detections"
        until = time.monotonic() + 60
        while not (file.exists() and list(open_recording(file).steps())):
            assert time.monotonic() < until, "nothing recorded"
            time.sleep(0.1)
        # What is written so far can be read while the run goes on.
        assert open_recording(file).truncated_at is not None
        child.send_signal(signal.SIGINT)
        _, words = child.communicate(timeout=60)
        assert child.returncode == 130, words
        assert b"Traceback" not in words
        recording = open_recording(file)
        assert recording.frames == sum(len(step.frames) for step in recording.steps()) > 0
        assert recording.truncated_at is None


class TestWhatDoesNotFit:
    def test_a_camera_that_was_not_recorded_is_told_with_both_sides(
        self, sightline, recorded, ball, tmp_path
    ):
        file, _ = recorded
        result = sightline("run", two_cameras(ball, tmp_path), "--detections", file)
        assert result.returncode == 1
        assert "cameras[0].id: expected a camera of" in result.stderr
        assert "which has ball; found 'down'" in " ".join(result.stderr.split())

    def test_cameras_that_nobody_asks_for_are_left_out_and_told(self, sightline, ball, tmp_path):
        config = two_cameras(ball, tmp_path)
        live = sightline("run", config, "--record-detections", "two.detections")
        one = tmp_path / "one.toml"
        one.write_text(config.read_text().split('[[cameras]]\n        source = "up.mp4"')[0])
        again = sightline("run", one, "--detections", "two.detections")
        assert "up: not in the configuration, so left out" in again.stderr
        downs = [line for line in live.stdout.splitlines() if "/cameras/down" in line]
        assert again.stdout.splitlines() == downs

    @pytest.mark.parametrize(
        ("option", "why"),
        [
            (("--render", "look.mp4"), "--render: a recording of detections has no pictures"),
            (("--heat-map", "heat.png"), "--heat-map: a recording of detections has no pictures"),
            (("--model", "motion"), "--model: this was decided when the detections were recorded"),
            (("--fps", "5"), "--fps: this was decided"),
            (("--once",), "--once: this was decided"),
            (("ball.mp4",), "ball.mp4: expected a CONFIG.toml, a MANIFEST.json or nothing"),
        ],
    )
    def test_an_option_about_videos_is_refused(self, sightline, recorded, option, why):
        result = sightline("run", *option, "--detections", recorded[0])
        assert result.returncode == 1
        assert why in result.stderr

    def test_lines_on_the_command_line_are_for_one_camera(self, sightline, ball, tmp_path):
        config = two_cameras(ball, tmp_path)
        assert sightline("run", config, "--record-detections", "two.detections").returncode == 0
        result = sightline("run", "--detections", "two.detections", *DRAWN)
        assert result.returncode == 1
        assert "--line: expected a recording of one camera, found 2: down, up" in result.stderr

    def test_a_recording_is_never_overwritten(self, sightline, recorded, ball):
        file, _ = recorded
        before = file.read_bytes()
        result = sightline("record-detections", ball, "--model", "motion", "-o", file)
        assert result.returncode == 1
        assert "there is such a file" in result.stderr
        assert file.read_bytes() == before

    def test_a_recording_that_breaks_off_is_replayed_as_far_as_it_is_whole(self, sightline, recorded):
        file, events = recorded
        file.write_bytes(file.read_bytes()[:-1])
        result = sightline("run", "--detections", file, *DRAWN)
        assert result.returncode == 0
        assert "breaks off at byte" in result.stderr
        assert result.stdout == events

    def test_something_else_is_no_recording(self, sightline, ball):
        result = sightline("run", "--detections", ball, *DRAWN)
        assert result.returncode == 1
        assert "expected a recording of detections" in result.stderr
        assert sightline("run", "--detections", "nowhere", *DRAWN).returncode == 1
        assert sightline("run").returncode == 2

    def test_a_version_from_the_future_is_told(self, sightline, recorded):
        file, _ = recorded
        file.write_bytes(file.read_bytes().replace(b"detections 1\n", b"detections 2\n", 1))
        result = sightline("run", "--detections", file)
        assert result.returncode == 1
        assert "expected version 1 of the format, found 2" in result.stderr

    def test_face_masks_are_not_told(self, sightline, ball, tmp_path):
        config = two_cameras(ball, tmp_path)
        assert sightline("run", config, "--record-detections", "two.detections").returncode == 0
        config.write_text(config.read_text().replace('id = "up"', 'id = "up"\nface_masks = true'))
        result = sightline("run", config, "--detections", "two.detections")
        assert result.returncode == 0
        assert "up: face masks need pictures, so a replay tells none" in result.stderr
