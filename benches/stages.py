"""Where the CPU time of a pipeline goes, stage by stage."""

from benches.cameras import FILM, FIXED, FPS, OPEN, cpu_per_stream, watch
from benches.report import Result

STREAMS = 4
DECODING, INFERENCE = "decoding and conversion", "inference"


def run(rounds: int) -> Result:
    del rounds  # one run of each, long enough
    rows, notes = [], []
    for side in (FIXED, OPEN):
        figures = watch(side, STREAMS, 20.0)
        stages, frames = figures["stages"], figures["frames"]
        total = sum(stages.values())
        beside = total - stages[DECODING] - stages[INFERENCE]
        rows += [
            [
                f"{side.model}: {name}",
                f"{cpu * FPS / frames * 1e3:.2f}",
                f"{cpu / frames * 1e3:.3f}",
                f"{cpu / total:.1%}",
            ]
            for name, cpu in [*stages.items(), ("all", total)]
        ]
        notes.append(
            f"{side.model}: beside inference and decoding {beside / stages[INFERENCE]:.1%} of the time of inference, "
            f"{beside / total:.1%} of all; tracking and rules take {stages['tracking and rules'] / frames * 1e6:.0f} µs a frame. The whole "
            f"process used {cpu_per_stream(figures) * 1e3:.0f} ms a second of a stream."
        )
    return Result(
        "stages",
        f"CPU time by stage: {STREAMS} streams, {FILM}, analyzed {FPS:.0f} times a second",
        ["", "CPU ms a second of a stream", "CPU ms a frame analyzed", "share"],
        rows,
        [
            *notes,
            (
                "Decoding is that of all 25 frames a second, in a thread a stream, with conversion to the model's input. Inference is the calls of the "
                "model with ONNX Runtime's threads, decoding of boxes belongs to tracking and rules. The rest of the loop is what Python does: "
                "events, sinks, the wait for frames."
            ),
            "Decoding already overlaps inference. To overlap tracking and rules with it, too, could gain no more than their share.",
        ],
    )
