"""Events reach a webhook over TLS, signed and in order, and each kind of answer is understood."""

import base64
import json
import logging
import re
import time

import pytest
import standardwebhooks
from tests.conftest import ROOT
from tests.peers.authority import Authority
from tests.peers.webhook import Reply, Webhook
from tests.support.messages import Collector, message, per_camera
from tests.unit.test_mqtt import EVENT

from sightline.errors import ConfigError, SinkError
from sightline.events import encode
from sightline.outbox import Outbox, Route
from sightline.sinks.secrets import Secret
from sightline.sinks.webhook import WebhookConfig, WebhookSink

SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def peer(authority):
    with Webhook(authority) as peer:
        yield peer


@pytest.fixture
def opened(peer, authority, monkeypatch, tmp_path):
    """Opens sinks for the peer, and closes them; another CA in the environment is not to win."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(Authority(tmp_path / "other").ca_file))
    sinks = []

    def open_(environment=None, clock=None, **settings):
        given = {
            "url": f"https://127.0.0.1:{peer.port}/events?code=1",
            "ca_file": str(authority.ca_file),
            "timeout_s": 5.0,
            **settings,
        }
        sinks.append(WebhookSink(WebhookConfig(**given), environment or {}))
        sinks[-1]._clock = clock or sinks[-1]._clock
        return sinks[-1]

    yield open_
    for sink in sinks:
        sink.close()


def east(numbers, size=0):
    return [message("east", number, size) for number in numbers]


def test_batches_are_cut_by_number_and_bytes_and_one_connection_does(peer, opened):
    sink = opened(max_events=4, max_bytes=10_000)
    sink.emit(east(range(10)))
    assert peer.numbers() == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    sink.emit([*east([10]), *east([11], 9_950), *east([12], 20_000), *east([13])])
    assert peer.numbers()[3:] == [[10], [11], [12], [13]]
    assert peer.connections == 1
    first = peer.requests[0]
    assert first.path == "/events?code=1"
    assert first.headers["content-type"] == "application/cloudevents-batch+json; charset=utf-8"
    assert first.headers["host"] == f"127.0.0.1:{peer.port}"
    assert "webhook-signature" not in first.headers


def test_one_event_a_request(peer, opened):
    opened(mode="single").emit([EVENT, EVENT])
    assert [request.body for request in peer.requests] == [encode(EVENT)] * 2
    assert peer.requests[0].headers["content-type"] == "application/cloudevents+json; charset=utf-8"


def test_azures_json_is_json(peer, opened):
    opened(encoding="azure").emit(east([1, 2]))
    assert json.loads(peer.requests[0].body)[1]["number"] == 2
    assert peer.requests[0].headers["content-type"] == "application/json; charset=utf-8"


def test_a_signature_is_what_standard_webhooks_verify(peer, opened):
    sink = opened({"KEY": SECRET}, secret=Secret(env="KEY"))
    sink.emit(east(range(3)))
    (request,) = peer.requests
    assert len(standardwebhooks.Webhook(SECRET).verify(request.body, request.headers)) == 3
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(SECRET).verify(request.body.replace(b"1", b"2"), request.headers)


def test_a_signature_is_that_of_the_standards_example():
    config = WebhookConfig(url="https://localhost/", mode="single", secret=Secret(env="KEY"))
    environment = {"KEY": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
    sink = WebhookSink(config, environment)
    sink._clock = lambda: 1614265330.9
    headers = sink._headers(b'{"test": 2432232314}', "msg_p5jXN8AQM9LWM0D4loKWxJek")
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["webhook-timestamp"] == "1614265330"


def test_the_guides_receiver_verifies_what_we_send(peer, opened):
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs/guide/webhook.md").read_text(), re.DOTALL)
    names = {}
    exec(compile(code, "webhook.md", "exec"), names)  # noqa: S102 - our own text
    verify = names["verify"]
    sink = opened({"KEY": SECRET}, secret=Secret(env="KEY"))
    sink.emit(east(range(3)))
    (request,) = peer.requests
    now = int(request.headers["webhook-timestamp"])
    assert verify(SECRET, request.headers, request.body, now)
    assert not verify(SECRET, request.headers, request.body + b" ", now)
    assert not verify(SECRET, request.headers, request.body, now + 301)
    assert not verify("whsec_" + base64.b64encode(b"t" * 32).decode(), request.headers, request.body, now)
    assert not verify(SECRET, {**request.headers, "webhook-id": "msg_other"}, request.body, now)
    assert not verify(SECRET, {}, request.body, now)


def test_the_same_events_have_the_same_id_again(peer, opened):
    peer.replies.append(Reply(503))
    sink = opened({"KEY": SECRET}, secret=Secret(env="KEY"))
    with pytest.raises(SinkError):
        sink.emit(east([1, 2]))
    sink.emit(east([1, 2]))
    sink.emit(east([3]))
    ids = [request.headers["webhook-id"] for request in peer.requests]
    assert ids[0] == ids[1] != ids[2]


def test_a_token_is_sent_and_read_anew(peer, opened, tmp_path):
    file = tmp_path / "token"
    file.write_text("first\n")
    sink = opened(token=Secret(file=str(file)))
    sink.emit(east([1]))
    file.unlink()
    with pytest.raises(SinkError, match="token: cannot be read"):
        sink.emit(east([2]))
    file.write_text("second\n")
    sink.emit(east([2]))
    assert [request.headers["authorization"] for request in peer.requests] == [
        "Bearer first",
        "Bearer second",
    ]


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_every_status_of_success_takes(peer, opened, status):
    peer.replies.append(Reply(status))
    opened().emit(east([1]))
    assert peer.numbers() == [[1]]


@pytest.mark.parametrize("status", [301, 401, 403, 404, 408, 409, 410, 429, 500, 502, 503, 504])
def test_other_answers_leave_the_events_with_the_caller(peer, opened, status):
    sink = opened(max_events=2)
    peer.replies.extend([Reply(), Reply(status, body=b"why\nnot")])
    events = east(range(6))
    with pytest.raises(SinkError, match=rf"answers {status}.*: why not") as caught:
        sink.emit(events)
    assert caught.value.events == events[2:]
    assert caught.value.refused == []
    assert caught.value.retry_after_s is None
    sink.emit(caught.value.events)
    assert peer.numbers()[-2:] == [[2, 3], [4, 5]]


@pytest.mark.parametrize("status", [400, 413, 415, 422])
def test_what_is_to_blame_is_found_and_the_rest_arrives_in_order(peer, opened, status):
    def judge(request):
        return Reply(status, body=b"no") if {5, 11} & set(request.numbers()) else None

    peer.judge = judge
    events = east(range(16))
    with pytest.raises(SinkError, match=f"2 refused: .*answers {status}: no") as caught:
        opened().emit(events)
    assert caught.value.events == []
    assert [refusal.event for refusal in caught.value.refused] == [events[5], events[11]]
    taken = [n for numbers in peer.numbers() if not {5, 11} & set(numbers) for n in numbers]
    assert taken == [n for n in range(16) if n not in (5, 11)]


def test_a_failure_while_looking_for_what_is_to_blame_keeps_what_was_found(peer, opened):
    calls = []

    def judge(request):
        calls.append(request.numbers())
        if 1 in calls[-1]:
            return Reply(400)
        return Reply(503) if calls[-1] == [2, 3] else None

    peer.judge = judge
    events = east(range(8))
    with pytest.raises(SinkError, match="answers 503") as caught:
        opened().emit(events)
    assert [refusal.event for refusal in caught.value.refused] == [events[1]]
    assert caught.value.events == events[2:]


def test_how_long_to_wait_is_heard(peer, opened):
    sink = opened(clock=lambda: 1_792_281_600.0)
    for text, expected in (
        ("7", 7.0),
        ("Sun, 18 Oct 2026 00:00:30 GMT", 30.0),
        ("Sun, 18 Oct 2015 00:00:30 GMT", 0.0),
        ("999999", 3600.0),
        ("soon", None),
    ):
        peer.replies.append(Reply(429, (("Retry-After", text),)))
        with pytest.raises(SinkError) as caught:
            sink.emit(east([1]))
        assert caught.value.retry_after_s == expected


def test_a_redirection_is_not_followed_and_is_said(peer, opened):
    peer.replies.append(Reply(307, (("Location", "https://elsewhere.test/x?code=hidden"),)))
    with pytest.raises(SinkError, match=r"set url to where it is now: https://elsewhere.test/x$"):
        opened().emit(east([1]))


def test_a_connection_that_was_kept_and_closed_is_replaced(peer, opened):
    sink = opened()
    peer.replies.append(Reply(fault="hang_up"))
    sink.emit(east([1]))
    time.sleep(0.1)
    sink.emit(east([2]))
    assert peer.numbers() == [[1], [2]]
    assert peer.connections == 2


def test_a_server_that_says_it_closes_is_believed(peer, opened):
    sink = opened()
    for number in range(3):
        peer.replies.append(Reply(200, (("Connection", "close"),), b"x" * 100_000, "hang_up"))
        sink.emit(east([number]))
    assert peer.connections == 3


@pytest.mark.parametrize(
    ("fault", "expected"),
    [("cut", "cannot be reached|hung up"), ("stall", "no answer in time"), ("drip", "no answer in time")],
)
def test_a_server_that_behaves_badly_holds_nobody(peer, opened, fault, expected):
    sink = opened(timeout_s=0.5)
    peer.replies.append(Reply(fault=fault))
    began = time.monotonic()
    with pytest.raises(SinkError, match=expected) as caught:
        sink.emit(east([1, 2]))
    assert time.monotonic() - began < 2
    assert len(caught.value.events) == 2
    sink.emit(caught.value.events)
    assert peer.numbers()[-1] == [1, 2]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"ca_file": None}, "not trusted: .*ca_file"),
        ({"url": "https://127.0.0.1:1/"}, "nobody listens there"),
        ({"url": "https://no-such-host.invalid/"}, "cannot be reached"),
    ],
)
def test_what_is_wrong_is_said(peer, opened, settings, expected):
    with pytest.raises(SinkError, match=expected) as caught:
        opened(**settings).emit(east([1]))
    assert len(caught.value.events) == 1


def test_a_certificate_proves_who_we_are(authority):
    certificate, key = authority.client("edge1")
    with Webhook(authority, client_certificates=True) as peer:
        given = {"url": f"https://localhost:{peer.port}/", "ca_file": str(authority.ca_file)}
        known = WebhookSink(WebhookConfig(**given, certificate_file=str(certificate), key_file=str(key)), {})
        known.emit(east([1]))
        known.close()
        unknown = WebhookSink(WebhookConfig(**given), {})
        with pytest.raises(SinkError, match=r"certificate|cannot be reached"):
            unknown.emit(east([2]))
        unknown.close()
    assert peer.numbers() == [[1]]


def test_a_receiver_is_asked_first_where_that_is_wanted(peer, opened):
    sink = opened(validate=True, origin="shop.example")
    peer.replies.append(Reply(405))
    with pytest.raises(SinkError, match="does not want events: it answers 405") as caught:
        sink.emit(east([1]))
    peer.replies.append(Reply(200, (("WebHook-Allowed-Origin", "other.example"),)))
    with pytest.raises(SinkError, match=r"'other.example' where 'shop.example' or"):
        sink.emit(caught.value.events)
    assert peer.posted() == []
    allowed = (("WebHook-Allowed-Origin", "shop.example"), ("WebHook-Allowed-Rate", "600"))
    peer.replies.append(Reply(200, allowed))
    began = time.monotonic()
    sink.emit(caught.value.events)
    sink.emit(east([2]))
    sink.emit(east([3]))
    assert time.monotonic() - began >= 0.2
    assert peer.requests[0].headers["webhook-request-origin"] == "shop.example"
    assert [request.method for request in peer.requests] == ["OPTIONS"] * 3 + ["POST"] * 3


def test_behind_an_outbox_nothing_is_lost_whatever_is_answered(peer, opened, tmp_path):
    peer.replies.extend(
        Reply(status, (("Retry-After", "0"),), fault=fault)
        for status, fault in [(503, ""), (200, "cut"), (429, ""), (200, "hang_up"), (500, ""), (200, "stall")]
    )
    outbox = Outbox(tmp_path / "outbox.db", [Route("hook", opened(max_events=10, timeout_s=0.5))])
    for number in range(100):
        outbox.emit([message("east", number), message("west", number)])
    outbox.close(drain_s=30)
    seen = Collector()
    for request in peer.posted():
        found = json.loads(request.body)
        seen.taken += [message(event["camera"], event["number"]) for event in found]
    for numbers in per_camera(seen.taken).values():
        assert list(dict.fromkeys(numbers)) == list(range(100))


def test_a_closed_sink_takes_nothing(opened):
    sink = opened()
    sink.close()
    sink.close()
    with pytest.raises(SinkError, match="closed") as caught:
        sink.emit(east([1]))
    assert len(caught.value.events) == 1


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"url": "http://hooks.shop/x"}, "url: http:// would send everything in the clear"),
        ({"url": "https://u:p@hooks.shop"}, "url: has a user"),
        ({"url": "ftp://hooks.shop"}, "url: expected https"),
        ({"url": "https://hooks.shop:0/"}, "url: expected https"),
        ({"url": "https://hooks.shop/a b\n"}, "url: expected https"),
        ({"key_file": "k.pem"}, "certificate_file: is missing"),
    ],
)
def test_a_configuration_that_cannot_be_is_refused(settings, expected):
    with pytest.raises(ConfigError, match=expected):
        WebhookConfig(**{"url": "https://hooks.shop/", **settings})


@pytest.mark.parametrize("text", ["secret", "whsec_!", "whsec_" + base64.b64encode(b"short").decode()])
def test_a_weak_or_wrong_key_is_refused_at_the_start_without_showing_it(text):
    config = WebhookConfig(url="https://hooks.shop/", secret=Secret(env="KEY"))
    with pytest.raises(ConfigError, match="openssl rand -base64 32") as caught:
        WebhookSink(config, {"KEY": text})
    assert text not in str(caught.value).replace("secret:", "")


def test_no_secret_shows(peer, opened, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    environment = {"KEY": SECRET, "TOKEN": "t0ken-of-ours"}
    shown = []
    url = f"https://127.0.0.1:{peer.port}/events?code=hidden-code"
    for settings in (
        {"url": url},
        {"url": "https://127.0.0.1:1/events?code=hidden-code"},
        {"url": url, "ca_file": None},
        {"url": url, "validate": True},
    ):
        for reply in (Reply(401), Reply(400), Reply(fault="cut"), Reply(308, (("Location", url),))):
            peer.replies.append(reply)
            sink = opened(
                environment, **settings, timeout_s=2.0, secret=Secret(env="KEY"), token=Secret(env="TOKEN")
            )
            with pytest.raises(SinkError) as caught:
                sink.emit(east([1]))
            shown += [str(caught.value), repr(caught.value), repr(caught.value.__cause__)]
            shown += [repr(sink), repr(sink._client), repr(sink._config.secret)]
            peer.replies.clear()
    out, err = capfd.readouterr()
    text = "\n".join([*shown, caplog.text, out, err])
    assert "answers 401" in text
    signatures = [r.headers["webhook-signature"].removeprefix("v1,") for r in peer.requests]
    for secret in (SECRET, SECRET.removeprefix("whsec_"), "t0ken-of-ours", "hidden-code", *signatures):
        assert secret not in text
