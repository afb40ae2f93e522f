"""The whole job on one video, ours beside the script one would write with OpenCV, ONNX Runtime and supervision."""

import statistics

from benches.environment import fixture, say, worker
from benches.report import Result, ratio, spread

FIXED = {"model": "yolox_nano_416.onnx", "ours": [416, 416], "theirs": [416, 416], "threads": 1}
# Height and width are open in this file: we take the video's shape, the script the usual square.
OPEN = {"model": "yolox_nano_dynamic.onnx", "ours": [416, 256], "theirs": [416, 416], "threads": None}
ROUNDS = 2  # each is minutes long
BARE_RUNS = 400


def run(rounds: int) -> Result:
    rows: list[list[str]] = []
    notes: list[str] = []
    default = "each side's default threads"
    rounds = min(rounds, ROUNDS)
    for case, threads in ((FIXED, "one thread each"), ({**FIXED, "threads": None}, default), (OPEN, default)):
        rows += _compare(case, threads, rounds, notes)
    return Result(
        "pipeline",
        "Whole pipeline: one-by-one-person-detection.mp4 (768×432, 1,394 frames), one line, one zone",
        [
            "",
            "input",
            "frames per CPU-second",
            "ours is",
            "CPU ms/frame beside inference",
            "of inference",
            "line in + out",
        ],
        rows,
        notes,
    )


def _compare(case: dict, threads: str, rounds: int, notes: list[str]) -> list[list[str]]:
    job = {
        "video": fixture("videos", "one-by-one-person-detection.mp4"),
        "model": fixture("models", case["model"]),
        "line": [0.75, 1.0, 0.75, 0.5],
        "zone": [[0.2, 0.2], [0.8, 0.2], [0.8, 1.0], [0.2, 1.0]],
        "threads": case["threads"],
    }
    ours, theirs, bare_ours, bare_theirs = [], [], [], []
    for number in range(rounds):
        say(f"  {case['model']}: round {number + 1} of {rounds}")
        ours.append(worker("ours/pipeline.py", {**job, "input": case["ours"]}))
        theirs.append(worker("peers/pipeline.py", {**job, "input": case["theirs"]}, environment="peers"))
        bare = {**job, "frames": BARE_RUNS}
        bare_ours.append(worker("ours/inference.py", {**bare, "input": case["ours"]}))
        bare_theirs.append(
            worker("peers/inference.py", {**bare, "input": case["theirs"]}, environment="peers")
        )

    def row(name: str, size: list[int], results: list[dict], bare: list[dict]) -> list[str]:
        inference, beside = _ms(bare), _ms(results) - _ms(bare)
        return [
            f"{name}, {case['model']}, {threads}",
            f"{size[0]}×{size[1]}",
            spread(_rates(results)),
            ratio(_rates(ours), _rates(results)),
            f"{beside:.2f}",
            f"{beside / inference:.0%}",
            f"{results[0]['in']} + {results[0]['out']}",
        ]

    notes.append(
        f"{case['model']}, {threads}: inference alone takes {_ms(bare_ours):.2f} CPU ms a frame on our side, "
        f"{_ms(bare_theirs):.2f} on theirs (the same session settings on a blank tensor)."
    )
    return [
        row("sightline", case["ours"], ours, bare_ours),
        row("OpenCV + ONNX Runtime + supervision 0.25", case["theirs"], theirs, bare_theirs),
    ]


def _rates(results: list[dict]) -> list[float]:
    return [result["frames"] / result["cpu_s"] for result in results]


def _ms(results: list[dict]) -> float:
    return statistics.median(result["cpu_s"] / result["frames"] for result in results) * 1e3
