"""What a zone or a line tells: its `events` and their `config`, in every spelling that there was."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from sightline.config.azure.notes import below, shown
from sightline.config.azure.region_settings import CONFIG_SETTINGS, EVENT_SETTINGS

if TYPE_CHECKING:
    from sightline.config.azure.operations import OperationKind
    from sightline.config.azure.values import Found, Values
    from sightline.events.azure.options import EventType
    from sightline.scene import Anchor

# Thresholds as shares of the width: 16 and 48 of 640 pixels, the defaults of 2021.
_THRESHOLD = 0.025
_CROSSING_THRESHOLD = 0.075
_LEGACY_WIDTH_PX = 640.0
_MOST = 2**31 - 1
_INTERVAL_S = 60.0


class _Type(NamedTuple):
    event: EventType
    status: Literal["Enter", "Exit"] | None = None
    usual: str = ""


# Spellings by their letters alone.
_TYPES: dict[str, _Type] = {
    "count": _Type("count", usual="count"),
    "linecrossing": _Type("linecrossing", usual="linecrossing"),
    "zonecrossing": _Type("zonecrossing", usual="zonecrossing"),
    "zonedwelltime": _Type("zonedwelltime", usual="zonedwelltime"),
    "persondistance": _Type("persondistance", usual="persondistance"),
    "peopledistance": _Type("persondistance"),
    "enterexit": _Type("zonecrossing"),
    "enter": _Type("zonecrossing", "Enter"),
    "exit": _Type("zonecrossing", "Exit"),
}
_USUAL = ", ".join(kind.usual for kind in _TYPES.values() if kind.usual)
_FOCUS = {
    "footprint": "footprint",
    "bottom_center": "bottom_center",
    "bottomcenter": "bottom_center",
    "center": "center",
}
_OF_INTERVALS = ("count", "persondistance")


@dataclass
class RegionEvent:
    """One kind of event of a region; without an event the region is only watched.

    Attributes:
        threshold: How far beyond the border is certain, a share of the picture's width.
        anchor: Which point of a box counts.
        says: What the manifest says, for people.
        shared: Whether the region has events of another threshold or focus too.
        region: The native region that decides, once there is one.
        band: Its band, a share of the picture's height.
    """

    event: EventType | None
    threshold: float = _THRESHOLD
    anchor: Anchor = "bottom_center"
    trigger: Literal["event", "interval"] = "event"
    output_frequency: int = 1
    interval_s: float = _INTERVAL_S
    minimum_ft: float | None = None
    maximum_ft: float | None = None
    aggregation: Literal["mode", "average"] = "average"
    target_side: int | None = None
    status: Literal["Enter", "Exit"] | None = None
    says: str = ""
    shared: bool = False
    region: str = ""
    band: float = 0.0


class EventReader:
    """Reads the events of one region.

    Args:
        values: Reads values and takes faults and notes.
        kind: The operation, which says what a region without events tells.
        what: Whether the region is a zone or a line.
        sides: How many sides the zone has, where it has a polygon.
    """

    def __init__(
        self, values: Values, kind: OperationKind, what: Literal["zone", "line"], *, sides: int | None
    ) -> None:
        self._values, self._kind, self._what, self._sides = values, kind, what, sides

    def read(self, region: dict[str, Found], path: str) -> list[RegionEvent] | None:
        """Return the region's events, at least one, or None when what it says of all of them is at fault."""
        if "events" in region:
            items = self._values.items(*region["events"])
            if items is None:
                return None
            if items:
                at = region["events"].path
                return self._events([(item, below(at, index)) for index, item in enumerate(items)], region)
        return self._without_events(region, path)

    def _events(self, items: list[tuple[object, str]], region: dict[str, Found]) -> list[RegionEvent] | None:
        before = len(self._values.findings.faults)
        read = [self._event(item, path, region) for item, path in items]
        events = [event for event in read if event is not None]
        if "target_side" in region and not any(event.event == "zonedwelltime" for event in events):
            reason = "only zonedwelltime events tell how long people face a side"
            self._values.findings.note(region["target_side"].path, "ignored", "ignored", reason)
        if not events and len(self._values.findings.faults) == before:
            return [self._event_of(_Type("count"), {}, region, only_watched=True)]
        return events

    def _without_events(self, region: dict[str, Found], path: str) -> list[RegionEvent]:
        default = self._kind.zone_event if self._what == "zone" else self._kind.line_event
        if default is None:
            self._values.findings.note(
                path,
                "decide",
                f"the {self._what} is watched, and nothing of it is told in Azure's messages",
                "it names no events, and the operation's name does not say which",
            )
            return [self._event_of(_Type("count"), {}, region, only_watched=True)]
        self._values.findings.note(
            path, "changed", f"tells {default}", "it names no events; that is what the operation is for"
        )
        return [self._event_of(_Type(default), {}, region)]

    def _event(self, item: object, path: str, region: dict[str, Found]) -> RegionEvent | None:
        values = self._values
        table = values.table(item, path)
        if table is None:
            return None
        inner = {name: value for name, value in table.items() if name.lower() in _EVENT_NAMES}
        # In 2020 an event's settings stood beside its type.
        beside = {name: value for name, value in table.items() if name.lower() not in _EVENT_NAMES}
        fields = values.fields(inner, path, EVENT_SETTINGS, tell=False)
        config = values.fields(beside, path, CONFIG_SETTINGS, tell=False)
        for found in config.values():
            values.findings.note(
                found.path, "changed", "read as if it stood in config", "only the edition of 2020 had it here"
            )
        if "config" in fields:
            given = values.table(*fields["config"])
            config.update(values.fields(given or {}, fields["config"].path, CONFIG_SETTINGS, tell=False))
        kind = self._type(fields, table, path)
        if kind is None or not self._belongs(kind, fields["type"].path):
            return None
        event = self._event_of(kind, config, region)
        if event.event == "persondistance" and event.minimum_ft is None and event.maximum_ft is None:
            values.findings.note(
                path,
                "decide",
                "nobody is ever too close or too far",
                "it has neither a minimum_distance_threshold nor a maximum_distance_threshold",
            )
        return event

    def _type(self, fields: dict[str, Found], table: dict[str, object], path: str) -> _Type | None:
        if "type" not in fields:
            if table.get("type") is None:
                self._values.findings.fault(below(path, "type"), f"is missing; expected one of {_USUAL}")
            return None
        name, at = fields["type"]
        kind = _TYPES.get(re.sub(r"[\s_/-]", "", name.lower()))
        if kind is None:
            self._values.findings.fault(at, f"expected one of {_USUAL}, found {shown(name)}")
            return None
        if name != kind.event:
            only = f", only {kind.status}" if kind.status else ""
            self._values.findings.note(
                at, "changed", f"read as {kind.event}{only}", "that is how the last edition spells it"
            )
        return kind

    def _belongs(self, kind: _Type, path: str) -> bool:
        if (kind.event == "linecrossing") == (self._what == "line"):
            return True
        other = "line" if self._what == "zone" else "zone"
        self._values.findings.note(
            path,
            "decide",
            "not told; draw it where it belongs",
            f"a {self._what} has no {kind.event}, a {other} has",
        )
        return False

    def _event_of(
        self, kind: _Type, config: dict[str, Found], region: dict[str, Found], *, only_watched: bool = False
    ) -> RegionEvent:
        event = RegionEvent(kind.event, status=kind.status)
        event.threshold = self._threshold(kind, config, region)
        event.says = ", ".join(f"{name} {shown(found.value)}" for name, found in config.items())
        if "focus" in config and self._values.choice(*config["focus"], _FOCUS) == "center":
            event.anchor = "center"
        self._pace(event, config)
        if kind.event == "persondistance":
            self._distances(event, config)
        side = config.get("target_side") or region.get("target_side")
        if side is not None:
            event.target_side = self._target_side(kind, side)
        if only_watched:
            event.event = None
        return event

    def _threshold(self, kind: _Type, config: dict[str, Found], region: dict[str, Found]) -> float:
        default = _CROSSING_THRESHOLD if kind.event == "zonecrossing" else _THRESHOLD
        found = config.get("threshold") or region.get("threshold")
        if found is None:
            return default
        number = self._values.number(found.value, found.path, least=0, most=_MOST)
        if number is None or number <= 1:
            return default if number is None else number
        share = number / _LEGACY_WIDTH_PX
        self._values.findings.note(
            found.path,
            "changed",
            f"read as {share:g} of the picture's width",
            "numbers above 1 are pixels of a picture 640 wide, as until 2022",
        )
        return share

    def _pace(self, event: RegionEvent, config: dict[str, Found]) -> None:
        values = self._values
        if "trigger" in config:
            trigger = values.choice(*config["trigger"], {"event": "event", "interval": "interval"})
            if trigger == "interval" and event.event not in _OF_INTERVALS:
                values.findings.note(
                    config["trigger"].path,
                    "warning",
                    "read as event",
                    f"{event.event} events only know the trigger event",
                )
            elif trigger is not None:
                event.trigger = cast("Literal['event', 'interval']", trigger)
        if "output_frequency" in config:
            event.output_frequency = values.whole(*config["output_frequency"], least=1, most=_MOST) or 1
        if "interval" in config:
            seconds = values.number(*config["interval"], above=0, most=_MOST)
            event.interval_s = seconds or event.interval_s
            if event.trigger != "interval":
                values.findings.note(
                    config["interval"].path,
                    "changed",
                    "not used: events are told when something changes",
                    "it is the time between events of the trigger interval; in 2020 it was a time to aggregate over",
                )

    def _distances(self, event: RegionEvent, config: dict[str, Found]) -> None:
        values = self._values
        least, most = config.get("minimum_distance_threshold"), config.get("maximum_distance_threshold")
        if least is not None:
            event.minimum_ft = values.number(*least, least=0, most=_MOST) or None
        if most is not None and str(most.value).strip().lower() not in ("infinity", "inf"):
            event.maximum_ft = values.number(*most, above=0, most=_MOST)
        if event.minimum_ft and event.maximum_ft and most and event.minimum_ft > event.maximum_ft:
            values.findings.note(
                most.path,
                "warning",
                "everybody is too close or too far",
                "the maximum is less than the minimum",
            )
        if "aggregation_method" in config:
            method = values.choice(*config["aggregation_method"], {"average": "average", "mode": "mode"})
            event.aggregation = cast("Literal['mode', 'average']", method or "average")

    def _target_side(self, kind: _Type, found: Found) -> int | None:
        most = self._sides - 1 if self._sides else _MOST
        side = self._values.whole(found.value, found.path, least=0, most=most)
        return side if kind.event == "zonedwelltime" else None


_EVENT_NAMES = frozenset(setting.name.lower() for setting in EVENT_SETTINGS)
