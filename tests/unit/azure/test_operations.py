"""Every operation under every name, and the parameters of cameras."""

import pytest
from tests.support.azure_documents import LINE, PEOPLE, SQUARE, VEHICLES, notes_at, zones

from sightline.calibration import CalibrationSettings
from sightline.config import StationaryConfig
from sightline.config.azure.operations import OPERATIONS


@pytest.mark.parametrize(
    "suffix",
    [
        "",
        ".debug",
        ".livevideoanalytics",
        ".livevideoanalytics.debug",
        ".azurevideoanalyzer",
        ".azurevideoanalytics",
    ],
)
@pytest.mark.parametrize("kind", OPERATIONS, ids=lambda kind: kind.id)
def test_every_operation_under_every_name(load, kind, suffix):
    region = {"bay": {"type": "Queue" if "count" in kind.id else "SingleSpot", "region": SQUARE}}
    watched = {"lines": [{"name": "gate", "line": LINE}], "zones": [{"name": "hall", "polygon": SQUARE}]}
    parameters = {"PARKING_REGIONS": region} if kind.vehicles else {"SPACEANALYTICS_CONFIG": watched}
    found = load(operation=f" {kind.id}{suffix}".replace("cognitive", "Cognitive"), **parameters)
    (camera,) = found.config.cameras
    host = "video" in suffix
    assert camera.azure.rendering == ("live_video_analytics" if host else "container")
    assert (
        len([meaning for _, meaning in notes_at(found, "operationId") if "camera is opened" in meaning])
        == host
    )
    assert len([meaning for _, meaning in notes_at(found, "operationId") if "no window" in meaning]) == (
        "debug" in suffix
    )
    told = [report.event for report in camera.azure.reports]
    assert told == [event for event in (kind.line_event, kind.zone_event) if event]


def test_aliases_of_operations(load):
    regions = {"SPACEANALYTICS_CONFIG": {"zones": [{"name": "hall", "polygon": SQUARE}]}}
    found = load(operation=f"{PEOPLE}-personcrossingzone", **regions)
    assert found.config.cameras[0].azure.reports[0].event == "zonecrossing"
    assert notes_at(found, "operationId") == [("changed", f"read as {PEOPLE}-personcrossingpolygon")]
    parking = {"PARKING_REGIONS": {"bay": {"type": "SingleSpot", "region": SQUARE}}}
    assert load(operation=f"{VEHICLES}-vehicleinpolygon.cpu-preview", **parking).config.cameras[0].fps == 1.0


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        (f"{PEOPLE}-personcont", f"did you mean {PEOPLE}-personcount?"),
        ("personcount", f"did you mean {PEOPLE}-personcount?"),
        (f"{PEOPLE}-personzonedwelltime", "dwell is told by"),
        ("weather", "there are cognitiveservices"),
    ],
)
def test_unknown_operations_are_refused_with_a_hint(faults, name, hint):
    assert hint in faults(operation=name, SPACEANALYTICS_CONFIG=zones({"type": "count"}))["operationId"]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, StationaryConfig()),
        ({"TRACKER_NODE_CONFIG": {"remove_stationary_objects": "False"}}, None),
        ({"STATIONARY_TARGET_REMOVER_CONFIG": {"enable": False}}, None),
        (
            {
                "TRACKER_NODE_CONFIG": {
                    "remove_stationary_objects": False,
                    "stationary_objects_filter_ratio": 0.1,
                },
                "STATIONARY_TARGET_REMOVER_CONFIG": {
                    "enable": True,
                    "bbox_dist_threshold-in_pixels": 9,
                    "buffer_length_in_seconds": 60,
                },
            },
            StationaryConfig(distance_px=9.0, window_s=60.0, ratio=0.1),
        ),
        (
            {"STATIONARY_TARGET_REMOVER_CONFIG": {"bbox_dist_threshold_in_pixels": 2}},
            StationaryConfig(distance_px=2.0),
        ),
    ],
)
def test_who_never_moves(camera, parameters, expected):
    assert camera(SPACEANALYTICS_CONFIG=zones({"type": "count"}), **parameters).stationary == expected


@pytest.mark.parametrize(
    ("entries", "source_id", "height_ft"),
    [
        ([("cam", 10), ("other", 20)], "cam", 10),
        ([("edge.1.g.n+other", 10), ("edge.1.g.n+cam", 20)], "cam", 20),
        ([("other", 10)], "cam", 10),
        ([("one", 10), ("two", 20)], "cam", None),
    ],
)
def test_the_entry_of_a_camera(camera, entries, source_id, height_ft):
    cameras = [
        {"source_id": name, "camera_height": height, "camera_focal_length": 300, "camera_tiltup_angle": 1.1}
        for name, height in entries
    ]
    found = camera(
        VIDEO_SOURCE_ID=source_id,
        DETECTOR_NODE_CONFIG={"do_calibration": "false"},
        CAMERA_CONFIG={"cameras": cameras},
        INPUT_VIDEO_WIDTH=600,
        SPACEANALYTICS_CONFIG=zones({"type": "count"}),
    )
    assert (found.ground and found.ground.height_m) == (height_ft and pytest.approx(height_ft * 0.3048))
    assert found.ground is None or found.ground.view_deg == pytest.approx(90.0)


def test_the_newer_place_of_a_setting_wins(camera):
    found = camera(
        DETECTOR_NODE_CONFIG={
            "do_calibration": True,
            "enable_orientation": False,
            "calibration_event_frequency_seconds": 5,
        },
        CAMERACALIBRATOR_NODE_CONFIG={"do_calibration": False, "calibration_event_frequency_seconds": 6},
        CALIBRATION_CONFIG={"calibration_event_frequency_seconds": 7},
        SPACEANALYTICS_CONFIG=zones({"type": "count"}),
    )
    assert (found.ground, found.azure.orientation, found.azure.calibration_event_s) == (None, False, 7.0)


def test_how_a_place_is_checked_later_on(camera):
    found = camera(
        DETECTOR_NODE_CONFIG={
            "calibration_quality_check_frequency_seconds": 60,
            "enable_recalibration": "False",
        },
        CALIBRATION_CONFIG={
            "enable_recalibration": True,
            "quality_check_frequency_seconds": 3600,
            "calibration_quality_check_one_round_sample_collect_num": "20",
            "calibration_quality_check_queue_max_size": 500,
        },
        SPACEANALYTICS_CONFIG=zones({"type": "count"}),
    )
    assert found.calibration == CalibrationSettings(check_s=3600.0, collect_n=20, queue_max=500)


def test_unknown_parameters_are_noted_with_what_they_are_near_to(load):
    watched = zones({"type": "count", "config": {"treshold": 0.1}}, colour="red")
    found = load(SPACEANALYTICS_CONFIG=watched, VIDEO_SOURCE="x", TRACKER_NODE_CONFIG={"enable_sped": True})
    assert notes_at(found, "VIDEO_SOURCE") == [("warning", "not read; did you mean VIDEO_SOURCE_ID?")]
    assert notes_at(found, "enable_sped") == [("warning", "not read; did you mean enable_speed?")]
    assert notes_at(found, "config.treshold") == [("warning", "not read; did you mean threshold?")]
    assert notes_at(found, "zones[0].colour") == [("warning", "not read")]


def test_what_is_not_supported_needs_a_decision_unless_it_is_off(load):
    found = load(
        SPACEANALYTICS_CONFIG=zones({"type": "count"}),
        ENABLE_PERSONATTRIBUTESCLASSIFICATION=False,
        ENABLE_PERSONATTRIBUTES_TRAININGIMAGECOLLECTION=True,
        VISION_SUBSCRIPTION_KEY="s3cret",
    )
    decisions = {note.path.rpartition(".")[2] for note in found.notes if note.severity == "decide"}
    assert decisions == {"ENABLE_PERSONATTRIBUTES_TRAININGIMAGECOLLECTION", "VISION_SUBSCRIPTION_KEY"}
    assert "s3cret" not in str(found.notes) + str(found.uses)


def test_null_is_as_if_absent(load):
    found = load(SPACEANALYTICS_CONFIG=zones({"type": "count", "config": None}), INPUT_VIDEO_WIDTH=None)
    assert found.config.cameras[0].azure.width_px is None
    assert notes_at(found, "INPUT_VIDEO_WIDTH") == [("changed", "as if it were absent")]


def test_what_is_missing_and_can_be_guessed(load):
    found = load(
        VIDEO_URL="a.mp4",
        VIDEO_SOURCE_ID=...,
        VIDEO_IS_LIVE=...,
        SPACEANALYTICS_CONFIG=zones({"type": "count"}),
    )
    (camera,) = found.config.cameras
    assert (camera.loop, camera.azure.source_id) == (True, "operation")
    assert [severity for severity, _ in notes_at(found, "VIDEO_IS_LIVE")] == ["warning"]
    assert [severity for severity, _ in notes_at(found, "VIDEO_SOURCE_ID")] == ["warning"]
