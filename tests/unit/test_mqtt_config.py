"""What can be said of an MQTT broker, and what is refused with which words."""

import sys

import pytest

from sightline.errors import ConfigError
from sightline.sinks.iot_hub import IotHubConfig, IotHubSink
from sightline.sinks.mqtt import MqttConfig, MqttSink
from sightline.sinks.secrets import Secret


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"url": "mqtt://broker.shop"}, "url: mqtt:// would send everything in the clear"),
        ({"url": "mqtts://u:p@broker.shop"}, "url: has a user"),
        ({"url": "https://broker.shop"}, "url: expected mqtts"),
        ({"url": "mqtts://broker.shop:99999"}, "url: is none"),
        ({"topic": "a/{zone}"}, r"topic: \{zone\} is unknown; expected one of \{camera\}"),
        ({"topic": "a/#"}, "topic: expected a topic without"),
        ({"availability_topic": "$SYS/x"}, "availability_topic: expected a topic"),
        ({"mode": "binary", "version": "3.1.1"}, "mode: binary needs user properties"),
        ({"mode": "binary", "encoding": "azure"}, "mode: binary is for CloudEvents"),
        ({"password": Secret(env="P")}, "username: is missing"),
        ({"key_file": "k.pem"}, "certificate_file: is missing"),
    ],
)
def test_a_configuration_that_cannot_be_is_refused(settings, expected):
    with pytest.raises(ConfigError, match=expected):
        MqttConfig(**{"url": "mqtts://broker.shop", **settings})


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"ca_file": "nowhere.pem"}, "nowhere.pem: cannot be read"),
        ({"ca_file": __file__}, "is no list of certificates"),
        ({"certificate_file": __file__}, "expected a certificate and its key"),
        ({"username": "u", "password": Secret(env="NOT_SET")}, "NOT_SET"),
    ],
)
def test_what_is_missing_is_said_at_the_start(settings, expected):
    with pytest.raises(ConfigError, match=expected):
        MqttSink(MqttConfig(url="mqtts://broker.shop", **settings), {})


def test_without_the_library_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "sightline.sinks.wire.paho", None)
    with pytest.raises(ConfigError, match=r"pip install 'sightline\[mqtt\]'"):
        MqttSink(MqttConfig(url="mqtts://broker.shop"), {})
    config = IotHubConfig(connection_string=Secret(env="HUB"))
    with pytest.raises(ConfigError, match=r"pip install 'sightline\[iot-hub\]'"):
        IotHubSink(config, {"HUB": "HostName=h;DeviceId=d;SharedAccessKey=c2VjcmV0"})
