"""Cameras that a module twin names: what it desires is put in force while everything runs, and how they are is reported."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sightline.events import Event, Message
    from sightline.pipeline import Pipeline
    from sightline.sinks import Sink

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
    """Runs one pipeline after another, each opened before the one before it ends.

    Args:
        open_pipeline: Makes a pipeline of desired properties, or raises; it runs in the twin's thread.
        say: Is told in words what happens.
        attach: Is told which pipeline runs from now on, or none, in the loop's thread.
    """

    def __init__(
        self,
        open_pipeline: Callable[[Mapping[str, Any]], Pipeline | None],
        *,
        say: Callable[[str], None],
        attach: Callable[[Pipeline | None], None] = lambda _: None,
    ) -> None:
        self._open = open_pipeline
        self._say = say
        self._attach = attach
        self._changed = threading.Condition()
        self._next: Pipeline | None = None
        self._is_new = False

    def apply(self, desired: Mapping[str, Any]) -> list[str]:
        """Put desired properties in force; what is wrong with them is raised, and what ran goes on then."""
        pipeline = self._open(desired)
        with self._changed:
            unused, self._next, self._is_new = self._next, pipeline, True
            self._changed.notify_all()
        if unused is not None:
            unused.close()
        return []

    def run(self, health: Callable[[Mapping[str, object]], None]) -> None:
        """Run what the twin desires until Ctrl-C; `health` is told how the cameras are."""
        running: Pipeline | None = None
        try:
            while True:
                with self._changed:
                    while not self._is_new:
                        self._changed.wait(_WAIT_S)
                    fresh, self._next, self._is_new = self._next, None, False
                if running is not None:
                    running.close()
                running = fresh
                self._attach(running)
                if running is not None:
                    self._follow(running, health)
        finally:
            for pipeline in (running, self._next):
                if pipeline is not None:
                    pipeline.close()

    def _follow(self, pipeline: Pipeline, health: Callable[[Mapping[str, object]], None]) -> None:
        """Run a pipeline until another one is there, or all its cameras have ended."""
        names = ", ".join(camera.source.source_id for camera in pipeline.cameras)
        self._say(f"running: {names}")
        due = 0.0
        for _ in pipeline.steps():
            if time.monotonic() >= due:
                due = time.monotonic() + _HEALTH_S
                health(health_of(pipeline))
            if self._is_new:
                return
        health(health_of(pipeline))
        self._say("every camera has ended; waiting for the twin to name others")


def health_of(pipeline: Pipeline) -> dict[str, object]:
    """How each camera is: its `state`, `running`, `ended` or `failed` with an `error`, and how many `frames` were analyzed."""
    cameras: dict[str, object] = {}
    for position, camera in enumerate(pipeline.cameras):
        ending = pipeline.endings.get(position)
        found: dict[str, object] = {"state": "running", "frames": pipeline.frames_analyzed(position)}
        if ending is not None:
            found["state"] = "failed" if ending.error else "ended"
            if ending.error:
                found["error"] = ending.error
        cameras[camera.source.source_id] = found
    return {"cameras": cameras}
