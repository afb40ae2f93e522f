"""Which classes to report: names or numbers as a person writes them, to the ids of one model."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from sightline.errors import ModelError

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
        ModelError: A name or id is not the model's, or there are none.
    """
    if classes is None:
        return None
    if isinstance(classes, str) or not classes:
        raise ModelError(
            f"classes: expected a list of class names or ids, or None for all; found {classes!r}"
        )
    by_name = {name.casefold(): number for number, name in names.items()}
    known = set(names) or set(range(num_classes))
    return sorted({_class_id(wanted, by_name, known) for wanted in classes})


def _class_id(wanted: str | int, by_name: Mapping[str, int], known: set[int]) -> int:
    text = str(wanted).strip().casefold()
    if text in by_name:
        return by_name[text]
    if text.isdecimal() and (int(text) in known or not known):
        return int(text)
    raise ModelError(f"The model has no class {wanted!r}. {_known_classes(text, by_name, known)}")


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
