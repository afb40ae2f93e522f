"""What people do in a zone, through the Python API and the configuration."""

import numpy as np
import pytest

import sightline
from sightline.config.model import Config
from sightline.config.strict import convert
from sightline.config.toml import load_config, scene_of
from sightline.errors import ConfigError
from sightline.events import decode, encode

SIZE = (1000, 1000)
SQUARE = [(0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6)]
INSIDE, OUTSIDE = (500.0, 500.0), (500.0, 300.0)


def tracks(frame, places):
    """People by identity, each at a place in pixels or not seen, at ten frames a second."""
    seen = [(number, place) for number, place in enumerate(places, 1) if place]
    boxes = [(x - 15, y - 80, x + 15, y) for _, (x, y) in seen]
    return sightline.Tracks(
        np.array([number for number, _ in seen], np.uint64),
        np.array(boxes, np.float64).reshape(-1, 4),
        confidence=np.full(len(seen), 0.9, np.float32),
        class_id=np.zeros(len(seen), np.int32),
        pts_ns=frame * 100_000_000,
    )


def events_of(scene, *walks):
    """Show each frame's people, and return all events but those that the stream's end makes."""
    rules = sightline.Rules(scene, size_px=SIZE)
    events = [
        event
        for frame, places in enumerate(zip(*walks, strict=True))
        for event in rules.update(tracks(frame, places))
    ]
    return rules, events


def of_type(events, *types):
    found = [event for event in events if isinstance(event, types)]
    assert [decode(encode(event)) for event in found] == found
    return found


def test_loitering_goes_on_over_a_short_absence():
    zone = sightline.Zone("atm", SQUARE, loiter_s=2.0, loiter_absence_s=1.0)
    walk = [INSIDE] * 15 + [OUTSIDE] * 5 + [INSIDE] * 12 + [OUTSIDE] * 12
    _, events = events_of(sightline.Scene(zones=[zone]), walk)
    start, end = of_type(events, sightline.LoiteringStarted, sightline.LoiteringEnded)
    assert (start.zone, start.track_id, start.inside_ms, start.unseen_ms) == ("atm", 1, 2000, 0)
    assert start.subject == "/cameras/camera/zones/atm/tracks/1"
    assert (start.pts_ns, end.pts_ns) == (2_500_000_000, 3_150_000_000)
    assert (end.reason, end.inside_ms, end.confirmed_pts_ns) == ("exited", 2650, 4_200_000_000)


def test_loitering_ends_with_the_stream():
    zone = sightline.Zone("atm", SQUARE, loiter_s=2.0)
    rules, events = events_of(sightline.Scene(zones=[zone]), [INSIDE] * 30)
    (end,) = of_type(rules.finish(), sightline.LoiteringEnded)
    assert len(of_type(events, sightline.LoiteringStarted)) == 1
    assert (end.reason, end.inside_ms) == ("ended", 2900)


def zone_of_toml(tmp_path, lines, more=""):
    (tmp_path / "run.toml").write_text(
        '[[cameras]]\nsource = "a.mp4"\n'
        f'[[cameras.zones]]\nname = "a"\npolygon = [[0, 0], [1, 0], [1, 1]]\n{lines}\n{more}'
    )
    return scene_of(load_config(tmp_path / "run.toml").cameras[0]).zones[0]


@pytest.mark.parametrize(
    "lines",
    [
        "loiter_s = 60\nloiter_absence_s = 10",
    ],
)
def test_settings_are_read_from_a_file(tmp_path, lines):
    zone = zone_of_toml(tmp_path, lines)
    for line in lines.splitlines():
        name, value = line.split(" = ")
        assert getattr(zone, name) == float(value)


@pytest.mark.parametrize(
    ("settings", "path", "words"),
    [
        ({"loiter_s": 0}, "loiter_s", "more than 0"),
        ({"loiter_s": 1, "loiter_absence_s": -1}, "loiter_absence_s", "at least 0"),
        ({"loiter_absence_s": 3}, "loiter_absence_s", "expected loiter_s beside it"),
    ],
)
def test_faults_are_named_with_their_place(settings, path, words):
    zone = {"name": "a", "polygon": [[0, 0], [1, 0], [1, 1]], **settings}
    with pytest.raises(ConfigError) as caught:
        convert({"cameras": [{"source": "a.mp4", "zones": [zone]}]}, Config)
    (fault,) = caught.value.faults
    assert fault.path.startswith("cameras[0].zones[0].")
    assert fault.path.endswith(path)
    assert words in fault.message


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        ({"loiter_s": -1.0}, "zones[0].loiter_ns"),
        ({"loiter_s": 1.0, "loiter_absence_s": -1.0}, "zones[0].loiter_absence_ns"),
    ],
)
def test_the_core_checks_what_python_hands_it(settings, path):
    scene = sightline.Scene(zones=[sightline.Zone("a", SQUARE, **settings)])
    with pytest.raises(ConfigError) as caught:
        sightline.Rules(scene, size_px=SIZE)
    assert [fault.path for fault in caught.value.faults] == [path]
