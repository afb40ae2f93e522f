"""What a model wants to be fed: which input takes the picture, how large, and how many at once."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

import msgspec

from sightline.detectors.onnx_model import TensorInfo, blank_shape
from sightline.errors import ModelError

if TYPE_CHECKING:
    from sightline.detectors.kinds import Kind
    from sightline.detectors.onnx_model import OnnxModel

SIZE_INPUT: Final = "orig_target_sizes"
"""The input of RT-DETR and D-FINE exports that takes each picture's width and height."""

_OPEN_BATCH: Final = 8  # pictures at once where the model leaves it open
_WIDE: Final = (640, 384)  # cameras are wide; a letterbox on a square would spend 40 % on padding
_SQUARE: Final = (640, 640)  # models that are fed stretched pictures were trained on squares
_STRIDE: Final = 32
_DTYPES: Final = ("tensor(float)", "tensor(float16)", "tensor(uint8)")
_RANK: Final = 4
_RGB: Final = 3


class ImageInput(msgspec.Struct, frozen=True):
    """The input that takes pictures, shape (B, 3, H, W)."""

    tensor: TensorInfo
    size_input: str | None
    """The input that takes their sizes, if there is one."""

    @property
    def batch_fixed(self) -> bool:
        """Whether the number of pictures is fixed."""
        return self.tensor.shape[0] is not None

    @property
    def max_batch(self) -> int:
        """The most pictures at once."""
        return self.tensor.shape[0] or _OPEN_BATCH

    @property
    def counted_size(self) -> tuple[int, int]:
        """Width and height for which the outputs' sizes hold, open ones as `OnnxSession.measured` fills them in."""
        *_, height, width = blank_shape(self.tensor)
        return width, height


def find_image_input(model: OnnxModel) -> ImageInput:
    """Return the input that takes pictures.

    Raises:
        ModelError: There is none, or another input would have to be fed with what Sightline does not have.
    """
    pictures = [tensor for tensor in model.inputs if len(tensor.shape) == _RANK]
    if len(pictures) != 1:
        seen = ", ".join(tensor.in_words() for tensor in model.inputs)
        raise ModelError(f"{model.path}: expected one input of shape (batch, 3, height, width); found {seen}")
    tensor = pictures[0]
    if tensor.shape[1] not in (_RGB, None) or (tensor.shape[1] is None and tensor.shape[3] == _RGB):
        order = (
            " Its channels come last; export it with channels first (NCHW)."
            if tensor.shape[3] == _RGB
            else ""
        )
        raise ModelError(
            f"{model.path}: expected an input of shape (batch, 3, height, width); found {tensor.in_words()}.{order}"
        )
    if tensor.dtype not in _DTYPES:
        raise ModelError(f"{model.path}: input {tensor.in_words()}: expected one of {', '.join(_DTYPES)}")
    others = [other for other in model.inputs if other is not tensor]
    strange = [other.in_words() for other in others if other.name != SIZE_INPUT]
    if strange:
        raise ModelError(
            f"{model.path}: Sightline does not know what to feed to the input {', '.join(strange)}"
        )
    return ImageInput(tensor=tensor, size_input=SIZE_INPUT if others else None)


def input_size_of(
    model: OnnxModel, image: ImageInput, kind: Kind, wanted: tuple[int, int] | None, reasons: list[str]
) -> tuple[int, int]:
    """Return the width and height to use, and add the reason.

    Args:
        model: The model.
        image: Its picture input.
        kind: What it is; decides the default for open sizes.
        wanted: Width and height that a person asked for.
        reasons: Gets one sentence more.

    Raises:
        ModelError: The model does not take the wanted size.
    """
    *_, fixed_height, fixed_width = image.tensor.shape
    if wanted is not None:
        return _wanted_size(model, (fixed_width, fixed_height), kind, wanted, reasons)
    default = _metadata_size(model) or (_SQUARE if kind.fit == "stretch" else _WIDE)
    size = (fixed_width or default[0], fixed_height or default[1])
    if fixed_width and fixed_height:
        reasons.append(f"input {size[0]}x{size[1]}: fixed in the file")
    else:
        source = "written in its metadata" if _metadata_size(model) else "open in the file, so the usual one"
        reasons.append(f"input {size[0]}x{size[1]}: {source}")
    return size


def _wanted_size(
    model: OnnxModel,
    fixed: tuple[int | None, int | None],
    kind: Kind,
    wanted: tuple[int, int],
    reasons: list[str],
) -> tuple[int, int]:
    for what, size, asked in zip(("width", "height"), fixed, wanted, strict=True):
        if size is not None and size != asked:
            raise ModelError(
                f"{model.path}: input {what} {asked} was asked for, but the model's is fixed at {size}"
            )
        if asked < 1 or (size is None and kind.fit != "stretch" and asked % _STRIDE):
            raise ModelError(f"{model.path}: input {what}: expected a multiple of {_STRIDE}, found {asked}")
    reasons.append(f"input {wanted[0]}x{wanted[1]}: as asked for")
    return wanted


def _metadata_size(model: OnnxModel) -> tuple[int, int] | None:
    try:
        height, width = msgspec.convert(
            ast.literal_eval(model.metadata.get("imgsz", "None")), tuple[int, int]
        )
    except (ValueError, SyntaxError, MemoryError, RecursionError):  # msgspec.ValidationError is a ValueError
        return None
    return (width, height) if min(width, height) >= _STRIDE else None
