"""Decoding alone, decoding to tensors and to pictures, one thread: ours, PyAV, OpenCV and the ffmpeg program."""

import tempfile

from benches.clips import camera_like, ffmpeg
from benches.environment import fixture, say, worker
from benches.report import Result, ratio, spread

SIDES = {
    "sightline": ("ours/decode.py", None, "sightline"),
    "PyAV 18": ("peers/decode.py", "peers", "pyav"),
    "OpenCV 5": ("peers/decode.py", "peers", "opencv"),
    "ffmpeg program": ("peers/decode_ffmpeg.py", None, ffmpeg),
}
WORDS = {
    "nothing": "decoded only",
    "tensor": "640×384 letterboxed tensors",
    "picture": "packed color pictures, full size",
}
JOBS = [("nothing", None), ("nothing", 10), ("tensor", None), ("tensor", 10), ("picture", None)]


def run(rounds: int) -> Result:
    walkers = fixture("videos", "one-by-one-person-detection.mp4")
    with tempfile.TemporaryDirectory() as folder:
        clips = {
            "1080p25": camera_like(walkers, "camera", folder),
            "1080p25 with B-frames": camera_like(walkers, "b-frames", folder),
            "768×432, 10 fps": walkers,
        }
        rows = [row for name, clip in clips.items() for row in clip_rows(name, clip, rounds)]
    return Result(
        "decode",
        "Decoding H.264, one thread",
        ["", "frames of the clip per CPU-second", "ours is"],
        rows,
        [
            "1080p25: 20 s of one-by-one-person-detection.mp4, enlarged, with a sensor's noise, by x264 at 4 Mbit/s, a key frame every 2 s.",
            "At 10 fps, frames that are not due are not converted, and not decoded where that can be left out.",
            "Ours is called through the engine; “decoded only” makes tensors of 32×32. Pictures are those of `open_source`.",
            "The start, up to the first frame, is not counted on any side. The ffmpeg program's tensors are bytes.",
        ],
    )


def clip_rows(name: str, clip: str, rounds: int) -> list[list[str]]:
    rows = []
    for to, fps in JOBS:
        what = f"{name}, {WORDS[to]}{'' if fps is None else f', at {fps} fps'}"
        rates: dict[str, list[float]] = {side: [] for side in SIDES}
        for number in range(rounds):
            say(f"  {what}: round {number + 1} of {rounds}")
            for side, (script, environment, reader) in SIDES.items():
                job = {
                    "video": clip,
                    "to": to,
                    "fps": fps,
                    "reader": reader if isinstance(reader, str) else reader(),
                }
                figures = worker(script, job, environment=environment)
                rates[side].append(figures["frames"] / figures["cpu_s"])
        rows += [
            [f"{side}: {what}", spread(rates[side], 0), ratio(rates["sightline"], rates[side])]
            for side in SIDES
        ]
    return rows
