"""Each kind of model is recognised from its file, and what could be several kinds is refused with words that help."""

import json
from typing import NamedTuple

import numpy as np
import pytest
from onnx import helper
from tests.support.onnx_graphs import (
    FLOAT,
    FLOAT16,
    INT64,
    UINT8,
    save_constant_model,
    save_graph,
    save_told_size_model,
)

from sightline.detectors import describe, describe_json, inspect
from sightline.detectors.kinds import KINDS
from sightline.errors import ModelError


def zeros(*shape) -> np.ndarray:
    return np.zeros(shape, np.float32)


ULTRALYTICS = {
    "names": "{0: 'person', 1: 'forklift'}",
    "stride": "32",
    "task": "detect",
    "imgsz": "[640, 640]",
}
RGB_UNIT = ("rgb", (0, 0, 0), (255, 255, 255))
BGR_IMAGENET = ("bgr", (103.53, 116.28, 123.675), (57.375, 57.12, 58.395))
RGB_IMAGENET = ("rgb", (123.675, 116.28, 103.53), (58.395, 57.12, 57.375))


class Expected(NamedTuple):
    kind: str
    family: str
    fit: str
    values: tuple  # channels, mean, std
    classes: int


CASES = {
    "yolox": (
        {"outputs": {"output": zeros(1, 3549, 85)}, "size": (416, 416)},
        Expected("yolox", "yolox", "letterbox_top_left", ("bgr", (0, 0, 0), (1, 1, 1)), 80),
    ),
    "yolox-two-classes": (
        {"outputs": {"output": zeros(1, 8400, 7)}},
        Expected("yolox", "yolox", "letterbox_top_left", ("bgr", (0, 0, 0), (1, 1, 1)), 2),
    ),
    "yolov5": (
        {"outputs": {"output0": zeros(1, 25200, 85)}},
        Expected("yolov5", "yolov5", "letterbox_center", RGB_UNIT, 80),
    ),
    "yolov5-at-yolox-size": (
        {"outputs": {"output": zeros(1, 10647, 85)}, "size": (416, 416)},
        Expected("yolov5", "yolov5", "letterbox_center", RGB_UNIT, 80),
    ),
    "yolov5-with-raw-heads": (
        {
            "outputs": {
                "output": zeros(1, 6300, 85),
                "1": zeros(1, 3, 40, 40, 85),
                "2": zeros(1, 3, 20, 20, 85),
            },
            "size": (320, 320),
        },
        Expected("yolov5", "yolov5", "letterbox_center", RGB_UNIT, 80),
    ),
    "yolov6": (
        {"outputs": {"outputs": zeros(1, 8400, 85)}},
        Expected("yolov6", "yolov5", "letterbox_center", RGB_UNIT, 80),
    ),
    "yolov8": (
        {"outputs": {"output0": zeros(1, 84, 8400)}},
        Expected("yolov8", "yolov8", "letterbox_center", RGB_UNIT, 80),
    ),
    "yolov8-named": (
        {"outputs": {"output0": zeros(1, 6, 8400)}, "metadata": ULTRALYTICS},
        Expected("yolov8", "yolov8", "letterbox_center", RGB_UNIT, 2),
    ),
    "yolov8-rows-last": (
        {"outputs": {"output0": zeros(1, 8400, 84)}},
        Expected("yolov8", "yolov8", "letterbox_center", RGB_UNIT, 80),
    ),
    "rf-detr": (
        {"outputs": {"dets": zeros(1, 300, 4), "labels": zeros(1, 300, 91)}, "size": (384, 384)},
        Expected("rf_detr", "detr", "stretch", RGB_IMAGENET, 91),
    ),
    "detr": (
        {"outputs": {"logits": zeros(1, 100, 92), "pred_boxes": zeros(1, 100, 4)}},
        Expected("detr", "detr", "stretch", RGB_IMAGENET, 91),
    ),
    "rt-detr-raw": (
        {"outputs": {"logits": zeros(1, 300, 80), "pred_boxes": zeros(1, 300, 4)}},
        Expected("rt_detr_raw", "detr", "stretch", RGB_UNIT, 80),
    ),
    "end-to-end": (
        {"outputs": {"output0": zeros(1, 300, 6)}, "metadata": ULTRALYTICS},
        Expected("end_to_end", "end_to_end", "letterbox_center", RGB_UNIT, 2),
    ),
    "end-to-end-with-image": (
        {"outputs": {"output": zeros(5, 7)}},
        Expected("end_to_end", "end_to_end", "letterbox_center", RGB_UNIT, 0),
    ),
    "end-to-end-lists": (
        {
            "outputs": {
                "det_classes": zeros(1, 100),
                "det_scores": zeros(1, 100),
                "det_boxes": zeros(1, 100, 4),
                "num_dets": zeros(1, 1),
            }
        },
        Expected("end_to_end", "end_to_end", "letterbox_center", RGB_UNIT, 0),
    ),
    "ssd": (
        {"outputs": {"scores": zeros(1, 4420, 2), "boxes": zeros(1, 4420, 4)}, "size": (320, 240)},
        Expected("ssd", "ssd", "stretch", ("rgb", (127, 127, 127), (128, 128, 128)), 1),
    ),
    "nanodet-plus": (
        {"outputs": {"output": zeros(1, 2125, 112)}, "size": (320, 320), "input_name": "data"},
        Expected("nanodet", "nanodet", "stretch", BGR_IMAGENET, 80),
    ),
    "nanodet-plus-416": (
        {"outputs": {"output": zeros(1, 3598, 112)}, "size": (416, 416), "input_name": "data"},
        Expected("nanodet", "nanodet", "stretch", BGR_IMAGENET, 80),
    ),
    "nanodet": (
        {"outputs": {"output": zeros(1, 2100, 112)}, "size": (320, 320), "input_name": "data"},
        Expected("nanodet", "nanodet", "stretch", BGR_IMAGENET, 80),
    ),
    "fastestdet": (
        {"outputs": {"758": zeros(1, 85, 22, 22)}, "size": (352, 352), "input_name": "input.1"},
        Expected("fastestdet", "fastestdet", "stretch", ("bgr", (0, 0, 0), (255, 255, 255)), 80),
    ),
}


@pytest.mark.parametrize(("graph", "expected"), CASES.values(), ids=list(CASES))
def test_each_kind(tmp_path, graph, expected):
    found = inspect(save_constant_model(tmp_path / "m.onnx", **graph)).description
    values = (found.channels, found.mean, found.std)
    assert Expected(found.kind, found.family, found.fit, values, found.num_classes) == expected
    assert found.reasons
    assert (found.input_width, found.input_height) == graph.get("size", (640, 640))
    if expected.classes in (80, 91):
        assert found.class_names[0] == "person"
        assert len(found.class_names) == 80


def test_outputs_are_put_into_the_decoders_order(tmp_path):
    lists = inspect(save_constant_model(tmp_path / "m.onnx", **CASES["end-to-end-lists"][0])).description
    assert lists.outputs == ("num_dets", "det_boxes", "det_scores", "det_classes")
    heads = inspect(save_constant_model(tmp_path / "m.onnx", **CASES["yolov5-with-raw-heads"][0])).description
    assert heads.outputs == ("output",)


def test_a_model_that_is_told_the_size(tmp_path):
    found = inspect(save_told_size_model(tmp_path / "m.onnx", (0.1, 0.2, 0.3, 0.4), 0.9, 0)).description
    assert (found.kind, found.size_input) == ("rt_detr", "orig_target_sizes")
    assert found.outputs == ("labels", "boxes", "scores")
    assert not found.batch_fixed


def test_names_in_the_metadata_decide_between_kinds(tmp_path):
    # 7 columns, one row a cell: 2 classes and objectness, or 3 classes without.
    graph = {"outputs": {"out": zeros(1, 8400, 7)}}
    with pytest.raises(ModelError) as refused:
        inspect(save_constant_model(tmp_path / "two.onnx", **graph))
    assert "more than one kind" in str(refused.value)
    for kind in ("yolox", "yolov6", "yolov8"):
        assert f"{kind}:" in str(refused.value)
    assert "two.onnx.json" in str(refused.value)
    three = save_constant_model(tmp_path / "three.onnx", **graph, metadata={"names": "['a', 'b', 'c']"})
    found = inspect(three).description
    assert found.kind == "yolov8"
    assert found.class_names == {0: "a", 1: "b", 2: "c"}


def test_a_sidecar_has_the_last_word(tmp_path):
    path = save_constant_model(tmp_path / "m.onnx", {"out": zeros(1, 8400, 7)})
    sidecar = {
        "kind": "yolox",
        "class_names": ["person", "dog"],
        "channels": "rgb",
        "options": {"decoded": True},
    }
    (tmp_path / "m.onnx.json").write_text(json.dumps(sidecar))
    found = inspect(path).description
    assert (found.kind, found.channels, found.num_classes) == ("yolox", "rgb", 2)
    assert found.class_names == {0: "person", 1: "dog"}
    assert found.options == {"decoded": True}
    assert "the sidecar m.onnx.json says so" in " ".join(found.reasons)


def test_too_many_names_are_refused(tmp_path):
    path = save_constant_model(tmp_path / "m.onnx", {"output0": zeros(1, 6, 8400)})
    (tmp_path / "m.onnx.json").write_text('{"class_names": ["a", "b", "c"]}')
    with pytest.raises(
        ModelError, match=r"there are 3 class names, but the outputs have 2 classes \(yolov8\)"
    ):
        inspect(path)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('{"kind": "yolo"}', "expected one of yolox, yolov5"),
        ('{"family": "yolox"}', "family"),
        ('{"channels": "gray"}', "channels"),
        ('{"mean": [1, 2]}', "mean"),
        ("{", "m.onnx.json"),
    ],
    ids=["kind", "field", "channels", "length", "not-json"],
)
def test_a_wrong_sidecar_is_refused(tmp_path, text, complaint):
    path = save_constant_model(tmp_path / "m.onnx", {"output": zeros(1, 8400, 85)})
    (tmp_path / "m.onnx.json").write_text(text)
    with pytest.raises(ModelError, match=r"m\.onnx\.json") as refused:
        inspect(path)
    assert complaint in str(refused.value)


REFUSED = {
    "unknown": ({"outputs": {"embedding": zeros(1, 512)}}, "not a kind of model"),
    "segmentation": (
        {
            "outputs": {"a": zeros(1, 38, 8400), "b": zeros(1, 32, 160, 160)},
            "metadata": {**ULTRALYTICS, "task": "segment"},
        },
        "'segment'",
    ),
    "raw-ssd": (
        {"outputs": {"loc": zeros(1, 5972, 4), "cls": zeros(1, 5972, 2)}, "size": (260, 260)},
        "offsets from anchors",
    ),
    "detr-of-any-kind": (
        {"outputs": {"logits": zeros(1, 300, 5), "pred_boxes": zeros(1, 300, 4)}},
        "more than one kind",
    ),
    "channels-last": (
        {"outputs": {"o": zeros(1, 8400, 85)}, "input_shape": [1, 640, 640, 3]},
        "channels come last",
    ),
    "gray": (
        {"outputs": {"o": zeros(1, 8400, 85)}, "input_shape": [1, 1, 640, 640]},
        "(batch, 3, height, width)",
    ),
    "integers": ({"outputs": {"o": zeros(1, 8400, 85)}, "input_type": INT64}, "tensor(uint8)"),
    "no-picture": (
        {"outputs": {"o": zeros(1, 8400, 85)}, "input_shape": [1, 3]},
        "(batch, 3, height, width)",
    ),
    "strange-input": (
        {"outputs": {"o": zeros(1, 8400, 85)}, "extra_inputs": [("scale_factor", INT64, [1, 2])]},
        "scale_factor",
    ),
}


@pytest.mark.parametrize(("graph", "complaint"), REFUSED.values(), ids=list(REFUSED))
def test_what_cannot_be_used_is_refused_with_what_was_seen(tmp_path, graph, complaint):
    path = save_constant_model(tmp_path / "m.onnx", **graph)
    with pytest.raises(ModelError) as refused:
        inspect(path)
    assert complaint in str(refused.value)
    assert str(path) in str(refused.value)


@pytest.mark.parametrize("value", ["", "not a literal", "{'a': 'b'}", "[[1]]", "5", "(" * 300], ids=range(6))
def test_damaged_metadata_is_as_none(tmp_path, value):
    graph = {"outputs": {"output": zeros(1, 3549, 85)}, "size": (416, 416)}
    path = save_constant_model(tmp_path / "m.onnx", **graph, metadata={"names": value, "imgsz": value})
    assert inspect(path).description.kind == "yolox"


class TestOpenSizes:
    def graph(self, tmp_path, **more):
        return save_constant_model(
            tmp_path / "m.onnx",
            {"output": zeros(1, 8400, 85)},
            input_shape=["n", 3, "h", "w"],
            open_outputs=("output",),
            **more,
        )

    def test_the_outputs_are_seen_by_running_once(self, tmp_path):
        found = inspect(self.graph(tmp_path)).description
        assert found.kind == "yolox"
        assert "running it once" in found.reasons[0]
        assert (found.input_width, found.input_height) == (640, 384)
        assert found.max_batch > 1

    def test_the_metadata_says_the_size(self, tmp_path):
        found = inspect(self.graph(tmp_path, metadata={"imgsz": "[544, 960]"})).description
        assert (found.input_width, found.input_height) == (960, 544)

    def test_a_person_says_the_size(self, tmp_path):
        path = self.graph(tmp_path, metadata={"imgsz": "[544, 960]"})
        (tmp_path / "m.onnx.json").write_text('{"input_size": [320, 256]}')
        found = inspect(path).description
        assert (found.input_width, found.input_height) == (320, 256)

    def test_a_size_off_the_grid_is_refused(self, tmp_path):
        path = self.graph(tmp_path)
        (tmp_path / "m.onnx.json").write_text('{"input_size": [330, 256]}')
        with pytest.raises(ModelError, match="width: expected a multiple of 32, found 330"):
            inspect(path)


def test_another_size_than_the_fixed_one_is_refused(tmp_path):
    path = save_constant_model(tmp_path / "m.onnx", {"output": zeros(1, 3549, 85)}, size=(416, 416))
    (tmp_path / "m.onnx.json").write_text('{"input_size": [640, 416]}')
    with pytest.raises(ModelError, match="width 640 was asked for, but the model's is fixed at 416"):
        inspect(path)


@pytest.mark.parametrize(
    ("kind", "name"), [(FLOAT16, "tensor(float16)"), (UINT8, "tensor(uint8)")], ids=["f16", "u8"]
)
def test_other_input_types(tmp_path, kind, name):
    path = save_constant_model(tmp_path / "m.onnx", {"output0": zeros(1, 84, 8400)}, input_type=kind)
    assert inspect(path).description.input_dtype == name


class TestFilesThatAreNoModels:
    @pytest.mark.parametrize(
        ("content", "complaint"),
        [
            (b"", "empty"),
            (b"buy milk", "not a complete ONNX model"),
            (b"\x08\x07", "not a complete ONNX model"),
        ],
        ids=["empty", "text", "no-graph"],
    )
    def test_content(self, tmp_path, content, complaint):
        (tmp_path / "m.onnx").write_bytes(content)
        with pytest.raises(ModelError, match=complaint):
            inspect(tmp_path / "m.onnx")

    def test_cut_short(self, tmp_path):
        path = save_constant_model(tmp_path / "m.onnx", {"output": zeros(1, 3549, 85)}, size=(416, 416))
        path.write_bytes(path.read_bytes()[:100_000])
        with pytest.raises(ModelError, match="cut short"):
            inspect(path)

    def test_missing(self, tmp_path):
        with pytest.raises(ModelError, match="no such model file"):
            inspect(tmp_path / "m.onnx")

    def test_a_directory(self, tmp_path):
        with pytest.raises(ModelError, match="found a directory"):
            inspect(tmp_path)

    def test_a_graph_that_cannot_load(self, tmp_path):
        node = helper.make_node("NoSuchOperator", ["images"], ["output"])
        ends = [helper.make_tensor_value_info(n, FLOAT, [1, 3, 64, 64]) for n in ("images", "output")]
        path = save_graph(tmp_path / "m.onnx", [node], ends[:1], ends[1:])
        with pytest.raises(ModelError, match="NoSuchOperator"):
            inspect(path)


REAL = {
    "yolox_nano_416": ("yolox", (416, 416), 80),
    "yolox_nano_dynamic": ("yolox", (640, 384), 80),
    "fastestdet_352": ("fastestdet", (352, 352), 80),
    "ultraface_rfb_320": ("ssd", (320, 240), 1),
    "yunet_n_dynamic": ("yunet", (640, 384), 1),
    "face_mask_260": ("face_mask", (260, 260), 2),
}


@pytest.mark.parametrize(("name", "expected"), REAL.items(), ids=list(REAL))
def test_real_models(fixtures, name, expected):
    found = inspect(fixtures / "models" / f"{name}.onnx").description
    assert (found.kind, (found.input_width, found.input_height), found.num_classes) == expected


def test_the_names_of_a_kind_that_always_has_the_same_classes(fixtures):
    found = inspect(fixtures / "models" / "face_mask_260.onnx").description
    assert found.class_names == {0: "face_mask", 1: "face_nomask"}
    assert inspect(fixtures / "models" / "yunet_n_dynamic.onnx").description.class_names == {0: "face"}


def test_prior_boxes_are_the_published_ones():
    priors = KINDS["face_mask"].priors
    boxes = np.array(priors.boxes(260, 260))
    assert len(boxes) == priors.count(260, 260) == 4 * (33**2 + 17**2 + 9**2 + 5**2 + 3**2)
    assert priors.count(360, 360) == 4 * (45**2 + 23**2 + 12**2 + 6**2 + 4**2)
    # A cell has both sizes as squares, then the first size at the other two ratios.
    first, last = boxes[:4], boxes[-4:]
    np.testing.assert_allclose(first[:, :2], 0.5 / 33)
    np.testing.assert_allclose(first[:, 2], [0.04, 0.056, 0.04 * 0.62**0.5, 0.04 * 0.42**0.5])
    np.testing.assert_allclose(first[:, 3], [0.04, 0.056, 0.04 / 0.62**0.5, 0.04 / 0.42**0.5])
    np.testing.assert_allclose(boxes[4, :2], [1.5 / 33, 0.5 / 33])
    np.testing.assert_allclose(last[:, :2], 2.5 / 3)


def test_the_outputs_of_yunet_must_fit_its_cells(tmp_path):
    outputs = {
        f"{what}_{stride}": zeros(1, (64 // stride) ** 2, columns)
        for what, columns in (("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10))
        for stride in (8, 16, 32)
    }
    path = save_constant_model(tmp_path / "m.onnx", outputs, size=(64, 64))
    assert inspect(path).description.kind == "yunet"
    path = save_constant_model(tmp_path / "m.onnx", {**outputs, "bbox_16": zeros(1, 16, 5)}, size=(64, 64))
    with pytest.raises(ModelError, match="not a kind of model that Sightline knows"):
        inspect(path)


def test_prior_boxes_of_another_count_are_another_model(tmp_path):
    outputs = {"loc_branch_concat": zeros(1, 5971, 4), "cls_branch_concat": zeros(1, 5971, 2)}
    path = save_constant_model(tmp_path / "m.onnx", outputs, size=(260, 260))
    with pytest.raises(ModelError, match="not a kind of model that Sightline knows"):
        inspect(path)


def test_the_page_says_what_and_why(tmp_path):
    path = save_constant_model(tmp_path / "m.onnx", **CASES["yolox"][0])
    page = describe(path)
    for expected in (
        "yolox",
        "416x416",
        "bgr",
        "letterbox top left",
        "person",
        "3549 rows of 85",
        "not yolov6",
    ):
        assert expected in page
    data = json.loads(describe_json(path))
    assert data["description"]["kind"] == "yolox"
    assert data["sha256"] in page
