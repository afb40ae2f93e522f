"""The kinds of detection model understood: how each wants its picture and how its outputs are to be read.

A kind is finer than a decoder family: RT-DETR and RF-DETR share a decoder, but want their pictures prepared differently. The
numbers are those of each project's own inference code.
"""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

from sightline.detectors.priors import PriorBoxes

Family = Literal["yolox", "yolov5", "yolov8", "detr", "end_to_end", "ssd", "nanodet", "fastestdet"]
Channels = Literal["rgb", "bgr"]
Fit = Literal["letterbox_top_left", "letterbox_center", "stretch"]
Triple = tuple[float, float, float]
Options = dict[str, Any]


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of model. `mean` and `std` are per channel in the model's channel order, in 0…255 units: (c - mean) / std."""

    family: Family
    """Which decoder reads the outputs."""
    channels: Channels = "rgb"
    fit: Fit = "letterbox_center"
    pad: float = 114.0
    """What fills the letterbox, 0…255."""
    mean: Triple = (0.0, 0.0, 0.0)
    std: Triple = (255.0, 255.0, 255.0)
    options: Options = {}
    """Further settings of the decoder, by the names of its fields."""
    priors: PriorBoxes | None = None
    """What the boxes are offsets from, for a kind whose files leave that out."""
    class_names: tuple[str, ...] = ()
    """Names in the model's order, for a kind that has always the same classes."""


_IMAGENET_MEAN: Final = (123.675, 116.28, 103.53)
_IMAGENET_STD: Final = (58.395, 57.12, 57.375)

KINDS: Final[dict[str, Kind]] = {
    "yolox": Kind(family="yolox", channels="bgr", fit="letterbox_top_left", std=(1.0, 1.0, 1.0)),
    "yolov5": Kind(family="yolov5"),
    # YOLOv6 has one anchor a cell as YOLOX has, but decoded boxes in input pixels as YOLOv5 has.
    "yolov6": Kind(family="yolov5"),
    "yolov7": Kind(family="yolov5"),
    "yolov8": Kind(family="yolov8"),
    "end_to_end": Kind(family="end_to_end"),
    # Fed with the tensor's own size as `orig_target_sizes`, so that its boxes are in tensor pixels.
    "rt_detr": Kind(family="detr", fit="stretch", options={"box_unit": "input_pixels"}),
    "rt_detr_raw": Kind(family="detr", fit="stretch", options={"activation": "sigmoid"}),
    "rf_detr": Kind(
        family="detr",
        fit="stretch",
        mean=_IMAGENET_MEAN,
        std=_IMAGENET_STD,
        options={"activation": "sigmoid"},
    ),
    "detr": Kind(
        family="detr",
        fit="stretch",
        mean=_IMAGENET_MEAN,
        std=_IMAGENET_STD,
        options={"activation": "softmax", "background": "last"},
    ),
    "ssd": Kind(family="ssd", fit="stretch", mean=(127.0, 127.0, 127.0), std=(128.0, 128.0, 128.0)),
    "nanodet": Kind(
        family="nanodet",
        channels="bgr",
        fit="stretch",
        mean=(_IMAGENET_MEAN[2], _IMAGENET_MEAN[1], _IMAGENET_MEAN[0]),
        std=(_IMAGENET_STD[2], _IMAGENET_STD[1], _IMAGENET_STD[0]),
    ),
    "fastestdet": Kind(family="fastestdet", channels="bgr", fit="stretch"),
    # Cells, boxes and scores as YOLOX has them, one output each a level: `yunet.yolox_rows` joins them.
    "yunet": Kind(
        family="yolox",
        channels="bgr",
        fit="letterbox_top_left",
        pad=0.0,
        std=(1.0, 1.0, 1.0),
        class_names=("face",),
    ),
    # AIZOO's: finds faces and says of each whether it wears a mask. Classes are named as Azure's events name them.
    "face_mask": Kind(
        family="ssd",
        fit="stretch",
        options={"background": "absent"},
        priors=PriorBoxes(
            sizes=((0.04, 0.056), (0.08, 0.11), (0.16, 0.22), (0.32, 0.45), (0.64, 0.72)),
            ratios=(1.0, 0.62, 0.42),
        ),
        class_names=("face_mask", "face_nomask"),
    ),
}
"""Every kind by the name that a sidecar uses for it."""
