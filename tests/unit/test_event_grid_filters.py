"""Event Grid's subscription filters find our events, and those in the guide do what it says."""

import json
import re
from pathlib import Path

import pytest
from tests.peers.event_grid_filters import matches
from tests.support.messages import cloud_message

from sightline.events import EVENT_TYPES, ZoneCountChanged, ZoneEntered, encode

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guide" / "event-grid.md"
CROSSED = json.loads(cloud_message("lobby", 6).body)


def count(camera, zone, people):
    changed = ZoneCountChanged(
        event_id="1", camera_id=camera, epoch=0, pts_ns=0, zone=zone, count=people, previous=0
    )
    return json.loads(encode(changed))


def entered(camera, zone):
    return json.loads(
        encode(
            ZoneEntered(
                event_id="2",
                camera_id=camera,
                epoch=0,
                pts_ns=0,
                track_id=17,
                object_class="person",
                confidence=0.5,
                confirmed_pts_ns=0,
                bridged=False,
                bridged_ms=0,
                box=(0, 0, 1, 1),
                anchor=(0.5, 1),
                zone=zone,
                reason="entered",
            )
        )
    )


EVENTS = {
    "crossed door": CROSSED,
    "lobby queue 3": count("lobby", "queue", 3),
    "lobby queue 12": count("lobby", "queue", 12),
    "lobby queue2": count("lobby", "queue2", 20),
    "entered lobby queue": entered("lobby", "queue"),
    "lobby2 queue": count("lobby2", "queue", 1),
}


def found(subscription):
    return [name for name, event in EVENTS.items() if matches(event, subscription)]


@pytest.mark.parametrize(
    ("subscription", "expected"),
    [
        (
            {"subjectBeginsWith": "/cameras/lobby/zones/"},
            ["lobby queue 3", "lobby queue 12", "lobby queue2", "entered lobby queue"],
        ),
        ({"subjectBeginsWith": "/cameras/lobby/lines/door/"}, ["crossed door"]),
        ({"subjectEndsWith": "/count", "subjectBeginsWith": "/cameras/lobby2/"}, ["lobby2 queue"]),
        ({"includedEventTypes": ["sightline.line.crossed.v1"]}, ["crossed door"]),
        ({"includedEventTypes": ["sightline.line"]}, []),
        (
            {
                "advancedFilters": [
                    {"operatorType": "StringIn", "key": "source", "values": ["/CAMERAS/LOBBY2"]}
                ]
            },
            ["lobby2 queue"],
        ),
        (
            {"advancedFilters": [{"operatorType": "NumberGreaterThan", "key": "data.count", "value": 10}]},
            ["lobby queue 12", "lobby queue2"],
        ),
        (
            {
                "advancedFilters": [
                    {"operatorType": "StringNotContains", "key": "data.no_such", "values": ["x"]}
                ]
            },
            [],
        ),
        (
            {
                "advancedFilters": [{"operatorType": "IsNullOrUndefined", "key": "data.speed_mps"}],
                "subjectBeginsWith": "/cameras/lobby/lines/",
            },
            ["crossed door"],
        ),
        (
            {
                "advancedFilters": [
                    {"operatorType": "NumberInRange", "key": "data.anchor", "values": [[0.3, 0.5]]}
                ]
            },
            [],
        ),
        (
            {
                "enableAdvancedFilteringOnArrays": True,
                "advancedFilters": [
                    {"operatorType": "NumberInRange", "key": "data.anchor", "values": [[0.3, 0.45]]}
                ],
            },
            ["crossed door"],
        ),
        (
            {"advancedFilters": [{"operatorType": "BoolEquals", "key": "data.bridged", "value": False}]},
            ["crossed door", "entered lobby queue"],
        ),
    ],
)
def test_filters_find_our_events(subscription, expected):
    assert found(subscription) == expected


def test_every_type_of_ours_fits_into_one_subscription_by_type():
    types = [kind.type for kind in EVENT_TYPES]
    assert matches(CROSSED, {"includedEventTypes": types})
    assert all(re.fullmatch(r"sightline\.[a-z]+\.[a-z_]+\.v\d+", name) for name in types)


def test_the_limits_are_the_services():
    one = {"operatorType": "StringIn", "key": "source"}
    matches(CROSSED, {"advancedFilters": [{**one, "values": ["x"] * 25}]})
    for filters in ([{**one, "values": ["x"] * 26}], [{**one, "values": ["x"]}] * 26):
        with pytest.raises(ValueError, match="25"):
            matches(CROSSED, {"advancedFilters": filters})
    with pytest.raises(ValueError, match="512"):
        matches(CROSSED, {"subjectBeginsWith": "/" * 513})


def test_the_guides_filters_do_what_it_says():
    """Each block of the guide is followed by the names of the events above that pass."""
    blocks = re.findall(r"```json\n(.*?)```\n\n<!-- passes: (.*?) -->", GUIDE.read_text(), re.DOTALL)
    assert len(blocks) >= 4
    for text, names in blocks:
        assert found(json.loads(text)) == names.split(", ")
