"""The generated scene, encoded, decoded and counted: every event's true time is known."""

import json

import pytest

from sightline import Pipeline, Scene, open_detector, open_source, synthetic
from sightline.events import encode
from sightline.scene import Line, Zone
from sightline.synthetic.agreement import compare

ANALYZED_FPS = 10.0

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    scene = synthetic.default_scene()
    path = tmp_path_factory.mktemp("made") / "lobby.mp4"
    scene.write(path)
    return scene, path


def events_of(made, **arguments):
    scene, path = made
    source = open_source(path, fps=ANALYZED_FPS, threads=arguments.pop("decoding_threads", 1))
    rules = Scene(
        lines=[Line(line.name, line.start, line.end) for line in scene.lines],
        zones=[Zone(zone.name, list(zone.polygon)) for zone in scene.zones],
    )
    detector = open_detector("motion", source_size=(source.info.width, source.info.height))
    with Pipeline(source=source, scene=rules, detector=detector, **arguments) as pipeline:
        return list(pipeline)


def test_every_crossing_entry_and_exit_is_reported_in_time_and_nothing_else(made):
    agreement = compare(made[0].truth(), events_of(made), tolerance_s=1.0 / ANALYZED_FPS)
    assert [match.truth for match in agreement.matches if match.reported_s is None] == []
    assert list(agreement.extra) == []
    assert len(agreement.matches) >= 10
    assert agreement.worst_error_s <= 1.0 / ANALYZED_FPS


def test_threads_queues_and_batches_change_no_byte(made):
    once = [encode(event) for event in events_of(made)]
    assert once == [encode(event) for event in events_of(made, decoding_threads=4)]
    assert once == [encode(event) for event in events_of(made, queue=1, batch=3)]


def test_the_demo_shows_events_and_agreement(sightline, tmp_path):
    result = sightline("demo", "--out", "out", "--json")
    assert result.returncode == 0, result.stderr
    *events, agreement = map(json.loads, result.stdout.splitlines())
    assert agreement["complete"]
    assert agreement["worst_error_s"] <= 1.0 / ANALYZED_FPS
    assert {event["type"] for event in events} >= {"sightline.line.crossed.v1", "sightline.zone.exited.v1"}
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert written == {"scene.mp4", "truth.json", "events.jsonl", "annotated.mp4", "picture.png"}
