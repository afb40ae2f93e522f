"""Cameras that a module twin names: what it desires is put in force while everything runs, and how they are is reported."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sightline.cli.reloading import words_of
from sightline.cli.running import change_pipeline
from sightline.errors import SightlineError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sightline.config import Config
    from sightline.events import Event, Message
    from sightline.pipeline import Pipeline
    from sightline.sinks import Sink


@dataclass
class _Run:
    """A pipeline with the configuration by which it runs."""

    pipeline: Pipeline
    config: Config


# From one report of how the cameras are to the next.
_HEALTH_S = 10.0
# How long the loop waits at a time for a twin, so that Ctrl-C is heard.
_WAIT_S = 0.5


class KeptOpen:
    """A sink that outlives the pipelines that use it, one after another."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def emit(self, events: Sequence[Event | Message]) -> None:
        """Take events, as the sink does."""
        self._sink.emit(events)

    def flush(self) -> None:
        """Hand on what is held back, as the sink does."""
        self._sink.flush()

    def close(self) -> None:
        """Flush only."""
        self._sink.flush()


class TwinRun:
    """Runs what a twin names, and what it names next.

    What changes in it is changed while the cameras that stay go on; where that is not possible,
    another pipeline takes the place of the one that ran, and is opened before that one ends.

    Args:
        read: Makes a configuration of desired properties, None where they name nothing yet, or raises; in the twin's thread.
        open_pipeline: Opens what a configuration names, or raises; in the twin's thread.
        say: Is told in words what happens.
        attach: Is told which pipeline runs from now on, or none, in the loop's thread.
    """

    def __init__(
        self,
        read: Callable[[Mapping[str, Any]], Config | None],
        open_pipeline: Callable[[Config], Pipeline],
        *,
        say: Callable[[str], None],
        attach: Callable[[Pipeline | None], None] = lambda _: None,
    ) -> None:
        self._read = read
        self._open = open_pipeline
        self._say = say
        self._attach = attach
        self._changed = threading.Condition()
        self._next: _Run | None = None
        self._is_new = False
        self._follows: _Run | None = None

    def apply(self, desired: Mapping[str, Any]) -> list[str]:
        """Put desired properties in force; what is wrong with them is raised, and what ran goes on then."""
        config = self._read(desired)
        if config is not None and self._changes(config):
            return []
        run = None if config is None else _Run(self._open(config), config)
        with self._changed:
            unused, self._next, self._is_new = self._next, run, True
            self._changed.notify_all()
        if unused is not None:
            unused.pipeline.close()
        return []

    def _changes(self, config: Config) -> bool:
        """Let what runs go on by another configuration, if it can."""
        with self._changed:
            run = self._follows
            if run is None or self._is_new:
                return False
            try:
                change = change_pipeline(run.pipeline, run.config, config)
            except SightlineError:
                return False  # to be opened anew, which says what is wrong if anything is
            run.config = config
        self._say(f"changed: {words_of(change)}")
        return True

    def run(self, health: Callable[[Mapping[str, object]], None]) -> None:
        """Run what the twin desires until Ctrl-C; `health` is told how the cameras are."""
        running: _Run | None = None
        try:
            while True:
                with self._changed:
                    while not self._is_new:
                        self._changed.wait(_WAIT_S)
                    fresh, self._next, self._is_new = self._next, None, False
                if running is not None:
                    running.pipeline.close()
                running = fresh
                self._attach(None if running is None else running.pipeline)
                if running is not None:
                    self._follow(running, health)
        finally:
            for run in (running, self._next):
                if run is not None:
                    run.pipeline.close()

    def _follow(self, run: _Run, health: Callable[[Mapping[str, object]], None]) -> None:
        """Run a pipeline until another one is there, or all its cameras have ended."""
        names = ", ".join(camera.source.source_id for camera in run.pipeline.cameras.values())
        self._say(f"running: {names}")
        self._follows = run
        due = 0.0
        while True:
            for _ in run.pipeline.steps():
                if time.monotonic() >= due:
                    due = time.monotonic() + _HEALTH_S
                    health(health_of(run.pipeline))
                if self._is_new:
                    break
            with self._changed:
                if self._is_new or not run.pipeline.is_changing:
                    self._follows = None
                    break
        if not self._is_new:
            health(health_of(run.pipeline))
            self._say("every camera has ended; waiting for the twin to name others")


def health_of(pipeline: Pipeline) -> dict[str, object]:
    """How each camera is: its `state`, `running`, `ended` or `failed` with an `error`, and how many `frames` were analyzed."""
    cameras: dict[str, object] = {}
    for position, camera in pipeline.cameras.items():
        ending = pipeline.endings.get(position)
        found: dict[str, object] = {"state": "running", "frames": pipeline.frames_analyzed(position)}
        if ending is not None:
            found["state"] = "failed" if ending.error else "ended"
            if ending.error:
                found["error"] = ending.error
        cameras[camera.source.source_id] = found
    return {"cameras": cameras}
