"""The same job as one would write it: OpenCV reads, ONNX Runtime detects, supervision tracks and counts."""

import json
import sys
import time

import cv2
import numpy as np
import onnxruntime
import supervision as sv

STRIDES = (8, 16, 32)


def grids(width, height):
    places, strides = [], []
    for stride in STRIDES:
        ys, xs = np.mgrid[: height // stride, : width // stride]
        places.append(np.stack([xs, ys], axis=-1).reshape(-1, 2))
        strides.append(np.full((xs.size, 1), stride))
    return np.concatenate(places).astype(np.float32), np.concatenate(strides).astype(np.float32)


def letterbox(picture, input_width, input_height):
    ratio = min(input_height / picture.shape[0], input_width / picture.shape[1])
    height, width = int(picture.shape[0] * ratio), int(picture.shape[1] * ratio)
    padded = np.full((input_height, input_width, 3), 114, np.uint8)
    padded[:height, :width] = cv2.resize(picture, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(padded.transpose(2, 0, 1), dtype=np.float32)[None], ratio


def detections_of(output, ratio, places, strides):
    output = output[0]
    centers = (output[:, :2] + places) * strides
    sizes = np.exp(output[:, 2:4]) * strides
    scores = output[:, 4] * output[:, 5]
    keep = scores > 0.25
    centers, sizes, scores = centers[keep], sizes[keep], scores[keep]
    corners = np.concatenate([centers - sizes / 2, sizes], axis=1) / ratio
    chosen = cv2.dnn.NMSBoxes(corners.tolist(), scores.tolist(), 0.25, 0.45)
    chosen = np.array(chosen, int).reshape(-1)
    boxes = corners[chosen]
    boxes[:, 2:] += boxes[:, :2]
    return sv.Detections(xyxy=boxes, confidence=scores[chosen], class_id=np.zeros(len(chosen), int))


def counting(job, width, height):
    """A tracker, a line and a zone for pictures of this size."""
    x1, y1, x2, y2 = job["line"]
    line = sv.LineZone(
        sv.Point(x1 * width, y1 * height),
        sv.Point(x2 * width, y2 * height),
        triggering_anchors=[sv.Position.BOTTOM_CENTER],
    )
    zone = sv.PolygonZone(np.array([[x * width, y * height] for x, y in job["zone"]], int))
    return sv.ByteTrack(frame_rate=10), line, zone


def main() -> None:
    job = json.load(sys.stdin)
    options = onnxruntime.SessionOptions()
    if job["threads"]:
        cv2.setNumThreads(job["threads"])
        options.intra_op_num_threads = job["threads"]
    session = onnxruntime.InferenceSession(job["model"], options, providers=["CPUExecutionProvider"])
    places, strides = grids(*job["input"])
    started, cpu = time.perf_counter(), time.process_time()
    capture = cv2.VideoCapture(job["video"])
    width, height = capture.get(cv2.CAP_PROP_FRAME_WIDTH), capture.get(cv2.CAP_PROP_FRAME_HEIGHT)
    tracker, line, zone = counting(job, width, height)
    frames = 0
    while True:
        read, picture = capture.read()
        if not read:
            break
        tensor, ratio = letterbox(picture, *job["input"])
        (output,) = session.run(None, {"images": tensor})
        tracks = tracker.update_with_detections(detections_of(output, ratio, places, strides))
        line.trigger(tracks)
        zone.trigger(tracks)
        frames += 1
    figures = {
        "frames": frames,
        "cpu_s": time.process_time() - cpu,
        "wall_s": time.perf_counter() - started,
        "in": line.in_count,
        "out": line.out_count,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
