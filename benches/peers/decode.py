"""Decoding with PyAV or OpenCV, to pictures or to letterboxed tensors."""

import json
import sys
import time

import av
import cv2
import numpy as np

SIDE = 416


def pyav_frames(video):
    with av.open(video) as container:
        stream = container.streams.video[0]
        stream.thread_count = 1
        yield from container.decode(stream)


def pyav(video, *, to_tensor):
    frames = 0
    for frame in pyav_frames(video):
        if to_tensor:
            ratio = min(SIDE / frame.height, SIDE / frame.width)
            small = frame.reformat(
                width=int(frame.width * ratio), height=int(frame.height * ratio), format="bgr24"
            )
            padded(small.to_ndarray())
        else:
            frame.to_ndarray(format="rgb24")
        frames += 1
    return frames


def opencv(video, *, to_tensor):
    capture = cv2.VideoCapture(video, cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
    frames = 0
    while True:
        read, picture = capture.read()
        if not read:
            return frames
        if to_tensor:
            ratio = min(SIDE / picture.shape[0], SIDE / picture.shape[1])
            size = int(picture.shape[1] * ratio), int(picture.shape[0] * ratio)
            padded(cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR))
        frames += 1


def padded(small):
    picture = np.full((SIDE, SIDE, 3), 114, np.uint8)
    picture[: small.shape[0], : small.shape[1]] = small
    return np.ascontiguousarray(picture.transpose(2, 0, 1), dtype=np.float32)[None]


def main() -> None:
    job = json.load(sys.stdin)
    cv2.setNumThreads(1)
    read = {"pyav": pyav, "opencv": opencv}[job["reader"]]
    cpu = time.process_time()
    frames = read(job["video"], to_tensor=job["to"] == "tensor")
    print(json.dumps({"frames": frames, "cpu_s": time.process_time() - cpu}))


if __name__ == "__main__":
    main()
