"""Which classes to report: names or numbers as a person writes them, to the ids of one model."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from sightline.errors import ModelError, UnknownClassError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SHOWN_NAMES = 12


def class_ids(
    classes: Sequence[str | int] | None, names: Mapping[int, str], *, num_classes: int
) -> list[int] | None:
    """Return the ids of the wanted classes, in ascending order without repeats.

    Args:
        classes: Names (case does not matter) or ids of the model; `None` for every class.
        names: The model's names by id; may be empty or have holes.
        num_classes: How many classes the model has, for one without names; 0 if that is unknown, too, and any id will do.

    Returns:
        The ids, or `None` for every class.

    Raises:
        ModelError: There are none.
        UnknownClassError: Names or ids are not the model's.
    """
    if classes is None:
        return None
    if isinstance(classes, str) or not classes:
        raise ModelError(
            f"classes: expected a list of class names or ids, or None for all; found {classes!r}"
        )
    by_name = {name.casefold(): number for number, name in names.items()}
    known = set(names) or set(range(num_classes))
    found: set[int] = set()
    faults: list[tuple[int, str]] = []
    for place, wanted in enumerate(classes):
        number = _class_id(wanted, by_name, known)
        if number is None:
            faults.append((place, _unknown(wanted, by_name, known)))
        else:
            found.add(number)
    if faults:
        raise UnknownClassError(faults)
    return sorted(found)


def _class_id(wanted: str | int, by_name: Mapping[str, int], known: set[int]) -> int | None:
    text = str(wanted).strip().casefold()
    if text in by_name:
        return by_name[text]
    if text.isdecimal() and (int(text) in known or not known):
        return int(text)
    return None


def _unknown(wanted: str | int, by_name: Mapping[str, int], known: set[int]) -> str:
    said = _known_classes(str(wanted).strip().casefold(), by_name, known)
    return f"The model has no class {wanted!r}. {said}"


def _known_classes(text: str, by_name: Mapping[str, int], known: set[int]) -> str:
    if not by_name:
        ids = f"; it has the ids {min(known)}…{max(known)}" if known else ""
        return f"It does not say what its classes are called{ids}: give ids, or write class_names into a sidecar."
    near = difflib.get_close_matches(text, by_name, n=3)
    if near:
        return f"Did you mean {' or '.join(near)}?"
    shown = list(by_name)[:_SHOWN_NAMES]
    more = f" and {len(by_name) - len(shown)} more" if len(by_name) > len(shown) else ""
    return f"It knows: {', '.join(shown)}{more}."
