"""Event Grid over TLS on loopback: every way to say who we are, every schema, every answer, and no answer."""

import ast
import json
import re
import threading
import time
from pathlib import Path

import msgspec
import pytest
from azure.core.credentials import AccessToken, AzureKeyCredential, AzureSasCredential
from azure.core.messaging import CloudEvent
from azure.eventgrid import EventGridEvent, EventGridPublisherClient
from tests.peers.authority import Authority
from tests.peers.event_grid import LARGEST, EventGridPeer, Fault, refusing_port, signature
from tests.support.messages import cloud_message, per_camera

from sightline.errors import ConfigError, SinkError
from sightline.events import decode
from sightline.outbox import Outbox, Route
from sightline.sinks import EventGridSink, Secret, Sink
from sightline.sinks.event_grid import EventGridConfig, open_sink
from sightline.sinks.event_grid.lane import Parcel, batches
from sightline.sinks.event_grid.wire import write


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def peer(authority):
    with EventGridPeer(authority.server_context()) as peer:
        yield peer


@pytest.fixture
def opened(authority):
    """Opens sinks for peers, and closes them."""
    sinks = []

    def open_for(peer, **options):
        settings = {"credential": AzureKeyCredential(peer.key), "ca_file": str(authority.ca_file), **options}
        endpoint = settings.pop("endpoint", peer.namespace_url if "namespace_topic" in options else peer.url)
        sinks.append(EventGridSink(endpoint, settings.pop("credential"), **settings))
        return sinks[-1]

    yield open_for
    for sink in sinks:
        sink.close()


def events_of(count, cameras=("east", "west"), size=0):
    return [cloud_message(camera, number, size) for number in range(count) for camera in cameras]


def first_seen(peer):
    """Numbers by camera, in the order in which they came first."""
    events = dict.fromkeys(peer.ids())
    numbers = {}
    for name in events:
        camera, _, number = name.rpartition("-")
        numbers.setdefault(camera, []).append(int(number))
    return numbers


def test_it_is_a_sink(peer, opened):
    assert isinstance(opened(peer), Sink)


def test_events_arrive_as_they_are_written_and_can_be_read_again(peer, opened):
    messages = events_of(3)
    opened(peer).emit(messages)
    assert [json.dumps(a.event, separators=(",", ":")) for a in peer.accepted] == [
        m.body.decode() for m in messages
    ]
    assert decode(json.dumps(peer.accepted[0].event)).line == "door"
    (request,) = peer.requests
    assert request.headers["content-type"] == "application/cloudevents-batch+json; charset=utf-8"
    assert request.query == {"api-version": "2018-01-01"}
    assert request.headers["user-agent"] == "sightline"


class Token:
    """A credential as those of azure-identity, with a token that the peer knows."""

    def __init__(self, token):
        self.token = token

    def get_token(self, *scopes, **_):
        assert scopes == ("https://eventgrid.azure.net/.default",)
        return AccessToken(self.token, 4_000_000_000)


@pytest.mark.parametrize("kind", ["key", "sas", "token"])
def test_a_topic_takes_each_credential(kind, peer, opened):
    good = {
        "key": AzureKeyCredential(peer.key),
        "sas": AzureSasCredential(signature(peer.key, peer.url)),
        "token": Token(peer.token),
    }[kind]
    bad = {
        "key": AzureKeyCredential("d3Jvbmc="),
        "sas": AzureSasCredential(signature("d3Jvbmc=", peer.url)),
        "token": Token("expired"),
    }[kind]
    opened(peer, credential=good).emit(events_of(1))
    assert len(peer.accepted) == 2
    with pytest.raises(SinkError, match="401: the key, signature or token is not valid") as error:
        opened(peer, credential=bad).emit(events_of(1))
    assert error.value.events == events_of(1)
    assert error.value.refused == []


def test_a_namespace_topic_takes_keys_and_tokens_and_no_signature(peer, opened):
    for credential in (AzureKeyCredential(peer.key), Token(peer.token)):
        opened(peer, credential=credential, namespace_topic="people").emit(events_of(1))
    assert {request.path for request in peer.requests} == {"/topics/people:publish"}
    assert len(peer.accepted) == 4
    with pytest.raises(ConfigError, match="takes no sas_token"):
        opened(peer, credential=AzureSasCredential("x"), namespace_topic="people")
    with pytest.raises(ConfigError, match="takes CloudEvents only"):
        opened(peer, namespace_topic="people", schema="event_grid")


def test_the_event_grid_schema(authority, opened):
    with EventGridPeer(authority.server_context(), schema="event_grid") as peer:
        opened(peer, schema="event_grid").emit([*events_of(1), azure_message()])
        native, _, azure = [found.event for found in peer.accepted]
    assert native["eventType"] == "sightline.line.crossed.v1"
    assert native["subject"] == "/cameras/east/lines/door/tracks/1"
    assert native["dataVersion"] == "1.0"
    assert native["data"]["direction"] == "in"
    assert azure["eventType"] == "spatialanalysis.personLineEvent"
    assert azure["dataVersion"] == "2.0"


def azure_message():
    body = b'{"events":[{"type":"personLineEvent","zone":"door"}],"schemaVersion":"2.0"}'
    message = cloud_message("lobby", 7)
    return msgspec.structs.replace(message, encoding="azure", type="personLineEvent", body=body)


def test_a_message_of_azure_is_the_data_of_a_cloud_event(peer, opened):
    opened(peer).emit([azure_message()])
    assert peer.accepted[0].event == {
        "specversion": "1.0",
        "id": "lobby-7",
        "source": "/cameras/lobby",
        "type": "spatialanalysis.personLineEvent",
        "subject": "/cameras/lobby/lines/door/tracks/8",
        "time": "2026-11-25T12:00:00.000Z",
        "datacontenttype": "application/json",
        "data": {"events": [{"type": "personLineEvent", "zone": "door"}], "schemaVersion": "2.0"},
    }


@pytest.mark.parametrize("schema", ["cloudevents", "event_grid"])
def test_a_domain_gets_the_topic_of_each_event(schema, authority, opened):
    with EventGridPeer(authority.server_context(), domain=True, schema=schema) as peer:
        opened(peer, schema=schema, domain_topic="camera-{camera}").emit([*events_of(1), azure_message()])
        name = "source" if schema == "cloudevents" else "topic"
        topics = [found.event[name] for found in peer.accepted]
    assert topics == ["camera-east", "camera-west", "camera-lobby"]


def test_the_sdks_own_client_publishes_to_the_same_peer(peer, authority):
    client = EventGridPublisherClient(peer.url, AzureKeyCredential(peer.key))
    events = [CloudEvent(type="a.b", source="/x", id=str(number), data={"n": number}) for number in range(3)]
    client.send(events, connection_verify=str(authority.ca_file))
    client.close()
    assert peer.ids() == ["0", "1", "2"]
    with EventGridPeer(authority.server_context(), schema="event_grid") as grid:
        client = EventGridPublisherClient(grid.url, AzureKeyCredential(grid.key))
        event = EventGridEvent(subject="s", event_type="t", data={}, data_version="1.0", id="9")
        client.send(event, connection_verify=str(authority.ca_file))
        client.close()
        assert grid.ids() == ["9"]
    client = EventGridPublisherClient(
        peer.namespace_url,
        AzureKeyCredential(peer.key),
        namespace_topic="people",
        connection_verify=str(authority.ca_file),
    )
    client.send(events)
    client.close()
    assert len(peer.accepted) == 6


def test_requests_are_cut_by_number_and_by_size():
    parcels = [Parcel(number, None, "east", b"x" * 99) for number in range(10)]
    assert [len(b) for b in batches(parcels, max_events=4, max_bytes=10_000)] == [4, 4, 2]
    assert [len(b) for b in batches(parcels, max_events=100, max_bytes=302)] == [3, 3, 3, 1]
    assert [len(b) for b in batches(parcels, max_events=100, max_bytes=50)] == [1] * 10


def test_several_requests_are_under_way_and_each_camera_stays_in_order(peer, opened):
    cameras = tuple(f"camera{number}" for number in range(8))
    opened(peer, max_events=20).emit(events_of(30, cameras))
    assert per_camera_of(peer) == {camera: list(range(30)) for camera in cameras}
    assert len({request.connection for request in peer.requests}) == 4
    assert max(request.count for request in peer.requests) == 20


def per_camera_of(peer):
    return per_camera([cloud_message(*split(name)) for name in peer.ids()])


def split(name):
    camera, _, number = name.rpartition("-")
    return camera, int(number)


def test_a_poison_event_is_found_and_refused_with_the_servers_reason(peer, opened):
    messages = events_of(100, ("east",))
    poison = msgspec.structs.replace(messages[37], body=messages[37].body.replace(b'"1.0"', b'"0.3"', 1))
    messages[37] = poison
    with pytest.raises(SinkError) as error:
        opened(peer).emit(messages)
    assert error.value.events == []
    (refusal,) = error.value.refused
    assert refusal.event is poison
    assert "400" in refusal.reason
    assert "'specversion' was not set to 1.0" in refusal.reason
    assert per_camera_of(peer) == {"east": [n for n in range(100) if n != 37]}
    assert len(peer.requests) < 20


def test_an_event_that_is_no_json_stops_no_other(peer, opened, authority):
    messages = events_of(3, ("east",))
    messages[1] = msgspec.structs.replace(messages[1], body=b"{not json")
    with pytest.raises(SinkError) as error:
        opened(peer).emit(messages)
    assert [refusal.event for refusal in error.value.refused] == [messages[1]]
    with EventGridPeer(authority.server_context(), schema="event_grid") as grid:
        with pytest.raises(SinkError) as error:
            opened(grid, schema="event_grid").emit(messages)
        assert "not a CloudEvent in JSON" in error.value.refused[0].reason
        assert grid.ids() == ["east-0", "east-2"]


def test_a_request_that_is_too_large_is_halved_and_one_event_refused(authority, opened):
    with EventGridPeer(authority.server_context(), max_bytes=10_000) as peer:
        messages = [*events_of(40, ("east",)), cloud_message("east", 40, 12_000), cloud_message("east", 41)]
        with pytest.raises(SinkError) as error:
            opened(peer).emit(messages)
        assert [refusal.event.event_id for refusal in error.value.refused] == ["east-40"]
        assert "The maximum size (10000) has been exceeded" in error.value.refused[0].reason
        assert per_camera_of(peer) == {"east": [*range(40), 41]}


def test_an_event_of_the_largest_size_is_sent_alone(peer, opened):
    large = cloud_message("east", 1, 0)
    large = cloud_message("east", 1, LARGEST - len(large.body) - 2)
    opened(peer).emit([cloud_message("east", 0), large, cloud_message("east", 2)])
    assert [request.count for request in peer.requests] == [1, 1, 1]
    assert peer.ids() == ["east-0", "east-1", "east-2"]


def test_a_topic_of_another_schema_refuses_no_events(peer, opened):
    with pytest.raises(SinkError, match="check whether the topic was made for this schema") as error:
        opened(peer, schema="event_grid").emit(events_of(30))
    assert error.value.refused == []
    assert error.value.events == events_of(30)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "not valid: check it"),
        (403, "EventGrid Data Sender"),
        (404, "there is no such topic"),
        (408, "took too long"),
        (429, "fewer requests"),
        (500, "500"),
        (502, "502"),
        (503, "503"),
        (302, "302"),
    ],
)
def test_events_are_the_callers_again_after_each_answer_that_may_change(status, words, peer, opened):
    peer.faults.append(Fault(status))
    sink = opened(peer)
    with pytest.raises(SinkError, match=words) as error:
        sink.emit(events_of(5))
    assert error.value.events == events_of(5)
    assert error.value.refused == []
    assert len(peer.requests) == 1
    sink.emit(error.value.events)
    assert first_seen(peer) == {"east": list(range(5)), "west": list(range(5))}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "Wed, 25 Nov 2026 12:00:30 GMT", "Date": "Wed, 25 Nov 2026 12:00:00 GMT"}, 30),
        ({"Retry-After": "1e9"}, 3600),
        ({"Retry-After": "-3"}, 0),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "soon"}, None),
        ({}, None),
    ],
)
def test_the_servers_wish_to_be_left_alone_is_handed_on(headers, seconds, peer, opened):
    peer.faults.append(Fault(429, headers))
    with pytest.raises(SinkError) as error:
        opened(peer).emit(events_of(1))
    assert error.value.retry_after_s == seconds


def test_what_was_taken_before_a_failure_is_not_given_back(peer, opened):
    sink = opened(peer, max_events=2)
    peer.choose_fault = lambda: Fault(503) if len(peer.requests) == 2 else None
    with pytest.raises(SinkError) as error:
        sink.emit(events_of(10, ("east",)))
    assert [event.event_id for event in error.value.events] == [f"east-{number}" for number in range(4, 10)]
    assert first_seen(peer) == {"east": [0, 1, 2, 3]}


def test_no_answer_in_time(peer, opened):
    peer.faults.append(Fault(stall=True))
    with pytest.raises(SinkError, match="no answer in time") as error:
        opened(peer, read_timeout_s=0.3).emit(events_of(1))
    assert error.value.events == events_of(1)


def test_a_connection_that_is_cut(peer, opened):
    peer.faults.append(Fault())
    with pytest.raises(SinkError, match="cut before an answer"):
        opened(peer).emit(events_of(1))


def test_a_lost_answer_gives_the_same_events_twice(peer, opened):
    peer.faults.append(Fault(accept=True))
    sink = opened(peer)
    with pytest.raises(SinkError) as error:
        sink.emit(events_of(1))
    sink.emit(error.value.events)
    assert peer.ids() == ["east-0", "west-0"] * 2


def test_nobody_listens(peer, opened):
    with refusing_port() as port, pytest.raises(SinkError, match="it refuses connections"):
        opened(peer, endpoint=f"https://localhost:{port}/api/events").emit(events_of(1))


def test_a_name_that_cannot_be_found(peer, opened):
    sink = opened(peer, endpoint="https://people.invalid/api/events")
    with pytest.raises(SinkError, match="name cannot be found") as error:
        sink.emit(events_of(1))
    assert error.value.events == events_of(1)


def test_an_authority_that_nobody_knows(peer, opened, tmp_path):
    other = Authority(tmp_path / "other")
    with pytest.raises(SinkError, match=r"not trusted.*name that one's certificate in ca_file"):
        opened(peer, ca_file=str(other.ca_file)).emit(events_of(1))
    assert peer.requests == []


def test_the_environments_authorities_do_not_win_over_ours(peer, opened, monkeypatch, tmp_path):
    other = Authority(tmp_path / "other")
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(other.ca_file))
    opened(peer).emit(events_of(1))
    assert len(peer.accepted) == 2


def test_the_environments_authorities_count_where_none_is_named(peer, opened, monkeypatch, authority):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.ca_file))
    opened(peer, ca_file=None).emit(events_of(1))
    assert len(peer.accepted) == 2


def test_a_netrc_does_not_replace_the_credential(peer, opened, monkeypatch, tmp_path):
    (tmp_path / ".netrc").write_text("machine localhost login somebody password else")
    monkeypatch.setenv("HOME", str(tmp_path))
    opened(peer, namespace_topic="people").emit(events_of(1))
    assert len(peer.accepted) == 2


@pytest.mark.parametrize(
    ("endpoint", "options", "words"),
    [
        ("http://localhost/api/events", {}, "begins with https://"),
        ("https://user:secretword@localhost/", {}, "has no user in it"),
        ("localhost/api", {}, "begins with https://"),
        ("https://localhost/", {"ca_file": "/nowhere/ca.pem"}, "ca_file"),
    ],
)
def test_wrong_arguments_are_refused(endpoint, options, words):
    with pytest.raises(ConfigError, match=words) as error:
        EventGridSink(endpoint, AzureKeyCredential("x"), **options)
    assert "secretword" not in str(error.value)


def test_a_closed_sink_takes_nothing(peer, opened):
    sink = opened(peer)
    sink.close()
    sink.close()
    with pytest.raises(SinkError, match="closed") as error:
        sink.emit(events_of(1))
    assert error.value.events == events_of(1)


def test_from_env(peer, authority):
    environment = {
        "EVENTGRID_ENDPOINT": peer.url,
        "EVENTGRID_KEY": peer.key,
        "EVENTGRID_CA_FILE": str(authority.ca_file),
    }
    sink = EventGridSink.from_env(environment)
    sink.emit(events_of(1))
    sink.close()
    namespace = EventGridSink.from_env(
        {**environment, "EVENTGRID_ENDPOINT": peer.namespace_url, "EVENTGRID_TOPIC_NAME": "people"}
    )
    namespace.emit(events_of(1))
    namespace.close()
    assert len(peer.accepted) == 4
    with pytest.raises(ConfigError, match="EVENTGRID_ENDPOINT: expected the URL"):
        EventGridSink.from_env({})


def test_a_key_in_a_file_can_be_changed_while_it_runs(peer, authority, tmp_path):
    file = tmp_path / "key"
    file.write_text("b2xk\n")
    config = EventGridConfig(
        endpoint=peer.url, key=Secret(file=str(file)), ca_file=str(authority.ca_file), max_events=5000
    )
    sink = open_sink(config, {})
    with pytest.raises(SinkError, match="401"):
        sink.emit(events_of(1))
    file.write_text(peer.key)
    sink.emit(events_of(1))
    file.unlink()
    with pytest.raises(SinkError, match=r"401.*cannot be read") as error:
        sink.emit(events_of(1))
    sink.close()
    assert error.value.events == events_of(1)


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
        open_sink(EventGridConfig(endpoint="https://localhost/", **secrets), {"K": "x"})


def test_a_managed_identitys_token_is_asked_for_and_sent(peer, authority, monkeypatch):
    with identity_endpoint(peer.token) as (url, asked):
        monkeypatch.setenv("IDENTITY_ENDPOINT", url)
        monkeypatch.setenv("IDENTITY_HEADER", "header-of-a-test")
        config = EventGridConfig(endpoint=peer.url, identity="managed", ca_file=str(authority.ca_file))
        sink = open_sink(config, {})
        sink.emit(events_of(1))
        sink.emit(events_of(1))
        sink.close()
    assert len(peer.accepted) == 4
    assert len(asked) == 1
    assert "resource=https" in asked[0]


def test_an_identity_without_a_token_loses_nothing(peer, authority, monkeypatch):
    with identity_endpoint(None) as (url, _):
        monkeypatch.setenv("IDENTITY_ENDPOINT", url)
        monkeypatch.setenv("IDENTITY_HEADER", "header-of-a-test")
        config = EventGridConfig(endpoint=peer.url, identity="managed", ca_file=str(authority.ca_file))
        sink = open_sink(config, {})
        with pytest.raises(SinkError, match=r"401.*no token") as error:
            sink.emit(events_of(1))
        sink.close()
    assert error.value.events == events_of(1)


class identity_endpoint:  # noqa: N801 - reads as a function
    """The endpoint at which App Service gives out tokens of a managed identity."""

    def __init__(self, token):
        self.token = token

    def __enter__(self):
        from http.server import BaseHTTPRequestHandler, HTTPServer  # noqa: PLC0415

        asked, token = [], self.token

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                given = {
                    "access_token": token,
                    "expires_on": "4000000000",
                    "resource": "x",
                    "token_type": "Bearer",
                }
                body = json.dumps(given if token else {"error": "invalid_request"}).encode()
                self.send_response(200 if token else 400)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        return f"http://127.0.0.1:{self.server.server_port}/token", asked

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def test_no_secret_is_seen_anywhere(peer, opened, authority, caplog, tmp_path):
    secrets = ["a2V5LXRoYXQtbm9ib2R5LXNlZXM=", "qqzline\nqqzbreak", "qqzümläut"]
    caplog.set_level("DEBUG")
    for secret in secrets:
        sink = opened(peer, credential=AzureKeyCredential(secret))
        with pytest.raises(SinkError) as error:
            sink.emit(events_of(1))
        seen = f"{sink!r} {error.value!r} {error.value.__cause__!r} {vars(error.value)} {caplog.text}"
        assert not [part for part in secret.split() if part in seen]
    file = tmp_path / "key"
    file.write_text("two\nlines")
    with pytest.raises(ConfigError, match="printable ASCII") as refused:
        Secret(file=str(file)).read({})
    assert "two" not in str(refused.value)
    with pytest.raises(ConfigError, match="environment variable NO_SUCH: expected a secret"):
        Secret(env="NO_SUCH").read({})
    assert repr(Secret(env="KEY")) == "Secret(env='KEY', file=None)"
    with pytest.raises(ValueError, match="expected either"):
        Secret()


def through_an_outbox(path, sink, report=lambda _: None):
    return Outbox(path / "outbox.db", [Route("cloud", sink)], report=report)


def until(holds, timeout_s=20.0):
    end = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_revoked_key_delays_and_loses_nothing(peer, authority, tmp_path):
    file = tmp_path / "key"
    file.write_text("b2xk")
    config = EventGridConfig(endpoint=peer.url, key=Secret(file=str(file)), ca_file=str(authority.ca_file))
    words = []
    outbox = through_an_outbox(tmp_path, open_sink(config, {}), words.append)
    outbox.emit(events_of(50))
    peer.wait_for(lambda: any(request.status == 401 for request in peer.requests))
    file.write_text(peer.key)
    peer.wait_for(lambda: len(peer.accepted) == 100)
    outbox.close()
    assert per_camera_of(peer) == {"east": list(range(50)), "west": list(range(50))}
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
    assert per_camera_of(peer) == {"east": [number for number in range(20) if number != 3]}


def test_what_is_written_is_the_same_each_time():
    for schema in ("cloudevents", "event_grid"):
        assert write(cloud_message("east", 1), schema, "t-{camera}") == write(
            cloud_message("east", 1), schema, "t-{camera}"
        )


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
