"""Random walkers about one line, with the noise and the gaps of a real tracker, and the truth beside them.

Lengths are pixels of a 1920x1080 frame, times are frames at 30 a second. The mixture is that of the project's
conformance contract: 60 % walk straight at any angle, 10 % approach and turn back, 10 % linger on the line for 2 s,
10 % make a U-turn and 10 % walk round an end; 2 to 12 px a frame, 1.5 px noise, 3 % drop-outs, one in five hidden for
5 to 25 frames.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    Path = NDArray[np.float64]

SIZE_PX = (1920, 1080)
START, END = (300.0, 400.0), (700.0, 400.0)
"""The line; `in` is downward."""
FRAME_NS = 33_333_333
NOISE_PX = 1.5
DROP_OUT = 0.03
HIDDEN = 0.2
LINGER_FRAMES = 60

KINDS = ("straight", "turns back", "lingers", "U-turn", "round an end")
_SHARES = (0.6, 0.1, 0.1, 0.1, 0.1)
_Y = START[1]


@dataclass(frozen=True)
class Walker:
    """One walker.

    Attributes:
        kind: One of `KINDS`.
        crossings: How often the path crosses the line in and out.
        places: Where the anchor is seen in each frame, pixels, (N, 2) float64.
        seen: In which frames it is seen, (N,) bool.
    """

    kind: str
    crossings: tuple[int, int]
    places: Path
    seen: NDArray[np.bool_]


def walkers(count: int, seed: int) -> list[Walker]:
    """Return so many walkers; the same seed gives the same ones."""
    random = np.random.default_rng(seed)
    return [_walker(random) for _ in range(count)]


def _walker(random: Generator) -> Walker:
    kind = KINDS[random.choice(len(KINDS), p=_SHARES)]
    corners, pause = _course(kind, random)
    path = _paced(corners, random.uniform(2, 12), pause)
    crossings = _crossings(path)
    if kind == "lingers":
        # Who stands on the line crosses it when it leaves for the other side, and not while it stands.
        before, after = path[0, 1] >= _Y, path[-1, 1] >= _Y
        crossings = (int(after and not before), int(before and not after))
    places = path + random.normal(0, NOISE_PX, path.shape)
    return Walker(kind, crossings, places, _seen(len(path), random))


def _course(kind: str, random: Generator) -> tuple[list[tuple[float, float]], int | None]:
    """Return the corners of a path, and at which of them it pauses."""
    side = float(random.choice((-1, 1)))
    x = random.uniform(START[0] + 20, END[0] - 20)
    near = _away(x, -side, random)
    if kind == "straight":
        depth = random.uniform(60, 200)
        slope = (x - near[0]) / abs(near[1] - _Y)
        return [near, (x + slope * depth, _Y + side * depth)], None
    if kind == "turns back":
        return [near, (x, _Y - side * random.uniform(3, 60)), _away(x, -side, random)], None
    if kind == "lingers":
        far = _away(x, float(random.choice((-1, 1))), random)
        return [near, (x, _Y + random.uniform(-1, 1)), far], 1
    if kind == "U-turn":
        back = float(np.clip(x + random.uniform(-100, 100), START[0] + 20, END[0] - 20))
        turn = (x + random.uniform(-40, 40), _Y + side * random.uniform(50, 200))
        return [near, (x, _Y), turn, (back, _Y), _away(back, -side, random)], None
    return _round_an_end(side, random), None


def _away(x: float, side: float, random: Generator) -> tuple[float, float]:
    """Return a place 60 to 200 px from the line, seen from `x` at any angle up to 75 degrees."""
    depth, angle = random.uniform(60, 200), np.radians(random.uniform(-75, 75))
    return (x + depth * float(np.tan(angle)), _Y + side * depth)


def _round_an_end(side: float, random: Generator) -> list[tuple[float, float]]:
    """Return a half circle round an end, 10 to 60 px from it, with a straight way to it and from it."""
    radius, out = random.uniform(10, 60), float(random.choice((-1, 1)))
    end = END[0] if out > 0 else START[0]
    arc = [
        (end + out * radius * float(np.cos(turn)), _Y - side * radius * float(np.sin(turn)))
        for turn in np.linspace(np.pi / 2, -np.pi / 2, 13)
    ]
    lean = np.tan(np.radians(random.uniform(-30, 30, 2)))
    depth = random.uniform(60, 200, 2)
    first = (arc[0][0] + float(depth[0] * lean[0]), arc[0][1] - side * float(depth[0]))
    last = (arc[-1][0] + float(depth[1] * lean[1]), arc[-1][1] + side * float(depth[1]))
    return [first, *arc, last]


def _paced(corners: list[tuple[float, float]], speed: float, pause: int | None) -> Path:
    """Return a place for each frame, at constant speed from corner to corner."""
    places = [np.array(corners[0])]
    for number in range(1, len(corners)):
        before, after = np.array(corners[number - 1]), np.array(corners[number])
        steps = max(1, int(np.ceil(np.linalg.norm(after - before) / speed)))
        places += [before + (after - before) * step / steps for step in range(1, steps + 1)]
        if number == pause:
            places += [after] * LINGER_FRAMES
    return np.array(places)


def _crossings(path: Path) -> tuple[int, int]:
    """Count how often a path crosses the line in and out, by the half-open rule."""
    below = path[:, 1] >= _Y
    steps = np.flatnonzero(below[1:] != below[:-1])
    before, after = path[steps], path[steps + 1]
    share = (_Y - before[:, 1]) / (after[:, 1] - before[:, 1])
    x = before[:, 0] + share * (after[:, 0] - before[:, 0])
    cut = (x >= START[0]) & (x < END[0])
    return int(np.sum(cut & below[steps + 1])), int(np.sum(cut & ~below[steps + 1]))


def _seen(frames: int, random: Generator) -> NDArray[np.bool_]:
    seen = random.random(frames) >= DROP_OUT
    if random.random() < HIDDEN:
        length = int(random.integers(5, 26))
        start = int(random.integers(0, max(1, frames - length)))
        seen[start : start + length] = False
    seen[[0, -1]] = True
    return seen
