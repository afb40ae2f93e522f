"""Cameras to measure with: a film as a camera sends it, played at its pace as often as wanted, on our side and the script's."""

import functools
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benches.environment import fixture, say, worker

FPS = 10.0
FILM = "1080p25 H.264, High, 4 Mbit/s, a key frame every 2 s, no B frames, one reference"
CORES = len(os.sched_getaffinity(0))
_SECONDS = 60
_WARM_UP_S = 3.0
_kept = []  # folders that vanish with this process


@dataclass(frozen=True)
class Side:
    """Who watches, with which model."""

    name: str
    model: str
    input: tuple[int, int]
    way: str | None = None
    """How the script goes about it; `None` for ours."""
    at_once: bool = True
    """Whether ours runs pictures of several cameras at the same time."""

    @property
    def in_words(self) -> str:
        return f"{self.name}, {self.model}"


FIXED = Side("sightline", "yolox_nano_416.onnx", (416, 416))
ALONE = Side("sightline, one picture at a time", FIXED.model, FIXED.input, at_once=False)
# Height and width are open in this file: we take the video's shape.
OPEN = Side("sightline", "yolox_nano_dynamic.onnx", (416, 256))


@functools.cache
def film() -> str:
    """Return a minute of the fixture with people who come and go, made larger, noisy as a sensor is, and encoded anew."""
    if shutil.which("ffmpeg") is None:
        raise SystemExit("the program ffmpeg is missing; it makes the film (apt-get install ffmpeg)")
    folder = tempfile.TemporaryDirectory(prefix="sightline-bench-")
    _kept.append(folder)
    path = Path(folder.name) / "camera.mp4"
    say("  making the film")
    source = fixture("videos", "one-by-one-person-detection.mp4")
    picture = "scale=1920:1080:flags=bicubic,fps=25,noise=alls=4:allf=t"
    codec = (
        "-c:v libx264 -preset superfast -pix_fmt yuv420p -bf 0 -refs 1 -g 50 -keyint_min 50 -sc_threshold 0"
    )
    rate = "-b:v 4M -maxrate 4M -bufsize 4M"
    subprocess.run(
        [
            "ffmpeg",
            "-loglevel",
            "error",
            "-stream_loop",
            "-1",
            "-i",
            source,
            "-t",
            str(_SECONDS),
            "-an",
            "-vf",
            picture,
            *codec.split(),
            *rate.split(),
            path,
        ],
        check=True,
    )
    return str(path)


def job(side: Side, streams: int) -> dict:
    return {
        "video": film(),
        "model": fixture("models", side.model),
        "input": side.input,
        "streams": streams,
        "fps": FPS,
        "threads": None,
        "at_once": streams if side.at_once else 1,
        "line": [0.75, 1.0, 0.75, 0.5],
        "zone": [[0.2, 0.2], [0.8, 0.2], [0.8, 1.0], [0.2, 1.0]],
    }


def watch(side: Side, streams: int, length_s: float) -> dict:
    """Watch so many streams for so long, and return the figures of `benches.process.Stretch`."""
    say(f"  {side.in_words}: {streams} streams")
    asked = {**job(side, streams), "warm_up_s": _WARM_UP_S, "length_s": length_s}
    if side.way is None:
        return worker("ours/streams.py", asked)
    return worker("peers/streams.py", {**asked, "way": side.way}, environment="peers")


def cpu_per_stream(figures: dict) -> float:
    """Return CPU seconds for one second of one stream, of what was analyzed."""
    return figures["cpu_s"] * FPS / max(1, figures["frames"])
