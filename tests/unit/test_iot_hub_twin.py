"""A twin's desired properties are applied once each, and what became of them is reported, whatever the hub does."""

import re
import threading
import time

import pytest
from tests.conftest import ROOT
from tests.peers.authority import Authority
from tests.peers.iot_hub import IotHub
from tests.support.messages import message
from tests.unit.test_iot_hub import KEY, MODULE, connection_string

from sightline.errors import ConfigError, Fault
from sightline.sinks.iot_hub import IotHubConfig, IotHubSink, IotHubTwin
from sightline.sinks.iot_hub.document import patch_between, patched, shortened, size_of
from sightline.sinks.secrets import Secret


@pytest.fixture
def hub(tmp_path):
    authority = Authority(tmp_path)
    certificate, key = authority.server("127.0.0.1")
    with IotHub(KEY, str(certificate), str(key), str(authority.ca_file)) as hub:
        yield hub
    assert hub.faults_seen == []


@pytest.fixture
def sink(hub):
    config = IotHubConfig(
        connection_string=Secret(env="HUB"), ca_file=hub.ca_file, port=hub.port, timeout_s=3.0
    )
    sink = IotHubSink(config, {"HUB": connection_string()})
    yield sink
    sink.close()


class Runner:
    """What a twin configures: takes cameras, refuses what it does not know."""

    def __init__(self):
        self.applied = []
        self.running = None

    def apply(self, desired):
        self.applied.append(desired)
        if "bug" in desired:
            raise KeyError("a bug")
        if "broken" in desired:
            raise ConfigError([Fault("cameras[0].fps", "expected more than 0"), Fault("sinks", "is unknown")])
        if desired.get("fps", 1) <= 0:
            return ["fps: expected more than 0, found 0"]
        self.running = desired
        return []


@pytest.fixture
def runner():
    return Runner()


@pytest.fixture
def words():
    return []


@pytest.fixture
def twin(sink, runner, words):
    twin = IotHubTwin(
        sink.link,
        runner.apply,
        version="1.2.3",
        timeout_s=0.5,
        settle_s=0.05,
        report=words.append,
    )
    yield twin
    twin.close()


def reported(hub):
    return hub.twins[MODULE]["reported"]


def says(hub, version, status):
    found = reported(hub)
    return found.get("configVersion") == version and found.get("status") == status


def test_desired_properties_are_applied_and_acknowledged(hub, twin, runner):
    hub.twins[MODULE]["desired"] = {"fps": 10, "$version": 4, "$metadata": {}}
    twin.start()
    hub.wait_for(lambda: says(hub, 4, "applied"))
    assert runner.applied == [{"fps": 10}]
    assert reported(hub)["version"] == "1.2.3"
    assert reported(hub)["errors"] == []
    hub.desire(MODULE, {"fps": 5, "name": "lobby"})
    hub.wait_for(lambda: says(hub, 5, "applied"))
    hub.desire(MODULE, {"name": None})
    hub.wait_for(lambda: says(hub, 6, "applied"))
    assert runner.running == {"fps": 5}


def test_what_is_invalid_leaves_the_old_running_and_says_why(hub, twin, runner):
    hub.twins[MODULE]["desired"] = {"fps": 10, "$version": 4}
    twin.start()
    hub.wait_for(lambda: says(hub, 4, "applied"))
    hub.desire(MODULE, {"fps": 0})
    hub.wait_for(lambda: says(hub, 5, "invalid"))
    assert reported(hub)["errors"] == ["fps: expected more than 0, found 0"]
    hub.desire(MODULE, {"broken": True})
    hub.wait_for(lambda: says(hub, 6, "invalid"))
    assert reported(hub)["errors"] == ["cameras[0].fps: expected more than 0", "sinks: is unknown"]
    hub.desire(MODULE, {"broken": None, "bug": True})
    hub.wait_for(lambda: says(hub, 7, "invalid"))
    assert reported(hub)["errors"] == ["KeyError: 'a bug'"]
    assert runner.running == {"fps": 10}
    hub.desire(MODULE, {"fps": 7, "bug": None})
    hub.wait_for(lambda: says(hub, 8, "applied"))
    assert reported(hub)["errors"] == []


def test_many_changes_at_once_are_applied_together(hub, twin, runner):
    twin.start()
    hub.wait_for(lambda: says(hub, 1, "applied"))
    for fps in range(1, 51):
        hub.desire(MODULE, {"fps": fps})
    hub.wait_for(lambda: says(hub, 51, "applied"))
    assert runner.running == {"fps": 50}
    assert len(runner.applied) < 20


def test_what_changed_while_the_connection_was_lost_is_found(hub, twin, runner):
    twin.start()
    hub.wait_for(lambda: says(hub, 1, "applied"))
    hub.pause()
    hub.twins[MODULE]["desired"] = {"fps": 3, "$version": 9}
    hub.resume()
    hub.wait_for(lambda: says(hub, 9, "applied"))
    hub.drop()
    hub.wait_for(lambda: len([login for login in hub.logins if login[3] is None]) >= 3)
    hub.desire(MODULE, {"fps": 4})
    hub.wait_for(lambda: says(hub, 10, "applied"))
    assert runner.applied == [{}, {"fps": 3}, {"fps": 4}]


def test_a_twin_that_begins_anew_is_applied_though_its_version_is_lower(hub, twin, runner):
    hub.twins[MODULE]["desired"] = {"fps": 10, "$version": 40}
    twin.start()
    hub.wait_for(lambda: says(hub, 40, "applied"))
    hub.pause()
    hub.twins[MODULE] = {"desired": {"fps": 2, "$version": 1}, "reported": {"$version": 1}}
    hub.resume()
    hub.wait_for(lambda: says(hub, 1, "applied"))
    assert runner.running == {"fps": 2}


def test_a_hub_that_says_nothing_or_too_many_requests_is_asked_again(hub, twin, runner, words):
    hub.mute_twin = True
    twin.start()
    deadline = time.monotonic() + 10
    while not words and time.monotonic() < deadline:
        time.sleep(0.05)
    assert "did not answer about the twin within 0.5 s; what ran goes on" in words[0]
    hub.twin_codes.extend([429, 500])
    hub.mute_twin = False
    hub.wait_for(lambda: says(hub, 1, "applied"))
    assert not hub.twin_codes
    assert runner.applied == [{}]
    deadline = time.monotonic() + 10
    while len(words) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert "answers again" in words[-1]


def test_messages_go_while_the_twin_is_mute(hub, twin, sink):
    hub.mute_twin = True
    twin.start()
    sink.emit([message("east", number) for number in range(100)])
    assert hub.numbers() == list(range(100))
    assert len({login[0] for login in hub.logins}) == 1


def test_health_is_reported_by_what_changed_and_not_more_often_than_it_may(hub, twin):
    twin.start()
    hub.wait_for(lambda: says(hub, 1, "applied"))
    state = {"graphs": {"lobby": {"state": "running", "fps": 10}, "yard": {"state": "running"}}}
    twin.health(state)
    hub.wait_for(lambda: reported(hub).get("graphs") == state["graphs"])
    before = len(hub.reports)
    for fps in range(200):
        twin.health({"graphs": {"lobby": {"state": "running", "fps": fps}}})
        time.sleep(0.001)
    hub.wait_for(lambda: reported(hub).get("graphs") == {"lobby": {"state": "running", "fps": 199}})
    assert {"graphs": {"yard": None, "lobby": {"fps": 0}}}.keys() == hub.reports[before].keys()
    assert hub.reports[before]["graphs"]["yard"] is None
    assert "state" not in hub.reports[-1]["graphs"]["lobby"]
    assert len(hub.reports) - before < 20
    twin.health({"graphs": {"lobby": {"state": "running", "fps": 199}}})
    time.sleep(0.3)
    assert len(hub.reports) - before < 20


def test_names_and_sizes_fit_what_a_twin_takes(hub, twin):
    twin.start()
    twin.health({"a.b $c": "x" * 5000, "gone": None})
    hub.wait_for(lambda: "a_b__c" in reported(hub))
    assert len(reported(hub)["a_b__c"].encode()) <= 4096
    assert "gone" not in reported(hub)
    twin.health({f"camera{number}": "x" * 100 for number in range(400)})
    hub.wait_for(lambda: reported(hub)["errors"])
    assert "health is left out" in reported(hub)["errors"][0]
    assert size_of(reported(hub)) <= 32_768


def test_errors_are_cut_to_what_fits():
    errors = [f"cameras[{number}]: {'x' * 600}" for number in range(1000)]
    kept = shortened(errors, 8192)
    assert size_of({"errors": kept}) <= 8192
    assert kept[-1] == f"and {1000 - len(kept) + 1} more"
    assert shortened(["a", "b"], 8192) == ["a", "b"]


def test_a_patch_leads_from_one_document_to_the_other():
    old = {"a": 1, "b": {"c": 1, "d": {"e": 1}}, "list": [1], "was": {"x": 1}, "$version": 7}
    new = {"a": 1, "b": {"c": 2, "d": {"e": 1}}, "list": [1, 2], "was": 3}
    patch = patch_between(old, new)
    assert patch == {"b": {"c": 2}, "list": [1, 2], "was": 3}
    assert patched(old, patch) == {**new, "$version": 7}
    assert patch_between(new, new) == {}
    assert patch_between({"gone": 1, "$version": 1}, {}) == {"gone": None}


def test_the_guides_program_runs(tmp_path, monkeypatch):
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs/guide/iot-hub.md").read_text(), re.DOTALL)
    names = {}
    exec(compile(code, "iot-hub.md", "exec"), names)  # noqa: S102 - our own text
    assert names["apply"]({"fps": 0})
    authority = Authority(tmp_path / "other")
    certificate, key = authority.server("127.0.22.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.ca_file))
    with IotHub(KEY, str(certificate), str(key), str(authority.ca_file), host="127.0.22.1", port=8883) as hub:
        names["main"]({"IOTHUB_CONNECTION": connection_string(gateway="127.0.22.1")})
    assert hub.faults_seen == []


def test_closing_ends_the_thread_in_every_state(hub, sink, runner):
    hub.pause()
    twin = IotHubTwin(sink.link, runner.apply)
    twin.start()
    twin.close()
    assert not any(thread.name == "iot-twin" for thread in threading.enumerate())
