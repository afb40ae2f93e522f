"""A whole run delivers what it sees to a webhook, a broker and a hub at once, and shows nobody a secret."""

import base64
import json
import os

import pytest
from tests.peers.authority import Authority
from tests.peers.iot_hub import IotHub
from tests.peers.mosquitto import Mosquitto
from tests.peers.webhook import Webhook
from tests.unit.test_iot_hub import KEY, connection_string
from tests.unit.test_mqtt import Subscriber
from tests.unit.test_pipeline import write_ball

SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()

RUN = """
[[cameras]]
source = "ball.mp4"
[[cameras.lines]]
name = "middle"
from = [0.0, 0.5]
to = [1.0, 0.5]
[[cameras.zones]]
name = "below"
polygon = [[0.0, 0.5], [1.0, 0.5], [1.0, 1.0], [0.0, 1.0]]
[detector]
model = "motion"
[outbox]
path = "state/outbox.db"
[[sinks]]
type = "file"
path = "events.jsonl"
[[sinks]]
type = "webhook"
url = "https://127.0.0.1:{webhook}/"
ca_file = "ca.pem"
secret = {{ env = "WEBHOOK_SECRET" }}
[[sinks]]
type = "mqtt"
url = "mqtts://127.0.0.1:{broker}"
ca_file = "ca.pem"
username = "edge1"
password = {{ file = "password" }}
[[sinks]]
type = "iot_hub"
port = {hub}
ca_file = "ca.pem"
connection_string = {{ env = "IOTHUB_CONNECTION" }}
"""


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


@pytest.mark.slow
def test_a_run_delivers_everywhere_and_shows_no_secret(sightline, authority, tmp_path, monkeypatch):
    write_ball(tmp_path / "ball.mp4")
    (tmp_path / "password").write_text("correct horse\n")
    monkeypatch.setitem(os.environ, "WEBHOOK_SECRET", SECRET)
    monkeypatch.setitem(os.environ, "IOTHUB_CONNECTION", connection_string())
    certificate, key = authority.server("127.0.0.1")
    tls = (authority.ca_file, certificate, key)
    users = {"edge1": "correct horse"}
    with (
        Webhook(authority) as webhook,
        IotHub(KEY, str(certificate), str(key), str(authority.ca_file)) as hub,
        Mosquitto(tmp_path / "broker", tls, passwords=users) as broker,
    ):
        subscriber = Subscriber(broker, authority, user=("edge1", "correct horse"))
        text = RUN.format(webhook=webhook.port, broker=broker.port, hub=hub.port)
        (tmp_path / "run.toml").write_text(text)
        checked = sightline("check", "run.toml")
        result = sightline("run", "run.toml", "--json")
        assert result.returncode == 0, result.stderr
        lines = (tmp_path / "events.jsonl").read_bytes().splitlines()
        assert len(lines) >= 3
        subscriber.wait_for(lambda: len(subscriber.messages) == len(lines))
        subscriber.close()
    assert [found.payload for found in subscriber.messages] == lines
    assert [found.body for found in hub.telemetry] == lines
    posted = [event for request in webhook.requests for event in json.loads(request.body)]
    assert posted == [json.loads(line) for line in lines]
    key_text = base64.b64encode(KEY).decode()
    shown = result.stdout + result.stderr + checked.stdout + checked.stderr
    shown += "".join(file.read_bytes().decode("latin-1") for file in (tmp_path / "state").iterdir())
    assert not [secret for secret in (SECRET, "correct horse", key_text) if secret in shown]
