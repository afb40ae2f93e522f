"""Faces and masks of people that were labelled by eye, and what a look at a person costs."""

import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

import sightline
from benches.environment import fixture
from benches.report import Result, spread
from sightline.faces import FaceMaskClassifier

TRUTH = json.loads((Path(__file__).parent / "faces_truth.json").read_text())
SAME_FACE = 0.4
"""Least intersection over union of a box with a true one: faces have no sharp edges."""
DRAWS = 10
OFF = 0.05
SMALL = 0.6
BEHIND = "one-by-one-person-detection.mp4"
STEP = 12
Models = tuple[str, str]


@dataclass
class Tally:
    people: int = 0
    faces: int = 0
    answers: int = 0
    found: int = 0
    right: int = 0
    uncalled: int = 0
    blind: int = 0

    def add(self, people: list[dict], answers: dict[int, sightline.faces.FaceMask]) -> None:
        for number, person in enumerate(people, 1):
            answer = answers.get(number)
            if person["mask"] is None:
                self.blind += person["face"] is None
                self.uncalled += person["face"] is None and answer is not None
                continue
            self.people += 1
            self.faces += 1
            if answer is not None:
                self.answers += 1
                self.found += overlap(answer.box, person["face"]) >= SAME_FACE
                self.right += answer.masked == person["mask"]

    def row(self, name: str) -> list[str]:
        return [
            name,
            str(self.faces),
            share(self.found, self.answers),
            share(self.found, self.faces),
            share(self.right, self.answers),
            share(self.right, self.faces),
            f"{self.uncalled} of {self.blind}",
        ]


def run(rounds: int) -> Result:
    models = fixture("models", "yunet_n_dynamic.onnx"), fixture("models", "face_mask_260.onnx")
    photos = {name: (photo(name), people) for name, people in TRUTH["photos"].items()}
    rows = []
    for name, (picture, people) in photos.items():
        rows.append(judged(models, [(picture, people)]).row(name))
    rows.append(judged(models, list(photos.values()), draws=DRAWS).row(f"both, boxes off by {OFF:.0%}"))
    small = [(shrunk(picture), scaled(people)) for picture, people in photos.values()]
    rows.append(judged(models, small, draws=DRAWS).row(f"both at {SMALL:.0%} of their size, boxes off"))
    rows.append(from_behind(models).row("video of people from behind"))
    costs = cost_ms(models, *photos["crowd_11.jpg"], rounds)
    return Result(
        "faces",
        "Faces and masks: people of two photos and a video, one look at each",
        [
            "",
            "faces",
            "box: precision",
            "box: recall",
            "mask: precision",
            "mask: recall",
            "answers where no face shows",
        ],
        rows,
        [
            f"A look at each of {len(photos['crowd_11.jpg'][1])} people with a face costs {spread(costs, 2)} ms of CPU time a person; at `every=5` a fifth of that for a person and frame. Where no face is found the mask model is not asked.",
            f"Video: {BEHIND}, every {STEP}th frame, boxes of YOLOX-nano. Everybody turns the back to the camera, some for moments the profile.",
            "Precision is of the answers given, recall of all labelled faces; those below 20 pixels, `min_face_px`, are not to be answered and count as missed.",
            f"A box is found from an overlap (IoU) of {SAME_FACE} on. The least confidences were chosen on these pictures. What a track's votes add is not in here.",
            f"Boxes off: each side moved by {OFF:.0%} of the person's size (standard deviation), {DRAWS} draws.",
            *TRUTH["labelled"],
        ],
    )


def photo(name: str) -> np.ndarray:
    with Image.open(fixture("faces", name)) as file:
        return np.asarray(file.convert("RGB"))


def shrunk(picture: np.ndarray) -> np.ndarray:
    height, width = picture.shape[:2]
    return np.asarray(
        Image.fromarray(picture).resize((round(width * SMALL), round(height * SMALL)), Image.Resampling.BOX)
    )


def scaled(people: list[dict]) -> list[dict]:
    return [
        {
            **person,
            "person": [side * SMALL for side in person["person"]],
            "face": person["face"] and [side * SMALL for side in person["face"]],
        }
        for person in people
    ]


def judged(models: Models, photos: list[tuple[np.ndarray, list[dict]]], *, draws: int = 0) -> Tally:
    """Look once at everybody in each photo, with the labelled boxes or with boxes that are off."""
    tally, rng = Tally(), np.random.default_rng(1)
    for picture, people in photos:
        true = np.array([person["person"] for person in people], np.float64)
        sizes = np.tile(true[:, 2:] - true[:, :2], 2)
        limits = [*picture.shape[1::-1]] * 2
        for _ in range(max(1, draws)):
            boxes = true + (rng.normal(0, OFF, true.shape) * sizes if draws else 0)
            classifier = FaceMaskClassifier(*models, threads=1)
            classifier.update(picture, tracks(np.clip(boxes, 0, limits)), 0)
            tally.add(people, dict(classifier.face_masks))
    return tally


def from_behind(models: Models) -> Tally:
    """Look once at everybody that a detector finds in a video without faces."""
    tally = Tally()
    detector = sightline.OnnxDetector(fixture("models", "yolox_nano_416.onnx"), confidence=0.4)
    classifier = FaceMaskClassifier(*models, threads=1)
    first = 1
    for frame in sightline.open_source(fixture("videos", BEHIND)):
        if frame.index % STEP:
            continue
        boxes = detector.detect(frame.pixels).xyxy.astype(np.float64)
        classifier.update(frame.pixels, tracks(boxes, first), frame.pts_ns)
        first += len(boxes)
        tally.blind += len(boxes)
        tally.uncalled += len(classifier.face_masks)
    return tally


def cost_ms(models: Models, picture: np.ndarray, people: list[dict], rounds: int) -> list[float]:
    classifier = FaceMaskClassifier(*models, every=1, threads=1)
    everybody = tracks(np.array([person["person"] for person in people], np.float64))
    classifier.update(picture, everybody, 0)
    costs = []
    for number in range(rounds):
        start = time.process_time()
        classifier.update(picture, everybody, number + 1)
        costs.append((time.process_time() - start) * 1e3 / len(people))
    return costs


def tracks(boxes: np.ndarray, first: int = 1) -> sightline.Tracks:
    count = len(boxes)
    return sightline.Tracks(
        np.arange(first, first + count, dtype=np.uint64),
        boxes,
        confidence=np.ones(count, np.float32),
        class_id=np.zeros(count, np.int32),
        pts_ns=0,
    )


def overlap(a: tuple[float, ...], b: list[float]) -> float:
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    shared = max(0.0, width) * max(0.0, height)
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


def share(part: int, whole: int) -> str:
    return f"{part / whole:.3f} ({part} of {whole})" if whole else "-"
