"""ByteTrack on the same simulated detections: ours, supervision's, roboflow trackers'."""

from benches.environment import say, worker
from benches.report import Result

SIZES = (10, 50, 200, 1000)
SIDES = {
    "sightline, improved": ("ours/tracking.py", None, {"mode": "improved"}),
    "sightline, parity": ("ours/tracking.py", None, {"mode": "parity"}),
    "supervision 0.25.1": ("peers/tracking_supervision.py", "peers", {}),
    "trackers 2.6.1": ("peers/tracking_trackers.py", "trackers", {}),
}


def run(rounds: int) -> Result:
    figures: dict[str, dict[int, list[dict]]] = {name: {size: [] for size in SIZES} for name in SIDES}
    for number in range(rounds):
        say(f"  round {number + 1} of {rounds}")
        for size in SIZES:
            for name, (script, environment, more) in SIDES.items():
                job = {"objects": size, "frames": 300 if size < 1000 else 60, "seed": 7, **more}
                figures[name][size].append(worker(script, job, environment=environment))
    ours = {size: min(f["median_us"] for f in figures["sightline, improved"][size]) for size in SIZES}

    def cell(name: str, size: int) -> str:
        best = min(figures[name][size], key=lambda figure: figure["median_us"])
        return f"{best['median_us']:,.0f} / {best['p99_us']:,.0f} ({best['median_us'] / ours[size]:.1f}×)"

    return Result(
        "tracking",
        "ByteTrack through Python, one thread, µs a frame: median / p99 (times ours)",
        ["", *(f"{size} objects" for size in SIZES)],
        [[name, *(cell(name, size) for size in SIZES)] for name in SIDES],
        [
            "Objects walk at random in a square that grows with their number; 5 % of the boxes are missing in each frame. Best round of each side."
        ],
    )
