"""Manifests that something is wrong with, made from good ones: seeded, so that each is the same on every run."""

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

WRONG = [
    None,
    True,
    0,
    -1,
    7,
    0.5,
    "",
    "word",
    [],
    {},
    [1],
    {"a": 1},
    "True",
    "12",
    "0.5",
    1e308,
    10**30,
    -0.0,
]
NUMBERS = [1e308, -1e308, 10**40, 2**63, -(10**30), float("nan"), float("inf"), 1.0000001, -1e-9]


class Mutant(NamedTuple):
    """A document with one thing changed.

    Attributes:
        kind: What was done to it.
        text: The document.
    """

    kind: str
    text: str


class _Spot(NamedTuple):
    """A place in a document: the container and the key in it."""

    holder: Any
    key: Any


def mutants(documents: list[dict[str, Any]], count: int, *, seed: int) -> Iterator[Mutant]:
    """Yield so many mutants, of all kinds in turn."""
    chance = random.Random(seed)  # noqa: S311 - chosen to be the same each time
    for number in range(count):
        kind, mutate = KINDS[number % len(KINDS)]
        document = copy.deepcopy(chance.choice(documents))
        yield Mutant(kind, mutate(document, chance))


def _opened(value: Any) -> Any:
    """Return a document in which the JSON that stands in texts is open."""
    if isinstance(value, dict):
        return {key: _opened(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_opened(inner) for inner in value]
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            return _Inner(json.loads(value))
        except ValueError:
            return value
    return value


class _Inner:
    """An object that stands as JSON in a text."""

    def __init__(self, value: Any) -> None:
        self.value = value


def _closed(value: Any) -> Any:
    if isinstance(value, _Inner):
        return json.dumps(value.value)
    if isinstance(value, dict):
        return {key: _closed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_closed(inner) for inner in value]
    return value


def _spots(value: Any) -> list[_Spot]:
    if isinstance(value, _Inner):
        return [_Spot(value, "value"), *_spots(value.value)]
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found: list[_Spot] = []
    for key, inner in items:
        found.append(_Spot(value, key))
        found += _spots(inner)
    return found


def _read(spot: _Spot) -> Any:
    return spot.holder.value if isinstance(spot.holder, _Inner) else spot.holder[spot.key]


def _put(spot: _Spot, value: Any) -> None:
    if isinstance(spot.holder, _Inner):
        spot.holder.value = value
    else:
        spot.holder[spot.key] = value


def _somewhere(
    document: dict[str, Any], chance: random.Random, fits: Callable[[_Spot], bool]
) -> tuple[Any, _Spot]:
    opened = _opened(document)
    return opened, chance.choice([spot for spot in _spots(opened) if fits(spot)])


def _within_graphs(
    document: dict[str, Any], chance: random.Random, fits: Callable[[_Spot], bool]
) -> tuple[Any, _Spot]:
    """Choose a spot in the part that is read: three times of four there, else anywhere."""
    opened = _opened(document)
    part = opened
    if chance.random() < 0.75:
        part = next((_read(spot) for spot in _spots(opened) if spot.key in ("graphs", "parameters")), opened)
    spots = [spot for spot in _spots(part) if fits(spot)] or [spot for spot in _spots(opened) if fits(spot)]
    return opened, chance.choice(spots)


def _text(opened: Any) -> str:
    return json.dumps(_closed(opened))


def wrong_type(document: dict[str, Any], chance: random.Random) -> str:
    opened, spot = _within_graphs(document, chance, lambda _: True)
    _put(spot, chance.choice(WRONG))
    return _text(opened)


def missing_field(document: dict[str, Any], chance: random.Random) -> str:
    opened, spot = _within_graphs(document, chance, lambda spot: isinstance(spot.holder, dict))
    del spot.holder[spot.key]
    return _text(opened)


def null_field(document: dict[str, Any], chance: random.Random) -> str:
    opened, spot = _within_graphs(document, chance, lambda _: True)
    _put(spot, None)
    return _text(opened)


def broken_inner_json(document: dict[str, Any], chance: random.Random) -> str:
    opened, spot = _somewhere(document, chance, lambda spot: isinstance(_read(spot), _Inner))
    text = json.dumps(_read(spot).value)
    at = chance.randrange(len(text))
    cut = [text[:at], text[:at] + chance.choice('{}[],:"x\\\t0') + text[at:], text[:at] + text[at + 1 :]]
    _put(spot, chance.choice(cut))
    return _text(opened)


def broken_json(document: dict[str, Any], chance: random.Random) -> str:
    text = json.dumps(document, indent=1)
    at = chance.randrange(len(text))
    return chance.choice(
        [text[:at], text[:at] + chance.choice('{}[],:"x\\\n0') + text[at:], text[:at] + text[at + 1 :]]
    )


def number(document: dict[str, Any], chance: random.Random) -> str:
    opened, spot = _within_graphs(
        document,
        chance,
        lambda spot: isinstance(_read(spot), (int, float)) and not isinstance(_read(spot), bool),
    )
    _put(spot, chance.choice(NUMBERS))
    return _text(opened)


def point_outside(document: dict[str, Any], chance: random.Random) -> str:
    opened, spot = _somewhere(document, chance, lambda spot: spot.key in ("x", "y") or _is_corner(spot))
    if isinstance(_read(spot), list):
        _read(spot)[chance.randrange(2)] = chance.choice([-0.1, 1.1, 640, 1e9])
    else:
        _put(spot, chance.choice([-0.1, 1.1, 640, 1e9]))
    return _text(opened)


def corners(document: dict[str, Any], chance: random.Random) -> str:
    """Corners in another order, again, fewer, or all at one place."""
    opened, spot = _somewhere(document, chance, _is_shape)
    shape = _read(spot)
    if isinstance(shape, list):
        points = list(shape)
        chance.shuffle(points)
        _put(
            spot,
            chance.choice(
                [points, points[:2], points * 2, [points[0]] * 4, [[0.1, 0.1], [0.2, 0.2], [0.3, 0.3]]]
            ),
        )
    else:
        shape["end"] = dict(shape["start"])
    return _text(opened)


def unknown_operation(document: dict[str, Any], chance: random.Random) -> str:
    opened, spot = _somewhere(document, chance, lambda spot: spot.key in ("operationId", "OPERATION_ID"))
    name = _read(spot)
    _put(
        spot,
        chance.choice(
            [name[:-1], name.replace("vision", "sight"), name + ".window", "personcount", "", name * 20]
        ),
    )
    return _text(opened)


def unknown_key(document: dict[str, Any], chance: random.Random) -> str:
    opened, spot = _within_graphs(
        document,
        chance,
        lambda spot: isinstance(spot.holder, dict) and isinstance(spot.key, str) and spot.key != "",
    )
    value = spot.holder.pop(spot.key)
    spot.holder[
        chance.choice([spot.key[:-1], spot.key + "S", spot.key.swapcase(), "", "\ud800", "x" * 5000])
    ] = value
    return _text(opened)


def key_twice(document: dict[str, Any], chance: random.Random) -> str:
    text = json.dumps(document)
    key = chance.choice([spot.key for spot in _spots(document) if isinstance(spot.key, str)])
    mark = f'"{key}":'
    return text.replace(mark, f"{mark} 1, {mark}", 1)


def deep(document: dict[str, Any], chance: random.Random) -> str:
    opened, spot = _within_graphs(document, chance, lambda _: True)
    depth = chance.choice([5, 55, 70, 5000])
    mark = "deep\u2603"
    _put(spot, mark)
    brackets = chance.choice([("[", "]"), ('{"a":', "}")])
    inner = brackets[0] * depth + "1" + brackets[1] * depth
    return (
        _text(opened)
        .replace(json.dumps(mark), inner)
        .replace(json.dumps(json.dumps(mark))[1:-1], json.dumps(inner)[1:-1])
    )


def text_value(document: dict[str, Any], chance: random.Random) -> str:
    opened, spot = _within_graphs(document, chance, lambda spot: isinstance(_read(spot), str))
    texts = ["\x00", "a\nb", "\ud800", "x" * 20000, "  ", "{}", "AAAAAAAAAAAAAAAAAAAAAA=="]
    urls = [
        "rtsp://u:s3cret@",
        "ftp://u:s3cret@h/x",
        "rtsp://u:s3cret@[",
        "http://h:port/?s3cret",
        "rtsp://u:s3c@ret@h/",
    ]
    _put(spot, chance.choice(urls if spot.key == "VIDEO_URL" else texts))
    return _text(opened)


def _is_shape(spot: _Spot) -> bool:
    value = _read(spot)
    if spot.key == "line":
        return isinstance(value, dict) and "start" in value
    return spot.key in ("polygon", "region") and isinstance(value, list)


def _is_corner(spot: _Spot) -> bool:
    value = _read(spot)
    return (
        isinstance(value, list) and len(value) == 2 and all(isinstance(item, (int, float)) for item in value)
    )


KINDS: list[tuple[str, Callable[[dict[str, Any], random.Random], str]]] = [
    (made.__name__, made)
    for made in (
        wrong_type,
        missing_field,
        null_field,
        broken_inner_json,
        broken_json,
        number,
        point_outside,
        corners,
        unknown_operation,
        unknown_key,
        key_twice,
        deep,
        text_value,
    )
]
