"""Facts of the core become events: names for positions, shares for pixels, identities that can be repeated."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, cast

from sightline.events.conduct import (
    Conduct,
    LoiteringEnded,
    LoiteringStarted,
    QueueChanged,
    QueueLeft,
    QueueWaitExceeded,
    SpeedExceeded,
    SpeedRestored,
    WrongWay,
    WrongWayCrossed,
)
from sightline.events.types import (
    Event,
    LineCrossed,
    LineSummarized,
    PeopleCameClose,
    PeopleParted,
    ZoneCountChanged,
    ZoneDwelled,
    ZoneEntered,
    ZoneExited,
    ZoneOvercrowded,
    ZoneRelieved,
    ZoneSummarized,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sightline import _core
    from sightline.scene import Scene

# The namespace of event ids, fixed for ever: ids must be the same in every version.
_NAMESPACE = uuid.UUID("5a0cf0f6-6a43-5a8e-9f57-5d1f6f0b7c11")
_UNIX = datetime(1970, 1, 1, tzinfo=UTC)
_DECIMALS = 6
_NS_IN_MS = 1_000_000
_NO_EVENT = "the core reports a kind of fact that has no event: "

_Exit = Literal["exited", "lost", "ended"]


class EventMaker:
    """Makes the events of one camera.

    Args:
        scene: The rules, in the order in which facts number them.
        camera_id: Name of the camera.
        size_px: Width and height of its frames.
        started_at: Wall-clock time of pts 0, RFC 3339, if known; events then carry a time of day. A fact of a camera has one
            itself.
        continuous: Whether times go on from epoch to epoch, as a looped file's do, so that later ones have a time of day, too.
        class_names: Words for class ids.
        live: Whether this is a camera, whose events are others in every run; a file's have the same ids each time.

    Raises:
        ValueError: When `started_at` is not RFC 3339 with a time zone.
    """

    def __init__(
        self,
        scene: Scene,
        *,
        camera_id: str,
        size_px: tuple[int, int],
        started_at: str | None = None,
        continuous: bool = False,
        class_names: Mapping[int, str],
        live: bool = False,
    ) -> None:
        self._scene = scene
        self._camera_id = camera_id
        self._width, self._height = size_px
        self._started_at = None if started_at is None else _instant(started_at)
        self._continuous = continuous
        self._class_names = class_names
        # What a camera shows comes only once: in another run the same moment of its stream is another one.
        self._run = f"{camera_id} {started_at}" if live else None

    def resize(self, size_px: tuple[int, int]) -> None:
        """Take frames to be of another size from now on."""
        self._width, self._height = size_px

    def event(self, fact: _core.Fact) -> Event:
        """Return the fact as an event."""
        name, common = self._rule_name(fact), self._common(fact)
        if fact.track_id is None:
            return self._rule_event(fact, name, common)
        if fact.kind in _CONDUCT:
            kind, fields = _CONDUCT[fact.kind]
            return kind(**common, **self._of_track(fact), zone=name, **fields(fact))
        return self._track_event(fact, name, common)

    def _track_event(self, fact: _core.Fact, name: str, common: dict[str, Any]) -> Event:
        match fact.kind:
            case "line_crossed":
                direction = cast("Literal['in', 'out']", fact.direction)
                return LineCrossed(**common, **self._of_track(fact), line=name, direction=direction)
            case "line_wrong_way_crossed":
                direction = cast("Literal['in', 'out']", fact.direction)
                return WrongWayCrossed(**common, **self._of_track(fact), line=name, direction=direction)
            case "zone_entered":
                came = cast("Literal['entered', 'appeared']", fact.reason)
                return ZoneEntered(**common, **self._of_track(fact), zone=name, reason=came, side=fact.side)
            case "zone_exited":
                went = cast("_Exit", fact.reason)
                stay = {**self._of_track(fact), **_stay(fact)}
                return ZoneExited(**common, **stay, zone=name, reason=went, side=fact.side)
            case "zone_dwelled":
                return ZoneDwelled(**common, **self._of_track(fact), zone=name, **_stay(fact))
            case "people_close" | "people_parted":
                return self._pair_event(fact, name, common)
            case unknown:
                raise ValueError(_NO_EVENT + unknown)

    def _rule_event(self, fact: _core.Fact, name: str, common: dict[str, Any]) -> Event:
        count, figures = fact.count or 0, fact.figures or {}
        match fact.kind:
            case "zone_count_changed":
                return ZoneCountChanged(**common, zone=name, count=count, previous=fact.previous or 0)
            case "zone_overcrowded":
                return ZoneOvercrowded(**common, zone=name, limit=self._limit(fact), count=count)
            case "zone_relieved":
                lasted_ms = _ms(fact.dwell_ns)
                return ZoneRelieved(
                    **common, zone=name, limit=self._limit(fact), peak=count, lasted_ms=lasted_ms
                )
            case "zone_queue_changed":
                longest_ms, previous = _ms(fact.dwell_ns), fact.previous or 0
                return QueueChanged(
                    **common, zone=name, length=count, previous=previous, longest_wait_ms=longest_ms
                )
            case "line_summarized":
                return LineSummarized(
                    **common,
                    **_quality(figures),
                    line=name,
                    crossed_in=figures["in"],
                    crossed_out=figures["out"],
                    lost_at_line=figures["lost_at_line"],
                )
            case "zone_summarized":
                names = ("entries", "exits", "inside", "least", "most", "born_inside")
                plain: dict[str, Any] = {each: figures[each] for each in names}
                return ZoneSummarized(
                    **common,
                    **_quality(figures),
                    **plain,
                    zone=name,
                    mean=round(fact.mean or 0.0, _DECIMALS),
                    dwell_mean_ms=_ms(figures["dwell_mean_ns"]),
                    dwell_max_ms=_ms(figures["dwell_max_ns"]),
                    **_queue(figures),
                )
            case unknown:
                raise ValueError(_NO_EVENT + unknown)

    def _limit(self, fact: _core.Fact) -> int:
        return self._scene.zones[fact.rule].crowd_limit or 0

    def _pair_event(self, fact: _core.Fact, name: str, common: dict[str, Any]) -> Event:
        pair: dict[str, Any] = {**common, **self._of_track(fact), "distance": name, "other_id": fact.other_id}
        apart = round((fact.distance_px or 0.0) / self._height, _DECIMALS)
        apart_m = None if fact.distance_m is None else round(fact.distance_m, 3)
        if fact.kind == "people_close":
            return PeopleCameClose(**pair, apart=apart, apart_m=apart_m)
        close_ms, unseen_ms = _ms(fact.dwell_ns), _ms(fact.unseen_ns)
        reason = cast("_Exit", fact.reason)
        return PeopleParted(
            **pair,
            reason=reason,
            close_ms=close_ms,
            unseen_ms=unseen_ms,
            minimum_apart=apart,
            minimum_apart_m=apart_m,
        )

    def _rule_name(self, fact: _core.Fact) -> str:
        if fact.kind.startswith("line_"):
            return self._scene.lines[fact.rule].name
        if fact.kind.startswith("zone_"):
            return self._scene.zones[fact.rule].name
        return self._scene.distances[fact.rule].name

    def _common(self, fact: _core.Fact) -> dict[str, Any]:
        identity = (
            self._run or self._camera_id,
            fact.epoch,
            fact.pts_ns,
            fact.kind,
            fact.rule,
            fact.track_id,
            fact.other_id,
            fact.direction,
        )
        return {
            "event_id": str(uuid.uuid5(_NAMESPACE, "|".join(map(str, identity)))),
            "camera_id": self._camera_id,
            "epoch": fact.epoch,
            "pts_ns": fact.pts_ns,
            "time": self._time_of_day(fact),
        }

    def _of_track(self, fact: _core.Fact) -> dict[str, Any]:
        width, height = self._width, self._height
        x1, y1, x2, y2 = fact.xyxy or (0.0, 0.0, 0.0, 0.0)
        x, y = fact.anchor or (0.0, 0.0)
        class_id = fact.class_id or 0
        return {
            "track_id": fact.track_id,
            "object_class": self._class_names.get(class_id, f"class_{class_id}"),
            "confidence": round(fact.confidence or 0.0, _DECIMALS),
            "confirmed_pts_ns": fact.confirmed_pts_ns,
            "bridged": fact.bridged_ns > 0,
            "bridged_ms": _ms(fact.bridged_ns),
            "box": tuple(
                round(share, _DECIMALS) for share in (x1 / width, y1 / height, x2 / width, y2 / height)
            ),
            "anchor": (round(x / width, _DECIMALS), round(y / height, _DECIMALS)),
            "ground_m": fact.ground_m and (round(fact.ground_m[0], 3), round(fact.ground_m[1], 3)),
            "speed_mps": None if fact.speed_mps is None else round(fact.speed_mps, 3),
            "heading_deg": None if fact.heading_deg is None else round(fact.heading_deg, 1),
        }

    def _time_of_day(self, fact: _core.Fact) -> str | None:
        if fact.time_ns is not None:
            return _rfc3339(_UNIX + timedelta(microseconds=fact.time_ns // 1000))
        # After a jump of the source's clock its distance from the start is unknown.
        if self._started_at is None or (fact.epoch != 0 and not self._continuous):
            return None
        return _rfc3339(self._started_at + timedelta(microseconds=fact.pts_ns // 1000))


def _quality(figures: Mapping[str, int]) -> dict[str, Any]:
    return {
        "start_pts_ns": figures["start_ns"],
        "flips_suppressed": figures["flips_suppressed"],
        "gaps_bridged": figures["gaps_bridged"],
    }


def _queue(figures: Mapping[str, int]) -> dict[str, Any]:
    """What a summary says of a zone's queue, if it has one."""
    if "queue_longest" not in figures:
        return {}
    return {
        "queue_longest": figures["queue_longest"],
        "queue_left": figures["queue_left"],
        "wait_mean_ms": _ms(figures["wait_mean_ns"]),
        "wait_max_ms": _ms(figures["wait_max_ns"]),
    }


def _stay(fact: _core.Fact) -> dict[str, Any]:
    return {"dwell_ms": _ms(fact.dwell_ns), "unseen_ms": _ms(fact.unseen_ns)}


def _loitering(fact: _core.Fact) -> dict[str, Any]:
    return {"inside_ms": _ms(fact.dwell_ns), "unseen_ms": _ms(fact.unseen_ns)}


def _slower(fact: _core.Fact) -> dict[str, Any]:
    top_mps, lasted_ms = round(fact.top_mps or 0.0, 3), _ms(fact.dwell_ns)
    return {"reason": fact.reason, "top_mps": top_mps, "lasted_ms": lasted_ms}


def _wait(fact: _core.Fact) -> dict[str, Any]:
    return {"wait_ms": _ms(fact.dwell_ns), "unseen_ms": _ms(fact.unseen_ns)}


# What people do in a zone: the event of each kind of fact, and what it says beyond whom and when.
_CONDUCT: dict[str, tuple[type[Conduct], Callable[[_core.Fact], dict[str, Any]]]] = {
    "zone_loitering_started": (LoiteringStarted, _loitering),
    "zone_loitering_ended": (LoiteringEnded, lambda fact: {**_loitering(fact), "reason": fact.reason}),
    "zone_queue_left": (QueueLeft, lambda fact: {**_wait(fact), "reason": fact.reason}),
    "zone_queue_wait_exceeded": (QueueWaitExceeded, _wait),
    "zone_wrong_way": (WrongWay, lambda fact: {"off_deg": round(fact.off_deg or 0.0, 1)}),
    "zone_speed_exceeded": (SpeedExceeded, lambda fact: {"limit_mps": fact.limit_mps}),
    "zone_speed_restored": (SpeedRestored, _slower),
}


def _ms(ns: int | None) -> int:
    return ((ns or 0) + _NS_IN_MS // 2) // _NS_IN_MS


def _rfc3339(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(
            f"started_at: expected RFC 3339 with a time zone such as 2026-05-01T08:00:00Z, found {text!r}"
        )
    return moment.astimezone(UTC)
