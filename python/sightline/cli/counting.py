"""Counts that go on over a restart, kept while a run goes on."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Self

from sightline.cli.console import say, warn
from sightline.errors import ConfigError
from sightline.operate.counts_file import CountsFile, wall_clock

if TYPE_CHECKING:
    from types import TracebackType

    from sightline.config import OperateConfig
    from sightline.pipeline import Pipeline

_EVERY_S = 10.0


class KeptCounts:
    """Restores a pipeline's counts, writes them every ten seconds and at the end; does nothing where no file is named.

    Args:
        pipeline: What counts; it has taken no step yet.
        config: Which names the file.
    """

    def __init__(self, pipeline: Pipeline, config: OperateConfig) -> None:
        self._pipeline = pipeline
        self._file: CountsFile | None = None
        if config.counts_file is not None:
            self._file = CountsFile(config.counts_file, max_age_s=config.counts_max_age_s, clock=wall_clock)
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look_after, name="sightline-counts", daemon=True)

    def __enter__(self) -> Self:
        if self._file is not None:
            self._restore(self._file)
            self._save(self._file)
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._end.set()
            self._thread.join()
            self._save(self._file)

    def _restore(self, file: CountsFile) -> None:
        """Go on with what is there; people are counted all the same where it is damaged."""
        try:
            say(file.restore(self._pipeline))
        except ConfigError as error:
            aside = file.path.with_name(f"{file.path.name}.damaged")
            warn(f"{error}; starting from nothing, and keeping it as {aside.name}")
            with contextlib.suppress(OSError):
                file.path.replace(aside)

    def _look_after(self) -> None:
        while not self._end.wait(_EVERY_S):
            if self._file is not None:
                self._save(self._file)

    def _save(self, file: CountsFile) -> None:
        try:
            file.save(self._pipeline)
        except OSError as error:
            warn(f"{file.path}: counts cannot be kept: {error.strerror or error}")
