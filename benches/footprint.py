"""Memory of a camera, and how late events come."""

from benches.cameras import CORES, FILM, FIXED, FPS, OPEN, cpu_per_stream, job, watch
from benches.environment import worker
from benches.report import Result

FEW, MANY = 1, 9


def run(rounds: int) -> Result:
    del rounds  # one run of each, long enough
    rows = []
    for side in (FIXED, OPEN):
        memory = {number: worker("ours/idle.py", job(side, number))["resident_mb"] for number in (FEW, MANY)}
        half = max(1, int(CORES / cpu_per_stream(watch(side, 2, 10.0)) / 2))
        figures = watch(side, half, 30.0)
        rows.append(
            [
                side.in_words,
                f"{memory[FEW]:.0f}",
                f"{(memory[MANY] - memory[FEW]) / (MANY - FEW):.1f}",
                str(half),
                f"{figures['late_p50_s'] * 1e3:.1f}",
                f"{figures['late_p99_s'] * 1e3:.1f}",
            ]
        )
    return Result(
        "footprint",
        f"Memory and lateness: {FILM}, analyzed {FPS:.0f} times a second",
        [
            "",
            "resident with one stream, MB",
            "each further stream, MB",
            "streams while lateness was measured",
            "events late beyond inference, median ms",
            "99th percentile, ms",
        ],
        rows,
        [
            f"Memory: {FEW} and {MANY} streams that nobody takes frames from, each with its queue of 4 full. Promised: at most 40 MB a stream.",
            (
                "Lateness: from when a frame was due at the pace of the film to when its events were delivered, less the time of the model's run, with half "
                "as many streams as the CPU time is enough for. A stream's clock is set by the frame that came through soonest. All streams' "
                f"frames are due together, so it includes waiting for each other. Promised: at most one interval, {1e3 / FPS:.0f} ms, for 99 % of frames."
            ),
        ],
    )
