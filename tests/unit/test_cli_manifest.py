"""`sightline run` on a deployment manifest: what can be said beside it, and what is told."""

import json

import pytest
from tests.support.azure_documents import FLOOR, PEOPLE
from tests.unit.test_pipeline import write_ball


@pytest.fixture
def manifest(tmp_path):
    """A ball that rolls through a zone, in a manifest that plays it for ever."""
    write_ball(tmp_path / "ball.mp4")

    def write(**more):
        parameters = {"VIDEO_URL": "ball.mp4", "VIDEO_SOURCE_ID": "cam 1", "VIDEO_IS_LIVE": False, **more}
        parameters.setdefault("SPACEANALYTICS_CONFIG", json.dumps(FLOOR))
        graph = {
            "operationId": f"{PEOPLE}-personcount",
            "version": 1,
            "enabled": True,
            "parameters": parameters,
        }
        path = tmp_path / "deployment.json"
        path.write_text(json.dumps({"graphs": {"g": graph}}))
        return path

    return write


def messages(result):
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def run(sightline, manifest, *more):
    return sightline("run", manifest, "--model", "motion", "--once", *more)


def test_a_manifest_gives_the_containers_messages(sightline, manifest):
    found = messages(run(sightline, manifest(), "--started-at", "2026-02-11T09:30:00Z"))
    assert {event["type"] for message in found for event in message["events"]} == {"personCountEvent"}
    assert {message["sourceInfo"]["id"] for message in found} == {"cam 1"}
    assert found[0]["sourceInfo"]["timestamp"] == "2026-02-11T09:30:00.000Z"
    assert {message["schemaVersion"] for message in found} == {"2.0"}


def test_messages_have_todays_time_where_nobody_says_another(sightline, manifest):
    found = messages(run(sightline, manifest()))
    assert found[0]["sourceInfo"]["timestamp"] > "2026-"


def test_a_replay_has_the_times_of_its_run(sightline, manifest):
    path = manifest()
    live = run(sightline, path, "--record-detections", "ball.detections")
    assert messages(live)
    again = sightline("run", path, "--detections", "ball.detections")
    assert again.returncode == 0, again.stderr
    assert again.stdout == live.stdout


def test_the_earlier_edition_and_native_events_can_be_had(sightline, manifest):
    earlier = messages(run(sightline, manifest(), "--azure-schema", "1.0"))
    assert {message["schemaVersion"] for message in earlier} == {"1.0"}
    native = messages(run(sightline, manifest(), "--encoding", "cloudevents"))
    assert {event["specversion"] for event in native} == {"1.0"}


def test_lines_of_the_command_have_no_place_beside_a_manifest(sightline, manifest):
    result = run(sightline, manifest(), "--line", "door:0,0.5,1,0.5")
    assert result.returncode == 1
    assert "--line" in result.stderr
    assert "sightline migrate" in result.stderr


def test_a_fault_is_told_with_its_place_and_no_traceback(sightline, manifest):
    result = run(sightline, manifest(SPACEANALYTICS_CONFIG='{"zones": [}'))
    assert result.returncode == 1
    assert "graphs.g.parameters.SPACEANALYTICS_CONFIG" in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


def test_masks_without_models_are_told_and_the_rest_goes_on(sightline, manifest):
    result = run(sightline, manifest(ENABLE_FACE_MASK_CLASSIFIER=True))
    assert messages(result)
    assert "--face-model and --mask-model" in result.stderr


def test_a_time_that_is_none_is_refused(sightline, manifest):
    result = run(sightline, manifest(), "--started-at", "yesterday")
    assert result.returncode == 1
    assert "--started-at" in result.stderr


def test_a_toml_file_may_ask_for_azures_messages(sightline, tmp_path):
    """Without [cameras.azure] every line and zone is reported."""
    write_ball(tmp_path / "ball.mp4")
    (tmp_path / "run.toml").write_text(
        """
        [[cameras]]
        source = "ball.mp4"
        started_at = "2026-02-11T09:30:00Z"
        [[cameras.zones]]
        name = "floor"
        polygon = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]]
        anchor = "center"
        [detector]
        model = "motion"
        [[sinks]]
        type = "stdout"
        encoding = "azure"
        """
    )
    found = messages(sightline("run", "run.toml"))
    kinds = {event["type"] for message in found for event in message["events"]}
    assert kinds == {"personCountEvent", "personZoneEnterExitEvent", "personZoneDwellTimeEvent"}
