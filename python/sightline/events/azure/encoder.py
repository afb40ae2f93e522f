"""One camera's events become the messages of Azure AI Vision Spatial Analysis.

`AzureEncoder` is the way in. Who crosses, comes, goes, and how many there are is what the native events of the same frame
say; the encoder decides none of it again. From the frame it takes where people are, what is known of the camera, and
the distances between people.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sightline.errors import ConfigError, Fault
from sightline.events.azure.calibration import CalibrationReport, calibration_facts
from sightline.events.azure.counts import CountReport, VehicleCountReport, VehiclePolygonReport
from sightline.events.azure.crossings import CrossingReport, DwellReport, LineReport
from sightline.events.azure.distances import DistanceReport
from sightline.events.azure.facts import EventFacts, MediaClock, MessageFacts, SourceFacts
from sightline.events.azure.message import AzureMessage
from sightline.events.azure.presence import Presence, outward_deg
from sightline.events.azure.renderings import render
from sightline.events.azure.reporting import Frequency, Now
from sightline.events.azure.view import Ids, View
from sightline.events.base import segment
from sightline.events.types import LineCrossed, ZoneCountChanged, ZoneEntered, ZoneExited

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sightline.events.azure.facts import CalibrationEventFacts
    from sightline.events.azure.frame import Frame
    from sightline.events.azure.options import AzureCamera, AzureReport
    from sightline.events.azure.reporting import Draft, Group, Reporter
    from sightline.events.types import Event
    from sightline.scene import Line, Scene, Zone

_GROUPS: tuple[Group, ...] = ("states", "tracks", "vehicles")

# An event that may be told, after the position of the report that it is of.
_Told = tuple[int, "Draft"]


class AzureEncoder:
    """Makes the messages of one camera.

    The events of one frame that may share an envelope are one message: counts and distances, whose message tells the
    camera's calibration and nobody's identity; crossings, entries, exits and stays; vehicles. A calibration event is a
    message of its own.

    Args:
        options: What the camera reports, and how.
        camera_id: The camera's name in the configuration.
        size_px: Width and height of its frames.
        started_at: Wall-clock time of pts 0, RFC 3339 with a time zone.
        scene: The lines and zones that decide.
        continuous: Whether times go on from epoch to epoch, as a looped file's do; otherwise the first frame of an epoch
            comes one frame after the last.

    Raises:
        ConfigError: When a report names a line, zone or side that the scene does not have; with every fault.
        ValueError: When `started_at` is not RFC 3339 with a time zone.
    """

    def __init__(
        self,
        options: AzureCamera,
        *,
        camera_id: str,
        size_px: tuple[int, int],
        started_at: str,
        scene: Scene,
        continuous: bool = False,
    ) -> None:
        self._options = options
        self._camera_id = camera_id
        self._size_px = size_px
        self._clock = MediaClock(started_at, continuous=continuous)
        self._ids = Ids(camera_id, started_at)
        self._scale = 1.0 if options.width_px is None else options.width_px / size_px[0]
        places = _Places(scene, size_px)
        places.check(options.reports)
        self._reporters = [_reporter(report, options, places) for report in options.reports]
        self._frequencies = [Frequency(report.output_frequency) for report in options.reports]
        self._presence = Presence(places.sides(options.reports))
        self._calibration = CalibrationReport(options, size_px=size_px, ids=self._ids)
        self._last: tuple[View, int] | None = None

    def messages(self, frame: Frame, events: Sequence[Event]) -> list[AzureMessage]:
        """Return the messages of one analyzed frame.

        Args:
            frame: What was seen; frames must come in order.
            events: The native events concluded in this frame, in their order.
        """
        elapsed_ns = self._clock.at(frame.epoch, frame.pts_ns, frame.captured_at_ns)
        view = View(frame, self._size_px, self._ids)
        self._last = view, elapsed_ns
        now = self._now(view, elapsed_ns)
        told = self._take(events, now)
        self._presence.see(view, elapsed_ns)
        told += [(of, draft) for of, reporter in enumerate(self._reporters) for draft in reporter.look(now)]
        source = self._source(frame)
        calibrated = self._calibration.look(frame.calibration, source, self._clock, elapsed_ns)
        sent = [] if calibrated is None else [self._calibration_message(calibrated)]
        return sent + self._told(told, source, ("frame", frame.epoch, frame.pts_ns))

    def finish(self, events: Sequence[Event]) -> list[AzureMessage]:
        """Return the messages of what ends with the stream, with the time of its last frame; none if there was no frame.

        Args:
            events: The native events concluded at the end, in their order.
        """
        if self._last is None:
            return []
        view, elapsed_ns = self._last
        now, frame = self._now(view, elapsed_ns), view.frame
        told = self._take(events, now)
        told += [
            (of, draft)
            for of, reporter in enumerate(self._reporters)
            if isinstance(reporter, DistanceReport)
            for draft in reporter.end(now)
        ]
        return self._told(told, self._source(frame), ("end", frame.epoch, frame.pts_ns))

    def _now(self, view: View, elapsed_ns: int) -> Now:
        return Now(view, elapsed_ns, self._presence, self._options, self._ids)

    def _take(self, events: Sequence[Event], now: Now) -> list[_Told]:
        told: list[_Told] = []
        for event in events:
            region = _region(event)
            if region is None:
                continue
            stay = self._presence.take(event)
            told += [
                (of, draft)
                for of, reporter in enumerate(self._reporters)
                if (reporter.report.event == "linecrossing", reporter.report.region) == region
                for draft in reporter.take(event, stay, now)
            ]
        return told

    def _told(
        self, told: Sequence[_Told], source: SourceFacts, moment: tuple[object, ...]
    ) -> list[AzureMessage]:
        """Leave out what the frequencies leave out, and make a message of each group that has something to say."""
        kept = [(of, draft) for of, draft in told if self._frequencies[of].keeps()]
        grouped: list[tuple[Group, list[_Told]]] = [
            (group, [(of, draft) for of, draft in kept if self._reporters[of].group == group])
            for group in _GROUPS
        ]
        return [self._message(group, drafts, source, moment) for group, drafts in grouped if drafts]

    def _message(
        self, group: Group, told: Sequence[_Told], source: SourceFacts, moment: tuple[object, ...]
    ) -> AzureMessage:
        events = [
            EventFacts(
                id=self._ids.hex("event", *moment, group, place),
                type=draft.type,
                detection_ids=[detection.id for detection in draft.detections],
                properties=draft.properties,
                zone=self._options.reports[of].zone,
                trigger=draft.trigger,
            )
            for place, (of, draft) in enumerate(told)
        ]
        detections = {detection.id: detection for _, draft in told for detection in draft.detections}
        facts = MessageFacts(
            source=source if group == "states" else replace(source, calibration=None),
            events=events,
            detections=list(detections.values()),
            orientation=self._options.orientation,
            speed=self._options.speed,
            vehicles=group == "vehicles",
        )
        first = self._options.reports[told[0][0]]
        kind = "lines" if first.event == "linecrossing" else "zones"
        return AzureMessage(
            event_id=str(self._ids.uuid("message", *moment, group)),
            camera_id=self._camera_id,
            type=events[0].type,
            subject=f"/cameras/{segment(self._camera_id)}/{kind}/{segment(first.zone)}",
            time=source.timestamp,
            body=self._rendered(facts),
        )

    def _calibration_message(self, facts: CalibrationEventFacts) -> AzureMessage:
        return AzureMessage(
            event_id=str(self._ids.uuid("message", facts.id)),
            camera_id=self._camera_id,
            type="cameraCalibrationEvent",
            subject=f"/cameras/{segment(self._camera_id)}/calibration",
            time=facts.source.timestamp,
            body=self._rendered(facts),
        )

    def _rendered(self, facts: MessageFacts | CalibrationEventFacts) -> bytes:
        return render(facts, schema_version=self._options.schema_version, rendering=self._options.rendering)

    def _source(self, frame: Frame) -> SourceFacts:
        width, height = self._size_px
        if self._options.width_px is not None:
            width, height = self._options.width_px, round(height * self._scale)
        return SourceFacts(
            id=self._options.source_id,
            moment=self._clock.moment(frame.pts_ns),
            width=width,
            height=height,
            index=frame.index,
            calibration=calibration_facts(frame.calibration, self._scale),
        )


class _Places:
    """The scene's lines and zones by name, in pixels where that matters."""

    def __init__(self, scene: Scene, size_px: tuple[int, int]) -> None:
        self.size_px = size_px
        self.lines: dict[str, Line] = {line.name: line for line in scene.lines}
        self.zones: dict[str, Zone] = {zone.name: zone for zone in scene.zones}

    def check(self, reports: Sequence[AzureReport]) -> None:
        """Raise `ConfigError` with every report that names what is not there."""
        faults = [
            fault for place, report in enumerate(reports) if (fault := self._fault(place, report)) is not None
        ]
        if faults:
            raise ConfigError(faults)

    def sides(self, reports: Sequence[AzureReport]) -> dict[str, dict[int, float]]:
        """Return for each zone of the reports the sides whose facing is timed, with their outward normals."""
        sides: dict[str, dict[int, float]] = {}
        for report in reports:
            if report.event == "linecrossing":
                continue
            timed = sides.setdefault(report.region, {})
            if report.target_side is not None:
                timed[report.target_side] = outward_deg(self._corners(report.region), report.target_side)
        return sides

    def _fault(self, place: int, report: AzureReport) -> Fault | None:
        path = f"azure.reports[{place}]"
        word, known = ("line", self.lines) if report.event == "linecrossing" else ("zone", self.zones)
        if report.region not in known:
            there = ", ".join(known) or "none"
            message = (
                f"expected the name of a {word} of this camera, found {report.region!r}; there is: {there}"
            )
            return Fault(f"{path}.region", message)
        if report.event == "linecrossing" or report.target_side is None:
            return None
        corners = len(self._corners(report.region))
        if report.target_side >= corners:
            message = f"expected a side of the zone from 0 to {corners - 1}, found {report.target_side}"
            return Fault(f"{path}.target_side", message)
        return None

    def _corners(self, zone: str) -> list[tuple[float, float]]:
        """Corners in pixels, a repeated last one left out."""
        width, height = self.size_px
        corners = [(x * width, y * height) for x, y in self.zones[zone].polygon]
        return corners[:-1] if corners[0] == corners[-1] else corners


def _region(event: Event) -> tuple[bool, str] | None:
    """Return whether it is a line that an event is about, and the name of that line or zone; None for other events."""
    if isinstance(event, LineCrossed):
        return True, event.line
    if isinstance(event, ZoneEntered | ZoneExited | ZoneCountChanged):
        return False, event.zone
    return None


def _reporter(report: AzureReport, options: AzureCamera, places: _Places) -> Reporter:
    every_frame = options.every_frame
    makers: dict[str, Callable[[], Reporter]] = {
        "count": lambda: CountReport(report),
        "linecrossing": lambda: LineReport(report, places.lines[report.region], places.size_px),
        "zonecrossing": lambda: CrossingReport(report),
        "zonedwelltime": lambda: DwellReport(report),
        "persondistance": lambda: DistanceReport(report),
        "vehiclecount": lambda: VehicleCountReport(report, every_frame=every_frame),
        "vehicleinpolygon": lambda: VehiclePolygonReport(report, every_frame=every_frame),
    }
    return makers[report.event]()
