"""Zones, lines and what they tell, in every spelling."""

import pytest
from tests.support.azure_documents import (
    LINE,
    PEOPLE,
    SQUARE,
    notes_at,
    zones,
)
from tests.unit.test_pipeline import write_ball


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
