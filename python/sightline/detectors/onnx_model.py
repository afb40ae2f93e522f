"""An ONNX file opened for looking and for running: names, shapes and metadata as plain values.

`open_session` is the only door to `onnxruntime`, which has no type information; behind it everything is typed, and the package is
imported when the first model is opened, so that using the rest does not pay for it.
"""

from __future__ import annotations

import hashlib
import importlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np

from sightline.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

DTYPES: Final[dict[str, type[np.generic]]] = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(uint8)": np.uint8,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
}
"""The tensor types understood, by ONNX Runtime's name for them."""

_ERRORS_ONLY: Final = 3  # ONNX Runtime's log level: its warnings are for whoever exported the model
_BLANK_SIZE: Final = 640
_PICTURE_RANK: Final = 4


class TensorInfo(msgspec.Struct, frozen=True):
    """One input or output of a model."""

    name: str
    shape: tuple[int | None, ...]
    """Sizes; `None` where the file leaves the size open."""
    dtype: str
    """ONNX Runtime's name of the type, such as `tensor(float)`."""

    def in_words(self) -> str:
        """Return name, shape and type for a message; `?` is an open size."""
        sizes = ", ".join("?" if size is None else str(size) for size in self.shape)
        return f"{self.name} [{sizes}] {self.dtype.removeprefix('tensor(').removesuffix(')')}"


class OnnxModel(msgspec.Struct, frozen=True):
    """What an ONNX file says of itself."""

    path: str
    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]
    metadata: dict[str, str]
    """Whatever the exporter wrote in (`metadata_props`)."""
    producer: str


class OnnxSession:
    """A loaded ONNX model that can be run on the CPU. Made by `open_session`."""

    def __init__(self, session: Any, model: OnnxModel) -> None:  # noqa: ANN401 - onnxruntime is untyped
        self._session = session
        self.model: Final = model

    def run(
        self, feeds: Mapping[str, NDArray[Any]], outputs: Sequence[str] | None = None
    ) -> list[NDArray[Any]]:
        """Run the model once.

        Args:
            feeds: An array for every input, by name.
            outputs: The outputs wanted, in this order; all of them if `None`.

        Raises:
            ModelError: ONNX Runtime refused the inputs or failed.
        """
        try:
            results: list[NDArray[Any]] = self._session.run(outputs, dict(feeds))
        except Exception as error:  # onnxruntime's exceptions share no base class of their own
            raise ModelError(f"{self.model.path}: the model failed to run: {error}") from error
        return results

    def measured(self) -> OnnxModel:
        """Return the model with its open output sizes filled in, by running it once on a blank picture.

        Open heights and widths become 640 for that; an open batch becomes 1.
        """
        feeds: dict[str, NDArray[Any]] = {}
        for tensor in self.model.inputs:
            shape = blank_shape(tensor)
            blank = (
                0 if len(shape) == _PICTURE_RANK else _BLANK_SIZE
            )  # what is no picture is a picture's size
            feeds[tensor.name] = np.full(shape, blank, DTYPES.get(tensor.dtype, np.float32))
        shapes = [tuple(result.shape) for result in self.run(feeds)]
        outputs = (
            msgspec.structs.replace(o, shape=s) for o, s in zip(self.model.outputs, shapes, strict=True)
        )
        return msgspec.structs.replace(self.model, outputs=tuple(outputs))


def blank_shape(tensor: TensorInfo) -> tuple[int, ...]:
    """Return the tensor's shape with 1 for an open batch and 640 for open heights and widths."""
    return tuple(size or (1 if axis == 0 else _BLANK_SIZE) for axis, size in enumerate(tensor.shape))


def default_threads() -> int:
    """Return the cores this process may use, less one for decoding and tracking; at least 1."""
    return max(1, cores() - 1)


def cores() -> int:
    """Return the cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file as 64 lower-case hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def open_session(path: str | Path, *, threads: int = 1, optimized: bool = True) -> OnnxSession:
    """Load an ONNX file for the CPU.

    Threads never spin while they wait: between two frames a camera leaves them nothing to do, and spinning would take the cores
    from decoding.

    Args:
        path: The file.
        threads: Threads for one run, at least 1.
        optimized: Whether to optimize the graph; not worth its time for looking only.

    Raises:
        ModelError: No such file, not a file, not ONNX, or a model that ONNX Runtime cannot load.
    """
    file = readable_file(path)
    runtime: Any = importlib.import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.log_severity_level = _ERRORS_ONLY
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = runtime.ExecutionMode.ORT_SEQUENTIAL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    options.use_deterministic_compute = True
    if not optimized:
        options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        session = runtime.InferenceSession(os.fspath(file), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's exceptions share no base class of their own
        raise ModelError(_load_failure(file, str(error))) from error
    return OnnxSession(session, _model_of(session, file))


def readable_file(path: str | Path) -> Path:
    """Return the path of a model file after looking whether it can be one.

    Raises:
        ModelError: No such file, a directory, an empty file, or one that may not be read.
    """
    file = Path(path)
    if file.is_dir():
        raise ModelError(f"{file}: expected an ONNX file, found a directory")
    try:
        size = file.stat().st_size
        with file.open("rb"):
            pass
    except FileNotFoundError:
        raise ModelError(f"{file}: no such model file") from None
    except OSError as error:
        raise ModelError(f"{file}: the model file cannot be read: {error.strerror}") from error
    if size == 0:
        raise ModelError(f"{file}: the model file is empty; was its download cut?")
    return file


def _load_failure(file: Path, reason: str) -> str:
    size = file.stat().st_size
    if "INVALID_PROTOBUF" in reason or "No graph was found" in reason:
        return f"{file}: not a complete ONNX model ({size:,} bytes); it is damaged, cut short, or of another format"
    return f"{file}: ONNX Runtime cannot load this model: {reason}"


def _model_of(session: Any, file: Path) -> OnnxModel:  # noqa: ANN401 - onnxruntime is untyped
    meta = session.get_modelmeta()
    return OnnxModel(
        path=str(file),
        inputs=tuple(_tensor_info(item) for item in session.get_inputs()),
        outputs=tuple(_tensor_info(item) for item in session.get_outputs()),
        metadata={str(key): str(value) for key, value in meta.custom_metadata_map.items()},
        producer=str(meta.producer_name),
    )


def _tensor_info(item: Any) -> TensorInfo:  # noqa: ANN401 - onnxruntime is untyped
    shape = tuple(size if isinstance(size, int) and size > 0 else None for size in item.shape or ())
    return TensorInfo(name=str(item.name), shape=shape, dtype=str(item.type))
