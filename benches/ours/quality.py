"""Our pipeline on a video: counts, and the detections that trackers are compared on."""

import json
import sys

from counts import scene_of, words_of

import sightline


def main() -> None:
    job = json.load(sys.stdin)
    size = tuple(job["input"]) if job["input"] else None
    # Low scores too: the tracker's second stage is made for them.
    detector = sightline.open_detector(job["model"], confidence=0.1, input_size=size)
    pipeline = sightline.Pipeline(
        source=sightline.open_source(job["video"]), scene=scene_of(job), detector=detector
    )
    for _ in pipeline:
        pass
    detections = []
    for frame in sightline.open_source(job["video"]):
        found = detector.detect(frame.pixels)
        rows = zip(found.xyxy, found.confidence, strict=True)
        detections.append([[*map(float, box), float(score)] for box, score in rows])
    print(json.dumps({"counts": words_of(job, pipeline.counts()), "detections": detections}))


if __name__ == "__main__":
    main()
