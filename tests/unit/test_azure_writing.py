"""What Azure's messages say of places, cameras and faces, and the three ways in which they are written."""

import json
import math
import re
from datetime import datetime, timedelta

import pytest
from tests.support.azure_runs import (
    ALL,
    BOTH,
    CLOSE,
    COUNT,
    CROSSING,
    DISTANCE,
    GROUND,
    MASKS,
    OFF,
    SCENE,
    SIZE,
    STANDING,
    STARTED,
    camera,
    distances,
    path,
    play,
    together,
)

from sightline.calibration import Calibration
from sightline.events.azure import AzureEncoder
from sightline.events.azure.facts import MediaClock
from sightline.ground import GroundPlane
from sightline.scene import Scene, Zone


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


def test_a_clock_that_begins_anew_does_not_turn_time_back():
    clock = MediaClock(STARTED)
    media = [
        clock.at(epoch, pts * 1_000_000) // 1_000_000
        for epoch, pts in [(0, 0), (0, 100), (1, 0), (1, 250), (2, 9000)]
    ]
    assert media == [0, 100, 200, 450, 700]
    assert clock.moment(9_050_000_000) == datetime.fromisoformat(STARTED) + timedelta(milliseconds=750)
