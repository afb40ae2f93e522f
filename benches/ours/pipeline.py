"""Our side of the pipeline benchmark: a job as JSON in, figures as JSON out."""

import json
import sys
import time

import sightline


def main() -> None:
    job = json.load(sys.stdin)
    x1, y1, x2, y2 = job["line"]
    scene = sightline.Scene(
        lines=[sightline.Line("line", (x1, y1), (x2, y2))],
        zones=[sightline.Zone("zone", [tuple(point) for point in job["zone"]])],
    )
    detector = sightline.open_detector(job["model"], threads=job["threads"], input_size=tuple(job["input"]))
    started, cpu = time.perf_counter(), time.process_time()
    with sightline.Pipeline(
        source=sightline.open_source(job["video"], fps=job.get("fps", 10.0)), scene=scene, detector=detector
    ) as pipeline:
        events = sum(1 for _ in pipeline)
        counts, frames = pipeline.counts(), pipeline.frames_analyzed()
    figures = {
        "frames": frames,
        "cpu_s": time.process_time() - cpu,
        "wall_s": time.perf_counter() - started,
        "events": events,
        "in": counts["lines"][0]["in"],
        "out": counts["lines"][0]["out"],
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
