"""RTSP servers that lie: no lie ends the process, none holds up another camera, and none leaves anything open.

`SIGHTLINE_FUZZ_SEED` gives the seed of the lies and `SIGHTLINE_FUZZ_S` how long they are told, as deploy/fuzz.sh does.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
SEED = int(os.environ.get("SIGHTLINE_FUZZ_SEED", "1"))
LONG_S = float(os.environ.get("SIGHTLINE_FUZZ_S", "20"))

WATCHING = """
import pathlib, sys, time
from tests.peers.lying_rtsp import LyingRtspServer
from tests.peers.rtsp import RtspServer
from tests.scenarios.test_live_faults import crossings_of, watching
from tests.support.live import run_until
from tests.support.square import write_film

film = write_film(pathlib.Path(sys.argv[1]) / "film.mp4")
seed, long_s = int(sys.argv[2]), float(sys.argv[3])
until_s = time.monotonic() + long_s
liar, honest = LyingRtspServer(film, seed), RtspServer({"honest": film})
crossings = rounds = 0
while time.monotonic() < until_s:
    # Cameras that are lost wait ever longer: a new pipeline has new ones.
    urls = [honest.url("honest"), *(liar.url(f"liar{number}") for number in range(16))]
    with watching(*urls, open_timeout_s=1.0, read_timeout_s=1.0) as pipeline:
        ends_s = time.monotonic() + 6
        steps = run_until(pipeline, lambda _: time.monotonic() > ends_s, seconds=20)
        # A lie may come to a film with a line that is crossed; only the honest camera has to show one.
        crossings += len(crossings_of(steps, camera_id="127.0.0.1-honest"))
        rounds += 1
        assert pipeline.connection(0).reconnects == 0
        assert not pipeline.endings, pipeline.endings
honest.close()
liar.close()
assert crossings >= rounds, (crossings, rounds)
print(sum(liar.told.values()), "lies of", len(liar.told), "kinds:", dict(liar.told))
"""


def test_no_lie_ends_the_process(tmp_path):
    result = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", WATCHING, str(tmp_path), str(SEED), str(LONG_S)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LONG_S + 120,
        check=False,
    )
    assert result.returncode == 0, f"seed {SEED}: ended with {result.returncode}\n{result.stderr[-8000:]}"
    lies, kinds = int(result.stdout.split()[0]), int(result.stdout.split()[3])
    assert lies >= 40
    assert kinds >= 15
