"""Event Grid over TLS on loopback: every way to say who we are, every schema, and what a request holds."""

import json
import threading

import pytest
from azure.core.credentials import AccessToken, AzureKeyCredential, AzureSasCredential
from azure.core.messaging import CloudEvent
from azure.eventgrid import EventGridEvent, EventGridPublisherClient
from tests.peers.authority import Authority
from tests.peers.event_grid import EventGridPeer, signature
from tests.support.event_grid import azure_message, events_of, numbers_by_camera, sinks_for
from tests.support.messages import cloud_message

from sightline.errors import ConfigError, SinkError
from sightline.events import decode
from sightline.sinks import EventGridConfig, EventGridSink, Secret, Sink
from sightline.sinks.event_grid.lane import Parcel
from sightline.sinks.event_grid.wire import write
from sightline.sinks.wire.batches import batches


@pytest.fixture
def peer(authority):
    with EventGridPeer(authority.server_context()) as peer:
        yield peer


@pytest.fixture
def opened(authority):
    with sinks_for(authority) as open_for:
        yield open_for


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
    assert numbers_by_camera(peer) == {camera: list(range(30)) for camera in cameras}
    assert len({request.connection for request in peer.requests}) == 4
    assert max(request.count for request in peer.requests) == 20


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
    sink = config.open()
    with pytest.raises(SinkError, match="401"):
        sink.emit(events_of(1))
    file.write_text(peer.key)
    sink.emit(events_of(1))
    file.unlink()
    with pytest.raises(SinkError, match=r"401.*cannot be read") as error:
        sink.emit(events_of(1))
    sink.close()
    assert error.value.events == events_of(1)


def test_a_managed_identitys_token_is_asked_for_and_sent(peer, authority, monkeypatch):
    with identity_endpoint(peer.token) as (url, asked):
        monkeypatch.setenv("IDENTITY_ENDPOINT", url)
        monkeypatch.setenv("IDENTITY_HEADER", "header-of-a-test")
        config = EventGridConfig(endpoint=peer.url, identity="managed", ca_file=str(authority.ca_file))
        sink = config.open()
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
        sink = config.open()
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
    with pytest.raises(ConfigError, match="expected either"):
        Secret()


def test_what_is_written_is_the_same_each_time():
    for schema in ("cloudevents", "event_grid"):
        assert write(cloud_message("east", 1), schema, "t-{camera}") == write(
            cloud_message("east", 1), schema, "t-{camera}"
        )
