"""Through an outbox to Event Grid, while it refuses, is away, or cannot be trusted."""

import ast
import json
import re
import time
from pathlib import Path

import msgspec
import pytest
from tests.peers.authority import Authority
from tests.peers.event_grid import EventGridPeer
from tests.support.event_grid import events_of, first_seen, numbers_by_camera, sinks_for
from tests.support.messages import cloud_message

from sightline.outbox import Outbox, Route
from sightline.sinks import EventGridConfig, Secret


@pytest.fixture
def peer(authority):
    with EventGridPeer(authority.server_context()) as peer:
        yield peer


@pytest.fixture
def opened(authority):
    with sinks_for(authority) as open_for:
        yield open_for


def until(holds, timeout_s=20.0):
    end = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def through_an_outbox(path, sink, report=lambda _: None):
    return Outbox(path / "outbox.db", [Route("cloud", sink)], report=report)


def test_a_revoked_key_delays_and_loses_nothing(peer, authority, tmp_path):
    file = tmp_path / "key"
    file.write_text("b2xk")
    config = EventGridConfig(endpoint=peer.url, key=Secret(file=str(file)), ca_file=str(authority.ca_file))
    words = []
    outbox = through_an_outbox(tmp_path, config.open(), words.append)
    outbox.emit(events_of(50))
    peer.wait_for(lambda: any(request.status == 401 for request in peer.requests))
    file.write_text(peer.key)
    peer.wait_for(lambda: len(peer.accepted) == 100)
    outbox.close()
    assert numbers_by_camera(peer) == {"east": list(range(50)), "west": list(range(50))}
    assert "check it" in words[0]
    assert "takes events again" in words[-1]
    assert not any("b2xk" in text for text in words)


class JumpingClock:
    """A time of day that a test moves."""

    def __init__(self):
        self.ns = 1_700_000_000_000_000_000

    def now_ns(self):
        return self.ns


def test_an_endpoint_that_is_gone_for_an_hour(peer, opened, tmp_path):
    clock = JumpingClock()
    outbox = Outbox(tmp_path / "outbox.db", [Route("cloud", opened(peer))], clock=clock)
    outbox.emit(events_of(10))
    peer.wait_for(lambda: len(peer.accepted) == 20)
    peer.shut()
    for number in range(10, 40):
        clock.ns += 120_000_000_000
        outbox.emit([cloud_message("east", number)])
        outbox.flush()
    until(lambda: outbox.stats().deliveries["cloud"].failures)
    assert "refuses connections" in outbox.stats().deliveries["cloud"].error
    peer.open()
    peer.wait_for(lambda: len(first_seen(peer)["east"]) == 40)
    outbox.close()
    assert first_seen(peer)["east"] == list(range(40))


def test_a_wrong_authority_and_a_missing_name_wait_in_the_outbox(peer, opened, tmp_path, authority):
    other = Authority(tmp_path / "other")
    wrong = (opened(peer, ca_file=str(other.ca_file)), opened(peer, endpoint="https://people.invalid/"))
    for sink, reason in zip(wrong, ("not trusted", "cannot be found"), strict=True):
        outbox = through_an_outbox(tmp_path, sink)
        outbox.emit(events_of(5))
        until(lambda box=outbox: box.stats().deliveries["cloud"].failures)
        assert reason in outbox.stats().deliveries["cloud"].error
        assert outbox.stats().sinks[0].waiting > 0
        outbox.close(drain_s=0)
    outbox = through_an_outbox(tmp_path, opened(peer))
    outbox.close()
    assert len(peer.accepted) == 20


def test_a_poison_event_goes_to_the_dead_letters_with_the_servers_reason(peer, opened, tmp_path):
    messages = events_of(20, ("east",))
    messages[3] = msgspec.structs.replace(messages[3], body=b'{"specversion":"1.0","id":"bad"}')
    outbox = through_an_outbox(tmp_path, opened(peer))
    outbox.emit(messages)
    peer.wait_for(lambda: len(peer.accepted) == 19)
    outbox.close()
    (line,) = Path(tmp_path / "outbox.db.refused.jsonl").read_text().splitlines()
    assert "Required property 'source' was not set." in json.loads(line)["reason"]
    assert numbers_by_camera(peer) == {"east": [number for number in range(20) if number != 3]}


@pytest.fixture
def endpoint_in_environment(peer, authority, monkeypatch):
    monkeypatch.setenv("EVENTGRID_ENDPOINT", peer.url)
    monkeypatch.setenv("EVENTGRID_KEY", peer.key)
    monkeypatch.setenv("EVENTGRID_CA_FILE", str(authority.ca_file))


@pytest.mark.usefixtures("endpoint_in_environment")
def test_the_guides_first_script_publishes_what_it_counts(peer, tmp_path, monkeypatch, capsys, fixtures):
    guide = Path(__file__).resolve().parents[2] / "docs" / "guide" / "event-grid.md"
    first, second = re.findall(r"```python\n(.*?)```", guide.read_text(), re.DOTALL)
    ast.parse(second)
    (tmp_path / "lobby.mp4").symlink_to(fixtures / "videos" / "vtest_480x360.avi")
    monkeypatch.chdir(tmp_path)
    exec(compile(first, "event-grid.md", "exec"), {})  # noqa: S102 - our own text
    assert len(peer.accepted) == capsys.readouterr().out.count("LineCrossed") > 0
