"""The outbox's promise, with the machine broken under it: killed processes and full disks."""

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


def python(code_or_file, *arguments, **more):
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
    return subprocess.Popen([sys.executable, code_or_file, *map(str, arguments)], env=environment, **more)


def in_first_order(ids):
    """The numbers of each camera, repetitions left out."""
    numbers = {}
    for text in ids:
        camera, _, number = text.rpartition("-")
        known = numbers.setdefault(camera, {})
        known.setdefault(int(number))
    return {camera: list(known) for camera, known in numbers.items()}


def test_nothing_is_lost_when_the_process_is_killed_again_and_again(tmp_path):
    """SIGKILL at random moments, thirty times; what was taken and not noted may come twice, in order."""
    chance = random.Random(7)  # noqa: S311 - it only chooses moments
    count, kills = 6000, 0
    while not (tmp_path / "done").exists():
        child = python(ROOT / "tests/support/publisher.py", tmp_path, count)
        if kills < 30:
            try:
                child.wait(0.25 + chance.random() * 0.3)
            except subprocess.TimeoutExpired:
                child.kill()
                kills += 1
        assert child.wait(120) in (0, -9)
    taken = (tmp_path / "taken").read_text().splitlines()
    assert kills >= 5
    assert in_first_order(taken) == {"east": list(range(count)), "west": list(range(count))}


FULL_DISK = """
import sys, time
from pathlib import Path
from sightline.outbox import Outbox, Route
from tests.support.messages import Collector, message, per_camera

folder = Path(sys.argv[1])
ballast = folder / "ballast"
ballast.write_bytes(b"x" * (3 << 20))
words, sink = [], Collector()
sink.broken = True
outbox = Outbox(folder / "outbox.db", [Route("cloud", sink)], report=words.append)
number = 0
while outbox.stats().state == "open":
    outbox.emit([message("east", number, 20_000)])
    number += 1
    assert number < 1000
for _ in range(20):
    outbox.emit([message("east", number, 20_000)])
    number += 1
stats = outbox.stats()
assert stats.state == "disk_full" and stats.held >= 20, stats
assert "make room on its disk" in words[-1] or any("make room on its disk" in text for text in words)
ballast.unlink()
outbox.emit([message("east", number, 20_000)])
number += 1
stats = outbox.stats()
assert stats.state == "open" and stats.held == 0, stats
assert any("can be written again" in text for text in words)
sink.broken = False
sink.wait_for(lambda: len(sink.taken) >= number)

# Full again, and this time nothing comes in after there is room.
ballast.write_bytes(b"x" * (2 << 20))
outbox.flush()
while outbox.stats().state == "open":
    outbox.emit([message("east", number, 20_000)])
    number += 1
outbox.flush()
ballast.unlink()
until = time.monotonic() + 60
while outbox.stats().held and time.monotonic() < until:
    time.sleep(0.1)
assert outbox.stats().held == 0, outbox.stats()
sink.wait_for(lambda: len(sink.taken) >= number)
outbox.close()
assert per_camera(sink.taken) == {"east": list(range(number))}
print("held, and recovered")
"""


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare, to mount a small disk of its own")
def test_a_full_disk_is_told_and_survived(tmp_path):
    """On a disk of 4 MiB that is really full: a tmpfs that only the test's own processes see."""
    (tmp_path / "full.py").write_text(FULL_DISK)
    (tmp_path / "disk").mkdir()
    mounted = f"mount -t tmpfs -o size=4m tmpfs {tmp_path}/disk && exec {sys.executable} {tmp_path}/full.py {tmp_path}/disk"
    own = ["--mount"] if os.geteuid() == 0 else ["--mount", "--map-root-user"]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
    result = subprocess.run(
        ["unshare", *own, "sh", "-c", mounted],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if "unshare failed" in result.stderr or "permission denied" in result.stderr.lower():
        pytest.skip(f"this machine lets nobody mount: {result.stderr.strip()}")
    assert result.returncode == 0, result.stderr
    assert result.stdout == "held, and recovered\n"
