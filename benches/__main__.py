"""python -m benches NAME… : run benchmarks side by side with peers; `setup` installs the peers first."""

import argparse
import datetime as dt
import importlib
import json
import sys
from dataclasses import asdict

from benches.environment import say, set_up
from benches.report import save, table

BENCHMARKS = {
    "pipeline": "the whole job on one video: ours, and OpenCV + ONNX Runtime + supervision",
    "streams": "cameras that a machine takes: ours, and two scripts of OpenCV + ONNX Runtime + supervision",
    "stages": "where the CPU time of a pipeline goes",
    "footprint": "memory of a camera, and how late events come",
    "decode": "decoding alone, to tensors and to pictures: ours, PyAV, OpenCV, the ffmpeg program",
    "tracking": "ByteTrack for 10 to 1,000 objects: ours, visiontrack-cpp, ioutrack_rs, trackforge, trackers, supervision",
    "geometry": "points in polygons and moves over lines: ours, shapely, numpy, savant_rs, OpenCV, supervision",
    "conformance": "the conformance suite and random walkers: ours, supervision, savant_rs, OpenCV, usual scripts",
    "faces": "faces and masks on two photos that were labelled by eye, and what a look costs",
    "ground": "places and distances on the ground: calibrated, from points, from people alone",
    "quality": "tracks and counts of recorded scenes against the truth, and other trackers'",
    "delivery": "events into the outbox and to Event Grid: ours, the SDK, a bare SQLite loop",
    "torture": "delivery while the endpoint fails at random and the publisher is killed",
    "soak": "cameras that fail for an hour: memory, file descriptors, threads, and every crossing",
    "crowds": "tracks of simulated crowds against the truth, and other trackers'",
}
TOGETHER = {
    "pipeline": ("pipeline", "streams", "stages", "footprint"),
    "tracking": ("tracking", "quality", "crowds"),
}
"""Names that stand for several: how fast the whole is and what it costs; how fast tracking is, and how right."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benches", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"setup, or some of: {', '.join(BENCHMARKS)}"
    )
    parser.add_argument("--list", action="store_true", help="list the benchmarks and end")
    parser.add_argument(
        "--rounds", type=int, default=5, help="how often each side runs, in turns (default 5)"
    )
    parser.add_argument(
        "--minutes", type=float, default=60.0, help="how long the soak run takes (default 60)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--write", action="store_true", help="keep the figures and render benches/RESULTS.md")
    arguments = parser.parse_args()
    if arguments.list or not arguments.names:
        for name, what in BENCHMARKS.items():
            print(f"{name:<13}{what}")
        return
    for name in (part for given in arguments.names for part in TOGETHER.get(given, (given,))):
        if name == "setup":
            set_up()
            continue
        if name not in BENCHMARKS:
            parser.error(f"expected setup or some of {', '.join(BENCHMARKS)}, found {name}")
        say(f"{name}: {BENCHMARKS[name]}")
        amount = arguments.minutes if name == "soak" else arguments.rounds
        result = importlib.import_module(f"benches.{name}").run(amount)
        if arguments.write:
            today = dt.datetime.now(tz=dt.UTC).date().isoformat()  # noqa: TID251 - the date of a measurement
            save(result, today)
        print(json.dumps(asdict(result)) if arguments.json else f"\n{result.title}\n{table(result)}")
        for note in [] if arguments.json else result.notes:
            print(f"- {note}")


if __name__ == "__main__":
    sys.exit(main())
