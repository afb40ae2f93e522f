"""Our side of the streams benchmark: cameras at the pace of life; the CPU time of each stage."""

import json
import sys
import threading
import time

from benches.process import Stretch, cpu_by_thread

import sightline
from sightline import _core


class Clocked:
    """Stands before an object and adds up the CPU and wall time of some of its calls."""

    def __init__(self, inner, *names: str) -> None:
        self._inner, self._names = inner, names
        self.cpu_s = dict.fromkeys(names, 0.0)
        self.latest_s = 0.0

    def __getattr__(self, name: str):
        found = getattr(self._inner, name)
        if name not in self._names:
            return found

        def call(*arguments):
            wall, cpu = time.perf_counter(), time.thread_time()
            try:
                return found(*arguments)
            finally:
                self.cpu_s[name] += time.thread_time() - cpu
                self.latest_s = time.perf_counter() - wall

        return call


class Stages:
    """CPU seconds by stage from here on."""

    def __init__(self, engine: Clocked, detector: Clocked) -> None:
        self._calls = (engine, detector)
        self._begin = self._now()

    def _now(self) -> dict[str, float]:
        engine, detector = self._calls
        threads = cpu_by_thread()
        main = threads.pop(threading.main_thread().native_id)[1]
        decoding = sum(cpu for name, cpu in threads.values() if name.startswith("sightline-"))
        others = sum(cpu for _, cpu in threads.values()) - decoding
        inference = detector.cpu_s["infer"]
        advance = engine.cpu_s["advance"]
        return {
            "decoding and conversion": decoding,
            "inference": inference + others,  # the other threads are ONNX Runtime's
            "tracking and rules": advance,
            "the rest of the loop": main - inference - advance,
        }

    def figures(self) -> dict[str, float]:
        return {name: cpu - self._begin[name] for name, cpu in self._now().items()}


def main() -> None:
    job = json.load(sys.stdin)
    made = []
    plain = _core.Engine
    _core.Engine = lambda *args, **named: made.append(Clocked(plain(*args, **named), "advance")) or made[0]
    x1, y1, x2, y2 = job["line"]
    scene = sightline.Scene(
        lines=[sightline.Line("line", (x1, y1), (x2, y2))],
        zones=[sightline.Zone("zone", [tuple(point) for point in job["zone"]])],
    )
    opened = sightline.open_detector(
        job["model"], threads=job["threads"], at_once=job["at_once"], input_size=tuple(job["input"])
    )
    detector = Clocked(opened, "infer")
    cameras = [
        sightline.Camera(
            sightline.open_source(
                job["video"], source_id=f"c{number}", fps=job["fps"], loop=True, paced=True
            ),
            scene,
        )
        for number in range(job["streams"])
    ]
    stretch = Stretch(job["warm_up_s"], job["length_s"])
    with sightline.Pipeline(cameras=cameras, detector=detector) as pipeline:
        stages = Stages(made[0], detector)
        for step in pipeline.steps():
            for image in step.images:
                if stretch.add(image.camera, image.pts_ns / 1e9, detector.latest_s):
                    stages = Stages(made[0], detector)
            if stretch.is_over():
                break
        figures = {**stretch.figures(job["streams"], job["fps"]), "stages": stages.figures()}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
