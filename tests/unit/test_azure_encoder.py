"""Azure's messages: what is told, when, of whom, and what a message leaves out."""

import json
from datetime import datetime, timedelta

import msgspec
import pytest
from tests.support.azure_runs import (
    ALL,
    BOTH,
    COUNT,
    CROSSING,
    DISTANCE,
    DWELL,
    GIVEN,
    LINE,
    MASKS,
    OFF,
    PASSING,
    SCENE,
    SIZE,
    STANDING,
    STARTED,
    camera,
    counts,
    encoder,
    path,
    play,
    together,
)

from sightline.errors import ConfigError
from sightline.events import LineCrossed, ZoneCountChanged, ZoneEntered, ZoneExited
from sightline.events.azure import AzureEncoder
from sightline.scene import Line, Scene, Zone

# Rows of the documentation's samples: which fields the message of each type of event has.
MATRIX = {
    "personCountEvent": "trigger cameraCalibrationInfo groundOrientationAngle attributes face footprintX",
    "personDistanceEvent": "trigger cameraCalibrationInfo groundOrientationAngle attributes face footprintX",
    "personLineEvent": "properties.trackingId trackingId speed mappedImageOrientation groundOrientationAngle"
    " attributes face footprintX orientationDirection",
    "personZoneEnterExitEvent": "properties.trackingId trackingId speed mappedImageOrientation"
    " groundOrientationAngle attributes face footprintX side avgSpeed minSpeed",
    "personZoneDwellTimeEvent": "properties.trackingId trackingId speed mappedImageOrientation"
    " groundOrientationAngle attributes face footprintX side avgSpeed minSpeed dwellTime dwellFrames"
    " dwellTimeForTargetSide",
}


FIELDS = sorted({field for row in MATRIX.values() for field in row.split()})


def fields_of(event, body):
    (detection, *_) = [each for each in body["detections"] if each["id"] in event["detectionIds"]]
    properties = {"properties.trackingId" if key == "trackingId" else key for key in event["properties"]}
    return properties | set(event) | set(body["sourceInfo"]) | set(detection) | set(detection["metadata"])


@pytest.mark.parametrize("kind", MATRIX)
def test_each_type_of_event_has_the_fields_of_its_row(kind):
    told = play(BOTH, camera(*ALL), face_masks=MASKS).told(kind)
    event, body = next(
        (event, body)
        for _, event, body in told
        if event["properties"].get("status") != "Enter" and event["detectionIds"]
    )
    assert [field for field in FIELDS if field in fields_of(event, body)] == sorted(MATRIX[kind].split())


@pytest.mark.parametrize("kind", MATRIX)
def test_what_is_switched_off_is_left_out(kind):
    options = camera(*ALL, orientation=False, speed=False)
    off = {
        "groundOrientationAngle",
        "mappedImageOrientation",
        "orientationDirection",
        "dwellTimeForTargetSide",
    }
    off |= {"speed", "avgSpeed", "minSpeed", "attributes", "face", "cameraCalibrationInfo"}
    told = play(BOTH, options, calibrations=OFF).told(kind)
    assert told
    for _, event, body in told:
        if event["detectionIds"]:
            assert fields_of(event, body) & off == set()


def test_events_share_a_message_where_its_envelope_fits():
    run = play(BOTH, camera(*ALL))
    kinds = [
        ["calibration"] if "events" not in body else [event["type"] for event in body["events"]]
        for body in map(json.loads, (message.body for message in run.messages[0]))
    ]
    assert kinds == [["calibration"], ["personCountEvent"], ["personZoneEnterExitEvent"]]
    (_, shared) = [body for body in run.bodies if body.get("events") and len(body["events"]) == 2][-2:]
    assert [event["type"] for event in shared["events"]] == [
        "personZoneEnterExitEvent",
        "personZoneDwellTimeEvent",
    ]
    assert len(shared["detections"]) == 1
    subjects = {message.type: message.subject for message in run.sent}
    assert subjects["personLineEvent"] == "/cameras/east/lines/gate"
    assert subjects["personCountEvent"] == "/cameras/east/zones/till"


def test_messages_call_regions_what_their_reports_call_them():
    run = play(BOTH, camera({**COUNT, "name": "till / 3"}, {**LINE, "name": "door"}))
    assert {event["zone"] for body in run.bodies for event in body.get("events", [])} == {"till / 3", "door"}
    assert {m.subject for m in run.sent if m.type == "personCountEvent"} == {
        "/cameras/east/zones/till%20%2F%203"
    }


def test_counts_are_told_at_first_and_when_they_change():
    run = play(together(a=PASSING), camera(COUNT))
    native = run.native(ZoneCountChanged)
    assert counts(run)[0] == (0, 0)
    assert [count for _, count in counts(run)[1:]] == [event.count for event in native] == [1, 0]


def test_a_count_that_is_there_at_first_is_told_once():
    run = play(together(b=STANDING), camera(COUNT))
    assert counts(run)[0] == (0, 1)
    assert [place for place, _ in counts(run)].count(0) == 1


def test_counts_at_intervals_keep_their_beat():
    run = play(together(a=PASSING), camera({**COUNT, "trigger": "interval", "interval_s": 0.5}))
    inside = dict.fromkeys(range(22), 0)
    now = 0
    for place, events in enumerate(run.events):
        now = next((event.count for event in events if isinstance(event, ZoneCountChanged)), now)
        inside[place] = now
    assert counts(run) == [(place, inside[place]) for place in (0, 5, 10, 15, 20)]
    assert {event["trigger"] for _, event, _ in run.told("personCountEvent")} == {"interval"}


def test_of_so_many_events_the_first_is_kept():
    everything = play(BOTH, camera(COUNT, CROSSING))
    thinned = play(BOTH, camera({**COUNT, "output_frequency": 3}, {**CROSSING, "output_frequency": 2}))
    assert counts(thinned) == counts(everything)[::3]
    kind = "personZoneEnterExitEvent"
    kept = [event["properties"] for _, event, _ in thinned.told(kind)]
    assert kept == [event["properties"] for _, event, _ in everything.told(kind)][::2]
    assert len(kept) == 2


@pytest.mark.parametrize("status", ["Enter", "Exit"])
def test_a_report_may_tell_entries_or_exits_alone(status):
    told = play(BOTH, camera({**CROSSING, "status": status})).told("personZoneEnterExitEvent")
    assert [event["properties"]["status"] for _, event, _ in told] == [status, status]


@pytest.mark.parametrize(
    ("line", "status"), [(((0.5, 0.0), (0.5, 1.0)), "CrossLeft"), (((0.5, 1.0), (0.5, 0.0)), "CrossRight")]
)
def test_crossings_are_those_of_the_native_events(line, status):
    scene = Scene(lines=[Line("gate", *line)])
    run = play(together(a=PASSING), camera(LINE), scene=scene)
    (crossed,) = run.native(LineCrossed)
    ((place, event, _),) = run.told("personLineEvent")
    assert (
        event["properties"]["status"] == status == {"in": "CrossRight", "out": "CrossLeft"}[crossed.direction]
    )
    assert place == crossed.confirmed_pts_ns // 100_000_000


@pytest.mark.parametrize(
    ("walk", "orientation"),
    [
        ([(250, 200), (400, 200)], "Straight"),
        ([(250, 200), (400, 340)], "Straight"),
        ([(280, 120), (380, 320)], "Right"),
        ([(280, 320), (380, 120)], "Left"),
        ([(380, 120), (280, 320)], "Left"),
        ([(380, 320), (280, 120)], "Right"),
    ],
)
@pytest.mark.parametrize("calibration", [GIVEN, OFF], ids=["calibrated", "uncalibrated"])
def test_who_crosses_heads_straight_on_left_or_right(walk, orientation, calibration):
    ((_, event, _),) = play(together(a=path(*walk)), camera(LINE), calibrations=calibration).told(
        "personLineEvent"
    )
    assert event["properties"]["orientationDirection"] == orientation


@pytest.mark.parametrize(("side", "written"), [(None, ""), (1, "1"), (4, "4")])
def test_sides_are_numbers_in_strings_and_empty_when_unknown(side, written):
    def on_side(event):
        return (
            msgspec.structs.replace(event, side=side)
            if isinstance(event, ZoneEntered | ZoneExited)
            else event
        )

    run = play(together(a=PASSING), camera(CROSSING, DWELL), change=on_side)
    told = run.told("personZoneEnterExitEvent") + run.told("personZoneDwellTimeEvent")
    assert [event["properties"]["side"] for _, event, _ in told] == [written] * 3


def test_a_stay_is_told_at_its_end_with_time_frames_and_speed():
    run = play(together(a=PASSING), camera(DWELL))
    (went,) = run.native(ZoneExited)
    ((place, event, body),) = run.told("personZoneDwellTimeEvent")
    said = event["properties"]
    came = next(
        place for place, events in enumerate(run.events) if any(isinstance(e, ZoneEntered) for e in events)
    )
    assert (said["dwellTime"], said["dwellFrames"]) == (float(went.dwell_ms), place - came)
    assert said["status"] == "Exit"
    speed = float(body["detections"][0]["metadata"]["speed"])
    assert said["avgSpeed"] == pytest.approx(speed, rel=1e-3)
    assert said["minSpeed"] == pytest.approx(speed, rel=1e-3)
    assert "dwellTimeForTargetSide" not in said


def test_the_least_speed_is_that_of_the_slowest_moment():
    ((_, event, _),) = play(together(b=STANDING), camera(DWELL)).told("personZoneDwellTimeEvent")
    said = event["properties"]
    assert said["minSpeed"] == 0.0
    assert said["avgSpeed"] > 0.5


@pytest.mark.parametrize(("target_side", "facing_s"), [(0, 0.0), (1, 1.0), (2, 1.0), (3, 0.0)])
def test_time_towards_a_side_begins_with_going_there_and_goes_on_while_standing(target_side, facing_s):
    walk = path((300, 200), (300, 200), (330, 230), steps=10) + [(330, 230)] * 5
    run = play(together(b=walk), camera({**DWELL, "target_side": target_side}))
    ((_, event, _),) = run.told("personZoneDwellTimeEvent")
    # The diagonal is 45 degrees off both sides; half a second of standing follows.
    expected = (facing_s + 0.5 if facing_s else 0.0) * 1000
    assert event["properties"]["dwellTimeForTargetSide"] == expected


def test_facing_is_the_same_for_a_polygon_drawn_the_other_way_round():
    zone = SCENE.zones[0]
    turned = Scene(zones=[Zone("till", zone.polygon[::-1])])
    run = play(together(b=STANDING), camera({**DWELL, "target_side": 1}), scene=turned)
    ((_, event, _),) = run.told("personZoneDwellTimeEvent")
    # Its second side is the lower one's neighbour to the right: corners run lower left, lower right, upper right.
    assert event["properties"]["dwellTimeForTargetSide"] == 1000.0


def test_who_is_lost_inside_is_described_by_the_last_sighting():
    walk = [{1: foot} for foot in path((200, 250), (300, 250), steps=5)] + [{}] * 5
    run = play(walk, camera(CROSSING, DWELL))
    (lost,) = run.native(ZoneExited)
    assert lost.reason == "lost"
    ((place, event, body),) = run.told("personZoneDwellTimeEvent")
    assert place == 8
    assert (event["properties"]["dwellFrames"], event["properties"]["side"]) == (6, "")
    corners = body["detections"][0]["region"]["points"]
    assert [corners[0]["x"], corners[0]["y"], corners[1]["x"], corners[1]["y"]] == list(lost.box)
    assert body["detections"][0]["confidence"] == lost.confidence


@pytest.mark.parametrize("calibration", [GIVEN, OFF], ids=["calibrated", "uncalibrated"])
def test_the_last_sighting_is_cut_off_at_the_border_too(calibration):
    scene = Scene(zones=[Zone("till", [(0, 0), (1, 0), (1, 1), (0, 1)], anchor="center")])
    run = play([{1: (300, 365)}] * 3 + [{}] * 4, camera(CROSSING), scene=scene, calibrations=calibration)
    *_, (_, event, body) = run.told("personZoneEnterExitEvent")
    assert event["properties"]["status"] == "Exit"
    assert body["detections"][0]["region"]["points"][1]["y"] == 1.0


def test_the_stream_ends_with_everybody_leaving():
    run = play(together(b=[(300, 200)] * 4), camera(COUNT, CROSSING, DWELL))
    assert [message.type for message in run.messages[-1]] == ["personCountEvent", "personZoneEnterExitEvent"]
    assert counts(run)[-1] == (4, 0)
    ended = json.loads(run.messages[-1][0].body)
    assert ended["sourceInfo"]["frameId"] == "3"


def test_nothing_is_told_of_a_stream_without_frames():
    assert encoder(camera(*ALL)).finish([]) == []


def test_who_it_is_stays_out_of_counts_and_is_the_same_everywhere_else():
    run = play(BOTH, camera(*ALL))
    of_states = [body for body in run.bodies if body.get("events") and "trigger" in body["events"][0]]
    of_tracks = [body for body in run.bodies if body.get("events") and "trigger" not in body["events"][0]]
    people = {detection["id"] for body in of_tracks for detection in body["detections"]}
    assert len(people) == 2
    assert all(
        detection["id"] == detection["metadata"]["trackingId"]
        for body in of_tracks
        for detection in body["detections"]
    )
    assert all(
        event["properties"]["trackingId"] == event["detectionIds"][0]
        for body in of_tracks
        for event in body["events"]
    )
    seen = [detection["id"] for body in of_states for detection in body["detections"]]
    assert len(seen) == len(set(seen))
    assert people.isdisjoint(seen)


def test_time_goes_on_over_a_jump_of_the_sources_clock():
    walk = [{1: (300, 200)}] * 3 + [{1: (300, 200)}] * 3
    run = play(walk, camera({**COUNT, "trigger": "interval", "interval_s": 0.1}), epochs=[0, 0, 0, 1, 1, 1])
    times = [body["sourceInfo"]["timestamp"] for _, _, body in run.told("personCountEvent")]
    start = datetime.fromisoformat(STARTED)
    assert times == [
        (start + timedelta(milliseconds=100 * frame))
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z")
        for frame in range(6)
    ]


def test_a_person_before_and_after_a_jump_are_two():
    walk = [{1: (300, 200)}] * 2 + [{2: (300, 200)}] * 2
    run = play(walk, camera(COUNT, CROSSING), epochs=[0, 0, 1, 1])
    assert [count for _, count in counts(run)] == [event.count for event in run.native(ZoneCountChanged)]
    statuses = [event["properties"]["status"] for _, event, _ in run.told("personZoneEnterExitEvent")]
    assert statuses == ["Enter", "Exit", "Enter", "Exit"]


CARS = {"event": "vehiclecount", "region": "till"}


PARKED = {"event": "vehicleinpolygon", "region": "till"}


NAMES = {0: "car", 1: "suv", 2: "boat"}


def test_vehicles_are_told_with_every_type():
    walk = [{}, {}] + together(a=path((200, 250), (300, 250), steps=5)) + [{}] * 5
    run = play(walk, camera(CARS, PARKED), names=NAMES, classes={1: 1})
    assert [event["properties"]["detectionCount"] for _, event, _ in run.told("vehicleCountEvent")] == [
        0,
        1,
        0,
    ]
    told = [event["properties"]["status"] for _, event, _ in run.told("vehicleInPolygonEvent")]
    assert told == ["PARKED", "EXITED"]
    attributes = run.told("vehicleInPolygonEvent")[0][2]["detections"][0]["attributes"]
    assert {each["label"]: each["confidence"] for each in attributes if each["confidence"]} == {"SUV": 0.875}
    assert len(attributes) == 9
    assert {event["trigger"] for body in run.bodies for event in body.get("events", [])} == {""}


def test_vehicles_may_be_told_in_every_frame():
    walk = [{}] + [{1: (300, 200), 2: (400, 200)}] * 2
    run = play(walk, camera(CARS, PARKED, every_frame=True), names=NAMES, classes={2: 2})
    told = [
        (place, event["properties"].get("detectionCount", event["properties"].get("status")))
        for place in range(4)
        for kind in ("vehicleCountEvent", "vehicleInPolygonEvent")
        for at, event, _ in run.told(kind)
        if at == place
    ]
    assert told == [
        *[(0, 0), (1, 2), (1, "PARKED"), (1, "PARKED"), (2, 2), (2, "PARKED"), (2, "PARKED")],
        *[(3, "EXITED"), (3, "EXITED")],
    ]


def test_state_is_that_of_the_people_inside():
    made, inside = encoder(camera(COUNT, DWELL, DISTANCE)), []
    walk = [dict.fromkeys(range(frame, frame + 3), (300, 200)) for frame in range(1, 200)] + [{}] * 4
    play(walk, None, made=made, after=lambda: inside.append(len(made._presence.inside("till"))))
    assert max(inside) <= 6
    assert inside[-1] == 0


def test_reports_of_what_the_scene_does_not_have_are_all_named():
    options = camera(
        {**COUNT, "region": "lobby"}, {**LINE, "region": "till"}, {**DWELL, "target_side": 4}, CROSSING
    )
    with pytest.raises(ConfigError) as failure:
        encoder(options)
    assert [fault.path for fault in failure.value.faults] == [
        "azure.reports[0].region",
        "azure.reports[1].region",
        "azure.reports[2].target_side",
    ]
    assert "found 'lobby'; there is: till" in failure.value.faults[0].message
    assert "from 0 to 3, found 4" in failure.value.faults[2].message


def test_a_start_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="with a time zone"):
        AzureEncoder(camera(), camera_id="east", size_px=SIZE, started_at="2026-02-12T09:30:00", scene=SCENE)
