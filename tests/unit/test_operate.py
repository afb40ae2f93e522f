"""What an operator is told, piece by piece."""

import socket
import time

import pytest
from tests.unit.test_pipeline import Whiteness, write_ball

from sightline.config import load_config
from sightline.errors import ConfigError
from sightline.operate import Address, Observer
from sightline.operate.health import Health, Patience
from sightline.operate.histogram import WINDOW_S, Histogram, Recent
from sightline.operate.systemd import Notifier
from sightline.pipeline import Pipeline
from sightline.scene import Line, Scene
from sightline.video import open_source


@pytest.fixture
def video(tmp_path):
    return write_ball(tmp_path / "ball.mp4")


def pipeline_of(video, name="ball", fps=3.0):
    scene = Scene(lines=[Line("middle", (0, 0.5), (1, 0.5))])
    return Pipeline(
        source=open_source(video, source_id=name, fps=fps), scene=scene, detector=Whiteness(), sinks=[]
    )


def test_counts_while_it_runs_are_those_of_the_end(video):
    observer = Observer()
    with pipeline_of(video) as pipeline:
        observer.attach(pipeline)
        assert [record.state for record in observer.cameras()] == ["starting"]
        for step in pipeline.steps():
            (record,) = observer.cameras()
            if step.images:
                assert record.analyzed + record.gated == step.images[-1].index + 1
                assert record.visible == len(step.images[-1].tracks)
    (record,) = observer.cameras()
    ending = pipeline.endings[0]
    assert (record.analyzed, record.gated) == (ending.frames_analyzed, ending.frames_gated)
    assert record.gated > 0
    assert (record.state, record.error) == ("ended", "")
    assert record.events == {"sightline.line.crossed.v1": 1}
    assert sum(observer.steps().counts) == record.analyzed


def test_each_stage_of_a_step_is_timed_and_they_make_the_step(video):
    class Slow(Whiteness):
        def infer(self, batch):
            time.sleep(0.02)
            return super().infer(batch)

    class SlowSink:
        def emit(self, events):
            time.sleep(0.05)

        def flush(self):
            pass

        def close(self):
            pass

    observer = Observer()
    scene = Scene(lines=[Line("middle", (0, 0.5), (1, 0.5))])
    source = open_source(video, source_id="ball", fps=3.0)
    with Pipeline(source=source, scene=scene, detector=Slow(), sinks=[SlowSink()]) as pipeline:
        observer.attach(pipeline)
        events = list(pipeline)
    (record,) = observer.cameras()
    stages, steps = observer.stages(), observer.steps()
    assert {stage: sum(taken.counts) for stage, taken in stages.items()} == dict.fromkeys(
        ("wait", "infer", "advance", "deliver"), record.analyzed
    )
    assert stages["infer"].sum_s >= 0.02 * record.analyzed
    assert stages["deliver"].sum_s >= 0.05 * len(events) > 0
    assert stages["advance"].sum_s < stages["infer"].sum_s
    work_s = sum(stages[stage].sum_s for stage in ("infer", "advance", "deliver"))
    assert work_s == pytest.approx(steps.sum_s)
    # A frame is under way for as long as its step, and for as long as it waited before.
    assert sum(record.latencies.counts) == record.analyzed
    assert record.latencies.sum_s > steps.sum_s
    assert record.pace.latency_p99_s >= 0.02


def test_frames_that_wait_for_a_slow_detector_are_counted(video):
    observer = Observer()
    with pipeline_of(video, fps=10.0) as pipeline:
        observer.attach(pipeline)
        steps = pipeline.steps()
        next(steps)
        until = time.monotonic() + 10
        while observer.cameras()[0].waiting < 4:
            assert time.monotonic() < until
        assert pipeline.connection().frames_waiting == 4
        for _ in steps:
            pass
        assert observer.cameras()[0].waiting == 0


def test_the_last_seconds_are_exact():
    recent = Recent()
    assert recent.pace(0.0).fps is None
    for number in range(200):
        recent.add(number / 10, number / 1000)
    pace = recent.pace(19.9)
    assert pace.fps == pytest.approx(10, rel=0.02)
    # Of the last hundred frames, which took 0.1 to 0.199 seconds.
    assert (pace.latency_p50_s, pace.latency_p99_s) == (0.149, 0.198)
    assert recent.pace(24.9).fps == pytest.approx(5, rel=0.02)
    assert recent.pace(19.9 + WINDOW_S + 1) == (0, None, None)


def test_a_thousand_frames_a_second_are_told_from_what_is_remembered():
    recent = Recent()
    for number in range(20_000):
        recent.add(number / 1000, 0.001)
    assert len(recent._frames) < 1000
    assert recent.pace(21.0).fps is not None
    assert recent.pace(20.5).fps == pytest.approx(511 / (20.5 - 19.488))


def test_a_duration_is_in_the_bucket_whose_bound_it_reaches():
    taken = Histogram()
    for took_s in (0.0, 0.001, 0.0011, 10.0, 10.1):
        taken.add(took_s)
    assert (taken.counts[0], taken.counts[1], taken.counts[-2], taken.counts[-1]) == (2, 1, 1, 1)
    assert taken.sum_s == pytest.approx(20.1021)


def test_a_camera_that_is_named_no_longer_is_forgotten(video):
    observer = Observer()
    for name in ("ball", "other"):
        with pipeline_of(video, name) as pipeline:
            observer.attach(pipeline)
            for _ in pipeline.steps():
                pass
            (record,) = observer.cameras()
            assert (record.name, record.analyzed) == (name, pipeline.endings[0].frames_analyzed)
    observer.attach(None)
    assert observer.cameras() == []


def test_the_second_run_of_a_camera_adds_to_the_first(video):
    observer = Observer()
    for times in (1, 2):
        with pipeline_of(video) as pipeline:
            observer.attach(pipeline)
            for _ in pipeline.steps():
                pass
            (record,) = observer.cameras()
            assert record.analyzed == times * pipeline.endings[0].frames_analyzed
            assert record.gated == times * pipeline.endings[0].frames_gated
            assert record.events.total() == times


def test_a_long_step_is_no_life_and_a_long_wait_is(video):
    now = [0.0]
    observer = Observer(lambda: now[0])
    health = Health(observer, Patience(stall_s=10, sink_s=1))
    assert not health.started().holds
    assert not health.ready().holds
    with pipeline_of(video) as pipeline:
        observer.attach(pipeline)
        assert health.started().holds
        assert health.ready().reasons == ("camera ball: no frame yet",)
        steps = pipeline.steps()
        next(steps)
        assert health.ready().holds
        now[0] += 11
        assert health.live().reasons == ("the loop is at one step for 11 s; 10 s are allowed",)
        for _ in steps:
            pass
        now[0] += 1000
        assert health.live().holds
        assert health.ready().holds


@pytest.mark.parametrize(
    "text", ["9464", "127.0.0.1", "127.0.0.1:", "127.0.0.1:70000", "example.com:80", ":80", "1.2.3.4:-1"]
)
def test_what_is_no_address_is_refused(text):
    with pytest.raises(ConfigError, match="expected an IP address and a port"):
        Address.of(text)


@pytest.mark.parametrize(
    ("text", "loopback"),
    [
        ("127.0.0.1:1", True),
        ("localhost:1", True),
        ("[::1]:1", True),
        ("0.0.0.0:1", False),
        ("[::]:1", False),
    ],
)
def test_loopback_is_told_from_the_rest(text, loopback):
    assert Address.of(text).is_loopback is loopback


def test_the_token_of_a_configuration_lies_beside_it(tmp_path):
    (tmp_path / "run.toml").write_text(
        '[[cameras]]\nsource = "a.mp4"\n[operate]\nlisten = "0.0.0.0:1"\ntoken = { file = "token" }\n'
    )
    (tmp_path / "token").write_text("secret\n")
    config = load_config(tmp_path / "run.toml")
    assert config.operate.token.read() == "secret"
    assert "secret" not in repr(config)


def test_systemd_is_heard_on_an_abstract_socket_too():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind("\0sightline-test-notify")
        heard.settimeout(5)
        notifier = Notifier(lambda: True, {"NOTIFY_SOCKET": "@sightline-test-notify"})
        assert notifier.is_wanted
        notifier.ready()
        notifier.stop()
        notifier.stop()
        assert [heard.recv(100) for _ in range(2)] == [b"READY=1", b"STOPPING=1"]


def test_a_watchdog_that_is_another_process_is_left_to_it():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind("\0sightline-test-watchdog")
        heard.settimeout(0.2)
        place = {"NOTIFY_SOCKET": "@sightline-test-watchdog", "WATCHDOG_USEC": "2000", "WATCHDOG_PID": "1"}
        Notifier(lambda: True, place).ready()
        assert heard.recv(100) == b"READY=1"
        with pytest.raises(TimeoutError):
            heard.recv(100)


def test_without_systemd_nothing_is_sent_or_started():
    notifier = Notifier(lambda: True, {})
    assert not notifier.is_wanted
    before = time.monotonic()
    notifier.ready()
    notifier.stop()
    assert time.monotonic() - before < 1
