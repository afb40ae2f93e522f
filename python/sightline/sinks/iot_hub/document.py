"""Documents of a twin: what changed between two, what a patch makes of one, and how large one is."""

from __future__ import annotations

from typing import Any, cast

import msgspec

# https://learn.microsoft.com/azure/iot-hub/iot-hub-devguide-device-twins#device-twin-size
MOST_BYTES = 32_768
_LONGEST_TEXT = 4096
_LONGEST_ERROR = 500

Document = dict[str, Any]


def patch_between(old: Document, new: Document) -> Document:
    """Return what has to be sent to make `new` of `old`: what differs, and null for what is gone."""
    patch: Document = {name: None for name in old if name not in new and not name.startswith("$")}
    for name, value in new.items():
        before = old.get(name)
        if isinstance(value, dict) and isinstance(before, dict):
            inner = patch_between(cast("Document", before), cast("Document", value))
            if inner:
                patch[name] = inner
        elif value != before:
            patch[name] = value
    return patch


def patched(old: Document, patch: Document) -> Document:
    """Return what a patch makes of a document."""
    new = dict(old)
    for name, value in patch.items():
        before = new.get(name)
        if value is None:
            new.pop(name, None)
        elif isinstance(value, dict):
            base = cast("Document", before) if isinstance(before, dict) else {}
            new[name] = patched(base, cast("Document", value))
        else:
            new[name] = value
    return new


def size_of(document: Document) -> int:
    """Return how large a document is, bytes of its JSON; the hub counts a little less."""
    return len(msgspec.json.encode(document))


def shortened(errors: list[str], room_bytes: int) -> list[str]:
    """Return as many errors as fit, each cut where it is very long, and how many there are beside."""
    kept: list[str] = []
    for error in errors:
        text = error if len(error) <= _LONGEST_ERROR else error[: _LONGEST_ERROR - 1] + "…"
        if size_of({"errors": [*kept, text]}) > room_bytes - 64:
            return [*kept, f"and {len(errors) - len(kept)} more"]
        kept.append(text)
    return kept


def cleaned(document: Document) -> Document:
    """Return the document with names and texts that a twin takes: no `.`, `$`, spaces or control characters in names.

    A null means that the name is left out, since a twin deletes by null; texts are cut at 4096 bytes.
    """
    return {_name(name): _value(value) for name, value in document.items() if value is not None}


def _name(name: str) -> str:
    return "".join("_" if letter in ".$ " or not letter.isprintable() else letter for letter in name)


def _value(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return cleaned(cast("Document", value))
    if isinstance(value, str) and len(value.encode()) > _LONGEST_TEXT:
        return value.encode()[: _LONGEST_TEXT - 3].decode(errors="ignore") + "…"
    return value
