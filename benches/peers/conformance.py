"""Cases of the conformance suite and random walkers, played through other libraries and through the usual scripts."""

import json
import sys
from collections import Counter

from engines import ENGINES

SIZE_PX = 1024


def main() -> None:
    job = json.load(sys.stdin)
    engine = ENGINES[job["side"]]
    if "cases" in job:
        answers = [[play(engine, walk) for walk in case["walks"]] for case in job["cases"]]
        print(json.dumps({"cases": answers}))
    else:
        print(json.dumps({"walkers": walked(engine, job["walkers"])}))


def play(engine, walk: dict) -> dict | None:
    """Return whether the scene was refused and what was said of each rule, or None where it can't be asked."""
    scene = walk["scene"]
    shapes = [*scene["lines"], *scene["zones"]]
    asked = (not scene["lines"] or engine.line) and (not scene["zones"] or engine.zone)
    if not asked or needs_more(walk):
        return None
    try:
        rules = [(shape["name"], make(engine, shape)) for shape in shapes]
    except Exception:  # noqa: BLE001 - whatever a peer says to a scene that makes no sense
        return {"refused": True, "words": {}}
    if walk["refused"] is not None:
        return {"refused": False, "words": {}}
    words = {name: [] for name, _ in rules}
    for frame in walk["frames"]:
        people = [(track, tuple(place)) for track, place in frame["people"]]
        for name, rule in rules:
            words[name] += rule.leave(frame["removed"]) + rule.show(people, walk["box_px"])
    if walk["ends"]:
        for name, rule in rules:
            words[name] += rule.leave([track for frame in walk["frames"] for track, _ in frame["people"]])
    return {"refused": False, "words": words}


def needs_more(walk: dict) -> bool:
    """Return whether a walk asks for what only an engine with settings, stays, epochs or edits can be asked."""
    scene = walk["scene"]
    settings = scene["max_gap_s"] or any(zone["confirm_frames"] > 1 for zone in scene["zones"])
    jumps = any(frame["scene"] or frame["epoch"] for frame in walk["frames"])
    return bool(settings or jumps or walk["beside"] or walk["dwell_ms"] or walk["quality"])


def make(engine, shape: dict):
    if "polygon" in shape:
        return engine.zone([(x * SIZE_PX, y * SIZE_PX) for x, y in shape["polygon"]])
    return engine.line(*([share * SIZE_PX for share in shape[end]] for end in ("from", "to")))


def walked(engine, walkers: list) -> list | None:
    """Return track, direction and count of all crossings of one line by walkers, all at once."""
    if not engine.line:
        return None
    rule = engine.line((300.0, 400.0), (700.0, 400.0))
    found: Counter = Counter()
    for number in range(max(len(walker["seen"]) for walker in walkers)):
        people = [
            (track, tuple(walker["places"][number]))
            for track, walker in enumerate(walkers, 1)
            if number < len(walker["seen"]) and walker["seen"][number]
        ]
        found.update(rule.crossings(people, (20, 40)))
    return [[track, way, count] for (track, way), count in found.items()]


if __name__ == "__main__":
    main()
