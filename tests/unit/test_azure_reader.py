"""Manifests in every published shape, field by field; what is lenient, with its note; what is refused, with its path."""

import json
import math
from pathlib import Path

import msgspec
import pytest
from tests.unit.test_pipeline import write_ball

from sightline.config import CameraConfig, StationaryConfig
from sightline.config.azure import is_azure, load_azure
from sightline.config.azure.operations import OPERATIONS
from sightline.errors import ConfigError
from sightline.events.azure import AzureCamera, AzureReport
from sightline.scene import Distance, Ground, Line, Zone

MANIFESTS = Path(__file__).resolve().parents[1] / "data" / "azure"
PEOPLE = "cognitiveservices.vision.spatialanalysis"
VEHICLES = "cognitiveservices.vision.vehicleanalysis"
QUAD = [(0.1, 0.5), (0.45, 0.5), (0.5, 0.95), (0.05, 0.95)]
SQUARE = [[0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8]]
LINE = {"start": {"x": 0.1, "y": 0.5}, "end": {"x": 0.9, "y": 0.5}}
TWIN = 'modulesContent.spatialanalysis["properties.desired"]'


def deployment(name, **options):
    return load_azure(MANIFESTS / name, environment={}, **options)


@pytest.fixture
def load(tmp_path):
    """Write a document, a text, or one operation with these parameters, and load it."""

    def write_and_load(document=None, *, operation=f"{PEOPLE}-personcount", environment=None, **parameters):
        if document is None:
            given = {"VIDEO_URL": "rtsp://h/s", "VIDEO_SOURCE_ID": "cam", "VIDEO_IS_LIVE": True, **parameters}
            kept = {name: value for name, value in given.items() if value is not ...}
            document = {"operationId": operation, "parameters": kept}
        path = tmp_path / "manifest.json"
        path.write_text(document if isinstance(document, str) else json.dumps(document))
        return load_azure(path, environment=environment or {})

    return write_and_load


@pytest.fixture
def camera(load):
    def only_camera(**parameters):
        (found,) = load(**parameters).config.cameras
        return found

    return only_camera


@pytest.fixture
def faults(load):
    def refused(document=None, **parameters):
        with pytest.raises(ConfigError) as error:
            load(document, **parameters)
        return {fault.path: fault.message for fault in error.value.faults}

    return refused


def zones(*events, **more):
    """A SPACEANALYTICS_CONFIG with one zone."""
    return json.dumps({"zones": [{"name": "hall", "polygon": SQUARE, "events": list(events), **more}]})


def notes_at(found, ending):
    return [(note.severity, note.meaning) for note in found.notes if note.path.endswith(ending)]


# The published shapes, field by field.


def test_stack_edge_one_graph_for_each_camera():
    found = deployment("stack-edge.json")
    entrance, tills, shelf = found.config.cameras
    band = round(0.0253 * 16 / 9, 6)
    assert entrance == CameraConfig(
        source="rtsp://viewer:s3cret@10.0.4.11:554/main",
        id="entrance-cam",
        lines=[Line("front door", (0.2, 0.6), (0.8, 0.65), band=band)],
        ground=Ground(auto=True),
        stationary=StationaryConfig(distance_px=5.0, window_s=3600.0, ratio=0.2),
        azure=AzureCamera(
            source_id="entrance cam",
            operation=f"{PEOPLE}-personcrossingline",
            reports=[AzureReport(event="linecrossing", region="front door")],
        ),
    )
    assert (tills.face_masks, tills.azure.width_px) == (True, 1920)
    assert tills.zones == [Zone("till queue", QUAD, band=round(0.025 * 16 / 9, 6))]
    assert tills.distances == [Distance(name="till queue", threshold_m=1.8288, zone=QUAD)]
    assert tills.azure.reports == [
        AzureReport(event="count", region="till queue", trigger="interval", output_frequency=2),
        AzureReport(
            event="persondistance",
            region="till queue",
            minimum_ft=6.0,
            maximum_ft=35.0,
            aggregation="average",
        ),
    ]
    assert [(zone.name, zone.band) for zone in shelf.zones] == [
        ("cereals (zonecrossing)", round(0.074 * 16 / 9, 6)),
        ("cereals (zonedwelltime)", band),
    ]
    assert shelf.azure.reports == [
        AzureReport(event="zonecrossing", region="cereals (zonecrossing)", name="cereals"),
        AzureReport(event="zonedwelltime", region="cereals (zonedwelltime)", name="cereals", target_side=1),
    ]
    assert found.config.sinks == []


def test_what_a_manifest_says_besides_is_noted_item_by_item():
    found = deployment("stack-edge.json")
    agent = 'modulesContent.$edgeAgent["properties.desired"]'
    ignored = {note.path: note.why for note in found.notes if note.severity == "ignored"}
    for path in (
        f"{agent}.runtime",
        f"{agent}.systemModules.edgeHub",
        f"{agent}.modules.telegraf",
        f"{agent}.modules.diagnostics",
        f"{agent}.modules.spatialanalysis.settings.createOptions",
        f"{agent}.modules.spatialanalysis.env.APIKEY",
        f"{agent}.modules.spatialanalysis.env.ARCHON_SHARED_BUFFER_LIMIT",
        'modulesContent.$edgeHub["properties.desired"].routes.toHub',
        'modulesContent.$edgeHub["properties.desired"].storeAndForwardConfiguration',
        "modulesContent.diagnostics",
        f"{TWIN}.globalSettings.CustomerTelemetryEnabled",
        f"{TWIN}.graphs.storeroom.enabled",
        f"{TWIN}.graphs.entrance.parameters.DETECTOR_NODE_CONFIG.gpu_index",
    ):
        assert ignored[path]
    assert "0123456789abcdef" not in str(found.notes)


def test_desktop_a_file_with_a_window_and_a_known_place():
    (lab,) = deployment("desktop.json").config.cameras
    assert (lab.source, lab.id, lab.loop) == (str(MANIFESTS / "videos" / "lab.mp4"), "lab", True)
    assert lab.ground == Ground(
        height_m=3.048,
        tilt_deg=pytest.approx(90 - math.degrees(1.0), abs=1e-6),
        view_deg=pytest.approx(2 * math.degrees(math.atan(640 / 800)), abs=1e-6),
    )
    assert lab.stationary == StationaryConfig(distance_px=8.0, window_s=600.0, ratio=0.5)
    assert msgspec.structs.replace(lab.azure, reports=[]) == AzureCamera(
        source_id="lab",
        operation=f"{PEOPLE}.debug",
        speed=False,
        zone_placement=False,
        calibration_event_s=120.0,
    )
    assert [(zone.name, zone.anchor, zone.even_odd) for zone in lab.zones] == [
        ("bench (count, persondistance)", "bottom_center", False),
        ("bench (zonecrossing)", "center", False),
        ("bench (zonedwelltime)", "bottom_center", False),
        ("bow tie", "bottom_center", True),
    ]
    assert [
        (report.event, report.region, report.zone, report.target_side) for report in lab.azure.reports
    ] == [
        ("count", "bench (count, persondistance)", "bench", None),
        ("zonecrossing", "bench (zonecrossing)", "bench", None),
        ("zonedwelltime", "bench (zonedwelltime)", "bench", 2),
        ("persondistance", "bench (count, persondistance)", "bench", None),
        ("count", "bow tie", "bow tie", None),
        ("linecrossing", "gap", "gap", None),
    ]
    distance = lab.azure.reports[3]
    assert (distance.minimum_ft, distance.maximum_ft, distance.aggregation) == (6.0, None, "mode")
    (once,) = deployment(
        "desktop.json", once=True, schema_version="1.0", started_at="2026-05-01T08:00:00Z"
    ).config.cameras
    assert (once.loop, once.started_at, once.azure.schema_version) == (False, "2026-05-01T08:00:00Z", "1.0")


def test_virtual_machine_instances_share_nodes():
    one, two, three = deployment("virtual-machine.json").config.cameras
    assert [camera.id for camera in (one, two, three)] == ["aisle-1", "aisle-2", "aisle-2-2"]
    assert [camera.azure.source_id for camera in (one, two, three)] == ["aisle 1", "aisle 2", "aisle 2"]
    # An instance wins over a shared node, and that over the graph.
    assert [camera.azure.width_px for camera in (one, two, three)] == [640, 1920, 512]
    assert [camera.face_masks for camera in (one, two, three)] == [False, True, False]
    assert [camera.azure.speed for camera in (one, two, three)] == [True, False, True]
    # Whoever has a TRACKER_NODE_CONFIG of its own has all of it.
    assert [camera.stationary for camera in (one, two, three)] == [None, StationaryConfig(), None]
    assert not any(camera.azure.orientation for camera in (one, two, three))


def test_the_first_previews_spellings():
    found = deployment("first-preview.json")
    plaza, dock = found.config.cameras
    (report,) = plaza.azure.reports
    assert report == AzureReport(
        event="persondistance",
        region="plaza",
        trigger="interval",
        output_frequency=3,
        interval_s=5.0,
        minimum_ft=1.5,
        maximum_ft=14.5,
    )
    assert plaza.loop
    assert plaza.zones[0].band == round(35 / 640 * 16 / 9, 6)
    assert dock.azure.rendering == "live_video_analytics"
    assert [(report.status, report.output_frequency) for report in dock.azure.reports] == [
        ("Enter", 1),
        (None, 2),
        (None, 1),
    ]
    assert [zone.band for zone in dock.zones] == [round(0.075 * 16 / 9, 6), round(0.025 * 16 / 9, 6)]
    for ending in (
        "VIDEO_IS_LIVE",
        "SPACEANALYSIS_CONFIG",
        "DETECTOR_NODE_CONFIG.do_calibration",
        "zones[0].threshold",
        "zones[0].events[0].type",
        "config.interval",
        "config.output_frequency",
        "config.minimum_distance_threshold",
        "events[1].output_frequency",
        "config.focus",
        "graphs.polygon.operationId",
        "parameters.SPACEANALYTICS_CONFIG",
    ):
        assert "changed" in {severity for severity, _ in notes_at(found, ending)}, ending
    loose = [
        note.why for note in found.notes if note.path.endswith("SPACEANALYSIS_CONFIG") and "JSON" in note.why
    ]
    assert loose == [
        "a comma before ] at line 1, column 65 of the text, which JSON does not allow",
        "a comment at line 1, column 69 of the text, which JSON does not allow",
        "a comma before } at line 2, column 192 of the text, which JSON does not allow",
    ]


def test_vehicles():
    config = deployment("vehicles.json").config
    lot, drive = config.cameras
    vehicles = ["car", "truck", "bus", "motorcycle", "bicycle"]
    assert config.detector.classes == lot.classes == drive.classes == vehicles
    assert (lot.fps, lot.ground, lot.stationary, lot.face_masks) == (1.0, None, None, False)
    assert lot.zones[0] == Zone("bay 1", [(0.1, 0.5), (0.3, 0.5), (0.3, 0.8), (0.1, 0.8)], anchor="center")
    assert lot.azure.every_frame
    assert not drive.azure.every_frame
    assert [report.event for report in lot.azure.reports] == ["vehicleinpolygon"] * 2
    assert [report.event for report in drive.azure.reports] == ["vehiclecount"]


def test_people_and_vehicles_in_one_manifest(load):
    lot = json.loads((MANIFESTS / "vehicles.json").read_text())["graphs"]["lot"]
    hall = json.loads((MANIFESTS / "operation.json").read_text())
    config = load({"properties": {"desired": {"graphs": {"hall": hall, "lot": lot}}}}).config
    assert [camera.classes for camera in config.cameras] == [["person"], config.detector.classes[1:]]
    assert config.detector.classes[0] == "person"


def test_an_operation_alone_and_parameters_alone():
    (hall,) = deployment("operation.json").config.cameras
    assert hall.azure.reports == [AzureReport(event="count", region="hall")]
    (gate,) = deployment("environment.json").config.cameras
    assert (gate.azure.operation, gate.azure.width_px, gate.face_masks) == (
        f"{PEOPLE}-personcrossingline",
        512,
        False,
    )
    assert [line.name for line in gate.lines] == ["gate"]


def test_the_same_graphs_in_every_wrapping(load):
    manifest = json.loads((MANIFESTS / "stack-edge.json").read_text())
    twin = manifest["modulesContent"]["spatialanalysis"]["properties.desired"]
    renamed = {"modulesContent": {"our-cameras": {"properties": {"desired": twin}}}}
    expected = deployment("stack-edge.json").config
    for document in (
        {"content": manifest},
        {"moduleContent": manifest["modulesContent"]},
        renamed,
        {"properties": {"desired": twin}},
        {"properties.desired": twin},
        twin,
    ):
        assert load(document).config == expected


# Operations.


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


# Zones, lines and their events.


def test_every_spelling_of_an_events_type(camera):
    kinds = {
        "count": ("count", None),
        "Zone_Crossing": ("zonecrossing", None),
        "zoneCrossing": ("zonecrossing", None),
        "enter": ("zonecrossing", "Enter"),
        "EXIT": ("zonecrossing", "Exit"),
        "enter/exit": ("zonecrossing", None),
        "zoneDwellTime": ("zonedwelltime", None),
        "people_distance": ("persondistance", None),
    }
    found = camera(SPACEANALYTICS_CONFIG=zones(*({"type": name} for name in kinds)))
    assert [(report.event, report.status) for report in found.azure.reports] == list(kinds.values())


@pytest.mark.parametrize(
    ("event", "region", "share"),
    [
        ({"config": {"threshold": 0.1}, "threshold": 0.2}, {"threshold": 0.3}, 0.1),
        ({"threshold": 0.2}, {"threshold": 0.3}, 0.2),
        ({}, {"threshold": 0.3}, 0.3),
        ({}, {}, 0.025),
        ({"config": {"threshold": 0}}, {}, 0.0),
        ({"config": {"threshold": 1}}, {}, 0.5625),  # no place is farther inside than the height
        ({"config": {"threshold": 16.0}}, {}, 16 / 640),
        ({"config": {"threshold": "48"}}, {}, 48 / 640),
    ],
)
def test_thresholds(camera, event, region, share):
    (zone,) = camera(SPACEANALYTICS_CONFIG=zones({"type": "count", **event}, **region)).zones
    assert zone.band == round(share * 16 / 9, 6)


def test_a_file_that_is_there_gives_its_own_shape(camera, tmp_path):
    write_ball(tmp_path / "ball.mp4")
    size = load_size(tmp_path / "ball.mp4")
    found = camera(VIDEO_URL="ball.mp4", SPACEANALYTICS_CONFIG=zones({"type": "count"}))
    assert found.source == str(tmp_path / "ball.mp4")
    assert found.zones[0].band == round(0.025 * size[0] / size[1], 6)
    assert size[0] / size[1] != pytest.approx(16 / 9)


def load_size(path):
    from sightline.video import open_source  # noqa: PLC0415 - only here

    info = open_source(path).info
    return info.width, info.height


def test_names_are_unique_and_fit(camera):
    long = "z" * 100
    crossing = [{"type": "count"}, {"type": "zonecrossing"}]
    regions = {
        "zones": [{"name": name, "polygon": SQUARE, "events": crossing} for name in (long, long, "a", "a")]
    }
    found = camera(SPACEANALYTICS_CONFIG=regions)
    names = [zone.name for zone in found.zones]
    assert len(set(names)) == 8
    assert max(map(len, names)) <= 100
    assert [report.zone for report in found.azure.reports] == [long] * 4 + ["a"] * 4


def test_regions_without_events_in_the_generic_operation(load):
    watched = {
        "zones": [{"name": "hall", "polygon": SQUARE, "events": []}],
        "lines": [{"name": "gate", "line": LINE}],
    }
    found = load(operation=PEOPLE, SPACEANALYTICS_CONFIG=watched)
    (camera,) = found.config.cameras
    assert [zone.name for zone in camera.zones] == ["hall"]
    assert [report.region for report in camera.azure.reports] == ["gate"]
    assert [severity for severity, _ in notes_at(found, "zones[0]")] == ["decide"]


def test_events_where_they_do_not_belong(load):
    watched = {
        "zones": [{"name": "hall", "polygon": SQUARE, "events": [{"type": "linecrossing"}]}],
        "lines": [
            {
                "name": "gate",
                "line": LINE,
                "events": [{"type": "count"}, {"type": "linecrossing", "config": {"trigger": "interval"}}],
            }
        ],
    }
    found = load(SPACEANALYTICS_CONFIG=watched)
    (report,) = found.config.cameras[0].azure.reports
    assert (report.region, report.trigger) == ("gate", "event")
    decisions = [note.path.rpartition("CONFIG.")[2] for note in found.notes if note.severity == "decide"]
    assert decisions == ["zones[0].events[0].type", "lines[0].events[0].type"]
    assert notes_at(found, "lines[0].events[1].config.trigger") == [("warning", "read as event")]


def test_distances_are_watched_natively_where_the_ground_is_known(load):
    distance = {"type": "persondistance", "config": {"minimum_distance_threshold": 10}}
    unknown = load(
        CAMERACALIBRATOR_NODE_CONFIG='{"do_calibration": false}', SPACEANALYTICS_CONFIG=zones(distance)
    )
    (camera,) = unknown.config.cameras
    assert (camera.ground, camera.distances) == (None, [])
    assert ("decide", "distances stay unknown") in [(note.severity, note.meaning) for note in unknown.notes]
    (camera,) = load(SPACEANALYTICS_CONFIG=zones(distance)).config.cameras
    assert [distance.threshold_m for distance in camera.distances] == [3.048]
    none = load(SPACEANALYTICS_CONFIG=zones({"type": "persondistance"}))
    assert none.config.cameras[0].distances == []
    assert notes_at(none, "events[0]") == [("decide", "nobody is ever too close or too far")]


# Other parameters.


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


# What is refused.


def test_all_faults_of_a_document_are_told_at_once(faults):
    def graph(**parameters):
        return {
            "operationId": f"{PEOPLE}-personcount",
            "parameters": {
                "VIDEO_URL": "rtsp://h/s",
                "VIDEO_SOURCE_ID": "cam",
                "VIDEO_IS_LIVE": True,
                **parameters,
            },
        }

    regions = {
        "zones": [
            {"name": "a", "polygon": [[0.1, 0.1], [0.9, 0.1], [1.2, 0.9], [0.1, "low"]]},
            {"name": "b", "polygon": [[0.1, 0.1], [0.9, 0.1]]},
            {"polygon": SQUARE, "events": [{"type": "cuont"}, {}]},
            {"name": "d", "polygon": [[0.1, 0.1], [0.2, 0.2], [0.3, 0.3]]},
            {
                "name": "e",
                "polygon": SQUARE,
                "target_side": 4,
                "events": [{"type": "zonedwelltime", "config": {"focus": "feet", "output_frequency": 0}}],
            },
        ],
        "lines": [
            {"name": "f", "line": {"start": {"x": 0.5, "y": 0.5}, "end": {"x": 0.5, "y": 0.5}}},
            {"name": "g", "line": {"start": {"x": 0.5}}},
        ],
    }
    instances = {
        "door": {"parameters": {"SPACEANALYTICS_CONFIG": json.dumps(regions)}},
        "the gate": {
            "parameters": {
                "SPACEANALYTICS_CONFIG": '{"zones": [\n  {"name" "x"}]}',
                "VIDEO_URL": "gopher://h/s",
                "VIDEO_IS_LIVE": "maybe",
            }
        },
    }
    manifest = {
        "modulesContent": {
            "spatialanalysis": {
                "properties.desired": {
                    "graphs": {
                        "shop": {**graph(), "instances": instances},
                        "yard": {"parameters": {}},
                        "roof": graph(
                            SPACEANALYTICS_CONFIG=zones({"type": "count"}),
                            INPUT_VIDEO_WIDTH=0,
                            TRACKER_NODE_CONFIG={"stationary_objects_filter_ratio": 2},
                        ),
                        "pier": graph(),
                    }
                }
            }
        }
    }
    shop = f"{TWIN}.graphs.shop.instances.door.parameters.SPACEANALYTICS_CONFIG"
    gate = f'{TWIN}.graphs.shop.instances["the gate"].parameters'
    assert faults(manifest) == {
        f"{shop}.zones[0].polygon[2][0]": "expected a number of at least 0 and at most 1, found 1.2; divide pixels by the frame's width and height",
        f"{shop}.zones[0].polygon[3][1]": 'expected a number, found "low"',
        f"{shop}.zones[1].polygon": "expected three or more different corners, found 2",
        f"{shop}.zones[2].name": "is missing; messages call the region by it",
        f"{shop}.zones[2].events[0].type": 'expected one of count, linecrossing, zonecrossing, zonedwelltime, persondistance, found "cuont"',
        f"{shop}.zones[2].events[1].type": "is missing; expected one of count, linecrossing, zonecrossing, zonedwelltime, persondistance",
        f"{shop}.zones[3].polygon": "all points lie on one line, so they enclose nothing; move a point off the line",
        f"{shop}.zones[4].events[0].config.focus": 'expected one of footprint, bottom_center, center, found "feet"',
        f"{shop}.zones[4].events[0].config.output_frequency": "expected a whole number from 1 to 2147483647, found 0",
        f"{shop}.zones[4].target_side": "expected a whole number from 0 to 3, found 4",
        f"{shop}.lines[0].line": "start and end are the same point, so the line has no length and no sides: both are [0.5, 0.5]; move one of them",
        f"{shop}.lines[1].line.start.y": "is missing",
        f"{shop}.lines[1].line.end": "is missing",
        f"{gate}.SPACEANALYTICS_CONFIG": "not valid JSON at line 2, column 11 of the text: expected a colon after the name, found a text",
        f"{gate}.VIDEO_URL": "expected a URL with rtsp, rtsps, http, https, or a file's path, found one with gopher",
        f"{gate}.VIDEO_IS_LIVE": 'expected true or false, found "maybe"',
        f"{TWIN}.graphs.yard.operationId": "is missing; it says what the graph does",
        f"{TWIN}.graphs.roof.parameters.INPUT_VIDEO_WIDTH": "expected a whole number from 1 to 16384, found 0",
        f"{TWIN}.graphs.roof.parameters.TRACKER_NODE_CONFIG.stationary_objects_filter_ratio": "expected a number of at least 0 and at most 1, found 2",
        f"{TWIN}.graphs.pier.parameters.SPACEANALYTICS_CONFIG": "is missing; it says what is watched",
    }


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            '{"graphs": {}\n',
            "not valid JSON at line 2, column 1: expected a comma or }, found the end of the text",
        ),
        ('{"graphs": {}}\n }', "not valid JSON at line 2, column 2: expected the end of the text, found '}'"),
        ("[]", "expected an object, found a list"),
        (
            "{}",
            "expected a deployment manifest (modulesContent), a module twin (graphs) or an operation (operationId), found none of them among no keys",
        ),
        ('{"graphs": {}}', "expected a camera that is enabled, found none"),
    ],
)
def test_documents_that_are_none(faults, tmp_path, text, complaint):
    assert faults(text) == {str(tmp_path / "manifest.json"): complaint}


def test_keys_that_stand_twice(faults):
    inner = json.dumps('{"zones": [], "zones": []}')
    text = f'{{"operationId": "{PEOPLE}", "parameters": {{"VIDEO_URL": "a.mp4", "VIDEO_URL": "b.mp4", "SPACEANALYTICS_CONFIG": {inner}}}}}'
    again = text.rindex('"VIDEO_URL"') + 1
    assert faults(text) == {
        "parameters.VIDEO_URL": f"stands twice, again at line 1, column {again}; keep one of them",
        "parameters.SPACEANALYTICS_CONFIG.zones": "stands twice, again at line 1, column 15 of the text; keep one of them",
    }


def test_a_manifest_without_graphs(faults):
    assert faults({"modulesContent": {"camera": {"properties.desired": {"level": 1}}}}) == {
        "modulesContent": "expected a module whose properties.desired has graphs, such as spatialanalysis, found none"
    }


def test_a_camera_that_no_camera_is(faults):
    entry = {"source_id": "cam", "camera_height": 0, "camera_focal_length": -3, "camera_tiltup_angle": 4}
    found = faults(
        DETECTOR_NODE_CONFIG={"do_calibration": False},
        CAMERA_CONFIG={"cameras": [entry]},
        SPACEANALYTICS_CONFIG=zones({"type": "count"}),
    )
    assert {path.rpartition(".")[2] for path in found} == {
        "camera_height",
        "camera_focal_length",
        "camera_tiltup_angle",
    }


# Which files are read this way.


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.json", "anything", True),
        ("gone.JSON", None, True),
        ("gone.toml", None, False),
        ("twin.txt", '\ufeff\n {"graphs": {}}', True),
        ("run.toml", '[[cameras]]\nsource = "graphs"\n', False),
        ("other.txt", '{"lines": []}', False),
        ("empty", "", False),
    ],
)
def test_is_azure(tmp_path, name, content, expected):
    if content is not None:
        (tmp_path / name).write_text(content)
    assert is_azure(tmp_path / name) is expected
    assert not is_azure(tmp_path)
