"""The script's side of the streams benchmark: a thread a stream captures, and a session is shared by all.

`usual`: the threads capture and letterbox, one loop detects and counts, ONNX Runtime with its default settings.
`threads`: every thread does the whole job of its stream, and ONNX Runtime runs each call in the thread that asks.
"""

import json
import os
import queue
import sys
import threading
import time

import cv2
import onnxruntime
from pipeline import counting, detections_of, grids, letterbox

from benches.process import Stretch


def due_frames(job):
    """Yield each due frame's time and tensor at the pace of life, from one play of the file to the next."""
    start, played_s, due_s = None, 0.0, 0.0
    picture = None
    while True:
        capture = cv2.VideoCapture(job["video"], cv2.CAP_FFMPEG)
        rate = capture.get(cv2.CAP_PROP_FPS)
        number = 0
        while capture.grab():
            pts_s = played_s + number / rate
            number += 1
            if pts_s + 1e-6 < due_s:
                continue
            due_s += 1 / job["fps"]
            _, picture = capture.retrieve(picture)
            tensor, ratio = letterbox(picture, *job["input"])
            start = time.perf_counter() if start is None else start
            time.sleep(max(0.0, start + pts_s - time.perf_counter()))
            yield pts_s, tensor, ratio
        played_s += number / rate


class Counter:
    """What comes after the model, for one stream."""

    def __init__(self, job) -> None:
        self.grid = grids(*job["input"])
        self.tracker, self.line, self.zone = counting(job, 1920, 1080)

    def take(self, output, ratio) -> None:
        tracks = self.tracker.update_with_detections(detections_of(output, ratio, *self.grid))
        self.line.trigger(tracks)
        self.zone.trigger(tracks)


def usual(job, session, counters, done) -> None:
    waiting = queue.Queue(maxsize=4 * len(counters))

    def capture(stream) -> None:
        for frame in due_frames(job):
            waiting.put((stream, *frame))

    for stream in range(len(counters)):
        threading.Thread(target=capture, args=(stream,), daemon=True).start()
    while True:
        stream, pts_s, tensor, ratio = waiting.get()
        began = time.perf_counter()
        (output,) = session.run(None, {"images": tensor})
        inference_s = time.perf_counter() - began
        counters[stream].take(output, ratio)
        done(stream, pts_s, inference_s)


def whole_threads(job, session, counters, done) -> None:
    def watch(stream) -> None:
        for pts_s, tensor, ratio in due_frames(job):
            began = time.perf_counter()
            (output,) = session.run(None, {"images": tensor})
            inference_s = time.perf_counter() - began
            counters[stream].take(output, ratio)
            done(stream, pts_s, inference_s)

    threads = [threading.Thread(target=watch, args=(stream,)) for stream in range(len(counters))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main() -> None:
    job = json.load(sys.stdin)
    options = onnxruntime.SessionOptions()
    if job["way"] == "threads":
        cv2.setNumThreads(1)
        options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(job["model"], options, providers=["CPUExecutionProvider"])
    counters = [Counter(job) for _ in range(job["streams"])]
    stretch = Stretch(job["warm_up_s"], job["length_s"])
    one_at_a_time = threading.Lock()

    def done(stream, pts_s, inference_s) -> None:
        with one_at_a_time:
            stretch.add(stream, pts_s, inference_s)
            if stretch.is_over():
                print(json.dumps(stretch.figures(job["streams"], job["fps"])), flush=True)
                os._exit(0)  # the threads are in the middle of something

    {"usual": usual, "threads": whole_threads}[job["way"]](job, session, counters, done)


if __name__ == "__main__":
    main()
