"""Events reach a Kafka cluster that speaks the real protocol, in order, each once, and a real consumer reads them back."""

import json
import logging
import signal
import threading
import time

import pytest
from tests.peers.kafka import (
    INIT_PRODUCER_ID,
    MESSAGE_TOO_LARGE,
    NOT_LEADER,
    PRODUCE,
    TOPIC_AUTHORIZATION_FAILED,
    UNKNOWN_TOPIC,
    Kafka,
)
from tests.support.kafka import Reader
from tests.support.messages import EVENT, message

from sightline.errors import SinkError
from sightline.events import Message, encode
from sightline.outbox import Outbox, Route
from sightline.sinks.kafka import KafkaConfig, KafkaSink
from sightline.sinks.secrets import Secret
from sightline.sinks.wire.kafka import Record, Sender


@pytest.fixture
def cluster():
    with Kafka(brokers=3) as cluster:
        cluster.topic("sightline", 6)
        yield cluster


@pytest.fixture
def opened(cluster):
    """Opens sinks, and closes them."""
    sinks = []

    def open_(environment=None, **settings):
        given = {"servers": cluster.servers, "tls": False, "delivery_timeout_s": 10, **settings}
        sinks.append(KafkaSink(KafkaConfig(**given), environment or {}))
        return sinks[-1]

    yield open_
    for sink in sinks:
        sink.close()


@pytest.mark.parametrize("compression", ["none", "gzip", "snappy", "lz4", "zstd"])
def test_each_cameras_events_are_in_one_partition_in_order_each_once(cluster, opened, compression):
    cameras = [f"camera{number}" for number in range(8)]
    opened(compression=compression).emit(
        [message(camera, number) for number in range(300) for camera in cameras]
    )
    with Reader(cluster, "sightline") as reader:
        records = reader.settle(2400)
    assert reader.numbers() == {camera: list(range(300)) for camera in cameras}
    places = {(record.key(), record.partition()) for record in records}
    assert {key for key, _ in places} == {camera.encode() for camera in cameras}
    assert len(places) == 8
    assert len({place for _, place in places}) > 1


def test_a_whole_cloudevent_says_what_it_is_in_headers_too(cluster, opened):
    opened().emit([EVENT])
    with Reader(cluster, "sightline") as reader:
        (record,) = reader.settle(1)
    whole = json.loads(encode(EVENT))
    assert record.value() == encode(EVENT)
    headers = {name: value.decode() for name, value in record.headers()}
    assert headers.pop("content-type") == "application/cloudevents+json; charset=UTF-8"
    del whole["data"], whole["datacontenttype"]
    assert headers == {f"ce_{name}": value for name, value in whole.items()}


def test_a_cloudevent_in_parts_has_its_attributes_in_headers(cluster, opened):
    opened(mode="binary").emit([EVENT])
    with Reader(cluster, "sightline") as reader:
        (record,) = reader.settle(1)
    whole = json.loads(encode(EVENT))
    assert json.loads(record.value()) == whole.pop("data")
    headers = {name: value.decode() for name, value in record.headers()}
    assert headers.pop("content-type") == whole.pop("datacontenttype")
    assert headers == {f"ce_{name}": value for name, value in whole.items()}


def test_topics_are_made_of_what_the_event_is_about(cluster, opened):
    cluster.topic("site.east.zone.count_changed", 1)
    cluster.topic("site.a_b__.personCountEvent", 1)
    azure = Message(
        encoding="azure",
        camera_id="a/b é",
        event_id="1",
        type="personCountEvent",
        subject="/cameras/a%2Fb/zones/till",
        body=b"{}",
    )
    opened(topic="site.{camera}.{kind}").emit([EVENT, azure])
    with Reader(cluster, "site.east.zone.count_changed", "site.a_b__.personCountEvent") as reader:
        records = {record.topic(): record for record in reader.settle(2)}
    assert records["site.east.zone.count_changed"].value() == encode(EVENT)
    found = records["site.a_b__.personCountEvent"]
    assert (found.key().decode(), found.value()) == ("a/b é", b"{}")
    assert found.headers() == [("content-type", b"application/json")]


def test_one_that_is_too_large_is_refused_and_stops_nothing(cluster, opened):
    sink = opened(max_bytes=10_000)
    with pytest.raises(SinkError, match="more than the 10000 of max_bytes") as caught:
        sink.emit([message("east", 0), message("east", 1, 10_000), message("east", 2)])
    assert caught.value.events == []
    assert [refusal.event.event_id for refusal in caught.value.refused] == ["east-1"]
    with Reader(cluster, "sightline") as reader:
        reader.settle(2)
    assert reader.numbers() == {"east": [0, 2]}


def test_a_batch_that_the_broker_refuses_is_cut_until_the_one_to_blame_is_alone(cluster, opened):
    sink = opened(delivery_timeout_s=20)
    sink.emit([message("east", 0)])
    # All four, the first two, the first: it is to blame, and the others go.
    cluster.answer_with(PRODUCE, *[MESSAGE_TOO_LARGE] * 3)
    with pytest.raises(SinkError, match="Message size too large") as caught:
        sink.emit([message("east", number) for number in range(1, 5)])
    assert caught.value.events == []
    assert [refusal.event.event_id for refusal in caught.value.refused] == ["east-1"]
    with Reader(cluster, "sightline") as reader:
        reader.settle(4)
    assert reader.numbers() == {"east": [0, 2, 3, 4]}


def test_nothing_of_a_camera_is_sent_after_what_failed(cluster, opened):
    sink = opened()
    cluster.answer_with(PRODUCE, 0, TOPIC_AUTHORIZATION_FAILED)
    # Each is a batch of its own, several of them under way at once.
    events = [message("east", number, 400_000) for number in range(12)]
    with pytest.raises(SinkError, match=r"authorization failed; may we write to that topic\?") as caught:
        sink.emit(events)
    left = [event.event_id for event in caught.value.events]
    assert 0 < len(left) < 12
    assert left == [event.event_id for event in events[-len(left) :]]
    assert caught.value.refused == []
    sink.emit(caught.value.events)
    with Reader(cluster, "sightline") as reader:
        reader.settle(12)
    assert list(dict.fromkeys(reader.numbers()["east"])) == list(range(12))


def test_another_leader_is_none_of_the_callers_business(cluster, opened):
    sink = opened()
    sink.emit([message("east", 0)])
    cluster.answer_with(PRODUCE, NOT_LEADER, NOT_LEADER)
    sink.emit([message("east", number) for number in range(1, 100)])
    with Reader(cluster, "sightline") as reader:
        reader.settle(100)
    assert reader.numbers() == {"east": list(range(100))}


def test_after_a_lost_acknowledgement_the_same_batch_goes_out_again_under_the_same_number(cluster, opened):
    sink = opened(delivery_timeout_s=20)
    sink.emit([message("east", 0)])
    before = len(cluster.requests())
    cluster.lose_answers()
    cut = threading.Timer(0.5, cluster.hang_up)
    cut.start()
    sink.emit([message("east", number) for number in range(1, 100)])
    cut.join()
    requests = cluster.requests()
    # Producer, epoch and sequence number are in the batch, and a broker drops what has those of one that it has.
    assert INIT_PRODUCER_ID in {kind for kind, _ in requests[:before]}
    assert INIT_PRODUCER_ID not in {kind for kind, _ in requests[before:]}
    sent = [digest for kind, digest in requests[before:] if kind == PRODUCE]
    assert sent[0] == sent[1]
    assert len(set(sent)) == len(sent) - 1
    with Reader(cluster, "sightline") as reader:
        reader.settle(100)
    assert list(dict.fromkeys(reader.numbers()["east"])) == list(range(100))


@pytest.mark.parametrize("way", ["away", "deaf"])
def test_nothing_is_lost_while_the_cluster_is_away(cluster, opened, tmp_path, way):
    outbox = Outbox(tmp_path / "outbox.db", [Route("kafka", opened(delivery_timeout_s=1.5))])
    cameras = ("east", "west", "north")
    with Reader(cluster, "sightline") as reader:
        for round_ in range(4):
            seen = len(reader.records)
            for number in range(round_ * 100, round_ * 100 + 100):
                outbox.emit([message(camera, number) for camera in cameras])
            if round_ % 2 == 0:
                reader.wait_for(lambda seen=seen: len(reader.records) > seen + 20)
                cluster.down() if way == "away" else cluster.signal(signal.SIGSTOP)
                for camera in cameras:
                    outbox.emit([message(camera, 1000 + round_)])
                time.sleep(3)
                cluster.up() if way == "away" else cluster.signal(signal.SIGCONT)
        outbox.close(drain_s=60)
        reader.wait_for(lambda: all(numbers[-1] == 399 for numbers in reader.numbers().values()))
    expected = [*range(100), 1000, *range(100, 300), 1002, *range(300, 400)]
    assert {
        camera: list(dict.fromkeys(found)) for camera, found in reader.numbers().items()
    } == dict.fromkeys(cameras, expected)


def test_nothing_is_lost_when_the_cluster_dies_and_an_empty_one_takes_its_place(cluster, opened, tmp_path):
    outbox = Outbox(tmp_path / "outbox.db", [Route("kafka", opened(delivery_timeout_s=1.5))])
    found = []
    for round_ in range(3):
        if round_:
            cluster.start()
            cluster.topic("sightline", 6)
        with Reader(cluster, "sightline") as reader:
            for number in range(round_ * 200, round_ * 200 + 100):
                outbox.emit([message("east", number)])
            reader.wait_for(lambda last=number: reader.numbers().get("east", [-1])[-1] == last, 60)
        found += reader.numbers()["east"]
        cluster.kill()
        for number in range(round_ * 200 + 100, round_ * 200 + 200):
            outbox.emit([message("east", number)])
        time.sleep(2)
    cluster.start()
    cluster.topic("sightline", 6)
    outbox.close(drain_s=60)
    with Reader(cluster, "sightline") as reader:
        reader.wait_for(lambda: reader.numbers().get("east", [-1])[-1] == 599)
    found += reader.numbers()["east"]
    assert list(dict.fromkeys(found)) == list(range(600))


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"servers": ["127.0.0.1:1"]}, "Connection refused"),
        ({"servers": ["no-such-host.invalid:9092"], "tls": True}, "Failed to resolve 'no-such-host"),
        ({"tls": True}, "SSL handshake failed.*PLAINTEXT"),
    ],
)
def test_what_is_wrong_is_said_in_time(opened, settings, expected):
    sink = opened(delivery_timeout_s=4, **settings)
    began = time.monotonic()
    with pytest.raises(SinkError, match=expected) as caught:
        sink.emit([message("east", 1), message("east", 2)])
    assert time.monotonic() - began < 20
    assert [event.event_id for event in caught.value.events] == ["east-1", "east-2"]
    assert caught.value.refused == []


def test_a_deaf_cluster_holds_up_nobody_for_longer_than_it_may(cluster, opened):
    sink = opened(delivery_timeout_s=1)
    sink.emit([message("east", 0)])
    cluster.signal(signal.SIGSTOP)
    for _ in range(2):  # over the connection that there is, and over a new one
        began = time.monotonic()
        with pytest.raises(SinkError, match=r"no acknowledgement in time|[Tt]imed out"):
            sink.emit([message("east", 1)])
        assert time.monotonic() - began < 20
    began = time.monotonic()
    sink.close()
    assert time.monotonic() - began < 20
    with pytest.raises(SinkError, match="closed"):
        sink.emit([message("east", 1)])


def test_a_topic_that_is_not_there_is_said(cluster, opened):
    cluster.topic_error("nowhere", UNKNOWN_TOPIC)
    with pytest.raises(SinkError, match="create the topic") as caught:
        opened(topic="nowhere", delivery_timeout_s=6).emit([message("east", 1)])
    assert len(caught.value.events) == 1


def test_over_tls_with_a_certificate_of_ours(authority, opened):
    certificate, key = authority.client("edge1")
    ours = {"ca_file": str(authority.ca_file), "certificate_file": str(certificate), "key_file": str(key)}
    with Kafka(tls=[authority.ca_file, *authority.server("localhost", "127.0.0.1")]) as cluster:
        cluster.topic("sightline", 2)
        servers = cluster.servers
        opened(servers=servers, tls=True, **ours).emit([message("east", number) for number in range(100)])
        for settings, expected in (
            ({**ours, "ca_file": None}, "SSL handshake failed.*certificate verify failed.*ca_file"),
            ({"ca_file": ours["ca_file"]}, "SSL|certificate|no acknowledgement"),
        ):
            with pytest.raises(SinkError, match=expected) as caught:
                opened(servers=servers, tls=True, delivery_timeout_s=4, **settings).emit(
                    [message("east", 100)]
                )
            assert len(caught.value.events) == 1
        reading = {
            "security.protocol": "SSL",
            "ssl.ca.location": ours["ca_file"],
            "ssl.certificate.location": str(certificate),
            "ssl.key.location": str(key),
        }
        with Reader(cluster, "sightline", **reading) as reader:
            reader.settle(100)
        assert reader.numbers() == {"east": list(range(100))}


def test_a_name_that_is_not_in_the_certificate_is_not_trusted(authority, opened):
    certificate, key = authority.client("edge1")
    with Kafka(tls=[authority.ca_file, *authority.server("other.shop")]) as cluster:
        sink = opened(
            servers=cluster.servers,
            tls=True,
            delivery_timeout_s=4,
            ca_file=str(authority.ca_file),
            certificate_file=str(certificate),
            key_file=str(key),
        )
        with pytest.raises(SinkError, match=r"SSL handshake failed.*certificate verify failed"):
            sink.emit([message("east", 1)])


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_a_password_is_read_anew_and_shown_nowhere(opened, tmp_path, caplog, capfd, mechanism):
    caplog.set_level(logging.DEBUG)
    file = tmp_path / "password"
    file.write_text("hunter2\n")
    sink = opened(
        mechanism=mechanism, username="edge1", password=Secret(file=str(file)), delivery_timeout_s=1
    )
    with pytest.raises(SinkError) as caught:  # the peer knows no SASL
        sink.emit([message("east", 1)])
    file.unlink()
    with pytest.raises(SinkError, match="password: cannot be read") as missing:
        sink.emit(caught.value.events)
    assert missing.value.events == caught.value.events
    sink.close()
    out, err = capfd.readouterr()
    shown = [str(caught.value), str(missing.value), repr(sink), repr(sink._config), caplog.text, out, err]
    assert "hunter2" not in " ".join(shown)


def test_nothing_to_send_asks_nobody(opened):
    sink = opened(servers=["127.0.0.1:1"])
    sink.emit([])
    sink.flush()
    sink.close()
    sink.close()


def test_a_full_queue_is_waited_for(cluster):
    sender = Sender(
        {
            "bootstrap.servers": ",".join(cluster.servers),
            "enable.idempotence": True,
            "queue.buffering.max.messages": 10,
            "message.max.bytes": 1_000_000,
        }
    )
    records = [Record("sightline", b"east", message("east", number).body, []) for number in range(200)]
    assert sender.send(records, until=time.monotonic() + 10) == (set(range(200)), {}, False, "")
    sender.close()
    with Reader(cluster, "sightline") as reader:
        reader.settle(200)
    assert reader.numbers() == {"east": list(range(200))}
