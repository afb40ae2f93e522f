"""What is refused, with its path."""

import json

import pytest
from tests.support.azure_documents import (
    PEOPLE,
    SQUARE,
    TWIN,
    notes_at,
    zones,
)


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


def test_sides_that_cross_and_enclose_nothing(faults):
    there_and_back = [[0.1, 0.1], [0.9, 0.1], [0.1, 0.1], [0.9, 0.9]]
    regions = json.dumps({"zones": [{"name": "hall", "polygon": there_and_back, "events": [{}]}]})
    assert (
        "enclose nothing"
        in faults(SPACEANALYTICS_CONFIG=regions)["parameters.SPACEANALYTICS_CONFIG.zones[0].polygon"]
    )


def test_sides_that_cross(load):
    bow_tie = json.dumps(
        {
            "zones": [
                {
                    "name": "hall",
                    "polygon": [[0.1, 0.1], [0.9, 0.1], [0.1, 0.9], [0.9, 0.9]],
                    "events": [{"type": "count"}],
                }
            ]
        }
    )
    found = load(SPACEANALYTICS_CONFIG=bow_tie)
    assert found.config.cameras[0].zones[0].even_odd
    assert notes_at(found, "zones[0].polygon") == [
        ("warning", "inside is what an odd number of sides encloses")
    ]
