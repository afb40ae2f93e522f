"""The model alone, with our session's settings: as many runs as asked for, on a blank tensor."""

import json
import sys
import time

import numpy as np

import sightline
from sightline.detectors import Batch


def main() -> None:
    job = json.load(sys.stdin)
    width, height = job["input"]
    detector = sightline.open_detector(job["model"], threads=job["threads"], input_size=(width, height))
    batch = Batch(np.full((1, 3, height, width), 114, np.float32), [0], [])
    frames = job["frames"]
    cpu = time.process_time()
    for _ in range(frames):
        detector.infer(batch)
    print(json.dumps({"frames": frames, "cpu_s": time.process_time() - cpu}))


if __name__ == "__main__":
    main()
