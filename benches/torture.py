"""Delivery while everything fails: the endpoint answers as it likes or not at all, and the publisher is killed again and again."""

import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.peers.authority import Authority
from tests.peers.event_grid import EventGridPeer, Fault

from benches.environment import ROOT, say
from benches.report import Result

EVENTS, KILLS, CAMERAS = 100_000, 100, 16
LONGEST_S = 1800

MIX: dict[str, tuple[int, Fault | None]] = {
    "200": (70, None),
    "429": (4, Fault(429)),
    "429 with Retry-After": (2, Fault(429, {"Retry-After": "1"})),
    "500": (6, Fault(500)),
    "503": (6, Fault(503)),
    "reset": (5, Fault()),
    "stall": (2, Fault(stall=True)),
    "taken, then reset": (3, Fault(accept=True)),
    "taken, then stalled": (2, Fault(accept=True, stall=True)),
}
"""What the endpoint does with a request, and how many times in a hundred."""


@dataclass
class Figures:
    """What a run brought."""

    kills: int = 0
    lives: int = 0
    seconds: float = 0
    answers: Counter = field(default_factory=Counter)
    missing: int = 0
    out_of_order: int = 0
    after_lost_answers: int = 0
    after_kills: int = 0
    unexplained: int = 0


def run(_rounds: int) -> Result:
    found = play(EVENTS, KILLS, CAMERAS, seed=5)
    requests = sum(found.answers.values())
    mix = ", ".join(f"{name} {count:,}" for name, count in found.answers.items())
    return Result(
        "torture",
        f"Torture: {EVENTS:,} events of {CAMERAS} cameras, the publisher killed −9 {found.kills} times",
        [
            "events",
            "never arrived",
            "out of order in their camera",
            "duplicates after a lost answer",
            "duplicates after a kill",
            "other duplicates",
            "seconds",
        ],
        [
            [
                f"{EVENTS:,}",
                f"{found.missing:,}",
                f"{found.out_of_order:,}",
                f"{found.after_lost_answers:,}",
                f"{found.after_kills:,}",
                f"{found.unexplained:,}",
                f"{found.seconds:,.0f}",
            ]
        ],
        [
            f"One publisher with an outbox and an Event Grid sink (50 events a request, up to four at once) against an HTTPS endpoint on loopback that checks every event. Its {requests:,} requests: {mix}.",
            "A duplicate is an event that was taken before. After a lost answer: the endpoint took the request and the publisher was not told. After a kill: it was told, or was about to be, and was killed before it had noted that, which it does for up to 1,000 events at once: here 20 requests of 50, by default one or two. Subscribers drop both by event id.",
            "Order is that of each event's first arrival. Killed at random moments: while it commits, sends, waits, or starts.",
        ],
    )


def play(events: int, kills: int, cameras: int, *, seed: int) -> Figures:
    """Let a publisher deliver so many events while it is killed so often, and look at what arrived."""
    chance = random.Random(seed)  # noqa: S311 - faults and moments, which the seed repeats
    figures = Figures()
    names, weights = list(MIX), [weight for weight, _ in MIX.values()]

    def choose() -> Fault | None:
        (name,) = chance.choices(names, weights)
        figures.answers[name] += 1
        return MIX[name][1]

    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(Path(folder) / "authority")
        with EventGridPeer(authority.server_context()) as peer:
            peer.choose_fault = choose
            job = {
                "url": peer.url,
                "key": peer.key,
                "ca_file": str(authority.ca_file),
                "outbox": f"{folder}/outbox.db",
                "events": events,
                "cameras": cameras,
            }
            lives = _kill_again_and_again(job, peer, kills, chance, figures)
            accepted = list(peer.accepted)
    figures.seconds = time.monotonic() - begun
    _judge(accepted, lives, events, cameras, figures)
    return figures


def _kill_again_and_again(job, peer, kills, chance, figures) -> list[int]:
    """Run the publisher to its end; return how many connections there had been at the end of each life."""
    marks = sorted(chance.uniform(0, 0.97 * job["events"]) for _ in range(kills))
    until = time.monotonic() + LONGEST_S
    lives: list[int] = []
    arrived = _Arrived(peer)
    for mark in [*marks, None]:
        command = [sys.executable, "-m", "benches.ours.publisher"]
        publisher = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, text=True)
        with publisher.stdin as told:
            told.write(json.dumps(job))
        figures.lives += 1
        try:
            if mark is None:
                publisher.wait(max(1.0, until - time.monotonic()))
            else:
                _wait_to_kill(publisher, arrived, mark, chance, until)
        finally:
            publisher.kill()
            publisher.wait()
        figures.kills += mark is not None
        lives.append(peer.connections)
        if figures.lives % 10 == 0:
            say(f"  {figures.lives} lives, {arrived.count():,} events arrived")
    return lives


def _wait_to_kill(publisher, arrived, mark, chance, until) -> None:
    """Return when enough has arrived, and a random moment later; at times before anything could."""
    time.sleep(chance.uniform(0.05, 1.5))
    while arrived.count() < mark:
        if publisher.poll() is not None or time.monotonic() > until:
            raise SystemExit(f"the publisher ended early: {publisher.returncode}, {arrived.count()} events")
        time.sleep(0.01)
    time.sleep(chance.uniform(0, 0.3))


class _Arrived:
    """How many different events have arrived."""

    def __init__(self, peer) -> None:
        self._peer, self._seen, self._place = peer, set(), 0

    def count(self) -> int:
        fresh = self._peer.accepted[self._place :]
        self._place += len(fresh)
        self._seen.update(found.event["id"] for found in fresh)
        return len(self._seen)


def _judge(accepted, lives, events, cameras, figures) -> None:
    last: dict[str, tuple[bool, int]] = {}
    newest = dict.fromkeys(range(cameras), -1)
    for found in accepted:
        name, number = found.event["id"], found.event["data"]["number"]
        life = next(index for index, connections in enumerate(lives) if found.connection <= connections)
        if name not in last:
            figures.out_of_order += number < newest[number % cameras]
            newest[number % cameras] = number
        else:
            answered, before = last[name]
            if life != before:
                figures.after_kills += 1
            elif not answered:
                figures.after_lost_answers += 1
            else:
                figures.unexplained += 1
        last[name] = found.answered, life
    figures.missing = events - len(last)
