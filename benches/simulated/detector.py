"""A detector's view of boxes that are known: scores that fall with occlusion, noise, misses, false alarms."""

import numpy as np

GRID = 8
"""A box is looked at in so many steps each way to see how much of it is hidden."""
NMS_IOU = 0.65
LEAST_SCORE = 0.1


def detections(rows: list[list[float]], seed: int, size: tuple[float, float] = (1920, 1080)) -> list[list]:
    """Return for each frame what a detector finds: x1, y1, x2, y2, score.

    Args:
        rows: Truth: frame (from 0), identity, x1, y1, x2, y2.
        seed: Of everything that is drawn at random.
        size: Width and height of the picture, pixels.

    Who stands lower in the picture hides who stands higher. Errors of boxes and scores are drawn by person and change
    over about five frames, as those of real detectors do, rather than being new in each frame.
    """
    random = np.random.default_rng(seed)
    table = np.array(rows, float)
    order = np.argsort(table[:, 0], kind="stable")
    table = table[order]
    frames = int(table[:, 0].max()) + 1
    starts = np.searchsorted(table[:, 0], np.arange(frames + 1))
    moods: dict[int, np.ndarray] = {}
    return [_look(table[starts[frame] : starts[frame + 1]], moods, random, size) for frame in range(frames)]


def _look(rows: np.ndarray, moods: dict, random: np.random.Generator, size: tuple) -> list[list[float]]:
    boxes = rows[:, 2:6]
    shown = visible(boxes)
    errors = np.array([_mood(moods, int(row[1]), random) for row in rows]).reshape(-1, 5)
    height = boxes[:, 3] - boxes[:, 1]
    # Small people are hard to find: half as certain at 20 px as at 100.
    clear = 0.93 - 0.35 * np.exp(-height / 35)
    scores = clear * np.clip((shown - 0.05) / 0.75, 0, 1) ** 0.7 + 0.09 * errors[:, 4]
    found = np.clip(scores, 0, 0.98)
    sides = np.stack([boxes[:, 2] - boxes[:, 0], height] * 2, axis=1)
    noisy = boxes + errors[:, :4] * sides * (0.02 + 0.05 * (1 - shown))[:, None]
    noisy += random.normal(0, 0.01, noisy.shape) * sides
    # Of who is half hidden, the hidden legs are often left out.
    cut = (shown < 0.7) & (random.uniform(size=len(rows)) < 0.3)
    noisy[cut, 3] -= (height * (1 - shown) * 0.5)[cut]
    kept = (found >= LEAST_SCORE) & (random.uniform(size=len(rows)) > 0.015)
    alarms, alarm_scores = _false_alarms(boxes, random, size)
    everything = np.concatenate([noisy[kept], alarms])
    everything_scores = np.concatenate([found[kept], alarm_scores])
    best = suppress(everything, everything_scores)
    return np.column_stack([everything[best], everything_scores[best]]).round(3).tolist()


def _mood(moods: dict, name: int, random: np.random.Generator) -> np.ndarray:
    """Return the errors of one person's box and score: independent of the last ones after some frames."""
    fresh = random.normal(size=5)
    last = moods.get(name)
    moods[name] = fresh if last is None else 0.8 * last + 0.6 * fresh
    return moods[name]


def visible(boxes: np.ndarray) -> np.ndarray:
    """Return which share of each box nobody hides who stands nearer, 0…1."""
    steps = (np.arange(GRID) + 0.5) / GRID
    shares = np.ones(len(boxes))
    for place, box in enumerate(boxes):
        nearer = boxes[boxes[:, 3] > box[3]]
        across = box[0] + steps * (box[2] - box[0])
        down = box[1] + steps * (box[3] - box[1])
        # A person fills about four fifths of the width of the box.
        inset = 0.1 * (nearer[:, 2] - nearer[:, 0])
        columns = (across > (nearer[:, 0] + inset)[:, None]) & (across < (nearer[:, 2] - inset)[:, None])
        rows = (down > nearer[:, 1, None]) & (down < nearer[:, 3, None])
        shares[place] = 1 - (rows[:, :, None] & columns[:, None, :]).any(axis=0).mean()
    return shares


def _false_alarms(boxes: np.ndarray, random: np.random.Generator, size: tuple) -> tuple:
    """Return boxes where nobody is: things in the picture, and parts of people; mostly of low score."""
    count = random.poisson(0.3 + 0.02 * len(boxes))
    if not len(boxes) or not count:
        return np.zeros((0, 4)), np.zeros(0)
    model = boxes[random.integers(0, len(boxes), count)]
    sides = model[:, 2:] - model[:, :2]
    centers = np.where(
        random.uniform(size=(count, 1)) < 0.5,
        random.uniform(0, 1, (count, 2)) * size,
        (model[:, 2:] + model[:, :2]) / 2 + random.normal(0, 0.4, (count, 2)) * sides,
    )
    sides = sides * random.uniform(0.5, 1.2, (count, 1))
    scores = LEAST_SCORE + 0.6 * random.beta(1, 4, count)
    return np.concatenate([centers - sides / 2, centers + sides / 2], axis=1), scores


def suppress(boxes: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Return the places of the boxes that survive non-maximum suppression, the best first."""
    order = np.argsort(-scores, kind="stable")
    boxes = boxes[order]
    area = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    common = np.prod(np.clip(high - low, 0, None), axis=2)
    overlap = common / np.maximum(area[:, None] + area[None] - common, 1e-9)
    alive = np.ones(len(boxes), bool)
    for place in range(len(boxes)):
        if alive[place]:
            alive[place + 1 :] &= overlap[place, place + 1 :] <= NMS_IOU
    return order[alive]
