"""A configuration that changes under a run: asked for by SIGHUP, seen in its files, or refused; and counts over a restart."""

import json
import signal

import pytest
from tests.support.operated import Operated, wait_for
from tests.unit.test_pipeline import write_ball

pytestmark = pytest.mark.slow

CAMERA = """
[[cameras]]
source = "{name}.mp4"
loop = true
paced = true
[[cameras.lines]]
name = "{line}"
from = [0.0, 0.5]
to = [1.0, {to}]
"""
REST = """
[detector]
model = "motion"
confidence = {confidence}
[operate]
counts_file = "counts.json"
[[sinks]]
type = "file"
path = "{events}"
"""


@pytest.fixture
def configure(tmp_path):
    """Write a configuration of cameras, each as its name with a line's name and end."""

    def configure(*cameras, confidence=0.25, events="events.jsonl"):
        for name, _, _ in cameras:
            if not (tmp_path / f"{name}.mp4").exists():
                write_ball(tmp_path / f"{name}.mp4")
        parts = [CAMERA.format(name=name, line=line, to=to) for name, line, to in cameras]
        (tmp_path / "run.toml").write_text("".join(parts) + REST.format(confidence=confidence, events=events))

    return configure


@pytest.fixture
def operated(tmp_path):
    runs = []

    def start(*more):
        runs.append(Operated(tmp_path, "run", "run.toml", *more))
        return runs[-1]

    yield start
    for run in runs:
        run.kill()


def analyzed(run):
    cameras = json.loads(run.get("/status")[1])["cameras"]
    return {camera["id"]: camera["frames_analyzed"] for camera in cameras}


def said(run, words):
    wait_for(lambda: any(words in line for line in run.lines))


def crossings(folder, events="events.jsonl"):
    file = folder / events
    lines = file.read_text().splitlines() if file.exists() else []
    return [json.loads(line)["subject"] for line in lines if "line.crossed" in line]


def test_sighup_adds_and_removes_cameras_while_others_go_on(configure, operated):
    configure(("lobby", "door", 0.5))
    run = operated()
    wait_for(lambda: analyzed(run).get("lobby", 0) > 5)
    configure(("lobby", "door", 0.5), ("yard", "gate", 0.5))
    before = analyzed(run).get("lobby", 0)
    run.process.send_signal(signal.SIGHUP)
    said(run, "run.toml: put in force: added yard; 1 unchanged")
    wait_for(lambda: analyzed(run).get("yard", 0) > 5)
    assert analyzed(run).get("lobby", 0) > before
    configure(("yard", "gate", 0.5))
    run.process.send_signal(signal.SIGHUP)
    said(run, "1 no longer watched; 1 unchanged")
    wait_for(lambda: set(analyzed(run)) == {"yard"})
    run.stop()


def test_a_file_that_changes_is_seen_and_one_that_is_wrong_is_refused_with_every_fault(
    configure, operated, tmp_path
):
    configure(("lobby", "door", 0.5))
    run = operated("--watch-config")
    wait_for(lambda: analyzed(run).get("lobby", 0) > 5)
    configure(("lobby", "door", 7), ("lobby", "door", 0.5))
    said(run, "not put in force: cameras[0].lines[0].to")
    wait_for(lambda: run.samples()["sightline_config_refused",] == 1)
    assert "lines[0].to" in json.loads(run.get("/status")[1])["config"]["refusal"]
    before = analyzed(run).get("lobby", 0)
    configure(("lobby", "door", 0.5), events="other.jsonl")
    said(run, "not put in force: sinks: cannot be changed while cameras run; restart for it")
    configure(("lobby", "entrance", 0.5))
    said(run, "put in force: changed lobby")
    wait_for(lambda: run.samples()["sightline_config_refused",] == 0)
    wait_for(lambda: any("/lines/entrance/" in subject for subject in crossings(tmp_path)))
    assert analyzed(run).get("lobby", 0) > before
    run.stop()


def test_another_model_setting_is_put_in_force_without_losing_a_camera(configure, operated):
    configure(("lobby", "door", 0.5))
    run = operated()
    wait_for(lambda: analyzed(run).get("lobby", 0) > 5)
    configure(("lobby", "door", 0.5), confidence=0.3)
    run.process.send_signal(signal.SIGHUP)
    said(run, "put in force: 1 unchanged")
    before = analyzed(run).get("lobby", 0)
    wait_for(lambda: analyzed(run).get("lobby", 0) > before + 5)
    run.stop()


def test_counts_go_on_over_a_restart_where_a_rule_is_the_same(configure, operated, tmp_path):
    configure(("lobby", "door", 0.5))
    run = operated()
    wait_for(lambda: len(crossings(tmp_path)) >= 2, 60)
    run.stop()
    kept = json.loads((tmp_path / "counts.json").read_text())
    first = kept["cameras"][0]["counts"]["lines"][0]["in"]
    assert first == len(crossings(tmp_path))

    configure(("lobby", "door", 0.5), events="second.jsonl")
    run = operated()
    said(run, "counting on from")
    wait_for(lambda: len(crossings(tmp_path, "second.jsonl")) >= 1, 60)
    run.stop()
    kept = json.loads((tmp_path / "counts.json").read_text())
    assert kept["cameras"][0]["counts"]["lines"][0]["in"] == first + len(crossings(tmp_path, "second.jsonl"))

    configure(("lobby", "another", 0.5), events="third.jsonl")
    run = operated()
    wait_for(lambda: analyzed(run).get("lobby", 0) > 1)
    run.stop()
    kept = json.loads((tmp_path / "counts.json").read_text())
    assert kept["cameras"][0]["counts"]["lines"][0]["in"] == len(crossings(tmp_path, "third.jsonl"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "expected a file of counts, found something else"),
        ('{"format": "sightline-counts-1", "written_at": "2020-01-01T00:00:00Z", "cameras": []}', "too old"),
    ],
)
def test_counts_that_are_damaged_or_old_are_not_gone_on_with(configure, operated, tmp_path, text, words):
    configure(("lobby", "door", 0.5))
    (tmp_path / "counts.json").write_text(text)
    run = operated()
    said(run, words)
    wait_for(lambda: analyzed(run).get("lobby", 0) > 1)
    run.stop()
    assert json.loads((tmp_path / "counts.json").read_text())["cameras"][0]["id"] == "lobby"
    assert (tmp_path / "counts.json.damaged").exists() == (text == "{")
