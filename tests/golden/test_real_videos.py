"""Real video through a real detector: the counts are known, and the bytes never change."""

import json
import os
import signal
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

# Frames in which each of the six people is in the room (fixtures' README).
VISITS = [(62, 193), (228, 442), (506, 694), (745, 865), (930, 1194), (1237, 1357)]
# Across the way from the door, at the lower left, to the shelf at the right; standing at its lower end, left to right is in.
WALKWAY = "walkway:0.75,1.0,0.75,0.5"


def run_walkway(sightline, fixtures, model, *more):
    video = fixtures / "videos" / "one-by-one-person-detection.mp4"
    result = sightline("run", video, "--model", fixtures / "models" / model, "--line", WALKWAY, *more)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def nano_events(module_sightline, fixtures):
    return run_walkway(module_sightline, fixtures, "yolox_nano_416.onnx")


def visits_with_a_way_in(text):
    crossings = [json.loads(line)["data"] for line in text.splitlines()]
    frames = [crossing["pts_ns"] / 1e8 for crossing in crossings if crossing["direction"] == "in"]
    return [visit for visit in VISITS if any(visit[0] <= frame <= visit[1] for frame in frames)], frames


def test_each_of_the_six_visits_is_reported_once(nano_events):
    visits, frames = visits_with_a_way_in(nano_events)
    assert visits == VISITS
    assert len(frames) == len(VISITS)


def test_the_same_file_gives_the_same_bytes_with_one_or_four_threads(sightline, fixtures, nano_events):
    assert run_walkway(sightline, fixtures, "yolox_nano_416.onnx", "--threads", 1) == nano_events
    assert run_walkway(sightline, fixtures, "yolox_nano_416.onnx", "--threads", 4) == nano_events


def test_fastestdet_runs_for_real(sightline, fixtures):
    visits, _ = visits_with_a_way_in(run_walkway(sightline, fixtures, "fastestdet_352.onnx"))
    assert len(visits) >= 5


def test_ctrl_c_stops_cleanly_with_what_was_counted(fixtures, tmp_path):
    video = fixtures / "videos" / "one-by-one-person-detection.mp4"
    # A shell without job control lets what it starts in the background ignore Ctrl-C, and that is inherited.
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    command = [sys.executable, "-c", f"{heard}; from sightline.cli import main; main()", "run", str(video)]
    command += ["--json", "--line", WALKWAY, "--model", str(fixtures / "models" / "yolox_nano_416.onnx")]
    child = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path, env=os.environ
    )
    first = child.stdout.readline()
    child.send_signal(signal.SIGINT)
    rest, words = child.communicate(timeout=60)
    assert child.returncode == 130
    assert "Traceback" not in words
    assert json.loads(first)["type"] == "sightline.line.crossed.v1"
    summary = json.loads(rest.splitlines()[-1])
    assert summary["stopped"] is True
    assert summary["cameras"][0]["lines"]["walkway"]["in"] >= 1
