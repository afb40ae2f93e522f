"""Reports of how many are in a zone: of people, and of vehicles with who they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightline.events.azure.reporting import Draft, Interval
from sightline.events.azure.wire import PersonCount, VehicleCount, VehicleInPolygon
from sightline.events.types import ZoneCountChanged, ZoneEntered, ZoneExited

if TYPE_CHECKING:
    from sightline.events.azure.facts import DetectionFacts
    from sightline.events.azure.options import AzureReport
    from sightline.events.azure.presence import Stay
    from sightline.events.azure.reporting import Group, Now
    from sightline.events.types import Event


class CountReport:
    """Tells how many people are in a zone: personCountEvent.

    With the trigger `event` each change of the count is told and, at the first frame, what it begins with; with `interval`
    the count of every so many seconds.
    """

    group: Group = "states"

    def __init__(self, report: AzureReport) -> None:
        self.report = report
        self._interval = Interval(report.interval_s) if report.trigger == "interval" else None
        self._told = False

    def take(self, event: Event, stay: Stay | None, now: Now) -> list[Draft]:
        """Tell a change."""
        del stay
        if self._interval is not None or not isinstance(event, ZoneCountChanged):
            return []
        return [self._draft(event.count, now)]

    def look(self, now: Now) -> list[Draft]:
        """Tell the count that it begins with, or that is due."""
        due = not self._told if self._interval is None else self._interval.is_due(now.elapsed_ns)
        return [self._draft(now.presence.count(self.report.region), now)] if due else []

    def _draft(self, count: int, now: Now) -> Draft:
        self._told = True
        people = visible_inside(self.report.region, now)
        return Draft("personCountEvent", PersonCount(person_count=count), people, self.report.trigger)


class VehicleCountReport:
    """Tells how many vehicles are in a zone: vehicleCountEvent, at each change, or for every frame."""

    group: Group = "vehicles"

    def __init__(self, report: AzureReport, *, every_frame: bool) -> None:
        self.report = report
        self._every_frame = every_frame
        self._told = False

    def take(self, event: Event, stay: Stay | None, now: Now) -> list[Draft]:
        """Tell a change."""
        del stay
        if self._every_frame or not isinstance(event, ZoneCountChanged):
            return []
        return [self._draft(event.count, now)]

    def look(self, now: Now) -> list[Draft]:
        """Tell the count that it begins with, or that of this frame."""
        due = self._every_frame or not self._told
        return [self._draft(now.presence.count(self.report.region), now)] if due else []

    def _draft(self, count: int, now: Now) -> Draft:
        self._told = True
        vehicles = visible_inside(self.report.region, now, vehicles=True)
        return Draft("vehicleCountEvent", VehicleCount(detection_count=count), vehicles, "")


class VehiclePolygonReport:
    """Tells vehicles that are in a parking space or leave it: vehicleInPolygonEvent.

    For every frame, where that is asked for: each vehicle that is there.
    """

    group: Group = "vehicles"

    def __init__(self, report: AzureReport, *, every_frame: bool) -> None:
        self.report = report
        self._every_frame = every_frame

    def take(self, event: Event, stay: Stay | None, now: Now) -> list[Draft]:
        """Tell who came or went."""
        del stay
        if isinstance(event, ZoneExited):
            properties = VehicleInPolygon(status="EXITED")
        elif isinstance(event, ZoneEntered) and not self._every_frame:
            properties = VehicleInPolygon(status="PARKED")
        else:
            return []
        row, view = now.view.row(event.track_id), now.view
        vehicle = (
            view.gone(event)
            if row is None
            else view.unlinked(row, event.track_id, vehicle=event.object_class)
        )
        return [Draft("vehicleInPolygonEvent", properties, [vehicle], "")]

    def look(self, now: Now) -> list[Draft]:
        """Tell who is there, if every frame is told."""
        if not self._every_frame:
            return []
        parked = VehicleInPolygon(status="PARKED")
        there = visible_inside(self.report.region, now, vehicles=True)
        return [Draft("vehicleInPolygonEvent", parked, [vehicle], "") for vehicle in there]


def rows_inside(zone: str, now: Now) -> list[tuple[int, int]]:
    """Return the row and the identity of everybody who is inside a zone and visible, by row."""
    stays = now.presence.inside(zone)
    return sorted((row, track_id) for track_id in stays if (row := now.view.row(track_id)) is not None)


def visible_inside(zone: str, now: Now, *, vehicles: bool = False) -> list[DetectionFacts]:
    """Describe who is inside a zone and visible, in the order of the frame's tracks, without saying who they are."""
    stays = now.presence.inside(zone)
    return [
        now.view.unlinked(row, track_id, vehicle=stays[track_id].object_class if vehicles else None)
        for row, track_id in rows_inside(zone, now)
    ]
