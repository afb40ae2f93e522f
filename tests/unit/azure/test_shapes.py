"""Manifests in every published shape, field by field."""

import json
import math

import msgspec
import pytest
from tests.support.azure_documents import (
    MANIFESTS,
    PEOPLE,
    QUAD,
    TWIN,
    deployment,
    notes_at,
)

from sightline.config import CameraConfig, StationaryConfig
from sightline.config.azure import is_azure
from sightline.events.azure import AzureCamera, AzureReport
from sightline.scene import Distance, Ground, Line, Zone


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
