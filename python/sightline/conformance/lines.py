"""Line cases: y = 400 from x = 300 to 700, one person at 30 frames a second; `in` is downward."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from sightline.conformance.walk import Case, Frame, Place, Walk, at, frames, hidden, line, still, straight
from sightline.scene import Line, Scene

if TYPE_CHECKING:
    from collections.abc import Sequence

DOOR = line("door", (300, 400), (700, 400))
_SCENE = Scene(lines=[DOOR])


def _walk(*parts: list[Place | None], words: Sequence[str] = (), bridged: int | None = None) -> Walk:
    return Walk(scene=_SCENE, frames=frames(chain(*parts)), words={"door": list(words)}, bridged=bridged)


def _jitter() -> list[Place | None]:
    return [(500, 403 if number % 2 == 0 else 397) for number in range(20)]


def _down(x: float = 500, start: float = 300, end: float = 500, steps: int = 20) -> list[Place | None]:
    return straight((x, start), (x, end), steps)


def _chained() -> list[Walk]:
    joint = (500.0, 400.0)
    fars = ((700.0, 400.0), (700.0, 300.0), (700.0, 500.0), (504.0, 300.0))
    scenes = [Scene(lines=[line("a", (300, 400), joint), line("b", joint, far)]) for far in fars]
    ways = (((500.0, 200.0), (500.0, 600.0)), ((460.0, 200.0), (540.0, 600.0)))
    paths = [
        (path, word)
        for steps in (20, 19, 1)
        for start, end in ways
        for path, word in ((straight(start, end, steps), "in"), (straight(end, start, steps), "out"))
    ]
    # The joint is the start of the second line, which has it.
    return [
        Walk(scene=scene, frames=frames(path), words={"a": [], "b": [word]})
        for scene in scenes
        for path, word in paths
    ]


def _switched() -> Walk:
    before = frames(_down(end=398, steps=10))
    after = frames(_down(start=402, steps=10), track=2, first=11)
    last = Frame(pts_ns=at(22), people=[(2, (500, 500))], removed=[1])
    quality = {"door.lost_at_line": 1}
    return Walk(scene=_SCENE, frames=[*before, *after, last], words={"door": []}, quality=quality)


def _along() -> list[Walk]:
    ways = ((200, 800), (800, 200), (300, 700), (400, 600))
    return [
        _walk([(start, y)], straight((start, 400), (end, 400), 60), [(end, y)])
        for start, end in ways
        for y in (399, 401, 380, 420)
    ]


def _oblique() -> Walk:
    oblique = line("oblique", (300, 300), (700, 500))
    down = frames(straight((500, 340), (500, 460), 15))
    # The other goes left and a little up, from the same side to the same side.
    left = frames(straight((600, 420), (390, 370), 15), track=2)
    both = [Frame(pts_ns=a.pts_ns, people=[*a.people, *b.people]) for a, b in zip(down, left, strict=True)]
    return Walk(scene=Scene(lines=[oblique]), frames=both, words={"oblique": ["in", "in"]})


_LOST_60 = (_down(start=280, end=380, steps=10), hidden(60), _down(start=440, end=500, steps=6))

LINE_CASES = [
    Case(
        id="L01",
        title="plain crossing, also exactly vertical motion",
        expect="1",
        walks=[
            _walk(straight((500, 304), (340, 504), 20), words=["in"]),
            _walk(_down(start=304, end=504), words=["in"]),
            _walk(_down(start=500, end=300), words=["out"]),
        ],
    ),
    Case(
        id="L02",
        title="crosses the segment's extension, not the segment",
        expect="0",
        walks=[_walk(_down(x)) for x in (100, 299, 701, 900)],
    ),
    Case(
        id="L03",
        title="approach, ±3 px jitter on the line 20 times, go back",
        expect="0",
        walks=[_walk(_down(end=397, steps=10), _jitter(), _down(start=397, end=300, steps=10))],
    ),
    Case(
        id="L03b",
        title="the same jitter, then pass",
        expect="1",
        walks=[_walk(_down(end=397, steps=10), _jitter(), _down(start=402, steps=14), words=["in"])],
    ),
    Case(
        id="L04",
        title="a frame lands exactly on the line, then on",
        expect="1",
        walks=[_walk(_down(), words=["in"]), _walk(_down(start=500, end=300), words=["out"])],
    ),
    Case(
        id="L04b",
        title="touches the line and returns",
        expect="0",
        walks=[
            _walk(_down(start=far, end=400, steps=10), _down(start=400, end=far, steps=10))
            for far in (300, 500)
        ],
    ),
    Case(
        id="L04c",
        title="stands exactly on the line for 5 frames, then on",
        expect="1",
        walks=[
            _walk(
                _down(start=start, end=400, steps=10),
                still((500, 400), 5),
                _down(start=400, end=end, steps=10),
                words=[word],
            )
            for start, end, word in ((300, 500, "in"), (500, 300, "out"))
        ],
    ),
    Case(
        id="L05",
        title="through the start point; the end point; the joint of two chained lines",
        expect="1; 0; 1 in all",
        walks=[
            *(_walk(_down(300, steps=steps), words=["in"]) for steps in (20, 19, 1)),
            *(_walk(_down(700, steps=steps)) for steps in (20, 19, 1)),
            *_chained(),
        ],
    ),
    Case(
        id="L06",
        title="jumps 200 px across between two frames",
        expect="1",
        walks=[_walk([(500, 300), (500, 500)], words=["in"])],
    ),
    Case(
        id="L07",
        title="diagonal jump, both ends beside the segment's span, path cuts it",
        expect="1",
        walks=[_walk([(200, 200), (800, 600)], words=["in"])],
    ),
    Case(
        id="L08",
        title="walks round the end, never cuts",
        expect="0",
        walks=[
            _walk(
                straight((650, 300), (720, 395), 12),
                straight((720, 395), (720, 410), 5),
                straight((720, 410), (600, 500), 12),
            )
        ],
    ),
    Case(
        id="L09",
        title="U-turn: down, then up",
        expect="one in, one out",
        walks=[
            _walk(_down(end=450, steps=15), _down(510, start=450, end=300, steps=15), words=["in", "out"])
        ],
    ),
    Case(
        id="L10",
        title="lost for 5 frames across the line, same id",
        expect="1, bridged",
        walks=[
            _walk(
                _down(start=280, end=380, steps=10),
                hidden(5),
                _down(start=440, end=500, steps=6),
                words=["in"],
                bridged=1,
            )
        ],
    ),
    Case(
        id="L10b",
        title="lost for 60 frames, same id still alive",
        expect="1, bridged",
        walks=[_walk(*_LOST_60, words=["in"], bridged=1)],
    ),
    Case(
        id="L10c",
        title="id reappears on the far side after more than the maximal gap",
        expect="0",
        walks=[
            Walk(
                scene=Scene(lines=[DOOR], max_gap_s=1.0),
                frames=frames(chain(*_LOST_60)),
                words={"door": []},
            )
        ],
    ),
    Case(
        id="L11",
        title="id switch exactly at the line",
        expect="0, and 1 lost at the line",
        walks=[_switched()],
    ),
    Case(
        id="L12",
        title="track born beyond the line",
        expect="0",
        walks=[_walk(_down(start=405, steps=10))],
    ),
    Case(
        id="L12b",
        title="born 2 px before the line (inside the band), then crosses",
        expect="1",
        walks=[
            _walk(_down(start=398, steps=10), words=["in"]),
            _walk(_down(start=402, end=300, steps=10), words=["out"]),
        ],
    ),
    Case(
        id="L13",
        title="0.3 px per frame",
        expect="1",
        walks=[_walk(_down(start=380, end=420, steps=133), words=["in"])],
    ),
    Case(
        id="L15",
        title="a track of only 4 confirmed frames",
        expect="1",
        walks=[_walk(_down(start=390, end=408, steps=3), words=["in"])],
    ),
    Case(
        id="L16",
        title="zero-length line",
        expect="refused at load",
        walks=[
            Walk(
                scene=Scene(lines=[DOOR, Line("dot", (0.5, 0.5), (0.5, 0.5))]),
                refused="lines[1]",
            )
        ],
    ),
    Case(id="L17", title="walks exactly along the line", expect="0", walks=_along()),
    Case(
        id="L18",
        title="small object, 1 px per frame, 25 px in all",
        expect="1",
        walks=[_walk(_down(start=start, end=start + 25, steps=25), words=["in"]) for start in (385, 395)],
    ),
    Case(
        id="L19",
        title="oblique line, two people cross the same way, one going up the image, one down",
        expect="the same direction for both",
        walks=[_oblique()],
    ),
]
