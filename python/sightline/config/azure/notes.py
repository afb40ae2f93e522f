"""What is found while a manifest is read: faults, and notes on what it means here."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Literal

from sightline.errors import Fault
from sightline.urls import masked

Severity = Literal["ignored", "changed", "decide", "warning"]
_PLAIN = re.compile(r"[A-Za-z0-9_$-]+")
_SHOWN = 60
_LONGEST = 4096


@dataclass(frozen=True)
class Note:
    """Something in a manifest that means something else here, or nothing.

    Attributes:
        path: Where it stands.
        severity: `ignored`: it has no meaning here; `changed`: it is read, and means something else than it did or than it
            says; `decide`: a person has to look at it; `warning`: it is probably not what was meant.
        meaning: What becomes of it here.
        why: Why.
    """

    path: str
    severity: Severity
    meaning: str
    why: str

    def __str__(self) -> str:
        return f"{self.path}: {self.meaning} ({self.why})" if self.why else f"{self.path}: {self.meaning}"


@dataclass(frozen=True)
class Use:
    """What one setting of a camera does here.

    Attributes:
        camera: The camera's name in the configuration.
        setting: Its name, such as `TRACKER_NODE_CONFIG.enable_speed` or `zone till-3, count`.
        value: What it says, with secrets struck out.
        meaning: What that does here.
    """

    camera: str
    setting: str
    value: str
    meaning: str


class Findings:
    """Faults and notes of one document, in the order in which they were found; each is kept once."""

    def __init__(self) -> None:
        self._faults: dict[Fault, None] = {}
        self._notes: dict[Note, None] = {}

    @property
    def faults(self) -> list[Fault]:
        """Why the document cannot be used."""
        return list(self._faults)

    @property
    def notes(self) -> list[Note]:
        """What is read otherwise than it stands there, or not at all."""
        return list(self._notes)

    def fault(self, path: str, message: str) -> None:
        """Note that the document cannot be used."""
        self._faults.setdefault(Fault(path, message))

    def note(self, path: str, severity: Severity, meaning: str, why: str) -> None:
        """Note what becomes of something."""
        self._notes.setdefault(Note(path, severity, meaning, why))


def below(path: str, *keys: str | int) -> str:
    """Return the path of something inside of `path`.

    >>> below("modulesContent", "spatialanalysis", "properties.desired", "zones", 0)
    'modulesContent.spatialanalysis["properties.desired"].zones[0]'
    """
    for key in keys:
        if isinstance(key, int):
            path = f"{path}[{key}]"
        elif _PLAIN.fullmatch(key):
            path = f"{path}.{key}" if path else key
        else:
            path = f"{path}[{json.dumps(key, ensure_ascii=False)}]"
    return path


def shown(value: object) -> str:
    """Return a value as messages show it: short, and with the secrets of URLs struck out."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, float) and not math.isfinite(value):
        return "a number beyond every range"
    if isinstance(value, str) and len(value) > _LONGEST:
        return f"a text of {len(value)} characters"
    text = json.dumps(masked(value), ensure_ascii=False) if isinstance(value, str) else repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
