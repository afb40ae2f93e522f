"""Rules on anyone's tracks: a scene that is fed frame by frame, or one line or polygon alone."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from sightline import _core
from sightline.events import EventMaker
from sightline.geometry import PolygonSet
from sightline.motions import Motions
from sightline.scene import Line, Scene, Zone

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    from sightline.events import Event
    from sightline.ground import GroundPlane
    from sightline.scene import Distance, Ground
    from sightline.tracks import Tracks

# How much farther than the threshold two must go to have parted, as a share of it.
_DISTANCE_HYSTERESIS = 0.1
# Within how many seconds people come together, when a distance does not say.
_GROUP_S = 2.0
# Durations and counts beyond these are never reached.
_FOREVER_S = 1e10
_MOST_NS = 2**63 - 1
_MOST = 2**32 - 1


def core_scene(scene: Scene) -> dict[str, Any]:
    """Return the scene as the plain values that the core takes."""
    return {
        "lines": [
            {
                "name": line.name,
                "start": line.start,
                "end": line.end,
                "anchor": line.anchor,
                "band": line.band,
                "wrong_way": line.wrong_way,
            }
            for line in scene.lines
        ],
        "zones": [
            {
                "name": zone.name,
                "polygon": zone.polygon,
                "even_odd": zone.even_odd,
                "anchor": zone.anchor,
                "band": zone.band,
                "dwell_ns": _ns(zone.dwell_s),
                "crowd_limit": _count(zone.crowd_limit),
                "crowd_ns": _ns(zone.crowd_s),
                "confirm_frames": _count(zone.confirm_frames),
                "loiter_ns": _ns(zone.loiter_s),
                "loiter_absence_ns": _ns(zone.loiter_absence_s),
                "queue_after_ns": _ns(zone.queue_after_s),
                "wait_limit_ns": _ns(zone.wait_limit_s),
                "way_deg": zone.way_deg,
                "way_tolerance_deg": zone.way_tolerance_deg,
                "way_ns": _ns(zone.way_s),
                "speed_limit_mps": zone.speed_limit_mps,
                "speed_ns": _ns(zone.speed_s),
            }
            for zone in scene.zones
        ],
        "distances": [_core_distance(distance) for distance in scene.distances],
        "ground": _core_ground(scene.ground),
        "summary_ns": _ns(scene.summary_s),
        "max_gap_ns": _ns(scene.max_gap_s),
    }


def check_scene(scene: Scene, size_px: tuple[int, int] = (1920, 1080)) -> None:
    """Check that every line and polygon makes sense.

    Raises:
        ConfigError: With every fault, each with a path such as `zones[2].polygon`.
    """
    _core.Scene(core_scene(scene), *size_px)


class Rules:
    """The rules of one stream with their state.

    Args:
        scene: Lines, zones and distances.
        size_px: Width and height of the frames.
        camera_id: Name of the camera in events.
        started_at: Wall-clock time of pts 0, RFC 3339, if known.
        class_names: Words for class ids; people are class 0 when absent.

    Raises:
        ConfigError: When the scene is at fault.

    >>> import sightline
    >>> rules = Rules(Scene(lines=[Line("door", (0.0, 0.5), (1.0, 0.5))]), size_px=(640, 480))
    >>> tracker = sightline.ByteTrack()
    >>> for frame, foot_y in enumerate([200, 220, 240, 260, 280]):
    ...     found = sightline.Detections.of(
    ...         [[300, foot_y - 100, 340, foot_y]], confidence=[0.9], pts_ns=frame * 100_000_000
    ...     )
    ...     for event in rules.update(tracker.update(found)):
    ...         print(event.direction, event.track_id)
    in 1
    """

    def __init__(
        self,
        scene: Scene,
        *,
        size_px: tuple[int, int],
        camera_id: str = "camera",
        started_at: str | None = None,
        class_names: Mapping[int, str] | None = None,
    ) -> None:
        self.scene = scene
        self._core = _core.Scene(core_scene(scene), *size_px)
        self._make = partial(
            EventMaker,
            camera_id=camera_id,
            size_px=size_px,
            started_at=started_at,
            class_names=class_names or {0: "person"},
        )
        self._maker = self._make(scene)

    def update(self, tracks: Tracks) -> list[Event]:
        """Take one more frame and return what follows; call it for every frame, also when nobody was seen."""
        return self._events(self._core.update(tracks))

    def reload(self, scene: Scene) -> list[Event]:
        """Watch another scene from now on, and return what ends with that.

        Lines, zones and distances that are in both scenes unchanged keep their counts and what they know of tracks;
        whoever is in a zone that is gone or changed leaves it with reason `ended`.

        Raises:
            ConfigError: When the new scene is at fault; the old one goes on then.
        """
        events = self._events(self._core.reload(core_scene(scene)))
        self.scene, self._maker = scene, self._make(scene)
        return events

    def set_ground(self, ground: GroundPlane) -> None:
        """Say where the ground is of a scene whose ground is found while it runs (`Ground(auto=True)`).

        From the next frame on, places, speeds and distances in metres are measured on it; it may be said again.

        Raises:
            ConfigError: When the scene says where the ground is, or has none.
        """
        self._core.set_ground(ground.core)

    def motions(self, tracks: Tracks) -> Motions:
        """Say how each track of the last update moves, row by row; NaN where that is not known."""
        return Motions(**self._core.motions(tracks))

    def finish(self) -> list[Event]:
        """Close what is open at the end of the stream: who is inside a zone leaves it with reason `ended`."""
        return self._events(self._core.finish())

    def counts(self) -> dict[str, Any]:
        """What has been counted so far: `lines`, `zones` and `distances`, in the scene's order.

        A zone with `queue_after_s` has a `queue`: its `length` now, the `longest_wait_ms` of those who wait, how many
        `left` who had waited, and their `wait_mean_ms` and `wait_max_ms`.
        """
        return self._core.counts()

    def count_on(self, counts: Mapping[str, Sequence[Mapping[str, Any] | None]]) -> None:
        """Count on from what was counted elsewhere, such as before a restart.

        Args:
            counts: In the shape of `counts`; None for a rule that starts at nothing. Who was in a zone or waited then counts as gone,
                and as having appeared when seen again.

        Raises:
            KeyError: When a count is missing.
            OverflowError: When one is negative or beyond 64 bits.
        """
        self._core.count_on(counts)

    def _events(self, facts: Sequence[_core.Fact]) -> list[Event]:
        return [self._maker.event(fact) for fact in facts]


class LineZone:
    """One line alone, in pixels: counts who crosses it, either way.

    A track crosses with the middle of its box's bottom edge. Whether its path cuts the line is decided exactly, with the
    adaptive predicates of Shewchuk (1997), and an end that two chained lines share belongs to one of them. A crossing counts
    once its track is clear of the line on the other side, by 4 pixels at 1080 lines; its time is that of the cut,
    interpolated.

    Args:
        start: Where the line starts: x, y in source pixels.
        end: Where it ends; facing from start to end, left to right is `in`.
        size_px: Width and height of the frames, pixels.
        name: Name of the line in events.

    Raises:
        ConfigError: When the line has no length or leaves the frame, or the frame has no size.

    >>> LineZone((0, 240), (640, 240), size_px=(640, 480)).in_count
    0
    """

    def __init__(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        *,
        size_px: tuple[int, int],
        name: str = "line",
    ) -> None:
        line = Line.from_pixels(name, start, end, size=size_px)
        self._rules = Rules(Scene(lines=[line]), size_px=size_px)

    def update(self, tracks: Tracks) -> list[Event]:
        """Take one more frame's tracks and return its crossings, in order of time.

        Call it for every frame, also when nobody was seen. Identities are `tracks.track_id`, (N,) uint64; boxes
        `tracks.xyxy`, (N, 4) float64 in source pixels; those with a number that is not finite are left out.

        Returns:
            `LineCrossed` events; times are `pts_ns`, nanoseconds of media time.
        """
        return self._rules.update(tracks)

    @property
    def in_count(self) -> int:
        """Crossings from left to right so far."""
        return int(self._rules.counts()["lines"][0]["in"])

    @property
    def out_count(self) -> int:
        """Crossings from right to left so far."""
        return int(self._rules.counts()["lines"][0]["out"])


class PolygonZone:
    """One polygon alone, in pixels: tells who comes in, stays and goes.

    A track is where the middle of its box's bottom edge is. Points on the border are decided by the half-open even-odd rule
    with the adaptive predicates of Shewchuk (1997): of two polygons that share a border, exactly one contains them. An entry
    or exit counts once its track is clear of the border, by 4 pixels at 1080 lines; its time is that of the cut, interpolated.

    Args:
        polygon: Three or more corners x, y in source pixels, either way round; no side may cross another unless `even_odd`
            is set.
        size_px: Width and height of the frames, pixels.
        name: Name of the zone in events.
        dwell_s: A stay of this many seconds gives an event of its own.
        even_odd: Whether sides may cross; where the polygon covers a place twice, that place is outside.

    Raises:
        ConfigError: When the polygon encloses nothing, crosses itself or leaves the frame, or the frame has no size.

    >>> zone = PolygonZone([(100, 100), (300, 100), (300, 300), (100, 300)], size_px=(640, 480))
    >>> zone.contains([[100, 100], [300, 300], [200, 250]]).tolist()
    [True, False, True]
    """

    def __init__(
        self,
        polygon: Sequence[tuple[float, float]],
        *,
        size_px: tuple[int, int],
        name: str = "zone",
        dwell_s: float | None = None,
        even_odd: bool = False,
    ) -> None:
        zone = Zone.from_pixels(name, polygon, size=size_px, dwell_s=dwell_s, even_odd=even_odd)
        self._rules = Rules(Scene(zones=[zone]), size_px=size_px)
        self._polygon = PolygonSet([polygon], even_odd=even_odd)

    def contains(self, points: ArrayLike) -> NDArray[np.bool_]:
        """Say which points are inside, whatever tracks do.

        Args:
            points: (N, 2), or (2,) for one: x, y in source pixels.

        Returns:
            (N,) bool.

        Raises:
            ValueError: When the shape is another one.
        """
        return self._polygon.contains(points)[:, 0]

    def update(self, tracks: Tracks) -> list[Event]:
        """Take one more frame's tracks and return what follows, in order of time.

        Call it for every frame, also when nobody was seen. Identities are `tracks.track_id`, (N,) uint64; boxes
        `tracks.xyxy`, (N, 4) float64 in source pixels; those with a number that is not finite are left out.

        Returns:
            `ZoneEntered`, `ZoneExited`, `ZoneDwelled` and `ZoneCountChanged` events; times are `pts_ns`, nanoseconds of media
            time.
        """
        return self._rules.update(tracks)

    @property
    def current_count(self) -> int:
        """How many are inside now."""
        return int(self._rules.counts()["zones"][0]["inside"])


def _core_distance(distance: Distance) -> dict[str, Any]:
    return {
        "name": distance.name,
        "threshold": distance.threshold,
        "threshold_m": distance.threshold_m,
        "hysteresis": _DISTANCE_HYSTERESIS,
        "min_duration_ns": _ns(distance.min_duration_s or None),
        "polygon": distance.zone,
        "anchor": distance.anchor,
        "group_ns": _ns(distance.group_s or _GROUP_S) if distance.exclude_groups else None,
    }


def _core_ground(ground: Ground | None) -> list[Any] | dict[str, Any] | str | None:
    if ground is None:
        return None
    if ground.auto:
        return "later"
    if ground.points is not None:
        return [(point.at, point.metres) for point in ground.points]
    names = ("height_m", "tilt_deg", "roll_deg", "view_deg")
    return {name: getattr(ground, name) for name in names}


def _ns(seconds: float | None) -> int | None:
    """Nanoseconds; of a time that is longer than any recording, as many as there can be."""
    return None if seconds is None else min(round(min(seconds, _FOREVER_S) * 1e9), _MOST_NS)


def _count(count: int | None) -> int | None:
    """Whole numbers as far as the core counts."""
    return None if count is None else min(count, _MOST)
