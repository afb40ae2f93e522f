"""Lines, zones and distances of one source, as a person writes them.

Coordinates are shares of the picture, 0…1, from its top left corner, so that a scene survives a change of resolution.
Whether lines and polygons make sense (no zero length, no crossing sides) is decided by the core when the scene is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self

import msgspec

from sightline.errors import ConfigError, Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

Anchor = Literal["bottom_center", "center"]
Share = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]
Point = tuple[Share, Share]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Positive = Annotated[float, msgspec.Meta(gt=0.0)]
NotNegative = Annotated[float, msgspec.Meta(ge=0.0)]

# Settings of a zone that only say more about another one: their default, and which.
_MEANT_FOR = (
    ("loiter_absence_s", 5.0, "loiter_s"),
    ("wait_limit_s", None, "queue_after_s"),
    ("way_tolerance_deg", 90.0, "way_deg"),
    ("way_s", 1.0, "way_deg"),
    ("speed_s", 0.5, "speed_limit_mps"),
)


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"start": "from", "end": "to"}):
    """A line that people cross.

    Facing from `start` to `end`, a crossing from your left to your right is `in`, the other way is `out`.

    Attributes:
        name: Unique among the scene's lines.
        start: Where the line starts, shares of the picture.
        end: Where it ends.
        anchor: Which point of a box crosses.
        band: How far, as a share of the picture's height, an anchor must be beyond the line before its side is certain;
            4 pixels at 1080 lines when absent.
        wrong_way: The direction, `in` or `out`, in which a crossing gives an event of its own beside it.

    >>> Line("door", (0.10, 0.62), (0.92, 0.62)).name
    'door'
    """

    name: Name
    start: Point
    end: Point
    anchor: Anchor = "bottom_center"
    band: Share | None = None
    wrong_way: Literal["in", "out"] | None = None

    def __post_init__(self) -> None:
        _require_shares(self.name, "from", [self.start])
        _require_shares(self.name, "to", [self.end])

    @classmethod
    def from_pixels(
        cls, name: str, start: tuple[float, float], end: tuple[float, float], *, size: tuple[int, int]
    ) -> Self:
        """Build a line from pixel coordinates in a picture of `size` (width, height)."""
        first, second = _shares([start, end], size)
        return cls(name, first, second)


class Zone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An area that people enter, stay in and leave.

    Attributes:
        name: Unique among the scene's zones.
        polygon: Three or more corners, shares of the picture; no side may cross another unless `even_odd` is set.
        even_odd: Whether sides may cross; a place is then inside when a way out from there crosses an odd number of them.
        anchor: Which point of a box counts.
        band: How far, as a share of the picture's height, an anchor must be beyond the border before it counts;
            4 pixels at 1080 lines when absent.
        dwell_s: A stay of this many seconds gives an event of its own.
        crowd_limit: As many people as this are a crowd.
        crowd_s: How many seconds a crowd must last without a break before it is reported; at once when absent.
        confirm_frames: Analyzed frames in a row that an anchor must be inside before an entry counts.
        loiter_s: Who is inside for this many seconds in all loiters.
        loiter_absence_s: Who is away for no longer than this many seconds goes on where they left.
        queue_after_s: Who is inside for this many seconds waits in the zone's queue.
        wait_limit_s: A wait of this many seconds, counted from the entry, gives an event of its own.
        way_deg: Where people are to go, degrees clockwise: from the ground's y axis, or from up in the picture where the
            scene has no ground.
        way_tolerance_deg: Who is off by more than this goes the wrong way.
        way_s: How many seconds they must go the wrong way without a break before it is reported.
        speed_limit_mps: How fast people may be, metres a second on the scene's ground, which must be there.
        speed_s: How many seconds they must be faster without a break before it is reported.
    """

    name: Name
    polygon: list[Point]
    anchor: Anchor = "bottom_center"
    band: Share | None = None
    dwell_s: Positive | None = None
    crowd_limit: Annotated[int, msgspec.Meta(ge=1)] | None = None
    crowd_s: Annotated[float, msgspec.Meta(ge=0.0)] = 0.0
    confirm_frames: Annotated[int, msgspec.Meta(ge=1)] = 1
    loiter_s: Positive | None = None
    loiter_absence_s: NotNegative = 5.0
    queue_after_s: NotNegative | None = None
    wait_limit_s: Positive | None = None
    way_deg: Annotated[float, msgspec.Meta(ge=0.0, le=360.0)] | None = None
    way_tolerance_deg: Annotated[float, msgspec.Meta(gt=0.0, lt=180.0)] = 90.0
    way_s: NotNegative = 1.0
    speed_limit_mps: Positive | None = None
    speed_s: NotNegative = 0.5
    even_odd: bool = False

    def __post_init__(self) -> None:
        _require_shares(self.name, "polygon", self.polygon)
        if self.crowd_s and self.crowd_limit is None:
            message = f"expected crowd_limit beside it, found crowd_s = {self.crowd_s:g} alone; say how many are a crowd"
            raise ConfigError([Fault(f"{self.name}.crowd_s", message)])
        faults = [
            Fault(
                f"{self.name}.{setting}",
                f"expected {needed} beside it, found {setting} = {getattr(self, setting):g} alone; give both or neither",
            )
            for setting, default, needed in _MEANT_FOR
            if getattr(self, needed) is None and getattr(self, setting) != default
        ]
        if self.wait_limit_s is not None and self.wait_limit_s < (self.queue_after_s or 0.0):
            message = f"expected at least queue_after_s, which is {self.queue_after_s or 0:g}, found {self.wait_limit_s:g}; nobody waits before"
            faults.append(Fault(f"{self.name}.wait_limit_s", message))
        if faults:
            raise ConfigError(faults)

    @classmethod
    def from_pixels(
        cls,
        name: str,
        polygon: Sequence[tuple[float, float]],
        *,
        size: tuple[int, int],
        dwell_s: float | None = None,
        even_odd: bool = False,
    ) -> Self:
        """Build a zone from pixel coordinates in a picture of `size` (width, height)."""
        return cls(name, _shares(polygon, size), dwell_s=dwell_s, even_odd=even_odd)


class Distance(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A watch on people who come close to one another, in the picture or on the ground.

    Attributes:
        name: Unique among the scene's distances.
        threshold: Two anchors nearer than this are close, as a share of the picture's height.
        threshold_m: Instead of `threshold`: two whose feet are nearer than this on the scene's ground are close, metres
            (a foot is 0.3048 m). Whose feet are not on the ground takes no part.
        zone: Corners of the area that is watched, shares of the picture; the whole picture when absent.
        anchor: Which points are measured between; with `threshold_m` the feet.
        min_duration_s: How long two must be close before it counts, seconds.
        exclude_groups: Whether people who came together are no breach.
        group_s: Two came together when the second was first seen within so many seconds after the first, and they were
            close within as many after that; 2 when absent.

    >>> Distance(name="apart", threshold_m=1.5, exclude_groups=True).threshold_m
    1.5
    """

    name: Name
    threshold: Positive | None = None
    threshold_m: Positive | None = None
    zone: list[Point] | None = None
    anchor: Anchor = "bottom_center"
    min_duration_s: Annotated[float, msgspec.Meta(ge=0.0)] = 0.0
    exclude_groups: bool = False
    group_s: Positive | None = None

    def __post_init__(self) -> None:
        if (self.threshold is None) == (self.threshold_m is None):
            found = "neither" if self.threshold is None else "both"
            message = f"expected threshold, a share of the picture's height, or threshold_m, metres on the ground; found {found}"
            raise ConfigError([Fault(f"{self.name}.threshold", message)])
        if self.group_s is not None and not self.exclude_groups:
            message = f"expected exclude_groups = true beside it, found group_s = {self.group_s:g} alone"
            raise ConfigError([Fault(f"{self.name}.group_s", message)])


Metres = tuple[float, float]


class GroundPoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place that was measured.

    Attributes:
        at: Where it is in the picture, shares.
        metres: Where it is on the ground, in axes of your own, x to the right of y.
    """

    at: Point
    metres: Metres


class Ground(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where the ground is: four or more measured places, a camera's height, tilt and view, or found from people.

    Attributes:
        points: Places that were measured, spread over the area that people walk on.
        height_m: How far above the ground the camera is, metres.
        tilt_deg: How far below the horizon it looks, degrees.
        roll_deg: How far it is turned clockwise about where it looks, degrees.
        view_deg: Its horizontal field of view, degrees.
        auto: Whether it is found from the people in view while the source runs; `view_deg` may be given beside it and is
            needed by cameras that look about level. Until it is found nobody is on it.
        stature_m: With `auto`, the mean stature of the people in view, shoes included, metres; 1.70 when absent.
    """

    points: list[GroundPoint] | None = None
    height_m: Positive | None = None
    tilt_deg: Annotated[float, msgspec.Meta(ge=-90, le=90)] | None = None
    roll_deg: Annotated[float, msgspec.Meta(ge=-180, le=180)] = 0.0
    view_deg: Annotated[float, msgspec.Meta(gt=0, lt=180)] | None = None
    auto: bool = False
    stature_m: Positive | None = None

    def __post_init__(self) -> None:
        if self.auto:
            given_too = [
                name for name in ("points", "height_m", "tilt_deg") if getattr(self, name) is not None
            ]
            given_too += ["roll_deg"] if self.roll_deg else []
            if given_too:
                message = f"expected auto with view_deg and stature_m at most, found {', '.join(given_too)} too; people say the rest"
                raise ConfigError([Fault("", message)])
            return
        if self.stature_m is not None:
            message = "expected auto = true beside it, found stature_m alone; only people give a ground by their stature"
            raise ConfigError([Fault("stature_m", message)])
        camera = [self.height_m, self.tilt_deg, self.view_deg]
        given = [value is not None for value in camera]
        if (self.points is None and not all(given)) or (self.points is not None and any(given)):
            message = "expected either points, or height_m, tilt_deg and view_deg together, or auto = true"
            raise ConfigError([Fault("", message)])


class Scene(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is watched in one source.

    Attributes:
        lines: Lines to count crossings of.
        zones: Zones to count people in.
        distances: Watches on people who come close.
        max_gap_s: A track that was not seen for longer than this is not bridged: what happened in between is unknown.
        ground: Where the ground is; events then have places and speeds in metres.
        summary_s: Every so many seconds of media time, each line and zone is summed up in an event of its own.
    """

    lines: list[Line] = []
    zones: list[Zone] = []
    distances: list[Distance] = []
    max_gap_s: Positive | None = None
    summary_s: Positive | None = None
    ground: Ground | None = None


def _shares(points: Sequence[tuple[float, float]], size: tuple[int, int]) -> list[tuple[float, float]]:
    width, height = size
    if width < 1 or height < 1:
        raise ConfigError(
            [Fault("size", f"expected a width and height of at least 1 px, found {width}x{height}")]
        )
    return [(x / width, y / height) for x, y in points]


def _require_shares(name: str, field: str, points: Sequence[tuple[float, float]]) -> None:
    for index, point in enumerate(points):
        for value in point:
            if not 0.0 <= value <= 1.0:
                where = f"{name}.{field}[{index}]" if field == "polygon" else f"{name}.{field}"
                message = f"expected shares of the picture from 0 to 1, found {value:g}; for pixels use from_pixels(…, size=(width, height))"
                raise ConfigError([Fault(where, message)])
