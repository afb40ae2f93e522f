"""ByteTrack on the same simulated detections: ours, native packages', roboflow trackers', supervision's."""

from benches.environment import say, worker
from benches.report import Result

SIZES = (10, 50, 200, 1000)
SIDES = {
    "sightline, improved": ("ours/tracking.py", None, {"mode": "improved"}),
    "sightline, parity": ("ours/tracking.py", None, {"mode": "parity"}),
    "visiontrack-cpp 0.1": ("peers/tracking_native.py", "native", {"side": "visiontrack"}),
    "ioutrack_rs 0.4": ("peers/tracking_native.py", "native", {"side": "ioutrack"}),
    "trackforge 0.4": ("peers/tracking_native.py", "native", {"side": "trackforge"}),
    "trackers 2.6.1": ("peers/tracking_trackers.py", "trackers", {}),
    "supervision 0.25.1": ("peers/tracking_supervision.py", "peers", {}),
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
        digits = 1 if best["median_us"] < 100 else 0
        times = best["median_us"] / ours[size]
        return f"{best['median_us']:,.{digits}f} / {best['p99_us']:,.{digits}f} ({times:,.{1 if times < 20 else 0}f}×)"

    return Result(
        "tracking",
        "ByteTrack through Python, one thread, µs a frame: median / p99 (times ours)",
        ["", *(f"{size} objects" for size in SIZES)],
        [[name, *(cell(name, size) for size in SIZES)] for name in SIDES],
        [
            "Objects walk at random in a square that grows with their number; 5 % of the boxes are missing in each frame. Best round of each side.",
            "Timed is update alone, with the input in the package's own form: detections here, arrays for visiontrack-cpp and ioutrack_rs, supervision's detections for trackers and supervision; trackforge takes a list of tuples, which is made inside. Ours includes reading ids and boxes.",
            "Not the same algorithm everywhere: visiontrack-cpp has its own life cycle, ioutrack_rs follows SORT's state, trackforge matches greedily without the low-confidence floor, trackers' and supervision's differ from the original in thresholds and in what they output.",
        ],
    )
