"""`PARKING_REGIONS`: where the vehicle operations look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightline.config.azure.notes import below
from sightline.config.azure.regions import Regions
from sightline.config.azure.settings import Setting
from sightline.config.azure.shapes import zone_corners
from sightline.config.azure.values import Found
from sightline.events.azure import AzureReport
from sightline.scene import Zone

if TYPE_CHECKING:
    from sightline.config.azure.operations import OperationKind
    from sightline.config.azure.values import Values

# COCO's names for what drives on roads.
VEHICLE_CLASSES = ("car", "truck", "bus", "motorcycle", "bicycle")
VEHICLE_FPS = 1.0
_CORNERS = 4
_LONGEST = 100
_KINDS = {"queue": "Queue", "singlespot": "SingleSpot"}
_REGION = (
    Setting("type", "text", "used", "Queue or SingleSpot"),
    Setting("region", "list", "used", "four corners"),
)


def parking_regions(table: dict[str, object], path: str, kind: OperationKind, values: Values) -> Regions:
    """Read the regions of a vehicle operation; each is a zone, and told."""
    regions = Regions()
    expected = "Queue" if kind.zone_event == "vehiclecount" else "SingleSpot"
    for name, value in table.items():
        at = below(path, name)
        if value is None:
            continue
        entry = values.table(value, at)
        if entry is None:
            continue
        zone = _zone(name, entry, at, values, expected=expected)
        if zone is not None and kind.zone_event is not None:
            regions.zones.append(zone)
            regions.reports.append(AzureReport(event=kind.zone_event, region=zone.name))
            regions.uses.append((f"region {name}", expected, f"native zone {zone.name}, anchor center"))
    if not table:
        values.findings.note(path, "decide", "nothing is watched and nothing is told", "there is no region")
    return regions


def _zone(name: str, entry: dict[str, object], path: str, values: Values, *, expected: str) -> Zone | None:
    fields = values.fields(entry, path, _REGION, tell=False)
    if not name.strip() or len(name) > _LONGEST:
        values.findings.fault(
            path, f"expected a name of 1 to {_LONGEST} characters, found {len(name.strip())}"
        )
        return None
    if "type" in fields:
        kind = values.choice(*fields["type"], _KINDS)
        if kind is None:
            return None
        if kind != expected:
            values.findings.note(
                fields["type"].path,
                "warning",
                f"used as {expected}",
                f"the operation tells regions of the type {expected}",
            )
    if "region" not in fields:
        values.findings.fault(below(path, "region"), "is missing; it has four corners")
        return None
    corners = zone_corners({"polygon": Found(*fields["region"])}, path, values)
    if corners is None:
        return None
    if len(corners.points) != _CORNERS:
        values.findings.fault(
            fields["region"].path, f"expected four different corners, found {len(corners.points)}"
        )
        return None
    return Zone(name.strip(), corners.points, anchor="center", even_odd=corners.even_odd)
