"""The empty scene: a lobby with a polished stone floor, before a glazed wall.

It is painted once, from what the floor and the wall look like at each place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sightline.synthetic.camera import Camera, GroundPoint
from sightline.synthetic.shapes import Capsule, Hull, Points, Rgb, draw
from sightline.synthetic.texture import hashed, smooth_noise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Field = NDArray[np.float64]

_TILE_M = 1.5
_JOINT_M = 0.018
_BAY_M = 3.6
_STONE = (190.0, 184.0, 174.0)
_METAL = (70.0, 76.0, 82.0)
_PLASTER = (206.0, 202.0, 194.0)
_WOOD = (142.0, 108.0, 76.0)
# The grain needs room at both ends of the range.
_DARKEST, _BRIGHTEST = 6.0, 249.0
# Of the wall, meters.
_POST_M, _MULLION_M, _RAIL_M = 0.09, 0.035, 0.05
_RAIL_Z, _GLASS_TOP_Z, _SKIRTING_Z = 2.55, 3.9, 0.14
_PANELED_BAY = 2
_SLAT_M, _SLAT_GAP = 0.15, 0.14
_STRIP_ROWS = 60


@dataclass(frozen=True)
class Carpet:
    """A patch of floor in another color.

    Attributes:
        corners: x and y in meters, clockwise as seen in the picture.
        color: RGB.
    """

    corners: Points
    color: Rgb


@dataclass(frozen=True)
class Backdrop:
    """What stands and lies in the empty scene.

    Attributes:
        wall_m: Distance of the wall from the camera, meters.
        carpets: On the floor, later ones over earlier ones.
        planters: x in meters of boxes with shrubs before the wall.
        seed: Another seed, another stone and foliage.
    """

    wall_m: float = 23.0
    carpets: tuple[Carpet, ...] = ()
    planters: tuple[float, ...] = ()
    seed: int = 1


def paint_backdrop(backdrop: Backdrop, camera: Camera) -> NDArray[np.uint8]:
    """Return the empty scene, (height, width, 3) RGB with values in 6…249."""
    width, height = camera.width, camera.height
    picture = np.empty((3, height, width), np.float32)
    # The wall's edges are sharp and need averaging; the floor's pattern is smooth in itself.
    floor_row = min(max(int(camera.project(0.0, backdrop.wall_m).point_px[1]) + 2, 0), height)
    for top in range(0, height, _STRIP_ROWS):
        bottom = min(top + _STRIP_ROWS, height)
        fine = 2 if top < floor_row else 1
        x = (np.arange(fine * width) + 0.5)[None, :] / fine
        y = (np.arange(fine * top, fine * bottom) + 0.5)[:, None] / fine
        colors = _surfaces(backdrop, camera, *np.broadcast_arrays(x, y))
        picture[:, top:bottom] = colors.reshape(3, bottom - top, fine, width, fine).mean(axis=(2, 4))
    for carpet in backdrop.carpets:
        _lay(picture, camera, carpet)
    for number, x_m in enumerate(backdrop.planters):
        _plant(picture, camera, GroundPoint(x_m, backdrop.wall_m - 0.9), backdrop.seed + number)
    picture *= _vignette(width, height)
    return np.ascontiguousarray(
        np.clip(picture + 0.5, _DARKEST, _BRIGHTEST).astype(np.uint8).transpose(1, 2, 0)
    )


def _surfaces(backdrop: Backdrop, camera: Camera, x: Field, y: Field) -> Field:
    """Return the color of floor and wall at pixels, (3, rows, columns)."""
    floor_x, floor_y = camera.ground_from_pixels(x, y)
    on_floor = floor_y < backdrop.wall_m
    reach = np.where(on_floor, floor_y, backdrop.wall_m)
    # The wall where it is seen, as an untilted camera sees it, and on the floor its reflection in the stone.
    ahead = camera.project(0.0, backdrop.wall_m)
    meter = camera.focal_px / ahead.depth
    wall_x = np.where(on_floor, floor_x * backdrop.wall_m / reach, (x - camera.width / 2) / meter)
    mirrored_z = camera.height_m * (backdrop.wall_m / reach - 1)
    wall_z = np.where(on_floor, mirrored_z, (ahead.point_px[1] - y) / meter)
    wall = _wall(wall_x, wall_z, backdrop.seed)
    if not on_floor.any():
        return wall
    stone = _floor(np.where(on_floor, floor_x, 0.0), reach, camera, backdrop.seed)
    gloss = 0.10 + 0.16 * (reach / backdrop.wall_m) ** 2
    return np.where(on_floor, stone * (1 - gloss) + wall * gloss, wall)


def _floor(x_m: Field, y_m: Field, camera: Camera, seed: int) -> Field:
    column, row = np.floor(x_m / _TILE_M).astype(np.int64), np.floor(y_m / _TILE_M).astype(np.int64)
    tone = 9.0 * (hashed(column, row, seed) - 0.5)
    vein = 3.0 * smooth_noise(x_m * 2.2, y_m * 1.4, seed + 1) + 2.0 * smooth_noise(x_m * 9, y_m * 6, seed + 2)
    light = 12.0 * smooth_noise(x_m / 6 + 0.3, y_m / 7, seed + 3) - 0.9 * np.abs(x_m)
    pixel_x = y_m / camera.focal_px
    pixel_y = y_m * y_m / (camera.focal_px * camera.height_m)
    joint = np.maximum(_joint(x_m, pixel_x), _joint(y_m, pixel_y))
    level = (tone + vein) / (1 + y_m / 30) + light - 34.0 * joint
    return _spread(_STONE) + level


def _joint(place: Field, pixel_m: Field) -> Field:
    """Return how much of a pixel the joint between tiles covers, 0…1."""
    share = place / _TILE_M
    distance = np.abs(share - np.floor(share + 0.5)) * _TILE_M
    covered: Field = np.clip(0.5 + (_JOINT_M / 2 - distance) / pixel_m, 0, 1) * np.minimum(
        1.0, _JOINT_M / pixel_m
    )
    return covered


def _wall(x_m: Field, z_m: Field, seed: int) -> Field:
    """Return the color of the wall: bays of glass between posts, two of them paneled with wood."""
    bay = np.floor(x_m / _BAY_M + 0.5)
    within = np.abs(x_m - bay * _BAY_M)
    post, rail = within > _BAY_M / 2 - _POST_M, np.abs(z_m - _RAIL_Z) < _RAIL_M
    colors = np.where(post | rail | (within < _MULLION_M), _spread(_METAL), _outside(x_m, z_m, seed))
    colors = np.where(np.abs(bay) == _PANELED_BAY, _wood(x_m, z_m, seed), colors)
    colors = np.where(z_m > _GLASS_TOP_Z, _spread(_PLASTER) - 6.0 * np.abs(z_m - 4.4), colors)
    skirting = (z_m < _SKIRTING_Z) | (np.abs(z_m - _GLASS_TOP_Z) < _SKIRTING_Z / 2)
    return np.where(skirting, _spread(_METAL) * 0.8, colors)


def _spread(color: tuple[float, float, float]) -> Field:
    """Return a color as an array that spreads over a picture."""
    return np.array(color).reshape(3, 1, 1)


def _wood(x_m: Field, z_m: Field, seed: int) -> Field:
    share = x_m / _SLAT_M
    slat = np.floor(share)
    tone = 26.0 * (hashed(slat.astype(np.int64), 7, seed) - 0.5)
    grain = 7.0 * smooth_noise(x_m * 12, z_m * 1.2, seed + 4)
    return _spread(_WOOD) + tone + grain + np.where(share - slat < _SLAT_GAP, -38.0, 0.0)


def _outside(x_m: Field, z_m: Field, seed: int) -> Field:
    """Return a bright day behind glass: sky above, hazy trees, pavement below."""
    rise = np.clip(z_m / 3.9, 0, 1)
    foliage = smooth_noise(x_m * 0.7, z_m * 0.8, seed + 5) + 0.45 * smooth_noise(
        x_m * 2.6, z_m * 2.6, seed + 6
    )
    trees = np.clip(0.75 + 0.8 * foliage - np.abs(rise - 0.40) * 2.4, 0, 1) * 0.6
    red, green, blue = 182 + 52 * rise, 192 + 46 * rise, 196 + 46 * rise
    return np.stack([red + (118 - red) * trees, green + (148 - green) * trees, blue + (122 - blue) * trees])


def _lay(picture: NDArray[np.float32], camera: Camera, carpet: Carpet) -> None:
    for grow, color in ((0.06, _scaled(carpet.color, 0.72)), (0.0, carpet.color)):
        center_x = sum(corner[0] for corner in carpet.corners) / len(carpet.corners)
        center_y = sum(corner[1] for corner in carpet.corners) / len(carpet.corners)
        grown = [
            GroundPoint(x + grow * (1 if x > center_x else -1), y + grow * (1 if y > center_y else -1))
            for x, y in carpet.corners
        ]
        draw(picture, (0, 0), Hull(tuple(map(camera.pixels_from_ground, grown)), color, round_light=False))


def _plant(picture: NDArray[np.float32], camera: Camera, place: GroundPoint, seed: int) -> None:
    x, y = camera.pixels_from_ground(place)
    meter = camera.pixels_per_meter(place)
    wide, tall = 0.75 * meter, 0.55 * meter
    leaves = 60
    numbers = np.arange(leaves)
    across = (hashed(numbers, 11, seed) + hashed(numbers, 12, seed) - 1.0) * 0.9
    up = 0.55 + hashed(numbers, 13, seed) * 0.95 * (1 - np.abs(across) * 0.7)
    order: Sequence[int] = np.argsort(up, kind="stable")[::-1].tolist()
    for leaf in order:
        center = x + float(across[leaf]) * meter, y - float(up[leaf]) * meter
        tone = 0.55 + 0.5 * float(up[leaf]) + 0.25 * (float(hashed(numbers, 14, seed)[leaf]) - 0.5)
        radius = (0.10 + 0.08 * float(hashed(numbers, 15, seed)[leaf])) * meter
        draw(picture, (0, 0), Capsule(center, center, (radius, radius), _scaled((66, 104, 62), tone)))
    box = ((x - wide, y - tall), (x + wide, y - tall), (x + wide * 0.94, y), (x - wide * 0.94, y))
    draw(picture, (0, 0), Hull(box, (92, 90, 88)))


def _vignette(width: int, height: int) -> NDArray[np.float32]:
    across = (np.arange(width, dtype=np.float32)[None, :] - width / 2) / np.float32(width / 2)
    down = (np.arange(height, dtype=np.float32)[:, None] - height / 2) / np.float32(height / 2)
    return (1 - np.float32(0.06) * across * across - np.float32(0.05) * down * down).astype(np.float32)


def _scaled(color: Rgb, factor: float) -> Rgb:
    return int(color[0] * factor), int(color[1] * factor), int(color[2] * factor)
