"""Events into the outbox, beside a bare SQLite loop, and to an HTTPS endpoint on loopback, beside Azure's SDK."""

import tempfile
from importlib.metadata import version
from pathlib import Path

from tests.peers.authority import Authority
from tests.peers.event_grid import EventGridPeer

from benches.environment import say, worker
from benches.report import Result, ratio, spread

SECONDS = 3.0
IDLE_S = 30.0
SDK = f"azure-eventgrid {version('azure-eventgrid')}"
SIDES = {
    f"{SDK}, basic client, one event a call": ("sdk", 1),
    f"{SDK}, basic client, 100 a call": ("sdk", 100),
    f"{SDK}, basic client, 600 a call": ("sdk", 600),
    "sightline sink, one event a call": ("ours", 1),
    "sightline sink, 100 a call": ("ours", 100),
    "sightline sink, 1000 a call": ("ours", 1000),
    "sightline outbox (on the disk) and sink, 100 a call": ("outbox", 100),
}
COMMITS = (1, 10, 100)


def run(rounds: int) -> Result:
    published: dict[str, list[float]] = {name: [] for name in SIDES}
    rates: dict[str, list[float]] = {name: [] for name in SIDES}
    stored: dict[tuple[str, int], list[float]] = {(s, n): [] for n in COMMITS for s in ("bare", "outbox")}
    costs: dict[tuple[str, int], list[float]] = {key: [] for key in stored}
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(Path(folder) / "authority")
        with EventGridPeer(authority.server_context(), keep=False) as peer:
            job = {"url": peer.url, "key": peer.key, "ca_file": str(authority.ca_file), "seconds": SECONDS}
            for number in range(rounds):
                say(f"  round {number + 1} of {rounds}")
                for name, (side, batch) in SIDES.items():
                    found = worker("ours/delivery.py", {**job, "side": side, "batch": batch})
                    published[name].append(found["events"] / found["cpu_s"])
                    rates[name].append(found["events"] / found["seconds"])
                for (side, batch), values in stored.items():
                    job_of = {"side": side, "batch": batch, "folder": folder, "seconds": SECONDS}
                    found = worker("ours/commits.py", job_of)
                    values.append(found["events"] / found["seconds"])
                    costs[side, batch].append(found["events"] / found["cpu_s"])
            idle = worker("ours/delivery.py", {**job, "side": "idle", "seconds": IDLE_S})["cpu_s"]
    one, *batches = (name for name, (side, _) in SIDES.items() if side == "sdk")
    best = max(batches, key=lambda name: sorted(published[name])[len(published[name]) // 2])
    rows = [
        [
            name,
            spread(published[name], 0),
            spread(rates[name], 0),
            ratio(published[name], published[one]),
            ratio(published[name], published[best]),
        ]
        for name in SIDES
    ]
    for batch in COMMITS:
        plain, ours = stored["bare", batch], stored["outbox", batch]
        for name, side in (("bare SQLite loop", "bare"), ("sightline outbox", "outbox")):
            rows.append(
                [
                    f"{name}, commits of {batch}",
                    spread(costs[side, batch], 0),
                    spread(stored[side, batch], 0),
                    "-",
                    "1.00×" if side == "bare" else f"{ratio(ours, plain)} of the loop's",
                ]
            )
    return Result(
        "delivery",
        "Delivery: events of 1.6 kB to an HTTPS endpoint on loopback, and into the outbox",
        [
            "",
            "events per CPU-second",
            "events a second",
            "times the SDK's one at a time",
            "times its best batch",
        ],
        rows,
        [
            "CPU is the publisher's process alone; the endpoint runs in another. It checks every event, and shares the machine: read the CPU column for publishing, and events a second for commits.",
            "Ours starts from typed events and encodes them; the SDK starts from CloudEvents that are made already.",
            f"An outbox with a sink and nothing to do used {idle * 1000:.1f} ms of CPU in {IDLE_S:.0f} s.",
            "Commits: WAL, synchronous=FULL, both wait for the disk. The loop has one table of bodies; the outbox keeps camera, type, subject and time beside, checks its limits and lets old messages go.",
        ],
    )
