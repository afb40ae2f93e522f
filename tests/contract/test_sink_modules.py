"""Every kind of sink can be named in a configuration, and what the guides show of it is one."""

import importlib
import re
import tomllib
from pathlib import Path

import pytest

from sightline.config.strict import convert
from sightline.errors import ConfigError
from sightline.sinks import SinkConfig, StdoutConfig
from sightline.sinks.iot_hub import IotHubConfig
from sightline.sinks.kafka import KafkaConfig
from sightline.sinks.mqtt import MqttConfig
from sightline.sinks.secrets import Secret
from sightline.sinks.webhook import WebhookConfig

ROOT = Path(__file__).resolve().parents[2]
KINDS = {"iot_hub": IotHubConfig, "kafka": KafkaConfig, "mqtt": MqttConfig, "webhook": WebhookConfig}


def test_every_entry_point_leads_to_a_configuration_of_that_type():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    points = project["entry-points"]["sightline.sinks"]
    assert set(KINDS) <= set(points)
    for name, value in points.items():
        module, _, attribute = value.partition(":")
        kind = getattr(importlib.import_module(module), attribute)
        assert issubclass(kind, SinkConfig)
        assert kind.__struct_config__.tag == name


@pytest.mark.parametrize("guide", ["iot-hub", "kafka", "mqtt", "webhook"])
def test_the_settings_in_a_guide_are_taken(guide):
    text = (ROOT / "docs" / "guide" / f"{guide}.md").read_text()
    shown = [
        sink
        for block in re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
        for sink in tomllib.loads(block)["sinks"]
    ]
    assert shown
    for sink in shown:
        kind = KINDS[sink["type"]]
        assert isinstance(convert(sink, kind), kind)


def test_a_secret_that_cannot_be_is_a_fault_with_its_place():
    given = {"type": "mqtt", "url": "mqtts://broker.shop", "username": "u", "password": {}}
    with pytest.raises(ConfigError, match=r"^password: expected either \{ env"):
        convert(given, MqttConfig)
    with pytest.raises(ConfigError, match=r"^password: expected a table, found"):
        convert({**given, "password": "hunter2"}, MqttConfig)


def test_paths_are_relative_to_the_configurations_folder():
    config = MqttConfig(
        url="mqtts://broker.shop",
        username="u",
        password=Secret(file="secrets/password"),
        ca_file="ca.pem",
        certificate_file="/etc/client.pem",
    )
    placed = config.beside(Path("/etc/sightline"))
    assert placed.password == Secret(file="/etc/sightline/secrets/password")
    assert placed.ca_file == "/etc/sightline/ca.pem"
    assert placed.certificate_file == "/etc/client.pem"
    assert placed.key_file is None
    secret = Secret(env="KEY")
    hub = IotHubConfig(connection_string=secret, ca_file="ca.pem").beside(Path("/x"))
    assert (hub.connection_string, hub.ca_file) == (secret, "/x/ca.pem")
    broker = KafkaConfig(servers=["k:9093"], username="u", password=Secret(file="p")).beside(Path("/x"))
    assert broker.password == Secret(file="/x/p")
    hook = WebhookConfig(url="https://hooks.shop/", token=Secret(file="t")).beside(Path("/x"))
    assert hook.token == Secret(file="/x/t")


def test_a_sink_of_somebody_else_that_is_broken_is_told_and_stops_no_other(tmp_path, monkeypatch):
    folder = tmp_path / "theirs-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1.0\n")
    points = "[sightline.sinks]\nbroken = no_such_package:Config\npath = pathlib:Path\n"
    (folder / "entry_points.txt").write_text(points)
    monkeypatch.syspath_prepend(tmp_path)
    assert convert({"type": "stdout"}, SinkConfig) == StdoutConfig()
    with pytest.raises(ConfigError, match=r"^type: no_such_package:Config cannot be loaded: No module"):
        convert({"type": "broken"}, SinkConfig)
    with pytest.raises(ConfigError, match=r"^type: pathlib:Path is installed for this, and is no SinkConfig"):
        convert({"type": "path"}, SinkConfig)
    with pytest.raises(
        ConfigError, match=r"^type: expected one of broken, event_grid, file, .*found 'pigeon'"
    ):
        convert({"type": "pigeon"}, SinkConfig)
