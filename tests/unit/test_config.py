"""Configuration: one strict model, every fault at once, each with its place."""

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.config import Config, load_config, load_scene
from sightline.config.strict import convert
from sightline.errors import ConfigError
from sightline.sinks import FileConfig, sink_types

GOOD = """
[[cameras]]
source = "lobby.mp4"
id = "lobby"
fps = 5
started_at = "2026-05-01T08:00:00Z"

[[cameras.lines]]
name = "door"
from = [0.1, 0.6]
to = [0.9, 0.6]

[[cameras.zones]]
name = "queue"
polygon = [[0.1, 0.5], [0.6, 0.5], [0.6, 0.9]]
dwell_s = 30

[[cameras.distances]]
name = "apart"
threshold = 0.1

[detector]
model = "motion"
classes = ["person", 2]

[tracker]
lost_after_s = 2

[[sinks]]
type = "file"
path = "events.jsonl"
fsync = "always"
"""

TEN_FAULTS = """
speed = 3

[[cameras]]
fps = 0

[[cameras.lines]]
name = "door"
from = [0.1, 1.7]
to = [0.9]

[[cameras.zones]]
name = "queue"
polygon = [[0.1, 0.5], [0.6, "half"]]
dwel_s = 30

[detector]
confidence = "high"
threads = 0

[[sinks]]
type = "pigeon"
"""


@pytest.fixture
def config_file(tmp_path):
    def write(text, name="run.toml"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def faults_of(path, load=load_config):
    with pytest.raises(ConfigError) as refused:
        load(path)
    return {fault.path: fault.message for fault in refused.value.faults}


def test_a_whole_configuration(config_file, tmp_path):
    config = load_config(config_file(GOOD))
    (camera,) = config.cameras
    assert (camera.id, camera.fps, camera.source) == ("lobby", 5.0, str(tmp_path / "lobby.mp4"))
    assert (camera.lines[0].start, camera.zones[0].dwell_s) == ((0.1, 0.6), 30.0)
    assert config.detector.classes == ["person", 2]
    assert config.sinks == [FileConfig(path=str(tmp_path / "events.jsonl"), fsync="always")]


def test_ten_faults_are_told_at_once_and_nothing_else(config_file):
    assert faults_of(config_file(TEN_FAULTS)) == {
        "speed": "is unknown; expected one of cameras, detector, faces, operate, outbox, queue, sinks, tracker",
        "cameras[0].source": "is missing",
        "cameras[0].fps": "expected more than 0 and at most 1000, found 0",
        "cameras[0].lines[0].from[1]": "expected at least 0 and at most 1, found 1.7",
        "cameras[0].lines[0].to": "expected a list of 2 numbers, found 1 of them",
        "cameras[0].zones[0].dwel_s": "is unknown; did you mean dwell_s?",
        "cameras[0].zones[0].polygon[1][1]": "expected a number, found 'half'",
        "detector.confidence": "expected a number, found 'high'",
        "detector.threads": "expected at least 1, found 0",
        "sinks[0].type": f"expected one of {', '.join(sink_types())}, found 'pigeon'",
    }


def test_the_command_tells_the_same_ten(sightline, config_file):
    result = sightline("check", config_file(TEN_FAULTS), "--json")
    assert result.returncode == 1
    assert len(json.loads(result.stderr)["error"]) == 10
    result = sightline("check", config_file(TEN_FAULTS))
    assert "10 faults" in result.stderr
    assert "cameras[0].lines[0].from[1]" in result.stderr
    assert sightline("check", config_file(GOOD)).returncode == 0


def test_geometry_is_checked_too_with_the_same_paths(config_file):
    text = GOOD.replace("[[0.1, 0.5], [0.6, 0.5], [0.6, 0.9]]", "[[0.1, 0.5], [0.6, 0.5]]").replace(
        "to = [0.9, 0.6]", "to = [0.1, 0.6]"
    )
    assert set(faults_of(config_file(text))) == {"cameras[0].lines[0]", "cameras[0].zones[0].polygon"}


def test_a_scene_file_adds_to_its_camera(config_file):
    config_file('[[lines]]\nname = "gate"\nfrom = [0.5, 0.1]\nto = [0.5, 0.9]\n', "scene.toml")
    config = load_config(config_file(GOOD.replace('id = "lobby"', 'id = "lobby"\nscene = "scene.toml"')))
    assert [line.name for line in config.cameras[0].lines] == ["door", "gate"]
    assert faults_of(config_file(GOOD.replace('id = "lobby"', 'scene = "gone.toml"'))).keys() == {
        "cameras[0].scene"
    }


def test_a_scene_file_alone(config_file):
    scene = load_scene(
        config_file('max_gap_s = 2\n[[lines]]\nname = "gate"\nfrom = [0.5, 0.1]\nto = [0.5, 0.9]\n')
    )
    assert (scene.lines[0].name, scene.max_gap_s) == ("gate", 2.0)


def test_two_cameras_of_one_name(config_file):
    twice = GOOD + '\n[[cameras]]\nsource = "other.mp4"\nid = "lobby"\n'
    assert faults_of(config_file(twice)) == {
        "cameras[1].id": "expected a name of its own, found 'lobby' as in cameras[0]"
    }


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("a = \n", "line 1"), ("a = 1\nb = [\n = 2\n", "line 3")],
    ids=["unfinished", "stray-sign"],
)
def test_what_is_not_toml_says_where(config_file, text, complaint):
    (message,) = faults_of(config_file(text)).values()
    assert complaint in message


def test_no_such_file_and_a_directory(tmp_path):
    assert "no such file" in faults_of(tmp_path / "gone.toml")[""]
    assert "directory" in faults_of(tmp_path)[""]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(string.printable, max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
places = st.sampled_from(
    [
        "cameras",
        "detector",
        "tracker",
        "sinks",
        "queue",
        "cameras.0",
        "cameras.0.lines",
        "cameras.0.fps",
        "sinks.0.path",
    ]
)


@given(places, values)
def test_whatever_stands_there_it_loads_or_is_a_config_error(place, value):
    plain = {
        "cameras": [{"source": "a.mp4", "lines": [{"name": "l", "from": [0, 0], "to": [1, 1]}]}],
        "sinks": [{"type": "file", "path": "x"}],
    }
    *steps, last = place.split(".")
    target = plain
    for step in steps:
        target = target[int(step)] if step.isdigit() else target[step]
    target[int(last) if last.isdigit() else last] = value
    try:
        convert(plain, Config)
    except ConfigError as error:
        refused = error.faults
    else:
        return
    assert refused


def test_a_ground_that_people_find_is_configured_with_its_checks(tmp_path):
    (tmp_path / "run.toml").write_text(
        """
[[cameras]]
source = "lobby.mp4"

[[cameras.zones]]
name = "wings"
polygon = [[0.1, 0.2], [0.9, 0.8], [0.9, 0.2], [0.1, 0.8]]
even_odd = true
speed_limit_mps = 2.5

[[cameras.distances]]
name = "apart"
threshold_m = 1.83

[cameras.ground]
auto = true
view_deg = 70

[cameras.calibration]
check_s = 3600
collect_n = 20
"""
    )
    (camera,) = load_config(tmp_path / "run.toml").cameras
    assert (camera.ground.auto, camera.ground.view_deg, camera.ground.stature_m) == (True, 70.0, None)
    assert (camera.calibration.check_s, camera.calibration.collect_n) == (3600.0, 20)
    text = (tmp_path / "run.toml").read_text()
    for wrong, path in [
        (
            text.replace("even_odd = true\n", ""),
            r"cameras\[0\]\.zones\[0\]\.polygon: edge 0 .* cross or touch",
        ),
        (text.replace("auto = true\n", ""), r"cameras\[0\]\.ground: expected either points"),
        (
            text.replace("collect_n = 20", "collect_n = 0"),
            r"cameras\[0\]\.calibration\.collect_n: expected at least 1",
        ),
    ]:
        (tmp_path / "run.toml").write_text(wrong)
        with pytest.raises(ConfigError, match=path):
            load_config(tmp_path / "run.toml")
