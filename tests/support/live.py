"""Pipelines that watch cameras: made, followed until something happens, and looked at."""

import threading
from collections.abc import Callable

import pytest
from tests.support import square

import sightline
from sightline.errors import SourceError
from sightline.pipeline import Image, Step

QUICK = {"open_timeout_s": 2.0, "read_timeout_s": 1.0}


def write_film(path, size=square.SIZE, *, codec: str | None = "libx264"):
    """The film of the falling square; without an encoder the test is skipped."""
    try:
        return square.write_film(path, size, codec=codec)
    except SourceError as error:
        pytest.skip(f"no encoder for {codec or 'MPEG-4'} here: {error}")


def watched(url: str, **options) -> sightline.Camera:
    source = sightline.open_source(url, **{"fps": None, **QUICK, **options})
    return sightline.Camera(source, sightline.Scene(lines=[square.LINE]))


def run_until(pipeline, done: Callable[[list[Step]], bool], *, seconds: float = 30.0) -> list[Step]:
    """Take steps until `done` says so; whoever waits for too long is interrupted. Return the steps."""
    steps: list[Step] = []
    guard = threading.Timer(seconds, pipeline.stop)
    guard.start()
    try:
        for step in pipeline.steps():
            steps.append(step)
            if done(steps):
                return steps
    finally:
        guard.cancel()
    raise AssertionError(
        f"not in {seconds} s: {[pipeline.connection(n) for n in range(len(pipeline.cameras))]}"
    )


def images_of(steps: list[Step], camera: int = 0) -> list[Image]:
    return [image for step in steps for image in step.images if image.camera == camera]


def events_of(steps: list[Step]) -> list[sightline.Event]:
    return [event for step in steps for event in step.events]
