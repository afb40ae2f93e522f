"""Memory of cameras that nobody takes frames from: each waits with a full queue."""

import json
import sys
import time

from benches.process import cpu_by_thread, resident_mb

import sightline


def decoding_s() -> float:
    return sum(cpu for name, cpu in cpu_by_thread().values() if name.startswith("sightline-"))


def main() -> None:
    job = json.load(sys.stdin)
    detector = sightline.open_detector(job["model"], threads=1, input_size=tuple(job["input"]))
    cameras = [
        sightline.Camera(
            sightline.open_source(job["video"], source_id=f"c{number}", fps=job["fps"]), sightline.Scene()
        )
        for number in range(job["streams"])
    ]
    with sightline.Pipeline(cameras=cameras, detector=detector):
        before = -1.0
        while (now := decoding_s()) > before:  # until all of them wait
            before = now
            time.sleep(1.0)
        print(json.dumps({"resident_mb": resident_mb()}))


if __name__ == "__main__":
    main()
