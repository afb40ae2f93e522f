"""Which of many points are in which of many polygons, which moves cross which lines: ours beside the peers'."""

from benches.environment import say, worker
from benches.report import Result

SIZES = ((10, 100), (100, 1000))
CASES = {
    **{
        f"{zones} zones of {corners} corners × {points:,} points": ("zones", zones, points, corners)
        for zones, points in SIZES
        for corners in (4, 16, 64)
    },
    **{f"{lines} lines × {points:,} moves": ("lines", lines, points, 0) for lines, points in SIZES},
}
SIDES = {
    "sightline": ("zones", "lines"),
    "shapely 2.1 STRtree": ("shapely tree", "shapely lines"),
    "shapely 2.1 contains_xy, prepared": ("shapely broadcast", None),
    "numpy": (None, "numpy lines"),
    "savant_rs 0.3": ("savant zones", None),
    "OpenCV pointPolygonTest": ("opencv zones", None),
    "supervision 0.25": ("supervision zones", "supervision lines"),
}


def run(rounds: int) -> Result:
    best: dict[tuple[str, str], dict] = {}
    for number in range(rounds):
        say(f"  round {number + 1} of {rounds}")
        for case in CASES:
            for name in SIDES:
                if figures := _measure(case, name):
                    best[case, name] = min(
                        figures, best.get((case, name), figures), key=lambda each: each["median_us"]
                    )
    rows = [[case, *(_cell(best, case, name) for name in SIDES)] for case in CASES]
    found = {
        case: {name: best[case, name]["found"] for name in SIDES if (case, name) in best} for case in CASES
    }
    notes = [
        "Polygons are stars with radii of 60 to 190 px that overlap, lines are 200 px long, moves about 8 px. Best round of each side.",
        "Ours is exact on borders (half-open rule); supervision rounds to pixels of a mask; OpenCV works in float32.",
        _spread_of(best),
        *(
            f"Answers found differ in {case}: "
            + ", ".join(f"{name} {count:,}" for name, count in counts.items())
            for case, counts in found.items()
            if len(set(counts.values())) > 1
        ),
    ]
    return Result(
        "geometry",
        "Points in polygons and moves over lines through Python, µs for all, median / p99 (times our median)",
        ["", *SIDES],
        rows,
        notes,
    )


def _spread_of(best: dict) -> str:
    """Whose the slowest calls are: ours, or the machine's."""
    rounds = [best[case, "sightline"] for case in CASES]
    ours = [figures["p99_us"] / figures["median_us"] for figures in rounds]
    control = [figures["control_p99_of_median"] for figures in rounds]
    return (
        f"The 99th percentile is {min(ours):.1f} to {max(ours):.1f} times the median for ours; for plain arithmetic of the same "
        f"length in the same process, {min(control):.1f} to {max(control):.1f} times."
    )


def _measure(case: str, name: str) -> dict | None:
    kind, shapes, points, corners = CASES[case]
    side = SIDES[name][("zones", "lines").index(kind)]
    if side is None:
        return None
    job = {"kind": kind, "shapes": shapes, "points": points, "vertices": corners, "seed": 3, "side": side}
    if name == "sightline":
        return worker("ours/geometry.py", job)
    return worker("peers/geometry.py", job, environment="peers")


def _cell(best: dict, case: str, name: str) -> str:
    if (case, name) not in best:
        return "-"
    figures, ours = best[case, name], best[case, "sightline"]["median_us"]
    digits = 1 if figures["median_us"] < 100 else 0
    text = f"{figures['median_us']:,.{digits}f} / {figures['p99_us']:,.{digits}f}"
    return text if name == "sightline" else f"{text} ({figures['median_us'] / ours:,.0f}×)"
