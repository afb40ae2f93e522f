"""The programs in examples/ run as they stand."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from tests.peers.authority import Authority
from tests.peers.event_grid_push import Push
from tests.support.messages import cloud_message

ROOT = Path(__file__).resolve().parents[2]


def test_line_and_zone_counts_a_street(fixtures):
    found = subprocess.run(
        [
            sys.executable,
            ROOT / "examples" / "line_and_zone.py",
            fixtures / "tracking/tud-campus/det/det.txt",
        ],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": ""},
    )
    assert "LineCrossed(line='line', direction=" in found.stdout
    assert found.stdout.count("ZoneEntered") > 3
    assert found.stderr.startswith("line: ")


def test_subscriber_counts_what_is_delivered(tmp_path):
    authority = Authority(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "--app-dir",
        ROOT / "examples",
        "subscriber:app",
        "--port",
        str(port),
    ]
    command += ["--ssl-certfile", authority.cert_file, "--ssl-keyfile", authority.key_file]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as served:
        push = Push(f"https://localhost:{port}/", authority.client_context())
        try:
            for line in served.stderr:
                if "Uvicorn running" in line:
                    break
            assert push.validate()
            crossed = [json.loads(cloud_message("lobby", number).body) for number in (1, 2)]
            assert push.deliver(
                [*crossed, crossed[0], {**crossed[0], "id": "x", "type": "spatialanalysis.x"}]
            )
        finally:
            served.terminate()
        words, errors = served.communicate(timeout=20)
    assert [line for line in words.splitlines() if "door" in line] == [
        "lobby: door: 1 in",
        "lobby: door: 2 in",
    ]
    assert "not ours: spatialanalysis.x about /cameras/lobby/lines/door/tracks/2" in errors


@pytest.mark.parametrize("program", sorted((ROOT / "examples").glob("*.py")), ids=lambda path: path.stem)
def test_every_example_is_tried(program):
    assert program.stem in Path(__file__).read_text()
