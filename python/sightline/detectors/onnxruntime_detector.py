"""A detector for any ONNX model of a known kind, on the CPU through ONNX Runtime.

detector = OnnxDetector("yolox_nano.onnx", classes=("person",))
boxes = detector.detect(rgb).xyxy
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np

from sightline import _core
from sightline.detectors.classes import class_ids
from sightline.detectors.description import Sidecar, read_sidecar
from sightline.detectors.onnx_model import (
    DTYPES,
    OnnxSession,
    cores,
    default_threads,
    open_session,
    readable_file,
    sha256_of,
)
from sightline.detectors.protocol import F32, U8, Batch, Columns
from sightline.detectors.recognition import metadata_names, recognize
from sightline.detectors.side_by_side import SideBySide
from sightline.detectors.yunet import yolox_rows
from sightline.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from sightline.detectors.description import ModelDescription

DEFAULT_CONFIDENCE: Final = 0.25
DEFAULT_NMS_IOU: Final = 0.45
PERSON: Final = ("person",)
_MAX_DETECTIONS: Final = 300
_BATCH_OF_LISTS: Final = 3  # [B, N, 6]; in [N, 7] the pictures' boxes follow each other


class OnnxDetector:
    """Runs an ONNX model on the CPU. A `Detector`.

    Args:
        path: The ONNX file. A sidecar beside it (`<file>.json`) overrides what is recognised.
        confidence: Least confidence of a detection, 0…1.
        nms_iou: Boxes of one class that overlap by more than this, 0…1, are one object.
        classes: Names or ids of the classes wanted; `None` for all.
        threads: Threads for one run; by default the cores this process may use, less one.
        at_once: Pictures that are run at the same time, each on a thread of its own, where `infer` is given several; at
            most as many as threads, or as cores. Above 1 the model is held twice.
        input_size: Width and height in pixels, for a model that leaves them open.
        class_names: Names in the model's order, if neither the file nor a sidecar tells them.
        description: What the model is, if it is known; otherwise it is recognised.
        sha256: If given, the file must have this hash.

    Raises:
        ModelError: No such file, damaged, of unknown or ambiguous kind, another hash, without a class asked for, or a
            number out of range.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        confidence: float = DEFAULT_CONFIDENCE,
        nms_iou: float = DEFAULT_NMS_IOU,
        classes: Sequence[str | int] | None = PERSON,
        threads: int | None = None,
        at_once: int = 1,
        input_size: tuple[int, int] | None = None,
        class_names: Sequence[str] = (),
        description: ModelDescription | None = None,
        sha256: str | None = None,
    ) -> None:
        file = readable_file(path)
        self.sha256: Final = sha256_of(file)
        if sha256 is not None and sha256 != self.sha256:
            raise ModelError(
                f"{file}: expected SHA-256 {sha256}, found {self.sha256}: not the model that was meant"
            )
        if threads is not None and threads < 1:
            raise ModelError(f"threads: expected at least 1, or None for the usual number; found {threads}")
        if at_once < 1:
            raise ModelError(f"at_once: expected at least 1, found {at_once}")
        session = open_session(file, threads=threads or default_threads())
        self._session: OnnxSession | None = session
        self.description: Final = description or described(
            session, input_size=input_size, class_names=class_names
        )
        at_once = min(at_once, threads or cores())
        spread = at_once > 1 and can_be_spread(session, self.description)
        self._side_by_side = SideBySide(file, at_once) if spread else None
        self._name: Final = file.name
        self._size_dtype: Final = {t.name: DTYPES.get(t.dtype, np.int64) for t in session.model.inputs}
        wanted = class_ids(classes, self.description.class_names, num_classes=self.description.num_classes)
        try:
            self._tensor_spec = tensor_spec_of(self.description)
            self._decoder = decoder_of(
                self.description, confidence=confidence, nms_iou=nms_iou, classes=wanted
            )
        except (TypeError, ValueError) as error:
            raise ModelError(f"{file}: {error}") from error
        self._converter: tuple[tuple[int, int], _core.Converter] | None = None

    @property
    def name(self) -> str:
        """The file's name."""
        return self._name

    @property
    def tensor_spec(self) -> _core.TensorSpec:
        """The tensor that `infer` wants."""
        return self._tensor_spec

    @property
    def decoder(self) -> _core.Decoder:
        """What turns the outputs of `infer` into boxes."""
        return self._decoder

    @property
    def class_names(self) -> Mapping[int, str]:
        """The words for class ids; empty if neither the file nor a sidecar tells."""
        return self.description.class_names

    @property
    def max_batch(self) -> int:
        """The most pictures `infer` takes at once."""
        return max(self.description.max_batch, self._side_by_side.threads if self._side_by_side else 1)

    def infer(self, batch: Batch) -> list[F32]:
        """Return the model's outputs in the decoder's order, float32 and contiguous.

        Raises:
            ModelError: Too many pictures, another tensor than `tensor_spec` says, a closed detector, or the model failed.
        """
        if self._session is None:
            raise ModelError(f"{self._name}: this detector is closed")
        outputs = self._run(self._session, self._checked(batch))
        if self.description.kind == "yunet":
            outputs = [yolox_rows(outputs)]
        return [np.ascontiguousarray(output, np.float32) for output in outputs]

    def detect(self, rgb: U8) -> Columns:
        """Return what is in one picture, shape (H, W, 3), in RGB order."""
        height, width = rgb.shape[:2]
        if self._converter is None or self._converter[0] != (width, height):
            self._converter = ((width, height), _core.Converter(self._tensor_spec, width, height))
        converter = self._converter[1]
        tensor = converter.convert_rgb(np.ascontiguousarray(rgb))
        outputs = self.infer(Batch(tensor, (0,), (converter.placement,)))
        return Columns(*self._decoder.decode(outputs, 0, converter.placement))

    def close(self) -> None:
        """Give back the model's memory and threads."""
        self._session = None
        if self._side_by_side is not None:
            self._side_by_side.close()
            self._side_by_side = None

    def __repr__(self) -> str:
        d = self.description
        return f"OnnxDetector({self._name!r}, {d.kind}, {d.input_width}x{d.input_height})"

    def _run(self, session: OnnxSession, tensor: NDArray[Any]) -> list[NDArray[Any]]:
        if len(tensor) == 1 or self._side_by_side is None:
            return session.run(self._feeds(tensor), self.description.outputs)
        feeds = [self._feeds(tensor[position : position + 1]) for position in range(len(tensor))]
        return self._side_by_side.run(feeds, self.description.outputs)

    def _checked(self, batch: Batch) -> NDArray[Any]:
        """Return the pictures as the model's type."""
        d = self.description
        pictures, *shape = batch.tensor.shape
        expected = [3, d.input_height, d.input_width]
        if shape != expected or not 1 <= pictures <= self.max_batch:
            raise ModelError(
                f"{self._name}: expected a tensor of 1 to {self.max_batch} x {expected}, found {list(batch.tensor.shape)}"
            )
        return batch.tensor.astype(DTYPES[d.input_dtype], copy=False)

    def _feeds(self, tensor: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Return what one run is given, a batch that is fixed filled up."""
        d = self.description
        pictures, *shape = tensor.shape
        if d.batch_fixed and pictures < d.max_batch:
            tensor = np.concatenate([tensor, np.zeros((d.max_batch - pictures, *shape), tensor.dtype)])
        feeds: dict[str, NDArray[Any]] = {d.input_name: tensor}
        if d.size_input is not None:
            # The tensor's own size, not the picture's: the decoder brings boxes back through the placement, as for every kind.
            sizes = [(d.input_width, d.input_height)] * len(tensor)
            feeds[d.size_input] = np.array(sizes, self._size_dtype[d.size_input])
        return feeds


def can_be_spread(session: OnnxSession, description: ModelDescription) -> bool:
    """Return whether several pictures can be run one by one: not where the model wants so many, or lists their boxes together."""
    if description.batch_fixed and description.max_batch > 1:
        return False
    ranks = [len(output.shape) for output in session.model.outputs if output.name in description.outputs]
    return description.family != "end_to_end" or min(ranks) >= _BATCH_OF_LISTS


def described(
    session: OnnxSession, *, input_size: tuple[int, int] | None = None, class_names: Sequence[str] = ()
) -> ModelDescription:
    """Return what an opened model is, with its sidecar taken into account.

    A model that leaves its outputs' sizes open is run once on a blank picture to see them.

    Args:
        session: The opened model.
        input_size: Width and height in pixels, for a model that leaves them open.
        class_names: Names in the model's order, if neither the file nor a sidecar tells them.

    Raises:
        ModelError: Of no known kind, of more than one, or with inputs that cannot be fed.
    """
    model = session.model
    sizes_open = any(not output.shape or None in output.shape[1:] for output in model.outputs)
    if sizes_open:
        model = session.measured()
    sidecar = read_sidecar(model.path) or Sidecar()
    if class_names and sidecar.class_names is None and metadata_names(model) is None:
        sidecar = msgspec.structs.replace(sidecar, class_names=list(class_names))
    found = recognize(model, sidecar=sidecar, input_size=input_size)
    if not sizes_open:
        return found
    reason = "output sizes: open in the file, so seen by running it once on a blank picture"
    return msgspec.structs.replace(found, reasons=(reason, *found.reasons))


def tensor_spec_of(description: ModelDescription) -> _core.TensorSpec:
    """Return the tensor that a model wants.

    Raises:
        ValueError: A sidecar's number is out of range.
    """
    return _core.TensorSpec(
        width=description.input_width,
        height=description.input_height,
        channels=description.channels,
        fit=description.fit,
        pad=description.pad,
        mean=description.mean,
        std=description.std,
        dtype="u8" if description.input_dtype == "tensor(uint8)" else "f32",
    )


def decoder_of(
    description: ModelDescription, *, confidence: float, nms_iou: float, classes: list[int] | None
) -> _core.Decoder:
    """Return what reads a model's outputs.

    Raises:
        ValueError: A threshold or a sidecar's option is out of range or unknown.
    """
    prior_boxes = (
        {"priors": description.priors.boxes(description.input_width, description.input_height)}
        if description.priors
        else {}
    )
    return _core.Decoder(
        family=description.family,
        input_width=description.input_width,
        input_height=description.input_height,
        num_classes=max(1, description.num_classes),
        confidence=confidence,
        nms_iou=nms_iou,
        classes=classes,
        max_detections=_MAX_DETECTIONS,
        options={**prior_boxes, **description.options, "class_offset": description.class_offset},
    )
