"""Damaged files in every container that is read: each ends in frames or in a SourceError, soon, and in bounded memory.

`SIGHTLINE_FUZZ_SEED` gives the seed of the damage and `SIGHTLINE_FUZZ_S` how long files are damaged, as deploy/fuzz.sh does.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
SEED = int(os.environ.get("SIGHTLINE_FUZZ_SEED", "1"))
LONG_S = float(os.environ.get("SIGHTLINE_FUZZ_S", "20"))

FILES = {
    "h264.mp4": "-c:v libx264 -bf 2",
    "fragmented.mp4": "-c:v libx264 -movflags frag_keyframe+empty_moov",
    "hevc.mov": "-c:v libx265 -x265-params log-level=none",
    "vp8.webm": "-c:v libvpx",
    "vp9.mkv": "-c:v libvpx-vp9",
    "mpeg4.avi": "-c:v mpeg4",
    "mjpeg.avi": "-c:v mjpeg",
    "mpeg2.ts": "-c:v mpeg2video",
    "h264.ts": "-c:v libx264",
    "h264.flv": "-c:v libx264",
    "wmv.asf": "-c:v wmv2",
    "raw.h264": "-c:v libx264",
    "raw.hevc": "-c:v libx265 -x265-params log-level=none",
    "mpeg1.mpg": "-c:v mpeg1video -r 25",
    "picture.gif": "-c:v gif",
    "vp8.ivf": "-c:v libvpx",
    "raw.y4m": "-pix_fmt yuv420p",
    "raw.mjpeg": "-c:v mjpeg",
}

READING = r"""
import faulthandler, pathlib, random, resource, sys, time
import sightline
from sightline.errors import SourceError

folder, seed, long_s = pathlib.Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
whole = {path.name: path.read_bytes() for path in sorted(folder.glob("*.*"))}
until_s, number, read, refused = time.monotonic() + long_s, 0, 0, 0
while time.monotonic() < until_s:
    number += 1
    chance = random.Random(f"{seed}/{number}")
    name = chance.choice(list(whole))
    data = bytearray(whole[name])
    for _ in range(chance.choice([0, 1, 3, 10, 100])):
        data[chance.randrange(len(data))] = chance.randrange(256)
    for _ in range(chance.choice([0, 0, 1, 5])):
        at, length = chance.randrange(len(data)), chance.randrange(1, 4000)
        data[at : at + length] = chance.choice(
            [b"", chance.randbytes(length), b"\0" * length, b"\xff" * 8, data[:length], data[at : at + length] * 3]
        )
    if chance.random() < 0.3:
        data = data[: chance.randrange(1, len(data) + 2)]
    path = folder / ("damaged." + name.split(".")[1])
    path.write_bytes(bytes(data))
    sys.stderr.write(f"\rfile {number} ({name})")
    faulthandler.dump_traceback_later(30, exit=True)
    try:
        before = (-1, -1)
        for frame in sightline.open_source(path, fps=chance.choice([None, 3.0]), threads=chance.choice([1, 1, 3])):
            assert (frame.epoch, frame.pts_ns) > before
            before, read = (frame.epoch, frame.pts_ns), read + 1
            assert frame.pixels.ndim == 3
            if frame.index > 2000:
                break
    except SourceError:
        refused += 1
    faulthandler.cancel_dump_traceback_later()
    path.unlink()
print(number, refused, read, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    if shutil.which("ffmpeg") is None:
        pytest.skip("no ffmpeg; deploy/setup.sh --tools installs it")
    folder = tmp_path_factory.mktemp("whole")
    film = "ffmpeg -nostdin -loglevel error -f lavfi -i testsrc=size=96x64:rate=10:duration=2"
    for name, coding in FILES.items():
        subprocess.run([*film.split(), *coding.split(), str(folder / name)], check=False)
    assert len(list(folder.iterdir())) >= 12
    return folder


def test_no_file_ends_the_process(folder):
    result = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", READING, str(folder), str(SEED), str(LONG_S)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LONG_S + 120,
        check=False,
    )
    assert result.returncode == 0, f"seed {SEED}: ended with {result.returncode}\n{result.stderr[-8000:]}"
    files, refused, frames, most_kib = map(int, result.stdout.split())
    assert files >= 50
    assert 0 < refused < files
    assert frames > files
    assert most_kib < 1 << 20
