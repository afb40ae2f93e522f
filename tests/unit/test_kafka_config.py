"""What is wrong with the settings for Kafka is said before anything is sent."""

import sys

import pytest

from sightline.errors import ConfigError
from sightline.sinks.kafka import KafkaConfig, KafkaSink
from sightline.sinks.secrets import Secret


def opened(**settings):
    return KafkaSink(KafkaConfig(servers=["kafka.shop:9093"], **settings), {})


def test_a_secret_that_is_not_there_is_said_at_the_start():
    with pytest.raises(ConfigError, match="environment variable NOWHERE: expected a secret"):
        opened(username="edge1", password=Secret(env="NOWHERE"))


def test_files_that_are_none_are_said_at_the_start(tmp_path):
    (tmp_path / "ca.pem").write_text("hello")
    with pytest.raises(ConfigError, match="no list of certificates"):
        opened(ca_file=str(tmp_path / "ca.pem"))
    with pytest.raises(ConfigError, match="cannot be read"):
        opened(ca_file=str(tmp_path / "nowhere.pem"))


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"servers": ["kafka.shop"]}, r"^servers\[0\]: expected HOST:PORT"),
        ({"servers": ["kafka.shop:9093", "a b:1"]}, r"^servers\[1\]: expected HOST:PORT"),
        ({"servers": ["kafka.shop:9093,other.shop:9093"]}, r"^servers\[0\]: expected HOST:PORT"),
        ({"servers": ["kafka.shop:9092"], "tls": False}, "in the clear to kafka.shop"),
        ({"topic": "a/b"}, "^topic: expected letters"),
        ({"topic": "{region}"}, r"^topic: \{region\} is unknown; expected one of \{camera\}"),
        ({"topic": "x" * 250}, "at most 249"),
        ({"mode": "binary", "encoding": "azure"}, "^mode: binary is for CloudEvents"),
        ({"username": "edge1"}, "^password: is missing; it goes with username"),
        ({"password": Secret(env="KEY")}, "^username: is missing; it goes with password"),
        ({"key_file": "key.pem"}, "^certificate_file: is missing"),
        ({"servers": ["127.0.0.1:9092"], "tls": False, "ca_file": "ca.pem"}, "^tls: is false, and"),
    ],
)
def test_faults_have_their_places(settings, expected):
    with pytest.raises(ConfigError, match=expected):
        KafkaConfig(**{"servers": ["kafka.shop:9093"], **settings})


def test_a_password_in_a_server_is_not_shown():
    with pytest.raises(ConfigError) as caught:
        KafkaConfig(servers=["edge1:hunter2@kafka.shop:9093"])
    assert "hunter2" not in str(caught.value)


def test_without_the_library_the_command_that_installs_it_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "confluent_kafka", None)
    monkeypatch.delitem(sys.modules, "sightline.sinks.wire.kafka", raising=False)
    with pytest.raises(ConfigError, match=r"pip install 'sightline\[kafka\]'"):
        KafkaSink(KafkaConfig(servers=["127.0.0.1:9092"], tls=False), {})
