"""`SPACEANALYTICS_CONFIG`: zones and lines, and what each of them tells."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, cast

from sightline.config.azure.events import EventReader, RegionEvent
from sightline.config.azure.notes import below
from sightline.config.azure.region_settings import REGION_SETTINGS
from sightline.config.azure.shapes import Corners, line_ends, zone_corners
from sightline.events.azure import AzureReport
from sightline.ground import METRES_PER_FOOT
from sightline.scene import Distance, Line, Zone

if TYPE_CHECKING:
    from sightline.config.azure.operations import OperationKind
    from sightline.config.azure.values import Found, Values
    from sightline.scene import Anchor, Point

_LONGEST = 100
# Leaves place for the names of a zone's four kinds of events and a number.
_SHORT = 36


@dataclass
class Regions:
    """What a camera watches, and what it tells.

    Attributes:
        lines: Native lines, one for each threshold and focus of each line.
        zones: Native zones, likewise.
        distances: Native watches on who is closer than an event's minimum.
        reports: What is told in Azure's JSON.
        uses: For people: the region, what it says, and what that does here.
    """

    lines: list[Line] = field(default_factory=list[Line])
    zones: list[Zone] = field(default_factory=list[Zone])
    distances: list[Distance] = field(default_factory=list[Distance])
    reports: list[AzureReport] = field(default_factory=list[AzureReport])
    uses: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])


class RegionReader:
    """Reads the zones and lines of one camera.

    Args:
        values: Reads values and takes faults and notes.
        kind: The operation, for regions that name no events.
        aspect: Width over height of the camera's picture: thresholds are shares of its width, bands of its height.
        grounded: Whether the camera's place is known or is being found, so that there are metres.
    """

    def __init__(self, values: Values, kind: OperationKind, *, aspect: float, grounded: bool) -> None:
        self._values, self._kind, self._aspect, self._grounded = values, kind, aspect, grounded
        self._regions = Regions()
        self._names: dict[str, set[str]] = {"zone": set(), "line": set(), "distance": set()}

    def read(self, table: dict[str, object], path: str) -> Regions:
        """Return the regions of a `SPACEANALYTICS_CONFIG`; faults go to the findings."""
        known = {"zones": "zone", "lines": "line"}
        total = 0
        for key, value in table.items():
            what = known.get(key.lower())
            at = below(path, key)
            if what is None:
                self._values.findings.note(at, "warning", "not read", "there are zones and lines")
                continue
            items = self._values.items(value, at) if value is not None else []
            for index, item in enumerate(items or []):
                self._read_region(cast("Literal['zone', 'line']", what), item, below(at, index))
                total += 1
        if not total:
            self._values.findings.note(
                path, "decide", "nothing is watched and nothing is told", "there is neither a zone nor a line"
            )
        return self._regions

    def _read_region(self, what: Literal["zone", "line"], item: object, path: str) -> None:
        values = self._values
        table = values.table(item, path)
        if table is None:
            return
        fields = values.fields(table, path, REGION_SETTINGS, tell=False)
        name = self._name(fields, table, path)
        corners: Corners | None = None
        ends: tuple[Point, Point] | None = None
        if what == "zone":
            corners = zone_corners(fields, path, values)
        else:
            ends = line_ends(fields, path, values)
        reader = EventReader(values, self._kind, what, sides=len(corners.points) if corners else None)
        events = reader.read(fields, path)
        if name is None or events is None:
            return
        if name in {report.zone for report in self._regions.reports}:
            values.findings.note(
                path,
                "warning",
                "messages cannot tell it from the other",
                f"another region is called {name} too",
            )
        shape = corners or ends
        if shape is None:
            return
        for band_of, group in _grouped(events).items():
            self._add(what, name, band_of, group, path=path, shape=shape)
        for event in events:
            self._report(event, what, name)
            if event.minimum_ft is not None and isinstance(shape, Corners):
                self._watch_distance(event, name, shape, path)

    def _name(self, fields: dict[str, Found], table: dict[str, object], path: str) -> str | None:
        at = below(path, "name")
        if "name" not in fields:
            if table.get("name") is None:
                self._values.findings.fault(at, "is missing; messages call the region by it")
            return None
        name: str = fields["name"].value
        if len(name) > _LONGEST:
            self._values.findings.fault(at, f"expected at most {_LONGEST} characters, found {len(name)}")
            return None
        return name

    def _add(
        self,
        what: Literal["zone", "line"],
        name: str,
        band_of: tuple[float, Anchor],
        group: list[RegionEvent],
        *,
        path: str,
        shape: Corners | tuple[Point, Point],
    ) -> None:
        """Add the native region for the events of one threshold and focus."""
        threshold, anchor = band_of
        band = round(threshold * self._aspect, 6)
        if band > 1:
            self._values.findings.note(
                path,
                "warning",
                "the threshold is read as the picture's height",
                "no place is farther inside than that",
            )
            band = 1.0
        kinds = list(dict.fromkeys(event.event for event in group if event.event))
        alone = name not in self._names[what] and not group[0].shared
        region = self._free(what, name if alone else f"{name[:_SHORT]} ({', '.join(kinds) or 'no events'})")
        if isinstance(shape, tuple):
            self._regions.lines.append(Line(region, *shape, anchor=anchor, band=band))
        else:
            zone = Zone(region, shape.points, anchor=anchor, band=band, even_odd=shape.even_odd)
            self._regions.zones.append(zone)
        for event in group:
            event.region, event.band = region, band

    def _report(self, event: RegionEvent, what: str, name: str) -> None:
        """Say what is told of an event, in messages and to people."""
        if event.event is None:
            meaning = f"native {what} {event.region}; no messages"
            self._regions.uses.append((f"{what} {name}", "no events", meaning))
            return
        self._regions.uses.append((f"{what} {name}, {event.event}", event.says, _meaning(event)))
        self._regions.reports.append(
            AzureReport(
                event=event.event,
                region=event.region,
                name=None if name == event.region else name,
                trigger=event.trigger,
                output_frequency=event.output_frequency,
                interval_s=event.interval_s,
                minimum_ft=event.minimum_ft,
                maximum_ft=event.maximum_ft,
                aggregation=event.aggregation,
                target_side=event.target_side,
                status=event.status,
            )
        )

    def _watch_distance(self, event: RegionEvent, name: str, shape: Corners, path: str) -> None:
        """Watch the same in native events, where the scene allows."""
        if event.minimum_ft is None or not self._grounded:
            return
        if shape.even_odd:
            self._values.findings.note(
                path,
                "changed",
                "native events do not tell who is too close here; Azure's do",
                "the zone's sides cross",
            )
            return
        metres = round(event.minimum_ft * METRES_PER_FOOT, 6)
        self._regions.distances.append(
            Distance(name=self._free("distance", name), threshold_m=metres, zone=shape.points)
        )

    def _free(self, what: str, wanted: str) -> str:
        """Return a name that no other region of its kind has."""
        taken, name, number = self._names[what], wanted, 1
        while name in taken:
            number += 1
            name = f"{wanted[: _LONGEST - 1 - len(str(number))]}-{number}"
        taken.add(name)
        return name


def _grouped(events: list[RegionEvent]) -> dict[tuple[float, Anchor], list[RegionEvent]]:
    groups: dict[tuple[float, Anchor], list[RegionEvent]] = {}
    for event in events:
        groups.setdefault((event.threshold, event.anchor), []).append(event)
    if len(groups) > 1:
        for group in groups.values():
            for event in group:
                event.shared = True
    return groups


def _meaning(event: RegionEvent) -> str:
    when = f"every {event.interval_s:g} s" if event.trigger == "interval" else "when it happens"
    if event.output_frequency > 1:
        when += f", 1 of {event.output_frequency}"
    only = f", only {event.status}" if event.status else ""
    where = f"native {event.region}, band {event.band:g} of the height, anchor {event.anchor}"
    return f"told {when}{only}; {where}"


def camera_id(source_id: str, taken: set[str]) -> str:
    """Return a native name for a camera: what a name may not have made dashes, and unique."""
    wanted = re.sub(r"[^A-Za-z0-9._-]+", "-", source_id)[:_LONGEST].strip("-") or "camera"
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted[: _LONGEST - 1 - len(str(number))]}-{number}"
    taken.add(name)
    return name
