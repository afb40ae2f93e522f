"""Several pictures through one ONNX model at the same time, each on a thread of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.detectors.onnx_model import open_session

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray


class SideBySide:
    """The model once more, opened for runs of one thread each.

    Threads that share one picture wait for each other at every layer, and a small model has little to share; with a picture each
    they don't. The results are the same.

    Args:
        file: The ONNX file.
        threads: Pictures that run at once, at least 1.
    """

    def __init__(self, file: Path, threads: int) -> None:
        self.threads: Final = threads
        self._session = open_session(file, threads=1)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="onnx")

    def run(self, feeds: Sequence[Mapping[str, NDArray[Any]]], outputs: Sequence[str]) -> list[NDArray[Any]]:
        """Return each output with the pictures one after another.

        Args:
            feeds: For each picture, an array for every input, by name.
            outputs: The outputs wanted, in this order, each with the picture as first axis.

        Raises:
            ModelError: ONNX Runtime refused the inputs or failed.
        """

        def run_one(feed: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
            return self._session.run(feed, outputs)

        results = list(self._pool.map(run_one, feeds))
        return [np.concatenate([result[position] for result in results]) for position in range(len(outputs))]

    def close(self) -> None:
        """Give back threads and memory."""
        self._pool.shutdown()
