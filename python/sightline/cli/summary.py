"""What a run counted, for people and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

from sightline.cli.console import is_for_people, words
from sightline.cli.saying import log

if TYPE_CHECKING:
    from sightline.pipeline import Pipeline


def summary(pipeline: Pipeline, *, stopped: bool = False) -> dict[str, Any]:
    """Return frames, warnings and counts of every camera as plain values."""
    cameras: list[dict[str, Any]] = []
    for position, camera in pipeline.cameras.items():
        counts = pipeline.counts(position)
        names = {
            "lines": [line.name for line in camera.scene.lines],
            "zones": [zone.name for zone in camera.scene.zones],
            "distances": [distance.name for distance in camera.scene.distances],
        }
        named = {kind: dict(zip(names[kind], counts[kind], strict=True)) for kind in names}
        cameras.append({**_ending(pipeline, position), **named})
    return {"type": "summary", "stopped": stopped, "cameras": cameras}


def endings(pipeline: Pipeline) -> list[dict[str, Any]]:
    """Return frames and warnings of every camera as plain values."""
    return [_ending(pipeline, position) for position in range(len(pipeline.cameras))]


def _ending(pipeline: Pipeline, position: int) -> dict[str, Any]:
    ending = pipeline.endings.get(position)
    read: dict[str, Any] = {
        "id": pipeline.cameras[position].source.source_id,
        "frames": pipeline.frames_analyzed(position),
    }
    if ending:
        read |= {
            "truncated": ending.truncated,
            "decode_errors": ending.decode_errors,
            "warnings": ending.warnings,
            "error": ending.error,
        }
    return read


def print_summary(pipeline: Pipeline, *, stopped: bool = False) -> None:
    """Print the same as a table on stderr, or as a line of JSON where it says everything so."""
    if not is_for_people():
        log.info("summary", extra={"summary": summary(pipeline, stopped=stopped)})
        return
    if stopped:
        words.print("[yellow]stopped by Ctrl-C; counted so far:[/]")
    for camera in summary(pipeline)["cameras"]:
        table = Table(title=f"{camera['id']}: {camera['frames']} frames", title_justify="left")
        for heading in ("rule", "in", "out", "inside now"):
            table.add_column(heading, justify="left" if heading == "rule" else "right")
        for name, counted in camera["lines"].items():
            table.add_row(f"line {name}", str(counted["in"]), str(counted["out"]), "")
        for name, counted in camera["zones"].items():
            table.add_row(
                f"zone {name}", str(counted["entries"]), str(counted["exits"]), str(counted["inside"])
            )
        for name, counted in camera["distances"].items():
            table.add_row(f"distance {name}", f"{counted['contacts']} close", "", str(counted["close"]))
        words.print(table)
