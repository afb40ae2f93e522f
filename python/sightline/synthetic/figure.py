"""Walking people: where the limbs are, what is drawn for them, and the exact box around it.

A figure is an upright cut-out at its place. Its limbs are those of a skeleton in meters, seen from where the camera
stands, with two liberties: the lower foot always touches the place itself, and the box reaches equally far to both sides. So
the middle of the box's bottom edge is the projection of the place, and what a detector may know is known exactly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sightline.synthetic.camera import Camera, GroundPoint
from sightline.synthetic.shapes import Bounds, Capsule, Hull, Rgb, Shape

if TYPE_CHECKING:
    from sightline.synthetic.path import Path

# Lengths are shares of the body's height.
_HIP_Z = 0.522
_ANKLE_Z = 0.045
_LEG_BONE = 0.243
_SHOULDER_Z = 0.812
_ARM = 0.31
_ARM_BONE = 0.158
_HALF_STEP = 0.18
_FULL_STRIDE_MPS = 1.2
_HAIR_Z = 0.949
# Half widths across the body and front to back.
_SHOULDER = (0.125, 0.062)
_WAIST = (0.092, 0.058)
_HIPS = (0.102, 0.066)
_HEM = (0.125, 0.095)
_FAR_SHADE = 0.78


@dataclass(frozen=True)
class Outfit:
    """Colors of a person, RGB.

    Attributes:
        top: Shirt or coat; sleeves too.
        legs: Trousers, or the bare legs below a coat.
        shoes: Both.
        hair: On the head.
        skin: Face, neck and hands.
        coat: Whether the top reaches to the knees.
    """

    top: Rgb
    legs: Rgb = (40, 44, 58)
    shoes: Rgb = (30, 28, 30)
    hair: Rgb = (48, 36, 30)
    skin: Rgb = (214, 168, 140)
    coat: bool = False


@dataclass(frozen=True)
class Walker:
    """A person who follows a path, and is nowhere before and after it.

    Attributes:
        path: Where they are when.
        outfit: What they wear.
        height_m: From sole to crown, meters.
    """

    path: Path
    outfit: Outfit
    height_m: float = 1.72


class Figure(NamedTuple):
    """A person in one frame.

    Attributes:
        place: Where they stand.
        foot_px: Its projection.
        box: Around the drawn body, without the shadow; it may reach beyond the picture.
        depth_m: From the camera; nearer figures cover farther ones.
        shapes: What to draw, in this order.
        shadow_px: Half width and half height of the shadow around the foot point.
    """

    place: GroundPoint
    foot_px: tuple[float, float]
    box: Bounds
    depth_m: float
    shapes: list[Shape]
    shadow_px: tuple[float, float]


class _Joint(NamedTuple):
    """A place on the body: shares of its height forward, to its right and up."""

    forward: float
    right: float
    up: float


@dataclass(frozen=True)
class _View:
    """How the skeleton of one person at one moment is seen.

    `side` and `away` are the parts of the heading to the right in the picture and away from the camera; `slope` is
    how far a point rises in the picture for its distance behind the foot point.
    """

    foot_px: tuple[float, float]
    size_px: float
    side: float
    away: float
    slope: float
    stride: float
    phase: float

    def depth(self, joint: _Joint) -> float:
        return joint.forward * self.away - joint.right * self.side

    def pixel(self, joint: _Joint, lift: float = 0.0) -> tuple[float, float]:
        across = joint.forward * self.side + joint.right * self.away
        return self.foot_px[0] + across * self.size_px, self.foot_px[1] - (joint.up + lift) * self.size_px

    def half_width(self, half_axes: tuple[float, float]) -> float:
        across, thick = half_axes[0] * self.away, half_axes[1] * self.side
        return math.sqrt(across * across + thick * thick)


def figure_at(walker: Walker, camera: Camera, time_s: float) -> Figure:
    """Return how a walker looks at a time within their path."""
    place = walker.path.place(time_s)
    view = _view(walker, camera, place, time_s)
    shapes = _body(view, walker.outfit)
    foot_x, foot_y = view.foot_px
    bounds = [shape.bounds for shape in shapes]
    reach = max(max(foot_x - box.left, box.right - foot_x) for box in bounds)
    box = Bounds(foot_x - reach, min(box.top for box in bounds), foot_x + reach, foot_y)
    radius = 0.27 * view.size_px
    return Figure(
        place=place,
        foot_px=view.foot_px,
        box=box,
        depth_m=camera.project(*place).depth,
        shapes=shapes,
        shadow_px=(radius, radius * max(view.slope, 0.15)),
    )


def _view(walker: Walker, camera: Camera, place: GroundPoint, time_s: float) -> _View:
    reach = math.sqrt(place.x_m**2 + place.y_m**2)
    sight = place.x_m / reach, place.y_m / reach
    velocity_x, velocity_y = walker.path.velocity(time_s)
    speed = math.sqrt(velocity_x**2 + velocity_y**2)
    # Who stands still is seen from the front.
    forward = (velocity_x / speed, velocity_y / speed) if speed > 0 else (-sight[0], -sight[1])
    foot = camera.pixels_from_ground(place)
    behind = camera.pixels_from_ground(GroundPoint(place.x_m + sight[0] / 2, place.y_m + sight[1] / 2))
    scale = camera.pixels_per_meter(place)
    step_m = 2 * _HALF_STEP * walker.height_m
    return _View(
        foot_px=foot,
        size_px=scale * walker.height_m,
        side=forward[0] * sight[1] - forward[1] * sight[0],
        away=forward[0] * sight[0] + forward[1] * sight[1],
        slope=2 * (foot[1] - behind[1]) / scale,
        stride=min(speed / _FULL_STRIDE_MPS, 1.0),
        phase=walker.path.walked_m(time_s) / (2 * step_m) % 1.0,
    )


def _body(view: _View, outfit: Outfit) -> list[Shape]:
    near_side = 1 if view.side >= 0 else -1
    legs = sorted(
        (_leg(view, outfit, side, far=side != near_side) for side in (-1, 1)), key=lambda leg: -leg[0]
    )
    far_arm, near_arm = (_arm(view, outfit, side, far=side != near_side) for side in (-near_side, near_side))
    # Arms beside a body seen from the front hang behind its outline.
    from_the_side = abs(view.side) > abs(view.away)
    behind, before = (far_arm, near_arm) if from_the_side else ([*far_arm, *near_arm], [])
    leg_shapes = [shape for _, shapes in legs for shape in shapes]
    return [*behind, *leg_shapes, *_trunk(view, outfit), *_head(view, outfit), *before]


def _feet(view: _View) -> dict[int, tuple[float, float]]:
    """Return of the left (-1) and the right foot (1) how far it is forward, and how high."""
    half = _HALF_STEP * view.stride
    share = view.phase * 2 % 1.0
    standing, swinging = half * (1 - 2 * share), half * (2 * share - 1)
    lift = 0.2 * share * (1 - share) * view.stride
    left_stands = int(view.phase * 2) == 0
    return (
        {-1: (standing, 0.0), 1: (swinging, lift)}
        if left_stands
        else {-1: (swinging, lift), 1: (standing, 0.0)}
    )


def _hip_z(view: _View) -> float:
    """Return how high the hips are: as high as the standing leg, all but stretched, lets them."""
    spread = max(abs(forward) for forward, _ in _feet(view).values()) + 0.03
    return min(_HIP_Z, _ANKLE_Z + math.sqrt((1.97 * _LEG_BONE) ** 2 - spread * spread))


def _shoe(side: int, forward: float, lift: float) -> tuple[_Joint, _Joint]:
    right = side * 0.05
    return _Joint(forward - 0.05, right, 0.022 + lift), _Joint(forward + 0.055, right, 0.020 + lift * 0.6)


def _sole_drop(view: _View) -> float:
    """Return by how much the lower sole would lie below the foot point, as a share of the height."""
    joints = [joint for side, foot in _feet(view).items() for joint in _shoe(side, *foot)]
    return -min(joint.up - 0.022 + view.slope * view.depth(joint) for joint in joints)


def _leg(view: _View, outfit: Outfit, side: int, *, far: bool) -> tuple[float, list[Shape]]:
    """Return how far behind the foot point a leg is, and its shapes from the bottom up."""
    forward, lift = _feet(view)[side]
    drop = _sole_drop(view)
    hip = _Joint(0.0, side * 0.045, _hip_z(view))
    ankle = _Joint(forward - 0.03, side * 0.05, _ANKLE_Z + lift)
    knee = _bent(hip, ankle, _LEG_BONE, 1.0)
    heel, toe = _shoe(side, forward, lift)
    hip_px = view.pixel(hip)
    ankle_px = view.pixel(ankle, view.slope * view.depth(ankle) + drop)
    knee_px = view.pixel(knee, (view.slope * view.depth(ankle) + drop) / 2)
    heel_px, toe_px = (view.pixel(joint, view.slope * view.depth(joint) + drop) for joint in (heel, toe))
    cloth, leather = _shaded(outfit.legs, far=far), _shaded(outfit.shoes, far=far)
    size = view.size_px
    shapes: list[Shape] = [
        Capsule(heel_px, toe_px, (0.022 * size, 0.020 * size), leather),
        Capsule(knee_px, ankle_px, (0.036 * size, 0.025 * size), cloth),
        Capsule(hip_px, knee_px, (0.048 * size, 0.037 * size), cloth),
    ]
    return view.depth(ankle), shapes


def _arm(view: _View, outfit: Outfit, side: int, *, far: bool) -> list[Shape]:
    swing = -0.75 * _feet(view)[side][0]
    shoulder = _Joint(0.0, side * 0.112, _SHOULDER_Z - 0.012)
    wrist = _Joint(swing + 0.01, side * 0.130, _SHOULDER_Z - _ARM + 0.3 * abs(swing))
    elbow = _bent(shoulder, wrist, _ARM_BONE, -1.0)
    hand = _Joint(swing * 1.12 + 0.012, side * 0.130, wrist.up - 0.03)
    size = view.size_px
    sleeve = _shaded(outfit.top, far=far)
    shoulder_px, elbow_px, wrist_px, hand_px = map(view.pixel, (shoulder, elbow, wrist, hand))
    return [
        Capsule(wrist_px, hand_px, (0.018 * size, 0.021 * size), _shaded(outfit.skin, far=far)),
        Capsule(shoulder_px, elbow_px, (0.034 * size, 0.028 * size), sleeve),
        Capsule(elbow_px, wrist_px, (0.028 * size, 0.022 * size), sleeve),
    ]


def _trunk(view: _View, outfit: Outfit) -> list[Shape]:
    shoulders = _across(view, _SHOULDER_Z, view.half_width(_SHOULDER))
    neck = _across(view, _SHOULDER_Z + 0.03, 0.42 * view.half_width(_SHOULDER))
    waist = _across(view, 0.58, view.half_width(_WAIST))
    # Above the waist, so that no seam shows.
    belt = _across(view, 0.60, view.half_width(_WAIST))
    hips = _across(view, 0.485, view.half_width(_HIPS))
    chest = Hull((*neck, shoulders[1], waist[1], waist[0], shoulders[0]), outfit.top)
    if not outfit.coat:
        return [Hull((*belt, hips[1], hips[0]), outfit.top), chest]
    hem = _across(view, 0.29, view.half_width(_HEM))
    return [Hull((*belt, hem[1], hem[0]), outfit.top), chest]


def _across(view: _View, up: float, half_width: float) -> tuple[tuple[float, float], tuple[float, float]]:
    x, y = view.pixel(_Joint(0.0, 0.0, up))
    return (x - half_width * view.size_px, y), (x + half_width * view.size_px, y)


def _head(view: _View, outfit: Outfit) -> list[Shape]:
    size = view.size_px
    x, y = view.foot_px

    def at(across: float, up: float) -> tuple[float, float]:
        return x + across * size, y - up * size

    # From behind, hair hides the face; from the front, it is a cap.
    behind = (1 + view.away) / 2
    nape = _HAIR_Z - 0.055 * behind
    back = -0.014 * view.side
    return [
        Capsule(at(0, 0.83), at(0, 0.88), (0.034 * size, 0.028 * size), _shaded(outfit.skin, far=True)),
        Capsule(
            at(0.010 * view.side, 0.897),
            at(0.005 * view.side, 0.943),
            (0.040 * size, 0.050 * size),
            outfit.skin,
        ),
        Capsule(at(1.6 * back, nape), at(back, _HAIR_Z), (0.044 * size, 0.051 * size), outfit.hair),
    ]


def _bent(start: _Joint, end: _Joint, bone: float, bend: float) -> _Joint:
    """Return the joint between two bones of equal length, forward of the straight line for a positive bend."""
    forward, up = end.forward - start.forward, end.up - start.up
    length2 = forward * forward + up * up
    reach = math.sqrt(max(bone * bone / length2 - 0.25, 0.0)) * bend
    return _Joint(
        (start.forward + end.forward) / 2 - reach * up,
        (start.right + end.right) / 2,
        (start.up + end.up) / 2 + reach * forward,
    )


def _shaded(color: Rgb, *, far: bool) -> Rgb:
    shade = _FAR_SHADE if far else 1.0
    return int(color[0] * shade), int(color[1] * shade), int(color[2] * shade)
