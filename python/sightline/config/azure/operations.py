"""The operations of Azure AI Vision Spatial Analysis, under every name that a manifest may give them."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from sightline.config.azure.notes import Findings
    from sightline.events.azure.options import EventType

_PEOPLE = "cognitiveservices.vision.spatialanalysis"
_VEHICLES = "cognitiveservices.vision.vehicleanalysis"
# Hosts that wrapped the same events: https://learn.microsoft.com/azure/azure-video-analyzer (retired 2022).
_HOSTS = ("livevideoanalytics", "azurevideoanalyzer", "azurevideoanalytics")
_ALIASES = {f"{_PEOPLE}-personcrossingzone": f"{_PEOPLE}-personcrossingpolygon"}
_NEVER = {
    f"{_PEOPLE}-personzonedwelltime": (
        f"it never was one; dwell is told by {_PEOPLE}-personcrossingpolygon with events of the type zonedwelltime"
    ),
}


@dataclass(frozen=True)
class OperationKind:
    """One job of the container.

    Attributes:
        id: Its `operationId` without suffixes.
        does: What it does, for people.
        zone_event: What a zone tells that names no events.
        line_event: What a line tells that names no events.
        vehicles: Whether it looks for vehicles.
    """

    id: str
    does: str
    zone_event: EventType | None = None
    line_event: EventType | None = None
    vehicles: bool = False


OPERATIONS: tuple[OperationKind, ...] = (
    OperationKind(f"{_PEOPLE}-personcount", "counts people in zones", zone_event="count"),
    OperationKind(
        f"{_PEOPLE}-personcrossingline", "tells who crosses lines, and which way", line_event="linecrossing"
    ),
    OperationKind(
        f"{_PEOPLE}-personcrossingpolygon",
        "tells who enters and leaves zones, and how long they stay",
        zone_event="zonecrossing",
    ),
    OperationKind(
        f"{_PEOPLE}-persondistance", "tells who is too close or too far apart", zone_event="persondistance"
    ),
    OperationKind(_PEOPLE, "any mix of zones, lines and events of one camera", line_event="linecrossing"),
    OperationKind(
        f"{_VEHICLES}-vehiclecount-preview",
        "counts vehicles in queues",
        zone_event="vehiclecount",
        vehicles=True,
    ),
    OperationKind(
        f"{_VEHICLES}-vehicleinpolygon-preview",
        "tells which parking spaces are taken",
        zone_event="vehicleinpolygon",
        vehicles=True,
    ),
)
_BY_ID = {kind.id: kind for kind in OPERATIONS}


@dataclass(frozen=True)
class Operation:
    """One operation, as a graph asks for it.

    Attributes:
        id: The `operationId` as it stands in the manifest, without spaces around it.
        kind: The job.
        rendering: How its messages are wrapped.
        debug: Whether a window with the video was asked for.
    """

    id: str
    kind: OperationKind
    rendering: Literal["container", "live_video_analytics"] = "container"
    debug: bool = False


def operation_of(name: str, path: str, findings: Findings) -> Operation | None:
    """Recognize an `operationId`; what is unusual about it is noted, and a name that means nothing is a fault."""
    given = name.strip()
    base, debug, host = _without_suffixes(given.lower())
    base = _ALIASES.get(base, base)
    kind = _BY_ID.get(base)
    if kind is None:
        findings.fault(path, f"expected an operation of Spatial Analysis, found {given!r}; {_hint(base)}")
        return None
    if given.lower().endswith("personcrossingzone"):
        findings.note(
            path, "changed", f"read as {base}", "personcrossingzone is a name of the documentation's prose"
        )
    if debug:
        findings.note(
            path,
            "changed",
            "the same events, and no window",
            "the window needed an X display; here `sightline run --render` draws a file's zones and people",
        )
    if host:
        findings.note(
            path,
            "changed",
            "the camera is opened here, and the same events are written in that host's shape",
            f"the host of .{host} operations, which sent the pictures, is retired",
        )
    if re.search(r"\.cpu\b", given.lower()):
        findings.note(
            path, "ignored", "runs on whatever the detector runs on", "the operation is the same on a CPU"
        )
    return Operation(given, kind, "live_video_analytics" if host else "container", debug)


def _without_suffixes(name: str) -> tuple[str, bool, str]:
    """Return the name without suffixes, whether it asked for a window, and the host it was for."""
    debug = name.endswith(".debug")
    name = name.removesuffix(".debug")
    host = next((host for host in _HOSTS if name.endswith(f".{host}")), "")
    name = name.removesuffix(f".{host}") if host else name
    return name.replace(".cpu-preview", "-preview").removesuffix(".cpu"), debug, host


def _hint(base: str) -> str:
    if base in _NEVER:
        return _NEVER[base]
    tail = base.rpartition("-")[2] if base.count(".") < 2 else base  # noqa: PLR2004 - a name without its prefix
    names = list(_BY_ID)
    near = difflib.get_close_matches(base, names, n=1, cutoff=0.85) or [
        name for name in names if tail and name.removesuffix("-preview").endswith(f"-{tail}")
    ]
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}"
