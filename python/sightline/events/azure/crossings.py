"""Reports of who crosses a line, comes into a zone, leaves it, and how long they stayed: told of one person each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import UNSET, UnsetType

from sightline.events.azure.presence import heading_of, turn_deg
from sightline.events.azure.reporting import Draft
from sightline.events.azure.rounding import FEET, number
from sightline.events.azure.wire import LineCrossing, ZoneCrossing, ZoneDwell
from sightline.events.types import LineCrossed, ZoneEntered, ZoneExited

if TYPE_CHECKING:
    from sightline.events.azure.options import AzureReport
    from sightline.events.azure.presence import Stay
    from sightline.events.azure.reporting import Group, Now
    from sightline.events.types import Event
    from sightline.scene import Line

_STRAIGHT_DEG = 45.0


class _Told:
    """What one event is enough for: nothing else about a frame matters to it.

    Args:
        report: What is told.
    """

    group: Group = "tracks"

    def __init__(self, report: AzureReport) -> None:
        self.report = report

    def look(self, now: Now) -> list[Draft]:
        """Tell nothing: all is said by events."""
        del now
        return []


class LineReport(_Told):
    """Tells crossings of a line: personLineEvent.

    Args:
        report: What is told.
        line: The line.
        size_px: Width and height of the source's frames.
    """

    def __init__(self, report: AzureReport, line: Line, size_px: tuple[int, int]) -> None:
        super().__init__(report)
        width, height = size_px
        x, y = (line.end[0] - line.start[0]) * width, (line.end[1] - line.start[1]) * height
        # Right of somebody who faces from start to end, in a picture whose y grows downwards.
        self._rightward_deg = heading_of(-y, x)

    def take(self, event: Event, stay: Stay | None, now: Now) -> list[Draft]:
        """Tell a crossing."""
        del stay
        if not isinstance(event, LineCrossed):
            return []
        rightward = event.direction == "in"
        properties = LineCrossing(
            tracking_id=now.ids.tracking(event.track_id),
            status="CrossRight" if rightward else "CrossLeft",
            orientation_direction=self._orientation(event, now, rightward=rightward),
        )
        return [Draft("personLineEvent", properties, [now.view.linked(event)])]

    def _orientation(
        self, event: LineCrossed, now: Now, *, rightward: bool
    ) -> Literal["Left", "Right", "Straight"] | UnsetType:
        row = now.view.row(event.track_id)
        heading_deg = None if row is None else now.view.image_heading_deg(row)
        if not now.options.orientation or heading_deg is None:
            return UNSET
        across_deg = self._rightward_deg if rightward else (self._rightward_deg + 180.0) % 360.0
        turned = turn_deg(heading_deg, across_deg)
        if abs(turned) <= _STRAIGHT_DEG:
            return "Straight"
        return "Right" if turned > 0 else "Left"


class CrossingReport(_Told):
    """Tells entries and exits of a zone: personZoneEnterExitEvent."""

    def take(self, event: Event, stay: Stay | None, now: Now) -> list[Draft]:
        """Tell an entry or exit."""
        if not isinstance(event, ZoneEntered | ZoneExited):
            return []
        status: Literal["Enter", "Exit"] = "Enter" if isinstance(event, ZoneEntered) else "Exit"
        if self.report.status not in {None, status}:
            return []
        average, least = _speeds(stay, now) if status == "Exit" else (UNSET, UNSET)
        properties = ZoneCrossing(
            tracking_id=now.ids.tracking(event.track_id),
            status=status,
            side=_side(event),
            avg_speed=average,
            min_speed=least,
        )
        return [Draft("personZoneEnterExitEvent", properties, [now.view.linked(event)])]


class DwellReport(_Told):
    """Tells stays in a zone when they end: personZoneDwellTimeEvent."""

    def take(self, event: Event, stay: Stay | None, now: Now) -> list[Draft]:
        """Tell a stay that ended."""
        if not isinstance(event, ZoneExited):
            return []
        average, least = _speeds(stay, now)
        properties = ZoneDwell(
            tracking_id=now.ids.tracking(event.track_id),
            side=_side(event),
            dwell_time=float(event.dwell_ms),
            dwell_frames=_frames(stay, event),
            dwell_time_for_target_side=self._facing_ms(stay, event, now),
            avg_speed=average,
            min_speed=least,
        )
        return [Draft("personZoneDwellTimeEvent", properties, [now.view.linked(event)])]

    def _facing_ms(self, stay: Stay | None, event: ZoneExited, now: Now) -> float | UnsetType:
        side = self.report.target_side
        if side is None or not now.options.orientation:
            return UNSET
        facing_ns = 0 if stay is None else stay.facing_ns.get(side, 0)
        return float(min(round(facing_ns / 1e6), event.dwell_ms))


def _side(event: ZoneEntered | ZoneExited) -> str:
    return "" if event.side is None else str(event.side)


def _frames(stay: Stay | None, event: ZoneExited) -> int:
    """Frames of a stay; one that ends out of sight ended with the last that showed them."""
    if stay is None:
        return 0
    return stay.frames if event.reason == "exited" else stay.frames_seen


def _speeds(stay: Stay | None, now: Now) -> tuple[float | UnsetType, float | UnsetType]:
    if not now.options.speed:
        return UNSET, UNSET
    if stay is None:
        return 0.0, 0.0
    return number(stay.average_fps, FEET), number(stay.minimum_fps, FEET)
