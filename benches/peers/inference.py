"""The model alone: as many runs as asked for, on a blank tensor."""

import json
import sys
import time

import numpy as np
import onnxruntime


def main() -> None:
    job = json.load(sys.stdin)
    options = onnxruntime.SessionOptions()
    if job["threads"]:
        options.intra_op_num_threads = job["threads"]
    session = onnxruntime.InferenceSession(job["model"], options, providers=["CPUExecutionProvider"])
    width, height = job["input"]
    tensor = np.full((1, 3, height, width), 114, np.float32)
    frames = job["frames"]
    cpu = time.process_time()
    for _ in range(frames):
        session.run(None, {"images": tensor})
    print(json.dumps({"frames": frames, "cpu_s": time.process_time() - cpu}))


if __name__ == "__main__":
    main()
