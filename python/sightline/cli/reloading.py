"""A configuration that is put in force again while it runs: on SIGHUP, and when its files change."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Self

from sightline.cli.console import say, warn
from sightline.cli.running import change_pipeline
from sightline.errors import ConfigError, SightlineError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType, TracebackType

    from sightline.config import Config
    from sightline.pipeline import Change, Pipeline

_EVERY_S = 1.0

_Stamp = tuple[tuple[int, int, int] | None, ...]


class Reloading:
    """Puts a configuration in force again when somebody asks for it.

    SIGHUP asks for it, unless the process has a terminal, where the signal says that the terminal is gone.

    Args:
        pipeline: What runs.
        config: By which it runs.
        load: Reads the configuration anew.
        target: The file that it stands in.
        watch: Whether to look at the files every second, and read them anew once they have changed and are still for a second.
        told: Is told each time why it could not be put in force, or None where it could.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        config: Config,
        load: Callable[[], Config],
        *,
        target: str,
        watch: bool,
        told: Callable[[str | None], None] = lambda _: None,
    ) -> None:
        self._pipeline = pipeline
        self._config = config
        self._load = load
        self._target = Path(target)
        self._watch = watch
        self._told = told
        self._asked = threading.Event()
        self._end = False
        self._thread = threading.Thread(target=self._look_after, name="sightline-config", daemon=True)
        self._handler: Callable[[int, FrameType | None], object] | int | None = None

    def __enter__(self) -> Self:
        self._seen = self._stamp()
        if hasattr(signal, "SIGHUP") and not _has_terminal():
            self._handler = signal.signal(signal.SIGHUP, self._ask)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end = True
        self._asked.set()
        self._thread.join()
        if self._handler is not None:
            signal.signal(signal.SIGHUP, self._handler)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        """Leave the work to the thread: a signal comes in the middle of anything."""
        del number, frame
        self._asked.set()

    def _look_after(self) -> None:
        moved: _Stamp | None = None
        while not self._end:
            if self._asked.wait(_EVERY_S):
                self._asked.clear()
                if not self._end:
                    self._reload()
            elif self._watch and (now := self._stamp()) != self._seen:
                if now == moved:
                    self._reload()
                moved = now

    def _reload(self) -> None:
        self._seen = self._stamp()
        try:
            config = self._load()
            change = change_pipeline(self._pipeline, self._config, config)
        except (SightlineError, OSError, ValueError) as error:
            faults = error.faults if isinstance(error, ConfigError) else [error]
            for fault in faults:
                warn(f"{self._target}: not put in force: {fault}")
            self._told(str(error))
            return
        self._config = config
        say(f"{self._target}: put in force: {words_of(change)}")
        self._told(None)

    def _stamp(self) -> _Stamp:
        """What shows whether a file has changed; None for one that is not there."""
        scenes = [camera.scene for camera in self._config.cameras if camera.scene is not None]
        files = [self._target, *(self._target.parent / scene for scene in scenes)]
        return tuple(_stamp_of(file) for file in files)


def words_of(change: Change) -> str:
    """Say what becomes of the cameras."""
    parts = [
        ("added", [camera.source.source_id for camera in change.added]),
        ("restarted", [camera.source.source_id for camera in change.restarted.values()]),
        ("changed", [camera.source.source_id for camera in change.changed.values()]),
    ]
    said = [f"{what} {', '.join(names)}" for what, names in parts if names]
    if change.removed:
        said.append(f"{len(change.removed)} no longer watched")
    said.append(f"{len(change.unchanged)} unchanged")
    return "; ".join(said)


def _stamp_of(file: Path) -> tuple[int, int, int] | None:
    with contextlib.suppress(OSError):
        found = file.stat()
        return found.st_mtime_ns, found.st_size, found.st_ino
    return None


def _has_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()
