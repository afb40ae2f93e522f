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


def test_a_queue_has_a_length_and_waits():
    zone = sightline.Zone("till", SQUARE, queue_after_s=1.0, wait_limit_s=2.0)
    scene = sightline.Scene(zones=[zone, sightline.Zone("plain", SQUARE)], summary_s=3.0)
    side = (540.0, 500.0)
    rules, events = events_of(
        scene, [INSIDE] * 25 + [OUTSIDE] * 7, [OUTSIDE] * 5 + [side] * 27, [INSIDE] * 9 + [OUTSIDE] * 23
    )
    changes = of_type(events, sightline.QueueChanged)
    assert [(e.pts_ns // 10**8, e.length, e.previous, e.longest_wait_ms) for e in changes] == [
        (10, 1, 0, 1000),
        (15, 2, 1, 1500),
        (25, 1, 2, 2050),
    ]
    assert {e.subject for e in changes} == {"/cameras/camera/zones/till/queue"}
    (left,) = of_type(events, sightline.QueueLeft)
    assert (left.track_id, left.reason, left.wait_ms, left.unseen_ms) == (1, "exited", 2450, 0)
    late, later = of_type(events, sightline.QueueWaitExceeded)
    assert (late.track_id, late.pts_ns, late.wait_ms) == (1, 2_000_000_000, 2000)
    assert (later.track_id, later.pts_ns) == (2, 2_450_000_000)
    till, plain = rules.counts()["zones"]
    assert till["queue"] == {
        "length": 1,
        "longest_wait_ms": 2650,
        "left": 1,
        "wait_mean_ms": 2450,
        "wait_max_ms": 2450,
    }
    assert plain["queue"] is None
    summary, other = of_type(events, sightline.ZoneSummarized)
    figures = (summary.queue_longest, summary.queue_left, summary.wait_mean_ms, summary.wait_max_ms)
    assert figures == (2, 1, 2450, 2450)
    assert (other.queue_longest, other.queue_left, other.wait_mean_ms, other.wait_max_ms) == (None,) * 4
    assert len(of_type(rules.finish(), sightline.QueueChanged, sightline.QueueLeft)) == 2


def walk(start, step, frames):
    return [(start[0] + step[0] * n, start[1] + step[1] * n) for n in range(frames)]


def test_the_wrong_way_through_a_zone():
    # To the right is the way; one goes left, one right, and one down, which is off by no more than 90 degrees.
    zone = sightline.Zone("gate", [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)], way_deg=90.0)
    walks = (
        walk((800, 300), (-20, 0), 20),
        walk((100, 500), (20, 0), 20),
        walk((500, 500), (0, 20), 20),
    )
    _, events = events_of(sightline.Scene(zones=[zone]), *walks)
    (event,) = of_type(events, sightline.WrongWay)
    assert (event.zone, event.track_id, event.heading_deg, event.off_deg) == ("gate", 1, 270.0, 180.0)
    assert event.pts_ns == 1_200_000_000
    strict = sightline.Zone("gate", zone.polygon, way_deg=90.0, way_tolerance_deg=60.0, way_s=0.5)
    _, events = events_of(sightline.Scene(zones=[strict]), *walks)
    found = [(e.track_id, e.pts_ns, e.off_deg) for e in of_type(events, sightline.WrongWay)]
    assert found == [(1, 700_000_000, 180.0), (3, 700_000_000, 90.0)]


# A pixel is a centimetre.
GROUND = sightline.Ground(
    points=[
        sightline.GroundPoint(at=(x, y), metres=(10.0 * x, 10.0 * (1.0 - y)))
        for x, y in [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
    ]
)


def test_a_speed_limit():
    zone = sightline.Zone(
        "yard", [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)], speed_limit_mps=2.0, speed_s=1.0
    )
    # One runs and slows down, one walks, one runs until the stream ends.
    run_and_walk = walk((100, 300), (30, 0), 20) + walk((675, 300), (5, 0), 10)
    rules, events = events_of(
        sightline.Scene(zones=[zone], ground=GROUND),
        run_and_walk,
        walk((100, 500), (10, 0), 30),
        walk((100, 700), (25, 0), 30),
    )
    first, second = of_type(events, sightline.SpeedExceeded)
    assert (first.zone, first.track_id, first.speed_mps, first.limit_mps) == ("yard", 1, 3.0, 2.0)
    assert (first.pts_ns, second.pts_ns, second.track_id) == (1_200_000_000, 1_200_000_000, 3)
    (slowed,) = of_type(events, sightline.SpeedRestored)
    assert (slowed.reason, slowed.track_id, slowed.top_mps) == ("slowed", 1, 3.0)
    assert slowed.lasted_ms == pytest.approx((slowed.pts_ns - 200_000_000) / 1e6, abs=1)
    (ended,) = of_type(rules.finish(), sightline.SpeedRestored)
    assert (ended.reason, ended.track_id, ended.top_mps, ended.lasted_ms) == ("ended", 3, 2.5, 2700)


def test_a_speed_limit_needs_a_ground(tmp_path):
    with pytest.raises(ConfigError, match=r"cameras\[0\]\.zones\[0\]\.speed_limit_mps: expected a ground"):
        zone_of_toml(tmp_path, "speed_limit_mps = 2")
    ground = "[cameras.ground]\nheight_m = 4\ntilt_deg = 30\nview_deg = 60"
    assert zone_of_toml(tmp_path, "speed_limit_mps = 2\nspeed_s = 3", ground).speed_s == 3.0
    with pytest.raises(ConfigError, match="say where it is, or leave the limit out"):
        sightline.Rules(
            sightline.Scene(zones=[sightline.Zone("a", SQUARE, speed_limit_mps=2.0)]), size_px=SIZE
        )


def test_the_wrong_way_over_a_line():
    line = sightline.Line("exit", (0.0, 0.4), (1.0, 0.4), wrong_way="out")
    _, events = events_of(
        sightline.Scene(lines=[line]),
        walk((300, 300), (0, 20), 15),
        walk((600, 500), (0, -20), 15),
    )
    _, crossed, wrong = sorted(
        of_type(events, sightline.LineCrossed, sightline.WrongWayCrossed), key=lambda event: event.track_id
    )
    assert crossed.direction == "out"
    assert isinstance(wrong, sightline.WrongWayCrossed)
    assert (wrong.line, wrong.direction, wrong.track_id) == ("exit", "out", 2)
    assert wrong.subject == crossed.subject
    assert wrong.event_id != crossed.event_id
    assert (wrong.pts_ns, wrong.box, wrong.anchor) == (crossed.pts_ns, crossed.box, crossed.anchor)


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
        "queue_after_s = 5\nwait_limit_s = 300",
        "way_deg = 270\nway_tolerance_deg = 45\nway_s = 2",
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
        ({"speed_limit_mps": 0}, "speed_limit_mps", "more than 0"),
        ({"speed_limit_mps": 2, "speed_s": -1}, "speed_s", "at least 0"),
        ({"speed_s": 3}, "speed_s", "expected speed_limit_mps beside it"),
        ({"way_deg": 361}, "way_deg", "at most 360"),
        ({"way_deg": 0, "way_tolerance_deg": 180}, "way_tolerance_deg", "less than 180"),
        ({"way_deg": 0, "way_s": -1}, "way_s", "at least 0"),
        ({"way_s": 3}, "way_s", "expected way_deg beside it"),
        ({"way_tolerance_deg": 45}, "way_tolerance_deg", "expected way_deg beside it"),
        ({"queue_after_s": -1}, "queue_after_s", "at least 0"),
        ({"queue_after_s": 0, "wait_limit_s": 0}, "wait_limit_s", "more than 0"),
        ({"wait_limit_s": 30}, "wait_limit_s", "expected queue_after_s beside it"),
        ({"queue_after_s": 9, "wait_limit_s": 3}, "wait_limit_s", "at least queue_after_s, which is 9"),
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
        ({"queue_after_s": -1.0}, "zones[0].queue_after_ns"),
        ({"way_deg": float("nan")}, "zones[0].way_deg"),
        ({"way_deg": 0.0, "way_tolerance_deg": 0.0}, "zones[0].way_tolerance_deg"),
        ({"way_deg": 0.0, "way_s": -1.0}, "zones[0].way_ns"),
    ],
)
def test_the_core_checks_what_python_hands_it(settings, path):
    scene = sightline.Scene(zones=[sightline.Zone("a", SQUARE, **settings)])
    with pytest.raises(ConfigError) as caught:
        sightline.Rules(scene, size_px=SIZE)
    assert [fault.path for fault in caught.value.faults] == [path]
