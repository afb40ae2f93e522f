"""Azure's messages are read whatever their edition and spelling, and nonsense is refused with its path."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.azure_runs import COUNT, CROSSING, DISTANCE, DWELL, LINE, camera, path, play, together

from sightline.events.azure import AzureEvent, decode
from sightline.faces import FaceMask

WALK = together(a=path((40, 250), (320, 250), (600, 250)), b=path((300, 200), (300, 200), (330, 230)))
ALL = (COUNT, LINE, CROSSING, {**DWELL, "target_side": 1}, {**DISTANCE, "maximum_ft": 8.0})
MASKS = {1: FaceMask(masked=False, confidence=0.97, box=(30, 160, 50, 185), face_confidence=0.9)}

DETECTION = {
    "type": "person",
    "id": "1f2e3d4c5b6a79880716253443526170",
    "region": {"type": "RECTANGLE", "points": [{"x": 0.48, "y": 0.3}, {"x": 0.56, "y": 0.69}]},
    "confidence": 0.87,
    "metadata": {
        "centerGroundPointX": "0.6",
        "centerGroundPointY": "15.9",
        "groundOrientationAngle": "inf",
        "trackingId": "77aa66bb55cc44dd33ee22ff11009988",
        "speed": "3.7",
        "footprintX": "0.521",
        "footprintY": "0.684",
    },
    "attributes": [{"label": "face_nomask", "confidence": 0.9, "task": ""}],
}


def message(kind="personLineEvent", properties=None, *, source=None, detection=None, **more):
    event = {
        "id": "aa11bb22cc33dd44ee55ff6600112233",
        "type": kind,
        "detectionIds": [DETECTION["id"]],
        "properties": properties
        or {"trackingId": DETECTION["metadata"]["trackingId"], "status": "CrossRight"},
        "zone": "gate-a",
        **more,
    }
    event = {key: value for key, value in event.items() if value is not None}
    return {
        "events": [event],
        "sourceInfo": {
            "id": "cam-door",
            "timestamp": "2026-02-11T09:31:02.007Z",
            "width": 640,
            "height": 360,
            "frameId": "2911",
            "imagePath": "",
            **(source or {}),
        },
        "detections": [{**DETECTION, **(detection or {})}],
        "schemaVersion": "2.0",
    }


def read(**more):
    (event,) = decode(json.dumps(message(**more)))
    return event


def test_a_message_of_the_samples_is_read():
    event = read()
    (person,) = event.detections
    assert (event.type, event.zone, event.camera, event.frame) == (
        "personLineEvent",
        "gate-a",
        "cam-door",
        2911,
    )
    assert (event.time, event.status, event.trigger) == ("2026-02-11T09:31:02.007Z", "CrossRight", None)
    assert event.tracking_id == person.tracking_id == "77aa66bb55cc44dd33ee22ff11009988"
    assert (person.box, person.ground_ft, person.speed_fps) == ((0.48, 0.3, 0.56, 0.69), (0.6, 15.9), 3.7)
    assert (person.ground_orientation_rad, person.footprint) == (None, (0.521, 0.684))
    assert person.labels == {"face_nomask": 0.9}


DWELLED = {"trackingId": "77", "status": "Exit", "side": "2", "dwellTime": 41866.0, "dwellFrames": 628}
APART = {
    "personCount": 3,
    "averageDistance": 9.4,
    "minimumDistanceThreshold": 6.0,
    "maximumDistanceThreshold": "Infinity",
    "eventName": "TooClose",
    "distanceViolationPersonCount": 2,
}
KNOWN = {"status": "Calibrated", "cameraHeight": 11.2, "focalLength": 410.5, "tiltupAngle": 0.93}


@pytest.mark.parametrize(
    ("entry", "given", "field", "value"),
    [
        ("A2", {"detectionIds": None, "detectionsId": [DETECTION["id"]]}, "status", "CrossRight"),
        ("A3", {"properties": {"trackinId": "77", "status": "CrossLeft"}}, "tracking_id", "77"),
        ("A4", {"source": {"cameraCallibrationInfo": KNOWN}}, "calibration.height_ft", 11.2),
        (
            "A5",
            {"source": {"cameraCalibrationInfo": {**KNOWN, "tiltUpAngle": 0.5, "tiltupAngle": None}}},
            "calibration.tilt_rad",
            0.5,
        ),
        ("A7", {"source": {"frameId": 2911}}, "frame", 2911),
        ("A8", {"kind": "personZoneEnterExitEvent", "properties": {**DWELLED, "side": 2}}, "side", 2),
        ("A8", {"kind": "personZoneEnterExitEvent", "properties": {**DWELLED, "side": ""}}, "side", None),
        ("A8", {"kind": "personZoneEnterExitEvent", "properties": {"status": "Enter"}}, "side", None),
        (
            "A11",
            {"kind": "personZoneDwellTimeEvent", "properties": {"status": "Exit", "durationMs": 7132.0}},
            "dwell_ms",
            7132.0,
        ),
        ("A11", {"kind": "personZoneDwellTimeEvent", "properties": DWELLED}, "dwell_ms", 41866.0),
        (
            "A12",
            {"detection": {"attributes": [{"label": "face_noMask", "confidence": 0.5}]}},
            "detections.labels",
            {"face_nomask": 0.5},
        ),
        (
            "A13",
            {"detection": {"attributes": None, "metadata": {"attributes": {"face_mask": 0.99}}}},
            "detections.labels",
            {"face_mask": 0.99},
        ),
        (
            "A13",
            {"detection": {"centerGroundPoint": {"x": -1.5, "y": 18.25}, "metadata": {}}},
            "detections.ground_ft",
            (-1.5, 18.25),
        ),
        (
            "A13",
            {"detection": {"metadata": {"centerGroundPoint": {"x": -1.5, "y": 18.25}}}},
            "detections.ground_ft",
            (-1.5, 18.25),
        ),
        (
            "A13",
            {"detection": {"metadata": {"speed": 1.25, "groundOrientationAngle": 0.5}}},
            "detections.speed_fps",
            1.25,
        ),
        (
            "A20",
            {"kind": "personDistanceEvent", "properties": {**APART, "eventName": "Unknown"}},
            "verdict",
            "unknown",
        ),
        (
            "4.3",
            {"detection": {"metadata": {"centerGroundPointX": "0.0", "centerGroundPointY": "0.0"}}},
            "detections.ground_ft",
            None,
        ),
        (
            "4.3",
            {"detection": {"metadata": {"footprintX": "inf", "footprintY": "inf"}}},
            "detections.footprint",
            None,
        ),
        ("4.3", {"detection": {"metadata": None}}, "detections.tracking_id", None),
        ("4.5", {"kind": "personCountEvent", "properties": {"personCount": "1.0"}}, "count", 1),
        ("4.8", {"kind": "personDistanceEvent", "properties": APART}, "maximum_ft", None),
        (
            "4.8",
            {"kind": "personDistanceEvent", "properties": {**APART, "maximumDistanceThreshold": 30.0}},
            "maximum_ft",
            30.0,
        ),
        (
            "5.2",
            {"source": {"cameraCalibrationInfo": {"status": "Calibrating;12 of 30"}}},
            "calibration.progress",
            "12 of 30",
        ),
        (
            "1.6",
            {"kind": "personZoneEvent", "properties": {"status": "Enter", "side": ""}},
            "type",
            "personZoneEnterExitEvent",
        ),
        (
            "4.2",
            {"kind": "personCountEvent", "properties": {"personCount": 2}, "trigger": "interval"},
            "trigger",
            "interval",
        ),
        (
            "4.10",
            {"kind": "vehicleCountEvent", "properties": {"detectionCount": 4}, "trigger": ""},
            "trigger",
            None,
        ),
    ],
)
def test_each_edition_and_spelling_is_read(entry, given, field, value):
    found = read(**given)
    first, _, rest = field.partition(".")
    found = getattr(found, first)
    found = found[0] if isinstance(found, list) else found
    assert (getattr(found, rest) if rest else found) == value, entry


def test_calibration_events_are_read_by_any_spelling():
    for name in ("cameraCalibrationInfo", "cameraCallibrationInfo"):
        body = {
            "type": "cameraCalibrationEvent",
            "sourceInfo": {
                "id": "cam-east",
                "timestamp": "2026-02-11T08:00:12.100Z",
                "frameId": 7784,
                name: {**KNOWN, "lastCalibratedTime": "2026-02-11T08:00:12.040"},
            },
            "zonePlacementInfo": {"optimalZonePolygon": {"type": "POLYGON", "points": []}},
        }
        (event,) = decode(body)
        assert (event.type, event.camera, event.frame) == ("cameraCalibrationEvent", "cam-east", 7784)
        assert event.calibration.calibrated == "2026-02-11T08:00:12.040"


def test_inferences_are_read_with_or_without_a_body():
    inner = {
        "timestamp": 145666725597833,
        "inferences": [
            {
                "type": "entity",
                "inferenceId": "87",
                "entity": {
                    "tag": {"value": "person", "confidence": 0.998},
                    "box": {"l": 0.25, "t": 0.5, "w": 0.125, "h": 0.25},
                },
                "extensions": {"footprintX": "inf", "centerGroundPointY": "0.0", "trackingId": "80ee"},
            },
            {
                "type": "event",
                "inferenceId": "0b",
                "relatedInferences": ["87"],
                "event": {
                    "name": "personZoneEnterExitEvent",
                    "properties": {"trackingId": "80ee", "status": "Enter", "zone": "door"},
                },
            },
        ],
    }
    assert decode(inner) == decode({"body": inner})
    (event,) = decode(inner)
    assert (event.status, event.zone, event.time) == ("Enter", "door", "2021-04-15T20:39:33.309Z")
    assert event.detections[0].box == (0.25, 0.5, 0.375, 0.75)
    assert event.detections[0].tracking_id == "80ee"


def events_of(run):
    return [event for sent in run.sent for event in decode(sent.body)]


def test_what_is_written_is_read_the_same_from_every_way_of_writing():
    plain, older, wrapped = (
        events_of(play(WALK, camera(*ALL, **way), face_masks=MASKS))
        for way in ({}, {"schema_version": "1.0"}, {"rendering": "live_video_analytics"})
    )
    assert len(plain) == len(older) == len(wrapped) >= 15
    said = set(AzureEvent.__struct_fields__) - {"detections", "calibration"}
    for one, two, three in zip(plain, older, wrapped, strict=True):
        assert {name: getattr(one, name) for name in said} == {name: getattr(two, name) for name in said}
        inside = said - {"camera", "frame", "event_id"}
        assert {name: getattr(one, name) for name in inside} == {
            name: getattr(three, name) for name in inside
        }
        for first, second, third in zip(one.detections, two.detections, three.detections, strict=True):
            for name in ("id", "ground_ft", "ground_orientation_rad", "tracking_id", "speed_fps"):
                assert getattr(first, name) == getattr(second, name) == getattr(third, name)
            assert first.labels == second.labels
            assert first.box == pytest.approx(third.box, abs=2e-6)
            assert first.face_box == second.face_box


def test_every_native_number_comes_back():
    run = play(WALK, camera(*ALL))
    (first, *_) = [event for event in events_of(run) if event.type == "personZoneDwellTimeEvent"]
    written = run.told("personZoneDwellTimeEvent")[0][1]["properties"]
    assert (first.dwell_ms, first.dwell_frames, first.facing_ms) == (
        written["dwellTime"],
        written["dwellFrames"],
        written["dwellTimeForTargetSide"],
    )
    assert (first.average_speed_fps, first.minimum_speed_fps) == (written["avgSpeed"], written["minSpeed"])


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("{", "not JSON: "),
        (b"\xff\xfe", "not JSON: "),
        ("[" * 100_000, "not JSON: "),
        ("[]", r"message: expected an object, found \[\]"),
        ("{}", "sourceInfo: expected a value, found none"),
        (
            message(kind="personJumpEvent"),
            r"events\[0\].type: expected one of personCountEvent, .*found 'personJumpEvent'",
        ),
        (
            message(kind="personCountEvent", properties={"personCount": "many"}),
            r"events\[0\].properties.personCount: expected a number, found 'many'",
        ),
        (
            message(kind="personCountEvent", properties={"personCount": -1}),
            "expected a whole number from 0, found -1",
        ),
        (message(kind="personCountEvent", properties={"personCount": True}), "expected a number, found True"),
        (
            message(kind="personCountEvent", properties={"personCount": 10**400}),
            "expected a number, found 1000",
        ),
        (
            message(kind="personCountEvent", properties={"personCount": "inf"}),
            "expected a whole number from 0, found 'inf'",
        ),
        (
            message(kind="personCountEvent", properties={"count": 1}),
            "personCount: expected a value, found none",
        ),
        (
            message(properties={"status": "CrossedLeft"}),
            r"events\[0\].properties.status: expected one of CrossLeft, CrossRight",
        ),
        (
            message(kind="personZoneDwellTimeEvent", properties={"status": "Exit"}),
            "dwellTime: expected a value, found none",
        ),
        (
            message(kind="personZoneEnterExitEvent", properties={"status": "Exit", "side": 0}),
            "side: expected a whole number from 1, found 0",
        ),
        (
            message(detectionIds=["other"]),
            r"events\[0\].detectionIds\[0\]: expected the id of a detection of this message, found 'other'",
        ),
        (
            message(detection={"region": {"points": []}}),
            r"detections\[0\].region.points: expected two corners, .* found 0",
        ),
        (
            message(detection={"confidence": float("nan")}),
            r"detections\[0\].confidence: expected a number, found nan",
        ),
        (
            message(detection={"attributes": "face_mask"}),
            r"detections\[0\].attributes: expected a list, found 'face_mask'",
        ),
        (message(source={"id": 7}), "sourceInfo.id: expected a string, found 7"),
        (
            {"type": "personCountEvent"},
            "sourceInfo: expected a value|type: expected one of cameraCalibrationEvent",
        ),
        ({"inferences": [], "timestamp": 10**40}, "timestamp: expected Unix time in ticks of 1/90000 s"),
        ({"inferences": [{}], "timestamp": 1}, r"inferences\[0\].type: expected a value, found none"),
    ],
)
def test_nonsense_is_refused_with_its_path(body, fault):
    with pytest.raises(ValueError, match=fault):
        decode(body)


SAMPLES = [
    json.loads(sent.body)
    for way in ({}, {"schema_version": "1.0"}, {"rendering": "live_video_analytics"})
    for sent in play(WALK[::4], camera(*ALL, **way)).sent
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(data=st.data())
def test_an_altered_message_is_read_or_refused_but_nothing_else_happens(data):
    body = copy.deepcopy(data.draw(st.sampled_from(SAMPLES)))
    holder = {"": body}
    name = ""
    while (
        isinstance(holder[name], dict | list)
        and holder[name]
        and data.draw(st.booleans() | st.just(value=True))
    ):
        holder = holder[name]
        name = data.draw(st.sampled_from(list(holder) if isinstance(holder, dict) else range(len(holder))))
    holder[name] = data.draw(JSON)
    events, fault = [], None
    try:
        events = decode(body)
    except ValueError as error:
        fault = str(error)
    assert fault is None or ": expected " in fault
    assert all(isinstance(event, AzureEvent) for event in events)
