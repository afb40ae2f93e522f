"""While a disk is full nobody can note how far a sink is; then nothing is sent again and again."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# The disk is filled while the sink has the events in its hands, so that they are taken and it cannot be noted.
FULL_WHILE_SENDING = """
import sys, time
from pathlib import Path
from sightline.outbox import Outbox, Route
from tests.support.messages import Collector, message

class Filling(Collector):
    def emit(self, events):
        super().emit(events)
        if not ballast.exists():
            with ballast.open("wb", buffering=0) as file:
                try:
                    while file.write(b"x" * 4096):
                        pass
                except OSError:
                    pass

folder = Path(sys.argv[1])
ballast = folder / "ballast"
words, sink = [], Filling()
outbox = Outbox(folder / "outbox.db", [Route("cloud", sink)], report=words.append)
outbox.emit([message("east", number, 100) for number in range(50)])
sink.wait_for(lambda: ballast.exists())
end = time.monotonic() + 20
while not any("cannot be noted" in text for text in words):
    assert time.monotonic() < end, words
    time.sleep(0.05)
time.sleep(2)
assert len(sink.taken) == 50, len(sink.taken)
ballast.unlink()
while outbox.stats().sinks[0].accepted < 50:
    assert time.monotonic() < end + 20, outbox.stats()
    time.sleep(0.05)
outbox.close()
assert len(sink.taken) == 50
print("noted later, sent once")
"""


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare, to mount a small disk of its own")
def test_a_full_disk_makes_nobody_send_again(tmp_path):
    """On a disk of 4 MiB that is really full: a tmpfs that only the test's own processes see."""
    (tmp_path / "full.py").write_text(FULL_WHILE_SENDING)
    (tmp_path / "disk").mkdir()
    mounted = f"mount -t tmpfs -o size=4m tmpfs {tmp_path}/disk && exec {sys.executable} {tmp_path}/full.py {tmp_path}/disk"
    own = ["--mount"] if os.geteuid() == 0 else ["--mount", "--map-root-user"]
    result = subprocess.run(
        ["unshare", *own, "sh", "-c", mounted],
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=ROOT,
    )
    if "unshare failed" in result.stderr or "permission denied" in result.stderr.lower():
        pytest.skip(f"this machine lets nobody mount: {result.stderr.strip()}")
    assert result.returncode == 0, result.stderr
    assert result.stdout == "noted later, sent once\n"
