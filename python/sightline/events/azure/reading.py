"""A walk through JSON that knows where it is, so that what is wrong can be said with its path."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")


class Node:
    """A value and its path.

    Every method raises `ValueError` with the path, what was expected and what was found when the value is another one.
    """

    def __init__(self, path: str, value: object) -> None:
        self.path = path
        self.value = value

    def get(self, *names: str) -> Node | None:
        """Return an object's field that may be missing or null, by the first of its spellings that is there."""
        found = self._object()
        for name in names:
            if found.get(name) is not None:
                return Node(f"{self.path}.{name}" if self.path else name, found[name])
        return None

    def need(self, *names: str) -> Node:
        """Return a field that must be there."""
        node = self.get(*names)
        if node is None:
            Node(f"{self.path}.{names[0]}" if self.path else names[0], None).refuse("a value", "none")
        return node

    def maybe(self, *names: str, read: Callable[[Node], T]) -> T | None:
        """Read a field that may be missing or null."""
        node = self.get(*names)
        return None if node is None else read(node)

    def items(self) -> list[Node]:
        """Return the items of a list."""
        values = cast("list[object]", self.value)
        if type(values) is not list:
            self.refuse("a list")
        return [Node(f"{self.path}[{place}]", value) for place, value in enumerate(values)]

    def fields(self) -> list[tuple[str, Node]]:
        """Return the fields of an object, each with its name."""
        return [(name, Node(f"{self.path}.{name}", value)) for name, value in self._object().items()]

    def text(self) -> str:
        """Return a string."""
        if not isinstance(self.value, str):
            self.refuse("a string")
        return self.value

    def count(self, *, least: int = 0) -> int:
        """Return a whole number, also one written as a string or with a decimal point."""
        value = self.measure()
        if not value.is_integer() or value < least:
            self.refuse(f"a whole number from {least}")
        return int(value)

    def number(self) -> float:
        """Return a finite number, also one written as a string."""
        value = self.measure()
        if not math.isfinite(value):
            self.refuse("a finite number")
        return value

    def measure(self) -> float:
        """Return a number, or infinity, also written as a string."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float | str):
            self.refuse("a number")
        try:
            value = float(self.value)
        except (ValueError, OverflowError):
            self.refuse("a number")
        if math.isnan(value):
            self.refuse("a number")
        return value

    def one_of(self, *words: str) -> str:
        """Return one of these words, whatever its case."""
        spelt = {word.casefold(): word for word in words}
        word = spelt.get(self.text().casefold())
        if word is None:
            self.refuse(f"one of {', '.join(words)}")
        return word

    def key_of(self, known: Mapping[str, T]) -> T:
        """Return what a string names."""
        if self.text() not in known:
            self.refuse("the id of a detection of this message")
        return known[self.text()]

    def refuse(self, expected: str, found: str | None = None) -> NoReturn:
        """Raise `ValueError`."""
        shown = repr(self.value) if found is None else found
        shown = shown if len(shown) <= 60 else shown[:57] + "…"  # noqa: PLR2004 - a line's worth
        raise ValueError(f"{self.path or 'message'}: expected {expected}, found {shown}")

    def _object(self) -> dict[str, Any]:
        found = cast("dict[str, Any]", self.value)
        if type(found) is not dict:
            self.refuse("an object")
        return found
