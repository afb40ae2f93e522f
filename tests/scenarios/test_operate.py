"""Runs as an operator sees them: scraped, probed, watched by systemd, and told apart when something is wrong."""

import json
import socket
import subprocess
import time

import pytest
from tests.peers.webhook import Reply, Webhook
from tests.support.operated import wait_for
from tests.unit.test_pipeline import write_ball

pytestmark = pytest.mark.slow

CAMERA = """
[[cameras]]
source = "{name}.mp4"
loop = true
paced = {paced}
fps = {fps}
[[cameras.lines]]
name = "middle"
from = [0.0, 0.5]
to = [1.0, 0.5]
[[cameras.zones]]
name = "below"
polygon = [[0.0, 0.5], [1.0, 0.5], [1.0, 1.0], [0.0, 1.0]]
"""
REST = """
[detector]
model = "motion"
[operate]
stall_s = 1.0
sink_grace_s = 0.5
"""
FILE = '[[sinks]]\ntype = "file"\npath = "events.jsonl"\n'
WEBHOOK = '[[sinks]]\ntype = "webhook"\nurl = "http://127.0.0.1:{port}/"\n'


@pytest.fixture
def configured(tmp_path):
    """Write a configuration of some cameras."""

    def configured(*names, paced=True, fps=5, more=FILE):
        cameras = [CAMERA.format(name=name, paced=str(paced).lower(), fps=fps) for name in names]
        for name in names:
            write_ball(tmp_path / f"{name}.mp4")
        (tmp_path / "run.toml").write_text("".join(cameras) + REST + more)

    return configured


def test_a_scrape_says_what_every_camera_does(configured, operated):
    configured("lobby", "yard")
    run = operated("run", "run.toml")
    wait_for(lambda: ("sightline_events_total", "lobby", "sightline.line.crossed.v1") in run.samples())
    assert run.get("/startupz") == (200, "ok\n")
    assert run.get("/readyz") == (200, "ok\n")
    assert run.get("/livez") == (200, "ok\n")
    first = run.samples()
    wait_for(
        lambda: (
            run.samples()["sightline_frames_analyzed_total", "yard"]
            > first["sightline_frames_analyzed_total", "yard"] + 5
        )
    )
    found = run.samples()
    for camera in ("lobby", "yard"):
        analyzed = found["sightline_frames_analyzed_total", camera]
        # Filmed at 10 frames a second, and every second one is due.
        assert abs(found["sightline_frames_gated_total", camera] - analyzed) <= 2
        assert found["sightline_camera_state", camera, "running"] == 1
        assert found["sightline_camera_state", camera, "failed"] == 0
        assert found["sightline_calibration_state", camera, "off"] == 1
        assert found["sightline_decode_errors_total", camera] == 0
        assert found["sightline_visible_tracks", camera] in (0, 1)
        assert 0 <= found["sightline_last_frame_age_seconds", camera] < 5
    frames = sum(found["sightline_frames_analyzed_total", camera] for camera in ("lobby", "yard"))
    # A step takes one frame of each camera that has one.
    steps = found["sightline_step_seconds_count",]
    assert frames / 2 <= steps <= frames
    assert found["sightline_step_seconds_bucket", "+Inf"] == steps
    assert 0 < found["sightline_step_seconds_sum",] < found["sightline_uptime_seconds",]
    assert found["process_resident_memory_bytes",] > 10e6
    assert found["sightline_threads",] >= 2
    run.stop()
    with pytest.raises(ConnectionRefusedError):
        run.get("/livez")


def test_the_status_command_shows_it_to_people_and_programs(configured, operated, sightline):
    configured("lobby")
    run = operated("run", "run.toml")
    run.wait_until("/readyz", 200)
    shown = sightline("status", f"http://127.0.0.1:{run.port}")
    assert shown.returncode == 0
    assert "ready; Sightline" in shown.stderr
    assert "lobby" in shown.stderr
    found = json.loads(sightline("status", f"127.0.0.1:{run.port}", "--json").stdout)
    assert found["ready"]
    assert found["cameras"][0]["id"] == "lobby"
    assert found["cameras"][0]["frames_analyzed"] > 0
    run.stop()
    gone = sightline("status", f"127.0.0.1:{run.port}")
    assert gone.returncode == 2
    assert "does a run listen there" in gone.stderr


def test_a_camera_that_fails_is_told_and_the_other_goes_on(configured, operated, tmp_path):
    configured("lobby", "yard")
    run = operated("run", "run.toml")
    run.wait_until("/readyz", 200)
    (tmp_path / "yard.mp4").unlink()
    wait_for(lambda: run.samples()["sightline_camera_state", "yard", "failed"] == 1, 60)
    before = run.samples()["sightline_frames_analyzed_total", "lobby"]
    wait_for(lambda: run.samples()["sightline_frames_analyzed_total", "lobby"] > before)
    _, yard = json.loads(run.get("/status")[1])["cameras"]
    assert yard["state"] == "failed"
    assert yard["error"]
    assert run.get("/readyz")[0] == 200
    assert "yard: ended early" in run.stop()


def test_a_sink_that_fails_for_long_makes_the_run_unready_until_it_takes_events_again(configured, operated):
    with Webhook() as webhook:
        webhook.judge = lambda _request: Reply(503)
        configured("lobby", more=WEBHOOK.format(port=webhook.port))
        run = operated("run", "run.toml")
        wait_for(lambda: "sink webhook: fails for" in run.get("/readyz")[1])
        reason = run.get("/readyz")[1]
        assert "503" in reason
        assert run.get("/livez")[0] == 200
        outbox = str(next(iter(json.loads(run.get("/status")[1])["outboxes"]))["path"])
        found = run.samples()
        assert found["sightline_ready",] == 0
        assert found["sightline_sink_failing", outbox, "webhook"] == 1
        assert found["sightline_sink_waiting", outbox, "webhook"] > 0
        assert found["sightline_sink_oldest_age_seconds", outbox, "webhook"] > 0.5
        assert found["sightline_sink_accepted_total", outbox, "webhook"] == 0
        assert found["sightline_outbox_state", outbox, "open"] == 1
        assert found["sightline_outbox_bytes", outbox] > 0
        webhook.judge = lambda _request: None
        run.wait_until("/readyz", 200, 90)
        found = run.samples()
        assert found["sightline_sink_failing", outbox, "webhook"] == 0
        assert found["sightline_sink_accepted_total", outbox, "webhook"] > 0
        assert found["sightline_sink_retried_total", outbox, "webhook"] > 0
        assert "takes events again" in run.stop()


def test_a_token_is_needed_where_one_is_named(configured, operated, sightline, tmp_path):
    configured("lobby")
    (tmp_path / "token").write_text("correct-horse\n")
    run = operated("run", "run.toml", "--token-file", "token")
    for path in ("/metrics", "/livez", "/readyz", "/startupz", "/status", "/nothing"):
        assert run.get(path)[0] == 401
        assert run.get(path, Authorization="Bearer wrong")[0] == 401
    assert run.get("/livez", Authorization="Bearer correct-horse")[0] == 200
    assert run.get("/nothing", Authorization="Bearer correct-horse")[0] == 404
    refused = sightline("status", f"127.0.0.1:{run.port}")
    assert (refused.returncode, "answered 401" in refused.stderr) == (1, True)
    wait_for(lambda: run.get("/readyz", Authorization="Bearer correct-horse")[0] == 200)
    assert sightline("status", f"127.0.0.1:{run.port}", "--token-file", "token").returncode == 0
    (tmp_path / "token").write_text("another\n")
    assert run.get("/livez", Authorization="Bearer correct-horse")[0] == 401
    assert run.get("/livez", Authorization="Bearer another")[0] == 200
    (tmp_path / "token").unlink()
    assert run.get("/livez", Authorization="Bearer another")[0] == 503
    assert "correct-horse" not in run.stop()


def test_without_a_token_only_this_machine_is_answered(configured, operated, sightline):
    configured("lobby")
    refused = sightline("run", "run.toml", "--listen", "0.0.0.0:0")
    assert refused.returncode == 1
    assert "--token-file" in refused.stderr
    run = operated("run", "run.toml")
    assert run.get("/livez", Host="cameras.example")[0] == 403
    assert run.get("/livez", Host="localhost.example")[0] == 403
    assert run.get("/livez", Host="localhost:9464")[0] == 200
    run.stop()


def test_a_port_that_is_taken_is_told_before_anything_is_opened(configured, sightline, tmp_path):
    configured("lobby")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = sightline(
            "run", "run.toml", "--sink", "more.jsonl", "--listen", f"127.0.0.1:{taken.getsockname()[1]}"
        )
    assert result.returncode == 1
    assert "Address already in use" in result.stderr
    assert not (tmp_path / "events.jsonl").exists()
    assert not (tmp_path / "more.jsonl").exists()


def test_a_client_that_says_nothing_holds_others_for_seconds_only(configured, operated):
    configured("lobby")
    run = operated("run", "run.toml")
    with socket.create_connection(("127.0.0.1", run.port)) as idle:
        time.sleep(0.2)
        with socket.create_connection(("127.0.0.1", run.port)) as dripping:
            dripping.sendall(b"GET /livez HT")
            assert run.get("/livez")[0] == 200
        assert idle.recv(1) == b""
    run.stop()


class Systemd:
    """What the unit of a service gets to hear."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.socket.settimeout(0.05)
        self.heard = []

    def listen(self, seconds=0.0):
        until = time.monotonic() + seconds
        while True:
            try:
                self.heard.append(self.socket.recv(1000).decode())
            except TimeoutError:
                if time.monotonic() >= until:
                    return self.heard


@pytest.fixture
def systemd(tmp_path):
    systemd = Systemd(tmp_path / "notify")
    yield systemd
    systemd.socket.close()


def test_systemd_hears_when_it_is_ready_that_it_lives_and_that_it_stops(
    configured, operated, systemd, tmp_path
):
    configured("lobby")
    run = operated("run", "run.toml", NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC="400000")
    wait_for(lambda: systemd.listen().count("WATCHDOG=1") >= 3)
    run.stop()
    assert systemd.listen()[0] == "READY=1"
    assert systemd.heard[-1] == "STOPPING=1"
    assert set(systemd.heard[1:-1]) == {"WATCHDOG=1"}


def test_a_loop_that_hangs_is_not_alive_and_the_watchdog_bites(configured, operated, systemd, tmp_path):
    # Nobody reads standard output, so that sooner or later a write of events does not return.
    configured("lobby", paced=False, fps=10, more='[[sinks]]\ntype = "stdout"\n')
    run = operated(
        "run",
        "run.toml",
        stdout=subprocess.PIPE,
        NOTIFY_SOCKET=str(tmp_path / "notify"),
        WATCHDOG_USEC="400000",
    )
    reason = run.wait_until("/livez", 503, 90)
    assert "the loop is at one step for" in reason
    assert run.samples()["sightline_live",] == 0
    assert "READY=1" in systemd.listen()
    systemd.heard.clear()
    assert systemd.listen(1.5) == []
    run.process.stdout.read(200_000)
    run.wait_until("/livez", 200)
    wait_for(lambda: "WATCHDOG=1" in systemd.listen())


def test_json_logs_are_json_to_the_last_line(configured, operated, tmp_path):
    with Webhook() as webhook:
        webhook.judge = lambda _request: Reply(503)
        configured("lobby", "yard", more=WEBHOOK.format(port=webhook.port))
        run = operated("run", "run.toml", "--log-format", "json")
        wait_for(lambda: "sink webhook: fails for" in run.get("/readyz")[1])
        (tmp_path / "yard.mp4").unlink()
        wait_for(lambda: run.samples()["sightline_camera_state", "yard", "failed"] == 1, 60)
        run.stop()
    lines = [json.loads(line) for line in run.lines]
    assert all({"time", "level", "message"} <= line.keys() for line in lines)
    assert {line["level"] for line in lines} == {"info", "warning"}
    (failing,) = [line for line in lines if line.get("sink") == "webhook"]
    assert failing["level"] == "warning"
    (ended,) = [line for line in lines if line.get("camera") == "yard"]
    assert "ended early" in ended["message"]
    (summed,) = [line for line in lines if line["message"] == "summary"]
    assert summed["summary"]["cameras"][0]["frames"] > 0
