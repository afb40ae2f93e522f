"""What `/status` answers, as a person reads it in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

Document = dict[str, Any]

_STYLES = {
    "running": "green",
    "ended": "dim",
    "starting": "yellow",
    "reconnecting": "yellow",
    "failed": "red",
}
# What needs somebody comes first, so that a terminal that is too low hides those that are well.
_ORDER = ("failed", "reconnecting", "starting", "running", "ended")
_LOOP = {"wait": "waiting for frames", "infer": "detector", "advance": "rules", "deliver": "sinks"}


def view(found: Document, before: Document | None = None) -> RenderableType:
    """Return the whole of it.

    Args:
        found: The document.
        before: An earlier one of the same run, to tell what the loop did since; since its start when absent.

    Raises:
        KeyError: When something is missing.
        TypeError: When something is of another kind.
    """
    return Group(*_parts(found, before))


def _parts(found: Document, before: Document | None) -> Iterator[RenderableType]:
    yield _headline(found)
    for reason in found["reasons"]:
        yield Text(f"warning: {plain(reason)}", style="yellow")
    if shares := _shares(found["stages"], before and before["stages"]):
        yield Text(f"loop: {shares}")
    yield Text()
    yield _cameras(found["cameras"])
    for camera in found["cameras"]:
        if camera["error"] and camera["state"] != "starting":  # which is a reason above
            yield Text(f"{plain(camera['id'])}: {plain(camera['error'])}", style=_STYLES[camera["state"]])
    for outbox in found["outboxes"]:
        yield Text()
        yield _sinks(outbox)
        yield from _failures(outbox)


def _headline(found: Document) -> Text:
    is_well = found["ready"] and found["live"]
    memory = "" if found["resident_bytes"] is None else f", {found['resident_bytes'] / 1e6:.0f} MB"
    headline = Text("ready" if is_well else "not ready", style="bold green" if is_well else "bold red")
    return headline.append(
        f"; Sightline {plain(found['version'])}, up for {duration(found['uptime_s'])}{memory}",
        style="default",
    )


def _shares(stages: dict[str, float], before: dict[str, float] | None) -> str:
    took = {stage: took_s - (before or {}).get(stage, 0.0) for stage, took_s in stages.items()}
    total_s = sum(took.values())
    if min(took.values(), default=0.0) < 0 or total_s <= 0:
        return ""
    return ", ".join(f"{_LOOP[stage]} {took_s / total_s:.0%}" for stage, took_s in took.items())


def _cameras(cameras: list[Document]) -> Table:
    table = _table("camera", "state", numbers=("fps", "frames", "newest", "people", "events"))
    for heading in ("queue", "dropped", "lost", "p50\nms", "p99\nms"):
        table.add_column(heading, justify="right", overflow="fold")
    calibrated = any(camera["calibration"] != "off" for camera in cameras)
    if calibrated:
        table.add_column("calibration")
    for camera in sorted(cameras, key=lambda camera: _ORDER.index(camera["state"])):
        table.add_row(
            Text(plain(camera["id"])),
            Text(camera["state"], style=_STYLES[camera["state"]]),
            "" if camera["fps"] is None or camera["state"] == "ended" else f"{camera['fps']:.1f}",
            str(camera["frames_analyzed"]),
            _ago(camera["last_frame_age_s"]),
            str(camera["visible_tracks"]),
            str(sum(camera["events"].values())),
            str(camera["frames_waiting"]),
            str(camera["frames_dropped"]),
            str(camera["reconnects"]),
            _ms(camera["latency_p50_s"]),
            _ms(camera["latency_p99_s"]),
            *([Text(plain(camera["calibration"]))] if calibrated else []),
        )
    return table


def _sinks(outbox: Document) -> Table:
    state = "" if outbox["state"] == "open" else f" ({outbox['state']})"
    table = _table(
        "sink", numbers=("waiting", "oldest", "accepted", "retried", "refused", "dropped", "failures")
    )
    table.title = Text(
        f"{plain(outbox['path'])}{state}: {outbox['bytes'] / 1e6:.1f} MB, {outbox['held']} in memory,"
        f" {outbox['left_out']} left out"
    )
    for sink in outbox["sinks"]:
        table.add_row(
            Text(plain(sink["name"])),
            str(sink["waiting"]),
            "" if sink["oldest_age_s"] is None else duration(sink["oldest_age_s"]),
            *(str(sink[name]) for name in ("accepted", "retried", "refused", "dropped", "failures")),
        )
    return table


def _failures(outbox: Document) -> Iterator[Text]:
    for sink in outbox["sinks"]:
        if sink["error"]:
            yield Text(f"{plain(sink['name'])}: {plain(sink['error'])}", style="yellow")


def _table(*words: str, numbers: tuple[str, ...]) -> Table:
    """Return a table that keeps its words whole where a terminal is narrow, and folds numbers."""
    table = Table(box=None, title_justify="left", title_style="default", pad_edge=False, padding=(0, 1, 0, 0))
    for heading in words:
        table.add_column(heading, no_wrap=True)
    for heading in numbers:
        table.add_column(heading, justify="right", overflow="fold")
    return table


def plain(text: object) -> str:
    """Return text without what a terminal would take for an order; part of it comes from cameras and receivers."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in str(text))


def duration(seconds: float) -> str:
    """Return a duration as a person says it.

    >>> duration(93784)
    '1 d 2 h'
    """
    for unit, size_s, smaller, smaller_s in (("d", 86_400, "h", 3600), ("h", 3600, "min", 60)):
        if seconds >= size_s:
            return f"{seconds // size_s:.0f} {unit} {seconds % size_s // smaller_s:.0f} {smaller}"
    return f"{seconds / 60:.0f} min" if seconds >= 120 else f"{seconds:.0f} s"  # noqa: PLR2004 - two minutes


def _ago(age_s: float | None) -> str:
    if age_s is None:
        return ""
    return f"{age_s:.1f} s" if age_s < 10 else duration(age_s)  # noqa: PLR2004 - tenths matter in the first seconds


def _ms(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds * 1e3:.0f}"
