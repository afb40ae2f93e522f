"""Decoding with PyAV or OpenCV, to nothing, to pictures or to letterboxed tensors."""

import json
import sys
import time

import av
import cv2
import numpy as np

WIDTH, HEIGHT = 640, 384


class Due:
    """Chooses frames by their time: the first one in each period."""

    def __init__(self, fps):
        self.fps, self.served = fps, -1

    def __call__(self, time_s):
        if self.fps is None:
            return True
        period = int(time_s * self.fps + 1e-6)
        due, self.served = period > self.served, max(period, self.served)
        return due


def pyav(video, to, fps):
    frames, due = 0, Due(fps)
    with av.open(video) as container:
        stream = container.streams.video[0]
        stream.thread_count = 1
        for frame in container.decode(stream):
            frames += 1
            yield frames
            if to == "nothing" or not due(frame.time):
                continue
            if to == "tensor":
                width, height = fitted(frame.width, frame.height)
                tensor(frame.reformat(width=width, height=height, format="bgr24").to_ndarray())
            else:
                frame.to_ndarray(format="rgb24")


def opencv(video, to, fps):
    frames, due = 0, Due(fps)
    capture = cv2.VideoCapture(video, cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
    rate = capture.get(cv2.CAP_PROP_FPS)
    while capture.grab():  # decodes
        frames += 1
        yield frames
        if to == "nothing" or not due((frames - 1) / rate):
            continue
        _, picture = capture.retrieve()
        if to == "tensor":
            size = fitted(picture.shape[1], picture.shape[0])
            tensor(cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR))


def fitted(width, height):
    ratio = min(WIDTH / width, HEIGHT / height)
    return int(width * ratio), int(height * ratio)


def tensor(small):
    picture = np.full((HEIGHT, WIDTH, 3), 114, np.uint8)
    picture[: small.shape[0], : small.shape[1]] = small
    return np.ascontiguousarray(picture.transpose(2, 0, 1), dtype=np.float32)[None]


def main() -> None:
    job = json.load(sys.stdin)
    cv2.setNumThreads(1)
    read = {"pyav": pyav, "opencv": opencv}[job["reader"]](job["video"], job["to"], job["fps"])
    next(read)
    cpu = time.process_time()
    *_, frames = read
    print(json.dumps({"frames": frames - 1, "cpu_s": time.process_time() - cpu}))


if __name__ == "__main__":
    main()
