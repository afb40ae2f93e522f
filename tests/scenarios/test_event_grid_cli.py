"""`sightline run` with Event Grid in its configuration: the events arrive, and the key is seen nowhere."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tests.peers.event_grid import EventGridPeer, Fault

KEY = "a2V5LXRoYXQtbm9ib2R5LW1heS1zZWU="
RUN = """
[[cameras]]
source = "lobby.avi"
started_at = "2026-11-25T12:00:00Z"
lines = [{{ name = "door", from = [0.1, 0.6], to = [0.9, 0.6] }}]

[detector]
model = "motion"

[outbox]
path = "outbox.db"

[[sinks]]
type = "event_grid"
endpoint = "{url}"
ca_file = "ca.pem"
key = {key}
"""


@pytest.fixture
def peer(authority):
    with EventGridPeer(authority.server_context(), key=KEY) as peer:
        yield peer


@pytest.fixture
def folder(authority, fixtures, tmp_path):
    (tmp_path / "lobby.avi").symlink_to(fixtures / "videos" / "vtest_480x360.avi")
    (tmp_path / "ca.pem").write_bytes(authority.ca_file.read_bytes())
    (tmp_path / "key").write_text(KEY)
    return tmp_path


def run(folder, *arguments, environment):
    """Run a command; return its output, and the command lines of all processes meanwhile."""
    command = [sys.executable, "-m", "sightline", *arguments]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "SIGHTLINE_STATE_DIR": str(folder / "state"), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines, done = set(), threading.Event()

    def look():
        while not done.wait(0.05):
            for file in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    lines.add(file.read_bytes())
                except OSError:
                    continue

    looking = threading.Thread(target=look)
    looking.start()
    output, _ = process.communicate(timeout=120)
    done.set()
    looking.join()
    assert any(b"sightline" in line for line in lines)
    return process.returncode, output, b"\n".join(lines).decode("utf-8", "replace")


@pytest.mark.parametrize("place", ['{ env = "HUB_KEY" }', '{ file = "key" }'])
def test_events_arrive_and_the_key_is_seen_nowhere(place, peer, folder):
    (folder / "run.toml").write_text(RUN.format(url=peer.url, key=place))
    peer.faults += [Fault(503), Fault(401)]
    environment = {"HUB_KEY": KEY} if "env" in place else {}
    code, output, processes = run(folder, "run", "run.toml", "--json", environment=environment)
    assert code == 0, output
    assert len(peer.accepted) > 5
    assert {found.event["type"] for found in peer.accepted} == {"sightline.line.crossed.v1"}
    for command in (("check", "run.toml", "--json"), ("events", "stats", "outbox.db", "--json")):
        _, more, others = run(folder, *command, environment=environment)
        output, processes = output + more, processes + others
    assert KEY not in output
    assert KEY not in processes
    kept = [file for file in folder.rglob("*") if file.is_file() and file.name not in ("key", "lobby.avi")]
    assert len(kept) > 3
    assert [file.name for file in kept if KEY.encode() in file.read_bytes()] == []


def test_a_key_that_is_not_there_is_told_before_the_run(peer, folder):
    (folder / "run.toml").write_text(RUN.format(url=peer.url, key='{ env = "NO_SUCH_KEY" }'))
    code, output, _ = run(folder, "run", "run.toml", environment={})
    assert code == 1, output
    assert "environment variable NO_SUCH_KEY: expected a secret" in output
    assert "Traceback" not in output


def test_what_the_configuration_says_wrongly_is_told(folder):
    (folder / "run.toml").write_text(RUN.format(url="http://localhost", key='{ file = "key" }'))
    code, output, _ = run(folder, "check", "run.toml", "--json", environment={})
    assert code == 1
    assert "begins with https://" in json.dumps(json.loads(output))
