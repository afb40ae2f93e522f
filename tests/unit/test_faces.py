"""Faces and masks through the public face, on real photos and models; whose face it is; what is remembered."""

import gc
import json
import weakref
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import sightline
from sightline.detectors import open_detector
from sightline.errors import ModelError
from sightline.faces import FaceMask, FaceMaskClassifier
from sightline.faces.heads import head_regions, whose

ROOT = Path(__file__).resolve().parents[2]
TRUTH = json.loads((ROOT / "benches" / "faces_truth.json").read_text())["photos"]
CROWD, STREET = "crowd_11.jpg", "masked_img3.jpg"
SECOND = 1_000_000_000


@pytest.fixture(scope="session")
def models(fixtures):
    return fixtures / "models" / "yunet_n_dynamic.onnx", fixtures / "models" / "face_mask_260.onnx"


def photo(fixtures, name, share=1.0):
    with Image.open(fixtures / "faces" / name) as file:
        size = (round(file.width * share), round(file.height * share))
        return np.asarray(file.convert("RGB").resize(size, Image.Resampling.BOX))


def tracks(boxes, *, ids=None, removed=(), epoch=0):
    boxes = np.asarray(boxes, np.float64).reshape(-1, 4)
    return sightline.Tracks(
        np.asarray(range(1, len(boxes) + 1) if ids is None else ids, np.uint64),
        boxes,
        confidence=np.ones(len(boxes), np.float32),
        class_id=np.zeros(len(boxes), np.int32),
        pts_ns=0,
        removed=np.asarray(removed, np.uint64),
        epoch=epoch,
    )


def overlap(a, b):
    width, height = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    shared = max(0, width) * max(0, height)
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


class Counted:
    """A real detector that counts how many pictures it is shown."""

    def __init__(self, detector):
        self._detector = detector
        self.shown = 0
        self.closed = False

    def __getattr__(self, name):
        return getattr(self._detector, name)

    def infer(self, batch):
        self.shown += len(batch.tensor)
        return self._detector.infer(batch)

    def close(self):
        self.closed = True


class TestOnPhotos:
    def test_everybody_of_a_group_without_masks(self, fixtures, models):
        people = TRUTH[CROWD]
        classifier = FaceMaskClassifier(*models)
        classifier.update(photo(fixtures, CROWD), tracks([p["person"] for p in people]), 0)
        assert sorted(classifier.face_masks) == list(range(1, 27))
        for number, person in enumerate(people, 1):
            found = classifier.face_masks[number]
            assert isinstance(found, FaceMask)
            assert not found.masked
            assert found.confidence > 0.9
            assert 0.8 <= found.face_confidence <= 1
            assert overlap(np.array(found.box), np.array(person["face"])) > 0.6

    def test_a_street_with_masks(self, fixtures, models):
        people = TRUTH[STREET]
        classifier = FaceMaskClassifier(*models)
        classifier.update(photo(fixtures, STREET), tracks([p["person"] for p in people]), 0)
        answers = {n: classifier.face_masks.get(n) for n in range(1, len(people) + 1)}
        known = [
            (p["mask"], answers[n]) for n, p in enumerate(people, 1) if p["mask"] is not None and answers[n]
        ]
        assert sum(answer.masked == mask for mask, answer in known) >= 8
        # The woman in the red mask, three quarters from the side, is taken for bare.
        assert sum(answer.masked != mask for mask, answer in known) <= 1
        assert not answers[1].masked
        turned = [n for n, p in enumerate(people, 1) if p["face"] is None]
        assert len(turned) == 2
        assert not any(answers[n] for n in turned)

    def test_nothing_is_said_of_heads_from_behind(self, fixtures, models):
        detector = open_detector(fixtures / "models" / "yolox_nano_416.onnx", confidence=0.4)
        classifier = FaceMaskClassifier(*models, every=1)
        looked_at = 0
        for frame in sightline.open_source(fixtures / "videos" / "one-by-one-person-detection.mp4"):
            if frame.index > 320:
                break
            if frame.index >= 240 and frame.index % 10 == 0:
                boxes = detector.detect(frame.pixels).xyxy
                classifier.update(frame.pixels, tracks(boxes), frame.pts_ns)
                looked_at += len(boxes)
                assert not classifier.face_masks
        assert looked_at >= 9

    def test_nothing_is_said_of_faces_that_are_too_small(self, fixtures, models):
        people = [[side / 4 for side in p["person"]] for p in TRUTH[CROWD]]
        small = photo(fixtures, CROWD, 0.25)
        classifier = FaceMaskClassifier(*models)
        classifier.update(small, tracks(people), 0)
        assert not classifier.face_masks
        asked_for = FaceMaskClassifier(*models, min_face_px=8)
        asked_for.update(small, tracks(people), 0)
        assert asked_for.face_masks

    def test_one_person_alone_is_told_as_in_company(self, fixtures, models):
        picture, boxes = photo(fixtures, STREET), [p["person"] for p in TRUTH[STREET]]
        together, alone = FaceMaskClassifier(*models), FaceMaskClassifier(*models)
        together.update(picture, tracks(boxes), 0)
        alone.update(picture, tracks(boxes[2:3]), 0)
        assert alone.face_masks[1].masked
        assert alone.face_masks[1].box == pytest.approx(together.face_masks[3].box)

    def test_the_same_frames_give_the_same_answers(self, fixtures, models):
        picture, boxes = photo(fixtures, STREET), [p["person"] for p in TRUTH[STREET]]
        first, second = FaceMaskClassifier(*models, threads=1), FaceMaskClassifier(*models, threads=2)
        for number in range(3):
            first.update(picture, tracks(boxes), number)
            second.update(picture, tracks(boxes), number)
        assert dict(first.face_masks) == dict(second.face_masks)


class TestLooks:
    def test_a_mask_taken_off_is_noticed_within_four_looks(self, fixtures, models):
        box = TRUTH[STREET][2]["person"]
        masked = photo(fixtures, STREET)
        crowd = photo(fixtures, CROWD)
        bare_box = TRUTH[CROWD][20]["person"]
        classifier = FaceMaskClassifier(*models, every=2)
        for number in range(10):
            classifier.update(masked, tracks([box]), number)
        assert classifier.face_masks[1].masked
        changed = [
            number
            for number in range(10, 20)
            if (classifier.update(crowd, tracks([bare_box]), number), classifier.face_masks[1].masked)[1]
            is False
        ]
        assert 1 <= changed[0] - 10 + 1 <= 4 * 2
        assert changed == list(range(changed[0], 20))

    def test_the_back_turned_takes_the_answer_away_and_the_face_brings_it_back(self, fixtures, models):
        picture, box = photo(fixtures, CROWD), TRUTH[CROWD][20]["person"]
        empty = np.full_like(picture, 120)
        classifier = FaceMaskClassifier(*models, every=1)
        known = []
        for number, shown in enumerate([picture, empty, empty, picture]):
            classifier.update(shown, tracks([box]), number)
            known.append(1 in classifier.face_masks)
        assert known == [True, True, False, True]

    @pytest.mark.parametrize("every", [1, 3, 5])
    def test_everybody_is_looked_at_once_in_every_so_many_frames(self, fixtures, models, every):
        detector = Counted(open_detector(models[0], classes=None, input_size=(160, 160), confidence=0.8))
        picture, boxes = photo(fixtures, CROWD), [p["person"] for p in TRUTH[CROWD]][:6]
        classifier = FaceMaskClassifier(detector, models[1], every=every)
        shown = []
        for number in range(1 + 4 * every):
            before = detector.shown
            classifier.update(picture, tracks(boxes), number)
            shown.append(detector.shown - before)
        assert shown[0] == 6
        for first in range(1, len(shown), every):
            assert sum(shown[first : first + every]) == 6
        assert max(shown[1:]) <= -(-6 // every)
        classifier.close()
        assert not detector.closed

    def test_who_is_too_small_for_a_face_costs_nothing(self, fixtures, models):
        detector = Counted(open_detector(models[0], classes=None, input_size=(160, 160), confidence=0.8))
        classifier = FaceMaskClassifier(detector, models[1])
        classifier.update(photo(fixtures, CROWD), tracks([[100, 100, 112, 140]]), 0)
        assert detector.shown == 0

    def test_boxes_that_no_picture_has(self, fixtures, models):
        picture = photo(fixtures, STREET)
        strange = [
            [-500, -500, -400, -300],
            [5000, 0, 5100, 300],
            [50, 50, 50, 50],
            [np.nan] * 4,
            [300, 200, 100, 90],
        ]
        classifier = FaceMaskClassifier(*models)
        classifier.update(picture, tracks(strange), 0)
        classifier.update(picture, tracks([]), 1)
        assert not classifier.face_masks


class TestMemory:
    def test_only_the_visible_have_answers_and_the_removed_are_forgotten(self, fixtures, models):
        picture, boxes = photo(fixtures, CROWD), [p["person"] for p in TRUTH[CROWD]][19:22]
        classifier = FaceMaskClassifier(*models)
        classifier.update(picture, tracks(boxes), 0)
        assert set(classifier.face_masks) == {1, 2, 3}
        classifier.update(picture, tracks(boxes[:1]), 1)
        assert set(classifier.face_masks) == {1}
        assert classifier.remembered == 3
        classifier.update(picture, tracks(boxes[:1], removed=[2, 77]), 2)
        assert classifier.remembered == 2
        classifier.update(picture, tracks(boxes[:1]), 11 * SECOND)
        assert classifier.remembered == 1
        classifier.update(picture, tracks(boxes[1:], epoch=1), 0)
        assert set(classifier.face_masks) == {1, 2}
        assert classifier.remembered == 2

    def test_twenty_thousand_short_tracks_that_nobody_removes_leave_nothing_behind(self, models):
        picture = np.zeros((40, 40, 3), np.uint8)
        classifier = FaceMaskClassifier(*models)
        most = 0
        for number in range(20_000):
            classifier.update(picture, tracks([[0, 0, 9, 30]], ids=[number + 1]), number * SECOND // 10)
            most = max(most, classifier.remembered)
        assert most <= 102

    def test_no_picture_outlives_the_call(self, fixtures, models):
        picture = photo(fixtures, CROWD).copy()
        gone = weakref.ref(picture)
        classifier = FaceMaskClassifier(*models)
        classifier.update(picture, tracks([p["person"] for p in TRUTH[CROWD]]), 0)
        del picture
        gc.collect()
        assert gone() is None
        assert classifier.face_masks
        assert not [array for array in reachable(classifier) if isinstance(array, np.ndarray)]


def reachable(start):
    """Everything that an object of ours holds, not looking into modules, classes and functions."""
    seen, left = {}, [start]
    while left:
        thing = left.pop()
        if id(thing) in seen or isinstance(thing, type | type(gc) | type(reachable)):
            continue
        seen[id(thing)] = thing
        left += gc.get_referents(thing)
    return list(seen.values())


class TestWhose:
    def test_a_face_belongs_to_the_head_it_is_nearest_to(self):
        # Somebody in front, and somebody behind whose box holds the front one's head, too.
        people = np.array([[100, 100, 200, 400], [80, 20, 190, 400]], np.float64)
        faces = np.array([[130, 110, 170, 160], [120, 40, 160, 90]], np.float64)
        assert np.isfinite(whose(faces, people, 0)).tolist() == [True, False]
        assert np.isfinite(whose(faces, people, 1)).tolist() == [False, True]

    def test_a_face_at_the_knees_is_nobodys(self):
        people = np.array([[100, 100, 200, 400]], np.float64)
        assert np.isinf(whose(np.array([[130.0, 300, 170, 350]]), people, 0)).all()

    def test_regions_lie_in_the_picture_and_hold_the_head(self):
        boxes = np.array(
            [[100, 100, 200, 400], [0, 0, 90, 60], [-50, -50, 30, 200], [9e9, 0, 9.1e9, 5]], np.float64
        )
        regions = head_regions(boxes, (640, 480))
        assert regions[0].tolist() == [90, 88, 210, 208]
        assert (regions[:, :2] >= 0).all()
        assert (regions[:, 2:] <= [640, 480]).all()
        assert (regions[:3, 2:] > regions[:3, :2]).all()
        assert regions[3, 0] == regions[3, 2]


class TestRefusals:
    def test_models_of_another_kind(self, fixtures, models):
        folder = fixtures / "models"
        with pytest.raises(ModelError, match="finds faces and nothing else, found the classes person"):
            FaceMaskClassifier(folder / "yolox_nano_dynamic.onnx", models[1])
        with pytest.raises(ModelError, match="face_mask"):
            FaceMaskClassifier(models[0], models[0])
        with pytest.raises(ModelError, match="classes face_mask and face_nomask, found face"):
            FaceMaskClassifier(models[0], open_detector(models[0], classes=None))
        with pytest.raises(ModelError, match="no such model file"):
            FaceMaskClassifier("nowhere.onnx", models[1])

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("every", 0),
            ("min_face_px", 0),
            ("min_face_px", float("nan")),
            ("min_confidence", 1.5),
            ("min_face_confidence", -1),
        ],
    )
    def test_numbers_out_of_range(self, models, name, value):
        with pytest.raises(ValueError, match=f"{name}: expected"):
            FaceMaskClassifier(*models, **{name: value})

    @pytest.mark.parametrize(
        "picture",
        [np.zeros((9, 9), np.uint8), np.zeros((9, 9, 4), np.uint8), np.zeros((9, 9, 3), np.float32)],
    )
    def test_pictures_of_another_shape(self, models, picture):
        with pytest.raises(ValueError, match=r"expected \(height, width, 3\) uint8, found"):
            FaceMaskClassifier(*models).update(picture, tracks([]), 0)
