"""The command on a small made video: events, summary, configuration, annotated output, and nothing else on the disk."""

import json

import pytest
from tests.unit.test_pipeline import FRAMES, SIZE, write_ball

import sightline as package
from sightline.events import decode

LINE = ("--line", "middle:0.0,0.5,1.0,0.5")


@pytest.fixture
def ball(tmp_path):
    return write_ball(tmp_path / "ball.mp4")


def test_events_go_to_stdout_and_words_to_stderr(sightline, ball):
    result = sightline("run", ball, "--model", "motion", *LINE)
    assert result.returncode == 0, result.stderr
    events = [decode(line) for line in result.stdout.splitlines()]
    assert [(event.line, event.direction) for event in events] == [("middle", "in")]
    assert "line middle" in result.stderr


def test_json_ends_with_the_summary(sightline, ball):
    result = sightline("run", ball, "--model", "motion", "--json", *LINE)
    summary = json.loads(result.stdout.splitlines()[-1])
    (camera,) = summary["cameras"]
    assert (camera["id"], camera["frames"], camera["lines"]["middle"]["in"]) == ("ball", FRAMES, 1)
    assert result.stderr == ""


def test_a_configuration_gives_the_same_events_as_arguments(sightline, ball, tmp_path):
    (tmp_path / "run.toml").write_text(
        f"""
        [[cameras]]
        source = "{ball.name}"
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
    )
    result = sightline("run", "run.toml")
    assert (result.returncode, result.stdout) == (0, ""), result.stderr
    by_arguments = sightline("run", ball, "--model", "motion", *LINE).stdout
    assert (tmp_path / "events.jsonl").read_text() == by_arguments


def test_the_annotated_video_has_every_frame_and_something_drawn(sightline, ball, tmp_path):
    result = sightline("run", ball, "--model", "motion", *LINE, "--render", "look.mp4")
    assert result.returncode == 0, result.stderr
    look = list(pixels_of(tmp_path / "look.mp4"))
    plain = list(pixels_of(ball))
    assert len(look) == len(plain) == FRAMES
    assert look[0].shape == (SIZE[1], SIZE[0], 3)
    # The line's overlay is drawn across the middle of a picture that is gray there.
    middle = slice(SIZE[1] // 2 - 2, SIZE[1] // 2 + 2)
    assert abs(look[0][middle, 20:100].astype(int) - plain[0][middle, 20:100]).max() > 60


def pixels_of(path):
    return (frame.pixels for frame in package.open_source(path, fps=None))


def test_no_picture_reaches_the_disk_unless_asked_for(sightline, ball, tmp_path, monkeypatch):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    for name in ("TMPDIR", "HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(scratch))
    sightline("run", ball, "--model", "motion", *LINE, "--sink", "events.jsonl")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ball.mp4", "events.jsonl", "scratch"]
    assert list(scratch.rglob("*")) == []


def test_help_teaches_and_version_is_the_packages(sightline):
    assert f"sightline {package.__version__}" in sightline("--version").stdout
    for command in ("run", "check", "demo", "model"):
        assert command in sightline("--help").stdout
    assert "NAME:x,y,x,y" in sightline("run", "--help").stdout


def test_a_disk_that_is_full_is_the_machines_fault(sightline, ball):
    result = sightline("run", ball, "--model", "motion", *LINE, "--sink", "/dev/full")
    assert result.returncode == 2
    assert "/dev/full: cannot be written" in result.stderr
    assert "Traceback" not in result.stderr


def test_nothing_to_watch_is_said(sightline, ball):
    assert "nothing is watched" in sightline("run", ball, "--model", "motion").stderr
