"""Says when a camera is reached, and when it is lost and why, while a run goes on."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Self

from sightline.cli.console import say, warn

if TYPE_CHECKING:
    from types import TracebackType

    from sightline.pipeline import Connection, Pipeline

_EVERY_S = 1.0


class ConnectionNotes:
    """Looks after the cameras of a pipeline; files need nobody.

    Args:
        pipeline: Whose cameras.
        shown: Whether anything is said at all.
    """

    def __init__(self, pipeline: Pipeline, *, shown: bool) -> None:
        self._pipeline = pipeline
        self._told: dict[int, tuple[bool, int, str | None]] = {}
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look_after, name="sightline-connections", daemon=True)
        self._shown = shown

    def __enter__(self) -> Self:
        if self._shown:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            self._end.set()
            self._thread.join()

    def _look_after(self) -> None:
        while not self._end.wait(_EVERY_S):
            cameras = self._pipeline.cameras
            self._told = {number: told for number, told in self._told.items() if number in cameras}
            for number, camera in cameras.items():
                if camera.source.is_live:
                    self._look_at(number, camera.source.source_id)

    def _look_at(self, number: int, name: str) -> None:
        # It may be gone since the list of cameras was taken.
        with contextlib.suppress(IndexError):
            self._tell(number, name, self._pipeline.connection(number))

    def _tell(self, position: int, name: str, now: Connection) -> None:
        """Say what is new; the same reason again is not."""
        state = (now.connected, now.reconnects, None if now.connected else now.last_error)
        if state == self._told.get(position):
            return
        self._told[position] = state
        if now.connected:
            again = f" again ({now.reconnects})" if now.reconnects else ""
            say(f"{name}: connected{again}", camera=name, alike=True)
        elif now.last_error:
            warn(f"{name}: {now.last_error}; trying again", camera=name, alike=True)
