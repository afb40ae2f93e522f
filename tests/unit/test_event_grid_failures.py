"""Event Grid over TLS on loopback: every answer, and no answer."""

import msgspec
import pytest
from tests.peers.authority import Authority
from tests.peers.event_grid import LARGEST, EventGridPeer, Fault, refusing_port
from tests.support.event_grid import events_of, first_seen, numbers_by_camera, sinks_for
from tests.support.messages import cloud_message

from sightline.errors import SinkError


@pytest.fixture
def peer(authority):
    with EventGridPeer(authority.server_context()) as peer:
        yield peer


@pytest.fixture
def opened(authority):
    with sinks_for(authority) as open_for:
        yield open_for


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
    assert numbers_by_camera(peer) == {"east": [n for n in range(100) if n != 37]}
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
        assert numbers_by_camera(peer) == {"east": [*range(40), 41]}


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
        ({"Retry-After": "-3"}, None),
        ({"Retry-After": "0"}, None),
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
