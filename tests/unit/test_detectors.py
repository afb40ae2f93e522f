"""From a picture to boxes through each kind of model, with the core's conversion and decoding in between.

The pictures are twice as large as the tensors, so that a box at (x, y) in the tensor is at (2x, 2y) in the picture.
"""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.support.onnx_graphs import (
    FLOAT,
    FLOAT16,
    UINT8,
    save_brightness_model,
    save_constant_model,
    save_told_size_model,
)

from sightline import _core
from sightline.detectors import Batch, Detector, MotionDetector, OnnxDetector, open_detector
from sightline.detectors.classes import class_ids
from sightline.detectors.coco import COCO_80, COCO_91
from sightline.detectors.yunet import yolox_rows
from sightline.errors import ModelError

ROOT = Path(__file__).resolve().parents[2]


def zeros(*shape) -> np.ndarray:
    return np.zeros(shape, np.float32)


def logit(probability: float) -> float:
    return float(np.log(probability / (1 - probability)))


def picture(width: int, height: int, color=(0, 0, 0)) -> np.ndarray:
    return np.full((height, width, 3), color, np.uint8)


def found_by(path: Path, size, **options):
    """The boxes, confidences and classes in a picture twice the model's size."""
    with_defaults = {"confidence": 0.5, "threads": 1, **options}
    return OnnxDetector(path, **with_defaults).detect(picture(*size))


def check(columns, xyxy, *, confidence=0.9, class_id=0, tolerance=0.01):
    assert columns.xyxy.dtype == columns.confidence.dtype == np.float32
    assert columns.class_id.dtype == np.int32
    np.testing.assert_allclose(columns.xyxy, [xyxy], atol=tolerance)
    np.testing.assert_allclose(columns.confidence, [confidence], atol=1e-3)
    assert columns.class_id.tolist() == [class_id]


class TestFamilies:
    def test_yolox(self, tmp_path):
        rows = zeros(1, 3549, 85)
        # Cell (10, 20) of the finest level, 52 cells of 8 pixels: center (84, 164), size 40 by 80.
        rows[0, 20 * 52 + 10, :6] = [0.5, 0.5, np.log(5), np.log(10), 0.9, 1]
        path = save_constant_model(tmp_path / "m.onnx", {"output": rows}, size=(416, 416))
        # Letterbox top left: a wide picture loses its lower half to padding, the boxes do not move.
        check(found_by(path, (832, 416)), [128, 248, 208, 408])

    def test_yolov5(self, tmp_path):
        rows = zeros(1, 25200, 85)
        rows[0, 777, :6] = [320, 320, 100, 200, 0.9, 1]
        path = save_constant_model(tmp_path / "m.onnx", {"output0": rows})
        # Letterbox in the center: 160 pixels of padding above the picture.
        check(found_by(path, (1280, 640)), [540, 120, 740, 520])

    @pytest.mark.parametrize("rows_last", [False, True], ids=["columns", "rows"])
    def test_yolov8(self, tmp_path, rows_last):
        columns = zeros(1, 84, 8400)
        columns[0, :5, 777] = [320, 320, 100, 200, 0.9]
        output = np.ascontiguousarray(columns.transpose(0, 2, 1)) if rows_last else columns
        path = save_constant_model(tmp_path / "m.onnx", {"output0": output})
        check(found_by(path, (1280, 640)), [540, 120, 740, 520])

    def test_overlapping_boxes_are_one(self, tmp_path):
        columns = zeros(1, 84, 8400)
        columns[0, :5, 777] = [320, 320, 100, 200, 0.9]
        columns[0, :5, 778] = [322, 320, 100, 200, 0.8]
        path = save_constant_model(tmp_path / "m.onnx", {"output0": columns})
        check(found_by(path, (1280, 640)), [540, 120, 740, 520])
        assert len(found_by(path, (1280, 640), nms_iou=0.99).xyxy) == 2

    def test_rt_detr_is_told_the_tensors_size(self, tmp_path):
        path = save_told_size_model(tmp_path / "m.onnx", (0.1, 0.2, 0.3, 0.4), 0.9, 0)
        # Stretched: the unit box is that share of the picture whatever its shape.
        check(found_by(path, (1280, 640), classes=(0,)), [128, 128, 384, 256])

    def test_rf_detr_numbers_a_person_0(self, tmp_path):
        boxes, logits = zeros(1, 300, 4), np.full((1, 300, 91), -9, np.float32)
        boxes[0, 5:7] = [0.2, 0.3, 0.2, 0.2]
        logits[0, 5, 1] = logit(0.9)  # person is COCO's category 1
        logits[0, 6, 18] = logit(0.9)  # a dog
        path = save_constant_model(tmp_path / "m.onnx", {"dets": boxes, "labels": logits}, size=(384, 384))
        check(found_by(path, (1000, 500)), [100, 100, 300, 200])
        dog = found_by(path, (1000, 500), classes=("dog",))
        assert dog.class_id.tolist() == [17]

    def test_detr(self, tmp_path):
        boxes, logits = zeros(1, 100, 4), zeros(1, 100, 92)
        boxes[0, 5] = [0.2, 0.3, 0.2, 0.2]
        logits[0, :, 91] = 20  # no object
        logits[0, 5, 91] = 0
        logits[0, 5, 1] = 20
        path = save_constant_model(tmp_path / "m.onnx", {"pred_boxes": boxes, "logits": logits})
        check(found_by(path, (1000, 500)), [100, 100, 300, 200], confidence=1)

    def test_end_to_end(self, tmp_path):
        rows = zeros(1, 300, 6)
        rows[0, 0] = [270, 220, 370, 420, 0.9, 0]
        rows[0, 1] = [0, 0, 50, 50, 0.9, 1]
        metadata = {"names": "{0: 'person', 1: 'forklift'}"}
        path = save_constant_model(tmp_path / "m.onnx", {"output0": rows}, metadata=metadata)
        check(found_by(path, (1280, 640)), [540, 120, 740, 520])
        assert found_by(path, (1280, 640), classes=None).class_id.tolist() == [0, 1]

    def test_end_to_end_with_the_pictures_index(self, tmp_path):
        rows = np.array([[0, 270, 220, 370, 420, 0, 0.9], [1, 0, 0, 9, 9, 0, 0.9]], np.float32)
        path = save_constant_model(tmp_path / "m.onnx", {"output": rows})
        check(found_by(path, (1280, 640), classes=(0,)), [540, 120, 740, 520])

    def test_ssd(self, tmp_path):
        boxes, scores = zeros(1, 4420, 4), zeros(1, 4420, 2)
        scores[0, :, 0] = 1  # background
        boxes[0, 7], scores[0, 7] = [0.1, 0.2, 0.3, 0.4], [0.1, 0.9]
        path = save_constant_model(tmp_path / "m.onnx", {"scores": scores, "boxes": boxes}, size=(320, 240))
        check(found_by(path, (640, 480), classes=(0,)), [64, 96, 192, 192])

    def test_nanodet_plus(self, tmp_path):
        rows = zeros(1, 2125, 112)
        row = rows[0, 20 * 40 + 10]  # cell (10, 20) of the finest level, 40 cells of 8 pixels: at (80, 160)
        row[0] = 0.9
        for side, bin_ in enumerate((1, 2, 3, 4)):
            row[80 + side * 8 + bin_] = 50  # left, top, right, bottom, in strides
        path = save_constant_model(tmp_path / "m.onnx", {"output": rows}, size=(320, 320), input_name="data")
        check(found_by(path, (640, 640)), [144, 288, 208, 384])

    def test_fastestdet(self, tmp_path):
        grid = zeros(1, 85, 22, 22)
        grid[0, 0] = 1e-6
        # Cell (4, 6): center (4 + tanh(0.5), 6 + tanh(0)) cells; a quarter of the picture wide, half as high.
        grid[0, :6, 6, 4] = [0.9, 0.5, 0, logit(0.25), logit(0.5), 0.9]
        path = save_constant_model(tmp_path / "m.onnx", {"758": grid}, size=(352, 352))
        x, y = (4 + np.tanh(0.5)) * 32, 6 * 32
        check(found_by(path, (704, 704)), [x - 88, y - 176, x + 88, y + 176])


class TestFeeding:
    @pytest.mark.parametrize("kind", [FLOAT, FLOAT16], ids=["f32", "f16"])
    def test_the_picture_arrives_in_order_and_scale(self, tmp_path, kind):
        path = save_brightness_model(tmp_path / "m.onnx", input_type=kind)
        detector = OnnxDetector(path, classes=None, confidence=0.1)
        check(detector.detect(picture(640, 640, (200, 0, 0))), [10, 20, 110, 220], confidence=200 / 255)
        assert len(detector.detect(picture(640, 640, (0, 200, 200))).xyxy) == 0

    def test_a_model_of_bytes_gets_bytes(self, tmp_path):
        detector = OnnxDetector(save_brightness_model(tmp_path / "m.onnx", input_type=UINT8), classes=None)
        assert detector.tensor_spec.dtype == "u8"
        tensor = np.full((1, 3, 640, 640), 200, np.uint8)
        (output,) = detector.infer(Batch(tensor, [0], []))
        assert output[0, 0, 4] == 200

    def test_a_batch(self, tmp_path):
        detector = OnnxDetector(save_brightness_model(tmp_path / "m.onnx"), classes=None, confidence=0.1)
        tensor = zeros(3, 3, 640, 640)
        tensor[:, 0] = np.array([0.2, 0.5, 0.9]).reshape(3, 1, 1)
        (output,) = detector.infer(Batch(tensor, [0, 1, 2], []))
        np.testing.assert_allclose(output[:, 0, 4], [0.2, 0.5, 0.9], atol=1e-3)

    def test_a_fixed_batch_is_filled_up(self, tmp_path):
        shape = [4, 3, 640, 640]
        path = save_constant_model(tmp_path / "m.onnx", {"output0": zeros(4, 84, 8400)}, input_shape=shape)
        detector = OnnxDetector(path)
        assert detector.max_batch == 4
        (output,) = detector.infer(Batch(zeros(2, 3, 640, 640), [0, 1], []))
        assert output.shape == (4, 84, 8400)

    @pytest.mark.parametrize(
        "shape", [(2, 3, 640, 640), (1, 3, 320, 640), (1, 1, 640, 640)], ids=["many", "size", "gray"]
    )
    def test_another_tensor_is_refused(self, tmp_path, shape):
        path = save_constant_model(tmp_path / "m.onnx", {"output0": zeros(1, 84, 8400)})
        with pytest.raises(ModelError, match="expected a tensor of 1 to 1"):
            OnnxDetector(path).infer(Batch(zeros(*shape), [0], []))

    @pytest.mark.parametrize("model", ["yolox_nano_416.onnx", "fastestdet_352.onnx"])
    def test_pictures_side_by_side_give_what_each_gives_alone(self, fixtures, model):
        path = fixtures / "models" / model
        one, several = OnnxDetector(path, threads=1), OnnxDetector(path, threads=3, at_once=3)
        assert (one.max_batch, several.max_batch) == (1, 3)
        noise = np.random.default_rng(1).random((3, *one.tensor_spec.shape), np.float32) * 255
        alone = [one.infer(Batch(noise[i : i + 1], [i], []))[0] for i in range(3)]
        (together,) = several.infer(Batch(noise, [0, 1, 2], []))
        assert together.tobytes() == np.concatenate(alone).tobytes()
        several.close()
        several.close()

    def test_a_model_that_wants_so_many_pictures_is_not_run_side_by_side(self, tmp_path):
        shape = [4, 3, 640, 640]
        path = save_constant_model(tmp_path / "m.onnx", {"output0": zeros(4, 84, 8400)}, input_shape=shape)
        detector = OnnxDetector(path, threads=6, at_once=6)
        assert detector.max_batch == 4
        assert detector.infer(Batch(zeros(2, 3, 640, 640), [0, 1], []))[0].shape == (4, 84, 8400)

    def test_no_pictures_at_once_is_refused(self, tmp_path):
        path = save_constant_model(tmp_path / "m.onnx", {"output0": zeros(1, 84, 8400)})
        with pytest.raises(ModelError, match="at_once: expected at least 1, found 0"):
            OnnxDetector(path, at_once=0)

    def test_integers_become_floats(self, tmp_path):
        path = save_told_size_model(tmp_path / "m.onnx", (0, 0, 1, 1), 0.9, 7)
        detector = OnnxDetector(path, classes=None)
        outputs = detector.infer(Batch(zeros(2, 3, 640, 640), [0, 0], []))
        assert [output.dtype for output in outputs] == [np.float32] * 3
        assert outputs[0].tolist() == [[7]]

    def test_after_close(self, tmp_path):
        path = save_constant_model(tmp_path / "m.onnx", {"output0": zeros(1, 84, 8400)})
        detector = OnnxDetector(path)
        detector.close()
        detector.close()
        with pytest.raises(ModelError, match="closed"):
            detector.infer(Batch(zeros(1, 3, 640, 640), [0], []))


class TestOnnxDetector:
    def test_it_is_a_detector(self, tmp_path):
        path = save_constant_model(tmp_path / "m.onnx", {"output0": zeros(1, 84, 8400)})
        detector = open_detector(path)
        assert isinstance(detector, Detector)
        assert detector.name == "m.onnx"
        assert detector.tensor_spec.shape == (3, 640, 640)
        assert detector.class_names[0] == "person"

    def test_its_hash_is_known_and_can_be_demanded(self, tmp_path):
        path = save_constant_model(tmp_path / "m.onnx", {"output0": zeros(1, 84, 8400)})
        known = OnnxDetector(path).sha256
        assert OnnxDetector(path, sha256=known).sha256 == known
        with pytest.raises(ModelError, match=f"expected SHA-256 {'0' * 64}, found {known}"):
            OnnxDetector(path, sha256="0" * 64)

    def test_names_can_be_given(self, tmp_path):
        path = save_constant_model(tmp_path / "m.onnx", {"output0": zeros(1, 6, 8400)})
        with pytest.raises(ModelError, match="does not say what its classes are called; it has the ids 0…1"):
            OnnxDetector(path)
        detector = OnnxDetector(path, class_names=["person", "dog"])
        assert detector.class_names == {0: "person", 1: "dog"}

    @pytest.mark.parametrize("option", [{"box_unit": "miles"}, {"nonsense": 1}], ids=["value", "name"])
    def test_a_sidecars_wrong_option_is_refused(self, tmp_path, option):
        path = save_constant_model(tmp_path / "m.onnx", {"output0": zeros(1, 84, 8400)})
        (tmp_path / "m.onnx.json").write_text(f'{{"options": {option}}}'.replace("'", '"'))
        with pytest.raises(ModelError, match=next(iter(option))):
            OnnxDetector(path)

    @pytest.mark.parametrize(
        "number", [{"confidence": 1.5}, {"nms_iou": -1}, {"threads": 0}], ids=["confidence", "iou", "threads"]
    )
    def test_a_number_out_of_range_is_refused(self, tmp_path, number):
        path = save_constant_model(tmp_path / "m.onnx", {"output0": zeros(1, 84, 8400)})
        with pytest.raises(ModelError, match=next(iter(number))):
            OnnxDetector(path, **number)


class TestClasses:
    def test_names_and_ids(self):
        assert class_ids(("Person", 2, "16"), COCO_80, num_classes=80) == [0, 2, 16]
        assert class_ids(None, COCO_80, num_classes=80) is None

    @pytest.mark.parametrize(
        ("classes", "complaint"),
        [
            (("persn",), "Did you mean person"),
            (("zeppelin",), "It knows: person, bicycle"),
            ((80,), "no class 80"),
            ((-1,), "no class -1"),
            ((), "expected a list"),
            ("person", "expected a list"),
        ],
        ids=["near", "far", "too-high", "negative", "none", "a-string"],
    )
    def test_what_is_not_there(self, classes, complaint):
        with pytest.raises(ModelError, match=complaint):
            class_ids(classes, COCO_80, num_classes=80)

    def test_a_model_whose_outputs_do_not_tell_takes_any_id(self):
        assert class_ids((0, 41), {}, num_classes=0) == [0, 41]
        with pytest.raises(ModelError, match="does not say what its classes are called"):
            class_ids(("person",), {}, num_classes=0)

    def test_both_numberings_name_the_same_80(self):
        assert list(COCO_80.values()) == list(COCO_91.values())
        assert (COCO_80[0], COCO_80[79], COCO_91[1], COCO_91[90]) == ("person", "toothbrush") * 2


class TestMotion:
    def walk(self, step: int, *, width=640, height=360) -> np.ndarray:
        """A gray room, and after a while a bright figure of 40 by 100 pixels that walks to the right."""
        frame = picture(width, height, (90, 90, 90))
        if step >= 30:
            left = 50 + 8 * (step - 30)
            frame[150:250, left : left + 40] = 230
        return frame

    def test_it_finds_what_walks(self):
        detector = open_detector("motion")
        assert isinstance(detector, Detector)
        assert detector.decoder is None
        for step in range(45):
            found = detector.detect(self.walk(step))
            if step < 30:
                assert len(found.xyxy) == 0
        left = 50 + 8 * 14
        np.testing.assert_allclose(found.xyxy, [[left, 150, left + 40, 250]], atol=16)
        assert found.class_id.tolist() == [0]
        assert detector.class_names == {0: "person"}

    def test_streams_do_not_know_of_each_other(self):
        detector = MotionDetector((640, 360))
        alone = MotionDetector((640, 360))
        luma = zeros(1, 1, 360, 640).astype(np.uint8) + 90
        placement = detector_placement(detector)
        for step in range(40):
            walking = luma.copy()
            if step >= 30:
                walking[..., 150:250, 50 + 8 * (step - 30) : 90 + 8 * (step - 30)] = 230
            both = detector.infer(Batch(np.concatenate([walking, luma]), [4, 9], [placement, placement]))
            (single,) = alone.infer(Batch(walking, [4], [placement]))
            np.testing.assert_array_equal(both[0].xyxy, single.xyxy)
            assert len(both[1].xyxy) == 0
        assert len(single.xyxy) == 1

    def test_another_tensor_is_refused(self):
        detector = MotionDetector((640, 360))
        with pytest.raises(ModelError, match=r"expected a uint8 tensor \(B, 1, 360, 640\), found float32"):
            detector.infer(Batch(zeros(1, 1, 360, 640), [0], []))

    def test_the_looked_at_picture_has_the_sources_shape(self):
        assert MotionDetector((1920, 1080)).tensor_spec.shape == (1, 360, 640)
        assert MotionDetector((576, 768)).tensor_spec.shape == (1, 640, 480)
        assert MotionDetector((3, 2)).tensor_spec.shape == (1, 8, 8)
        with pytest.raises(ModelError, match="at least 1 pixel"):
            MotionDetector((0, 5))


def detector_placement(detector):
    return _core.Converter(detector.tensor_spec, 640, 360).placement


@pytest.fixture
def room(fixtures):
    """A frame with several people in a room."""
    with Image.open(fixtures / "videos" / "classroom.gif") as clip:
        clip.seek(20)
        return np.asarray(clip.convert("RGB"))


class TestRealModels:
    @pytest.mark.parametrize("name", ["yolox_nano_416", "yolox_nano_dynamic", "fastestdet_352"])
    def test_people_are_found(self, fixtures, room, name):
        found = OnnxDetector(fixtures / "models" / f"{name}.onnx", confidence=0.3).detect(room)
        assert len(found.xyxy) >= 3
        assert set(found.class_id.tolist()) == {0}
        height, width = room.shape[:2]
        centers = (found.xyxy[:, :2] + found.xyxy[:, 2:]) / 2
        assert ((centers > 0) & (centers < [width, height])).all()

    def test_two_models_agree_on_where_people_are(self, fixtures, room):
        boxes = [
            OnnxDetector(fixtures / "models" / f"{name}.onnx", confidence=0.5).detect(room).xyxy
            for name in ("yolox_nano_416", "yolox_nano_dynamic")
        ]
        best = [max(overlap(box, other) for other in boxes[1]) for box in boxes[0]]
        assert min(best) > 0.5

    def test_faces(self, fixtures):
        with Image.open(fixtures / "faces" / "crowd_11.jpg") as file:
            photo = np.asarray(file.convert("RGB"))
        detector = OnnxDetector(
            fixtures / "models" / "ultraface_rfb_320.onnx",
            confidence=0.7,
            classes=("face",),
            class_names=["face"],
        )
        found = detector.detect(photo)
        assert len(found.xyxy) >= 5
        assert detector.class_names == {0: "face"}
        assert set(found.class_id.tolist()) == {0}

    def test_yunet_finds_every_face_of_a_group(self, fixtures):
        with Image.open(fixtures / "faces" / "crowd_11.jpg") as file:
            photo = np.asarray(file.convert("RGB"))
        detector = OnnxDetector(
            fixtures / "models" / "yunet_n_dynamic.onnx",
            confidence=0.7,
            classes=("face",),
            input_size=(1024, 800),
        )
        found = detector.detect(photo)
        truth = json.loads((ROOT / "benches" / "faces_truth.json").read_text())["photos"]["crowd_11.jpg"]
        faces = [np.array(person["face"]) for person in truth]
        assert len(found.xyxy) == len(faces) == 26
        assert min(max(overlap(face, box) for box in found.xyxy) for face in faces) > 0.7
        assert 0.9 < found.confidence.min() <= found.confidence.max() <= 1

    def test_yunets_confidence_is_the_root_of_score_times_objectness(self):
        outputs = [np.zeros((2, cells, 4), np.float32) for cells in (4, 1, 1)]
        outputs += [np.full((2, cells, 1), 0.25, np.float32) for cells in (4, 1, 1)]
        outputs += [np.full((2, cells, 1), 1.5, np.float32) for cells in (4, 1, 1)]
        rows = yolox_rows(outputs)
        assert rows.shape == (2, 6, 6)
        np.testing.assert_allclose(rows[..., 4] * rows[..., 5], 0.5)

    def test_the_number_of_threads_changes_nothing(self, fixtures, room):
        path = fixtures / "models" / "yolox_nano_416.onnx"
        one, two = (OnnxDetector(path, threads=threads).detect(room) for threads in (1, 2))
        np.testing.assert_array_equal(one.xyxy, two.xyxy)
        np.testing.assert_array_equal(one.confidence, two.confidence)


def overlap(a, b) -> float:
    """Intersection over union of two boxes."""
    width, height = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    shared = max(0, width) * max(0, height)
    return shared / (np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2]) - shared)
