"""Our decoding, to pictures or to tensors."""

import json
import sys
import time

import sightline
from sightline import _core
from sightline.rules import core_scene


def tensors(video: str) -> int:
    spec = _core.TensorSpec(width=416, height=416, channels="bgr", fit="letterbox_top_left")
    stream = {
        **sightline.open_source(video, fps=None).core_arguments(),
        "scene": core_scene(sightline.Scene()),
        "tracker": sightline.ByteTrack().settings,
        "keep_pictures": False,
        "motions": False,
    }
    engine = _core.Engine(spec, [stream])
    frames = 0
    while (batch := engine.next_batch()) is not None:
        frames += len(batch)
        _ = batch.tensor
    return frames


def main() -> None:
    job = json.load(sys.stdin)
    cpu = time.process_time()
    if job["to"] == "tensor":
        frames = tensors(job["video"])
    else:
        frames = sum(1 for _ in sightline.open_source(job["video"], fps=None))
    print(json.dumps({"frames": frames, "cpu_s": time.process_time() - cpu}))


if __name__ == "__main__":
    main()
