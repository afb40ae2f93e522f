"""What the soak run is about: one process that watches cameras and delivers their events by an outbox into a file.

Takes its job as JSON on stdin, and says on stdout, a line of JSON each: an event, with the moment when it was seen, and once a
second how each camera is. Ends when stdin does.
"""

import json
import sys
import threading
import time

from tests.support.square import LINE, Whiteness

import sightline
from sightline.outbox import Limits, Outbox, Route
from sightline.sinks import JsonLinesSink

TIMEOUTS = {"open_timeout_s": 3.0, "read_timeout_s": 2.0}


class Saying:
    """Lines on stdout, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __call__(self, **what: object) -> None:
        with self._lock:
            print(json.dumps(what), flush=True)


def watched(camera: dict) -> sightline.Camera:
    source = sightline.open_source(
        camera["url"], source_id=camera["name"], fps=None, transport=camera["transport"], **TIMEOUTS
    )
    return sightline.Camera(source, sightline.Scene(lines=[LINE]))


def main() -> None:
    job = json.loads(sys.stdin.readline())
    say = Saying()
    sink = JsonLinesSink(job["events"], rotate_bytes=None)
    outbox = Outbox(job["outbox"], [Route("file", sink)], limits=Limits(keep_delivered_s=60))
    cameras = [watched(camera) for camera in job["cameras"]]
    last: dict[int, tuple[int, int]] = {}
    with sightline.Pipeline(cameras=cameras, detector=Whiteness(), sinks=[outbox]) as pipeline:
        threading.Thread(target=tell_health, args=(pipeline, say, last), daemon=True).start()
        threading.Thread(target=end_with_stdin, args=(pipeline,), daemon=True).start()
        for step in pipeline.steps():
            for image in step.images:
                epoch = image.tracks.epoch
                before = last.get(image.camera, (-1, -1))
                if (epoch, image.pts_ns) <= before or image.pts_ns <= before[1]:
                    say(backward=[image.camera, before, (epoch, image.pts_ns)])
                last[image.camera] = epoch, image.pts_ns
            for event in step.events:
                say(
                    seen_s=time.monotonic(),
                    camera=event.camera_id,
                    type=type(event).__name__,
                    direction=getattr(event, "direction", None),
                    epoch=event.epoch,
                    id=event.event_id,
                )


def tell_health(pipeline: sightline.Pipeline, say: Saying, last: dict[int, tuple[int, int]]) -> None:
    while True:
        cameras = []
        for number in range(len(pipeline.cameras)):
            now = pipeline.connection(number)
            cameras.append(
                {
                    "connected": now.connected,
                    "reconnects": now.reconnects,
                    "dropped": now.frames_dropped,
                    "frames": pipeline.frames_analyzed(number),
                    "epoch": last.get(number, (-1, -1))[0],
                    "last_error": now.last_error,
                }
            )
        say(health=cameras, at_s=time.monotonic())
        time.sleep(1.0)


def end_with_stdin(pipeline: sightline.Pipeline) -> None:
    sys.stdin.read()
    pipeline.stop()


if __name__ == "__main__":
    main()
