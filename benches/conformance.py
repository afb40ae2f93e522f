"""The conformance suite and random walkers, asked of ours, of the peers, and of the usual scripts."""

import msgspec

from benches.environment import say, worker
from benches.report import Result
from sightline.conformance import CASES, Case, Walk, agrees, compare, judge, score, walkers

SIDES = {
    "supervision 0.25": "supervision",
    "savant_rs 0.3": "savant",
    "OpenCV pointPolygonTest": "opencv",
    "script: side of the line": "side",
    "script: two lines 8 px apart": "two lines",
}
SEEDS, WALKERS = range(3), 2000
# What an engine without reasons says: somebody is inside, or is so no longer.
PLAIN = {"appeared": "entered", "lost": "exited", "ended": "exited"}


def run(_rounds: int) -> Result:
    cases = msgspec.to_builtins(CASES)
    answers = {}
    for name, side in SIDES.items():
        say(f"  {name}")
        answers[name] = worker("peers/conformance.py", {"side": side, "cases": cases}, environment="peers")[
            "cases"
        ]
    rows = []
    for number, case in enumerate(CASES):
        theirs = [_mark(case, answers[name][number]) for name in SIDES]
        rows.append([case.id, case.title, case.expect, "yes" if judge(case).passed else "no", *theirs])
    right = ["", "cases right, of those that can be asked", ""]
    for column in range(3, 4 + len(SIDES)):
        marks = [row[column] for row in rows if row[column] != "-"]
        right.append(f"{marks.count('yes')} of {len(marks)}")
    rows.append(right)
    rows.append(
        ["", f"{len(SEEDS) * WALKERS:,} random walkers, both directions exactly right", "99.8 %", *_walked()]
    )
    return Result(
        "conformance",
        "The conformance suite: who answers right",
        ["", "case", "expected", "sightline", *SIDES],
        rows,
        [
            "Every case is asked in all its forms with the same boxes; all must be right. Of the others only the plain part is asked: crossings by direction, entries and exits without reasons. Cases that need settings, stays, counts of quality, epochs or edits are left out there (-).",
            "supervision: LineZone and PolygonZone, anchor at the bottom center. savant_rs: PolygonalArea.contains, each frame. The scripts are what is usually written: a change of side between two sightings while the step cuts the segment; and both of two parallel lines, 8 px to either side, cut the same way in order.",
        ],
    )


def _mark(case: Case, answers: list) -> str:
    if any(answer is None for answer in answers):
        return "-"
    right = all(_is_right(walk, answer) for walk, answer in zip(case.walks, answers, strict=True))
    return "yes" if right else "no"


def _is_right(walk: Walk, answer: dict) -> bool:
    if walk.refused is not None:
        return answer["refused"]
    expected = {name: _plain(words) for name, words in walk.words.items()}
    return not answer["refused"] and all(
        agrees(answer["words"].get(name, []), words) for name, words in expected.items()
    )


def _plain(words: list[str]) -> list[str]:
    return [PLAIN.get(word, word) for word in words if word != "dwelled"]


def _walked() -> list[str]:
    ours = [score(WALKERS, seed) for seed in SEEDS]
    cells = [f"{sum(each.share for each in ours) / len(ours):.2%}"]
    crowds = [walkers(WALKERS, seed) for seed in SEEDS]
    for name, side in SIDES.items():
        say(f"  walkers: {name}")
        shares = []
        for crowd in crowds:
            paths = [{"places": each.places.tolist(), "seen": each.seen.tolist()} for each in crowd]
            found = worker("peers/conformance.py", {"side": side, "walkers": paths}, environment="peers")
            if found["walkers"] is not None:
                pairs = {(track, way): count for track, way, count in found["walkers"]}
                shares.append(compare(crowd, pairs).share)
        cells.append(f"{sum(shares) / len(shares):.2%}" if shares else "-")
    return cells
