"""What is said once is said; what is said over and over is counted."""

import json
import logging

import pytest

from sightline.cli.saying import BURST, MOST, Repeats, json_line, log


def record(text, level=logging.WARNING, **more):
    made = log.makeRecord(log.name, level, "file", 1, "%s", (text,), None, extra=more or None)
    made.created = 1_767_225_600.25
    return made


@pytest.fixture
def now():
    return [0.0]


@pytest.fixture
def repeats(now):
    return Repeats(lambda: now[0])


def texts(records):
    return [each.getMessage() for each in records]


def test_the_same_is_said_a_few_times_and_then_counted(repeats, now):
    said = []
    for _ in range(37):
        said += texts(repeats.admit(record("gone")))
        now[0] += 1
    assert said == ["gone"] * BURST
    now[0] = 60.0
    assert texts(repeats.admit(record("other"))) == ["gone (said 37 times in the last minute)", "other"]
    assert texts(repeats.admit(record("gone"))) == ["gone"]


def test_what_was_counted_is_told_at_the_end(repeats):
    for _ in range(BURST + 1):
        repeats.admit(record("gone"))
    assert texts(repeats.rest()) == [f"gone (said {BURST + 1} times in the last minute)"]
    assert repeats.rest() == []


def test_other_numbers_are_the_same_only_where_that_is_said(repeats):
    said = [texts(repeats.admit(record(f"camera {number}"))) for number in range(10)]
    assert said == [[f"camera {number}"] for number in range(10)]
    alike = [texts(repeats.admit(record(f"lost {number}", alike=True))) for number in range(10)]
    assert alike == [["lost 0"], ["lost 1"], ["lost 2"], *[[]] * 7]


def test_lines_of_other_libraries_that_differ_in_numbers_are_the_same(repeats):
    for number in range(BURST + 2):
        made = logging.LogRecord("paho", logging.WARNING, "file", 1, "lost after %d ms", (number,), None)
        last = repeats.admit(made)
    assert last == []
    (counted,) = repeats.rest()
    line = json.loads(json_line(counted))
    assert line["message"] == f"lost after {BURST + 1} ms (said {BURST + 2} times in the last minute)"
    assert line["logger"] == "paho"


def test_a_camera_that_flaps_is_counted_and_another_is_still_heard(repeats):
    said = [
        text
        for number in range(1000)
        for text in texts(repeats.admit(record(f"yard 1: again ({number})", alike=True, camera="yard 1")))
    ]
    assert said == [f"yard 1: again ({number})" for number in range(BURST)]
    assert texts(repeats.admit(record("yard 2: again (1)", alike=True, camera="yard 2"))) == [
        "yard 2: again (1)"
    ]


def test_a_flood_of_different_lines_is_counted_too_and_what_ends_the_program_is_not_lost_in_it(repeats, now):
    said = [text for number in range(10_000) for text in texts(repeats.admit(record(f"lost {number}")))]
    assert said == [f"lost {number}" for number in range(MOST)]
    assert len(repeats._said) == MOST + 1
    assert texts(repeats.admit(record("the end", logging.ERROR))) == ["the end"]
    now[0] = 60.0
    assert texts(repeats.admit(record("calm"))) == [
        f"lost 9999 (the last of {10_000 - MOST} lines that were left out in the last minute)",
        "calm",
    ]


def test_a_warning_is_not_the_same_as_a_word(repeats):
    for _ in range(BURST):
        repeats.admit(record("x", logging.INFO))
    assert texts(repeats.admit(record("x", logging.WARNING))) == ["x"]


def test_a_line_of_json_has_what_is_known():
    line = json.loads(json_line(record("ended\nearly", camera="yard", sink=None)))
    assert line == {
        "time": "2026-01-01T00:00:00.250Z",
        "level": "warning",
        "message": "ended\nearly",
        "camera": "yard",
    }


def test_json_faults_of_a_configuration_come_with_their_places(sightline, tmp_path):
    (tmp_path / "run.toml").write_text('[[cameras]]\nsource = 3\nfps = "x"\n')
    result = sightline("run", "run.toml", "--log-format", "json")
    assert result.returncode == 1
    (line,) = map(json.loads, result.stderr.splitlines())
    assert line["level"] == "error"
    assert [fault["path"] for fault in line["faults"]] == ["cameras[0].source", "cameras[0].fps"]


def test_a_level_leaves_out_what_is_below(sightline, tmp_path):
    (tmp_path / "video.mp4").write_bytes(b"none")
    quiet = sightline("run", "video.mp4", "--log-level", "error")
    loud = sightline("run", "video.mp4")
    assert "warning: nothing is watched" in loud.stderr
    assert "warning" not in quiet.stderr
    assert "error:" in quiet.stderr
