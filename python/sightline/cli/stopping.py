"""Ctrl-C asks a run to stop in order; who cannot wait for that asks again."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from sightline.cli.console import STOPPED

if TYPE_CHECKING:
    from types import FrameType

HINT = "stopping: sinks get a few seconds for what waits; Ctrl-C again ends at once"


def end_at_once_when_asked_again() -> None:
    """From now on Ctrl-C and SIGTERM end the program there and then, whatever it is at; what waits in an outbox stays there."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end)


def _end(number: int, frame: FrameType | None) -> None:
    # Not by an exception: it would wait for threads, and for whatever holds up the end.
    del number, frame
    os.write(2, b"\nended at once\n")
    os._exit(STOPPED)
