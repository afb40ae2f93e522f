"""Decoding alone and decoding to tensors, one thread: ours, PyAV, OpenCV."""

from benches.environment import fixture, say, worker
from benches.report import Result, ratio, spread

SIDES = {
    "sightline": ("ours/decode.py", None, "sightline"),
    "PyAV 18": ("peers/decode.py", "peers", "pyav"),
    "OpenCV 5": ("peers/decode.py", "peers", "opencv"),
}
JOBS = {"picture": "packed color pictures, full size", "tensor": "416×416 letterboxed float32 tensors"}


def run(rounds: int) -> Result:
    video = fixture("videos", "one-by-one-person-detection.mp4")
    rows = []
    for job, what in JOBS.items():
        rates: dict[str, list[float]] = {name: [] for name in SIDES}
        for number in range(rounds):
            say(f"  {job}: round {number + 1} of {rounds}")
            for name, (script, environment, reader) in SIDES.items():
                figures = worker(
                    script, {"video": video, "to": job, "reader": reader}, environment=environment
                )
                rates[name].append(figures["frames"] / figures["cpu_s"])
        rows += [
            [f"{name}: {what}", spread(rates[name], 0), ratio(rates["sightline"], rates[name])]
            for name in SIDES
        ]
    return Result(
        "decode",
        "Decoding one-by-one-person-detection.mp4 (768×432 H.264), one thread",
        ["", "frames per CPU-second", "ours is"],
        rows,
        [
            "Ours is called through the engine (tensors) and `open_source` (pictures); decoding itself is the same libav work for all."
        ],
    )
