"""What a person should know of how a run's sources ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightline.cli.console import say, warn

if TYPE_CHECKING:
    from sightline.pipeline import Pipeline


def say_endings(pipeline: Pipeline) -> None:
    """Say of each source what was odd."""
    for camera, ending in sorted(pipeline.endings.items()):
        name = pipeline.cameras[camera].source.source_id
        if ending.error:
            warn(f"{name}: ended early: {ending.error}", camera=name)
        if ending.frames_dropped:
            warn(
                f"{name}: {ending.frames_dropped} frames were dropped, since nobody took them in time",
                camera=name,
            )
        if ending.truncated:
            warn(f"{name}: the file is truncated; what could be read was counted", camera=name)
        if ending.decode_errors:
            warn(f"{name}: {ending.decode_errors} broken packets or frames were left out", camera=name)
        for text in ending.warnings:
            say(f"  {name}: {text}", camera=name)
