"""Plain values become typed ones, and every fault is found, not only the first.

`msgspec.convert` stops at its first fault. A person who mends a file wants all of them at once, each with its path, so
this walks the same types (through `msgspec.inspect`) and collects.
"""

from __future__ import annotations

import difflib
import math
import re
from typing import TYPE_CHECKING, Any, TypeVar, cast

from msgspec import inspect as kinds

from sightline.errors import ConfigError, Fault
from sightline.sinks import SinkConfig, sink_kind, sink_types

if TYPE_CHECKING:
    from collections.abc import Callable

_T = TypeVar("_T")
_FAULTY = object()


def convert(value: object, to: type[_T]) -> _T:
    """Return the value as the struct `to`.

    Raises:
        ConfigError: With every fault and its path, in the order of the fields.
    """
    faults: list[Fault] = []
    converted = _Walk(faults).convert(value, kinds.type_info(to), "")
    if faults:
        raise ConfigError(faults)
    return cast("_T", converted)


class _Walk:
    """Goes through values and types together and notes what does not fit."""

    def __init__(self, faults: list[Fault]) -> None:
        self._faults = faults
        self._by_kind: dict[type, Callable[[Any, Any, str], object]] = {
            kinds.StructType: self._struct,
            kinds.ListType: self._list,
            kinds.TupleType: self._tuple,
            kinds.UnionType: self._union,
            kinds.LiteralType: self._literal,
            kinds.FloatType: self._number,
            kinds.IntType: self._number,
            kinds.StrType: self._text,
            kinds.BoolType: self._bool,
        }

    def convert(self, value: object, kind: kinds.Type, path: str) -> object:
        return self._by_kind[type(kind)](value, kind, path)

    def _fault(self, path: str, message: str) -> object:
        self._faults.append(Fault(path, message))
        return _FAULTY

    def _struct(self, value: object, kind: kinds.StructType, path: str) -> object:
        if kind.cls is SinkConfig:
            return self._sink(value, path)
        if not isinstance(value, dict):
            return self._fault(path, f"expected a table, found {_shown(value)}")
        given = cast("dict[str, object]", value)
        fields = {field.encode_name: field for field in kind.fields}
        known = set(fields) | ({kind.tag_field} if kind.tag_field else set[str]())
        before = len(self._faults)
        for name in given:
            if name not in known:
                self._fault(_below(path, name), _unknown(name, sorted(known)))
        arguments: dict[str, object] = {}
        for name, field in fields.items():
            if name in given:
                arguments[field.name] = self.convert(given[name], field.type, _below(path, name))
            elif field.required:
                self._fault(_below(path, name), "is missing")
        if len(self._faults) > before:
            return _FAULTY
        return self._made(kind, arguments, path)

    def _made(self, kind: kinds.StructType, arguments: dict[str, object], path: str) -> object:
        try:
            return kind.cls(**arguments)
        except ConfigError as error:
            self._faults.extend(Fault(_below(path, fault.path), fault.message) for fault in error.faults)
            return _FAULTY
        except ValueError as error:  # msgspec's own way for a struct to refuse what it was made of
            return self._fault(path, str(error))

    def _list(self, value: object, kind: kinds.ListType, path: str) -> object:
        if not isinstance(value, list):
            return self._fault(path, f"expected a list, found {_shown(value)}")
        items = cast("list[object]", value)
        if kind.min_length is not None and len(items) < kind.min_length:
            return self._fault(path, f"expected at least {kind.min_length} item, found {len(items)}")
        return [self.convert(item, kind.item_type, f"{path}[{index}]") for index, item in enumerate(items)]

    def _tuple(self, value: object, kind: kinds.TupleType, path: str) -> object:
        expected = f"expected a list of {len(kind.item_types)} numbers"
        if not isinstance(value, list):
            return self._fault(path, f"{expected}, found {_shown(value)}")
        items = cast("list[object]", value)
        if len(items) != len(kind.item_types):
            return self._fault(path, f"{expected}, found {len(items)} of them")
        pairs = zip(items, kind.item_types, strict=True)
        return tuple(self.convert(item, to, f"{path}[{index}]") for index, (item, to) in enumerate(pairs))

    def _union(self, value: object, kind: kinds.UnionType, path: str) -> object:
        options = [option for option in kind.types if not isinstance(option, kinds.NoneType)]
        if len(options) == 1:
            return self.convert(value, options[0], path)
        for option in options:
            attempt = _Walk([])
            converted = attempt.convert(value, option, path)
            if converted is not _FAULTY:
                return converted
        return self._fault(path, f"expected a text or a whole number, found {_shown(value)}")

    def _sink(self, value: object, path: str) -> object:
        """A sink of a kind that is installed; its `type` says which."""
        if not isinstance(value, dict):
            return self._fault(path, f"expected a table, found {_shown(value)}")
        table = cast("dict[str, object]", value)
        tag = table.get("type")
        if not isinstance(tag, str):
            found = "nothing" if tag is None else _shown(tag)
            expected = f"expected one of {', '.join(sink_types())}"
            return self._fault(_below(path, "type"), f"{expected}, found {found}")
        try:
            kind = sink_kind(tag)
        except ConfigError as error:
            return self._fault(_below(path, "type"), error.faults[0].message)
        return self._struct(table, cast("kinds.StructType", kinds.type_info(kind)), path)

    def _literal(self, value: object, kind: kinds.LiteralType, path: str) -> object:
        if value in kind.values:
            return value
        return self._fault(path, f"expected one of {', '.join(map(str, kind.values))}, found {_shown(value)}")

    def _number(self, value: object, kind: kinds.FloatType | kinds.IntType, path: str) -> object:
        whole = isinstance(kind, kinds.IntType)
        allowed = int if whole else (int, float)
        if not isinstance(value, allowed) or isinstance(value, bool):
            return self._fault(
                path, f"expected {'a whole number' if whole else 'a number'}, found {_shown(value)}"
            )
        number = value
        limits = [
            (kind.ge, number >= (kind.ge or 0), "at least"),
            (kind.gt, number > (kind.gt or 0), "more than"),
            (kind.le, number <= (kind.le or 0), "at most"),
            (kind.lt, number < (kind.lt or 0), "less than"),
        ]
        given = [(limit, holds, words) for limit, holds, words in limits if limit is not None]
        if not _is_finite(number) or not all(holds for _, holds, _ in given):
            range_ = " and ".join(f"{words} {limit:g}" for limit, _, words in given) or "a finite number"
            return self._fault(path, f"expected {range_}, found {_shown(number)}")
        return number if whole else float(number)

    def _text(self, value: object, kind: kinds.StrType, path: str) -> object:
        if not isinstance(value, str):
            return self._fault(path, f"expected a text, found {_shown(value)}")
        if kind.min_length is not None and len(value) < kind.min_length:
            return self._fault(path, "expected a text, found an empty one")
        if kind.max_length is not None and len(value) > kind.max_length:
            return self._fault(path, f"expected at most {kind.max_length} characters, found {len(value)}")
        if kind.pattern is not None and not re.search(kind.pattern, value):
            return self._fault(path, f"expected a text that matches {kind.pattern}, found {value!r}")
        return value

    def _bool(self, value: object, _kind: kinds.BoolType, path: str) -> object:
        return (
            value
            if isinstance(value, bool)
            else self._fault(path, f"expected true or false, found {_shown(value)}")
        )


def _is_finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:  # a whole number that no float is near
        return False


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path and name else path or name


def _unknown(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return (
        f"is unknown; did you mean {near[0]}?" if near else f"is unknown; expected one of {', '.join(known)}"
    )


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value)[:60]
