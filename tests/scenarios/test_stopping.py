"""How a run ends when it is asked to: in order, within a bound, and at once when asked again; nothing is lost either way."""

import json
import signal
import threading
import time

import pytest
from tests.peers.webhook import Webhook
from tests.support.operated import wait_for
from tests.unit.test_pipeline import write_ball

pytestmark = pytest.mark.slow

CONFIG = """
[[cameras]]
source = "lobby.mp4"
loop = true
paced = true
fps = 10
[[cameras.zones]]
name = "everywhere"
polygon = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
[detector]
model = "motion"
[[sinks]]
type = "file"
path = "events.jsonl"
[[sinks]]
type = "webhook"
url = "http://127.0.0.1:{port}/"
"""
OUTBOX_S = 5 + 5
"""So long the outbox waits at the end: for sinks, and then for a request that is under way."""


@pytest.fixture
def webhook():
    """A receiver that takes nothing and answers nothing until `released` is set."""
    with Webhook() as webhook:
        webhook.released = threading.Event()
        webhook.judge = lambda _: webhook.released.wait(60) and None
        yield webhook
        webhook.released.set()


@pytest.fixture
def run(webhook, operated, tmp_path):
    """A run that has events for a receiver that hangs."""
    write_ball(tmp_path / "lobby.mp4")
    (tmp_path / "run.toml").write_text(CONFIG.format(port=webhook.port))
    run = operated("run", "run.toml")
    wait_for(lambda: sink_of(run).get("waiting", 0) > 0)
    return run


def sink_of(run):
    outboxes = json.loads(run.get("/status")[1])["outboxes"]
    return outboxes[0]["sinks"][0] if outboxes else {}


def waiting(sightline, tmp_path):
    """How many events the outbox keeps for the receiver."""
    shown = sightline("events", "stats", tmp_path / "state" / "outbox.db", "--json")
    assert shown.returncode == 0, shown.stderr
    (sink,) = json.loads(shown.stdout)["sinks"]
    return sink["waiting"]


def test_sigterm_closes_what_is_open_and_waits_for_a_receiver_that_hangs_for_seconds_only(
    run, sightline, tmp_path
):
    began = time.monotonic()
    words = run.stop()
    assert time.monotonic() - began < OUTBOX_S + 5
    assert "Ctrl-C again ends at once" in words
    events = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    # Who was inside has left with the end of the run, and the file has it.
    assert (
        [event["type"] for event in events].count("sightline.zone.entered.v1")
        == [event["type"] for event in events].count("sightline.zone.exited.v1")
        > 0
    )
    assert waiting(sightline, tmp_path) == len(events)


def test_the_second_ctrl_c_ends_it_at_once_and_the_outbox_keeps_what_waits(
    run, sightline, webhook, operated, tmp_path
):
    run.process.send_signal(signal.SIGINT)
    wait_for(lambda: any("Ctrl-C again ends at once" in line for line in run.lines))
    began = time.monotonic()
    run.process.send_signal(signal.SIGINT)
    assert run.process.wait(30) == 130
    assert time.monotonic() - began < 1.5
    wait_for(lambda: "ended at once" in run.lines)
    assert "Traceback" not in "\n".join(run.lines)
    kept = waiting(sightline, tmp_path)
    assert kept > 0
    webhook.released.set()
    again = operated("run", "run.toml")
    wait_for(lambda: sink_of(again).get("accepted", 0) >= kept)
    again.stop()
