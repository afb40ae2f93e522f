"""Small ONNX models made in a test: whatever picture comes in, the outputs are the arrays that the test gave."""

from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save_model

FLOAT, INT64, UINT8, FLOAT16 = TensorProto.FLOAT, TensorProto.INT64, TensorProto.UINT8, TensorProto.FLOAT16


def save_constant_model(
    path: Path,
    outputs: dict[str, np.ndarray],
    *,
    size=(640, 640),
    input_name="images",
    input_shape=None,
    input_type=FLOAT,
    extra_inputs=(),
    open_outputs=(),
    metadata=None,
) -> Path:
    """Save a model with one picture input and constant outputs.

    `size` is the input's width and height; `input_shape` replaces the whole shape, with names for open sizes. The outputs named
    in `open_outputs` do not declare how many rows (second axis) they have. `extra_inputs` are (name, type, shape).
    """
    shape = input_shape or [1, 3, size[1], size[0]]
    inputs = [helper.make_tensor_value_info(input_name, input_type, shape)]
    inputs += [helper.make_tensor_value_info(*extra) for extra in extra_inputs]
    nodes, declared = [], []
    for name, value in outputs.items():
        is_open = name in open_outputs
        constant = f"{name}_constant" if is_open else name
        nodes.append(helper.make_node("Constant", [], [constant], value=numpy_helper.from_array(value)))
        if is_open:  # rows picked by a mask: how many there are is known only by running
            mask = numpy_helper.from_array(np.ones(value.shape[1], bool))
            nodes.append(helper.make_node("Constant", [], [f"{name}_mask"], value=mask))
            nodes.append(helper.make_node("Compress", [constant, f"{name}_mask"], [name], axis=1))
        sizes = [value.shape[0], "rows", *value.shape[2:]] if is_open else value.shape
        declared.append(
            helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(value.dtype), sizes)
        )
    return save_graph(path, nodes, inputs, declared, metadata=metadata)


def save_brightness_model(path: Path, *, size=(640, 640), input_type=FLOAT) -> Path:
    """Save an end-to-end model with an open batch: one box a picture, whose score is the mean of the first channel."""
    inputs = [helper.make_tensor_value_info("images", input_type, ["batch", 3, size[1], size[0]])]
    outputs = [helper.make_tensor_value_info("output0", FLOAT, ["batch", 1, 6])]
    constants = {
        "first": np.array([0]),
        "axes": np.array([2, 3]),
        "before": np.array([[[10, 20, 110, 220, 0, 0]]], np.float32),
        "score_only": np.array([[[0, 0, 0, 0, 1, 0]]], np.float32),
    }
    nodes = [
        helper.make_node("Constant", [], [n], value=numpy_helper.from_array(v)) for n, v in constants.items()
    ]
    nodes += [
        helper.make_node("Cast", ["images"], ["floats"], to=FLOAT),
        helper.make_node("Gather", ["floats", "first"], ["channel"], axis=1),
        helper.make_node("ReduceMean", ["channel", "axes"], ["mean4"], keepdims=1),
        helper.make_node("Squeeze", ["mean4", "first_axis"], ["mean"]),
        helper.make_node("Mul", ["mean", "score_only"], ["scores"]),
        helper.make_node("Add", ["scores", "before"], ["output0"]),
    ]
    axis = helper.make_node("Constant", [], ["first_axis"], value=numpy_helper.from_array(np.array([3])))
    return save_graph(path, [axis, *nodes], inputs, outputs)


def save_failing_model(path: Path, *, size=(640, 640)) -> Path:
    """Save an end-to-end model that finds nothing in a black picture, and fails to run on any other."""
    inputs = [helper.make_tensor_value_info("images", FLOAT, [1, 3, size[1], size[0]])]
    outputs = [helper.make_tensor_value_info("output0", FLOAT, [1, 1, 6])]
    constants = {
        "rows": np.zeros((1, 1, 6), np.float32),
        "black": np.array(0.01, np.float32),
        "shape": np.array([1]),
        "beyond": np.array([9]),
    }
    nodes = [
        helper.make_node("Constant", [], [n], value=numpy_helper.from_array(v)) for n, v in constants.items()
    ]
    nodes += [
        helper.make_node("ReduceMean", ["images"], ["mean4"], keepdims=1),
        helper.make_node("Greater", ["mean4", "black"], ["is_bright"]),
        helper.make_node("Cast", ["is_bright"], ["bright"], to=INT64),
        helper.make_node("Reshape", ["bright", "shape"], ["flag"]),
        helper.make_node("Mul", ["flag", "beyond"], ["row"]),
        helper.make_node("Gather", ["rows", "row"], ["output0"], axis=0),
    ]
    return save_graph(path, nodes, inputs, outputs, metadata={"names": "{0: 'person'}"})


def save_told_size_model(path: Path, unit_box, score: float, label: int, *, size=(640, 640)) -> Path:
    """Save an RT-DETR-like model: it is told the picture's size and scales its one unit box, x1 y1 x2 y2, to it."""
    inputs = [
        helper.make_tensor_value_info("images", FLOAT, ["N", 3, size[1], size[0]]),
        helper.make_tensor_value_info("orig_target_sizes", INT64, ["N", 2]),
    ]
    outputs = [
        helper.make_tensor_value_info("labels", INT64, ["N", 1]),
        helper.make_tensor_value_info("boxes", FLOAT, ["N", 1, 4]),
        helper.make_tensor_value_info("scores", FLOAT, ["N", 1]),
    ]
    constants = {
        "box": np.array([[unit_box]], np.float32),
        "labels": np.array([[label]]),
        "scores": np.array([[score]], np.float32),
        "axis": np.array([1]),
    }
    nodes = [
        helper.make_node("Constant", [], [n], value=numpy_helper.from_array(v)) for n, v in constants.items()
    ]
    nodes += [
        helper.make_node("Cast", ["orig_target_sizes"], ["sizes"], to=FLOAT),
        helper.make_node("Concat", ["sizes", "sizes"], ["corners"], axis=1),
        helper.make_node("Unsqueeze", ["corners", "axis"], ["scale"]),
        helper.make_node("Mul", ["box", "scale"], ["boxes"]),
    ]
    return save_graph(path, nodes, inputs, outputs)


def save_graph(path: Path, nodes, inputs, outputs, *, metadata=None) -> Path:
    graph = helper.make_graph(nodes, "test", inputs, outputs)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    helper.set_model_props(model, metadata or {})
    save_model(model, path)
    return path
