"""The peer that our tests ask is right where Microsoft's SDK gets along with it, and sends what we send.

The SDK is that of this environment; `SIGHTLINE_IOT_SDK_PYTHON` names the interpreter of another, for a version that cannot share
one with paho-mqtt 2. It calls port 8883 and no other, so the peer has an address of its own.
"""

import json
import os
import subprocess
import sys

import pytest
from tests.conftest import ROOT
from tests.peers.authority import Authority
from tests.peers.iot_hub import IotHub
from tests.peers.workload import Workload
from tests.support.messages import message
from tests.unit.test_iot_hub import KEY, MODULE, connection_string

from sightline.sinks.iot_hub import IotHubConfig, IotHubSink
from sightline.sinks.secrets import Secret

ADDRESS = "127.0.21.1"
SDK = os.environ.get("SIGHTLINE_IOT_SDK_PYTHON", sys.executable)


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path / "authority")


@pytest.fixture
def hub(authority):
    certificate, key = authority.server(ADDRESS)
    with IotHub(KEY, str(certificate), str(key), str(authority.ca_file), host=ADDRESS, port=8883) as hub:
        yield hub
    assert hub.faults_seen == []


def with_sdk(hub, arguments, environment):
    command = [SDK, str(ROOT / "tests" / "support" / "iot_sdk.py"), *arguments]
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        hub.wait_for(lambda: hub.reports or process.poll() is not None, 60)
        hub.desire(MODULE, {"fps": 5})
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0, err
    return json.loads(out)


def check(hub, said, sink):
    assert said["twin"]["desired"] == {"fps": 10, "$version": 4}
    assert said["patch"]["fps"] in (5, 10)  # the SDK hands out whole twins as patches, too
    assert hub.reports == [{"ready": True}]
    (theirs,) = hub.telemetry
    sink.emit([message("one", 1)])
    sink.close()
    ours = hub.telemetry[1]
    assert ours.identity == theirs.identity == MODULE
    ours_of_system = {name: value for name, value in ours.properties.items() if name.startswith("$")}
    theirs_of_system = {name: value for name, value in theirs.properties.items() if name.startswith("$")}
    assert ours_of_system == theirs_of_system | {"$.mid": "one-1"}
    assert theirs.properties["eventType"] == ours.properties["eventType"]
    (their_id, their_name, their_password, _), *_, (our_id, our_name, our_password, _) = hub.logins
    assert their_id == our_id
    assert their_name.partition("&")[0] == our_name.partition("&")[0]
    assert their_password.partition("&")[0] == our_password.partition("&")[0]


@pytest.mark.slow
def test_the_sdk_and_we_talk_alike_with_a_key(hub, authority):
    hub.twins[MODULE]["desired"] = {"fps": 10, "$version": 4}
    text = connection_string(gateway=ADDRESS)
    said = with_sdk(hub, [text, str(authority.ca_file)], os.environ)
    config = IotHubConfig(
        connection_string=Secret(env="HUB"), ca_file=str(authority.ca_file), output="events"
    )
    check(hub, said, IotHubSink(config, {"HUB": text}))


@pytest.mark.slow
def test_the_sdk_and_we_talk_alike_in_iot_edge(hub, authority, tmp_path):
    hub.twins[MODULE]["desired"] = {"fps": 10, "$version": 4}
    with Workload(tmp_path / "w.sock", KEY, authority.ca_file) as workload:
        environment = workload.environment(ADDRESS)
        said = with_sdk(hub, [], {**os.environ, **environment})
        asked_by_sdk = list(workload.requests)
        workload.requests.clear()
        check(hub, said, IotHubSink(IotHubConfig(edge=True, output="events"), environment))
        assert set(workload.requests) == set(asked_by_sdk)
