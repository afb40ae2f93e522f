"""Cameras as an operator sees them: slow to watch, away, back again; and what the live view shows of it."""

import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time

import pytest
from tests.peers.rtsp import RtspServer
from tests.support.operated import wait_for

pytestmark = pytest.mark.slow

CONFIG = """
[[cameras]]
id = "door"
source = "{url}"
open_timeout_s = 2.0
read_timeout_s = 1.0
[[cameras.lines]]
name = "middle"
from = [0.0, 0.5]
to = [1.0, 0.5]
[detector]
model = "motion"
[[sinks]]
type = "file"
path = "events.jsonl"
"""
ORDERS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture
def server(film, tmp_path):
    """A camera, and a configuration that watches it."""
    servers = [RtspServer({"door": film})]
    (tmp_path / "run.toml").write_text(CONFIG.format(url=servers[0].url("door")))

    class Restartable:
        @staticmethod
        def close():
            servers[-1].close()

        @staticmethod
        def open():
            servers.append(RtspServer({"door": film}, port=servers[0].port))

    yield Restartable
    servers[-1].close()


def door(run):
    (found,) = json.loads(run.get("/status")[1])["cameras"]
    return found


def test_a_camera_that_is_away_is_reconnecting_and_then_runs_again(server, operated):
    run = operated("run", "run.toml")
    wait_for(lambda: run.samples().get(("sightline_frames_analyzed_total", "door"), 0) > 20)
    found = run.samples()
    assert found["sightline_camera_connected", "door"] == 1
    assert found["sightline_reconnects_total", "door"] == 0
    server.close()
    wait_for(lambda: run.samples()["sightline_camera_state", "door", "reconnecting"] == 1)
    found = run.samples()
    assert found["sightline_camera_connected", "door"] == 0
    assert found["sightline_camera_state", "door", "running"] == 0
    assert found["sightline_visible_tracks", "door"] == 0
    assert door(run)["error"]
    # The run is well, and goes on with others: a camera that is away is an alert of its own.
    assert run.get("/readyz")[0] == 200
    assert run.get("/livez")[0] == 200
    server.open()
    wait_for(lambda: run.samples()["sightline_camera_state", "door", "running"] == 1, 60)
    assert run.samples()["sightline_reconnects_total", "door"] == 1
    assert door(run)["error"] == ""
    run.stop()


def test_a_camera_that_was_never_reached_makes_the_run_unready_and_it_is_said_why(server, operated):
    server.close()
    run = operated("run", "run.toml")
    wait_for(lambda: "refused" in run.get("/readyz")[1])
    assert "camera door: no frame yet: " in run.get("/readyz")[1]
    assert door(run)["state"] == "starting"
    run.stop()


def test_how_fast_a_camera_is_and_how_late_its_events_are_is_told(server, operated):
    run = operated("run", "run.toml")
    wait_for(lambda: run.samples().get(("sightline_frames_analyzed_total", "door"), 0) > 30)
    found = door(run)
    assert 7 < found["fps"] < 13
    assert 0 < found["latency_p50_s"] <= found["latency_p99_s"] < 5
    assert found["frames_waiting"] <= 4
    samples = run.samples()
    analyzed = samples["sightline_frames_analyzed_total", "door"]
    assert abs(samples["sightline_frame_to_event_seconds_count", "door"] - analyzed) <= 1
    mean_s = samples["sightline_frame_to_event_seconds_sum", "door"] / analyzed
    assert 0 < mean_s < 5
    assert samples["sightline_frames_waiting", "door"] <= 4
    run.stop()


class Terminal:
    """A program in a terminal of its own.

    Attributes:
        raw: Everything that it wrote.
    """

    def __init__(self, *arguments):
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 120, 0, 0))
        environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sightline", *arguments],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            env=environment | {"TERM": "xterm-256color"},
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - so that Ctrl-C reaches it
        )
        os.close(theirs)
        self._ours = ours
        self.raw = ""

    def read(self):
        """Take what there is."""
        while select.select([self._ours], [], [], 0.05)[0]:
            try:
                self.raw += os.read(self._ours, 65_536).decode(errors="replace")
            except OSError:
                return

    def shows(self, *texts):
        """Whether the newest screen has these."""
        self.read()
        screen = ORDERS.sub("", self.raw.rpartition("\x1b[H")[2])
        return all(text in screen for text in texts)

    def press(self, keys):
        os.write(self._ours, keys)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)
        os.close(self._ours)


def test_the_live_view_stays_while_a_run_goes_and_comes_and_ctrl_c_leaves(server, operated):
    run = operated("run", "run.toml")
    run.wait_until("/readyz", 200)
    terminal = Terminal("status", f"127.0.0.1:{run.port}", "--watch", "--every", "0.2")
    try:
        wait_for(lambda: terminal.shows("ready; Sightline", "door", "running", "loop: waiting for frames"))
        first = len(terminal.raw)
        wait_for(lambda: terminal.shows("door") and len(terminal.raw) > 3 * first)
        server.close()
        wait_for(lambda: terminal.shows("door", "reconnecting"))
        run.stop()
        wait_for(lambda: terminal.shows("no answer", "trying again", "as it was", "door"))
        again = operated("run", "run.toml", listen=f"127.0.0.1:{run.port}")
        wait_for(lambda: terminal.shows("not ready", "no frame yet"))
        server.open()
        wait_for(lambda: terminal.shows("door", "running") and not terminal.shows("not ready"), 60)
        again.stop()
        terminal.press(b"\x03")
        assert terminal.process.wait(10) == 0
        terminal.read()
        assert "Traceback" not in terminal.raw
        # The screen that was there before is there again, with its cursor.
        assert terminal.raw.index("\x1b[?1049h") < terminal.raw.index("\x1b[?1049l")
        assert "\x1b[?25h" in terminal.raw
    finally:
        terminal.close()


@pytest.mark.parametrize("as_json", [False, True])
def test_without_a_terminal_the_view_is_written_every_time(server, operated, as_json):
    run = operated("run", "run.toml")
    run.wait_until("/readyz", 200)
    more = ["--json"] if as_json else []
    view = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "sightline",
            "status",
            f"127.0.0.1:{run.port}",
            "--watch",
            "--every",
            "0.2",
            *more,
        ],
        stdout=subprocess.PIPE if as_json else subprocess.DEVNULL,
        stderr=subprocess.DEVNULL if as_json else subprocess.PIPE,
        text=True,
    )
    out = view.stdout if as_json else view.stderr
    lines = []
    until = time.monotonic() + 30
    while sum('"uptime_s"' in line or "ready; Sightline" in line for line in lines) < 3:
        assert time.monotonic() < until
        lines.append(out.readline())
    assert "\x1b" not in "".join(lines)
    if as_json:
        assert [json.loads(line)["cameras"][0]["id"] for line in lines] == ["door"] * 3
    view.send_signal(2)
    out.close()
    assert view.wait(10) == 0
    run.stop()


def test_a_view_that_is_refused_ends_and_says_so(server, operated, sightline, tmp_path):
    (tmp_path / "token").write_text("correct-horse\n")
    run = operated("run", "run.toml", "--token-file", "token")
    refused = sightline("status", f"127.0.0.1:{run.port}", "--watch")
    assert (refused.returncode, "answered 401" in refused.stderr) == (1, True)
    run.stop()
