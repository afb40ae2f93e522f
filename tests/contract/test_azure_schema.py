"""The published schemas of Azure's messages are current, and so strict that a message that was altered is none."""

import copy
import json
from pathlib import Path

import pytest
from tests.support.azure_runs import (
    COUNT,
    CROSSING,
    DISTANCE,
    DWELL,
    GIVEN,
    LINE,
    camera,
    path,
    play,
    together,
    types_in,
    validator,
    validators,
)

from sightline.events.azure.reference import field_tables
from sightline.events.azure.schema import PEOPLE, TYPES, files
from sightline.faces import FaceMask

DOCS = Path(__file__).resolve().parents[2] / "docs" / "reference"
PEOPLE_REPORTS = (COUNT, LINE, CROSSING, {**DWELL, "target_side": 1}, DISTANCE)
VEHICLE_REPORTS = (
    {"event": "vehiclecount", "region": "till"},
    {"event": "vehicleinpolygon", "region": "till"},
)
WALK = together(a=path((40, 250), (320, 250), (600, 250)), b=path((300, 200), (300, 200), (330, 230)))


def messages():
    """One message of each kind, in each way of writing, with everything in it that may be."""
    masks = {
        track_id: FaceMask(masked=True, confidence=0.97, box=(300, 120, 320, 140), face_confidence=0.9)
        for track_id in (1, 2)
    }
    ways = [{}, {"schema_version": "1.0"}, {"rendering": "live_video_analytics"}]
    runs = [(str(way), play(WALK, camera(*PEOPLE_REPORTS, **way), face_masks=masks)) for way in ways]
    runs += [(f"{way} vehicles", play(WALK, camera(*VEHICLE_REPORTS, **way))) for way in (ways[0], ways[2])]
    found = {}
    for name, run in runs:
        for body in run.bodies:
            # The last of each kind has the most to say: exits, and directions of who moves.
            found[f"{name} {'+'.join(sorted(types_in(body)))}"] = body
    return found


MESSAGES = messages()


def spots(value, where=()):
    """Every value in a message, with the way to it."""
    yield where, value
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from spots(inner, (*where, name))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from spots(inner, (*where, place))


def altered(body, where, change):
    """The message with one value changed; `change` gets what holds it, and the name or place in it."""
    copied = copy.deepcopy(body)
    *way, last = where
    holder = copied
    for step in way:
        holder = holder[step]
    change(holder, last)
    return copied


def is_refused(body, mutant):
    return any(not each.is_valid(mutant) for each in validators(body))


def test_the_published_files_are_what_the_module_says():
    assert {path.name: path.read_text() for path in (DOCS / "azure").glob("*.json")} == files()
    assert len(files()) == len(TYPES) + len(PEOPLE) + 1


def test_the_reference_shows_the_same_fields():
    assert field_tables() in (DOCS / "azure-events.md").read_text()


def test_every_type_of_event_and_way_of_writing_is_altered_below():
    told = {
        (kind, "body" in body, body.get("schemaVersion"))
        for body in MESSAGES.values()
        for kind in types_in(body)
    }
    assert {kind for kind, wrapped, _ in told if not wrapped} == set(TYPES)
    assert {kind for kind, wrapped, _ in told if wrapped} == set(TYPES)
    assert {kind for kind, _, version in told if version == "1.0"} == set(PEOPLE)


@pytest.mark.parametrize("name", MESSAGES)
def test_a_value_of_another_type_is_refused(name):
    body = MESSAGES[name]
    strange = {"no": "field has this"}
    checked = 0
    for where, _ in spots(body):
        if where:
            mutant = altered(body, where, lambda holder, last: holder.__setitem__(last, strange))
            assert is_refused(body, mutant), f"{where} may be anything"
            checked += 1
    assert checked > 8


@pytest.mark.parametrize("name", MESSAGES)
def test_a_field_more_is_refused(name):
    body = MESSAGES[name]
    for where, value in spots(body):
        if isinstance(value, dict):
            mutant = altered({"": body}, ("", *where), lambda holder, last: holder[last].update(more=1))[""]
            assert is_refused(body, mutant), f"{where} is open"


# What a message may leave out: what is switched off, not known, or not so.
OPTIONAL = {
    "face",
    "attributes",
    "cameraCalibrationInfo",
    "zonePlacementInfo",
    "orientationDirection",
    "dwellTimeForTargetSide",
    "avgSpeed",
    "minSpeed",
    "speed",
    "groundOrientationAngle",
    "mappedImageOrientation",
    "face_mask",
}


@pytest.mark.parametrize("name", MESSAGES)
def test_a_field_less_is_refused(name):
    body = MESSAGES[name]
    # Inferences leave out an empty side, and do not say by type which entity has an identity.
    optional = OPTIONAL | ({"side", "trackingId"} if "body" in body else set())
    for where, _ in spots(body):
        if where and isinstance(where[-1], str) and where[-1] not in optional:
            mutant = altered(body, where, lambda holder, last: holder.pop(last))
            assert is_refused(body, mutant), f"{where} may be missing"


NONSENSE = {
    "id": "5F0C9C1E7D8B4A21B1F3C0D2E4A69711",
    "detectionIds": ["x"],
    "trackingId": "7",
    "timestamp": "2026-02-11T09:30:15Z",
    "frameId": "-1",
    "width": 0,
    "height": 1.5,
    "confidence": 1.01,
    "x": "0.5",
    "personCount": -1,
    "detectionCount": 1.5,
    "eventName": "TooNear",
    "maximumDistanceThreshold": "inf",
    "side": "0",
    "status": "exit",
    "trigger": "never",
    "orientationDirection": "straight",
    "speed": "-1.0",
    "footprintX": "NaN",
    "centerGroundPointX": "1e-05",
    "groundOrientationAngle": "1",
    "schemaVersion": "3.0",
    "zone": "",
    "imagePath": "1.png",
    "dwellTime": -1.0,
    "dwellFrames": 2.5,
    "label": "face_noMask",
    "tracking_id": "17",
    "lastCalibratedTime": "2026-02-11T09:30:15.000Z",
    "inferenceId": "1",
    "value": "dog",
    "l": -0.1,
}


@pytest.mark.parametrize("name", MESSAGES)
def test_values_out_of_their_range_are_refused(name):
    body, seen = MESSAGES[name], set()
    for where, _ in spots(body):
        # A camera may be called anything, and so may the value of an inference's attribute.
        free = where == ("sourceInfo", "id") or "attributes" in where
        if where and where[-1] in NONSENSE and (not free or where[-1] in {"label", "confidence"}):
            mutant = altered(body, where, lambda holder, last: holder.__setitem__(last, NONSENSE[last]))
            assert is_refused(body, mutant), f"{where} may be {NONSENSE[where[-1]]!r}"
            seen.add(where[-1])
    assert len(seen) >= 4


def test_the_nonsense_above_is_all_tried():
    tried = {where[-1] for body in MESSAGES.values() for where, _ in spots(body) if where}
    assert set(NONSENSE) <= tried


def test_counts_never_carry_an_identity():
    (body,) = [body for name, body in MESSAGES.items() if name == "{} personCountEvent"]
    (told, *_) = play(WALK, camera(COUNT), calibrations=GIVEN).told("personCountEvent")[1:]
    for field in ("trackingId", "speed", "mappedImageOrientation"):
        mutant = copy.deepcopy(told[2])
        mutant["detections"][0]["metadata"][field] = "0" * 32 if field == "trackingId" else "1.0"
        assert not validator("personCountEvent").is_valid(mutant)
    assert validator("personCountEvent").is_valid(body)


def test_a_message_of_one_type_is_none_of_another():
    plain = {name: body for name, body in MESSAGES.items() if name.startswith("{}")}
    for body in plain.values():
        kinds = types_in(body)
        assert [kind for kind in TYPES if validator(kind).is_valid(body)] == [
            kind for kind in TYPES if kind in kinds
        ]


def test_messages_are_json_without_spaces_that_python_reads_back():
    run = play(WALK, camera(*PEOPLE_REPORTS))
    for message in run.sent:
        body = json.loads(message.body)
        assert json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode() == message.body
