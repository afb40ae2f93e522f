"""Subscribers: every form in which Event Grid delivers, both validations, over TLS, and pull delivery by the SDK's client."""

import asyncio
import base64
import json
import logging
import socket
import threading
import time

import pytest
import uvicorn
from azure.core.credentials import AzureKeyCredential
from tests.peers.event_grid import EventGridPeer, Fault
from tests.peers.event_grid_push import Push
from tests.support.messages import cloud_message

from sightline.errors import ConfigError
from sightline.events import LineCrossed, decode
from sightline.sinks import EventGridSink, Secret
from sightline.sinks.event_grid.wire import write
from sightline.subscribe import Delivered, Recent, pull, read, webhook


def event(number, camera="lobby"):
    return json.loads(cloud_message(camera, number).body)


def grid_event(number):
    return {"topic": "/topics/people", **json.loads(write(cloud_message("lobby", number), "event_grid"))}


CASES = {
    "single": (json.dumps(event(1)), {"content-type": "application/cloudevents+json; charset=utf-8"}),
    "batch": (json.dumps([event(1)]), {"content-type": "application/cloudevents-batch+json"}),
    "binary": (
        json.dumps(event(1)["data"]),
        {
            "content-type": "application/json",
            "ce-specversion": "1.0",
            "ce-id": "lobby-1",
            "ce-source": "/cameras/lobby",
            "ce-type": "sightline.line.crossed.v1",
            "ce-subject": "/cameras/lobby/lines/d%C3%B6r/tracks/2",
            "ce-time": "2026-11-25T12:00:00.000Z",
        },
    ),
    "event grid": (json.dumps([grid_event(1)]), {"content-type": "application/json; charset=utf-8"}),
}


@pytest.mark.parametrize("case", CASES)
def test_each_form_gives_the_same_typed_event(case):
    body, headers = CASES[case]
    (found,) = read(body.encode(), headers)
    assert found.event == decode(cloud_message("lobby", 1).body)
    assert isinstance(found.event, LineCrossed)
    assert (found.id, found.type) == ("lobby-1", "sightline.line.crossed.v1")
    assert found.subject.endswith("dör/tracks/2" if case == "binary" else "door/tracks/2")
    assert found.json()["line"] == "door"


AZURE = {
    "events": [
        {
            "id": "aa11bb22cc33dd44ee55ff6600112233",
            "type": "personLineEvent",
            "detectionIds": [],
            "properties": {"trackingId": "77aa66bb55cc44dd33ee22ff11009988", "status": "CrossRight"},
            "zone": "door",
        }
    ],
    "sourceInfo": {
        "id": "lobby",
        "timestamp": "2026-02-11T09:31:02.007Z",
        "width": 640,
        "height": 360,
        "frameId": "2911",
    },
    "detections": [],
    "schemaVersion": "2.0",
}
TELEMETRY = "Microsoft.Devices.DeviceTelemetry"


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("spatialanalysis.personLineEvent", AZURE),
        (TELEMETRY, {"body": AZURE, "properties": {}, "systemProperties": {}}),
        (TELEMETRY, {"body": base64.b64encode(json.dumps(AZURE).encode()).decode()}),
    ],
    ids=["sent by us", "from a device, as JSON", "from a device, as bytes"],
)
def test_messages_of_azure_are_typed_however_they_come(kind, data):
    body = json.dumps({**event(1), "type": kind, "data": data}).encode()
    (found,) = read(body, {"content-type": "application/cloudevents+json"})
    assert found.event is None
    (crossing,) = found.azure
    assert (crossing.type, crossing.status, crossing.zone) == ("personLineEvent", "CrossRight", "door")


@pytest.mark.parametrize("body", [{"temperature": 21}, "bm9uc2Vuc2U=", "no base64!", None])
def test_what_other_devices_send_is_no_message_of_azure(body):
    text = json.dumps({**event(1), "type": TELEMETRY, "data": {"body": body}}).encode()
    (found,) = read(text, {"content-type": "application/cloudevents+json"})
    assert found.azure == []
    assert found.json() == {"body": body}


def test_a_message_of_azure_that_is_none_is_told():
    broken = {**event(1), "type": "spatialanalysis.personLineEvent", "data": {"events": [1]}}
    with pytest.raises(ValueError, match="sourceInfo"):
        read(json.dumps(broken).encode(), {"content-type": "application/cloudevents+json"})


def test_events_of_others_come_with_their_data():
    azure = {**event(1), "type": "org.example.other", "data": {"events": [1]}}
    binary = {**event(2), "type": "x", "data_base64": "AAE="}
    del binary["data"]
    found = read(json.dumps([azure, binary]).encode(), {"content-type": "application/cloudevents-batch+json"})
    assert [one.event for one in found] == [None, None]
    assert found[0].json() == {"events": [1]}
    assert found[1].data == b"\x00\x01"
    image = {
        "content-type": "image/png",
        "ce-specversion": "1.0",
        "ce-id": "1",
        "ce-source": "s",
        "ce-type": "t",
    }
    assert read(b"\x89PNG", image)[0].data == b"\x89PNG"


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (b"{}", "application/cloudevents+json", "missing required field"),
        (b"[{", "application/cloudevents-batch+json", "not what"),
        (b"{}", "application/json", "Expected `array`"),
        (b"", "", "content-type: expected"),
        (
            json.dumps({**event(1), "data": {"line": 7}}).encode(),
            "application/cloudevents+json",
            "data of sightline.line.crossed.v1",
        ),
        (
            json.dumps({**event(1), "type": "x", "data_base64": "%"}).encode(),
            "application/cloudevents+json",
            "data_base64",
        ),
    ],
)
def test_what_is_no_event_is_refused_in_words(body, kind, words):
    with pytest.raises(ValueError, match=words):
        read(body, {"content-type": kind})


def test_recent_forgets_the_oldest():
    recent = Recent(3)
    for number in range(10):
        found = Delivered(id=str(number), source="s", type="t")
        assert recent.begin(found) == "new"
        assert recent.begin(found) == "under way"
        recent.end(found, handled=True)
    assert len(recent) == 3
    assert recent.begin(Delivered(id="9", source="s", type="t")) == "handled"
    assert recent.begin(Delivered(id="9", source="another", type="t")) == "new"
    assert recent.begin(Delivered(id="0", source="s", type="t")) == "new"
    recent.end(Delivered(id="0", source="s", type="t"), handled=False)
    assert recent.begin(Delivered(id="0", source="s", type="t")) == "new"
    with pytest.raises(ValueError, match="at least 1"):
        Recent(0)


class Served:
    """An application behind uvicorn, over TLS."""

    def __init__(self, app, authority):
        self.socket = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(
            app,
            ssl_certfile=str(authority.cert_file),
            ssl_keyfile=str(authority.key_file),
            log_level="warning",
            lifespan="on",
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.socket]}, daemon=True)

    @property
    def url(self):
        return f"https://localhost:{self.socket.getsockname()[1]}/hook"

    def __enter__(self):
        self.thread.start()
        end = time.monotonic() + 20
        while not self.server.started:
            assert time.monotonic() < end
            time.sleep(0.01)
        return self

    def __exit__(self, *_):
        self.server.should_exit = True
        self.thread.join()
        self.socket.close()


class Handler:
    """Remembers events; fails as often as it is told to."""

    def __init__(self):
        self.taken, self.failures = [], 0

    def __call__(self, delivered):
        if self.failures:
            self.failures -= 1
            raise RuntimeError("the database is away")
        self.taken.append(delivered.event.event_id)


@pytest.fixture
def handler():
    return Handler()


@pytest.fixture
def hook(handler, authority):
    with Served(webhook(handler), authority) as served:
        yield served


def test_both_validations_are_answered(hook, authority):
    assert Push(hook.url, authority.client_context()).validate()
    assert Push(hook.url, authority.client_context(), schema="event_grid").validate()
    assert not Push(hook.url, authority.client_context()).validate("somebody.example")


def test_deliveries_in_both_schemas_reach_the_handler_once(hook, authority, handler):
    push = Push(hook.url, authority.client_context())
    assert push.deliver([event(0), event(1)]) == 1
    assert push.deliver([event(1), event(2)]) == 1
    assert push.post(json.dumps(event(3)), "application/cloudevents+json; charset=utf-8") == 200
    assert handler.taken == ["lobby-0", "lobby-1", "lobby-2", "lobby-3"]
    grid = Push(hook.url, authority.client_context(), schema="event_grid")
    assert grid.deliver([grid_event(4)]) == 1
    assert grid.deliver([grid_event(4)]) == 1
    assert handler.taken[4:] == ["lobby-4"]


def test_an_event_whose_handler_fails_comes_again(hook, authority, handler, caplog):
    handler.failures = 2
    with caplog.at_level(logging.ERROR):
        assert Push(hook.url, authority.client_context()).deliver([event(0), event(1)]) == 3
    assert handler.taken == ["lobby-0", "lobby-1"]
    assert "the database is away" in caplog.text


def test_what_is_no_event_is_not_asked_for_again(hook, authority, handler):
    push = Push(hook.url, authority.client_context())
    assert push.post(b"{", "application/cloudevents+json") == 400
    assert push.post(b"x", "text/plain") == 400
    assert push.post(b" " * 1_600_000, "application/json") == 413
    assert push.request("GET")[0] == 405
    assert handler.taken == []


def test_deliveries_without_the_secret_are_refused(authority, handler, tmp_path):
    old = tmp_path / "old"
    old.write_text("old-secret")
    secrets = [Secret(file=str(old)), Secret(env="NEW")]
    with Served(webhook(handler, secrets=secrets, environment={"NEW": "new-secret"}), authority) as hook:
        context = authority.client_context()
        assert Push(hook.url, context).validate()
        assert Push(hook.url, context).deliver([event(0)]) == 0
        assert Push(hook.url, context, headers={"WebHook-Secret": "wrong"}).deliver([event(0)]) == 0
        assert handler.taken == []
        assert Push(hook.url, context, headers={"WebHook-Secret": "old-secret"}).deliver([event(1)]) == 1
        assert Push(f"{hook.url}?secret=new-secret", context).deliver([event(2)]) == 1
    assert handler.taken == ["lobby-1", "lobby-2"]
    with pytest.raises(ConfigError, match="variable NEW"):
        webhook(handler, secrets=secrets, environment={})


def test_an_event_that_is_being_handled_is_not_handled_twice(authority):
    begun, finish, taken = threading.Event(), threading.Event(), []

    async def slow(delivered):
        begun.set()
        await asyncio.to_thread(finish.wait, 10)
        taken.append(delivered.id)

    with Served(webhook(slow), authority) as hook:
        push = Push(hook.url, authority.client_context())
        first = threading.Thread(target=push.deliver, args=([event(0)],))
        first.start()
        assert begun.wait(10)
        body = json.dumps([event(0)])
        kind = "application/cloudevents-batch+json"
        assert Push(hook.url, authority.client_context()).post(body, kind) == 503
        finish.set()
        first.join()
        assert push.post(body, kind) == 200
    assert taken == ["lobby-0"]


@pytest.fixture
def peer(authority):
    with EventGridPeer(authority.server_context()) as peer:
        peer.subscribe("people", "counts")
        yield peer


def subscription_of(peer, authority):
    return pull(
        peer.namespace_url,
        topic="people",
        subscription="counts",
        credential=AzureKeyCredential(peer.key),
        ca_file=str(authority.ca_file),
    )


def publish(peer, authority, numbers):
    sink = EventGridSink(
        peer.namespace_url,
        AzureKeyCredential(peer.key),
        namespace_topic="people",
        ca_file=str(authority.ca_file),
    )
    sink.emit([cloud_message("lobby", number) for number in numbers])
    sink.close()


def test_pull_delivery_locks_acknowledges_and_releases(peer, authority):
    publish(peer, authority, range(3))
    with subscription_of(peer, authority) as subscription:
        first = subscription.receive(max_events=2)
        assert [one.delivered.event for one in first] == [
            decode(cloud_message("lobby", n).body) for n in range(2)
        ]
        assert first[0].delivery_count == 1
        subscription.acknowledge(first[:1])
        subscription.release(first[1:])
        second = subscription.receive()
        assert [(one.delivered.id, one.delivery_count) for one in second] == [("lobby-2", 1), ("lobby-1", 2)]
        subscription.reject(second)
        assert subscription.receive() == []
    assert peer.locked == {}


def test_run_handles_each_event_once_and_survives_failures(peer, authority, handler):
    publish(peer, authority, [0, 1, 1, 2])
    handler.failures = 1
    peer.faults.append(Fault(400))
    with subscription_of(peer, authority) as subscription:
        thread = threading.Thread(target=subscription.run, args=(handler,))
        thread.start()
        end = time.monotonic() + 20
        while len(handler.taken) < 3 or peer.locked:
            assert time.monotonic() < end
            time.sleep(0.01)
        subscription.stop()
        thread.join()
    assert sorted(handler.taken) == ["lobby-0", "lobby-1", "lobby-2"]
