"""Plain values of a manifest become typed ones: leniently where documents and samples were careless, and always told."""

from __future__ import annotations

import difflib
import math
import re
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from sightline.config.azure.json_text import JsonTextError, read_json_text
from sightline.config.azure.notes import below, shown
from sightline.config.azure.settings import spelled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sightline.config.azure.notes import Findings
    from sightline.config.azure.settings import Setting

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]{1,3})?|[+-]?\.[0-9]+")
_MOST_TEXT = 300


class Found(NamedTuple):
    """A value that fits, and where it stands."""

    value: Any
    path: str


class Values:
    """Reads values, and tells findings of what was wrong or unusual; every method returns None after a fault."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings

    def text(self, value: object, path: str) -> str | None:
        """Read a text that is not empty; spaces around it stay, since messages repeat names as they are."""
        if isinstance(value, str) and value.strip():
            return value
        found = "an empty text" if isinstance(value, str) else shown(value)
        self.findings.fault(path, f"expected a text, found {found}")
        return None

    def boolean(self, value: object, path: str) -> bool | None:
        """Read true or false, also as a text in any case."""
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.strip().lower() in ("true", "false"):
            wanted = value.strip().lower()
            self.findings.note(path, "changed", f"read as {wanted}", f"it is the text {shown(value)}")
            return wanted == "true"
        self.findings.fault(path, f"expected true or false, found {shown(value)}")
        return None

    def number(
        self,
        value: object,
        path: str,
        *,
        least: float | None = None,
        most: float | None = None,
        above: float | None = None,
        hint: str = "",
    ) -> float | None:
        """Read a finite number, also as a text, within a range; `hint` is added to what is said of one outside of it."""
        number = self._plain_number(value, path)
        if number is None:
            self.findings.fault(path, f"expected a number, found {shown(value)}")
            return None
        fits = (
            _is_finite(number)
            and (least is None or number >= least)
            and (most is None or number <= most)
            and (above is None or number > above)
        )
        if fits:
            return float(number)
        words = [
            f"{word} {limit:g}"
            for word, limit in (("at least", least), ("more than", above), ("at most", most))
            if limit is not None
        ]
        self.findings.fault(
            path,
            f"expected a number{' of ' if words else ''}{' and '.join(words)}, found {shown(value)}{hint}",
        )
        return None

    def whole(self, value: object, path: str, *, least: int, most: int) -> int | None:
        """Read a whole number, also as a text or as 5.0, within a range."""
        number = self._plain_number(value, path)
        if number is not None and _is_finite(number) and number == int(number) and least <= number <= most:
            if isinstance(value, float):
                self.findings.note(path, "changed", f"read as {int(number)}", "a whole number belongs here")
            return int(number)
        self.findings.fault(path, f"expected a whole number from {least} to {most}, found {shown(value)}")
        return None

    def choice(self, value: object, path: str, choices: Mapping[str, str]) -> str | None:
        """Read one of some words in any case; `choices` maps lower-case spellings to what they mean, the first of which are listed."""
        if isinstance(value, str):
            given = value.strip()
            meant = choices.get(given.lower())
            if meant is not None:
                if given != meant:
                    self.findings.note(path, "changed", f"read as {meant}", f"it is spelled {shown(value)}")
                return meant
        known = list(dict.fromkeys(choices.values()))
        near = (
            difflib.get_close_matches(value[:_MOST_TEXT].lower(), known, n=1)
            if isinstance(value, str)
            else []
        )
        hint = f"; did you mean {near[0]}?" if near else ""
        self.findings.fault(path, f"expected one of {', '.join(known)}, found {shown(value)}{hint}")
        return None

    def items(self, value: object, path: str) -> list[object] | None:
        """Read a list."""
        if isinstance(value, list):
            return cast("list[object]", value)
        self.findings.fault(path, f"expected a list, found {shown(value)}")
        return None

    def table(self, value: object, path: str) -> dict[str, object] | None:
        """Read an object."""
        if isinstance(value, dict):
            return cast("dict[str, object]", value)
        self.findings.fault(path, f"expected an object, found {shown(value)}")
        return None

    def json_table(self, value: object, path: str) -> dict[str, object] | None:
        """Read an object that stands as JSON in a text, as a module twin wants it, or plainly."""
        if isinstance(value, dict):
            self.findings.note(
                path, "changed", "read as it is", "it is an object where a text with JSON belongs"
            )
            return cast("dict[str, object]", value)
        if not isinstance(value, str):
            self.findings.fault(path, f"expected a text with JSON, or an object, found {shown(value)}")
            return None
        try:
            read = read_json_text(value)
        except JsonTextError as error:
            self.findings.fault(path, f"not valid JSON at {error.place} of the text: {error.message}")
            return None
        for place, what in read.forgiven:
            self.findings.note(
                path,
                "changed",
                "read all the same",
                f"{what} at {place} of the text, which JSON does not allow",
            )
        for keys, place in read.duplicates:
            self.findings.fault(
                below(path, *keys), f"stands twice, again at {place} of the text; keep one of them"
            )
        inner = read.value
        if isinstance(inner, dict):
            return cast("dict[str, object]", inner)
        self.findings.fault(path, f"expected an object in the text, found {shown(inner)}")
        return None

    def fields(
        self, table: Mapping[str, object], path: str, settings: tuple[Setting, ...], *, tell: bool = True
    ) -> dict[str, Found]:
        """Read an object's fields by a list of settings.

        Unknown fields are noted with the name that they are near to. Of known ones, values are read by their kind; with `tell`,
        those that are ignored here or mean something else are noted.
        """
        found: dict[str, Found] = {}
        known = spelled(settings)
        by_case = {name.lower(): name for name in known}
        for name, value in table.items():
            at = below(path, name)
            setting = known.get(name) or known.get(by_case.get(name.lower(), ""))
            if setting is None:
                self._tell_unknown(name, at, known)
            elif value is None:
                self.findings.note(
                    at, "changed", "as if it were absent", "null deletes a setting in a module twin"
                )
            else:
                self._take(found, setting, Found(value, at), spelling=name, tell=tell)
        return found

    def _take(
        self, found: dict[str, Found], setting: Setting, given: Found, *, spelling: str, tell: bool
    ) -> None:
        if spelling != setting.name:
            if setting.name in found:
                self.findings.note(
                    given.path,
                    "ignored",
                    "not read",
                    f"it says the same as {setting.name}, which is there too",
                )
                return
            self.findings.note(
                given.path, "changed", f"read as {setting.name}", "that is how the last edition spells it"
            )
        if setting.state in ("ignored", "not supported"):
            if tell:
                off = given.value is False or (
                    isinstance(given.value, str) and given.value.lower() == "false"
                )
                if setting.state == "not supported" and not off:
                    self.findings.note(given.path, "decide", "not supported", setting.here)
                else:
                    self.findings.note(given.path, "ignored", "ignored", setting.here)
            if not setting.fields:
                found[setting.name] = given
                return
        value = self._by_kind(setting, given)
        if value is not None:
            found[setting.name] = Found(value, given.path)
            if tell and setting.state == "used differently" and not setting.fields:
                self.findings.note(given.path, "changed", "used differently", setting.here)

    def _by_kind(self, setting: Setting, given: Found) -> object:
        if setting.kind == "text":
            return self.text(*given)
        if setting.kind == "bool":
            return self.boolean(*given)
        return given.value

    def _tell_unknown(self, name: str, path: str, known: Mapping[str, Setting]) -> None:
        near = difflib.get_close_matches(name[:_MOST_TEXT], list(known), n=1)
        self.findings.note(
            path,
            "warning",
            f"not read; did you mean {near[0]}?" if near else "not read",
            "no edition of the documentation has it",
        )

    def _plain_number(self, value: object, path: str) -> int | float | None:
        if isinstance(value, bool):
            return None
        if isinstance(value, (int, float)):
            return value
        if isinstance(value, str) and len(value) < _MOST_TEXT and _NUMBER.fullmatch(value.strip()):
            text = value.strip()
            self.findings.note(path, "changed", f"read as {text}", "it is a text where a number belongs")
            return int(text) if text.lstrip("+-").isdigit() else float(text)
        return None


def _is_finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:  # a whole number that no float is near
        return False
