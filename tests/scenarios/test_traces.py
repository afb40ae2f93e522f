"""Traces of a run as a collector gets them, and a run whose collector is away."""

import json
import subprocess
import sys
import time

import pytest
from tests.peers.otlp import Collector, values
from tests.support.operated import wait_for
from tests.unit.test_pipeline import FRAMES, LINE, Whiteness, write_ball

from sightline.errors import ConfigError
from sightline.operate import Observer
from sightline.operate.tracing import Tracing, url_of
from sightline.pipeline import Pipeline
from sightline.scene import Scene
from sightline.video import open_source


def run(folder, tracing):
    """Watch the ball to its end."""
    observer = Observer(tracing=tracing)
    source = open_source(write_ball(folder / "ball.mp4"), source_id="lobby", fps=None)
    with Pipeline(source=source, scene=Scene(lines=[LINE]), detector=Whiteness()) as pipeline:
        observer.attach(pipeline)
        events = list(pipeline)
    return events, observer


def test_each_step_is_a_trace_with_a_span_for_each_stage(tmp_path):
    before_ns = time.time_ns()
    with Collector() as collector:
        tracing = Tracing(collector.url, ratio=1, version="1.2.3")
        events, observer = run(tmp_path, tracing)
        tracing.close()
    assert collector.names == {"step": FRAMES, "infer": FRAMES, "advance": FRAMES, "deliver": FRAMES}
    (resource,) = {json.dumps(found, sort_keys=True) for found in collector.resources}
    assert {"service.name": "sightline", "service.version": "1.2.3"}.items() <= json.loads(resource).items()
    steps = {span.span_id: span for span in collector.spans if span.name == "step"}
    assert len({span.trace_id for span in steps.values()}) == FRAMES
    assert sum(values(span)["sightline.events"] for span in steps.values()) == len(events) > 0
    for span in steps.values():
        assert values(span).keys() == {
            "sightline.cameras",
            "sightline.frames",
            "sightline.events",
            "sightline.wait_s",
            "sightline.frame_to_event_s",
        }
        assert values(span)["sightline.cameras"] == ["lobby"]
        assert before_ns < span.start_time_unix_nano < span.end_time_unix_nano < time.time_ns()
    for span in collector.spans:
        if span.name == "step":
            continue
        step = steps[span.parent_span_id]
        assert span.trace_id == step.trace_id
        assert step.start_time_unix_nano <= span.start_time_unix_nano <= span.end_time_unix_nano
        assert span.end_time_unix_nano <= step.end_time_unix_nano
    infer_s = sum(s.end_time_unix_nano - s.start_time_unix_nano for s in collector.spans if s.name == "infer")
    assert infer_s / 1e9 == pytest.approx(observer.stages()["infer"].sum_s, rel=0.01)


def test_a_share_of_the_steps_is_traced_whole(tmp_path):
    with Collector() as collector:
        tracing = Tracing(collector.url, ratio=0.5, version="1")
        for number in range(4):
            (tmp_path / str(number)).mkdir()
            run(tmp_path / str(number), tracing)
        tracing.close()
    steps = collector.names["step"]
    assert 0.25 < steps / (4 * FRAMES) < 0.75
    assert collector.names == dict.fromkeys(("step", "infer", "advance", "deliver"), steps)


def test_the_variables_of_opentelemetry_say_where_what_and_how_much(tmp_path, monkeypatch):
    with Collector() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20t0ken")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")
        monkeypatch.setenv("OTEL_SERVICE_NAME", "doors")
        monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "site=berlin")
        monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_on")
        tracing = Tracing("env", version="1")
        run(tmp_path, tracing)
        tracing.close()
    assert collector.names["step"] == FRAMES
    headers, _ = collector.requests[0]
    assert headers["Authorization"] == "Bearer t0ken"
    assert {"service.name": "doors", "site": "berlin"}.items() <= collector.resources[0].items()
    assert "t0ken" not in str([request for _, request in collector.requests])


@pytest.mark.slow
def test_a_collector_that_is_away_or_hangs_disturbs_nothing_and_holds_up_the_end_for_seconds(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "20")
    monkeypatch.setenv("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "10")
    with Collector() as gone:
        pass
    tracing = Tracing(gone.url, ratio=1, version="1")
    events, observer = run(tmp_path, tracing)
    assert events
    assert sum(observer.steps().counts) == FRAMES
    queue = tracing._provider._active_span_processor._span_processors[0]._batch_processor._queue
    assert len(queue) <= 20
    began = time.monotonic()
    tracing.close()
    assert time.monotonic() - began < 7


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
        ("https://otel.shop/prefix/", "https://otel.shop/prefix/v1/traces"),
        ("http://[::1]:4318/v1/traces", "http://[::1]:4318/v1/traces"),
    ],
)
def test_the_path_of_otlp_is_added_where_it_is_missing(endpoint, url):
    assert url_of(endpoint) == url


@pytest.mark.parametrize(
    "endpoint", ["127.0.0.1:4318", "grpc://x:4317", "http://", "http://[::1", "http://x:y"]
)
def test_what_is_no_url_of_a_collector_is_refused(endpoint):
    with pytest.raises(ConfigError, match="expected the URL of a collector"):
        url_of(endpoint)


def test_a_password_in_the_url_is_refused_and_not_told():
    with pytest.raises(ConfigError, match="OTEL_EXPORTER_OTLP_HEADERS") as caught:
        url_of("https://user:pa55@otel.shop")
    assert "pa55" not in str(caught.value)


def test_nothing_of_opentelemetry_is_imported_where_no_traces_are_asked_for(tmp_path):
    write_ball(tmp_path / "ball.mp4")
    code = (
        "import sys; from sightline.cli.app import app;"
        " app(['run', 'ball.mp4', '--model', 'motion', '--listen', '127.0.0.1:0', '--sink', 'out.jsonl'], standalone_mode=False);"
        " print(sorted(name for name in sys.modules if name.startswith('opentelemetry')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_without_opentelemetry_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(ConfigError, match=r"pip install 'sightline\[otel\]'"):
        Tracing("http://127.0.0.1:4318", version="1")


CONFIG = """
[[cameras]]
source = "ball.mp4"
loop = true
paced = true
[detector]
model = "motion"
[operate]
traces = "{url}"
traces_ratio = 1.0
[[sinks]]
type = "file"
path = "events.jsonl"
"""


@pytest.mark.slow
def test_a_run_that_is_ended_sends_the_traces_that_wait(operated, tmp_path):
    write_ball(tmp_path / "ball.mp4")
    with Collector() as collector:
        (tmp_path / "run.toml").write_text(CONFIG.format(url=collector.url))
        # They are sent every minute, so that only the end can have sent what is there.
        running = operated("run", "run.toml", OTEL_BSP_SCHEDULE_DELAY="60000")
        wait_for(lambda: running.samples().get(("sightline_frames_analyzed_total", "ball"), 0) > 5)
        assert collector.requests == []
        running.stop()
    assert collector.names["step"] > 5


@pytest.mark.slow
def test_a_run_whose_collector_refuses_says_so_a_few_times_and_goes_on(operated, tmp_path):
    write_ball(tmp_path / "ball.mp4")
    with Collector() as collector:
        collector.status = 400
        (tmp_path / "run.toml").write_text(CONFIG.format(url=collector.url))
        running = operated("run", "run.toml", OTEL_BSP_SCHEDULE_DELAY="50")
        wait_for(lambda: running.samples().get(("sightline_frames_analyzed_total", "ball"), 0) > 40)
        assert running.get("/readyz")[0] == 200
        words = running.stop()
    said = [line for line in words.splitlines() if "400" in line]
    assert 1 <= len(said) <= 5, words
