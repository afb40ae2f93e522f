"""Events reach an IoT Hub over TLS, in order and acknowledged, whoever we are and whatever happens to the connection."""

import base64
import json
import logging
import time

import pytest
from tests.peers.authority import Authority
from tests.peers.iot_hub import IotHub
from tests.peers.workload import Workload
from tests.support.messages import message

from sightline.errors import ConfigError, SinkError
from sightline.events import Message
from sightline.outbox import Outbox, Route
from sightline.sinks.iot_hub import IotHubConfig, IotHubSink
from sightline.sinks.iot_hub.identity import parse_connection_string
from sightline.sinks.secrets import Secret

KEY = b"k" * 32
KEY_TEXT = base64.b64encode(KEY).decode()
MODULE = "edge1/people"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def hub(authority):
    certificate, key = authority.server("127.0.0.1")
    with IotHub(KEY, str(certificate), str(key), str(authority.ca_file)) as hub:
        yield hub
    assert hub.faults_seen == []


def connection_string(key=KEY_TEXT, module="people", gateway="127.0.0.1"):
    return (
        f"HostName=hub.test;DeviceId=edge1;ModuleId={module};SharedAccessKey={key};GatewayHostName={gateway}"
    )


@pytest.fixture
def opened(hub, authority):
    """Opens sinks as that module, and closes them."""
    sinks = []

    def open_(text=None, **settings):
        config = IotHubConfig(
            connection_string=Secret(env="HUB"),
            **{"ca_file": str(authority.ca_file), "port": hub.port, "timeout_s": 3.0, **settings},
        )
        sinks.append(IotHubSink(config, {"HUB": text or connection_string()}))
        return sinks[-1]

    yield open_
    for sink in sinks:
        sink.close()


def test_a_message_has_its_body_and_what_routes_need(hub, opened):
    opened(output="events").emit([message("east", 1)])
    (found,) = hub.telemetry
    assert found.identity == MODULE
    assert found.body == message("east", 1).body
    assert found.properties == {
        "$.on": "events",
        "$.mid": "east-1",
        "$.ct": "application/json",
        "$.ce": "utf-8",
        "eventType": "sightline.line.crossed.v1",
        "sourceId": "east",
        "line": "door",
        "schemaVersion": "1",
    }


def test_a_message_in_azures_json_has_its_own_properties(hub, opened):
    azure = Message(
        encoding="azure",
        camera_id="lobby",
        event_id="f" * 32,
        type="personZoneEnterExitEvent",
        subject="/cameras/lobby/zones/Kasse%202%20%C3%BC/",
        body=b'{"events": [{"type": "personZoneEnterExitEvent"}], "schemaVersion": "2.0"}',
    )
    opened().emit([azure])
    properties = hub.telemetry[0].properties
    assert properties["zone"] == "Kasse%202%20%C3%BC"
    assert properties["schemaVersion"] == "2.0"
    assert "$.on" not in properties


def test_a_device_without_modules_is_one_too(hub, opened):
    text = f"HostName=hub.test;DeviceId=cam7;SharedAccessKey={KEY_TEXT};GatewayHostName=127.0.0.1"
    opened(text).emit([message("east", 1)])
    assert hub.telemetry[0].identity == "cam7"


def test_a_certificate_proves_who_we_are(hub, authority):
    certificate, key = authority.client("cam7")
    config = IotHubConfig(
        host="hub.test",
        device_id="cam7",
        gateway="127.0.0.1",
        certificate_file=str(certificate),
        key_file=str(key),
        ca_file=str(authority.ca_file),
        port=hub.port,
    )
    sink = IotHubSink(config, {})
    sink.emit([message("east", 1)])
    sink.close()
    assert hub.telemetry[0].identity == "cam7"
    assert hub.logins[0][2:] == ("", None)


def test_iot_edge_says_who_we_are_and_signs(hub, authority, tmp_path):
    with Workload(tmp_path / "w.sock", KEY, authority.ca_file) as workload:
        sink = IotHubSink(IotHubConfig(edge=True, port=hub.port, output="out"), workload.environment())
        workload.failing = True  # it may come up after us
        with pytest.raises(SinkError, match="workload API of IoT Edge answers 500") as caught:
            sink.emit([message("east", 1)])
        workload.failing = False
        sink.emit(caught.value.events)
        sink.close()
    assert hub.logins[0][0] == MODULE
    assert hub.telemetry[0].properties["$.on"] == "out"
    assert hub.numbers() == [1]


def test_iot_edge_that_is_away_is_said(hub, authority, tmp_path):
    with Workload(tmp_path / "w.sock", KEY, authority.ca_file) as workload:
        environment = workload.environment()
    sink = IotHubSink(IotHubConfig(edge=True, port=hub.port), environment)
    with pytest.raises(SinkError, match="does iotedged run") as caught:
        sink.emit([message("east", 1)])
    sink.close()
    assert len(caught.value.events) == 1


def test_outside_of_iot_edge_it_says_what_is_missing():
    with pytest.raises(ConfigError, match=r"IOTEDGE_WORKLOADURI, .*use connection_string"):
        IotHubSink(IotHubConfig(edge=True), {})


def test_many_are_in_flight_and_order_holds(hub, opened):
    events = [message(camera, number) for number in range(500) for camera in ("east", "west")]
    hub.puback_delay_s = 0.05
    began = time.monotonic()
    opened(in_flight=32).emit(events)
    assert 1000 / 32 * 0.05 * 0.9 < time.monotonic() - began < 1000 * 0.05 / 4
    assert [found.properties["$.mid"] for found in hub.telemetry] == [event.event_id for event in events]


def test_a_token_is_renewed_before_it_expires(hub, opened):
    sink = opened(token_ttl_s=2.0)
    until = time.monotonic() + 4.0
    number = 0
    while time.monotonic() < until:
        sink.emit([message("east", number)])
        number += 1
        time.sleep(0.02)
    assert hub.numbers() == list(range(number))
    assert [login[3] for login in hub.logins] == [None] * len(hub.logins)
    assert len({login[2] for login in hub.logins}) >= 2


def test_what_was_not_acknowledged_is_the_callers_again(hub, opened):
    sink = opened(in_flight=8)
    hub.cut_after = 20
    events = [message("east", number) for number in range(50)]
    with pytest.raises(SinkError, match="connection is lost") as caught:
        sink.emit(events)
    left = caught.value.events
    assert left == events[-len(left) :]
    assert 30 <= len(left) <= 38
    sink.emit(left)
    assert list(dict.fromkeys(hub.numbers())) == list(range(50))


def test_a_hub_that_does_not_acknowledge_is_given_up(hub, opened):
    sink = opened(ack_timeout_s=0.5)
    hub.mute_pubacks = True
    began = time.monotonic()
    with pytest.raises(SinkError, match=r"no acknowledgement for 0\.5 s") as caught:
        sink.emit([message("east", 1)])
    assert time.monotonic() - began < 3
    assert len(caught.value.events) == 1
    hub.mute_pubacks = False
    sink.emit(caught.value.events)
    assert hub.numbers() == [1, 1]


def test_a_slow_hub_is_waited_for(hub, opened):
    hub.puback_delay_s = 0.2
    opened(ack_timeout_s=0.5).emit([message("east", number) for number in range(8)])
    assert hub.numbers() == list(range(8))


def test_one_that_is_too_large_is_refused_and_stops_nothing(hub, opened):
    large = message("east", 2, 263_000)
    with pytest.raises(SinkError, match="too large") as caught:
        opened().emit([message("east", 1), large, message("east", 3)])
    assert caught.value.events == []
    (refusal,) = caught.value.refused
    assert refusal.event is large
    assert "at most 262144" in refusal.reason
    assert hub.numbers() == [1, 3]
    properties = len("$.mid=&%24.ct=application%2Fjson&%24.ce=utf-8") + 200
    opened().emit([message("east", 4, 262_144 - properties - 200)])
    assert hub.numbers() == [1, 3, 4]


def test_behind_an_outbox_nothing_is_lost_while_the_hub_comes_and_goes(hub, opened, tmp_path):
    outbox = Outbox(tmp_path / "outbox.db", [Route("hub", opened(in_flight=16))])
    number = 0
    for round_ in range(6):
        for _ in range(50):
            outbox.emit([message("east", number), message("west", number)])
            number += 1
        if round_ == 1:
            hub.drop()
        if round_ == 2:
            hub.cut_after = 7
        if round_ == 3:
            hub.pause()
            time.sleep(0.6)
            hub.refuse = 1
            hub.resume()
    outbox.close(drain_s=30)
    for camera in ("east", "west"):
        found = [t.number() for t in hub.telemetry if t.properties["sourceId"] == camera]
        assert list(dict.fromkeys(found)) == list(range(300))


@pytest.mark.parametrize(
    ("settings", "text", "expected"),
    [
        ({}, connection_string(base64.b64encode(b"z" * 32).decode()), "not allowed in"),
        ({"ca_file": None}, None, "not trusted: .*ca_file"),
        ({"port": 1}, None, "nobody listens there"),
        ({}, connection_string(gateway="no-such-host.invalid"), "cannot be reached"),
    ],
)
def test_what_is_wrong_is_said(hub, opened, settings, text, expected):
    sink = opened(text, **settings)
    with pytest.raises(SinkError, match=expected) as caught:
        sink.emit([message("east", 1)])
    assert len(caught.value.events) == 1
    assert hub.telemetry == []


def test_a_hub_that_is_busy_is_asked_again_later(hub, opened):
    hub.refuse = 1
    sink = opened()
    with pytest.raises(SinkError, match="server unavailable"):
        sink.emit([message("east", 1)])
    sink.emit([message("east", 1)])
    assert hub.numbers() == [1]


def test_a_certificate_for_another_name_is_not_accepted(authority, opened):
    certificate, key = authority.server("elsewhere.test")
    with IotHub(KEY, str(certificate), str(key), str(authority.ca_file)) as other:
        sink = opened(port=other.port)
        with pytest.raises(SinkError, match="not trusted"):
            sink.emit([message("east", 1)])


def test_a_closed_sink_takes_nothing(opened):
    sink = opened()
    sink.close()
    sink.close()
    with pytest.raises(SinkError, match="closed") as caught:
        sink.emit([message("east", 1)])
    assert len(caught.value.events) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "HostName is missing"),
        ("HostName=h;SharedAccessKey=c2VjcmV0", "DeviceId is missing"),
        ("HostName=h;DeviceId=d", "either SharedAccessKey"),
        ("HostName=h;DeviceId=d;SharedAccessKey=c2VjcmV0;x509=true", "either SharedAccessKey"),
        ("HostName=h;SharedAccessKeyName=iothubowner;SharedAccessKey=c2VjcmV0", "that of the hub"),
        ("HostName=h;DeviceId=d;SharedAccesKey=c2VjcmV0", "a part that none has"),
    ],
)
def test_a_wrong_connection_string_is_explained_without_showing_it(text, expected):
    with pytest.raises(ConfigError, match=expected) as caught:
        parse_connection_string(text)
    assert "c2VjcmV0" not in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, "exactly one of"),
        ({"edge": True, "host": "h"}, "exactly one of"),
        ({"host": "h"}, "device_id: is missing"),
        ({"edge": True, "device_id": "d"}, "device_id: goes with host"),
        ({"edge": True, "ca_file": "ca.pem"}, "says whom to trust itself"),
        ({"connection_string": Secret(env="HUB"), "key_file": "k"}, "certificate_file: is missing"),
    ],
)
def test_a_configuration_that_cannot_be_is_refused(settings, expected):
    with pytest.raises(ConfigError, match=expected):
        IotHubConfig(**settings)


def test_no_secret_shows(hub, opened, caplog, tmp_path, capfd):
    caplog.set_level(logging.DEBUG)
    wrong = base64.b64encode(b"a wrong key, thirty-two bytes ok").decode()
    shown = []
    for text, fault in ((connection_string(wrong), "key"), (None, "mute"), (None, "cut"), (None, "large")):
        sink = opened(text, ack_timeout_s=0.3)
        hub.mute_pubacks = fault == "mute"
        hub.cut_after = 1 if fault == "cut" else None
        with pytest.raises(SinkError) as caught:
            sink.emit([message("east", 1, 263_000 if fault == "large" else 0)])
        shown += [str(caught.value), repr(caught.value), repr(caught.value.__cause__), repr(sink)]
        shown += [repr(sink._config), repr(sink._credential), repr(sink._dial()), repr(sink.link)]
        hub.mute_pubacks = False
    bad = tmp_path / "bad"
    bad.write_text(connection_string(wrong + "!"))
    config = IotHubConfig(connection_string=Secret(file=str(bad)), ca_file=hub.ca_file)
    with pytest.raises(ConfigError, match="not base64") as caught:
        IotHubSink(config, {})
    shown += [str(caught.value), repr(config), repr(parse_connection_string(connection_string()))]
    out, err = capfd.readouterr()
    text = "\n".join([*shown, caplog.text, out, err])
    passwords = [login[2] for login in hub.logins]
    signatures = [part for word in passwords for part in word.split("&") if part.startswith("sig=")]
    assert len(signatures) >= 3
    for secret in (KEY_TEXT, wrong, wrong[:-1], *passwords, *signatures):
        assert secret not in text
    assert json.dumps(out) == '""'
