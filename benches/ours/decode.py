"""Our decoding, to nothing, to pictures or to tensors."""

import json
import sys
import time
from collections.abc import Iterator

import sightline
from sightline import _core
from sightline.rules import core_scene

SIZES = {"nothing": (32, 32), "tensor": (640, 384)}


def tensors(video: str, fps: float | None, size: tuple[int, int]) -> Iterator[object]:
    width, height = size
    spec = _core.TensorSpec(width=width, height=height, channels="bgr", fit="letterbox_top_left")
    stream = {
        **sightline.open_source(video, fps=fps).core_arguments(),
        "scene": core_scene(sightline.Scene()),
        "tracker": sightline.ByteTrack().settings,
        "keep_pictures": False,
        "motions": False,
    }
    engine = _core.Engine(spec, [stream])
    while (batch := engine.next_batch()) is not None:
        yield batch.tensor


def main() -> None:
    job = json.load(sys.stdin)
    video, fps = job["video"], job["fps"]
    frames = sightline.open_source(video).info.frames
    if job["to"] == "picture":
        read = iter(sightline.open_source(video, fps=fps))
    else:
        read = tensors(video, fps, SIZES[job["to"]])
    next(read)
    cpu = time.process_time()
    for _ in read:
        pass
    print(json.dumps({"frames": frames - 1, "cpu_s": time.process_time() - cpu}))


if __name__ == "__main__":
    main()
