"""How many cameras a machine takes: ours beside the script one would write with OpenCV, ONNX Runtime and supervision."""

from benches.cameras import ALONE, CORES, FILM, FIXED, FPS, OPEN, Side, cpu_per_stream, watch
from benches.report import Result

NUMBERS = (1, 2, 4)
CPU_S = 8.0
IN_TIME_S = 15.0
MOST_LATE_S = 1.0
LEAST_SHARE = 0.98
TRIES = 5

_SCRIPTS = {
    "usual": "script: threads capture, one loop detects and counts, ONNX Runtime's defaults",
    "threads": "script: a thread a stream does it all, ONNX Runtime in the calling thread",
}
_USUAL, _THREADS = _SCRIPTS["usual"], _SCRIPTS["threads"]
GROUPS = (
    (
        FIXED,
        ALONE,
        Side(_USUAL, FIXED.model, (416, 416), "usual"),
        Side(_THREADS, FIXED.model, (416, 416), "threads"),
    ),
    (OPEN, Side(_USUAL, OPEN.model, (416, 416), "usual"), Side(_THREADS, OPEN.model, OPEN.input, "threads")),
)


def run(rounds: int) -> Result:
    del rounds  # one long run each, at several numbers of streams
    rows = []
    for group in GROUPS:
        costs: dict[Side, list[float]] = {side: [] for side in group}
        for number in NUMBERS:  # in turns, so that what else the machine does meets all sides
            for side in group:
                costs[side].append(cpu_per_stream(watch(side, number, CPU_S)))
        most = {side: _most_streams(side, CORES / min(costs[side])) for side in group}
        ours = group[0]
        for side in group:
            fits, our_fits = (CORES / min(costs[each]) for each in (side, ours))
            rows.append(
                [
                    side.in_words,
                    f"{side.input[0]}×{side.input[1]}",
                    " / ".join(f"{cost * 1e3:.0f}" for cost in costs[side]),
                    f"{fits:.1f}",
                    f"{our_fits / fits:.2f}×",
                    str(most[side]),
                    f"{most[ours] / most[side]:.2f}×" if most[side] else "-",
                ]
            )
    return Result(
        "streams",
        f"Streams per machine: {FILM}, analyzed {FPS:.0f} times a second",
        [
            "",
            "input",
            f"CPU ms a second of a stream, at {' / '.join(map(str, NUMBERS))} streams",
            "streams that the cores' CPU time is enough for",
            "ours is",
            "most streams watched in time",
            "ours is",
        ],
        rows,
        [
            (
                f"In time: over {IN_TIME_S:.0f} s at least {LEAST_SHARE:.0%} of the due frames were analyzed, and 99 % of them came less than "
                f"{MOST_LATE_S:.0f} s late. Found by bisection, so it moves by one with whatever else the machine does; the CPU time moves less."
            ),
            "Files at the pace of life on both sides; everything of a side runs in one process. supervision 0.25, OpenCV 5, one line, one zone.",
            (
                "The script's first form is what is usually written: ONNX Runtime's threads spin while they wait. Its second form is the best "
                "that we could make of it; with the open model it has our input shape, too."
            ),
            (
                "roboflow `inference` is left out. Version 1.8 brings 208 packages, torch with CUDA among them. Version 0.24 (136 packages, 1.4 GB) runs "
                "a function of one's own without a network, but plays files frame by frame at the rate asked for and skips none, so a film does not "
                "stand for a camera there; it would want an RTSP server for both sides."
            ),
        ],
    )


def _most_streams(side: Side, guess: float) -> int:
    """Return the largest number of streams found that is watched in time."""
    most, too_many, number = 0, None, max(1, round(guess))
    for _ in range(TRIES):
        if _is_in_time(watch(side, number, IN_TIME_S)):
            most = number
        else:
            too_many = number
        step = max(1, number // 8)
        number = most + step if too_many is None else max(most + 1, too_many - step, (most + too_many) // 2)
        if too_many is not None and too_many - most <= 1:
            break
    return most


def _is_in_time(figures: dict) -> bool:
    return figures["frames"] >= LEAST_SHARE * figures["due"] and figures["late_p99_s"] < MOST_LATE_S
