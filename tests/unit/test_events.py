"""Events: typed, encoded as CloudEvents, read back, and the same bytes every time."""

import json
from types import SimpleNamespace

import pytest

from sightline.events import EVENT_TYPES, EventMaker, decode, encode
from sightline.scene import Distance, Line, Scene, Zone

SCENE = Scene(
    lines=[Line("door", (0.1, 0.6), (0.9, 0.6))],
    zones=[Zone("queue / left", [(0, 0), (1, 0), (1, 1)], crowd_limit=3)],
    distances=[Distance(name="apart", threshold=0.1)],
)
NOTHING = dict.fromkeys(
    (
        "time_ns",
        "other_id",
        "direction",
        "reason",
        "side",
        "dwell_ns",
        "unseen_ns",
        "count",
        "previous",
        "distance_px",
        "distance_m",
        "ground_m",
        "speed_mps",
        "heading_deg",
        "off_deg",
        "limit_mps",
        "top_mps",
        "figures",
        "mean",
    )
)
TRACK = {
    "track_id": 17,
    "xyxy": (100.0, 50.0, 140.0, 150.0),
    "anchor": (120.0, 150.0),
    "class_id": 0,
    "confidence": 0.875,
}
KINDS = {
    "line_crossed": {
        "direction": "in",
        "ground_m": (1.2341, -6.0),
        "speed_mps": 1.25,
        "heading_deg": 123.456,
    },
    "zone_entered": {"reason": "appeared"},
    "zone_exited": {"reason": "exited", "side": 3, "dwell_ns": 2_500_000_000, "unseen_ns": 100_000_000},
    "zone_dwelled": {"dwell_ns": 30_000_000_000, "unseen_ns": 0},
    "zone_count_changed": {"count": 3, "previous": 2, **dict.fromkeys(TRACK)},
    "zone_overcrowded": {"count": 4, **dict.fromkeys(TRACK)},
    "zone_relieved": {"count": 5, "dwell_ns": 61_000_000_000, **dict.fromkeys(TRACK)},
    "line_summarized": {
        "figures": {
            "start_ns": 0,
            "in": 7,
            "out": 5,
            "lost_at_line": 1,
            "flips_suppressed": 2,
            "gaps_bridged": 3,
        },
        **dict.fromkeys(TRACK),
    },
    "zone_summarized": {
        "figures": {
            "start_ns": 0,
            "inside": 2,
            "entries": 9,
            "exits": 8,
            "least": 0,
            "most": 4,
            "dwell_mean_ns": 12_300_000_000,
            "dwell_max_ns": 45_600_000_000,
            "born_inside": 1,
            "flips_suppressed": 0,
            "gaps_bridged": 2,
        },
        "mean": 1.75,
        **dict.fromkeys(TRACK),
    },
    "zone_loitering_started": {"dwell_ns": 60_000_000_000, "unseen_ns": 0},
    "zone_loitering_ended": {"reason": "exited", "dwell_ns": 75_000_000_000, "unseen_ns": 100_000_000},
    "zone_queue_changed": {
        "count": 4,
        "previous": 3,
        "dwell_ns": 95_000_000_000,
        **dict.fromkeys(TRACK),
    },
    "zone_queue_left": {"reason": "exited", "dwell_ns": 81_000_000_000, "unseen_ns": 0},
    "zone_queue_wait_exceeded": {"dwell_ns": 300_000_000_000, "unseen_ns": 1_000_000_000},
    "line_wrong_way_crossed": {"direction": "out"},
    "zone_wrong_way": {"heading_deg": 181.26, "off_deg": 178.74},
    "zone_speed_exceeded": {"speed_mps": 3.2, "limit_mps": 2.5},
    "zone_speed_restored": {"reason": "slowed", "top_mps": 4.1239, "dwell_ns": 2_345_678_900},
    "people_close": {"other_id": 18, "distance_px": 24.0, "distance_m": 1.2341},
    "people_parted": {"other_id": 18, "reason": "exited", "dwell_ns": 1_000_000_000, "distance_px": 12.0},
}


def fact(kind, **more):
    """A fact as the core reports it."""
    times = {
        "epoch": 0,
        "pts_ns": 4_200_000_000,
        "confirmed_pts_ns": 4_300_000_000,
        "bridged_ns": 0,
        "rule": 0,
    }
    return SimpleNamespace(**{**NOTHING, **TRACK, **times, "kind": kind, **KINDS[kind], **more})


def maker(**more):
    return EventMaker(SCENE, camera_id="lobby", size_px=(400, 200), class_names={0: "person"}, **more)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_survives_writing_and_reading(kind):
    event = maker().event(fact(kind))
    assert decode(encode(event)) == event


def test_every_type_of_event_has_a_fact_behind_it():
    assert {type(maker().event(fact(kind))) for kind in KINDS} == set(EVENT_TYPES)


def test_a_crossing_as_it_is_written():
    assert json.loads(encode(maker().event(fact("line_crossed", bridged_ns=300_000_000)))) == {
        "specversion": "1.0",
        "id": "a9f22388-af2d-568c-88be-9fa3af24b3c0",
        "source": "/cameras/lobby",
        "type": "sightline.line.crossed.v1",
        "subject": "/cameras/lobby/lines/door/tracks/17",
        "datacontenttype": "application/json",
        "dataschema": "urn:sightline:schema:sightline.line.crossed.v1",
        "data": {
            "camera_id": "lobby",
            "epoch": 0,
            "pts_ns": 4200000000,
            "track_id": 17,
            "object_class": "person",
            "confidence": 0.875,
            "confirmed_pts_ns": 4300000000,
            "bridged": True,
            "bridged_ms": 300,
            "box": [0.25, 0.25, 0.35, 0.75],
            "anchor": [0.3, 0.75],
            "ground_m": [1.234, -6.0],
            "speed_mps": 1.25,
            "heading_deg": 123.5,
            "line": "door",
            "direction": "in",
        },
    }


def test_ids_differ_by_what_happened_and_by_nothing_else():
    def event_id(**more):
        return maker().event(fact("line_crossed", **more)).event_id

    assert event_id() == event_id(confidence=0.5, confirmed_pts_ns=9)
    others = [event_id(pts_ns=1), event_id(epoch=1), event_id(track_id=18), event_id(direction="out")]
    assert len({event_id(), *others}) == 5


def test_a_known_start_gives_a_time_of_day_in_the_first_epoch_only():
    made = maker(started_at="2026-05-01T10:00:00+02:00")
    assert made.event(fact("line_crossed")).time == "2026-05-01T08:00:04.200Z"
    assert made.event(fact("line_crossed", epoch=1)).time is None
    with pytest.raises(ValueError, match="time zone"):
        maker(started_at="2026-05-01T10:00:00")


def test_a_name_with_a_slash_stays_one_segment_of_the_subject():
    event = maker().event(fact("zone_entered"))
    assert event.subject == "/cameras/lobby/zones/queue%20%2F%20left/tracks/17"
    assert event.zone == "queue / left"


def test_printing_shows_what_a_person_looks_for():
    event = maker().event(fact("line_crossed"))
    assert repr(event) == "LineCrossed(line='door', direction='in', track_id=17, pts_ns=4200000000)"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (b"not json", "not a CloudEvent"),
        (b'{"specversion":"0.3","id":"a","source":"b","type":"c"}', "not a CloudEvent"),
        (b'{"specversion":"1.0","id":"a","source":"b","type":"c"}', "sightline.line.crossed.v1"),
        (
            b'{"specversion":"1.0","id":"a","source":"b","type":"sightline.line.crossed.v1","data":{"line":1}}',
            "data of",
        ),
    ],
    ids=["no-json", "old-version", "unknown-type", "wrong-data"],
)
def test_what_cannot_be_read_says_why(text, complaint):
    with pytest.raises(ValueError, match=complaint):
        decode(text)
