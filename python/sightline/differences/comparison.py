"""Two series of items side by side: the first place where they differ, and how many of each sort there are."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Literal, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ABSENT = "(absent)"
# How far the files are looked through for a place where they agree again, and how many sorts are told apart.
_WINDOW = 64
_MAX_SORTS = 1000


class Item(Protocol):
    """An event, a frame, or what else stands in a series."""

    @property
    def place(self) -> str:
        """Where it is, such as `line 17`."""
        ...

    @property
    def raw(self) -> bytes:
        """What two items that are the same have the same."""
        ...

    def sorts(self) -> Iterable[tuple[str, int]]:
        """What it is counted as, and how often."""
        ...

    def title(self) -> str:
        """What it is, for people: what happened, where, when, to whom."""
        ...

    def values(self) -> dict[str, Any]:
        """What it says, as plain values."""
        ...


@dataclass(frozen=True)
class Difference:
    """The first place where two series differ.

    Attributes:
        number: Position of the item in both, from 1.
        a, b: What stands there; None where a series has ended.
        fields: What differs in them: path, value in A, value in B; empty when the same is written in another way.
        extra_a, extra_b: How many items one has before both agree again; None when they do not soon.
    """

    number: int
    a: Item | None
    b: Item | None
    fields: list[tuple[str, Any, Any]]
    extra_a: int | None = None
    extra_b: int | None = None


@dataclass
class Comparison:
    """How two series compare.

    Attributes:
        word: What their items are called.
        items: How many each has.
        first: The first difference, if there is one.
        counts: By sort, how many in A and in B.
        notes: What is odd beside.
    """

    word: Literal["events", "entries"]
    items: tuple[int, int] = (0, 0)
    first: Difference | None = None
    counts: dict[str, list[int]] = field(default_factory=dict[str, "list[int]"])
    notes: list[str] = field(default_factory=list["str"])

    @property
    def same(self) -> bool:
        """Whether there is no difference."""
        return self.first is None

    @property
    def beginning(self) -> Literal["A", "B"] | None:
        """Which of the two is the beginning of the other, if one is."""
        if self.first is None or (self.first.a is not None and self.first.b is not None):
            return None
        return "A" if self.first.a is None else "B"


def compare(word: Literal["events", "entries"], a: Iterable[Item], b: Iterable[Item]) -> Comparison:
    """Go through both to their ends."""
    found = Comparison(word)
    lengths = [0, 0]
    tails: tuple[list[bytes], list[bytes]] = ([], [])
    for number, pair in enumerate(zip_longest(a, b), 1):
        if found.first is None and not _same(*pair):
            found.first = Difference(number, *pair, fields=_fields(*pair))
        for side, item in enumerate(pair):
            if item is None:
                continue
            lengths[side] += 1
            _count(found.counts, side, item)
            if found.first is not None and len(tails[side]) < _WINDOW:
                tails[side].append(sha256(item.raw).digest())
    found.items = (lengths[0], lengths[1])
    if found.first is not None and found.beginning is None:
        extras = _extras(*tails)
        found.first = (
            found.first if extras is None else replace(found.first, extra_a=extras[0], extra_b=extras[1])
        )
    return found


def _same(a: Item | None, b: Item | None) -> bool:
    return a is not None and b is not None and a.raw == b.raw


def _count(counts: dict[str, list[int]], side: int, item: Item) -> None:
    for sort, times in item.sorts():
        known = sort if sort in counts or len(counts) < _MAX_SORTS else "others"
        counts.setdefault(known, [0, 0])[side] += times


def _extras(a: list[bytes], b: list[bytes]) -> tuple[int, int] | None:
    """How many of each come before the nearest place from which both agree; None where there is none."""
    where = {raw: at for at, raw in reversed(list(enumerate(b)))}
    places = [(at, where[raw]) for at, raw in enumerate(a) if raw in where]
    return min(places, key=sum, default=None)


def _fields(a: Item | None, b: Item | None) -> list[tuple[str, Any, Any]]:
    if a is None or b is None:
        return []
    left, right = dict(_leaves(a.values())), dict(_leaves(b.values()))
    paths = [*left, *(path for path in right if path not in left)]
    pairs = [(path, left.get(path, ABSENT), right.get(path, ABSENT)) for path in paths]
    return [(path, one, other) for path, one, other in pairs if one != other]


def _leaves(value: object) -> Iterator[tuple[str, Any]]:
    """Each plain value with its path, such as `data.box[0]`; without recursion, since files may nest deeply."""
    waiting: list[tuple[str, object]] = [("", value)]
    while waiting:
        path, each = waiting.pop()
        if isinstance(each, dict) and each:
            members = cast("dict[str, object]", each)
            inner = [(f"{path}.{name}" if path else str(name), member) for name, member in members.items()]
            waiting.extend(reversed(inner))
        elif isinstance(each, list) and each:
            entries = cast("list[object]", each)
            waiting.extend(reversed([(f"{path}[{at}]", entry) for at, entry in enumerate(entries)]))
        else:
            yield path, each
