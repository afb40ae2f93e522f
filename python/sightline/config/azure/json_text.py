"""JSON as people paste it: read strictly enough to be sure, with what was forgiven told and every fault placed.

Forgiven are comments, a comma before a closing bracket, control characters in texts and `True` or `False`. Everything else is
read as RFC 8259 says.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import NamedTuple

# Deeper than any manifest, and far from the interpreter's limit.
_DEEPEST = 60
_MOST_DIGITS = 300
_WORDS = {"true": True, "false": False, "null": None, "True": True, "False": False}
_TOKEN = re.compile(
    r"""
      (?P<space>[ \t\r\n]+)
    | (?P<comment>//[^\n]*|/\*.*?\*/)
    | (?P<text>"[^"\\]*(?:\\.[^"\\]*)*")
    | (?P<number>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![\w.]))
    | (?P<word>[A-Za-z_]\w*)
    | (?P<mark>[][{}:,])
    """,
    re.VERBOSE | re.DOTALL,
)
_CONTROL = re.compile(r"[\x00-\x1f]")
_SURROGATE = re.compile("[\ud800-\udfff]")


class Place(NamedTuple):
    """A place in a text, both from 1."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}"


class JsonTextError(ValueError):
    """A text is not JSON.

    Attributes:
        place: Where that shows.
        message: What was expected and what was found.
    """

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(f"{place}: {message}")
        self.place, self.message = place, message


class Forgiven(NamedTuple):
    """Something that RFC 8259 does not allow, and that was read all the same."""

    place: Place
    what: str


class Duplicate(NamedTuple):
    """A key that stands twice in one object."""

    keys: tuple[str | int, ...]
    place: Place


@dataclass(frozen=True)
class JsonText:
    """What a text says.

    Attributes:
        value: Plain values; of keys that stand twice the last one.
        forgiven: What was forgiven, one of each kind.
        duplicates: Keys that stand twice, in the order of the text.
    """

    value: object
    forgiven: list[Forgiven] = field(default_factory=list[Forgiven])
    duplicates: list[Duplicate] = field(default_factory=list[Duplicate])


def read_json_text(text: str) -> JsonText:
    r"""Read a text.

    Raises:
        JsonTextError: When it is not JSON, with line and column.

    >>> read_json_text('{"zones": [1, 2,], // two\n}').value
    {'zones': [1, 2]}
    """
    return _Reader(text).read()


class _Token(NamedTuple):
    kind: str
    text: str
    at: int


class _Reader:
    """Goes through the tokens of one text, one ahead."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 1 if text.startswith("\ufeff") else 0
        self._forgiven: dict[str, Place] = {}
        self._duplicates: list[Duplicate] = []
        self._keys: list[str | int] = []
        self._next = self._token()

    def read(self) -> JsonText:
        value = self._value()
        if self._next.kind != "end":
            raise self._fault(f"expected the end of the text, found {self._shown()}")
        forgiven = [Forgiven(place, what) for what, place in self._forgiven.items()]
        return JsonText(value, forgiven, self._duplicates)

    def _place(self, at: int) -> Place:
        return Place(self._text.count("\n", 0, at) + 1, at - self._text.rfind("\n", 0, at))

    def _fault(self, message: str, at: int | None = None) -> JsonTextError:
        return JsonTextError(self._place(self._next.at if at is None else at), message)

    def _forgive(self, what: str, at: int) -> None:
        if what not in self._forgiven:
            self._forgiven[what] = self._place(at)

    def _shown(self) -> str:
        if self._next.kind == "end":
            return "the end of the text"
        return "a text" if self._next.kind == "text" else repr(self._next.text[:20])

    def _token(self) -> _Token:
        while self._at < len(self._text):
            found, at = _TOKEN.match(self._text, self._at), self._at
            if found is None:
                raise self._unreadable(at)
            self._at = found.end()
            kind = found.lastgroup or ""
            if kind == "comment":
                self._forgive("a comment", at)
            elif kind != "space":
                return _Token(kind, found.group(), at)
        return _Token("end", "", len(self._text))

    def _unreadable(self, at: int) -> JsonTextError:
        if self._text[at] == '"':
            message = "a text is not closed; a quotation mark is missing"
        elif self._text.startswith("/*", at):
            message = "a comment is not closed"
        elif self._text[at] in "-+.0123456789":
            message = "expected a number such as 0.25, found something like one"
        else:
            message = f"found {self._text[at]!r}, which begins nothing in JSON"
        return JsonTextError(self._place(at), message)

    def _advance(self) -> _Token:
        token, self._next = self._next, self._token()
        return token

    def _value(self) -> object:
        if len(self._keys) > _DEEPEST:
            raise self._fault(f"nested deeper than {_DEEPEST} levels")
        token = self._next
        if token.kind == "text":
            return self._string(self._advance())
        if token.kind == "number":
            return self._number(self._advance())
        if token.kind == "word" and token.text in _WORDS:
            if token.text in ("True", "False"):
                self._forgive(f"{token.text} with a capital letter", token.at)
            return _WORDS[self._advance().text]
        if token.text == "{":
            return self._object()
        if token.text == "[":
            return self._array()
        raise self._fault(f"expected a value, found {self._shown()}")

    def _closes(self, bracket: str, *, first: bool) -> bool:
        """Step over what stands between two items; return whether the bracket closes."""
        if not first and self._next.text != bracket:
            if self._next.text != ",":
                raise self._fault(f"expected a comma or {bracket}, found {self._shown()}")
            comma = self._advance()
            if self._next.text == bracket:
                self._forgive(f"a comma before {bracket}", comma.at)
        if self._next.text != bracket:
            return False
        self._advance()
        return True

    def _object(self) -> dict[str, object]:
        self._advance()
        items: dict[str, object] = {}
        first = True
        while not self._closes("}", first=first):
            first = False
            if self._next.kind != "text":
                raise self._fault(f"expected a name in quotation marks, found {self._shown()}")
            at = self._next.at
            name = self._string(self._advance())
            if self._next.text != ":":
                raise self._fault(f"expected a colon after the name, found {self._shown()}")
            self._advance()
            self._keys.append(name)
            if name in items:
                self._duplicates.append(Duplicate(tuple(self._keys), self._place(at)))
            items[name] = self._value()
            self._keys.pop()
        return items

    def _array(self) -> list[object]:
        self._advance()
        items: list[object] = []
        while not self._closes("]", first=not items):
            self._keys.append(len(items))
            items.append(self._value())
            self._keys.pop()
        return items

    def _string(self, token: _Token) -> str:
        if control := _CONTROL.search(token.text):
            self._forgive("a control character in a text", token.at + control.start())
        try:
            text: str = json.loads(token.text, strict=False)
        except json.JSONDecodeError as error:
            message = f"not a text of JSON: {error.msg[:1].lower()}{error.msg[1:]}"
            raise self._fault(message, token.at + error.pos) from None
        if _SURROGATE.search(text):
            raise self._fault(
                "a text has half of a surrogate pair, which is no character; mend its \\u escape", token.at
            )
        return text

    def _number(self, token: _Token) -> int | float:
        if len(token.text) > _MOST_DIGITS:
            raise self._fault(f"a number of {len(token.text)} digits is beyond every range", token.at)
        return float(token.text) if re.search("[.eE]", token.text) else int(token.text)
