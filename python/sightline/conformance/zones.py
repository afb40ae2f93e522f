"""Zone cases: mostly a square of 200 px from (400, 400), one person at 30 frames a second."""

from __future__ import annotations

from itertools import chain, pairwise
from typing import TYPE_CHECKING

from sightline.conformance.walk import (
    Case,
    Frame,
    Place,
    Walk,
    at,
    frames,
    hidden,
    line,
    rectangle,
    still,
    straight,
    zone,
)
from sightline.scene import Scene, Zone

if TYPE_CHECKING:
    from collections.abc import Sequence

SQUARE = rectangle("square", (400, 400), (600, 600))
_DWELL = rectangle("square", (400, 400), (600, 600), dwell_s=1.0)
_INSIDE, _OUTSIDE = (500.0, 500.0), (500.0, 700.0)


def _walk(
    *parts: list[Place | None],
    words: Sequence[str] = (),
    of: Zone = SQUARE,
    ends: bool = False,
    dwell_ms: list[float] | None = None,
    bridged: int | None = None,
) -> Walk:
    return Walk(
        scene=Scene(zones=[of]),
        frames=frames(chain(*parts)),
        words={of.name: list(words)},
        ends=ends,
        dwell_ms=dwell_ms,
        bridged=bridged,
    )


def _partition() -> list[Walk]:
    """Ask for every point of a lattice that has all corners and edges of the parts."""
    middle = (512.0, 512.0)
    corners = [(256.0, 256.0), (768.0, 256.0), (768.0, 768.0), (256.0, 768.0)]
    parts = [
        zone(f"part {number}", a, b, middle) for number, (a, b) in enumerate(pairwise([*corners, corners[0]]))
    ]
    walks: list[Walk] = []
    for x in range(256, 768, 64):
        for y in range(256, 768, 64):
            # Which part has a point on a shared edge is the half-open rule's to say: whose edge is to its left, or above.
            right, below = x - 512, y - 512
            owner = _owner(right, below)
            words = {part.name: ["appeared"] if number == owner else [] for number, part in enumerate(parts)}
            walks.append(Walk(scene=Scene(zones=parts), frames=frames([(x, y)]), words=words))
    return walks


def _owner(right: int, below: int) -> int:
    """Return which part a point just right of (and a far smaller step below) this one is in: top, right, bottom, left."""
    x, y = 4 * right + 2, 4 * below + 1
    if abs(x) > abs(y):
        return 1 if x > 0 else 3
    return 2 if y > 0 else 0


def _lattice() -> Walk:
    """Visit every point of a lattice on corners and edges from every other; entries and exits alternate."""
    notched = zone("notched", (400, 400), (600, 400), (600, 600), (500, 500), (400, 600))
    places = [(350.0 + 50 * (number % 7), 350.0 + 50 * (number // 7)) for number in range(49)]
    path: list[Place | None] = [place for start in places for end in places for place in (start, end)]
    return Walk(scene=Scene(zones=[notched]), frames=frames(path), words={"notched": ["alternating"]})


def _confirmed() -> list[Walk]:
    patient = rectangle("square", (400, 400), (600, 600), confirm_frames=3)
    out, inside = (500.0, 350.0), (500.0, 450.0)
    cases: list[tuple[list[Place | None], list[str]]] = [
        ([out, inside, inside, out, inside, inside, out], []),
        ([out, inside, inside, None, inside, inside], []),
        ([out, inside, inside, inside], ["entered"]),
        ([out, inside, None, inside, inside, inside], ["entered"]),
        ([inside, inside], []),
        ([inside, inside, inside], ["appeared"]),
        ([inside, out, inside, inside, inside], ["entered"]),
    ]
    return [_walk(path, words=words, of=patient) for path, words in cases]


def _at_rate(fps: float, keep: Sequence[int] | None = None) -> Walk:
    path: list[Place | None] = [(500, 300 + 110 * number / fps) for number in range(int(4 * fps))]
    kept = [
        frame
        for number, frame in enumerate(frames(path, fps=fps))
        if keep is None or number % keep[0] != keep[1]
    ]
    return Walk(
        scene=Scene(zones=[SQUARE]),
        frames=kept,
        words={"square": ["entered", "exited"]},
        dwell_ms=[200 / 110 * 1000],
        tolerance_ms=1000 / 30,
    )


def _restarted() -> Walk:
    before = frames(straight((500, 300), (500, 540), 24))
    after = [Frame(pts_ns=at(number), people=[(1, _INSIDE)], epoch=1) for number in range(40)]
    words = ["entered", "lost", "appeared", "dwelled"]
    return Walk(scene=Scene(zones=[_DWELL]), frames=[*before, *after], words={"square": words})


def _edited() -> Walk:
    other = rectangle("other", (300, 300), (700, 700))
    grown = rectangle("other", (200, 200), (800, 800))
    path = frames(still(_INSIDE, 41))
    edit = Frame(pts_ns=path[20].pts_ns, people=path[20].people, scene=Scene(zones=[_DWELL, grown]))
    words = {"square": ["appeared", "dwelled"], "other": ["appeared", "ended", "appeared"]}
    return Walk(scene=Scene(zones=[other, _DWELL]), frames=[*path[:20], edit, *path[21:]], words=words)


def _two_zones() -> Walk:
    halves = [rectangle("left", (300, 400), (500, 600)), rectangle("right", (500, 400), (700, 600))]
    return Walk(
        scene=Scene(zones=halves),
        frames=frames(straight((350, 500), (645, 500), 59)),
        words={"left": ["appeared", "exited"], "right": ["entered"]},
        box_px=(400, 400),
    )


def _without_identity() -> Walk:
    scene = Scene(zones=[SQUARE], lines=[line("door", (300, 400), (700, 400))])
    anonymous = [
        Frame(pts_ns=at(number), people=[(0, (500, 300 if number % 2 == 0 else 500))]) for number in range(6)
    ]
    return Walk(scene=scene, frames=anonymous, words={"square": [], "door": []})


def _two_cameras() -> Walk:
    wobble = [(500.0, 300.0 + number % 2) for number in range(40)]
    inside = [(x, y + 200) for x, y in wobble]
    return Walk(
        scene=Scene(zones=[SQUARE]),
        frames=frames(wobble, track=7),
        words={"square": []},
        beside=frames(inside, track=7),
        beside_words={"square": ["appeared"]},
    )


_U = zone("u", (300, 300), (400, 300), (400, 500), (600, 500), (600, 300), (700, 300), (700, 600), (300, 600))
_BOW_TIE = Zone("tie", [(0.2, 0.2), (0.8, 0.8), (0.8, 0.2), (0.2, 0.8)])
_THIN = rectangle("thin", (300, 400), (700, 406))
_JITTER: list[Place | None] = [(500, 403 if number % 2 == 0 else 397) for number in range(40)]

ZONE_CASES = [
    Case(
        id="Z01",
        title="point on each edge and vertex of a partition into zones",
        expect="in exactly one zone",
        walks=_partition(),
    ),
    Case(
        id="Z02",
        title="entry by path and containment asked of the same point",
        expect="never two answers",
        walks=[_lattice()],
    ),
    Case(
        id="Z03",
        title="concave U, arm to arm through the notch in one step",
        expect="exit, then entry",
        walks=[_walk([(350, 400), (650, 400)], words=["appeared", "exited", "entered"], of=_U)],
    ),
    Case(
        id="Z04",
        title="self-intersecting bow-tie",
        expect="refused at load",
        walks=[Walk(scene=Scene(zones=[_BOW_TIE]), refused="zones[0].polygon")],
    ),
    Case(
        id="Z05",
        title="thin zone jumped over",
        expect="entry and exit, interpolated times",
        walks=[
            _walk(straight((500, 303), (500, 503), 1), words=["entered", "exited"], of=_THIN),
            *(
                _walk([(500, 303), (500, y), (500, 503)], words=["entered", "exited"], of=_THIN)
                for y in (401, 403, 405.5)
            ),
        ],
    ),
    Case(
        id="Z06",
        title="polygon touching the frame's border, anchor outside the frame",
        expect="works",
        walks=[
            _walk(
                straight((500, 1100), (500, 950), 15),
                straight((500, 960), (500, 1100), 14),
                words=["entered", "exited"],
                of=rectangle("bottom", (400, 900), (600, 1024)),
            ),
            _walk(
                straight((50, 500), (-80, 500), 13),
                straight((-80, 500), (50, 500), 13),
                words=["appeared", "exited", "entered"],
                of=rectangle("left", (0, 400), (100, 600)),
            ),
        ],
    ),
    Case(
        id="Z07",
        title="three equal or collinear points",
        expect="refused at load",
        walks=[
            Walk(scene=Scene(zones=[Zone("flat", [(0.5, 0.5)] * 3)]), refused="zones[0].polygon"),
            Walk(
                scene=Scene(zones=[Zone("flat", [(0.25, 0.25), (0.5, 0.5), (0.75, 0.75)])]),
                refused="zones[0].polygon",
            ),
        ],
    ),
    Case(
        id="Z08",
        title="track born inside",
        expect="appeared, never entered; counts as present",
        walks=[_walk(still(_INSIDE, 3), words=["appeared", "ended"], ends=True)],
    ),
    Case(
        id="Z09",
        title="track lost inside",
        expect="exit with reason lost, at its last-seen time",
        walks=[
            Walk(
                scene=Scene(zones=[SQUARE]),
                frames=[
                    *frames([*straight((500, 300), (500, 500), 20), *hidden(10)]),
                    Frame(pts_ns=at(31), removed=[1]),
                ],
                words={"square": ["entered", "lost"]},
                dwell_ms=[10 / 30 * 1000],
            )
        ],
    ),
    Case(
        id="Z10",
        title="boundary jitter after entry",
        expect="no flapping",
        walks=[
            _walk(straight((500, 300), (500, 410), 11), _JITTER, words=["entered"]),
            _walk(straight((500, 300), (500, 395), 11), _JITTER),
        ],
    ),
    Case(
        id="Z11",
        title="entry confirmation frames",
        expect="consecutive ones only",
        walks=_confirmed(),
    ),
    Case(
        id="Z12",
        title="dwell after leaving",
        expect="restarts from zero",
        walks=[
            _walk(
                still(_INSIDE, 25),
                still(_OUTSIDE, 5),
                still(_INSIDE, 25),
                still(_OUTSIDE, 5),
                words=["appeared", "exited", "entered", "exited"],
                of=_DWELL,
                dwell_ms=[24.5 / 30 * 1000, 25 / 30 * 1000],
            )
        ],
    ),
    Case(
        id="Z13",
        title="dwell with a 1 s detection gap",
        expect="one dwell; the gap is in the time unseen",
        walks=[
            _walk(
                still(_INSIDE, 15),
                hidden(29),
                still(_INSIDE, 15),
                [_OUTSIDE],
                words=["appeared", "dwelled", "exited"],
                of=_DWELL,
                dwell_ms=[58.5 / 30 * 1000],
            )
        ],
    ),
    Case(
        id="Z14",
        title="the same file at 10 and 30 fps, and as a live stream that drops frames",
        expect="the same dwell within one frame",
        walks=[_at_rate(10), _at_rate(30), _at_rate(30, (5, 0)), _at_rate(30, (7, 3))],
    ),
    Case(
        id="Z15",
        title="a track's first confirmed frame inside a zone",
        expect="counted",
        walks=[_walk([_INSIDE], words=["appeared"]), _walk([(500, 401)], words=["appeared"])],
    ),
    Case(id="Z16", title="two disjoint zones, one large box", expect="in at most one", walks=[_two_zones()]),
    Case(id="Z17", title="a detection without an id", expect="shares no state", walks=[_without_identity()]),
    Case(
        id="Z18",
        title="stream restarts, timestamps jump back",
        expect="new epoch; no negative dwell, no deadlock",
        walks=[_restarted()],
    ),
    Case(
        id="Z19",
        title="configuration edited while people are inside",
        expect="counters and dwell of unchanged zones survive",
        walks=[_edited()],
    ),
    Case(id="Z20", title="two cameras with equal track ids", expect="isolated", walks=[_two_cameras()]),
]
