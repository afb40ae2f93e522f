"""Events reach a real MQTT broker over TLS, in order and acknowledged, and everybody can see whether we are there."""

import json
import logging
import threading
import time

import msgspec
import pytest
from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from tests.peers.authority import Authority
from tests.peers.mosquitto import Mosquitto, free_port
from tests.support.messages import EVENT, message, per_camera

from sightline.errors import SinkError
from sightline.events import Message, encode, message_of
from sightline.outbox import Outbox, Route
from sightline.sinks.mqtt import MqttConfig, MqttSink
from sightline.sinks.secrets import Secret
from sightline.sinks.wire.tls import client_context


class Subscriber:
    """Somebody else on the broker, with a session that outlives the broker's restarts."""

    def __init__(self, broker, authority=None, topic="#", *, user=None, qos=2):
        self.messages = []
        self.changed = threading.Condition()
        client = self._client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id="subscriber",
            protocol=MQTTProtocolVersion.MQTTv5,
        )
        properties = paho.Properties(paho.PacketTypes.CONNECT)
        properties.SessionExpiryInterval = 3600
        if authority:
            certificate, key = authority.client("subscriber")
            client.tls_set_context(
                client_context(
                    ca_file=str(authority.ca_file), certificate_file=str(certificate), key_file=str(key)
                )
            )
        if user:
            client.username_pw_set(*user)
        client.reconnect_delay_set(0.1, 0.2)
        self._subscribed = threading.Event()
        client.on_connect = lambda *_: client.subscribe(topic, qos)
        client.on_subscribe = lambda *_: self._subscribed.set()
        client.on_message = self._received
        client.connect("127.0.0.1", broker.port, clean_start=False, properties=properties)
        client.loop_start()
        assert self._subscribed.wait(5)

    def _received(self, _client, _userdata, found):
        with self.changed:
            self.messages.append(found)
            self.changed.notify_all()

    def wait_for(self, holds, timeout_s=20.0):
        with self.changed:
            assert self.changed.wait_for(holds, timeout_s), self.told()

    def told(self):
        return [(found.topic, found.payload[:80], found.retain) for found in self.messages[-20:]]

    def events(self):
        return [found for found in self.messages if not found.topic.startswith("availability")]

    def close(self):
        self._client.disconnect()
        self._client.loop_stop()
        self._client.reinitialise()


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def certificates(authority):
    return [authority.ca_file, *authority.server("localhost", "127.0.0.1")]


@pytest.fixture
def broker(tmp_path, certificates):
    lines = ["require_certificate true", "persistence true"]
    with Mosquitto(tmp_path / "broker", certificates, lines) as broker:
        yield broker


@pytest.fixture
def subscriber(broker, authority):
    subscriber = Subscriber(broker, authority)
    yield subscriber
    subscriber.close()


@pytest.fixture
def opened(broker, authority):
    """Opens sinks with a client certificate, and closes them."""
    sinks = []
    certificate, key = authority.client("edge1")

    def open_(environment=None, **settings):
        given = {
            "url": f"mqtts://127.0.0.1:{broker.port}",
            "ca_file": str(authority.ca_file),
            "certificate_file": str(certificate),
            "key_file": str(key),
            "timeout_s": 3.0,
            **settings,
        }
        sinks.append(MqttSink(MqttConfig(**given), environment or {}))
        return sinks[-1]

    yield open_
    for sink in sinks:
        sink.close()


@pytest.mark.parametrize("version", ["5", "3.1.1"])
@pytest.mark.parametrize("qos", [0, 1, 2])
def test_events_arrive_in_order_at_every_quality(subscriber, opened, version, qos):
    events = [message(camera, number) for number in range(200) for camera in ("east", "west")]
    opened(version=version, qos=qos).emit(events)
    subscriber.wait_for(lambda: len(subscriber.messages) == 400)
    assert [found.payload for found in subscriber.messages] == [event.body for event in events]
    assert {found.topic for found in subscriber.messages} == {
        "sightline/east/line/crossed",
        "sightline/west/line/crossed",
    }
    assert {found.qos for found in subscriber.messages} == {qos}


def test_a_whole_cloudevent_says_what_it_is(subscriber, opened):
    opened().emit([EVENT])
    subscriber.wait_for(lambda: subscriber.messages)
    (found,) = subscriber.messages
    assert found.topic == "sightline/east/zone/count_changed"
    assert found.properties.ContentType == "application/cloudevents+json; charset=utf-8"
    assert found.payload == encode(EVENT)


def test_a_cloudevent_in_parts_has_its_attributes_in_user_properties(subscriber, opened):
    opened(mode="binary").emit([EVENT])
    subscriber.wait_for(lambda: subscriber.messages)
    (found,) = subscriber.messages
    whole = json.loads(encode(EVENT))
    assert json.loads(found.payload) == whole.pop("data")
    assert found.properties.ContentType == whole.pop("datacontenttype")
    assert dict(found.properties.UserProperty) == whole


def test_topics_are_made_of_what_the_event_is_about(subscriber, opened):
    sink = opened(topic="site/{camera}/{region}/{type}")
    azure = Message(
        encoding="azure",
        camera_id="a/b+c#",
        event_id="1",
        type="personCountEvent",
        subject="/cameras/a%2Fb%2Bc%23/zones/till%202",
        body=b"{}",
    )
    sink.emit([EVENT, azure, msgspec.structs.replace(message_of(EVENT), subject="/cameras/east/")])
    subscriber.wait_for(lambda: len(subscriber.messages) == 3)
    assert [found.topic for found in subscriber.messages] == [
        "site/east/queue/sightline.zone.count_changed.v1",
        "site/a%2Fb%2Bc%23/till%202/personCountEvent",
        "site/east/-/sightline.zone.count_changed.v1",
    ]
    assert subscriber.messages[1].properties.ContentType == "application/json"


def availability(subscriber):
    return [found.payload.decode() for found in subscriber.messages if found.topic == "availability/edge1"]


def test_everybody_sees_whether_we_are_there(subscriber, opened):
    sink = opened(availability_topic="availability/edge1")
    subscriber.wait_for(lambda: availability(subscriber) == ["online"])
    sink.close()
    subscriber.wait_for(lambda: availability(subscriber) == ["online", "offline"])


@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_the_broker_says_offline_for_who_is_gone_without_a_word(subscriber, opened, version):
    sink = opened(availability_topic="availability/edge1", version=version)
    subscriber.wait_for(lambda: availability(subscriber) == ["online"])
    while sink.link._connection is None:  # it is noted just after it has said that it is online
        time.sleep(0.01)
    sink.link._connection._hang_up()
    subscriber.wait_for(lambda: availability(subscriber) == ["online", "offline", "online"])


def test_availability_is_retained_and_comes_back_with_the_broker(broker, subscriber, opened, authority):
    opened(availability_topic="availability/edge1")
    subscriber.wait_for(lambda: availability(subscriber) == ["online"])
    broker.stop()
    broker.start()
    subscriber.wait_for(
        lambda: availability(subscriber)[-1] == "online" and len(availability(subscriber)) > 1
    )
    subscriber.close()
    late = Subscriber(broker, authority, "availability/+")
    late.wait_for(lambda: late.messages)
    late.close()


@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_nothing_is_lost_when_the_broker_is_killed(broker, authority, opened, tmp_path, version):
    # With QoS 1 the broker passes an event on before it acknowledges it to us.
    subscriber = Subscriber(broker, authority, qos=1)
    broker.save()
    outbox = Outbox(tmp_path / "outbox.db", [Route("broker", opened(version=version, in_flight=16))])
    for round_ in range(4):
        seen = len(subscriber.messages)
        for number in range(round_ * 100, round_ * 100 + 100):
            outbox.emit([message("east", number), message("west", number)])
        if round_ % 2 == 0:
            subscriber.wait_for(lambda seen=seen: len(subscriber.messages) > seen + 20)
            broker.kill()
            time.sleep(0.3)
            broker.start()
        # A broker keeps what it has for a subscriber who is away in memory: kill it only while nobody is.
        subscriber.wait_for(lambda last=number: _last(subscriber) == {"east": last, "west": last}, 60)
    outbox.close(drain_s=60)
    subscriber.close()
    for found in _per_camera(subscriber).values():
        assert list(dict.fromkeys(found)) == list(range(400))
        assert len(found) <= 400 + 2 * 16


def _last(subscriber):
    return {camera: numbers[-1] for camera, numbers in _per_camera(subscriber).items()}


def _per_camera(subscriber):
    bodies = [json.loads(found.payload) for found in subscriber.messages]
    return per_camera([message(body["camera"], body["number"]) for body in bodies])


def test_one_that_the_broker_never_takes_is_refused_and_stops_nothing(tmp_path, certificates, authority):
    with Mosquitto(tmp_path / "broker", certificates, ["max_packet_size 20000"]) as broker:
        subscriber = Subscriber(broker, authority)
        url = f"mqtts://127.0.0.1:{broker.port}"
        for settings in ({}, {"version": "3.1.1", "max_bytes": 19_000}):
            sink = MqttSink(MqttConfig(url=url, ca_file=str(authority.ca_file), **settings), {})
            with pytest.raises(SinkError, match="larger than the") as caught:
                sink.emit([message("east", 1), message("east", 2, 20_000), message("east", 3)])
            sink.close()
            assert caught.value.events == []
            assert [refusal.event.event_id for refusal in caught.value.refused] == ["east-2"]
        subscriber.wait_for(lambda: len(subscriber.messages) == 4)
        subscriber.close()


def test_a_broker_without_exactly_once_says_so(tmp_path, certificates, authority):
    lines = ["max_qos 1", "retain_available false"]  # as Event Grid's namespaces do
    with Mosquitto(tmp_path / "broker", certificates, lines) as broker:
        config = MqttConfig(url=f"mqtts://127.0.0.1:{broker.port}", ca_file=str(authority.ca_file), qos=2)
        sink = MqttSink(config, {})
        with pytest.raises(SinkError, match="set qos = 1") as caught:
            sink.emit([message("east", 1)])
        sink.close()
        assert len(caught.value.events) == 1


def test_a_broker_that_retains_nothing_says_so(tmp_path, certificates, authority):
    with Mosquitto(tmp_path / "broker", certificates, ["retain_available false"]) as broker:
        url = f"mqtts://127.0.0.1:{broker.port}"
        config = MqttConfig(url=url, ca_file=str(authority.ca_file), availability_topic="there")
        sink = MqttSink(config, {})
        with pytest.raises(SinkError, match="leave out availability_topic"):
            sink.emit([message("east", 1)])
        sink.close()


def test_what_may_not_be_published_stays_with_the_caller(tmp_path, certificates, authority):
    (tmp_path / "acl").write_text("topic read #\ntopic write sightline/east/#\n")
    with Mosquitto(tmp_path / "broker", certificates, [f"acl_file {tmp_path}/acl"]) as broker:
        config = MqttConfig(url=f"mqtts://127.0.0.1:{broker.port}", ca_file=str(authority.ca_file))
        sink = MqttSink(config, {})
        with pytest.raises(SinkError, match=r"not authorized; may we publish to that topic\?") as caught:
            sink.emit([message("east", 1), message("west", 2)])
        sink.close()
        assert [event.event_id for event in caught.value.events] == ["west-2"]
        assert caught.value.refused == []


def test_a_user_and_a_password_that_is_read_anew(tmp_path, certificates, authority):
    secret = tmp_path / "password"
    secret.write_text("wrong\n")
    with Mosquitto(tmp_path / "broker", certificates, passwords={"edge1": "s3cret word"}) as broker:
        config = MqttConfig(
            url=f"mqtts://localhost:{broker.port}",
            ca_file=str(authority.ca_file),
            username="edge1",
            password=Secret(file=str(secret)),
        )
        sink = MqttSink(config, {})
        with pytest.raises(SinkError, match=r"not allowed in|password is wrong") as caught:
            sink.emit([message("east", 1)])
        secret.unlink()
        with pytest.raises(SinkError, match="password: cannot be read") as missing:
            sink.emit(caught.value.events)
        assert missing.value.events == caught.value.events
        secret.write_text("s3cret word\n")
        sink.emit(caught.value.events)
        sink.close()
        subscriber = Subscriber(broker, authority, user=("edge1", "s3cret word"))
        subscriber.close()


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"certificate_file": None, "key_file": None}, "certificate|lost|hung up"),
        ({"ca_file": None}, "not trusted: .*ca_file"),
        ({"url": "mqtts://127.0.0.1:1"}, "nobody listens there"),
        ({"url": "mqtts://no-such-host.invalid"}, "cannot be reached"),
    ],
)
def test_what_is_wrong_is_said(opened, settings, expected):
    sink = opened(**settings)
    with pytest.raises(SinkError, match=expected) as caught:
        sink.emit([message("east", 1)])
    assert len(caught.value.events) == 1


def test_a_listener_that_says_nothing_is_given_up(authority):
    import socket  # noqa: PLC0415 - only here

    with socket.create_server(("127.0.0.1", 0)) as deaf:
        config = MqttConfig(
            url=f"mqtts://127.0.0.1:{deaf.getsockname()[1]}", ca_file=str(authority.ca_file), timeout_s=0.5
        )
        sink = MqttSink(config, {})
        began = time.monotonic()
        with pytest.raises(SinkError, match="no answer in time"):
            sink.emit([message("east", 1)])
        assert time.monotonic() - began < 3
        sink.close()


def test_a_broker_on_this_machine_needs_no_tls(tmp_path):
    with Mosquitto(tmp_path / "broker") as broker:
        subscriber = Subscriber(broker)
        sink = MqttSink(MqttConfig(url=f"mqtt://127.0.0.1:{broker.port}"), {})
        sink.emit([EVENT])
        sink.close()
        subscriber.wait_for(lambda: subscriber.messages)
        subscriber.close()


def test_no_password_shows(tmp_path, certificates, authority, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    environment = {"GOOD": "correct horse", "BAD": "wrong battery"}
    shown = []
    with Mosquitto(tmp_path / "broker", certificates, passwords={"edge1": "correct horse"}) as broker:
        for name, port in (("BAD", broker.port), ("GOOD", free_port()), ("GOOD", broker.port)):
            config = MqttConfig(
                url=f"mqtts://localhost:{port}",
                ca_file=str(authority.ca_file),
                username="edge1",
                password=Secret(env=name),
                max_bytes=1024,
            )
            sink = MqttSink(config, environment)
            with pytest.raises(SinkError) as caught:
                sink.emit([message("east", 1, 2000 if port == broker.port else 0), message("east", 2)])
            shown += [str(caught.value), repr(caught.value), repr(caught.value.__cause__)]
            shown += [repr(config), repr(sink), repr(sink.link), repr(sink._dial())]
            sink.close()
    out, err = capfd.readouterr()
    text = "\n".join([*shown, caplog.text, out, err])
    assert "edge1" in text
    assert not [word for word in environment.values() if word in text]
