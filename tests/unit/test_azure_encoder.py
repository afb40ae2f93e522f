"""Azure's messages: what is told, when, of whom, and what a message leaves out."""

import json
import math
import re
from datetime import datetime, timedelta

import msgspec
import numpy as np
import pytest
from tests.support.azure import (
    COUNT,
    CROSSING,
    DISTANCE,
    DWELL,
    GIVEN,
    GROUND,
    LINE,
    SCENE,
    SIZE,
    STARTED,
    camera,
    encoder,
    path,
    play,
    together,
)

from sightline.calibration import Calibration
from sightline.errors import ConfigError
from sightline.events import LineCrossed, ZoneCountChanged, ZoneEntered, ZoneExited
from sightline.events.azure import AzureEncoder
from sightline.faces import FaceMask
from sightline.ground import GroundPlane
from sightline.scene import Line, Scene, Zone

# One walks through the zone and over the line in it; one stands in the zone, then goes over the line.
PASSING = path((40, 250), (320, 250), (600, 250))
STANDING = path((300, 200), (300, 200), (330, 230))
BOTH = together(a=PASSING, b=STANDING)
OFF = Calibration()
ALL = (COUNT, LINE, CROSSING, {**DWELL, "target_side": 1}, DISTANCE)
MASKS = {
    1: FaceMask(masked=True, confidence=0.97, box=(30, 160, 50, 185), face_confidence=0.9),
    2: FaceMask(masked=False, confidence=0.6, box=(290, 110, 310, 130), face_confidence=0.8),
}


def counts(run):
    return [(place, event["properties"]["personCount"]) for place, event, _ in run.told("personCountEvent")]


def distances(run):
    return [
        (place, said["eventName"], said["distanceViolationPersonCount"], said["personCount"])
        for place, event, _ in run.told("personDistanceEvent")
        for said in [event["properties"]]
    ]


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


def test_uncalibrated_cameras_write_what_the_container_wrote():
    for calibration in (OFF, Calibration("calibrating", progress=0.349)):
        run = play(BOTH, camera(*ALL), calibrations=calibration)
        for body in run.bodies:
            for metadata in (detection["metadata"] for detection in body["detections"]):
                known = {key: value for key, value in metadata.items() if key != "trackingId"}
                assert set(known.items()) <= {
                    ("centerGroundPointX", "0.0"),
                    ("centerGroundPointY", "0.0"),
                    ("groundOrientationAngle", "inf"),
                    ("mappedImageOrientation", "inf"),
                    ("speed", "0.0"),
                    ("footprintX", "inf"),
                    ("footprintY", "inf"),
                }
        ((_, dwell, _), _) = run.told("personZoneDwellTimeEvent")
        assert (dwell["properties"]["avgSpeed"], dwell["properties"]["minSpeed"]) == (0.0, 0.0)
        known = {
            json.dumps(body["sourceInfo"].get("cameraCalibrationInfo"))
            for _, _, body in run.told("personCountEvent")
        }
        unknown = {"status": "Calibrating;0.35", "cameraHeight": 0.0, "focalLength": 0.0, "tiltupAngle": 0.0}
        assert known == {json.dumps(None if calibration is OFF else unknown)}


def test_who_stands_has_a_place_and_no_orientation():
    ((_, _, body), *_) = play(together(b=STANDING), camera(CROSSING)).told("personZoneEnterExitEvent")
    metadata = body["detections"][0]["metadata"]
    feet = GROUND.locate([(300, 200)])[0] / 0.3048
    assert (metadata["groundOrientationAngle"], metadata["mappedImageOrientation"]) == ("inf", "inf")
    assert [float(metadata[f"centerGroundPoint{axis}"]) for axis in "XY"] == pytest.approx(
        feet.tolist(), abs=5e-4
    )
    assert (metadata["footprintX"], metadata["footprintY"]) == ("0.46875", "0.555556")


@pytest.mark.parametrize(
    ("walk", "radians"), [(((200, 300), (200, 200)), 0.0), (((200, 250), (300, 250)), math.pi / 2)]
)
def test_orientation_is_clockwise_from_up_in_the_picture(walk, radians):
    run = play(together(a=path(*walk)), camera({"event": "zonecrossing", "region": "till"}))
    *_, (_, _, body) = run.told("personZoneEnterExitEvent")
    assert float(body["detections"][0]["metadata"]["mappedImageOrientation"]) == pytest.approx(
        radians, abs=1e-6
    )


CLOSE = {1: (300, 250), 2: (320, 250)}
APART = {1: (200, 250), 2: (440, 250)}


def test_distances_are_told_when_the_violation_changes_and_once_when_it_ends():
    walk = [APART] * 2 + [CLOSE] * 3 + [{**CLOSE, 3: (310, 255)}] * 2 + [APART] * 2
    run = play(walk, camera(DISTANCE))
    assert distances(run)[:3] == [(2, "TooClose", 2, 2), (5, "TooClose", 3, 3), (7, "TooClose", 0, 3)]
    (_, event, body), *_ = run.told("personDistanceEvent")
    first, second = (GROUND.locate([foot])[0] / 0.3048 for foot in CLOSE.values())
    assert event["properties"]["averageDistance"] == pytest.approx(
        float(np.hypot(*(first - second))), abs=5e-4
    )
    assert event["properties"]["minimumDistanceThreshold"] == 6.0
    assert event["properties"]["maximumDistanceThreshold"] == "Infinity"
    assert len(body["detections"]) == 2


def test_both_limits_broken_are_two_events_close_first():
    walk = [{1: (200, 250), 2: (215, 250), 3: (440, 250)}] * 2
    run = play(walk, camera({**DISTANCE, "maximum_ft": 8.0}))
    assert distances(run)[:2] == [(0, "TooClose", 2, 3), (0, "TooFar", 3, 3)]
    whom = [len(event["detectionIds"]) for _, event, _ in run.told("personDistanceEvent")]
    assert whom[:2] == [2, 3]
    assert run.told("personDistanceEvent")[1][1]["properties"]["maximumDistanceThreshold"] == 8.0


def test_distances_at_intervals_take_frames_together():
    # Ten frames to an interval: seven close, three apart. The first event is that of the first frame.
    walk = [APART] * 4 + [CLOSE] * 7
    beat = {**DISTANCE, "trigger": "interval", "interval_s": 1.0}
    mode = play(walk, camera({**beat, "aggregation": "mode"}))
    mean = play(walk, camera({**beat, "aggregation": "average"}))
    assert distances(mode) == [(0, "TooClose", 0, 2), (10, "TooClose", 2, 2)]
    # 14 of 10 frames is 1.4 people, rounded to one.
    assert distances(mean) == [(0, "TooClose", 0, 2), (10, "TooClose", 1, 2)]
    near, far = (
        float(np.hypot(*np.diff(GROUND.locate(list(feet.values())), axis=0)[0])) / 0.3048
        for feet in (CLOSE, APART)
    )
    said = [run.told("personDistanceEvent")[1][1]["properties"]["averageDistance"] for run in (mode, mean)]
    assert said == pytest.approx([near, 0.7 * near + 0.3 * far], abs=5e-4)


def test_distances_without_a_violation_are_told_at_intervals_by_the_limit_that_there_is():
    beat = {"event": "persondistance", "region": "till", "trigger": "interval", "interval_s": 0.2}
    run = play([APART] * 3, camera({**beat, "maximum_ft": 90.0}))
    assert distances(run) == [(0, "TooFar", 0, 2), (2, "TooFar", 0, 2)]


def test_distances_are_unknown_until_the_camera_is_calibrated():
    calibrating = [Calibration("calibrating", progress=0.5)] * 5 + [
        Calibration("calibrated", ground=GROUND)
    ] * 3
    walk = [{}] + [CLOSE] * 7
    run = play(walk, camera(DISTANCE), calibrations=calibrating)
    assert distances(run) == [(0, "unknown", 0, 0), (1, "unknown", 0, 2), (5, "TooClose", 2, 2)]
    beat = {**DISTANCE, "trigger": "interval", "interval_s": 0.4}
    run = play(walk, camera(beat), calibrations=calibrating)
    assert distances(run) == [(0, "unknown", 0, 0), (4, "unknown", 0, 2)]


def test_people_above_the_horizon_have_no_distance():
    level = GroundPlane.from_camera(height_m=3.0, tilt_deg=0.5, focal_px=400.0, size_px=SIZE)
    walk = [{1: (300, 120), 2: (310, 120), 3: (300, 300)}] * 2
    run = play(walk, camera(DISTANCE, COUNT), calibrations=Calibration("given", ground=level))
    assert distances(run) == []
    assert counts(run)[0] == (0, 3)


def test_faces_are_told_of_those_who_have_one():
    run = play(BOTH, camera(COUNT, CROSSING), face_masks={1: MASKS[1]})
    for body in (body for body in run.bodies if "events" in body):
        for detection in body["detections"]:
            assert ("attributes" in detection) == ("face" in detection)
    (masked, *_) = [d for body in run.bodies for d in body.get("detections", []) if "face" in d]
    assert masked["attributes"] == [{"label": "face_mask", "confidence": 0.97, "task": ""}]
    assert masked["face"]["confidence"] == 0.9
    assert masked["face"]["region"]["points"][0] == {"x": 0.046875, "y": 0.444444}


def test_boxes_end_at_the_border():
    ((_, _, body), *_) = play([{1: (165, 340)}, {1: (165, 340)}], camera(COUNT)).told("personCountEvent")
    low = play(
        [{1: (300, 365)}],
        camera(COUNT),
        scene=Scene(zones=[Zone("till", [(0, 0), (1, 0), (1, 1), (0, 1)], anchor="center")]),
    )
    ((_, _, cut), *_) = low.told("personCountEvent")
    assert cut["detections"][0]["region"]["points"][1]["y"] == 1.0
    assert body["detections"][0]["region"]["points"][1]["y"] < 1.0


def test_pictures_are_as_wide_as_the_operation_says():
    run = play(BOTH, camera(COUNT, width_px=1920))
    source = run.told("personCountEvent")[0][2]["sourceInfo"]
    assert (source["width"], source["height"]) == (1920, 1080)
    info = source["cameraCalibrationInfo"]
    assert info["focalLength"] == 1200.0
    assert info["cameraHeight"] == pytest.approx(3.5 / 0.3048, abs=5e-4)
    assert info["tiltupAngle"] == pytest.approx(math.pi / 2 - math.radians(35), abs=1e-6)


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


def test_calibration_is_told_when_it_changes_and_on_its_beat():
    other = GroundPlane.from_camera(height_m=3.0, tilt_deg=35.0, focal_px=400.0, size_px=SIZE)
    known = [Calibration("calibrating", progress=1.0)] * 2
    known += [Calibration("calibrated", ground=GROUND, calibrated_pts_ns=150_000_000)] * 3
    known += [Calibration("recalibrating", 0.25, GROUND, 150_000_000)] * 2
    known += [Calibration("calibrated", ground=other, calibrated_pts_ns=650_000_000)] * 3
    walk = [{1: (300, 200)}] * 10

    def told(options):
        run = play(walk, options, calibrations=known)
        return [(place, json.loads(m.body)) for place, sent in enumerate(run.messages) for m in sent]

    changed = told(camera())
    assert [place for place, _ in changed] == [2, 7]
    assert (
        changed[0][1]["sourceInfo"]["cameraCalibrationInfo"]["lastCalibratedTime"]
        == "2026-02-11T09:30:00.150"
    )
    assert changed[0][1]["sourceInfo"]["frameId"] == 2
    assert [place for place, _ in told(camera(calibration_event_s=0.2))] == [2, 4, 6, 7, 8]
    statuses = [
        body["sourceInfo"]["cameraCalibrationInfo"]["status"]
        for _, body in told(camera(calibration_event_s=0.1))
    ]
    assert statuses == ["Calibrated"] * 3 + ["Recalibrating;0.25"] * 2 + ["Calibrated"] * 3
    assert "zonePlacementInfo" not in told(camera(zone_placement=False))[0][1]


def test_a_ground_of_measured_points_gives_distances_and_no_placement():
    corners = [(160, 108), (480, 108), (480, 342), (160, 342)]
    ground = GroundPlane.from_points(corners, GROUND.locate(corners))
    run = play([CLOSE] * 2, camera(DISTANCE), calibrations=Calibration("given", ground=ground))
    assert distances(run)[0] == (0, "TooClose", 2, 2)
    (event,) = [body for body in run.bodies if body.get("type") == "cameraCalibrationEvent"]
    assert "zonePlacementInfo" not in event
    info = run.told("personDistanceEvent")[0][2]["sourceInfo"]["cameraCalibrationInfo"]
    assert info == {"status": "Calibrated", "cameraHeight": 0.0, "focalLength": 0.0, "tiltupAngle": 0.0}


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


def test_schema_1_writes_numbers_maps_and_both_names_of_a_stays_time():
    newer, older = (
        play(BOTH, camera(*ALL, schema_version=version), face_masks=MASKS) for version in ("2.0", "1.0")
    )
    assert len(newer.sent) == len(older.sent)
    for after, before in zip(newer.bodies, older.bodies, strict=True):
        if "events" not in after:
            assert after == before
            continue
        assert before["schemaVersion"] == "1.0"
        assert before["sourceInfo"] == after["sourceInfo"]
        for new, old in zip(after["detections"], before["detections"], strict=True):
            assert (new["id"], new["region"], new["face"]) == (old["id"], old["region"], old["face"])
            assert old["metadata"]["attributes"] == {
                new["attributes"][0]["label"]: new["attributes"][0]["confidence"]
            }
            ground = [float(new["metadata"][f"centerGroundPoint{axis}"]) for axis in "XY"]
            assert ground == [old["centerGroundPoint"]["x"], old["centerGroundPoint"]["y"]]
            for name in ("groundOrientationAngle", "mappedImageOrientation", "speed"):
                written = new["metadata"].get(name, "inf")
                assert old["metadata"].get(name, math.inf) == float(written)
    stays = [event["properties"] for _, event, _ in older.told("personZoneDwellTimeEvent")]
    assert [stay["durationMs"] for stay in stays] == [stay["dwellTime"] for stay in stays]


def test_people_without_a_face_have_an_empty_map_in_schema_1():
    run = play(together(b=STANDING), camera(COUNT, schema_version="1.0"), calibrations=OFF)
    assert run.bodies[0]["detections"][0]["metadata"] == {"attributes": {}}


def test_inferences_say_the_same():
    plain, wrapped = (
        play(BOTH, camera(*ALL, rendering=kind)) for kind in ("container", "live_video_analytics")
    )
    start = datetime.fromisoformat(STARTED).timestamp()
    for message, body in zip(plain.bodies, wrapped.bodies, strict=True):
        inner = body["body"]
        assert inner["timestamp"] == round(start * 90_000) + int(message["sourceInfo"]["frameId"]) * 9000
        told = [each for each in inner["inferences"] if each["type"] == "event"]
        if "events" not in message:
            assert told[0]["event"]["name"] == "cameraCalibrationEvent"
            continue
        for event, inference in zip(message["events"], told, strict=True):
            said = inference["event"]
            assert (said["name"], inference["relatedInferences"]) == (event["type"], event["detectionIds"])
            expected = {**event["properties"], "zone": event["zone"], "trigger": event.get("trigger", "")}
            expected = {
                key: value if isinstance(value, str) else str(float(value))
                for key, value in expected.items()
                if value != ""
            }
            assert said["properties"] == expected
        entities = [each for each in inner["inferences"] if each["type"] == "entity"]
        assert [each["extensions"] for each in entities] == [
            each["metadata"] for each in message["detections"]
        ]


def test_the_same_recording_gives_the_same_bytes_and_another_one_other_ids():
    first, second = play(BOTH, camera(*ALL)), play(BOTH, camera(*ALL))
    assert first.text() == second.text()
    assert [message.event_id for message in first.sent] == [message.event_id for message in second.sent]
    made = AzureEncoder(
        camera(CROSSING), camera_id="east", size_px=SIZE, started_at="2026-02-12T09:30:00Z", scene=SCENE
    )
    ids = set(re.findall(rb"[0-9a-f]{32}", first.text()))
    assert not ids & {made._ids.tracking(track_id).encode() for track_id in (1, 2)}


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
