"""A script that was written for Spatial Analysis reads what Sightline writes, and finds the same as the native events."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from tests.support.azure_runs import COUNT, CROSSING, DISTANCE, DWELL, LINE, camera, path, play, together
from tests.support.messages import Collector

from sightline.events import LineCrossed, ZoneCountChanged, ZoneEntered, ZoneExited
from sightline.outbox import Outbox, Route
from sightline.sinks import JsonLinesSink

SCRIPT = Path(__file__).with_name("azure_consumer.py")


@pytest.fixture(scope="module")
def run():
    walk = together(
        a=path((40, 250), (320, 250), (600, 250)),
        b=path((300, 200), (300, 200), (330, 230)),
        c=path((600, 300), (340, 255), (60, 255), steps=8),
        d=[(400, 150)] * 30,
    )
    return play(walk, camera(COUNT, LINE, CROSSING, DWELL, DISTANCE))


def test_the_script_finds_what_the_native_events_say(run, tmp_path):
    sink = JsonLinesSink(tmp_path / "messages.jsonl")
    for sent in run.messages:
        sink.emit(sent)
    sink.close()
    with (tmp_path / "messages.jsonl").open() as lines:
        child = subprocess.run(
            [sys.executable, "-I", SCRIPT], stdin=lines, capture_output=True, text=True, check=True
        )
    found = json.loads(child.stdout)
    assert set(found) == {"2026-02-11T09 gate", "2026-02-11T09 till"}
    ways = Counter(event.direction for event in run.native(LineCrossed))
    assert found["2026-02-11T09 gate"]["crossings"] == {"CrossLeft": ways["out"], "CrossRight": ways["in"]}
    assert ways["in"]
    assert ways["out"]
    till = found["2026-02-11T09 till"]
    counts = [event.count for event in run.native(ZoneCountChanged)]
    assert (till["count_max"], till["count_mean"]) == (max(counts), pytest.approx(sum(counts) / len(counts)))
    assert (till["entries"], till["exits"]) == (len(run.native(ZoneEntered)), len(run.native(ZoneExited)))
    stays = [event.dwell_ms for event in run.native(ZoneExited)]
    assert till["dwell_mean_ms"] == pytest.approx(sum(stays) / len(stays))
    assert till["violations"]["TooClose"] >= 1
    assert till["worst_violation"] >= 2


def test_the_script_knows_nothing_of_sightline():
    assert "import sightline" not in SCRIPT.read_text()
    assert "from sightline" not in SCRIPT.read_text()


def test_messages_come_out_of_an_outbox_as_they_went_in(run, tmp_path):
    azure, native = Collector(), Collector()
    routes = [Route("azure", azure, encoding="azure"), Route("native", native)]
    outbox = Outbox(tmp_path / "outbox.db", routes)
    for events, sent in zip(run.events, run.messages, strict=True):
        outbox.emit([*events, *sent])
    outbox.close()
    assert [(each.event_id, each.subject, each.body) for each in azure.taken] == [
        (each.event_id, each.subject, each.body) for each in run.sent
    ]
    assert len(native.taken) == sum(map(len, run.events))
