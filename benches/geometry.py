"""Which of many points are in which of many polygons: ours, supervision's, shapely's."""

from benches.environment import say, worker
from benches.report import Result

CASES = {"10 zones × 100 points": (10, 100), "100 zones × 1,000 points": (100, 1000)}
SIDES = {
    "sightline": ("ours/geometry.py", None, ""),
    "supervision 0.25 PolygonZone": ("peers/geometry.py", "peers", "supervision"),
    "shapely 2 contains_xy": ("peers/geometry.py", "peers", "shapely"),
}


def run(rounds: int) -> Result:
    best: dict[tuple[str, str], float] = {}
    for number in range(rounds):
        say(f"  round {number + 1} of {rounds}")
        for case, (zones, points) in CASES.items():
            for name, (script, environment, side) in SIDES.items():
                job = {"zones": zones, "points": points, "vertices": 12, "seed": 3, "side": side}
                taken = worker(script, job, environment=environment)["median_us"]
                best[case, name] = min(taken, best.get((case, name), taken))

    def cell(case: str, name: str) -> str:
        return f"{best[case, name]:,.0f} ({best[case, name] / best[case, 'sightline']:.1f}×)"

    return Result(
        "geometry",
        "Points in polygons of 12 corners, µs for all (times ours)",
        ["", *CASES],
        [[name, *(cell(case, name) for case in CASES)] for name in SIDES],
        [
            "Ours is exact on borders (half-open rule), supervision rounds points to pixels of a mask. Best round of each side."
        ],
    )
