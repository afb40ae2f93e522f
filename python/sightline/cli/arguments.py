"""Lines and zones as a person types them: `NAME:x,y,x,y`."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from sightline.errors import ConfigError, Fault
from sightline.scene import Line, Scene, Zone

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_T = TypeVar("_T")
_LINE_NUMBERS = 4
_ZONE_NUMBERS = 6


def scene_from_arguments(lines: Sequence[str], zones: Sequence[str]) -> Scene:
    """Build a scene.

    Raises:
        ConfigError: With every fault of every argument.
    """
    faults: list[Fault] = []
    scene = Scene(
        lines=_collected(lines, "--line", _line, faults), zones=_collected(zones, "--zone", _zone, faults)
    )
    if faults:
        raise ConfigError(faults)
    return scene


def _collected(
    texts: Sequence[str], option: str, parse: Callable[[str], _T], faults: list[Fault]
) -> list[_T]:
    parsed: list[_T] = []
    for text in texts:
        try:
            parsed.append(parse(text))
        except ConfigError as error:
            faults.extend(Fault(option, f"{fault} (in {text!r})") for fault in error.faults)
    return parsed


def _line(text: str) -> Line:
    name, numbers = _numbers(text)
    if len(numbers) != _LINE_NUMBERS:
        raise ConfigError(f"expected 4 numbers, x,y of the start and x,y of the end, found {len(numbers)}")
    x1, y1, x2, y2 = numbers
    return Line(name, (x1, y1), (x2, y2))


def _zone(text: str) -> Zone:
    name, numbers = _numbers(text)
    if len(numbers) < _ZONE_NUMBERS or len(numbers) % 2:
        raise ConfigError(f"expected x,y for each of three or more corners, found {len(numbers)} numbers")
    return Zone(name, list(zip(numbers[::2], numbers[1::2], strict=True)))


def _numbers(text: str) -> tuple[str, list[float]]:
    name, colon, rest = text.partition(":")
    if not colon or not name:
        raise ConfigError("expected NAME:x,y,… with shares of the picture from 0 to 1")
    try:
        return name, [float(number) for number in rest.split(",")]
    except ValueError:
        raise ConfigError(f"expected numbers separated by commas after {name}:") from None
