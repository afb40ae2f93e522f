"""What a configuration says about Event Grid, and where it says it wrongly."""

import re
from pathlib import Path

import pytest
from tests.peers.event_grid import EventGridPeer
from tests.support.event_grid import events_of

from sightline.config.toml import load_config
from sightline.errors import ConfigError
from sightline.sinks import EventGridConfig, Secret


@pytest.fixture
def peer(authority):
    with EventGridPeer(authority.server_context()) as peer:
        yield peer


@pytest.mark.parametrize(
    "secrets",
    [
        {},
        {"key": Secret(env="K"), "identity": "default"},
        {"key": Secret(env="K"), "sas_token": Secret(env="K")},
    ],
)
def test_exactly_one_credential_is_named(secrets):
    with pytest.raises(ConfigError, match="exactly one of key, sas_token and identity"):
        EventGridConfig(endpoint="https://localhost/", **secrets)


CONFIGURATION = """
[[cameras]]
source = "lobby.mp4"

[[sinks]]
type = "event_grid"
endpoint = "{endpoint}"
key = {{ file = "secrets/key" }}
ca_file = "ca.pem"
parallel = 2
"""


def test_a_configuration_opens_a_sink_with_files_beside_it(peer, authority, tmp_path):
    (tmp_path / "run.toml").write_text(CONFIGURATION.format(endpoint=peer.url))
    (tmp_path / "lobby.mp4").touch()
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "key").write_text(peer.key)
    (tmp_path / "ca.pem").write_bytes(authority.ca_file.read_bytes())
    (config,) = load_config(tmp_path / "run.toml").sinks
    assert peer.key not in repr(config)
    sink = config.open()
    sink.emit(events_of(1))
    sink.close()
    assert len(peer.accepted) == 2


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('key = { env = "A", file = "B" }', "sinks[0].key: expected either"),
        ('key = "the-secret-itself"', "sinks[0].key: expected a table"),
        ('identity = "mine"', "sinks[0].identity"),
        ('sas_token = { env = "A" }\nkey = { env = "B" }', "sinks[0]: expected exactly one of"),
        ('key = { env = "A" }\nnamespace_topic = "p"\nschema = "event_grid"', "takes CloudEvents only"),
        ('key = { env = "A" }\nmax_bytes = 10_000_000', "sinks[0].max_bytes"),
    ],
)
def test_a_wrong_configuration_is_told_with_its_path(line, words, tmp_path):
    text = CONFIGURATION.format(endpoint="https://localhost").replace('key = { file = "secrets/key" }', line)
    (tmp_path / "run.toml").write_text(text)
    with pytest.raises(ConfigError) as error:
        load_config(tmp_path / "run.toml")
    assert words in str(error.value)


def test_the_guides_configuration_is_one(tmp_path):
    guide = Path(__file__).resolve().parents[2] / "docs" / "guide" / "event-grid.md"
    (text,) = re.findall(r"```toml\n(.*?)```", guide.read_text(), re.DOTALL)
    (tmp_path / "run.toml").write_text(text)
    (config,) = load_config(tmp_path / "run.toml").sinks
    assert config == EventGridConfig(
        endpoint="https://people.westeurope-1.eventgrid.azure.net/api/events", key=Secret(env="EVENTGRID_KEY")
    )
