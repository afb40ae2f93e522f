"""Which kinds of model have outputs of a given shape. A list: shapes alone often leave more than one.

Grid models predict one row a cell of their levels, so for an input of known size the number of rows tells the levels, and the
number of columns the classes. `named` marks a candidate whose inputs and outputs also bear the names that its exporter gives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from sightline.detectors.kinds import KINDS
from sightline.detectors.yunet import OUTPUTS as YUNET_OUTPUTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sightline.detectors.inputs import ImageInput
    from sightline.detectors.onnx_model import OnnxModel, TensorInfo

_THREE_LEVELS: Final = (8, 16, 32)
_FOUR_LEVELS: Final = (8, 16, 32, 64)
_FASTESTDET_STRIDE: Final = 16
_NANODET_BINS: Final = 32  # four sides, eight bins each
_MOST_QUERIES: Final = 1000
_BOX: Final = 4
_BOX_AND_OBJECTNESS: Final = 5
_FINISHED_ROW: Final = 6  # x1, y1, x2, y2, score, class
_FINISHED_ROW_WITH_IMAGE: Final = 7
_CATEGORY_COLUMNS: Final = 91  # COCO's category ids 0…90
_COCO_COLUMNS: Final = 80
_ROWS: Final = 3  # rank of (batch, rows, columns)
_GRID: Final = 4  # rank of (batch, channels, height, width)
_RAW_HEADS: Final = 5  # rank of the undecoded heads that old YOLOv5 exports carry along
_FACE_MASK: Final = KINDS["face_mask"]


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A kind that a model may be."""

    kind: str
    """One of `KINDS`."""
    num_classes: int | None
    """Classes that the outputs score, without background; `None` if they do not tell."""
    class_offset: int = 0
    """Added to the model's class index; -1 for COCO's category ids, so that a person is class 0."""
    outputs: tuple[str, ...]
    """The outputs that matter, in the decoder's order."""
    evidence: str
    """What speaks for it."""
    named: bool = False
    """Whether the names of inputs and outputs are this kind's, too."""

    def classes_in_words(self) -> str:
        """Return the number of classes for a message."""
        if self.num_classes is None:
            return "any number of classes"
        return "1 class" if self.num_classes == 1 else f"{self.num_classes} classes"


def find_candidates(model: OnnxModel, image: ImageInput) -> list[Candidate]:
    """Return every kind whose outputs look like the model's; empty if there is none."""
    outputs = model.outputs
    if len(outputs) > 1 and all(len(other.shape) == _RAW_HEADS for other in outputs[1:]):
        outputs = outputs[:1]
    if len(outputs) == 1:
        return list(_from_one(outputs[0], image))
    names = {output.name.casefold(): output for output in outputs}
    if len(outputs) == 2:  # noqa: PLR2004 - boxes and scores
        return list(_from_two(*outputs, image))
    return list(_from_names(names, image))


def cells(size: tuple[int, int], strides: tuple[int, ...]) -> int:
    """Return how many cells the levels have for an input of this width and height."""
    width, height = size
    return sum(-(-width // stride) * -(-height // stride) for stride in strides)


def _from_one(output: TensorInfo, image: ImageInput) -> Iterator[Candidate]:
    shape = output.shape
    if len(shape) == 2 and shape[1] == _FINISHED_ROW_WITH_IMAGE:  # noqa: PLR2004 - rows and columns
        yield _one(
            "end_to_end", None, output, "one finished box a row, with its picture's index, in 7 columns"
        )
    elif len(shape) == _GRID:
        yield from _one_grid(output, image)
    elif len(shape) == _ROWS and None not in shape[1:]:
        yield from _rows(output, image, rows=shape[1] or 0, columns=shape[2] or 0)


def _one_grid(output: TensorInfo, image: ImageInput) -> Iterator[Candidate]:
    _, channels, height, width = output.shape
    input_width, input_height = image.counted_size
    grid = (-(-input_width // _FASTESTDET_STRIDE), -(-input_height // _FASTESTDET_STRIDE))
    if (width, height) == grid and channels is not None and channels > _BOX_AND_OBJECTNESS:
        evidence = f"one grid of {width}x{height} cells of {_FASTESTDET_STRIDE} pixels, {channels} channels"
        yield _one("fastestdet", channels - _BOX_AND_OBJECTNESS, output, evidence)


def _rows(output: TensorInfo, image: ImageInput, *, rows: int, columns: int) -> Iterator[Candidate]:
    three, four = cells(image.counted_size, _THREE_LEVELS), cells(image.counted_size, _FOUR_LEVELS)
    ends = (image.tensor.name, output.name)
    seen = f"{rows} rows of {columns}"
    if columns in (three, four) and rows > _BOX:
        yield _one("yolov8", rows - _BOX, output, f"{columns} columns, one a cell, of 4 + classes")
        return
    if rows in (3 * three, 3 * four) and columns > _BOX_AND_OBJECTNESS:
        yield _one("yolov5", columns - _BOX_AND_OBJECTNESS, output, f"{seen}, three a cell, 5 + classes each")
        return
    if rows in (three, four):
        if rows == three and columns > _BOX_AND_OBJECTNESS:
            evidence = f"{seen}, one a cell of strides 8, 16 and 32, 5 + classes each"
            yield _one(
                "yolox", columns - _BOX_AND_OBJECTNESS, output, evidence, named=ends == ("images", "output")
            )
            yield _one(
                "yolov6", columns - _BOX_AND_OBJECTNESS, output, evidence, named=ends == ("images", "outputs")
            )
        if columns > _NANODET_BINS:
            evidence = f"{seen}, one a cell, classes + 32 bins each"
            yield _one("nanodet", columns - _NANODET_BINS, output, evidence, named=ends == ("data", "output"))
        if columns > _BOX:
            yield _one("yolov8", columns - _BOX, output, f"{seen}, one a cell, 4 + classes each")
        return
    if columns == _FINISHED_ROW and rows <= _MOST_QUERIES:
        yield _one("end_to_end", None, output, f"{seen}: corners, score and class of finished boxes")


def _from_two(first: TensorInfo, second: TensorInfo, image: ImageInput) -> Iterator[Candidate]:
    boxes, scores = (
        (second, first) if second.shape[-1:] == (_BOX,) and first.shape[-1:] != (_BOX,) else (first, second)
    )
    columns = scores.shape[-1] if len(scores.shape) == _ROWS else None
    if boxes.shape[-1:] != (_BOX,) or boxes.shape[1:2] != scores.shape[1:2] or columns is None:
        return
    names = outputs = (boxes.name, scores.name)
    evidence = f"outputs {boxes.name} and {scores.name}, {columns} columns of scores"
    if names == ("dets", "labels"):
        yield _two("rf_detr", columns, outputs, evidence, named=True)
    elif names == ("boxes", "scores") and columns > 1:
        yield _two("ssd", columns - 1, outputs, f"{evidence}, the first for background", named=True)
    elif names == ("loc_branch_concat", "cls_branch_concat") and columns == len(_FACE_MASK.class_names):
        if _FACE_MASK.priors and boxes.shape[1] == _FACE_MASK.priors.count(*image.counted_size):
            seen = f"{evidence}, and a row for each of its {boxes.shape[1]} prior boxes"
            yield _two("face_mask", columns, outputs, seen, named=True)
    elif names[1].endswith("logits") and names[0] in ("pred_boxes", "boxes"):
        yield from _detr_logits(outputs, columns, evidence)


def _detr_logits(outputs: tuple[str, ...], columns: int, evidence: str) -> Iterator[Candidate]:
    # With COCO's numbers of classes the kinds differ: DETR adds "no object" to the category ids, RF-DETR does not, and RT-DETR
    # and D-FINE number the 80 classes. Models trained on other classes have any number of columns.
    if columns not in (_CATEGORY_COLUMNS, _CATEGORY_COLUMNS + 1):
        yield _two("rt_detr_raw", columns, outputs, evidence)
    if columns not in (_COCO_COLUMNS, _CATEGORY_COLUMNS + 1):
        yield _two("rf_detr", columns, outputs, evidence)
    if columns not in (_COCO_COLUMNS, _CATEGORY_COLUMNS) and columns > 1:
        yield _two("detr", columns - 1, outputs, evidence)


def _two(
    kind: str, num_classes: int, outputs: tuple[str, ...], evidence: str, *, named: bool = False
) -> Candidate:
    offset = -1 if num_classes == _CATEGORY_COLUMNS and kind in ("detr", "rf_detr") else 0
    return Candidate(
        kind=kind,
        num_classes=num_classes,
        class_offset=offset,
        outputs=outputs,
        evidence=evidence,
        named=named,
    )


def _from_names(names: dict[str, TensorInfo], image: ImageInput) -> Iterator[Candidate]:
    if names.keys() == {"labels", "boxes", "scores"} and image.size_input:
        outputs = tuple(names[name].name for name in ("labels", "boxes", "scores"))
        evidence = f"outputs labels, boxes and scores, and an input {image.size_input}"
        yield Candidate(kind="rt_detr", num_classes=None, outputs=outputs, evidence=evidence, named=True)
    counted = ("num_dets", "det_boxes", "det_scores", "det_classes")
    if names.keys() == set(counted):
        outputs = tuple(names[name].name for name in counted)
        evidence = "outputs num_dets, det_boxes, det_scores and det_classes"
        yield Candidate(kind="end_to_end", num_classes=None, outputs=outputs, evidence=evidence, named=True)
    if names.keys() >= YUNET_OUTPUTS.keys() and all(
        names[name].shape[1:] == (cells(image.counted_size, (stride,)), columns)
        for name, (stride, columns) in YUNET_OUTPUTS.items()
    ):
        outputs = tuple(names[name].name for name in YUNET_OUTPUTS)
        evidence = "outputs bbox, obj and cls of strides 8, 16 and 32"
        yield Candidate(kind="yunet", num_classes=1, outputs=outputs, evidence=evidence, named=True)


def _one(
    kind: str, num_classes: int | None, output: TensorInfo, evidence: str, *, named: bool = False
) -> Candidate:
    return Candidate(
        kind=kind, num_classes=num_classes, outputs=(output.name,), evidence=evidence, named=named
    )
