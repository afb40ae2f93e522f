"""A deployment manifest with every operation, on real video: golden messages, the same as natively, and for a consumer."""

import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from tests.support.azure_manifests import manifest
from tests.support.azure_runs import validators

pytestmark = pytest.mark.slow

GOLDEN = Path(__file__).with_name("azure")
CONSUMER = Path(__file__).parents[1] / "scenarios" / "azure_consumer.py"
VIDEOS = ["one-by-one-person-detection.mp4", "vtest_480x360.avi"]


class Both:
    """One video watched through a manifest, and through the TOML that `sightline migrate` makes of it."""

    def __init__(self, sightline, fixtures, name):
        folder = sightline.folder
        model = fixtures / "models" / "fastestdet_352.onnx"
        self.name, self.manifest = name, folder / f"{name}.json"
        self.manifest.write_text(json.dumps(manifest(fixtures / "videos" / name)))
        start = ("--once", "--started-at", "2026-02-11T09:30:00Z")
        run = sightline("run", self.manifest, *start, "--model", model)
        assert run.returncode == 0, run.stderr
        self.messages = run.stdout
        migrated = sightline("migrate", self.manifest, "--output", f"{name}.toml")
        assert migrated.returncode == 0, migrated.stderr
        text = (folder / f"{name}.toml").read_text()
        text = text[: text.index("[[sinks]]")].replace("[detector]\n", f'[detector]\nmodel = "{model}"\n')
        for kind in ("azure", "cloudevents"):
            text += (
                f'[[sinks]]\ntype = "file"\nname = "{kind}"\npath = "{name}.{kind}"\nencoding = "{kind}"\n'
            )
        (folder / f"{name}.toml").write_text(text)
        run = sightline("run", f"{name}.toml", *start)
        assert run.returncode == 0, run.stderr
        self.by_toml = (folder / f"{name}.azure").read_text()
        self.native = [json.loads(line) for line in (folder / f"{name}.cloudevents").read_text().splitlines()]

    def told(self, kind):
        """Azure's events of one type, by camera."""
        found = defaultdict(list)
        for line in self.messages.splitlines():
            message = json.loads(line)
            for event in message.get("events", []):
                if event["type"] == kind:
                    found[message["sourceInfo"]["id"]].append(event["properties"])
        return found

    def happened(self, kind):
        """Native events of one type, by camera."""
        found = defaultdict(list)
        for event in self.native:
            if event["type"] == kind:
                found[event["data"]["camera_id"]].append(event["data"])
        return found


@pytest.fixture(scope="module", params=VIDEOS)
def both(request, module_sightline, fixtures):
    return Both(module_sightline, fixtures, request.param)


def test_the_messages_are_the_golden_ones(both):
    golden = GOLDEN / f"{both.name}.jsonl"
    if os.environ.get("SIGHTLINE_WRITE_GOLDEN") == "1":
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(both.messages)
    assert both.messages.splitlines() == golden.read_text().splitlines()


def test_every_message_is_what_its_schema_says(both):
    kinds = set()
    for text in both.messages.splitlines():
        message = json.loads(text)
        kinds |= {event["type"] for event in message.get("events", [message])}
        for schema in validators(message):
            assert [f"{fault.json_path}: {fault.message}" for fault in schema.iter_errors(message)] == []
    people = {"personCountEvent", "personLineEvent", "personZoneEnterExitEvent", "personZoneDwellTimeEvent"}
    assert kinds >= people | {"personDistanceEvent", "vehicleCountEvent"}


def test_the_migrated_configuration_gives_the_same_bytes(both):
    assert both.by_toml == both.messages


def test_crossings_are_the_native_ones(both):
    native, told = both.happened("sightline.line.crossed.v1"), both.told("personLineEvent")
    assert set(told) == {"crossing", "all"}
    for camera, events in native.items():
        ways = [{"in": "CrossRight", "out": "CrossLeft"}[event["direction"]] for event in events]
        assert [event["status"] for event in told[camera]] == ways


def test_entries_exits_and_stays_are_the_native_ones(both):
    entered, exited = both.happened("sightline.zone.entered.v1"), both.happened("sightline.zone.exited.v1")
    crossed, stayed = both.told("personZoneEnterExitEvent"), both.told("personZoneDwellTimeEvent")
    for camera in ("stays", "all"):
        came, went = entered[camera], exited[camera]
        assert Counter(event["status"] for event in crossed[camera]) == {
            "Enter": len(came),
            "Exit": len(went),
        }
        assert [event["dwellTime"] for event in stayed[camera]] == [
            float(event["dwell_ms"]) for event in went
        ]
        sides = Counter("" if event["side"] is None else str(event["side"]) for event in came + went)
        assert Counter(event["side"] for event in crossed[camera]) == sides


def test_counts_are_the_native_ones(both):
    """The first frame's count is told too, also where nobody is there."""
    changes = both.happened("sightline.zone.count_changed.v1")["count"]
    counts = [event["count"] for event in changes]
    expected = counts if changes[0]["pts_ns"] == 0 else [0, *counts]
    assert [event["personCount"] for event in both.told("personCountEvent")["count"]] == expected


def test_distances_are_those_on_the_ground(both):
    """A violation is told whenever two are known to have come close, and never without."""
    close = both.happened("sightline.distance.breached.v1")["distance"]
    told = [
        event for event in both.told("personDistanceEvent")["distance"] if event["eventName"] == "TooClose"
    ]
    assert bool(told) == bool(close)
    assert all(event["minimumDistanceThreshold"] == 6.0 for event in told)


def test_a_consumer_of_the_container_reads_it_unchanged(both):
    child = subprocess.run(
        [sys.executable, "-I", CONSUMER], input=both.messages, capture_output=True, text=True, check=True
    )
    found = json.loads(child.stdout)
    floor, way = found["2026-02-11T09 floor"], found["2026-02-11T09 way"]
    crossings = both.happened("sightline.line.crossed.v1")
    assert sum(way["crossings"].values()) == sum(map(len, crossings.values()))
    entered = both.happened("sightline.zone.entered.v1")
    assert floor["entries"] == len(entered["stays"]) + len(entered["all"])
