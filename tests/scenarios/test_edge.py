"""`sightline edge` in the container's place: the twin says what to watch, messages go to the hub, and it reports."""

import base64
import json
import os
import signal
import subprocess
import sys

import pytest
from tests.peers.iot_hub import IotHub
from tests.support.azure_documents import FLOOR, PEOPLE
from tests.support.onnx_graphs import save_failing_model
from tests.support.operated import ask, wait_for
from tests.unit.test_pipeline import write_ball

pytestmark = pytest.mark.slow

KEY = b"k" * 32
MODULE = "edge1/spatialanalysis"


def desired(video, source_id, **more):
    parameters = {
        "VIDEO_URL": str(video),
        "VIDEO_SOURCE_ID": source_id,
        "VIDEO_IS_LIVE": False,
        "SPACEANALYTICS_CONFIG": json.dumps(FLOOR),
        **more,
    }
    graph = {
        "operationId": f"{PEOPLE}-personcount",
        "version": 1,
        "enabled": True,
        "parameters": parameters,
    }
    return {"globalSettings": {"PlatformTelemetryEnabled": False}, "graphs": {"g": graph}}


@pytest.fixture
def hub(authority):
    certificate, key = authority.server("127.0.0.1")
    with IotHub(KEY, str(certificate), str(key), str(authority.ca_file)) as hub:
        yield hub
    assert hub.faults_seen == []


@pytest.fixture
def video(tmp_path):
    return write_ball(tmp_path / "ball.mp4")


@pytest.fixture
def edge(hub, tmp_path):
    """The command, as a process; whatever is left of it is killed."""
    text = base64.b64encode(KEY).decode()
    environment = {
        **os.environ,
        "HUB": f"HostName=hub.test;DeviceId=edge1;ModuleId=spatialanalysis;SharedAccessKey={text};GatewayHostName=127.0.0.1",
        "SIGHTLINE_STATE_DIR": str(tmp_path / "state"),
        "NO_COLOR": "1",
    }
    command = [sys.executable, "-m", "sightline", "edge", "--model", "motion", "--connection-env", "HUB"]
    command += ["--ca-file", str(hub.ca_file), "--port", str(hub.port)]
    children = []

    def start(*more):
        children.append(
            subprocess.Popen([*command, *more], env=environment, stderr=subprocess.PIPE, text=True)
        )
        return children[-1]

    yield start
    for child in children:
        if child.poll() is None:
            child.kill()
        child.communicate()


def sources(hub):
    return {json.loads(each.body)["sourceInfo"]["id"] for each in hub.telemetry}


def says(hub, version, status):
    reported = hub.twins[MODULE]["reported"]
    return (reported.get("configVersion"), reported.get("status")) == (version, status)


def stop(child):
    child.send_signal(signal.SIGTERM)
    _, words = child.communicate(timeout=60)
    assert child.returncode == 130, words
    assert "Traceback" not in words
    return words


def test_the_twin_says_what_to_watch_and_a_wrong_one_leaves_that_running(hub, edge, video):
    hub.desire(MODULE, desired(video, "first"))
    child = edge()
    hub.wait_for(lambda: "first" in sources(hub), 60)
    (message,) = [json.loads(hub.telemetry[0].body)]
    assert message["events"][0]["type"] == "personCountEvent"
    assert hub.telemetry[0].properties["eventType"] == "personCountEvent"
    version = hub.twins[MODULE]["desired"]["$version"]
    hub.wait_for(lambda: says(hub, version, "applied"), 60)

    hub.desire(MODULE, desired(video, "wrong", SPACEANALYTICS_CONFIG='{"zones": [{"name": "floor"}]}'))
    hub.wait_for(lambda: says(hub, version + 1, "invalid"), 60)
    (error,) = hub.twins[MODULE]["reported"]["errors"]
    assert "graphs.g.parameters.SPACEANALYTICS_CONFIG.zones[0].polygon" in error
    before = len(hub.telemetry)
    hub.wait_for(lambda: len(hub.telemetry) > before, 60)
    assert "wrong" not in sources(hub)

    hub.desire(MODULE, desired(video, "second"))
    hub.wait_for(lambda: says(hub, version + 2, "applied") and "second" in sources(hub), 60)
    hub.wait_for(lambda: "second" in hub.twins[MODULE]["reported"].get("cameras", {}), 60)
    assert hub.twins[MODULE]["reported"]["cameras"]["second"]["state"] == "running"
    stop(child)


def test_messages_wait_while_the_hub_is_away(hub, edge, video):
    hub.desire(MODULE, desired(video, "cam"))
    child = edge()
    hub.wait_for(lambda: hub.telemetry, 60)
    hub.pause()
    hub.resume()
    before = len(hub.telemetry)
    hub.wait_for(lambda: len(hub.telemetry) > before + 3, 60)
    stop(child)
    ids = [each.properties["$.mid"] for each in hub.telemetry]
    in_order = list(dict.fromkeys(ids))
    frames = [int(json.loads(each.body)["sourceInfo"]["frameId"]) for each in hub.telemetry]
    first_of = dict(zip(reversed(ids), reversed(frames), strict=True))
    assert [first_of[mid] for mid in in_order] == sorted(first_of.values())


def test_it_waits_for_a_twin_that_names_nothing_yet(hub, edge):
    child = edge()
    hub.wait_for(lambda: hub.twins.get(MODULE, {}).get("reported", {}).get("status") == "applied", 60)
    assert stop(child).count("waiting for the twin") == 1


def test_an_operator_sees_it_wait_and_then_watch_what_the_twin_names(hub, edge, video):
    child = edge("--listen", "127.0.0.1:0", "--log-format", "json")
    said = json.loads(child.stderr.readline())["message"]
    port = int(said.rstrip("/").rpartition(":")[2])

    def status():
        return json.loads(ask(port, "/status")[1])

    wait_for(lambda: ask(port, "/startupz")[0] == 200)
    assert ask(port, "/readyz") == (503, "no camera is named yet\n")
    assert ask(port, "/livez")[0] == 200
    hub.desire(MODULE, desired(video, "first"))
    wait_for(lambda: ask(port, "/readyz")[0] == 200)
    wait_for(lambda: status()["outboxes"][0]["sinks"][0]["accepted"] > 0)
    hub.desire(MODULE, desired(video, "second"))
    wait_for(lambda: [each["id"] for each in status()["cameras"]] == ["second"])
    assert 'sightline_frames_analyzed_total{camera="second"}' in ask(port, "/metrics")[1]
    hub.desire(MODULE, {"graphs": None})
    wait_for(lambda: ask(port, "/readyz")[0] == 503)
    assert all(json.loads(line)["message"] for line in stop(child).splitlines())


def test_a_model_that_fails_ends_it_with_its_words(hub, edge, video, tmp_path):
    hub.desire(MODULE, desired(video, "cam"))
    child = edge("--model", str(save_failing_model(tmp_path / "fails.onnx", size=(64, 64))))
    _, words = child.communicate(timeout=60)
    assert child.returncode == 1
    assert "failed to run" in words
    assert "Traceback" not in words


def test_who_is_not_in_iot_edge_is_told_what_to_do(sightline):
    result = sightline("edge", "--model", "motion")
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "IoT Edge" in result.stderr


def test_cameras_that_a_new_twin_still_names_go_on(hub, edge, video, tmp_path):
    first, second = desired(video, "first"), desired(write_ball(tmp_path / "other.mp4"), "second")
    hub.desire(MODULE, first)
    child = edge("--listen", "127.0.0.1:0", "--log-format", "json")
    port = int(json.loads(child.stderr.readline())["message"].rstrip("/").rpartition(":")[2])

    def frames():
        return {
            each["id"]: each["frames_analyzed"] for each in json.loads(ask(port, "/status")[1])["cameras"]
        }

    wait_for(lambda: frames().get("first", 0) > 10)
    before = frames()["first"]
    version = hub.twins[MODULE]["desired"]["$version"]
    hub.desire(MODULE, {**first, "graphs": {**first["graphs"], "h": second["graphs"]["g"]}})
    hub.wait_for(lambda: says(hub, version + 1, "applied"), 60)
    wait_for(lambda: frames().get("second", 0) > 10)
    assert frames()["first"] > before
    said = [json.loads(line)["message"] for line in stop(child).splitlines()]
    assert "changed: added second; 1 unchanged" in said
