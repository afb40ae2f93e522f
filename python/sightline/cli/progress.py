"""A progress bar for files: frames, how many times faster than real time, people now, events."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Self

from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from sightline.cli.console import is_for_people, words

if TYPE_CHECKING:
    from types import TracebackType

    from sightline.pipeline import Pipeline, Step


class RunProgress:
    """Shows how a pipeline gets on; silent where stderr is not a terminal."""

    def __init__(self, pipeline: Pipeline, *, shown: bool) -> None:
        sources = [camera.source for camera in pipeline.cameras.values()]
        self._durations = [
            None if source.loop or source.is_live else source.info.duration_ns for source in sources
        ]
        self._events = self._frames = self._people = 0
        self._position: dict[int, int] = {}
        self._started = time.monotonic()
        self._bar = Progress(
            SpinnerColumn(),
            BarColumn(bar_width=30),
            TaskProgressColumn(),
            TextColumn("{task.fields[words]}"),
            TimeRemainingColumn(compact=True),
            console=words,
            transient=True,
            disable=not (shown and words.is_terminal and is_for_people()),
        )
        known = [duration for duration in self._durations if duration]
        total = sum(known) / 1e9 if len(known) == len(self._durations) else None
        self._task = self._bar.add_task("run", total=total, words="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def advance(self, step: Step) -> None:
        """Take one batch's news into account."""
        self._events += len(step.events)
        self._frames += len(step.images)
        for image in step.images:
            self._position[image.camera] = max(self._position.get(image.camera, 0), image.pts_ns)
            self._people = len(image.tracks)
        seen_s = sum(self._position.values()) / 1e9
        pace = seen_s / max(time.monotonic() - self._started, 1e-3)
        said = (
            f"{self._frames} frames  {pace:.1f}× real time  {self._people} people now  {self._events} events"
        )
        self._bar.update(self._task, completed=seen_s, words=said)
